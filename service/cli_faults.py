"""Faults in one clear sentence: what the command line says when it cannot go on."""

from __future__ import annotations

import errno

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from locales import N_, Texts
from service.errors import Refused


class Fault(Exception):
    """The command cannot be carried out; the message is a text to translate, the facts fill it."""

    def __init__(self, message: str, /, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


REFUSED = N_("Ce n’est pas possible en ce moment. Rien n’a changé.")
FULL = N_(
    "Le disque est plein ou n’accepte plus d’écriture. Libérez de la place, puis recommencez. "
    "La base de données n’a pas changé."
)
NO_DATABASE_FILE = N_("Le fichier de la base de données ne s’ouvre pas : %(detail)s.")
READ_ONLY = N_("La base de données est en lecture seule. Donnez le droit d’y écrire, puis recommencez.")
BUSY = N_("La base de données est occupée par un autre programme. Attendez un peu, puis recommencez.")
NO_SERVER = N_("Le serveur PostgreSQL ne répond pas à l’adresse de LEFIL_DATABASE_URL. Rien n’a changé.")
DATABASE = N_("La base de données a refusé l’opération (%(detail)s). Rien n’a changé.")
BAD_ADDRESS = N_("L’adresse de la base de données (LEFIL_DATABASE_URL) ne se lit pas.")
SETTINGS = N_("Un réglage ne se lit pas : %(names)s. Voyez docs/settings.md.")
NO_FILE = N_("Le fichier ou le dossier « %(name)s » n’existe pas.")
NO_RIGHT = N_("Le Fil n’a pas le droit de lire ou d’écrire « %(name)s ».")
NOT_A_FOLDER = N_("« %(name)s » n’est pas un dossier.")
FILE = N_("Le fichier « %(name)s » ne se lit pas ou ne s’écrit pas (%(detail)s).")


def sentence(error: BaseException, texts: Texts) -> str | None:
    """What to say of a fault; None when it is a bug, which nobody should mistake for a fault of theirs."""
    if isinstance(error, Refused | Fault):
        message = str(error) or REFUSED
        # Some use cases fill their sentence themselves; a file name in it may hold a `%`.
        return texts.gettext(message, **error.facts) if "%(" in message else texts.gettext(message)
    if isinstance(error, ValidationError):
        names = sorted({f"LEFIL_{str(part['loc'][0]).upper()}" for part in error.errors()})
        return texts.gettext(SETTINGS, names=", ".join(names))
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return texts.gettext(BAD_ADDRESS)
    if isinstance(error, DBAPIError):
        return _database(error, texts)
    if isinstance(error, OSError):
        return _file(error, texts)
    return None


def _database(error: DBAPIError, texts: Texts) -> str:
    said = str(error.orig).lower()
    if "disk is full" in said or "no space left" in said or "disk i/o error" in said:
        return texts.gettext(FULL)
    if "unable to open" in said:
        return texts.gettext(NO_DATABASE_FILE, detail="unable to open database file")
    if "readonly" in said or "read-only" in said:
        return texts.gettext(READ_ONLY)
    if "locked" in said or "lock timeout" in said:
        return texts.gettext(BUSY)
    if "connection" in said or "connect" in said or "resolve host" in said:
        return texts.gettext(NO_SERVER)
    # Never the driver's own words: they may hold values (`security.md` F3).
    return texts.gettext(DATABASE, detail=type(error.orig).__name__)


def _file(error: OSError, texts: Texts) -> str:
    name = str(error.filename or "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return texts.gettext(FULL)
    if error.errno == errno.ENOENT:
        return texts.gettext(NO_FILE, name=name)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return texts.gettext(NO_RIGHT, name=name)
    if error.errno == errno.ENOTDIR:
        return texts.gettext(NOT_A_FOLDER, name=name)
    return texts.gettext(FILE, name=name, detail=errno.errorcode.get(error.errno or 0, "?"))

"""The master key in its file (`security.md` F5)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from locales import N_
from service.cli_faults import Fault

KEY_BYTES = 32


def make_key(path: Path) -> bytes:
    """
    Make a new key that only its owner can read.

    Raises
    ------
    Fault
        When there is one already: another key would make everything sealed unreadable.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise Fault(N_("Il y a déjà une clé dans « %(name)s ». Elle n’est pas remplacée."), name=path) from error
    key = os.urandom(KEY_BYTES)
    with os.fdopen(handle, "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key


def read_key(path: Path) -> bytes:
    """
    The key.

    Raises
    ------
    Fault
        When it is missing, of the wrong length, all alike, or readable by others.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise Fault(
            N_("Il manque la clé « %(name)s ». Faites-en une avec « lefil key », ou indiquez LEFIL_KEY_FILE."),
            name=path,
        ) from error
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise Fault(N_("La clé « %(name)s » n’est pas valable : il faut 32 octets tirés au hasard."), name=path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Fault(N_("La clé « %(name)s » est lisible par d’autres. Limitez ses droits (chmod 600)."), name=path)
    return key

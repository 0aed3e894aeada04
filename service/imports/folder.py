"""A folder of files on disk: complete and readable, or one clear sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from locales import N_, translator
from service.errors import ImportNotAccepted
from service.imports.columns import File
from service.imports.files import FILES
from service.imports.reading import MAX_BYTES


def read(path: Path | str, *, language: str = "fr") -> dict[str, bytes]:
    """
    The files of a territory's folder and of the folder `common` in it or beside it, by file name.

    Raises
    ------
    ImportNotAccepted
        When the folder, or a file that every territory has, is missing or cannot be read.
    """
    folder = Path(path)
    translate = translator(language).gettext
    if not folder.is_dir():
        raise ImportNotAccepted(translate(N_("Le dossier %(name)s n’existe pas.")) % {"name": folder}, name=str(folder))
    found: dict[str, bytes] = {}
    for file in FILES:
        place = _place(folder, file)
        try:
            with place.open("rb") as stream:
                # One byte more than is allowed, so that a file that is too large is noticed and not read whole.
                found[file.file_name] = stream.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            if file.needed:
                message = translate(N_("Il manque le fichier %(name)s dans %(folder)s. Rien n’est repris."))
                facts = {"name": file.file_name, "folder": place.parent}
                raise ImportNotAccepted(message % facts, name=file.file_name) from error
        except OSError as error:
            message = translate(N_("Le fichier %(name)s ne peut pas être lu. Rien n’est repris."))
            raise ImportNotAccepted(message % {"name": place}, name=file.file_name) from error
    return found


def laid_out(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files by where `read` finds them in a folder: what every territory shares in `common`."""
    common = {file.file_name for file in FILES if file.common}
    return {f"common/{name}" if name in common else name: content for name, content in files.items()}


def _place(folder: Path, file: File) -> Path:
    if not file.common:
        return folder / file.file_name
    within, beside = folder / "common", folder.parent / "common"
    return (within if within.is_dir() else beside) / file.file_name

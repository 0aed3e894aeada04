"""Folders that commands leave: whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from locales import N_
from service.cli_faults import Fault


@dataclass(frozen=True)
class Result:
    """What a command leaves in a folder: the files that are always there, and patterns of those that may be."""

    always: frozenset[str]
    sometimes: frozenset[str]

    def made(self, folder: Path) -> bool:
        """Did the command make this folder, and has nobody put anything beside?"""
        found = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
        }
        return self.always <= found and all(self._writes(name) for name in found - self.always)

    def _writes(self, name: str) -> bool:
        # From the root on, so that a pattern does not fit deeper down.
        return any(PurePosixPath("/", name).match(f"/{pattern}") for pattern in self.sometimes)


def check_free(folder: Path, result: Result) -> None:
    """
    Make sure that a folder may be written: it is empty, or holds an earlier result and nothing beside.

    Raises
    ------
    Fault
        When it holds something else, which would be lost.
    """
    if folder.exists() and not folder.is_dir():
        raise Fault(N_("« %(name)s » n’est pas un dossier."), name=folder)
    if folder.is_dir() and any(folder.iterdir()) and not result.made(folder):
        raise Fault(N_("Le dossier « %(name)s » contient autre chose. Choisissez un dossier vide."), name=folder)


def leave(folder: Path, files: Mapping[str, bytes]) -> None:
    """All files at once under the name of the folder: they are written beside it and then take its place."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            place = beside / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        beside.chmod(0o755)
        if folder.is_dir():
            shutil.rmtree(folder)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise

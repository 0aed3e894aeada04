"""Runs the command as a person would: here for what is quick, in a process of its own for what serves."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from service import cli_serve as cli
from service.imports import shipped
from tests import forks

LEFIL = str(Path(sys.executable).with_name("lefil"))


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Terminal:
    """A person at a terminal, in a folder of their own, without any setting."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str] | None
    ) -> None:
        self.folder = folder
        self.capsys = capsys
        self.monkeypatch = monkeypatch
        for name in [name for name in os.environ if name.startswith("LEFIL_")]:
            monkeypatch.delenv(name)
        monkeypatch.chdir(folder)

    def set(self, name: str, value: str) -> None:
        self.monkeypatch.setenv(name, value)

    def lefil(self, *words: object) -> Said:
        """The command in this process."""
        assert self.capsys is not None
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in words])
        code = ended.value.code
        said = self.capsys.readouterr()
        return Said(code if isinstance(code, int) else 1, said.out, said.err)

    def process(self, *words: object) -> subprocess.Popen[str]:
        """The command in a process of its own."""
        return subprocess.Popen(
            [LEFIL, *(str(word) for word in words)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def apart(self, *words: object, given: bytes = b"") -> Said:
        """The command in a process of its own, to its end; it was loaded before."""
        return Said(*forks.to_its_end("service.cli_start", *map(str, words), cwd=self.folder, given=given))

    @property
    def database(self) -> Path:
        return self.folder / "var" / "lefil.db"

    def rows(self, *, without: str = "") -> str:
        """Everything that the database holds, as SQL; without the rows of a table."""
        with closing(sqlite3.connect(self.database)) as connection:
            return "\n".join(
                line for line in connection.iterdump() if not without or f'INSERT INTO "{without}"' not in line
            )


def territory_files(folder: Path, name: str = "seraing") -> Path:
    """A territory's folder that may be spoilt, with `common` beside it."""
    for part in (name, "common"):
        shutil.copytree(shipped.path(part), folder / part)
    return folder / name


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.imports import shipped
from tests import forks
from tests.postgres import alone
from tests.service.cli.builders import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def folder_of_seraing(shared_folder: Path) -> Path:
    """A folder with a key and a database that holds Seraing, made once for all workers, to be copied."""
    folder, made = shared_folder / "terminal", shared_folder / "terminal.made"
    folder.mkdir(parents=True, exist_ok=True)
    with alone(shared_folder):
        if not made.exists():
            files = str(shipped.path("seraing"))
            for words in (["key"], ["import", files, "--today", "2027-01-04", "--accept"]):
                code, _, errors = forks.to_its_end("service.cli_start", *words, cwd=folder)
                assert code == 0, errors
            made.touch()
    return folder


@pytest.fixture
def seraing(terminal: Terminal, folder_of_seraing: Path) -> Terminal:
    """A terminal whose database holds Seraing."""
    shutil.copytree(folder_of_seraing, terminal.folder, dirs_exist_ok=True)
    return terminal

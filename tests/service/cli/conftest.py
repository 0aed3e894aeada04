from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from service.imports import shipped
from tests.service.cli.builders import LEFIL, Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def folder_of_seraing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key and a database that holds Seraing, to be copied."""
    folder = tmp_path_factory.mktemp("seraing")
    files = str(shipped.path("seraing"))
    for words in (["key"], ["import", files, "--today", "2027-01-04", "--accept"]):
        subprocess.run([LEFIL, *words], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def seraing(terminal: Terminal, folder_of_seraing: Path) -> Terminal:
    """A terminal whose database holds Seraing."""
    shutil.copytree(folder_of_seraing, terminal.folder, dirs_exist_ok=True)
    return terminal

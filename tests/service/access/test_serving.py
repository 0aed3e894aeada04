"""`lefil serve` on an empty database: it starts, and prints the code of the first page."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import httpx
import pytest

from tests.service.cli.builders import Terminal, free_port


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(tmp_path, monkeypatch, None)


def started(terminal: Terminal, port: int) -> tuple[list[str], httpx.Response]:
    """What the server said before it served, and what its first address answers."""
    process = terminal.process("serve", "--port", port)
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        said = [process.stdout.readline(), process.stdout.readline()]
        first = httpx.get(f"http://localhost:{port}/", timeout=60)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return said, first


def test_an_empty_database_is_served_with_a_code_that_changes_at_each_start(terminal: Terminal):
    terminal.apart("key")
    port = free_port()
    terminal.set("LEFIL_BASE_URL", f"http://localhost:{port}")
    (where, code), first = started(terminal, port)
    (_, again), _ = started(terminal, port)

    assert f"http://localhost:{port}/creer-le-reseau" in where
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", code.strip())
    assert again != code
    assert first.headers["location"] == "/creer-le-reseau"
    assert code.strip().rsplit(" ", 1)[-1].replace("-", "").encode() not in terminal.database.read_bytes()


def test_without_a_key_it_says_so_and_does_not_start(terminal: Terminal):
    said = terminal.apart("serve", "--port", free_port())

    assert said.code == 1
    assert "lefil key" in said.err

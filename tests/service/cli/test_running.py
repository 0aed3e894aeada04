"""The demonstration as a server, from an empty folder to pages, killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from service.imports import shipped
from tests.service.cli.builders import Terminal, free_port, territory_files
from tests.service.runs.builders import solving

LINK = re.compile(r"http://localhost:\d+/entrer/[\w-]{43}")


@contextmanager
def running(terminal: Terminal, *words: object) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server in its own process, and what it said until it was ready."""
    process = terminal.process(*words)
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    with process.stdout, process.stderr:
        try:
            for line in process.stdout:
                said.append(line)
                if "Ctrl-C" in line:
                    break
            assert any("Ctrl-C" in line for line in said), process.stderr.read()
            yield process, said
        finally:
            process.kill()
            process.wait()


def answers(port: int) -> int:
    """The status of `/health`; the port is taken before the server is ready, so that callers wait."""
    return httpx.get(f"http://127.0.0.1:{port}/health", timeout=60).status_code


def libraries_of(pid: int) -> str:
    """The native libraries that a process has loaded."""
    return Path(f"/proc/{pid}/maps").read_text()


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Terminal, int]]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("running")
        yield Terminal(folder, patch, None), free_port()


@pytest.fixture
def served(first_start: tuple[Terminal, int]) -> tuple[Terminal, int]:
    """The same, once the demonstration was served there."""
    terminal, port = first_start
    if not terminal.database.exists():
        with running(terminal, "run", "--port", port):
            pass
    return first_start


def test_from_nothing_to_a_page_and_a_link_for_each_role_and_on_after_a_kill(first_start: tuple[Terminal, int]):
    terminal, port = first_start
    with running(terminal, "run", "--port", port) as (process, said):
        status = answers(port)
        first_links = [match for line in said for match in LINK.findall(line)]
        page = httpx.get(first_links[0], timeout=60)
        [child] = solving(process.pid)
        ours, theirs = libraries_of(process.pid), libraries_of(child)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    check = terminal.apart("check")
    with running(terminal, "run", "--port", port) as (process, again):
        status_again = answers(port)
        os.kill(process.pid, signal.SIGTERM)
        process.wait(20)

    assert (status, status_again) == (200, 200)
    assert len(set(first_links)) == 4
    assert page.status_code == 200
    assert "ortools" in theirs
    assert "ortools" not in ours
    assert "numba" not in ours
    assert check.out == "Tout est en ordre.\n"
    assert any("chargé" in line for line in said)
    assert not any("chargé" in line for line in again)
    assert process.returncode == 0


def test_a_new_link_leads_to_the_demonstration_that_was_served(served: tuple[Terminal, int]):
    terminal, port = served
    said = terminal.apart("link", "peer_helper")

    assert said.out.startswith(f"http://localhost:{port}/entrer/")


def test_real_mode_does_not_serve_the_demonstration(served: tuple[Terminal, int]):
    terminal, _ = served
    said = terminal.apart("serve", "--port", free_port())

    assert (said.code, said.err.strip().splitlines()[-1]) == (
        1,
        "Cette base de données contient la démonstration. Démarrez-la avec «\u00a0lefil run\u00a0».",
    )


def test_the_demonstration_does_not_open_a_database_with_a_real_territory(seraing: Terminal):
    said = seraing.apart("run", "--port", free_port())

    assert said.code == 1
    assert "un vrai territoire" in said.err


def test_the_demonstration_serves_this_machine_only(terminal: Terminal):
    terminal.set("LEFIL_BASE_URL", "https://lefil.example.org")
    said = terminal.lefil("run", "--port", free_port())

    assert said.code == 1
    assert "localhost" in said.err
    assert not terminal.database.exists()


def test_a_first_start_killed_midway_is_taken_up_again(terminal: Terminal):
    port = free_port()
    process = terminal.process("run", "--port", port)
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        assert "chargé" in process.stdout.readline()
        process.kill()
        process.wait()
    with running(terminal, "run", "--port", port) as (_, said):
        status = answers(port)

    assert status == 200
    assert not any("chargé" in line for line in said)
    assert terminal.apart("check").code == 0


def test_a_territory_of_one_s_own_is_exported_and_read_again(seraing: Terminal):
    exported = seraing.lefil("export", "out")
    again = seraing.lefil("import", "out", "--today", "2027-01-04", "--dry-run")

    assert exported.code == 0
    assert again.code == 0
    assert (seraing.folder / "out" / "common" / "themes.csv").is_file()
    assert len(list((seraing.folder / "out").glob("*.csv"))) >= len(list(shipped.path("seraing").glob("*.csv")))


def test_an_export_says_what_it_is_and_takes_the_place_of_an_earlier_one(seraing: Terminal):
    seraing.lefil("export", "out", "--private")
    (seraing.folder / "out" / "gaps.csv").write_text("of an earlier export")
    again = seraing.lefil("export", "out")
    mark = json.loads((seraing.folder / "out" / "export.json").read_bytes())

    assert again.code == 0
    assert (mark["territory"], set(mark)) == ("BE-SER", {"territory", "date", "version"})
    assert date.fromisoformat(mark["date"])
    assert not (seraing.folder / "out" / "gaps.csv").exists()


def test_a_partner_s_own_folder_is_not_written_over(seraing: Terminal):
    folder = territory_files(seraing.folder / "files")
    before = {path: path.read_bytes() for path in folder.parent.rglob("*.csv")}
    said = seraing.lefil("export", folder)

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()} == before


def test_an_export_with_a_letter_beside_is_not_written_over(seraing: Terminal):
    seraing.lefil("export", "out")
    (seraing.folder / "out" / "letter.txt").write_text("dear")
    said = seraing.lefil("export", "out")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert (seraing.folder / "out" / "letter.txt").read_text() == "dear"


def test_a_folder_with_other_things_is_not_written_over(seraing: Terminal):
    (seraing.folder / "letters").mkdir()
    (seraing.folder / "letters" / "to_keep.txt").write_text("dear")
    said = seraing.lefil("export", "letters")

    assert said.code == 1
    assert (seraing.folder / "letters" / "to_keep.txt").read_text() == "dear"

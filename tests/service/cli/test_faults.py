from __future__ import annotations

import os
import resource
import socket
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from service.imports import shipped
from service.migrations import VERSION_TABLE
from tests.service.cli.builders import LEFIL, Said, Terminal, free_port, territory_files

TODAY = ("--today", "2027-01-04")


def is_one_sentence(said: Said) -> bool:
    """One clear sentence, a number other than 0, and nothing of the program's insides."""
    return said.code == 1 and len(said.err.strip().splitlines()) == 1 and "Traceback" not in said.err


def test_a_folder_that_does_not_exist(terminal: Terminal):
    said = terminal.lefil("import", "nowhere", "--dry-run")

    assert is_one_sentence(said)
    assert "nowhere" in said.err
    assert not terminal.database.exists()


def test_a_missing_file(seraing: Terminal, tmp_path: Path):
    folder = territory_files(tmp_path / "files")
    (folder / "persons.csv").unlink()
    before = seraing.rows()
    said = seraing.lefil("import", folder, *TODAY, "--accept")

    assert is_one_sentence(said)
    assert "persons.csv" in said.err
    assert seraing.rows() == before


def test_a_file_that_cannot_be_read(seraing: Terminal, tmp_path: Path):
    folder = territory_files(tmp_path / "files")
    (folder / "persons.csv").unlink()
    (folder / "persons.csv").mkdir()
    before = seraing.rows()
    said = seraing.lefil("import", folder, *TODAY, "--accept")

    assert is_one_sentence(said)
    assert "persons.csv" in said.err
    assert seraing.rows() == before


def test_an_unknown_column(seraing: Terminal, tmp_path: Path):
    folder = territory_files(tmp_path / "files")
    persons = (folder / "persons.csv").read_text(encoding="utf-8")
    (folder / "persons.csv").write_text(persons.replace("age_band", "age_bnd", 1), encoding="utf-8")
    before = seraing.rows()
    said = seraing.lefil("import", folder, *TODAY, "--accept")

    assert is_one_sentence(said)
    assert "age_bnd" in said.err
    assert seraing.rows() == before


def test_a_folder_of_another_territory(seraing: Terminal):
    before = seraing.rows()
    said = seraing.lefil("import", shipped.path("locmine"), *TODAY, "--accept")

    assert is_one_sentence(said)
    assert "FR-LOC" in said.err
    assert seraing.rows() == before


def test_without_acceptance_nothing_is_written(seraing: Terminal, tmp_path: Path):
    folder = territory_files(tmp_path / "files")
    organisations = (folder / "organisations.csv").read_text(encoding="utf-8")
    (folder / "organisations.csv").write_text(organisations.replace("2018-01-15", "2018-01-16"), encoding="utf-8")
    before = seraing.rows()
    said = seraing.lefil("import", folder, *TODAY)

    assert is_one_sentence(said)
    assert seraing.rows() == before


def test_a_disk_that_takes_no_more(terminal: Terminal):
    """A limit on the size of files stands for a full disk: the same call of the system fails."""
    terminal.lefil("key")
    terminal.lefil("migrate")
    before = terminal.rows()
    room = terminal.database.stat().st_size // 2
    done = subprocess.run(
        [LEFIL, "import", str(shipped.path("seraing")), *TODAY, "--accept"],
        cwd=terminal.folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )

    assert is_one_sentence(Said(done.returncode, done.stdout, done.stderr))
    assert "disque" in done.stderr
    assert terminal.rows() == before


def test_a_database_of_a_newer_version(seraing: Terminal):
    with closing(sqlite3.connect(seraing.database)) as connection, connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'f00d'")  # noqa: S608
    before = seraing.rows()

    for words in (["migrate"], ["check"], ["import", shipped.path("seraing"), *TODAY, "--accept"]):
        said = seraing.lefil(*words)
        assert is_one_sentence(said)
        assert "plus récente" in said.err
    assert seraing.rows() == before


def test_a_file_that_is_no_database(terminal: Terminal):
    terminal.database.parent.mkdir()
    terminal.database.write_text("a letter\n" * 100)
    terminal.lefil("key")

    assert is_one_sentence(terminal.lefil("check"))
    assert terminal.database.read_text() == "a letter\n" * 100


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_port_in_use_is_found_before_the_database_is_touched(terminal: Terminal, command: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = terminal.apart(command, "--port", port)

    assert is_one_sentence(said)
    assert str(port) in said.err
    assert not terminal.database.exists()


def test_no_postgresql(terminal: Terminal):
    terminal.set("LEFIL_DATABASE_URL", f"postgresql+psycopg://lefil:secret@127.0.0.1:{free_port()}/lefil")
    said = terminal.lefil("migrate")

    assert is_one_sentence(said)
    assert "PostgreSQL" in said.err
    assert "secret" not in said.err


def test_an_address_of_a_database_that_cannot_be_read(terminal: Terminal):
    terminal.set("LEFIL_DATABASE_URL", "somewhere")

    assert is_one_sentence(terminal.lefil("migrate"))


def test_a_setting_that_cannot_be_read(terminal: Terminal):
    terminal.set("LEFIL_PORT", "eight thousand")
    said = terminal.lefil("serve")

    assert is_one_sentence(said)
    assert "LEFIL_PORT" in said.err


def test_a_missing_key(terminal: Terminal):
    terminal.lefil("migrate")

    assert is_one_sentence(terminal.lefil("check"))


@pytest.mark.parametrize("spoil", [bytes(32), b"too short", b"default" * 5])
def test_a_key_that_is_none(seraing: Terminal, spoil: bytes):
    (seraing.folder / "var" / "lefil.key").write_bytes(spoil)

    assert is_one_sentence(seraing.lefil("check", *TODAY))


SEALED_ELSEWHERE = (
    ["serve", "--port", 0],
    ["run", "--port", 0],
    ["import", shipped.path("seraing"), *TODAY, "--accept"],
    ["import", shipped.path("seraing"), *TODAY, "--dry-run"],
    ["export", "out"],
    ["link", "coordinator"],
    ["check", *TODAY],
    ["audit", "verify"],
)


@pytest.mark.parametrize("words", SEALED_ELSEWHERE, ids=lambda words: words[0])
def test_a_key_of_another_database(seraing: Terminal, words: list[object]):
    (seraing.folder / "var" / "lefil.key").write_bytes(bytes(range(32)))
    before = seraing.rows()
    said = seraing.apart(*words)

    assert is_one_sentence(said)
    assert "LEFIL_KEY_FILE" in said.err
    assert seraing.rows() == before
    assert sorted(path.name for path in seraing.folder.iterdir()) == ["var"]


def test_a_demonstration_makes_no_key_for_a_database_that_has_one(seraing: Terminal):
    (seraing.folder / "var" / "lefil.key").unlink()
    said = seraing.apart("run", "--port", 0)

    assert is_one_sentence(said)
    assert not (seraing.folder / "var" / "lefil.key").exists()


def test_a_key_that_others_can_read(seraing: Terminal):
    (seraing.folder / "var" / "lefil.key").chmod(0o644)

    assert is_one_sentence(seraing.lefil("check", *TODAY))


def test_a_key_is_never_replaced(seraing: Terminal):
    key = seraing.folder / "var" / "lefil.key"
    before = key.read_bytes()

    assert is_one_sentence(seraing.lefil("key"))
    assert key.read_bytes() == before
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600


def test_the_sentences_come_in_the_reader_s_language(terminal: Terminal):
    said = {language: terminal.lefil("check", "--language", language).err for language in ("fr", "nl", "de", "en")}

    assert all(said.values())

"""`lefil mail receive`, as a mail server calls it."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing

from tests.service.cli.builders import LEFIL, Terminal


def handed_over(terminal: Terminal, content: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [LEFIL, "mail", "receive", *words], cwd=terminal.folder, input=content, capture_output=True, check=False
    )


def test_a_mail_from_nobody_is_taken_with_one_line_in_the_log(seraing: Terminal):
    done = handed_over(seraing, b"From: stranger@mail.example\r\n\r\nBonjour Madame D.", "--to", "agenda@fil.example")

    assert (done.returncode, done.stdout) == (0, b"")
    assert len(done.stderr.splitlines()) == 1
    assert b"unknown" in done.stderr
    assert b"stranger" not in done.stderr
    with closing(sqlite3.connect(seraing.database)) as connection:
        assert connection.execute("SELECT said, outcome FROM mail_reply").fetchall() == [("unreadable", "unknown")]


def test_where_the_database_is_away_the_mail_is_to_be_brought_again(seraing: Terminal):
    seraing.database.unlink()
    said = seraing.apart("mail", "receive", given=b"From: stranger@mail.example\r\n\r\nBonjour")

    assert (said.code, said.out) == (75, "")
    assert "Traceback" not in said.err


def test_a_mail_server_that_cannot_be_read_is_named_without_its_password(seraing: Terminal):
    seraing.set("LEFIL_SMTP_URL", "smtp://fil:secret@mail.example:many")
    said = seraing.apart("link", "coordinator")

    assert said.code != 0
    assert "LEFIL_SMTP_URL" in said.err
    assert "secret" not in said.err

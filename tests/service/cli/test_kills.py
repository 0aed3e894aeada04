"""`kill -9` in the middle of a busy day: what was acknowledged stays (`security.md` J9)."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from tests.service.cli.builders import Terminal

ROOT = Path(__file__).resolve().parents[3]
KILLS = 20


@contextmanager
def busy_days(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that begins a busy day at each line it gets: much quicker than a new interpreter."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.service.cli.a_busy_day"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process


def killed_after(days: subprocess.Popen[str], steps: int) -> list[tuple[str, str]]:
    """The steps that a busy day acknowledged before its process was killed in the middle of the next one."""
    assert days.stdin is not None
    assert days.stdout is not None
    print("begin", file=days.stdin, flush=True)
    process = int(days.stdout.readline().split()[1])
    lines = [days.stdout.readline() for _ in range(steps)]
    os.kill(process, signal.SIGKILL)
    while not (line := days.stdout.readline()).startswith("over"):
        lines.append(line)
    return [(state, pairing) for state, pairing in (line.split() for line in lines)]


def states(terminal: Terminal) -> dict[str, str]:
    with closing(sqlite3.connect(terminal.database)) as connection:
        return dict(connection.execute("SELECT public_id, status FROM pairing").fetchall())


def refusals(terminal: Terminal) -> int:
    with closing(sqlite3.connect(terminal.database)) as connection:
        return connection.execute("SELECT count(*) FROM refusal").fetchone()[0]


def test_no_acknowledged_proposal_or_refusal_is_lost_by_twenty_kills(seraing: Terminal):
    before = refusals(seraing)
    random = Random(2)
    acknowledged: dict[str, str] = {}
    with busy_days(seraing.folder) as days:
        for _ in range(KILLS):
            for state, pairing in killed_after(days, random.randint(1, 12)):
                acknowledged[pairing] = state
    kept = states(seraing)
    declined = sum(state == "declined" for state in acknowledged.values())

    assert len(acknowledged) >= KILLS
    assert declined > 0
    assert refusals(seraing) >= before + declined
    for pairing, state in acknowledged.items():
        # The step after the last acknowledged one may be there, half of it never.
        assert kept[pairing] in ({state} if state != "proposed" else {"proposed", "lapsed", "declined"})
    assert seraing.lefil("check", "--today", "2027-01-04").out == "Tout est en ordre.\n"

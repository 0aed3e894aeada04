"""An ordinary site with a tiny search, and a coordinator who asks for runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import select

from service import runs
from service.run_kinds import RunKind
from service.site import Actor, Site
from service.tables.territory import Territory
from service.tables.work import Run
from service.worker import Worker

TINY_SEARCH = RunKind(
    search="tests.service.runs.tiny.cpsat",
    instance_class="tests.service.runs.tiny.instance:Instance",
    answer_class="tests.service.runs.tiny.instance:Answer",
    judge="tests.service.runs.tiny.judge",
    first=True,
)
TINY = {"pairing": TINY_SEARCH, "planning": TINY_SEARCH}


def a_coordinator(site: Site, ref: str) -> Actor:
    """Whoever coordinates a territory, which is made with her."""
    with site.db.begin() as tx:
        territory = Territory(
            public_id=site.ids.new(),
            ref=ref,
            name=ref,
            country="BE",
            timezone="Europe/Brussels",
            languages=["fr"],
            lat=50.6,
            lon=5.5,
            max_travel_km=8,
        )
        tx.add(territory)
        tx.flush()
        return Actor("coordinator", territory.id)


def ask(site: Site, actor: Actor, behave: str = "well", *, kind: str = "pairing", **limits: object) -> str:
    return runs.ask(site, actor, kind, {"number": 21, "behave": behave}, {"limits": limits})


@contextmanager
def at_work(site: Site, **choices: float) -> Iterator[Worker]:
    """A worker while the block lasts."""
    worker = Worker(site.db, site.settings, TINY, bell=site.bell, **choices)
    worker.open()
    try:
        yield worker
    finally:
        worker.close()


def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for what another process does; the limit only ends a test that hangs, however busy the machine is."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


def ended(site: Site, actor: Actor, run_id: str) -> runs.RunView:
    """The run once it has ended."""
    until(lambda: not runs.get(site, actor, run_id).is_open)
    return runs.get(site, actor, run_id)


def under_way(site: Site, actor: Actor, run_id: str) -> None:
    until(lambda: runs.get(site, actor, run_id).stage == "double")


def row(site: Site, run_id: str) -> Run:
    with site.db() as tx:
        return tx.exec(select(Run).where(Run.public_id == run_id)).one()


def processes_of(parent: int) -> list[int]:
    """The processes that a process has started."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def solving(parent: int | None = None) -> list[int]:
    """The processes that solve for this one, or for another."""
    children = processes_of(parent or os.getpid())
    return [pid for pid in children if b"service.run_child" in Path(f"/proc/{pid}/cmdline").read_bytes()]

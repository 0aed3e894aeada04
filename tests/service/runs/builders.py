"""An ordinary site with a tiny search, and a coordinator who asks for runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from service import runs
from service.clock import FixedClock
from service.database import Database
from service.ids import SystemIds
from service.run_kinds import RunKind
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.territory import Territory
from service.worker import Worker

TINY_SEARCH = RunKind(
    search="tests.service.runs.tiny.cpsat",
    instance_class="tests.service.runs.tiny.instance:Instance",
    answer_class="tests.service.runs.tiny.instance:Answer",
    judge="tests.service.runs.tiny.judge",
)
TINY = {"pairing": TINY_SEARCH, "planning": TINY_SEARCH}
MORNING = FixedClock(datetime(2027, 1, 4, 7, tzinfo=UTC))


def a_site(db: Database, **settings: object) -> Site:
    return Site(db, MORNING, SystemIds(), Seals(bytes(32)), Settings(**settings))


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
def at_work(site: Site) -> Iterator[Worker]:
    """A worker while the block lasts."""
    worker = Worker(site.db, site.settings, TINY)
    worker.open()
    try:
        yield worker
    finally:
        worker.close()


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for what another process does."""
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

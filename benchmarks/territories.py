"""The shipped territories as instances of both searches, read from a database as the service does it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import select

from matching.pairing import solve as pairing
from matching.pairing.instance import Instance as PairingInstance
from matching.planning.instance import Instance as PlanningInstance
from matching.search import Limits
from service import database, demo_steps, pairing_data, planning_data
from service.clock import FixedClock
from service.database import Database
from service.ids import SeededIds
from service.imports import shipped
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.territory import Territory

TODAY = date(2027, 1, 4)
START = date(2027, 1, 11)
WEEKS = 4
ZONE = "Europe/Brussels"
"""Of the clock until the territory is known; both shipped territories have the same hours."""


@dataclass(frozen=True)
class Work:
    """What there is to solve on one territory."""

    pairing: PairingInstance
    planning: PlanningInstance


def work(name: str, *, accept_first: bool = False) -> Work:
    """Import the territory and read both instances; everybody may have accepted the first proposal before planning."""
    with _site() as site:
        shipped.load(site, Actor("sysadmin", None), name, today=TODAY)
        with site.db() as tx:
            territory = tx.exec(select(Territory)).one()
            records = pairing_data.read_records(tx, territory.id or 0, TODAY)
            waiting = pairing_data.instance_of_waiting(tx, records)
        if accept_first:
            actor = Actor("coordinator", territory.id)
            demo_steps.accept_first(site, actor, pairing.solve(waiting, Limits()))
        with site.db() as tx:
            planned = planning_data.read_instance(tx, territory, now=site.clock.now(), start=START, weeks=WEEKS)
        return Work(waiting, planned)


@contextmanager
def _site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="lefil-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'lefil.db'}"
        db = Database(url)
        try:
            database.upgrade(db)
            clock = FixedClock.at_eight(TODAY, ZONE)
            yield Site(db, clock, SeededIds(1), Seals(os.urandom(32)), Settings(database_url=url))
        finally:
            db.close()

"""The demonstration of Seraing in a database, everybody who waits paired, and calculations carried out on the spot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import msgspec
from sqlmodel import select

from matching.pairing import solve as pairing_search
from matching.search import Limits
from service import pairing_data, pairings, visits
from service.imports import folder
from service.imports.accept import accept
from service.imports.report import examine
from service.site import Actor, Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person
from service.tables.territory import Territory
from service.tables.work import Run
from tests.service import solving

START = date(2027, 1, 11)


def load(site: Site, name: str = "seraing") -> None:
    """Import the shipped files of a territory."""
    demo = files("service") / "demo_data"
    report = examine(site, folder.read(Path(str(demo / name))))
    accept(site, Actor("coordinator", None), report, demo=True)


def coordinator(site: Site) -> Actor:
    with site.db() as tx:
        return Actor("coordinator", tx.exec(select(Territory.id)).one())


def accept_first(site: Site) -> None:
    """Every first proposal that fits the caseloads together is accepted by both, on the domain day."""
    actor = coordinator(site)
    with site.db() as tx:
        records = pairing_data.read_records(tx, actor.territory_id or 0, site.clock.now().date())
        answer = pairing_search.solve(pairing_data.instance_of_waiting(tx, records), Limits())
        people = {row.ref: row.public_id for row in tx.exec(select(Person))}
        helpers = {row.ref: row.public_id for row in tx.exec(select(PeerHelper))}
    for pair in answer.placed:
        made = pairings.propose(site, actor, people[pair.person], helpers[pair.helper])
        for side in pairings.SIDES:
            pairings.answer(site, actor, made, side, "accepted", how="phone")


def carry_out(site: Site, run: str) -> None:
    """Do what the worker does with a run, in this process."""
    with site.db.begin() as tx:
        row = tx.exec(select(Run).where(Run.public_id == run)).one()
        answer = solving.replanned(row.snapshot) if row.kind == "replan" else solving.planned(row.snapshot)
        row.status, row.result, row.ended_at = "done", msgspec.to_builtins(answer), datetime.now(UTC)
        tx.add(row)


def plan(site: Site) -> None:
    """Four weeks from `START` on are planned, nothing is published."""
    run = visits.ask_for_plan(site, coordinator(site), START, 4)
    carry_out(site, run)
    visits.apply_draft(site, coordinator(site), run)


def visits_of(site: Site, *, since: date = START) -> list[Visit]:
    """Every visit from a day on, in order of its reference."""
    with site.db() as tx:
        rows = tx.exec(select(Visit).order_by(Visit.ref)).all()
        return [row for row in rows if row.starts_at.date() >= since]


def pairing_of(site: Site, person: str) -> Pairing:
    """The live pairing of a person."""
    with site.db() as tx:
        wanted = select(Pairing).join(Person, Person.id == Pairing.person_id).where(Person.ref == person)  # pyright: ignore[reportArgumentType]
        return tx.exec(wanted.where(Pairing.status != "ended")).one()

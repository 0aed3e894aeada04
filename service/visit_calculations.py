"""Calculations of visits: asked for, and read back with what went in and the plans that came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from locales import N_
from matching.planning.instance import Instance
from matching.planning.plan import Answer
from matching.planning.replanned import Replanned
from service import codes, runs, travel_sources
from service.errors import NotFound, RunRefused
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.runs import RunView
from service.site import Actor, Site
from service.street_child import Deadline
from service.tables.pairings import Visit
from service.tables.territory import Territory
from service.travel_ways import ways_of
from service.visit_rows import coordinating, horizon_of

PLAN_WORK = 60.0
"""Limit of the search in the solver's own measure; a territory of 60 people takes about one."""


@dataclass(frozen=True)
class Calculation:
    """A calculation read back: what went in, and the plans that came out by their names."""

    run: RunView
    instance: Instance
    plans: Mapping[str, Answer]
    parameters: Mapping[str, Any]

    @property
    def seen(self) -> Mapping[str, int]:
        """The plan it was asked upon, as `fingerprint` tells it."""
        return self.parameters["plan"]

    def named(self, which: str) -> Answer:
        """One of its plans."""
        if which not in self.plans:
            raise NotFound(N_("Ce calcul n’a pas ce plan."), run=self.run.public_id)
        return self.plans[which]


def read(site: Site, actor: Actor, run: str) -> Calculation:
    """
    A calculation of visits with its plans: `plan`, or `first`, `fewest` and `better` of a replanning.

    `first` is what it told before its proof: whoever looked at that accepts that, also when the last answer is another.

    Raises
    ------
    RunRefused
        When it has no answer, or none yet.
    """
    found = runs.answer_of(site, actor, run, "planning", "replan")
    if found is None:
        raise RunRefused(N_("Ce calcul n’a pas de résultat."), run=run)
    plans: dict[str, Answer] = {}
    if found.run.kind == "planning":
        plans["plan"] = msgspec.convert(found.result, Answer)
    elif not found.is_draft:
        both = msgspec.convert(found.result, Replanned)
        plans |= {"fewest": both.fewest, "better": both.better}
    if found.draft is not None:
        plans["first"] = msgspec.convert(found.draft, Replanned).fewest
    return Calculation(found.run, msgspec.convert(found.snapshot, Instance), plans, found.parameters)


def ask_for_plan(site: Site, actor: Actor, start: date, weeks: int = 4) -> str:
    """Ask for a plan of these weeks; the run's public id."""
    with site.db() as tx:
        number = coordinating(tx, actor).id or 0
    whole = travel_sources.fill(site, number, Deadline.within(travel_sources.FILL_SECONDS))
    with site.db() as tx:
        territory = coordinating(tx, actor)
        ways = ways_of(tx, territory)
        instance = read_instance(tx, territory, now=site.clock.now(), start=start, weeks=weeks, ways=ways)
        seen = fingerprint(tx, territory, horizon_of(instance, territory))
    parameters: dict[str, Any] = {
        "limits": {"work": PLAN_WORK},
        "start": start.isoformat(),
        "weeks": weeks,
        "plan": seen,
        "travel": msgspec.to_builtins(ways.told(stopped=not whole)),
    }
    return runs.ask(site, actor, "planning", msgspec.to_builtins(instance), parameters)


def fingerprint(tx: Session, territory: Territory, horizon: Horizon) -> dict[str, int]:
    """Revisions of the visits that stand in the horizon: equal when nobody changed the plan."""
    return {row.ref: row.revision for row in standing(tx, territory, horizon)}


def standing(tx: Session, territory: Territory, horizon: Horizon) -> list[Visit]:
    start, end = horizon.moments()
    rows = tx.exec(
        select(Visit)
        .where(
            Visit.territory_id == territory.id,
            col(Visit.status).in_(codes.LIVE_VISIT_STATES),
            col(Visit.starts_at) >= start,
            col(Visit.starts_at) < end,
        )
        .order_by(col(Visit.ref))
    )
    return list(rows)

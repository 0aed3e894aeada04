"""
Replanning after something happened: an absence, a visit that falls away, somebody new (story C4).

Two plans are found, the one with the fewest changes first and then the cheapest one; the coordinator accepts either in
whole or in part. Nothing changes before that, whatever becomes of the calculation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlmodel import Session

from service import runs, visit_plan
from service.absences import Touched, cannot_stand
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.runs import RunView
from service.site import Actor, Site
from service.tables.territory import Territory
from service.visit_judge import day_after_the_last
from service.visit_plan import PLAN_WORK, Change, Draft, fingerprint
from service.visit_rows import coordinating, week_of

WEEKS = 4
"""As many as are planned at once."""
MOST_WEEKS = 12


@dataclass(frozen=True)
class Drafts:
    """
    Both plans beside the live one; `better` is None while it is not known, and when it is the same as `fewest`.

    While the calculation goes on, and when it ended without another answer, `fewest` is what it told first.

    `absence` is the one that was to cope with, empty when there was none.
    """

    run: RunView
    fewest: Draft
    better: Draft | None
    absence: str


def ask(site: Site, actor: Actor, start: date, *, absence: str = "") -> str:
    """
    Ask how the plan can go on with few changes, from a week to the last one that is planned; the run's public id.

    What has begun, and what is pinned or confirmed, stays where it is, unless somebody whom it needs is away. What had
    no place before is not looked for here; planning anew does that.
    """
    with site.db() as tx:
        territory = coordinating(tx, actor)
        now = site.clock.now()
        monday = week_of(start)
        weeks = _weeks_planned(tx, territory, monday)
        horizon = Horizon(monday, weeks * 7, territory.timezone)
        freed = frozenset(row.ref for row in cannot_stand(tx, territory, horizon, now))
        instance = read_instance(tx, territory, now=now, start=monday, weeks=weeks, free=freed, keep=True)
        seen = fingerprint(tx, territory, horizon)
    parameters: dict[str, Any] = {
        "limits": {"work": PLAN_WORK},
        "start": monday.isoformat(),
        "weeks": weeks,
        "plan": seen,
        "absence": absence,
    }
    return runs.ask(site, actor, "replan", msgspec.to_builtins(instance), parameters)


def _weeks_planned(tx: Session, territory: Territory, monday: date) -> int:
    """Weeks from a Monday to the last visit that stands; as many as are planned at once when none does."""
    end = day_after_the_last(tx, territory)
    return WEEKS if end is None or end <= monday else min(MOST_WEEKS, -(-(end - monday).days // 7))


def ask_after(site: Site, actor: Actor, found: Touched) -> str:
    """Ask it from the first week in which an absence touches a visit."""
    return ask(site, actor, found.visits[0].start.date(), absence=found.absence.public_id)


def drafts(site: Site, actor: Actor, run: str) -> Drafts | None:
    """Both plans of a replanning; None as long as there is none."""
    view = runs.get(site, actor, run, "replan")
    if not view.has_answer:
        return None
    found = visit_plan.read(site, actor, run)
    absence = str(found.parameters["absence"])
    if "fewest" not in found.plans:
        return Drafts(found.run, visit_plan.draft_of(site, actor, found, "first"), None, absence)
    fewest, better = (visit_plan.draft_of(site, actor, found, which) for which in ("fewest", "better"))
    return Drafts(found.run, fewest, None if _differences(fewest) == _differences(better) else better, absence)


def _differences(draft: Draft) -> frozenset[Change]:
    return frozenset(draft.changes)

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

from service import runs, visit_plan
from service.absences import Touched, cannot_stand
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.runs import RunView
from service.site import Actor, Site
from service.visit_plan import PLAN_WORK, Change, Draft, fingerprint
from service.visit_rows import coordinating, week_of

WEEKS = 4
MOST_WEEKS = 12


@dataclass(frozen=True)
class Drafts:
    """
    Both plans beside the live one; `better` is None while it is not known, and when it is the same as `fewest`.

    `absence` is the one that was to cope with, empty when there was none.
    """

    run: RunView
    fewest: Draft
    better: Draft | None
    absence: str


def ask(site: Site, actor: Actor, start: date, weeks: int = WEEKS, *, absence: str = "") -> str:
    """
    Ask how the plan of these weeks can go on with few changes; the run's public id.

    What has begun, and what is pinned or confirmed, stays where it is, unless somebody whom it needs is away.
    """
    with site.db() as tx:
        territory = coordinating(tx, actor)
        now = site.clock.now()
        horizon = Horizon(week_of(start), weeks * 7, territory.timezone)
        freed = frozenset(row.ref for row in cannot_stand(tx, territory, horizon, now))
        instance = read_instance(tx, territory, now=now, start=horizon.first, weeks=weeks, free=freed, keep=True)
        seen = fingerprint(tx, territory, horizon)
    parameters: dict[str, Any] = {
        "limits": {"work": PLAN_WORK},
        "start": horizon.first.isoformat(),
        "weeks": weeks,
        "plan": seen,
        "absence": absence,
    }
    return runs.ask(site, actor, "replan", msgspec.to_builtins(instance), parameters)


def ask_after(site: Site, actor: Actor, found: Touched) -> str:
    """Ask it for the weeks in which an absence touches visits, four of them at least."""
    start = week_of(found.visits[0].start.date())
    last = found.visits[-1].start.date()
    weeks = min(MOST_WEEKS, max(WEEKS, (last - start).days // 7 + 1))
    return ask(site, actor, start, weeks, absence=found.absence.public_id)


def drafts(site: Site, actor: Actor, run: str) -> Drafts | None:
    """Both plans of a replanning; None as long as there is none."""
    view = runs.get(site, actor, run, "replan")
    if not view.has_answer:
        return None
    found = visit_plan.read(site, actor, run)
    fewest, better = (visit_plan.draft_of(site, actor, found, which) for which in ("fewest", "better"))
    same = found.is_first or _differences(fewest) == _differences(better)
    return Drafts(found.run, fewest, None if same else better, str(found.parameters["absence"]))


def _differences(draft: Draft) -> frozenset[Change]:
    return frozenset(draft.changes)

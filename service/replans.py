"""
Replanning after something happened: an absence, a visit that falls away, somebody new (story C4).

Two plans are found, the one with the fewest changes first and then the cheapest one; the coordinator accepts either in
whole or in part. Nothing changes before that, whatever becomes of the calculation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from sqlmodel import Session

from locales import N_
from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Slot
from matching.planning.plan import Plan, end_of, start_of
from matching.planning.plan import Visit as Planned
from matching.planning.slots import slots_at
from service import runs, visit_plan
from service.absences import Touched, cannot_stand
from service.errors import StepNotAllowed
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.runs import RunView
from service.site import Actor, Site
from service.tables.territory import Territory
from service.visit_calculations import PLAN_WORK, fingerprint, read
from service.visit_judge import day_after_the_last
from service.visit_plan import Change, Draft
from service.visit_rows import coordinating, own_visit, week_of
from service.visit_slots import gone, loosened

WEEKS = 4
"""As many as are planned at once."""
MOST_WEEKS = 12


@dataclass(frozen=True)
class Drafts:
    """
    Both plans beside the live one; `better` is None while it is not known, and when it is the same as `fewest`.

    While the calculation goes on, and when it ended without another answer, `fewest` is what it told first.

    `absence` is the one that was to cope with, empty when there was none. `before` are the costs of the plan as it
    stood, when a moment of a visit was tried out; None otherwise.
    """

    run: RunView
    fewest: Draft
    better: Draft | None
    absence: str
    before: Mapping[str, int] | None = None


def ask(site: Site, actor: Actor, start: date, *, absence: str = "") -> str:
    """
    Ask how the plan can go on with few changes, from a week to the last one that is planned; the run's public id.

    What has begun, and what is pinned or confirmed, stays where it is, unless somebody whom it needs is away. What had
    no place before is not looked for here; planning anew does that.
    """
    with site.db() as tx:
        territory = coordinating(tx, actor)
        snapshot, parameters = _question(tx, site, territory, start)
    return runs.ask(site, actor, "replan", snapshot, parameters | {"absence": absence})


def ask_trying(site: Site, actor: Actor, visit: str, slot: str) -> str:
    """
    Ask what becomes of the plan when a visit goes to this moment and all others may make room for it.

    Raises
    ------
    RuleBroken
        When the visit itself cannot be then, whatever the others do.
    """
    with site.db() as tx:
        territory = coordinating(tx, actor)
        row = own_visit(tx, actor, visit)
        loose = loosened(tx, site, territory, row)
        chosen = loose.meant(slot)
        snapshot, parameters = _question(tx, site, territory, loose.horizon.first, tried=(row.ref, chosen))
    return runs.ask(site, actor, "replan", snapshot, parameters | {"absence": ""})


def _question(
    tx: Session, site: Site, territory: Territory, start: date, tried: tuple[str, Slot] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The situation as it is now, and what is kept beside it; with `tried` a visit has to go to that slot."""
    now, monday = site.clock.now(), week_of(start)
    weeks = _weeks_planned(tx, territory, monday)
    horizon = Horizon(monday, weeks * 7, territory.timezone)
    free = {row.ref for row in cannot_stand(tx, territory, horizon, now)} | ({tried[0]} if tried is not None else set())
    instance = read_instance(tx, territory, now=now, start=monday, weeks=weeks, free=frozenset(free), keep=True)
    parameters: dict[str, Any] = {
        "limits": {"work": PLAN_WORK},
        "start": monday.isoformat(),
        "weeks": weeks,
        "plan": fingerprint(tx, territory, horizon),
    }
    if tried is not None:
        parameters["before"] = dict(evaluate(instance, standing(instance)).costs)
        instance = only_there(instance, *tried)
    return msgspec.to_builtins(instance), parameters


def standing(instance: Instance) -> Plan:
    """The plan as it stands."""
    slots = ((task.id, task.fixed or task.stands) for task in instance.tasks)
    return tuple(Planned(ref, slot) for ref, slot in slots if slot is not None)


def only_there(instance: Instance, ref: str, slot: Slot) -> Instance:
    """The same question with one visit that has to be done, by these people and at this hour."""
    task = instance.task.get(ref)
    if task is None:
        raise StepNotAllowed(N_("Cette visite ne peut plus être déplacée."))
    if slot not in slots_at(instance, task, slot.starts[0]):
        raise gone(task)
    parts = tuple(
        replace(part, workers=(who,), ranked=False) for part, who in zip(task.parts, slot.workers, strict=True)
    )
    there = replace(task, parts=parts, due=(start_of(slot), end_of(task, slot)), price=None)
    return replace(instance, tasks=tuple(there if one.id == ref else one for one in instance.tasks))


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
    found = read(site, actor, run)
    absence, before = str(found.parameters["absence"]), found.parameters.get("before")
    if "fewest" not in found.plans:
        return Drafts(found.run, visit_plan.draft_of(site, actor, found, "first"), None, absence, before)
    fewest, better = (visit_plan.draft_of(site, actor, found, which) for which in ("fewest", "better"))
    same = _differences(fewest) == _differences(better)
    return Drafts(found.run, fewest, None if same else better, absence, before)


def _differences(draft: Draft) -> frozenset[Change]:
    return frozenset(draft.changes)

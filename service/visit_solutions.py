"""Visits that are due and have no place yet: why, where they could go, and what would have to give when nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from locales import N_
from matching.planning.explain import blocking
from matching.planning.instance import Instance, Task
from matching.planning.plan import end_of, start_of
from matching.planning.slots import allowed_slots
from matching.planning.ways import Way, ways_out
from service import audit, bookings
from service.errors import StepNotAllowed
from service.kept_answers import KeptAnswers
from service.planning_data import instance_of, read_instance, taken_elsewhere
from service.planning_due import due_of
from service.planning_records import Horizon, Records
from service.site import Actor, Site
from service.tables.people import Place
from service.tables.territory import Territory
from service.travel_ways import Ways
from service.visit_plan import LIVE_PAIRINGS, ToPlace, names_of, to_place
from service.visit_rows import (
    coordinating,
    must_consent,
    new_visit,
    next_refs,
    people,
    planned_weeks,
    today_of,
    week_of,
)
from service.visit_slots import MOST_SLOTS, WEEKS_LOOKED_AT, Asked, Loose, SlotChoice
from service.visit_words import RULES


@dataclass(frozen=True)
class WayOut:
    """
    One thing that would have to give, and the moment that the visit would get.

    `kind` and `amount` are those of `matching.planning.ways.Way`; `who` and `going` are references.
    """

    kind: str
    who: str
    amount: int
    start: datetime
    end: datetime
    going: tuple[str, ...]


@dataclass(frozen=True)
class Solutions:
    """A due visit without a place: its best slots; without any, the rules in the way and the ways out."""

    visit: ToPlace
    slots: tuple[SlotChoice, ...]
    ways: tuple[WayOut, ...]


@dataclass(frozen=True)
class Waiting:
    """A due visit without a place, how many slots it has, and why it has none, one text to translate for each rule."""

    visit: ToPlace
    solutions: int

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(RULES[code] for code in self.visit.rules)


def solutions_for(site: Site, actor: Actor, due: str) -> Solutions:
    """
    The best slots of a visit that is due and has no place, beside all others as they stand; else the ways out.

    `due` is the key of the visit, `ToPlace.id`.

    Raises
    ------
    StepNotAllowed
        When the visit has a place by now, or is not due any more.
    """
    horizon = _horizon(site, actor)
    with site.db() as tx:
        territory = coordinating(tx, actor)
        return solutions(tx, territory, _due(tx, site, territory, horizon, due))


def solutions(tx: Session, territory: Territory, loose: Loose) -> Solutions:
    """The best slots of one visit without a place; without any, what stands against it and the ways out."""
    choices = loose.choices()
    rules = () if choices else _rules(loose)
    ways = () if choices else ways_out(loose.near, loose.others, loose.task, loose.now)
    visit = to_place(loose.task, rules, loose.horizon, names_of(tx, territory))
    return Solutions(visit, tuple(choices[:MOST_SLOTS]), tuple(_way_out(loose.horizon, way) for way in ways))


def slot_for(site: Site, actor: Actor, due: str, day: date, minute: int) -> Asked:
    """A moment chosen by hand for a due visit, and every rule against it; nothing is written."""
    horizon = _horizon(site, actor)
    with site.db() as tx:
        return _due(tx, site, coordinating(tx, actor), horizon, due).asked(day, minute)


def place(site: Site, actor: Actor, due: str, slot: str, *, pin: bool = False) -> str:
    """
    Write the visit that is due into one of its slots; its public id. It is told to nobody before it is published.

    Raises
    ------
    StepNotAllowed
        When the visit has a place by now, or is not due any more.
    RuleBroken
        When the slot no longer keeps every rule.
    ConsentMissing
        When the person's consent does not hold on that day.
    DoubleBooking
        When somebody would be at two things at once.
    """
    horizon = _horizon(site, actor)
    with site.db.begin() as tx:
        territory = coordinating(tx, actor)
        return write(tx, site, actor, territory, _due(tx, site, territory, horizon, due), slot, pin=pin)


def write(tx: Session, site: Site, actor: Actor, territory: Territory, loose: Loose, slot: str, *, pin: bool) -> str:
    """A new visit in one of its slots, once every rule and the person's consent let it; its public id."""
    chosen, task, horizon = loose.named(slot), loose.task, loose.horizon
    known = people(tx, territory.id or 0)
    pairing = known.pairings[task.series or ""]
    if pairing.status not in LIVE_PAIRINGS:
        raise _not_due(task.id)
    day = horizon.date(start_of(chosen) // 1440)
    must_consent(tx, known.persons[pairing.person_id], max(day, today_of(site, territory)))
    places = {row.ref: row.id for row in tx.exec(select(Place).where(Place.territory_id == territory.id))}
    ref = next_refs(tx, territory.id or 0, (task.series or "").partition("-")[0], 1)[0]
    row = new_visit(task, chosen, horizon, known, site, ref, places)
    row.pinned = pin
    tx.add(row)
    bookings.book(tx, row)
    audit.note(tx, site, actor, "visit.planned", "visit", row.public_id)
    return row.public_id


def waiting(week: Records, ways: Ways, horizon: Horizon) -> tuple[Waiting, ...]:
    """Every visit due in a week that has no place, in the plan of the horizon."""
    instance = instance_of(week.over(horizon), ways, stand=True, free=None)
    names = week.names
    found: list[Waiting] = []
    for task in instance.tasks:
        visit = to_place(task, (), horizon, names)
        outside = visit.due_from > week.horizon.last or visit.due_to < week.horizon.first
        if outside or not _waits(task, horizon.tick(week.now)) or _is_seen(instance.tasks, task):
            continue
        count, rules = _looked_at(_loose(instance, task, horizon, week.now))
        found.append(Waiting(replace(visit, rules=rules), count))
    return tuple(found)


_LOOKED_AT = KeptAnswers[tuple[int, tuple[str, ...]]](4096)
"""A number and some codes for each visit to place: those of a large installation, some times over."""


def _looked_at(loose: Loose) -> tuple[int, tuple[str, ...]]:
    """How many slots a visit has, and the codes of the rules against it when it has none: most of a page's work."""

    def look() -> tuple[int, tuple[str, ...]]:
        count = loose.count()
        return count, () if count else _rules(loose)

    return _LOOKED_AT.of((loose.task.id, loose.near), look)


def still_due(tx: Session, site: Site, territory: Territory, horizon: Horizon) -> dict[date, int]:
    """How many due visits of the plan of the horizon have no place, by the Monday of their first day."""
    records = Records(tx, territory, horizon, site.clock.now())
    now, index = horizon.tick(records.now), records.points
    tasks = [task for due in due_of(records, stand=True, free=None) for task in due.tasks(index)]
    found: dict[date, int] = {}
    for task in tasks:
        if _waits(task, now) and not _is_seen(tasks, task):
            first = horizon.moment(max(task.due[0], now)).date()
            monday = first - timedelta(days=first.weekday())
            found[monday] = found.get(monday, 0) + 1
    return found


def _waits(task: Task, now: int) -> bool:
    """Whether it has no visit and its time is not over."""
    return task.visit is None and task.due[1] > now and task.due[1] - task.due[0] >= task.minutes


def _is_seen(tasks: Iterable[Task], task: Task) -> bool:
    """Whether the person has a visit of this pairing in the days in which this one is due, its first visit say."""
    return any(
        one.series == task.series and one.fixed is not None and task.due[0] <= start_of(one.fixed) < task.due[1]
        for one in tasks
    )


def _horizon(site: Site, actor: Actor) -> Horizon:
    """The weeks of the calculation applied last, so that what is due keeps its key; else the next ones."""
    with site.db() as tx:
        territory = coordinating(tx, actor)
        first = week_of(today_of(site, territory))
        return planned_weeks(tx, territory) or Horizon(first, WEEKS_LOOKED_AT * 7, territory.timezone)


def _everything_due(tx: Session, site: Site, territory: Territory, horizon: Horizon) -> Instance:
    """What stands where it is, and everything else that is due."""
    return read_instance(
        tx, territory, now=site.clock.now(), start=horizon.first, weeks=horizon.days // 7, stand=True, free=None
    )


def _due(tx: Session, site: Site, territory: Territory, horizon: Horizon, key: str) -> Loose:
    """One due visit without a place, among all that stand."""
    now = site.clock.now()
    instance = _everything_due(tx, site, territory, horizon)
    task = instance.task.get(key)
    if task is None or not _waits(task, horizon.tick(now)):
        raise _not_due(key)
    elsewhere = taken_elsewhere(tx, territory, horizon, now)
    return replace(_loose(instance, task, horizon, now), elsewhere=elsewhere)


def _loose(instance: Instance, task: Task, horizon: Horizon, now: datetime) -> Loose:
    return Loose(instance, task, horizon, horizon.tick(now), told=False)


def _not_due(key: str) -> StepNotAllowed:
    return StepNotAllowed(N_("Cette visite est déjà placée, ou n’est plus due."), visit=key)


def _rules(loose: Loose) -> tuple[str, ...]:
    return blocking(loose.near, loose.others, loose.task, allowed_slots(loose.near, loose.task))


def _way_out(horizon: Horizon, way: Way) -> WayOut:
    return WayOut(
        kind=way.kind,
        who=way.who,
        amount=way.amount,
        start=horizon.moment(start_of(way.slot)),
        end=horizon.moment(end_of(way.task, way.slot)),
        going=way.slot.workers[1:],
    )

"""Where one visit could go while all others stay: its best slots, a moment chosen by hand, what is against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import product

from sqlmodel import Session

from locales import N_
from matching.planning.components import around, part_of
from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Slot, Task
from matching.planning.judge import violations
from matching.planning.plan import Plan, Violation, end_of, start_of
from matching.planning.plan import Visit as Planned
from matching.planning.slots import skilled
from matching.planning.spans import Span, shared
from matching.planning.ways import free_slots
from service import codes
from service.errors import RuleBroken, StepNotAllowed
from service.planning_data import read_instance, taken_elsewhere
from service.planning_records import Horizon
from service.site import Site
from service.tables.pairings import Visit
from service.tables.territory import Territory
from service.visit_rows import week_of

MOST_SLOTS = 6
WEEKS_LOOKED_AT = 4
"""From the visit's week on, so that its rhythm and its helper's weeks are seen."""


@dataclass(frozen=True)
class SlotChoice:
    """
    Somewhere a visit could go without breaking a rule, and what it would mean.

    `id` names it for `move`; `going` are the others beside the helper; `extra_travel` may be below 0.
    """

    id: str
    start: datetime
    end: datetime
    going: tuple[str, ...]
    extra_travel: int
    extra_cost: int
    costs: dict[str, int]
    changes_helper: bool


@dataclass(frozen=True)
class Objection:
    """
    A rule against a moment: its code, and the reference of whom it is about ("" = the visit).

    Beside the codes of the rules: PAST, DUE for a day outside those in which the visit is due, and OWN_CALENDAR in the
    place of V1 for somebody whose own agenda takes that time.
    """

    code: str
    who: str = ""


@dataclass(frozen=True)
class Asked:
    """A moment chosen by hand: its slot, to hand on once nothing is `against` it, and the days in which it is due."""

    slot: str
    against: tuple[Objection, ...]
    due_from: date
    due_to: date


@dataclass(frozen=True)
class Loose:
    """
    One visit that may go elsewhere, among all others where they stand; `told` when people know of it.

    `elsewhere` is what people's own agendas take of their windows, by reference: it names why somebody is not free.
    """

    instance: Instance
    task: Task
    horizon: Horizon
    now: int
    told: bool
    elsewhere: Mapping[str, tuple[Span, ...]] = field(default_factory=dict[str, tuple[Span, ...]])

    @cached_property
    def near(self) -> Instance:
        """What this visit can disturb, and no more; a visit that nobody was told of may move without being a change."""
        near = around(self.instance, self.task)
        if self.told or self.task.published is None:
            return near
        quiet = replace(self.task, published=None)
        return part_of(near, tasks=tuple(quiet if one.id == quiet.id else one for one in near.tasks))

    @cached_property
    def others(self) -> Plan:
        return tuple(Planned(one.id, one.fixed) for one in self.near.tasks if one.fixed is not None)

    @cached_property
    def _before(self) -> dict[str, int]:
        stands = self.task.published
        plan = self.others if stands is None else (*self.others, Planned(self.task.id, stands))
        return dict(evaluate(self.near, plan).costs)

    def choices(self) -> list[SlotChoice]:
        """Every slot that keeps every rule, cheapest first."""
        task = self.near.task[self.task.id]
        slots = [slot for slot in free_slots(self.near, self.others, task) if slot != self.task.published]
        return sorted(map(self.choice, slots), key=lambda one: (one.extra_cost, one.start, one.id))

    def count(self) -> int:
        """How many there are; what each of them would mean is not worked out."""
        task = self.near.task[self.task.id]
        return sum(slot != self.task.published for slot in free_slots(self.near, self.others, task))

    def choice(self, slot: Slot) -> SlotChoice:
        """A slot and its consequence beside where the visit stands now."""
        before, now = self._before, self.task.published
        costs = evaluate(self.near, (*self.others, Planned(self.task.id, slot))).costs
        # What a visit without a place costs is gone with any slot, and says nothing about this one.
        extra = {name: costs[name] - before[name] for name in costs if costs[name] != before[name] and name != "missed"}
        return SlotChoice(
            id=self.id_of(slot),
            start=self.horizon.moment(start_of(slot)),
            end=self.horizon.moment(end_of(self.task, slot)),
            going=slot.workers[1:],
            extra_travel=extra.get("travel", 0),
            extra_cost=sum(extra.values()),
            costs=extra,
            changes_helper=now is not None and now.workers[0] != slot.workers[0],
        )

    def against(self, slot: Slot) -> tuple[Objection, ...]:
        """Every rule that this slot breaks; none when the visit may go there."""
        if start_of(slot) < self.now:
            return (Objection("PAST"),)
        if start_of(slot) < self.task.due[0] or end_of(self.task, slot) > self.task.due[1]:
            return (Objection("DUE"),)
        plan = (*self.others, Planned(self.task.id, slot))
        found = [one for one in violations(self.near, plan) if self.task.id in one.tasks]
        lasts = (start_of(slot), end_of(self.task, slot))
        return tuple(dict.fromkeys(Objection(self._reason(one, lasts), one.who) for one in found))

    def _reason(self, broken: Violation, lasts: Span) -> str:
        own = broken.code == "V1" and shared((lasts,), self.elsewhere.get(broken.who, ()))
        return "OWN_CALENDAR" if own else broken.code

    def asked(self, day: date, minute: int) -> Asked:
        """A moment chosen by hand, and what is against it."""
        slot = self.at(day, minute)
        first, last = self.task.due
        due = (self.horizon.date(first // 1440), self.horizon.date((last - 1) // 1440))
        return Asked(self.id_of(slot), self.against(slot), *due)

    def id_of(self, slot: Slot) -> str:
        """The name of a slot, for `named`."""
        return f"{self.horizon.moment(start_of(slot)).strftime('%Y-%m-%dT%H:%M')}|{'|'.join(slot.workers)}"

    def at(self, day: date, minute: int) -> Slot:
        """The visit then, by whoever breaks fewest rules; those who go now come first."""
        tick = self.horizon.day(day) * 1440 + minute
        now = self.task.published
        teams = [now.workers] if now is not None else []
        teams += [
            team
            for team in product(*(skilled(self.instance, self.task, part) for part in range(len(self.task.parts))))
            if len(set(team)) == len(team) and team not in teams
        ]
        if not teams:
            raise RuleBroken(N_("Il n’y a personne pour accompagner cette visite."))
        broken: dict[Slot, int] = {}
        for team in teams:
            slot = Slot(team, (tick,) * len(self.task.parts))
            broken[slot] = len(self.against(slot))
            if not broken[slot]:
                break
        return min(broken, key=broken.__getitem__)

    def named(self, slot: str) -> Slot:
        """The slot that an id names, once nothing stands against it."""
        found = self.meant(slot)
        if self.against(found):
            raise gone(self.task)
        return found

    def meant(self, slot: str) -> Slot:
        """The slot that an id names, whatever stands against it."""
        moment, *workers = slot.split("|")
        try:
            start = datetime.fromisoformat(moment)
        except ValueError:
            raise gone(self.task) from None
        parts = self.task.parts
        if len(workers) != len(parts) or not all(who in part.workers for who, part in zip(workers, parts, strict=True)):
            raise gone(self.task)
        tick = self.horizon.day(start.date()) * 1440 + start.hour * 60 + start.minute
        return Slot(tuple(workers), (tick,) * len(parts))


def gone(task: Task) -> RuleBroken:
    return RuleBroken(N_("Cette heure n’est plus possible. Choisissez-en une autre."), visit=task.visit or task.id)


def loosened(tx: Session, site: Site, territory: Territory, row: Visit) -> Loose:
    """A visit that stands, free to move among all others."""
    horizon = Horizon(week_of(_local_day(row, territory)), WEEKS_LOOKED_AT * 7, territory.timezone)
    now = site.clock.now()
    free = frozenset((row.ref,))
    instance = read_instance(tx, territory, now=now, start=horizon.first, weeks=WEEKS_LOOKED_AT, stand=True, free=free)
    task = instance.task.get(row.ref)
    if task is None or row.status not in codes.LIVE_VISIT_STATES:
        raise StepNotAllowed(N_("Cette visite ne peut plus être déplacée."))
    elsewhere = taken_elsewhere(tx, territory, horizon, now)
    return Loose(instance, task, horizon, horizon.tick(now), row.published_at is not None, elsewhere)


def _local_day(row: Visit, territory: Territory) -> date:
    return row.starts_at.astimezone(Horizon(date(2000, 1, 1), 1, territory.timezone).moment(0).tzinfo).date()

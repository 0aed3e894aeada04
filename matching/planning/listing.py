"""
All rounds of a component, worker by worker and day by day, as arrays: a region has millions.

`model/cpsat.py` makes literals of all of them, or of those that a relaxation finds worth it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.planning.costs import ORDINARY, Pricing
from matching.planning.instance import RHYTHM, Instance, Slot, Task
from matching.planning.plan import Plan, Stop
from matching.planning.rounds import Entry, Item, Round, is_fixed, rounds

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Day:
    """
    The rounds of one worker on one day.

    Parameters
    ----------
    members
        Entries of each round, by their number and in order of time; -1 behind the last.
    complete
        No round was left out.
    """

    who: str
    day: int
    entries: tuple[Entry, ...]
    cost: Ints
    kept: Ints
    members: NDArray[np.int16]
    complete: bool

    @property
    def stands(self) -> bool:
        """Whether some visit stands already, which every round holds then."""
        return any(is_fixed(entry.stop.task) for entry in self.entries)

    def round(self, number: int) -> Round:
        members: list[int] = self.members[number].tolist()
        held = tuple(self.entries[one] for one in members if one >= 0)
        return Round(int(self.cost[number]), int(self.kept[number]), held)

    def singles(self) -> Ints:
        """The rounds of one visit."""
        return np.flatnonzero((self.members >= 0).sum(axis=1) == 1)


@dataclass(frozen=True)
class Listing:
    """Every round of a component; `timed` are the tasks whose hour concerns others than their one worker."""

    timed: frozenset[str]
    days: tuple[Day, ...]
    pricing: Pricing

    @property
    def complete(self) -> bool:
        return all(one.complete for one in self.days)

    @property
    def size(self) -> int:
        return sum(len(one.cost) for one in self.days)

    def of(self, instance: Instance, plan: Plan) -> list[Ints]:
        """The rounds that a plan is made of, day by day; where a visit has another timing there, that one is meant."""
        held = items_of(instance, plan, self.timed)
        found: list[Ints] = []
        for one in self.days:
            wanted = held[one.who, one.day]
            numbers = {number for number, entry in enumerate(one.entries) if entry.item in wanted}
            inside = np.isin(one.members, list(numbers)) & (one.members >= 0)
            same = (inside.sum(axis=1) == len(wanted)) & (inside.sum(axis=1) == (one.members >= 0).sum(axis=1))
            found.append(np.flatnonzero(same))
        return found


def items_of(
    instance: Instance, plan: Plan, timed: frozenset[str]
) -> Mapping[tuple[str, int], set[tuple[str, int, int]]]:
    """What each worker does on each day of a plan, as `Entry.item` names it."""
    days: dict[tuple[str, int], set[Item]] = defaultdict(set)
    for visit in plan:
        for part, (who, moment) in enumerate(zip(visit.slot.workers, visit.slot.starts, strict=True)):
            days[who, instance.day(moment)].add((visit.task, part, moment if visit.task in timed else -1))
    return days


def listing(
    instance: Instance,
    tasks: Sequence[Task],
    slots: Mapping[str, tuple[Slot, ...]],
    goes_on: Callable[[], bool],
    pricing: Pricing = ORDINARY,
) -> Listing | None:
    """The rounds of a component; None when it is to go on no longer."""
    timed = frozenset(task.id for task in tasks if is_timed(instance, task))
    days: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for task in tasks:
        seen: set[tuple[str, int, int]] = set()
        for slot in slots[task.id]:
            cost = 0 if task.id in timed else pricing.place(instance, task, slot)
            for part, (who, start) in enumerate(zip(slot.workers, slot.starts, strict=True)):
                if not instance.worker[who].returns and (who, part, start) not in seen:
                    seen.add((who, part, start))
                    stop = Stop(start, start + task.parts[part].minutes, task)
                    days[who, instance.day(start)].append(Entry(stop, part, slot, cost, task.id in timed))
    found: list[Day] = []
    for (who, day), entries in sorted(days.items()):
        if not goes_on():
            return None
        found.append(_day(instance, who, day, tuple(entries)))
    return Listing(timed, tuple(found), pricing)


def _day(instance: Instance, who: str, day: int, entries: tuple[Entry, ...]) -> Day:
    made, complete = rounds(instance, instance.worker[who], entries)
    number = {id(entry): index for index, entry in enumerate(entries)}
    members = np.full((len(made), max((len(one.entries) for one in made), default=1)), -1, dtype=np.int16)
    for index, one in enumerate(made):
        for place, entry in enumerate(one.entries):
            members[index, place] = number[id(entry)]
    cost, kept = (np.array(values, np.int64) for values in ([one.cost for one in made], [one.kept for one in made]))
    return Day(who, day, entries, cost, kept, members, complete)


def is_timed(instance: Instance, task: Task) -> bool:
    """Whether anybody but its one worker minds at which hour of the day the visit is."""
    if len(task.parts) > 1 or instance.prices.largest_lateness:
        return True
    if any(instance.worker[worker].returns for part in task.parts for worker in part.workers):
        return True
    if task.room is not None and (instance.room[task.room].single or instance.room[task.room].capacity):
        return True
    return any(
        one.client == task.client and one.id != task.id and not _kept_apart(instance, one, task)
        for one in instance.tasks
        if task.client is not None
    )


def _kept_apart(instance: Instance, one: Task, other: Task) -> bool:
    """Whether V9 keeps two visits of a person on different days."""
    return (
        one.series is not None
        and one.series == other.series
        and one.kind in RHYTHM
        and other.kind in RHYTHM
        and instance.one_series[one.series].gap_days > 0
    )

"""
Rounds: every set of visits that one worker can make on one day, each at its cheapest timing.

A helper makes few visits a day, so the sets can be listed, and choosing one round for each worker and day is a far
tighter model than choosing orders of visits. A visit whose hour concerns somebody else (a joint visit, a room) keeps
its hour in the name of the set; of all others only the cheapest timing is kept, since nothing but the day matters
elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from matching.planning.costs import BREAK, started_hours
from matching.planning.instance import Instance, Slot, Task, Worker
from matching.planning.plan import Stop
from matching.planning.rules import FOLLOW_RULES

MOST_ROUNDS = 200_000
"""Rounds listed for one worker and day; beyond it the longer ones are left out and no proof is claimed."""

Item = tuple[str, int, int]
"""Task, number of its part, start where the hour is in the name, else -1."""


@dataclass(frozen=True)
class Entry:
    """A worker's part of an allowed slot; `cost` is the slot's own, 0 where the slot is a choice by itself (timed)."""

    stop: Stop
    part: int
    slot: Slot
    cost: int
    timed: bool

    @cached_property
    def item(self) -> Item:
        return (self.stop.task.id, self.part, self.stop.start if self.timed else -1)


@dataclass(frozen=True)
class Round:
    """A set of visits of one worker on one day, in order of time; `kept` counts those that stay where they stand."""

    cost: int
    kept: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class _Begun:
    """
    The beginning of a round: what comes later depends on its last stop and on how long the stretch lasts.

    `cost` leaves out the way back and the hours of the last stretch.
    """

    cost: int
    stretch: int
    kept: int
    taken: tuple[int, ...]

    def is_no_worse(self, other: _Begun) -> bool:
        return self.cost <= other.cost and self.stretch <= other.stretch and self.kept >= other.kept


def rounds(instance: Instance, worker: Worker, entries: Sequence[Entry]) -> tuple[tuple[Round, ...], bool]:
    """
    Every possible round of a worker's day that holds all its fixed visits, and whether none was left out.

    The empty round is not listed. Of several beginnings with the same visits and the same last stop only those are
    followed that may still lead to the cheapest round.
    """
    entries = sorted(entries, key=lambda entry: (entry.stop.start, entry.stop.end, entry.stop.task.id, entry.part))
    fixed = [number for number, entry in enumerate(entries) if is_fixed(entry.stop.task)]
    items = {item: 1 << number for number, item in enumerate(dict.fromkeys(entry.item for entry in entries))}
    bits = [items[entry.item] for entry in entries]
    same = [
        sum(items[item] for item in {other.item for other in entries if other.stop.task.id == entry.stop.task.id})
        for entry in entries
    ]
    steps = [
        [
            number
            for number in range(first + 1, _wall(fixed, first + 1, len(entries)) + 1)
            if may_follow(instance, worker, before.stop, entries[number].stop)
        ]
        for first, before in enumerate(entries)
    ]
    level: dict[tuple[int, int], list[_Begun]] = {}
    for number in range(_wall(fixed, 0, len(entries)) + 1):
        if v6_day(worker, [entries[number].stop.task]):
            _note(level, (bits[number], number), _first_stop(instance, worker, entries[number], number))
    best: dict[int, Round] = {}
    complete = True
    while level:
        for (key, last), found in level.items():
            if all(number in found[0].taken for number in fixed):
                for begun in found:
                    _keep(instance, worker, entries, key, last, begun, best)
        if len(best) > MOST_ROUNDS:
            complete = False
            break
        longer: dict[tuple[int, int], list[_Begun]] = {}
        for (key, last), found in level.items():
            for number in steps[last]:
                if key & same[number]:
                    continue
                taken = (*found[0].taken, number)
                if v6_day(worker, [entries[one].stop.task for one in taken]):
                    for begun in found:
                        more = _next_stop(instance, worker, entries, begun, (*begun.taken, number))
                        _note(longer, (key | bits[number], number), more)
        level = longer
    return tuple(best[key] for key in sorted(best)), complete


def _wall(fixed: Sequence[int], first: int, size: int) -> int:
    """The last entry that may come next: nothing that stands is passed over."""
    return next((number for number in fixed if number >= first), size - 1)


def _note(level: dict[tuple[int, int], list[_Begun]], key: tuple[int, int], begun: _Begun) -> None:
    known = level.get(key)
    if known is None:
        level[key] = [begun]
    elif not any(one.is_no_worse(begun) for one in known):
        known[:] = [one for one in known if not begun.is_no_worse(one)]
        known.append(begun)


def _first_stop(instance: Instance, worker: Worker, entry: Entry, number: int) -> _Begun:
    cost = entry.cost + instance.prices.travel * instance.way(worker.mode, worker.base, entry.stop.task.place)
    return _Begun(cost, entry.stop.end - entry.stop.start, _stays(entry), (number,))


def _next_stop(
    instance: Instance, worker: Worker, entries: Sequence[Entry], begun: _Begun, taken: tuple[int, ...]
) -> _Begun:
    before, entry = entries[taken[-2]].stop, entries[taken[-1]]
    way = instance.way(worker.mode, before.task.place, entry.stop.task.place)
    cost = begun.cost + entry.cost + instance.prices.travel * way
    stretch = begun.stretch + way
    if entry.stop.start - before.end - way >= BREAK:
        cost += _late_hours(instance, worker, begun.stretch)
        stretch = 0
    return _Begun(cost, stretch + entry.stop.end - entry.stop.start, begun.kept + _stays(entry), taken)


def _late_hours(instance: Instance, worker: Worker, stretch: int) -> int:
    return instance.prices.fourth_hour * started_hours(stretch) if worker.balanced else 0


def _stays(entry: Entry) -> int:
    return int(not entry.timed and entry.slot == entry.stop.task.stands)


def _keep(
    instance: Instance,
    worker: Worker,
    entries: Sequence[Entry],
    key: int,
    last: int,
    begun: _Begun,
    best: dict[int, Round],
) -> None:
    home = instance.prices.travel * instance.way(worker.mode, entries[last].stop.task.place, worker.base)
    cost = begun.cost + home + _late_hours(instance, worker, begun.stretch)
    if key not in best or (cost, -begun.kept) < (best[key].cost, -best[key].kept):
        best[key] = Round(cost, begun.kept, tuple(entries[number] for number in begun.taken))


def may_follow(instance: Instance, worker: Worker, before: Stop, after: Stop) -> bool:
    """V2 and V6 between two stops; what stands already is a fact."""
    if is_fixed(before.task) and is_fixed(after.task):
        return True
    return all(rule(instance, worker, before, after) for _, rule in FOLLOW_RULES)


def v6_day(worker: Worker, tasks: Sequence[Task]) -> bool:
    """V6: at most so many visits a day, unless all of them stand already."""
    return (
        worker.max_visits_per_day is None
        or len(tasks) <= worker.max_visits_per_day
        or all(is_fixed(task) for task in tasks)
    )


def is_fixed(task: Task) -> bool:
    return task.fixed is not None

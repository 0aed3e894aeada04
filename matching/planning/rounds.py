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

from matching.planning.costs import of_round
from matching.planning.instance import Instance, Slot, Task, Worker
from matching.planning.plan import Stop
from matching.planning.rules import FOLLOW_RULES

MOST_ROUNDS = 60_000
"""Rounds listed for one worker and day; beyond it the longer ones are left out and no proof is claimed."""


@dataclass(frozen=True)
class Entry:
    """A worker's part of an allowed slot; `cost` is the slot's own, 0 where the slot is a choice by itself (timed)."""

    stop: Stop
    part: int
    slot: Slot
    cost: int
    timed: bool

    @property
    def item(self) -> tuple[str, int, int]:
        return (self.stop.task.id, self.part, self.stop.start if self.timed else -1)


@dataclass(frozen=True)
class Round:
    """A set of visits of one worker on one day, in order of time; `kept` counts those that stay where they stand."""

    cost: int
    kept: int
    entries: tuple[Entry, ...]


def rounds(instance: Instance, worker: Worker, entries: Sequence[Entry]) -> tuple[tuple[Round, ...], bool]:
    """
    Every possible round of a worker's day that holds all its fixed visits, and whether none was left out.

    The empty round is not listed.
    """
    entries = sorted(entries, key=lambda entry: (entry.stop.start, entry.stop.end, entry.stop.task.id, entry.part))
    fixed = [number for number, entry in enumerate(entries) if is_fixed(entry.stop.task)]
    best: dict[tuple[tuple[str, int, int], ...], Round] = {}
    level: list[tuple[int, ...]] = [()]
    complete = True
    while level:
        longer: list[tuple[int, ...]] = []
        for taken in level:
            first = taken[-1] + 1 if taken else 0
            wall = next((number for number in fixed if number >= first), len(entries) - 1)
            for number in range(first, wall + 1):
                entry = entries[number]
                if all(entry.stop.task.id != entries[one].stop.task.id for one in taken) and (
                    not taken or may_follow(instance, worker, entries[taken[-1]].stop, entry.stop)
                ):
                    longer.append((*taken, number))
        level = [taken for taken in longer if v6_day(worker, [entries[number].stop.task for number in taken])]
        for taken in level:
            if all(number in taken for number in fixed):
                _keep(instance, worker, [entries[number] for number in taken], best)
        if len(best) > MOST_ROUNDS:
            complete = False
            break
    return tuple(best[key] for key in sorted(best)), complete


def _keep(
    instance: Instance,
    worker: Worker,
    chosen: Sequence[Entry],
    best: dict[tuple[tuple[str, int, int], ...], Round],
) -> None:
    key = tuple(sorted(entry.item for entry in chosen))
    cost = of_round(instance, worker, [entry.stop for entry in chosen]) + sum(entry.cost for entry in chosen)
    kept = sum(not entry.timed and entry.slot == entry.stop.task.kept for entry in chosen)
    if key not in best or (cost, -kept) < (best[key].cost, -best[key].kept):
        best[key] = Round(cost, kept, tuple(chosen))


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

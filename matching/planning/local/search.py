"""One component under local search: a first plan, better ones, and the plan as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from matching.planning.instance import Instance, Slot, Task
from matching.planning.local.moves import BEST, CYCLE, TURN, State, improve, keep, put, recreate, settle
from matching.planning.local.tables import MUST, Tables, tables
from matching.planning.plan import Plan, Visit

SCRAMBLE = 0x9E3779B97F4A7C15
"""Keeps the generator from beginning at 0 (Steele et al. 2014)."""


class Local:
    """
    A plan of one component that gets better.

    The same for the same seed and the same number of looks, however they are cut into calls; more looks are never
    worse.
    """

    def __init__(
        self, instance: Instance, tasks: Sequence[Task], slots: Mapping[str, Sequence[Slot]], seed: int
    ) -> None:
        self._tasks, self._slots = tasks, slots
        self._tables = tables(instance, tasks, slots)
        self.scale = self._tables.numbers.scale
        self._state = _empty(self._tables, seed)
        firsts = {task.after for task in tasks}
        movable = [index for index, task in enumerate(tasks) if task.fixed is None and slots[task.id]]
        self._free = np.array(movable, dtype=np.int64)
        for index, task in enumerate(tasks):
            if task.fixed is not None:
                put(self._tables, self._state, int(self._tables.option_at[index]))
        self._state.best[:] = self._state.at
        order = sorted(movable, key=lambda one: (tasks[one].price is not None, tasks[one].id not in firsts))
        recreate(self._tables, self._state, np.array(order, dtype=np.int64), len(order), 0)
        keep(self._state, self._free)

    @property
    def value(self) -> int:
        """What CP-SAT would pay for the best plan so far, and `MUST` for whatever has to be done and is not."""
        return int(self._state.numbers[BEST])

    @property
    def least(self) -> int:
        """Points that no plan can be below: of each task the cheapest place, or leaving it out."""
        t = self._tables
        least = t.out.copy()
        np.minimum.at(least, t.task, t.cost)
        return int(least[t.out < MUST].sum())

    @property
    def plan(self) -> Plan:
        """The best plan so far."""
        found: list[Visit] = []
        for index, task in enumerate(self._tasks):
            option = int(self._state.best[index])
            if option >= 0:
                found.append(Visit(task.id, self._slots[task.id][option - int(self._tables.option_at[index])]))
        return tuple(found)

    def improve(self, looks: int) -> None:
        """Look at so many places more."""
        if len(self._free):
            taken, old, order = (np.empty(len(self._state.at), np.int64) for _ in range(3))
            improve(self._tables, self._state, self._free, looks, taken, old, order)

    def take_over(self, plan: Plan) -> None:
        """Go on from this plan of the component, hot again."""
        slots = {visit.task: visit.slot for visit in plan}
        for index, task in enumerate(self._tasks):
            if task.fixed is not None:
                continue
            slot = slots.get(task.id)
            found = -1
            if slot is not None:
                found = int(self._tables.option_at[index]) + self._slots[task.id].index(slot)
            self._state.best[index] = found
        settle(self._tables, self._state, self._free)
        keep(self._state, self._free)
        left = self._free[self._state.at[self._free] < 0]
        recreate(self._tables, self._state, left, len(left), 0)  # an unproven plan may leave out what has a place
        keep(self._state, self._free)
        self._state.numbers[TURN] = self._state.numbers[CYCLE] = 0


def _empty(t: Tables, seed: int) -> State:
    """Nobody goes anywhere yet."""
    numbers = t.numbers
    tasks, workers, clients = len(t.fixed), len(t.base), len(t.client_mode)
    on = np.unique(np.stack([t.on, t.owner]), axis=1)[0] if len(t.on) else t.on
    fullest = int(np.bincount(on).max()) if len(on) else 0
    standing = np.zeros(workers * numbers.weeks, dtype=np.int64)
    for stop in np.flatnonzero(t.fixed[t.owner]).tolist():
        week = int(t.week_of[int(t.on[stop]) % numbers.days])
        standing[int(t.who[stop]) * numbers.weeks + week] += int(t.finish[stop] - t.start[stop])
    offers = int(t.wants_offer.sum()) * int(t.counts.sum())
    value = (int(t.out.sum()) + numbers.housing_week * offers) * numbers.scale + numbers.scale - 1
    return State(
        at=np.full(tasks, -1, dtype=np.int64),
        best=np.full(tasks, -1, dtype=np.int64),
        held=np.zeros((workers * numbers.days, fullest + 2), dtype=np.int64),
        many=np.zeros(workers * numbers.days, dtype=np.int64),
        ways=np.zeros(workers * numbers.days, dtype=np.int64),
        uneven=np.zeros(workers * numbers.weeks, dtype=np.int64),
        minutes=np.zeros(workers * numbers.weeks, dtype=np.int64),
        offers=np.zeros(clients * numbers.weeks, dtype=np.int64),
        room=np.maximum(0, t.most_minutes.repeat(numbers.weeks) - standing),
        numbers=np.array([value, value, 0, 0, 0, 0], dtype=np.int64),
        chance=np.array([(seed + 1) * SCRAMBLE % (1 << 64)], dtype=np.uint64),
    )

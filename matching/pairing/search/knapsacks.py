"""
What each helper would choose alone, when people have a price: a knapsack of places and hours for each helper.

The sum over helpers and the prices of people bound what any joint choice is worth (Lagrangian relaxation of « one
helper a person »). Each knapsack is solved exactly by dynamic programming, for many helpers at once; this bound is
tighter than the linear relaxation (Posta, Ferland and Michelon 2012, section 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.pairing.problem import Flags, Ints, Problem

MOST_UNITS = 240
"""Hours are counted in about so many units at most; contact is then rounded down, which keeps the bound a bound."""
CELLS = 200_000
"""Table cells that are worked on at once: they should stay in the cache of a core."""


@dataclass(frozen=True)
class Choice:
    """
    What the helpers choose at some prices.

    Parameters
    ----------
    value
        By helper: what the choice is worth to them.
    taken
        By arc: whether it is chosen.
    lost
        By arc: the choice of its helper is worth at least so much less when this arc has to be in it.
    """

    value: Ints
    taken: Flags
    lost: Ints


class Knapsacks:
    """The helpers of a problem, ready to choose among some of its arcs (all of them open)."""

    def __init__(self, problem: Problem, arcs: Ints) -> None:
        self.helpers = problem.helpers
        self.helper = problem.helper[arcs]
        self.excepted = problem.excepted[arcs]
        degree = np.bincount(self.helper, minlength=self.helpers)
        self.loose = np.bincount(self.helper[self.excepted], minlength=self.helpers) > 0
        """By helper: with exceptions alone, room and hours do not count."""
        contact = problem.contact[problem.person[arcs]]
        hours = np.maximum(problem.hours, 0)
        unit = max(int(np.gcd.reduce(contact)), 1)
        if int(hours.max(initial=0)) > MOST_UNITS * unit:
            largest = int(np.bincount(self.helper, weights=contact, minlength=self.helpers).max(initial=0))
            unit = max(unit, min(int(hours.max()), largest) // MOST_UNITS)
        self.size = contact // unit
        self.room = np.minimum(np.maximum(problem.room, 0), degree)
        total = np.bincount(self.helper, weights=self.size, minlength=self.helpers).astype(np.int64)
        self.units = np.minimum(hours // unit, total)
        self.sizes = int(self.size.max(initial=0)) + 1
        self.there = degree > 0
        self.profit = np.zeros(len(arcs), dtype=np.int64)
        self.value = np.zeros(self.helpers, dtype=np.int64)
        self.taken = np.zeros(len(arcs), dtype=np.bool_)
        self.by_helper = np.argsort(self.helper, kind="stable")
        self.begin = np.concatenate([[0], np.cumsum(degree)])

    def choose(self, profit: Ints, *, lost: bool = False) -> Choice:
        """
        The most profitable choice of every helper; `lost` is only worked out when asked for.

        Helpers for whom nothing has changed since the last time choose the same again.
        """
        stale = (profit != self.profit) & ((profit > 0) | (self.profit > 0))
        rows = np.bincount(self.helper[stale], minlength=self.helpers) > 0 if not lost else self.there
        self.profit = profit
        value, taken = self.value, self.taken
        value[rows] = 0
        taken[rows[self.helper]] = False
        less = np.zeros(len(profit), dtype=np.int64)
        good = self._good(profit, np.flatnonzero((profit > 0) & rows[self.helper]))
        easy = self._easy(profit, good)
        of_easy = good[easy[self.helper[good]]]
        within = of_easy[_rank(self.helper[of_easy], -profit[of_easy]) < self.room[self.helper[of_easy]]]
        taken[within] = True
        np.add.at(value, self.helper[within], profit[within])
        hard = rows & (self.room > 0)
        if not lost:
            hard &= ~easy
        for several in self._chunks(np.flatnonzero(hard)):
            table = _Table(self, profit, good, several)
            value[several] = table.value
            taken[table.arcs] = False
            taken[table.taken] = True
            if lost:
                mine = np.concatenate([self.by_helper[self.begin[row] : self.begin[row + 1]] for row in several])
                less[mine] = table.lost(mine)
        self._alone(profit, rows, less)
        return Choice(value, taken, less)

    def _good(self, profit: Ints, good: Ints) -> Ints:
        """Of these arcs, those that may be in the best choice: among the best of those of equal contact."""
        helper, size = self.helper[good], self.size[good]
        most = np.minimum(self.room[helper], self.units[helper] // np.maximum(size, 1))
        most = np.where(size == 0, self.room[helper], most)
        return good[_rank(helper * self.sizes + size, -profit[good]) < most]

    def _easy(self, profit: Ints, good: Ints) -> Flags:
        """By helper: whether the most profitable ones that fill the room fit into the hours."""
        helper = self.helper[good]
        best = good[_rank(helper, -profit[good]) < self.room[helper]]
        used = np.bincount(self.helper[best], weights=self.size[best], minlength=self.helpers)
        return used <= self.units

    def _chunks(self, rows: Ints) -> Iterator[Ints]:
        """Helpers with tables of about the same size together."""
        rows = rows[np.lexsort((self.room[rows], self.units[rows]))]
        begin = 0
        while begin < len(rows):
            end = begin + 1
            deepest = int(self.room[rows[begin]])
            while end < len(rows):
                deepest = max(deepest, int(self.room[rows[end]]))
                if (end + 1 - begin) * (deepest + 1) * (int(self.units[rows[end]]) + 1) > CELLS:
                    break
                end += 1
            yield rows[begin:end]
            begin = end

    def _alone(self, profit: Ints, rows: Flags, less: Ints) -> None:
        """Helpers who do better with their exceptions alone, which nothing holds back."""
        if not self.loose.any():
            return
        free = self.excepted & (profit > 0) & rows[self.helper]
        alone = np.zeros(self.helpers, dtype=np.int64)
        np.add.at(alone, self.helper[free], profit[free])
        rather = rows & (alone > self.value)
        self.value[rather] = alone[rather]
        self.taken[rather[self.helper]] = False
        self.taken[free & rather[self.helper]] = True
        less[self.loose[self.helper]] = 0


class _Table:
    """Best values by helper, places and units of hours (at most so many of each)."""

    def __init__(self, sacks: Knapsacks, profit: Ints, good: Ints, rows: Ints) -> None:
        self.sacks = sacks
        self.profit = profit
        self.rows = rows
        self.at = np.full(sacks.helpers, -1, dtype=np.int64)
        self.at[rows] = np.arange(len(rows))
        self.room, self.units = sacks.room[rows], sacks.units[rows]
        self.arcs = good[self.at[sacks.helper[good]] >= 0]
        most = int(np.bincount(self.at[sacks.helper[self.arcs]], weights=profit[self.arcs]).max(initial=0))
        whole = np.int32 if most < 2**31 else np.int64
        self.best = np.zeros((len(rows), int(self.room.max()) + 1, int(self.units.max()) + 1), dtype=whole)
        steps = [self._step(arcs) for arcs in self._rounds()]
        self.value = self.best[np.arange(len(rows)), self.room, self.units].astype(np.int64)
        self.taken = self._walk_back(steps)

    def _rounds(self) -> list[Ints]:
        """Arcs of equal size, one a helper at a time."""
        size = self.sacks.size[self.arcs]
        group = self.sacks.helper[self.arcs] * self.sacks.sizes + size
        rank = _rank(group, -self.profit[self.arcs])
        order = np.lexsort((self.at[self.sacks.helper[self.arcs]], rank, size))
        if not len(order):
            return []
        new = (np.diff(size[order]) != 0) | (np.diff(rank[order]) != 0)
        return np.split(self.arcs[order], np.flatnonzero(new) + 1)

    def _step(self, arcs: Ints) -> tuple[Ints, Ints, int, Flags]:
        rows, size = self.at[self.sacks.helper[arcs]], int(self.sacks.size[arcs[0]])
        width = self.best.shape[2] - size
        worth = self.profit[arcs].astype(self.best.dtype)[:, None, None]
        if len(rows) == len(self.rows):
            with_it = self.best[:, :-1, :width] + worth
            here = self.best[:, 1:, size:]
            taken = with_it > here
            np.maximum(here, with_it, out=here)
        else:
            with_it = self.best[rows, :-1, :width] + worth
            here = self.best[rows, 1:, size:]
            taken = with_it > here
            self.best[rows, 1:, size:] = np.maximum(here, with_it)
        return arcs, rows, size, taken

    def _walk_back(self, steps: list[tuple[Ints, Ints, int, Flags]]) -> Ints:
        room, units = self.room.copy(), self.units.copy()
        chosen: list[Ints] = []
        for arcs, rows, size, taken in reversed(steps):
            row, unit = room[rows] - 1, units[rows] - size
            can = np.flatnonzero((row >= 0) & (unit >= 0))
            yes = can[taken[can, row[can], unit[can]]]
            room[rows[yes]] -= 1
            units[rows[yes]] -= size
            chosen.append(arcs[yes])
        return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)

    def lost(self, arcs: Ints) -> Ints:
        """Beside the arc, its helper has the best choice for what is left; it may count the arc twice."""
        row, size = self.at[self.sacks.helper[arcs]], self.sacks.size[arcs]
        # an exception may exceed the hours; nothing is said of the helpers who have any
        rest = self.best[row, self.room[row] - 1, np.maximum(self.units[row] - size, 0)]
        return np.maximum(0, self.value[row] - self.profit[arcs] - rest)


def _rank(group: Ints, key: Ints) -> Ints:
    """Place of each within its group by rising key, from 0; equals in their order."""
    count = len(group)
    if not count:
        return group
    low = int(key.min())
    wide = (int(group.max()) + 1) * (int(key.max()) - low + 1)
    if wide < 2**62 // count:  # one number for all three is sorted much faster
        order = np.argsort((group * (int(key.max()) - low + 1) + key - low) * count + np.arange(count))
    else:
        order = np.lexsort((key, group))
    of_group = group[order]
    begin = np.flatnonzero(np.diff(of_group, prepend=-1))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count) - np.repeat(begin, np.diff(begin, append=count))
    return rank

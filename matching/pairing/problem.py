"""The joint choice as numbers: who could have whom, what that is worth, and how much room each helper has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """
    People and helpers by position, in an order that neither ids nor rows decide; arcs are the possible pairs.

    Parameters
    ----------
    weight
        By person: what serving them counts for, in thousandths, > 0.
    contact
        By person: minutes of contact in 52 weeks, > 0.
    room
        By helper: places still free; may be below zero.
    hours
        By helper: minutes of contact in 52 weeks still free; may be below zero.
    live
        By helper: live pairings already there, for the cost of load.
    most
        By helper: the most people at once, >= 0, for the cost of load.
    person, helper
        By arc: positions. Arcs are sorted by person, then by helper.
    points
        By arc: the score in hundredths, >= 0.
    tie
        By arc: decides between answers that are equal in every aim, >= 0; the smaller sum wins.
    excepted
        By arc: the caseload was set aside for this pair. The room and hours of a helper bind as soon as one of their
        chosen arcs is not excepted, and then count all of them.
    apart
        Pairs of people who may not have the same helper: an array of shape (n, 2).
    """

    weight: Ints
    contact: Ints
    room: Ints
    hours: Ints
    live: Ints
    most: Ints
    person: Ints
    helper: Ints
    points: Ints
    tie: Ints
    excepted: Flags
    apart: Ints

    @property
    def people(self) -> int:
        return len(self.weight)

    @property
    def helpers(self) -> int:
        return len(self.room)

    @property
    def arcs(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Sums:
    """
    The aims in their order: the greatest `served`, then the greatest `points`, then the least `load`, then `tie`.

    Parameters
    ----------
    served
        Weight of the people placed, in thousandths.
    points
        Sum of their scores, in hundredths.
    load
        Convex cost of the loads (`load_steps`), in thousandths.
    tie
        Sum of the ties.
    """

    served: int = 0
    points: int = 0
    load: int = 0
    tie: int = 0


@dataclass(frozen=True)
class Found:
    """
    An answer to a problem.

    Parameters
    ----------
    chosen
        By person: the chosen arc, or -1.
    value
        What it is worth.
    bound
        What no answer beats: of `served` over all answers; of each later aim over the answers that are at least as
        good in the aims before it. Equal to `value` where proven.
    proven
        Every aim, ties included, is proven best: this is the one best answer.
    by
        How it was found: the names of the steps of the ladder, joined by `+`.
    """

    chosen: Ints
    value: Sums
    bound: Sums
    proven: bool
    by: str


def load_steps(live: int, most: int, count: int) -> Ints:
    """What each of `count` further people adds to the cost of load: n squared over the most, floored thousandths."""
    nth = live + 1 + np.arange(count, dtype=np.int64)
    return (2 * nth - 1) * 1000 // max(1, most)


def sums(problem: Problem, chosen: Ints) -> Sums:
    """The aims of a choice, counted without a solver."""
    arcs = chosen[chosen >= 0]
    count = np.bincount(problem.helper[arcs], minlength=problem.helpers)
    return Sums(
        served=int(problem.weight[problem.person[arcs]].sum()),
        points=int(problem.points[arcs].sum()),
        load=sum(
            int(load_steps(int(problem.live[at]), int(problem.most[at]), int(count[at])).sum())
            for at in np.flatnonzero(count)
        ),
        tie=int(problem.tie[arcs].sum()),
    )


def fits(problem: Problem, chosen: Ints) -> bool:
    """Whether these pairs can all come about at once: one arc a person, room, hours, and people kept apart."""
    arcs = chosen[chosen >= 0]
    if not np.array_equal(problem.person[arcs], np.flatnonzero(chosen >= 0)):
        return False
    helper = problem.helper[arcs]
    count = np.bincount(helper, minlength=problem.helpers)
    hours = np.bincount(helper, weights=problem.contact[problem.person[arcs]], minlength=problem.helpers)
    bound = np.bincount(helper, weights=~problem.excepted[arcs], minlength=problem.helpers) > 0
    if bool((bound & ((count > problem.room) | (hours > problem.hours))).any()):
        return False
    got = np.full(problem.people, -1, dtype=np.int64)
    got[problem.person[arcs]] = helper
    one, other = problem.apart[:, 0], problem.apart[:, 1]
    return not bool(((got[one] >= 0) & (got[one] == got[other])).any())

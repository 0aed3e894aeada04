"""How answers compare, and what bounds come from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from matching.pairing.problem import Found, Ints, Problem, Sums, sums
from matching.pairing.search.flow import open_arcs

STAGES = ("served", "points", "load", "tie")
GREATEST = ("served", "points")
"""The aims of which more is better."""
Heard = Callable[[Found], None]
"""Called with each better lawful answer while the search runs, from any thread."""


def ignored(_found: Found) -> None:
    """For a caller who waits for the end."""


def order(value: Sums) -> tuple[int, int, int, int]:
    """The greater, the better."""
    return value.served, value.points, -value.load, -value.tie


def better(one: Found, other: Found) -> Found:
    """The better answer of the two, with the tighter bounds of both; the first if they are equal."""
    best = one if order(one.value) >= order(other.value) else other
    return settled(replace(best, bound=tighter(one.bound, other.bound)))


def tighter(one: Sums, other: Sums) -> Sums:
    """
    Both bounds at once.

    An answer that is better in an aim leaves fewer others that are as good, so what bounded the later aims still does.
    """
    return Sums(
        min(one.served, other.served),
        min(one.points, other.points),
        max(one.load, other.load),
        max(one.tie, other.tie),
    )


def settled(found: Found) -> Found:
    """The same, said to be proven where the bound is reached in every aim."""
    return replace(found, proven=found.value == found.bound)


def widest(problem: Problem) -> Sums:
    """What holds without any search: everybody with an open arc is served, each at their best."""
    arcs = np.flatnonzero(open_arcs(problem))
    if not len(arcs):
        return Sums()
    person = problem.person[arcs]
    begin = np.flatnonzero(np.diff(person, prepend=-1))
    return Sums(
        int(problem.weight[person[begin]].sum()), int(np.maximum.reduceat(problem.points[arcs], begin).sum()), 0, 0
    )


def least(problem: Problem, served: int) -> Sums:
    """
    What load and ties add up to at least in answers that serve so much: the cheapest places, whoever takes them.

    Parameters
    ----------
    served
        As much as some answer serves. What is bounded here is `load` and `tie`; the rest stays zero.
    """
    arcs = np.flatnonzero(open_arcs(problem))
    if not len(arcs):
        return Sums()
    person, helper = problem.person[arcs], problem.helper[arcs]
    begin = np.flatnonzero(np.diff(person, prepend=-1))
    heaviest = np.cumsum(np.sort(problem.weight[person[begin]])[::-1])
    count = int(np.searchsorted(heaviest, served)) + 1 if served else 0
    degree = np.bincount(helper, minlength=problem.helpers)
    of_step = np.repeat(np.arange(problem.helpers), degree)
    nth = problem.live[of_step] + 1 + np.arange(len(of_step)) - np.repeat(np.cumsum(degree) - degree, degree)
    steps = np.sort((2 * nth - 1) * 1000 // np.maximum(1, problem.most[of_step]))
    ties = np.sort(np.minimum.reduceat(problem.tie[arcs], begin))
    return Sums(0, 0, int(steps[:count].sum()), int(ties[:count].sum()))


def given(value: Sums, best: Sums, decided: int, otherwise: Sums) -> Sums:
    """
    Bounds from the best answer to an easier problem: an aim is bounded by it while all before it are reached.

    Of that answer, the first `decided` aims are known to be best.
    """
    bound = otherwise
    for stage in STAGES[:decided]:
        bound = replace(bound, **{stage: getattr(best, stage)})
        if getattr(value, stage) != getattr(best, stage):
            break
    return bound


def found(problem: Problem, chosen: Ints, bound: Sums, by: str) -> Found:
    """A lawful choice as an answer."""
    value = sums(problem, chosen)
    return Found(chosen, value, bound, value == bound, by)

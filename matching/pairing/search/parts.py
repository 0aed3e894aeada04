"""A problem in the parts that have nothing to do with each other: every aim is a sum over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.pairing.problem import Ints, Problem


@dataclass(frozen=True)
class Part:
    """
    A smaller problem, and where its arcs and people stand in the larger one.

    Parameters
    ----------
    people, helpers, arcs
        Positions in the larger problem, by position in `problem`.
    """

    problem: Problem
    people: Ints
    helpers: Ints
    arcs: Ints

    def inside(self, chosen: Ints) -> Ints:
        """A choice for the larger problem as one for this part; arcs that are not here are left out."""
        place = np.searchsorted(self.arcs, chosen[self.people])
        place = np.minimum(place, len(self.arcs) - 1)
        return np.where(self.arcs[place] == chosen[self.people], place, -1)

    def put(self, chosen: Ints, into: Ints) -> None:
        """Write a choice for this part into one for the larger problem."""
        into[self.people] = np.where(chosen >= 0, self.arcs[chosen], -1)


def parts(problem: Problem) -> list[Part]:
    """People and helpers joined by arcs or kept apart from each other, in the order of their first person."""
    if not problem.arcs:
        return []
    mark = _marks(problem)
    of_arc = mark[problem.person]
    names, which = np.unique(of_arc, return_inverse=True)
    if len(names) == 1 and len(np.unique(problem.person)) == problem.people:
        everybody, everyone = np.arange(problem.people), np.arange(problem.helpers)
        return [Part(problem, everybody, everyone, np.arange(problem.arcs))]
    order = np.argsort(which, kind="stable")
    return [part(problem, arcs) for arcs in np.split(order, np.cumsum(np.bincount(which))[:-1])]


def part(problem: Problem, arcs: Ints) -> Part:
    """The problem of these arcs alone; they are sorted by position."""
    people, person = np.unique(problem.person[arcs], return_inverse=True)
    helpers, helper = np.unique(problem.helper[arcs], return_inverse=True)
    place = np.full(problem.people, -1, dtype=np.int64)
    place[people] = np.arange(len(people))
    apart = place[problem.apart]
    smaller = Problem(
        weight=problem.weight[people],
        contact=problem.contact[people],
        room=problem.room[helpers],
        hours=problem.hours[helpers],
        live=problem.live[helpers],
        most=problem.most[helpers],
        person=person.astype(np.int64),
        helper=helper.astype(np.int64),
        points=problem.points[arcs],
        tie=problem.tie[arcs],
        excepted=problem.excepted[arcs],
        apart=apart[(apart >= 0).all(axis=1)],
    )
    return Part(smaller, people, helpers, arcs)


def _marks(problem: Problem) -> Ints:
    """By person, then by helper: the least position that can be reached (Shiloach and Vishkin 1982, in rounds)."""
    one = np.concatenate([problem.person, problem.apart[:, 0]])
    other = np.concatenate([problem.people + problem.helper, problem.apart[:, 1]])
    mark = np.arange(problem.people + problem.helpers)
    while True:
        left, right = mark[one], mark[other]
        least = np.minimum(left, right)
        if np.array_equal(left, right):
            return mark
        np.minimum.at(mark, left, least)
        np.minimum.at(mark, right, least)
        np.minimum.at(mark, one, least)
        np.minimum.at(mark, other, least)
        while not np.array_equal(mark, mark[mark]):
            mark = mark[mark]

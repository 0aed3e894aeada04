"""A lawful choice from any other: drop what does not fit, then fill what is free."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matching.pairing.problem import Ints, Problem


class Filling:
    """A choice under construction that keeps every rule at each step, with the loads it brings about."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.person = problem.person.tolist()
        self.helper = problem.helper.tolist()
        self.excepted = problem.excepted.tolist()
        self.contact = problem.contact.tolist()
        self.room = problem.room.tolist()
        self.hours = problem.hours.tolist()
        self.arc = [-1] * problem.people
        self.bound = [0] * problem.helpers
        """By helper: how many of the chosen arcs are not excepted."""
        self.others: dict[int, list[int]] = {}
        for one, other in problem.apart.tolist():
            self.others.setdefault(one, []).append(other)
            self.others.setdefault(other, []).append(one)

    def add(self, arc: int) -> bool:
        """Choose an arc of somebody without one, if it fits."""
        person, helper, excepted = self.person[arc], self.helper[arc], self.excepted[arc]
        contact = self.contact[person]
        if (not excepted or self.bound[helper]) and (self.room[helper] < 1 or self.hours[helper] < contact):
            return False
        for other in self.others.get(person, ()):
            if other == person or (self.arc[other] >= 0 and self.helper[self.arc[other]] == helper):
                return False
        self.arc[person] = arc
        self.room[helper] -= 1
        self.hours[helper] -= contact
        self.bound[helper] += not excepted
        return True

    def drop(self, person: int) -> None:
        """Take the arc of somebody away."""
        arc = self.arc[person]
        helper = self.helper[arc]
        self.arc[person] = -1
        self.room[helper] += 1
        self.hours[helper] += self.contact[person]
        self.bound[helper] -= not self.excepted[arc]

    def fill(self, arcs: Iterable[int]) -> None:
        """Choose what fits of these arcs, in this order, for those who have nothing."""
        for arc in arcs:
            if self.arc[self.person[arc]] < 0:
                self.add(arc)

    def chosen(self) -> Ints:
        return np.array(self.arc, dtype=np.int64)


def greedy(problem: Problem) -> Ints:
    """The heaviest people first, each with the best helper who still has room."""
    filling = Filling(problem)
    filling.fill(heaviest_first(problem, np.arange(problem.arcs)))
    return filling.chosen()


def repaired(problem: Problem, chosen: Ints) -> Ints:
    """A lawful choice close to this one: the heaviest keep their place where it is short."""
    filling = Filling(problem)
    filling.fill(heaviest_first(problem, chosen[chosen >= 0]))
    left = np.array([arc < 0 for arc in filling.arc], dtype=np.bool_)
    filling.fill(heaviest_first(problem, np.flatnonzero(left[problem.person])))
    return filling.chosen()


def heaviest_first(problem: Problem, arcs: Ints) -> list[int]:
    """By weight, then by person, then by points, the most first; then by position."""
    person = problem.person[arcs]
    return arcs[np.lexsort((arcs, -problem.points[arcs], person, -problem.weight[person]))].tolist()

"""Small problems of every kind, the best answer by trying everything, and larger ones that are drawn at random."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import strategies as some

from matching.pairing.problem import Found, Ints, Problem, Sums, fits, sums


@some.composite
def problems(draw: some.DrawFn) -> Problem:
    """Up to five people and three helpers: hours that bind, room below zero, exceptions, people kept apart."""
    people, helpers = draw(some.integers(0, 5)), draw(some.integers(0, 3))
    pairs = [(person, helper) for person in range(people) for helper in range(helpers) if draw(some.booleans())]

    def each(count: int, least: int, most: int) -> Ints:
        return np.array(draw(some.lists(some.integers(least, most), min_size=count, max_size=count)), dtype=np.int64)

    two = some.tuples(some.integers(0, max(0, people - 1)), some.integers(0, max(0, people - 1)))
    apart = draw(some.lists(two, max_size=2 if people else 0))
    return Problem(
        weight=500 * each(people, 1, 4),
        contact=60 * each(people, 1, 4),
        room=each(helpers, -1, 3),
        hours=each(helpers, -60, 500),
        live=each(helpers, 0, 2),
        most=each(helpers, 0, 5),
        person=np.array([person for person, _ in pairs], dtype=np.int64),
        helper=np.array([helper for _, helper in pairs], dtype=np.int64),
        points=each(len(pairs), 0, 5),
        tie=each(len(pairs), 0, draw(some.sampled_from([2, 2**40]))),
        excepted=each(len(pairs), 0, 5) == 0,
        apart=np.array(apart, dtype=np.int64).reshape(-1, 2),
    )


def drawn(people: int, helpers: int, seed: int, *, apart: int = 0, excepted: float = 0.0) -> Problem:
    """Half of all pairs, with room for most people and fewer hours than that."""
    random = np.random.default_rng(seed)
    person, helper = np.nonzero(random.random((people, helpers)) < 0.5)
    room = random.integers(1, max(2, 2 * people // helpers), helpers)
    return Problem(
        weight=random.integers(1000, 4001, people),
        contact=random.integers(1, 5, people) * 3120,
        room=room,
        hours=room * 7000,
        live=random.integers(0, 3, helpers),
        most=room + 2,
        person=person,
        helper=helper,
        points=random.integers(0, 10_001, len(person)),
        tie=random.integers(0, 2**20, len(person)),
        excepted=random.random(len(person)) < excepted,
        apart=random.integers(0, people, (apart, 2)),
    )


def best(problem: Problem) -> Sums:
    """The aims of the best of all ways to give each person one arc or none."""
    ways = product(*([-1, *np.flatnonzero(problem.person == person)] for person in range(problem.people)))
    choices = (np.array(way, dtype=np.int64) for way in ways)
    return max((sums(problem, chosen) for chosen in choices if fits(problem, chosen)), key=rank)


def rank(value: Sums) -> tuple[int, int, int, int]:
    return value.served, value.points, -value.load, -value.tie


def is_lawful(problem: Problem, found: Found) -> bool:
    return fits(problem, found.chosen) and sums(problem, found.chosen) == found.value


def bounds_hold(found: Found, of_best: Sums) -> bool:
    """Each bound holds for the best answer, as far as that is as good as this one in the aims before."""
    for aim, sign in (("served", 1), ("points", 1), ("load", -1), ("tie", -1)):
        if sign * getattr(found.bound, aim) < sign * getattr(of_best, aim):
            return False
        if getattr(found.value, aim) != getattr(of_best, aim):
            return True
    return True


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same with people and helpers in another order."""
    random = np.random.default_rng(seed)
    people, helpers = random.permutation(problem.people), random.permutation(problem.helpers)
    person, helper = np.argsort(people)[problem.person], np.argsort(helpers)[problem.helper]
    order = np.lexsort((helper, person))
    return replace(
        problem,
        weight=problem.weight[people],
        contact=problem.contact[people],
        room=problem.room[helpers],
        hours=problem.hours[helpers],
        live=problem.live[helpers],
        most=problem.most[helpers],
        person=person[order],
        helper=helper[order],
        points=problem.points[order],
        tie=problem.tie[order],
        excepted=problem.excepted[order],
        apart=np.argsort(people)[problem.apart],
    )


def side_by_side(one: Problem, other: Problem) -> Problem:
    """Two problems that have nothing to do with each other, as one."""

    def both(name: str, more: int = 0) -> Ints:
        return np.concatenate([getattr(one, name), getattr(other, name) + more])

    return Problem(
        weight=both("weight"),
        contact=both("contact"),
        room=both("room"),
        hours=both("hours"),
        live=both("live"),
        most=both("most"),
        person=both("person", one.people),
        helper=both("helper", one.helpers),
        points=both("points"),
        tie=both("tie"),
        excepted=np.concatenate([one.excepted, other.excepted]),
        apart=both("apart", one.people),
    )

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from matching.pairing.problem import Problem, Sums, sums
from matching.pairing.search.alternatives import costs_to_others
from matching.pairing.search.ladder import optimum
from matching.pairing.search.parts import part
from matching.search import Limits
from tests.matching.pairing.search.problems import drawn, problems


def insisting(problem: Problem, person: int, arc: int) -> Sums:
    """The best answer in which the person has this arc."""
    weight = problem.weight.copy()
    weight[person] = 10**6
    others = np.flatnonzero((problem.person != person) | (np.arange(problem.arcs) == arc))
    smaller = part(replace(problem, weight=weight), others)
    chosen = np.full(problem.people, -1, dtype=np.int64)
    smaller.put(optimum(smaller.problem, Limits()).chosen, chosen)
    return sums(problem, chosen)


@settings(max_examples=100)
@given(problems())
def test_where_hours_suffice_the_cost_is_that_of_solving_again(problem: Problem):
    simple = replace(
        problem,
        hours=np.full(problem.helpers, 10**6),
        excepted=np.zeros(problem.arcs, dtype=np.bool_),
        apart=np.zeros((0, 2), dtype=np.int64),
    )
    found = optimum(simple, Limits())

    for person, costs in costs_to_others(simple, found, range(simple.people)).items():
        for cost in costs:
            other = insisting(simple, person, cost.arc)
            assert cost.exact
            assert (cost.served, cost.points) == (
                found.value.served - other.served,
                found.value.points - other.points,
            )


def test_where_hours_are_short_the_cost_is_not_said_to_be_exact():
    problem = drawn(30, 6, 1)
    costs = costs_to_others(problem, optimum(problem, Limits(work=0.0)), range(30))

    assert any(not cost.exact for several in costs.values() for cost in several)
    assert all(cost.served >= 0 for several in costs.values() for cost in several)


def test_costs_are_the_same_each_time():
    problem = drawn(30, 6, 1)
    found = optimum(problem, Limits(work=0.0))

    assert costs_to_others(problem, found, [3, 4]) == costs_to_others(problem, found, [3, 4])

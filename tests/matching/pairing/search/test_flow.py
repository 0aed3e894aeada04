from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from matching.pairing.problem import Problem, Sums
from matching.pairing.search import flow
from matching.pairing.search.flow import relaxed
from matching.pairing.search.ladder import optimum
from matching.search import Limits
from tests.matching.pairing.search.problems import best, drawn, is_lawful, problems, rank


@settings(max_examples=200)
@given(problems())
def test_no_answer_is_better_than_the_best_one_to_the_easier_problem(problem: Problem):
    assert rank(relaxed(problem).value) >= rank(best(problem))


@settings(max_examples=200)
@given(problems())
def test_where_hours_suffice_and_nobody_is_kept_apart_the_flow_is_the_answer(problem: Problem):
    simple = replace(
        problem,
        hours=np.full(problem.helpers, 10**6),
        excepted=np.zeros(problem.arcs, dtype=np.bool_),
        apart=np.zeros((0, 2), dtype=np.int64),
    )
    found = optimum(simple, Limits())

    assert found.by == "flow"
    assert found.proven
    assert is_lawful(simple, found)
    assert found.value == best(simple)


def test_costs_too_large_for_one_flow_are_taken_one_after_the_other(monkeypatch):
    problem = replace(drawn(30, 6, 3), hours=np.full(6, 10**6))
    at_once = relaxed(problem)

    monkeypatch.setattr(flow, "LARGEST", 2**32)
    apart = relaxed(problem)

    assert at_once.value == apart.value
    assert apart.decided == 4


def test_ties_too_large_for_any_flow_are_left_to_the_next_step():
    problem = replace(drawn(6, 2, 3), hours=np.full(2, 10**6))
    problem = replace(problem, tie=problem.tie * 2**40)
    found = optimum(problem, Limits())

    assert relaxed(problem).decided == 3
    assert found.by == "cpsat"
    assert found.value == best(problem)


def test_without_arcs_there_is_nothing():
    empty = replace(drawn(3, 1, 0), room=np.array([0]))

    assert relaxed(empty).value == Sums()

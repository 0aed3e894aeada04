from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from matching.pairing.problem import Found, Problem, Sums
from matching.pairing.search import ladder, prices
from matching.pairing.search.ladder import optimum
from matching.search import Limits, Progress
from tests.matching.pairing.search.problems import (
    best,
    bounds_hold,
    drawn,
    is_lawful,
    problems,
    rank,
    shuffled,
    side_by_side,
)

LARGER = (
    Sums(served=93042, points=271402, load=28872, tie=18359153),
    Sums(served=84708, points=221032, load=30662, tie=17328949),
    Sums(served=89312, points=210867, load=32356, tie=16404243),
    Sums(served=83889, points=196733, load=32373, tie=18528240),
)
"""Of `drawn`, by seed: on these all steps agree."""
STEPS = ("cpsat", "prices", "neighbourhoods")
NOTHING = np.zeros(0, dtype=np.int64)
NOBODY = Problem(*[NOTHING] * 10, np.zeros(0, dtype=np.bool_), np.zeros((0, 2), dtype=np.int64))


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Iterator[str]:
    """Whatever the flow leaves open goes to this step, however small it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "FEW", 10**9 if request.param == "cpsat" else 0)
        if request.param == "neighbourhoods":
            patch.setattr(prices, "MANY", 0)
            patch.setattr(prices, "FEWER", 0)
            patch.setattr(prices, "NEAR", 2)
        yield request.param


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(problem=problems())
def test_no_other_choice_is_better(step: str, problem: Problem):
    found = optimum(problem, Limits())

    assert is_lawful(problem, found)
    assert found.proven
    assert found.value == found.bound == best(problem)


@settings(max_examples=150)
@given(problems())
def test_stopped_at_once_it_gives_a_lawful_answer_with_bounds_that_hold(problem: Problem):
    of_best = best(problem)
    heard: list[Found] = []

    stopped = optimum(problem, Limits(), lambda _progress: False)
    optimum(problem, Limits(), heard=heard.append)

    for found in (stopped, *heard):
        assert is_lawful(problem, found)
        assert bounds_hold(found, of_best)
        assert not found.proven or found.value == of_best


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=problems(), other=problems(), work=some.sampled_from([1e-9, 1e-7, 1e-6, 1e-5, 1e-4]))
def test_bounds_hold_wherever_the_work_ends(step: str, one: Problem, other: Problem, work: float):
    problem = side_by_side(one, other)
    found = optimum(problem, Limits(work=work))
    of_best = rank(best(one)), rank(best(other))
    served, points, load, tie = (sum(each) for each in zip(*of_best, strict=True))

    assert is_lawful(problem, found)
    assert bounds_hold(found, Sums(served, points, -load, -tie))


@settings(max_examples=150)
@given(problems(), some.integers(0, 99))
def test_another_order_of_people_and_helpers_changes_no_value(problem: Problem, seed: int):
    assert optimum(shuffled(problem, seed), Limits()).value == optimum(problem, Limits()).value


@pytest.mark.parametrize("seed", range(3))
def test_every_step_comes_to_the_same_answer_on_larger_problems(step: str, seed: int):
    problem = drawn(40, 8, seed, apart=3 * (seed % 2), excepted=0.05 * (seed // 2))
    found = optimum(problem, Limits())

    assert is_lawful(problem, found)
    assert found.proven
    assert step in found.by
    assert found.value == LARGER[seed]


def test_the_same_problem_gives_the_same_answer_twice(step: str):
    problem = drawn(30, 6, 7)
    one, other = optimum(problem, Limits(work=0.3)), optimum(problem, Limits(work=0.3))

    assert step in one.by
    assert np.array_equal(one.chosen, other.chosen)
    assert (one.value, one.bound) == (other.value, other.bound)


def test_two_workers_give_the_answer_of_one(step: str):
    problem = drawn(30, 6, 8)

    assert optimum(problem, Limits(workers=2)).value == optimum(problem, Limits()).value


def test_more_work_is_never_worse(step: str):
    problem = drawn(30, 6, 9, apart=4)
    values = [rank(optimum(problem, Limits(work=work)).value) for work in (0.0, 0.01, 0.1, 1.0, 60.0)]

    assert values == sorted(values)


def test_without_any_work_the_answer_is_lawful_and_not_proven(step: str):
    problem = drawn(30, 6, 9)
    found = optimum(problem, Limits(work=0.0))

    assert is_lawful(problem, found)
    assert not found.proven
    assert bounds_hold(found, optimum(problem, Limits()).value)


def test_a_search_can_be_stopped_while_it_goes_on(step: str):
    problem = drawn(30, 6, 9)
    asked: list[Progress] = []

    def until_the_third(progress: Progress) -> bool:
        asked.append(progress)
        return len(asked) < 3

    found = optimum(problem, Limits(), until_the_third)

    assert is_lawful(problem, found)
    assert bounds_hold(found, optimum(problem, Limits()).value)


def test_answers_that_are_heard_become_better_and_the_last_one_is_no_better_than_the_end(step: str):
    problem = drawn(30, 6, 10)
    heard: list[Found] = []
    found = optimum(problem, Limits(), heard=heard.append)

    assert heard
    assert all(is_lawful(problem, each) for each in heard)
    assert [rank(each.value) for each in heard] == sorted(rank(each.value) for each in heard)
    assert rank(heard[-1].value) <= rank(found.value)


def test_a_hint_that_is_best_is_heard_first():
    problem = drawn(30, 6, 10)
    found = optimum(problem, Limits())
    heard: list[Found] = []

    optimum(problem, Limits(work=0.0), hint=found.chosen, heard=heard.append)

    assert heard[0].value == found.value


def test_parts_that_have_nothing_to_do_with_each_other_are_added_up():
    one, other = drawn(20, 4, 1), drawn(20, 4, 2)
    together = side_by_side(one, other)
    values = [optimum(each, Limits()).value for each in (one, other)]

    found = optimum(together, Limits())

    assert found.proven
    assert rank(found.value) == tuple(sum(each) for each in zip(*(rank(value) for value in values), strict=True))


def test_nobody_and_no_helper_is_an_empty_answer():
    assert optimum(NOBODY, Limits()).proven
    assert optimum(drawn(5, 1, 0), Limits()).value.served > 0
    alone = replace(drawn(5, 1, 0), person=NOTHING, helper=NOTHING, points=NOTHING, tie=NOTHING)
    found = optimum(replace(alone, excepted=np.zeros(0, dtype=np.bool_)), Limits())
    assert found.value == Sums()
    assert found.proven

"""Of plans that cost the same, the one that moves fewest standing visits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.planning.instance import Instance
from matching.planning.solve import solve
from tests.matching.planning.builders import at, first_task, only, slot, task, week


def of_two(start: int, other: int) -> Instance:
    """Two people whom Nadia visits, each standing somewhere that costs nothing; only leaving out has a price."""
    one = task("v1", "ada", kept=slot(start))
    return week(one, task("v2", "bob", kept=slot(other)), prices=only())


@pytest.mark.parametrize("day", range(5))
@pytest.mark.parametrize("hour", [10, 13, 15])
def test_a_visit_stays_where_it_stands_when_no_place_is_cheaper(day: int, hour: int):
    where = of_two(at(day, hour), at((day + 1) % 5, 11))
    answer = solve(where)

    assert {one.task: one.slot for one in answer.visits} == {
        "v1": slot(at(day, hour)),
        "v2": slot(at((day + 1) % 5, 11)),
    }
    assert (answer.status, answer.value, answer.bound) == ("optimal", 0, 0)


def test_a_joint_visit_stays_with_the_people_and_hour_it_has():
    stands = slot(at(2, 13, 30), "nadia", "karim")
    answer = solve(week(first_task(kept=stands), prices=only()))

    assert [one.slot for one in answer.visits] == [stands]


def test_a_cheaper_place_still_wins_by_a_single_point():
    """Early in the day costs 1 here, and so the visit moves."""
    where = week(task("v1", kept=slot(at(0, 9))), prices=only(edge_of_day=1))
    answer = solve(where)

    assert answer.visits[0].slot != slot(at(0, 9))
    assert answer.value == 0


def test_what_stands_at_an_hour_beside_the_grid_stays_too():
    where = week(task("v1", kept=slot(at(1, 14, 10))), prices=only())

    assert solve(where).visits[0].slot == slot(at(1, 14, 10))


def test_value_and_bound_are_those_of_the_same_question_without_standing_visits():
    where = of_two(at(0, 10), at(0, 11, 30))
    plain = replace(where, tasks=tuple(replace(one, kept=None) for one in where.tasks))

    assert (solve(where).value, solve(where).bound) == (solve(plain).value, solve(plain).bound)

"""Each cost of section 6 and 12.12, worked by hand, then as the search pays it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Late, Prices, Usual
from matching.planning.solve import solve
from tests.matching.planning.builders import (
    DAY,
    ada,
    at,
    first_task,
    karim,
    meeting,
    nadia,
    part,
    slot,
    task,
    visit,
    week,
    window,
)

TEN = at(0, 10)
BOB = task("v2", "bob")


def cost(name: str, where: Instance, *plan: object) -> int:
    return evaluate(where, tuple(plan)).costs[name]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("start", "expected"),
    [(at(1, 14), 0), (at(1, 14, 30), 10), (at(2, 14), 20), (at(2, 9), 20)],
    ids=["usual", "other-hour", "other-day", "other-day-and-hour"],
)
def test_habit_costs_20_for_another_day_and_10_for_another_hour(start: int, expected: int):
    assert cost("habit", week(task(usual=Usual(2, 14 * 60))), visit(start)) == expected


def test_another_person_than_the_usual_one_costs_60():
    where = week(task(parts=(part(), part("omar", "lea", role="second", usual="omar"))))

    assert cost("other_person", where, visit(TEN, "nadia", "omar")) == 0
    assert cost("other_person", where, visit(TEN, "nadia", "lea")) == 60


def test_travel_costs_1_a_minute_from_the_base_along_the_stops_and_back():
    where = week(task(), BOB)

    assert cost("travel", where, visit(TEN), visit(at(0, 14), task="v2")) == 10 + 10 + 20
    assert cost("travel", where, visit(TEN), visit(at(1, 14), task="v2")) == 20 + 40


def test_a_professional_goes_back_after_each_visit():
    where = week(first_task("v1"), first_task("v2", "bob"), karim(base=0), nadia(base=None))
    both = (visit(TEN, "nadia", "karim"), visit(at(0, 14), "nadia", "karim", task="v2"))

    assert cost("travel", where, *both) == 20 + 40 + 10  # and Nadia's way from Ada to Bob


@pytest.mark.parametrize(
    ("second_at", "expected"),
    [(at(0, 11, 45), 15), (at(0, 12, 9), 15), (at(0, 12, 10), 0)],
    ids=["no-break", "29-minutes", "30-minutes"],
)
def test_a_fourth_hour_costs_15_unless_a_break_of_30_minutes_comes_before(second_at: int, expected: int):
    long = (part(minutes=90),)
    where = week(task(parts=long), replace(BOB, parts=long))

    assert cost("fourth_hour", where, visit(TEN), visit(second_at, task="v2")) == expected


def test_three_hours_of_contact_and_way_are_no_fourth_hour_and_each_started_one_counts():
    def of(minutes: int) -> int:
        where = week(task(parts=(part(minutes=90),)), replace(BOB, parts=(part(minutes=minutes),)))
        return cost("fourth_hour", where, visit(TEN), visit(at(0, 11, 45), task="v2"))

    assert [of(80), of(81), of(140), of(141)] == [0, 15, 15, 30]


@pytest.mark.parametrize(("start", "expected"), [(at(0, 9, 59), 3), (at(0, 10), 0), (at(0, 17), 0), (at(0, 17, 1), 3)])
def test_before_ten_or_after_eighteen_costs_3(start: int, expected: int):
    assert cost("edge_of_day", week(task()), visit(start)) == expected


@pytest.mark.parametrize(
    ("start", "expected"), [(TEN, 0), (TEN + 15, 0), (TEN - 15, 0), (TEN + 16, 30), (at(1, 10), 30)]
)
def test_a_published_visit_that_moves_by_more_than_15_minutes_costs_30(start: int, expected: int):
    assert cost("changed", week(task(published=slot(TEN))), visit(start)) == expected


def test_a_published_visit_with_another_helper_or_left_out_costs_30():
    where = week(task(parts=(part("nadia", "omar"),), published=slot(TEN)))

    assert cost("changed", where, visit(TEN, "omar")) == 30
    assert cost("changed", where) == 30


@pytest.mark.parametrize(("start", "expected"), [(TEN, 0), (TEN + 1, 40), (TEN + 7 * DAY, 40), (TEN + 7 * DAY + 1, 80)])
def test_each_started_week_after_the_wish_costs_40(start: int, expected: int):
    where = week(task(late=(Late(TEN, 40, 7 * DAY),), due=(0, 14 * DAY)), days=14)

    assert cost("lateness", where, visit(start)) == expected


def test_a_proposed_host_slot_in_the_way_costs_40_and_stops_nothing():
    where = week(task(), nadia(busy=(meeting(at(0, 9), TEN, place=0, price=40),), windows=window(TEN, at(0, 11, 9))))

    assert cost("proposed_host", where, visit(at(0, 10, 9))) == 40
    assert cost("proposed_host", where, visit(at(0, 10, 10))) == 0
    assert solve(where).costs["proposed_host"] == 40


def test_uneven_days_cost_5_for_the_largest_less_the_smallest_number_over_working_days():
    two_days = nadia(windows=((at(0, 9), at(0, 17)), (at(1, 9), at(1, 17))))
    where = week(task(), BOB, two_days)

    assert cost("uneven_days", where, visit(TEN), visit(at(0, 14), task="v2")) == 10
    assert cost("uneven_days", where, visit(TEN), visit(at(1, 14), task="v2")) == 0


def test_a_due_visit_left_out_costs_100():
    bill = evaluate(week(task(), BOB), (visit(TEN),))

    assert (bill.costs["missed"], bill.unserved) == (100, 1000)


def test_a_week_without_a_meeting_for_somebody_housed_costs_60():
    where = week(task(due=(0, 14 * DAY)), ada(weekly_offer=True), days=14)

    assert cost("housing_week", where) == 120
    assert cost("housing_week", where, visit(TEN)) == 60


def test_every_price_may_be_changed():
    where = week(task(), prices=Prices(travel=7))

    assert cost("travel", where, visit(TEN)) == 140


def test_the_search_pays_what_evaluate_says():
    where = week(task(usual=Usual(3, 600)), BOB, ada(weekly_offer=True))
    answer = solve(where)

    assert answer.status == "optimal"
    assert answer.value == answer.bound == evaluate(where, answer.visits).value
    assert sum(answer.costs.values()) == answer.value


def test_no_visit_is_left_out_to_save_its_costs():
    far = replace(
        week(task()), travel={"walk": tuple(tuple(9 * one for one in row) for row in week(task()).travel["walk"])}
    )
    answer = solve(far)

    assert answer.costs["travel"] == 180 > answer.costs["missed"] == 0

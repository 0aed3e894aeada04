"""Replanning: the fewest changes first, then the cheapest plan; beside trying everything, and after any disturbance."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.disturbances import KINDS, Situation, disturbed, in_force, without
from benchmarks.regions import region
from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Task, Usual
from matching.planning.plan import Plan, start_of
from matching.planning.replan import solve
from matching.planning.replanned import Changes, Replanned, changes, violations
from matching.planning.slots import allowed_slots
from matching.planning.solve import solve as plan_anew
from matching.planning.spans import within
from matching.search import Limits
from tests.matching.planning.builders import (
    DAY,
    at,
    daily,
    first_task,
    fixed,
    karim,
    nadia,
    only,
    slot,
    task,
    visits,
    week,
)
from tests.matching.planning.test_local import renamed
from tests.matching.planning.test_search import every_plan, small_weeks

LITTLE = Limits(work=0.05)
SEEDS = range(5)


def rank(where: Instance, plan: Plan) -> tuple[int, ...]:
    return (*changes(where, plan).rank, evaluate(where, plan).cost)


@st.composite
def stirred(draw: st.DrawFn) -> Instance:
    """Small weeks in which any visit was told, stands untold, or is new; where it stands may be impossible by now."""
    where = draw(small_weeks())
    tasks: list[Task] = []
    for one in where.tasks:
        people = ("nadia", "omar")[: len(one.parts)]
        stands = one.published or slot(at(draw(st.integers(0, 1)), draw(st.integers(9, 16))), *people)
        how = draw(st.sampled_from(("published", "kept", "new")))
        told, kept = (stands if how == name else None for name in ("published", "kept"))
        tasks.append(replace(one, published=told, kept=kept))
    return replace(where, tasks=tuple(tasks))


@cache
def situation(seed: int) -> Situation:
    """A small region and a plan of it in force."""
    where = region(8, 3, seed)
    return in_force(where, plan_anew(where, LITTLE).visits, seed)


@settings(max_examples=15)
@given(stirred())
def test_nothing_leaves_out_less_then_changes_less_then_costs_less(where: Instance):
    found = solve(where)
    every = list(every_plan(where))

    assert violations(where, found) == ()
    assert found.fewest.status == found.better.status == "optimal"
    assert rank(where, found.fewest.visits) == min(rank(where, plan) for plan in every)
    assert found.better.value == min(evaluate(where, plan).value for plan in every)


# By hand


def two_visits() -> Instance:
    """
    Ada told for Monday at 10 though Tuesday at 10 is her habit, Bob told for Tuesday at 10; Monday Nadia is away.

    A change costs 3, another hour than the habit 10. Ada on Tuesday at another hour: 3 + 10. Ada at her habit and Bob
    at another hour: 3 + 3.
    """
    return week(
        task("v1", published=slot(at(0, 10)), usual=Usual(2, 600)),
        task("v2", "bob", published=slot(at(1, 10))),
        nadia(windows=daily(days=(1, 2))),
        prices=only(changed=3, other_hour=10, other_day=20),
    )


def test_one_absence_changes_one_visit_though_two_changes_are_cheaper():
    where = two_visits()
    found = solve(where)

    assert changes(where, found.fewest.visits) == Changes(0, 1, 0)
    assert (found.fewest.value, found.better.value) == (13, 6)
    assert {one.task: one.slot for one in found.fewest.visits}["v2"] == slot(at(1, 10))
    assert changes(where, found.better.visits) == Changes(0, 2, 0)


def test_as_many_due_visits_as_possible_come_before_few_changes():
    """A new visit can only be on Tuesday from 10 to 11, where one stands that could be anywhere."""
    where = week(task("v1", published=slot(at(1, 10))), task("v2", "bob", due=(at(1, 10), at(1, 11))))
    found = solve(where)

    assert {one.task for one in found.fewest.visits} == {"v1", "v2"}
    assert changes(where, found.fewest.visits) == Changes(0, 1, 0)


def test_of_two_visits_in_each_others_way_the_one_that_was_told_stays():
    where = week(task("v1", kept=slot(at(1, 10))), task("v2", "bob", published=slot(at(1, 10))))
    found = solve(where)

    assert changes(where, found.fewest.visits) == Changes(0, 0, 1)


def test_a_visit_that_is_pinned_pushes_away_the_one_that_stands_there():
    where = week(fixed(task("v1"), at(1, 10)), task("v2", "bob", published=slot(at(1, 10))))
    found = solve(where)

    assert {one.task: one.slot for one in found.fewest.visits}["v1"] == slot(at(1, 10))
    assert changes(where, found.fewest.visits) == Changes(0, 1, 0)


def test_a_quarter_of_an_hour_has_no_price_and_is_a_change_all_the_same():
    where = week(task("v1", published=slot(at(0, 10))), nadia(windows=((at(0, 10, 15), at(0, 12)),)))
    found = solve(where)

    assert changes(where, found.fewest.visits) == Changes(0, 1, 0)
    assert found.fewest.costs["changed"] == 0


def test_visits_after_a_first_one_that_has_no_place_any_more_are_out_with_their_reasons():
    where = week(
        first_task("first", published=slot(at(0, 10), "nadia", "karim")),
        task("v2", after="first", published=slot(at(3, 10))),
        visits(met=False),
        karim(windows=()),
    )
    found = solve(where)

    assert (found.fewest.status, found.fewest.visits) == ("optimal", ())
    assert [(one.task, one.rules) for one in found.fewest.unplanned] == [("first", ("V3",)), ("v2", ("V4",))]


def test_nothing_to_do_changes_nothing_and_is_proven_without_a_search():
    where = week(task("v1", published=slot(at(0, 10))), task("v2", "bob", kept=slot(at(1, 10))))
    found = solve(where)

    assert found.fewest.status == "optimal"
    assert changes(where, found.fewest.visits) == Changes(0, 0, 0)


def test_with_nothing_due_any_more_both_plans_are_empty():
    found = solve(week(nadia()))

    assert (found.fewest.visits, found.better.visits) == ((), ())
    assert found.fewest.status == "optimal"


def test_both_plans_pass_through_a_message_unchanged():
    found = solve(two_visits())

    assert msgspec.convert(msgspec.to_builtins(found), Replanned) == found


def test_what_has_to_be_done_and_cannot_has_no_plan():
    where = week(
        task("v1", price=None, due=(at(0, 10), at(0, 11)), series=None),
        task("v2", "bob", price=None, due=(at(0, 10), at(0, 11)), series=None),
    )
    found = solve(where)

    assert (found.fewest.status, found.better.status) == ("infeasible", "infeasible")


# After any disturbance


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_happens_no_rule_breaks_and_fewest_never_changes_more(kind: str):
    now = next(found for seed in SEEDS if (found := disturbed(situation(seed), kind, seed)) is not None)
    found = solve(now)

    assert violations(now, found) == ()
    assert found.fewest.status == found.better.status == "optimal"
    assert rank(now, found.fewest.visits) <= rank(now, found.better.visits)
    assert found.better.value <= found.fewest.value


@settings(max_examples=10)
@given(st.sampled_from(SEEDS), st.sampled_from(sorted(KINDS)))
def test_a_disturbance_frees_only_what_it_makes_impossible(seed: int, kind: str):
    before = situation(seed)
    after = disturbed(before, kind, seed)
    if after is None:
        return
    for one in before.instance.tasks:
        now = after.task.get(one.id)
        if one.fixed is None or now is None:
            continue
        if now.fixed is None:
            assert start_of(one.fixed) > before.now
            assert one.fixed not in allowed_slots(after, now)
        else:
            assert now.fixed == one.fixed


def test_the_plan_told_first_is_lawful_and_has_as_few_changes_as_is_known():
    now = disturbed(situation(0), "helper away for days", 3)
    assert now is not None
    told: list[Replanned] = []
    found = solve(now, first=told.append)

    assert len(told) == 1
    assert violations(now, told[0]) == ()
    assert rank(now, found.fewest.visits) <= rank(now, told[0].fewest.visits)


def test_the_same_seed_and_work_give_the_same_plans():
    now = disturbed(situation(1), "helper away for days", 5)
    assert now is not None

    assert solve(now, LITTLE) == solve(now, LITTLE)


def test_stopped_at_once_it_hands_back_a_full_plan_in_which_whatever_can_stay_stays():
    now = disturbed(situation(2), "helper away a day", 7)
    assert now is not None
    found = solve(now, watch=lambda _progress: False)

    assert violations(now, found) == ()
    assert found.fewest.status == found.better.status == "feasible"
    assert changes(now, found.fewest.visits).moved == changes(now, solve(now).fewest.visits).moved


def test_other_names_keep_the_values():
    now = disturbed(situation(3), "helper away for days", 9)
    assert now is not None
    found, other = solve(now), solve(renamed(now))

    assert (other.fewest.value, other.better.value) == (found.fewest.value, found.better.value)
    assert changes(renamed(now), other.fewest.visits) == changes(now, found.fewest.visits)


def test_hours_taken_from_a_window_leave_what_is_before_and_after():
    assert without(((0, 100), (200, 300)), (50, 250)) == ((0, 50), (250, 300))
    assert not within(without(daily(), (at(1, 10), at(1, 11))), at(1, 10, 30), at(1, 12))
    assert within(without(daily(), (DAY, 2 * DAY)), at(2, 9), at(2, 17))

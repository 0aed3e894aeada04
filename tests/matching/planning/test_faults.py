"""Instances that contradict themselves are refused by name; those nobody can serve are planned with reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from matching.planning.explain import blocking
from matching.planning.instance import InstanceFault, Link, Prices, Task
from matching.planning.judge import violations
from matching.planning.slots import allowed_slots
from matching.planning.solve import solve
from tests.matching.planning.builders import (
    DAY,
    LINE,
    ada,
    at,
    daily,
    fixed,
    meeting,
    nadia,
    part,
    task,
    visit,
    visits,
    week,
    window,
)

HOLE: Any = None
"""What a matrix holds where a way is missing, whatever its type says."""
PAIR = (part(), part("lea"))
NOBODY = replace(part(), workers=())


def linked(*links: Link) -> Task:
    """Nadia and Léa, each at her own time."""
    return task(parts=PAIR, links=links)


FAULTS: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "window_that_ends_before_it_begins": ((nadia(windows=window(600, 540)), task()), {}, "worker nadia: windows: 600"),
    "empty_window": ((ada(windows=window(600, 600)), task()), {}, "client ada: windows: 600 to 600"),
    "windows_out_of_order": ((nadia(windows=daily()[::-1]), task()), {}, "worker nadia: windows are sorted"),
    "consent_that_ends_first": ((ada(consent=window(DAY, 0)), task()), {}, "client ada: times allowed: 1440 to 0"),
    "busy_backwards": ((nadia(busy=(meeting(700, 600),)), task()), {}, "worker nadia: busy time ends"),
    "due_backwards": ((task(due=(DAY, 0)),), {}, "task v1: the time due ends before it begins"),
    "part_linked_to_itself": ((linked(Link(1, 1)),), {}, "task v1: a link joins two of its parts, not part 1"),
    "after_itself": ((task(after="v1"),), {}, "task v1: comes after itself"),
    "after_each_other": ((task(after="v2"), task("v2", after="v1")), {}, "task v1: comes after itself"),
    "after_nobody": ((task(after="v9"),), {}, "task v1: comes after an unknown task v9"),
    "gap_that_does_not_exist": ((linked(Link(0, 1, 20, 10)),), {}, "at least 20 and at most 10"),
    "links_against_each_other": ((linked(Link(0, 1, 10, 20), Link(1, 0, 10, 20)),), {}, "no starts satisfy all"),
    "narrow_matrix": ((task(),), {"travel": {"walk": LINE[:2]}}, "travel walk: 3 x 3 values"),
    "ragged_matrix": ((task(),), {"travel": {"walk": (*LINE[:2], (0,))}}, "travel walk: 3 x 3 values"),
    "matrix_with_a_hole": (
        (task(),),
        {"travel": {"walk": (*LINE[:2], (20, HOLE, 0))}},
        "travel walk: the way from bob to ada is not known",
    ),
    "way_below_0": ((task(),), {"travel": {"walk": (*LINE[:2], (20, -1, 0))}}, "no way takes less than 0"),
    "mode_without_a_matrix": ((nadia(mode="bike"), task()), {}, "worker nadia: no travel times for mode bike"),
    "visit_of_no_time": ((task(parts=(part(minutes=0),)),), {}, "task v1: a part lasts at least 1"),
    "helper_listed_twice": ((task(),), {"workers": (nadia(), nadia())}, "worker nadia: listed twice"),
    "helper_who_is_not_there": ((task(),), {"workers": ()}, "task v1: unknown worker nadia"),
    "series_of_another": ((task(), visits("bob", "ada+nadia"), ada("bob")), {}, "series ada\\+nadia is unknown or of"),
    "slot_for_too_few": ((fixed(task(parts=PAIR), 600),), {}, "one person for each part"),
    "day_that_is_none": ((task(),), {"first_day": "2027-02-30"}, "first_day: '2027-02-30' is not a date"),
    "day_that_closes_first": ((task(),), {"opens": 1200, "closes": 480}, "opens and closes"),
    "wish_below_0": ((task(),), {"prices": Prices(travel=-1)}, "prices travel"),
    "limit_below_0": ((nadia(max_visits_per_day=-1), task()), {}, "worker nadia: pause, max_visits_per_day"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_instance_that_contradicts_itself_names_the_field(name: str):
    what, other, said = FAULTS[name]

    with pytest.raises(InstanceFault, match=said):
        week(*what, **other)


def test_links_that_some_starts_satisfy_are_no_fault():
    one = linked(Link(0, 1, 10, 20), Link(1, 0, -20, -10))

    assert week(one).tasks == (one,)


def test_an_order_without_a_circle_is_no_fault():
    assert len(week(task(), task("v2", after="v1"), task("v3", after="v2")).tasks) == 3


UNSERVED: dict[str, tuple[tuple[Any, ...], dict[str, Any], tuple[str, ...]]] = {
    "helper_without_a_window": ((nadia(windows=()), task()), {}, ("V1",)),
    "person_without_a_window": ((ada(windows=()), task()), {}, ("V1",)),
    "visit_of_25_hours": ((task(parts=(part(minutes=25 * 60),)),), {}, ("V1", "V7")),
    "lost_hour_of_march": (
        # The clocks go forward at 2 on Sunday 28 March 2027.
        (nadia(windows=window(at(6, 2), at(6, 3))), ada(windows=window(at(6, 2), at(6, 3))), task()),
        {"first_day": "2027-03-22"},
        ("V1", "V7"),
    ),
    "link_longer_than_the_time_due": ((replace(linked(Link(0, 1, DAY, DAY)), due=(0, DAY)),), {}, ("V1",)),
    "two_parts_for_one_helper": ((task(parts=(part(), part())),), {}, ("V5",)),
    "no_helper_at_all": ((task(parts=(NOBODY,)),), {"workers": ()}, ("V5",)),
}


@pytest.mark.parametrize("name", UNSERVED)
def test_a_visit_that_nobody_can_make_is_listed_with_its_rules(name: str):
    what, other, rules = UNSERVED[name]
    instance = week(*what, **other)
    answer = solve(instance)

    assert answer.visits == ()
    assert [one.rules for one in answer.unplanned] == [rules]
    assert violations(instance, answer) == ()
    assert answer.status == "optimal"


def test_a_visit_that_has_to_be_done_and_cannot_be_leaves_no_plan():
    answer = solve(week(nadia(windows=()), task(price=None)))

    assert (answer.status, answer.visits) == ("infeasible", ())


def test_of_ten_thousand_visits_each_can_be_asked_about():
    tasks = [task(f"v{number}", f"p{number}", due=(0, DAY)) for number in range(10_000)]
    instance = week(nadia(windows=window(at(0, 9), at(0, 10))), fixed(tasks[0], at(0, 9)), *tasks[1:])
    asked = tasks[-1]

    assert len(instance.task) == 10_000
    assert blocking(instance, (visit(at(0, 9), task="v0"),), asked, allowed_slots(instance, asked)) == ("V2", "V6")

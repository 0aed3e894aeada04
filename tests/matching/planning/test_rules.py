"""
Rules V1-V12 and HELPER_STATUS, each kept and broken by the least step, in the search and by the judge.

A case is a week and a plan that just keeps the rule, and one that just breaks it. The judge flags the second with the
code and finds nothing in the first. The search, left with nothing but the hours and people of the last visit of that
plan, plans it in the first week, and in the second leaves it out and lists the code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from matching.planning.instance import Instance, Late, Room, Usual
from matching.planning.judge import violations
from matching.planning.plan import Plan, Visit, end_of, start_of
from matching.planning.solve import solve
from tests.matching.planning.builders import (
    DAY,
    ada,
    at,
    daily,
    first_task,
    fixed,
    karim,
    meeting,
    nadia,
    part,
    task,
    visit,
    visits,
    week,
    window,
)

Scene = tuple[Instance, Plan]
TEN = at(0, 10)
PAIR = ("nadia", "karim")
LONG = daily(6, 22)


@dataclass(frozen=True)
class Case:
    """`listed` is the code shown for the visit left out, when another one says it better."""

    name: str
    kept: Scene
    broken: Scene
    listed: str = ""

    @property
    def code(self) -> str:
        return "HELPER_STATUS" if self.name.startswith("status") else self.name.split("-")[0].upper()


def alone(name: str, where: Instance, kept: Visit, broken: Visit, listed: str = "") -> Case:
    """One visit, at two times of one week."""
    return Case(name, (where, (kept,)), (where, (broken,)), listed)


def second(name: str, where: Instance, stands: Visit, kept: Visit, broken: Visit) -> Case:
    """A visit that stands, and another at two times of one week."""
    return Case(name, (where, (stands, kept)), (where, (stands, broken)))


BOB = task("v2", "bob")
WITH_OMAR = task("v2", "bob", parts=(part("omar"),))


def in_room(room: Room) -> Instance:
    """Ada and Nadia in the room at 10 on Monday, and Bob with Omar to come there."""
    return week(fixed(task(room="salle"), TEN), replace(WITH_OMAR, room="salle"), room)


def in_order(until: int) -> Scene:
    """Karim comes before Sylvie, who is planned, and is free from 10 to that hour."""
    where = week(first_task("v1", pros=("karim", "sylvie")), karim(windows=window(TEN, until)))
    return where, (visit(TEN, "nadia", "sylvie"),)


def contact(limit: int) -> Scene:
    """Two hours of contact on Monday and Friday under this limit of minutes."""
    where = week(fixed(task(), TEN), BOB, nadia(max_minutes_per_week=limit))
    return where, (visit(TEN), visit(at(4, 10), task="v2"))


def of_a_day(limit: int) -> Scene:
    where = week(fixed(task(), TEN), BOB, nadia(max_visits_per_day=limit))
    return where, (visit(TEN), visit(at(0, 14), task="v2"))


def full(capacity: int) -> Scene:
    return in_room(Room("salle", capacity=capacity)), (visit(TEN), visit(TEN, "omar", task="v2"))


def beside_a_meeting(capacity: int) -> Scene:
    room = Room("salle", capacity=capacity, busy=(meeting(at(0, 9), at(0, 12), people=5),))
    return week(task(room="salle"), room), (visit(TEN),)


TWO_PEOPLE = week(task(people_min=2, parts=(part(), part("omar", role="second"))))
AFTER_THE_FIRST = week(
    fixed(first_task("first"), TEN, *PAIR),
    task("v2", after="first"),
    visits(gap_days=0, met=False),
    nadia(windows=LONG),
    ada(windows=LONG),
)
WITHOUT_PAUSE = replace(AFTER_THE_FIRST, workers=(nadia(windows=LONG, pause=0), *AFTER_THE_FIRST.workers[1:]))
TWO_PROFESSIONAL = week(
    fixed(first_task("v1"), TEN, *PAIR),
    first_task("v2", "bob", parts=(part("omar"), part("karim", role="professional"))),
    karim(pause=0),
)
PERSON_OF_TWO = week(fixed(task(), TEN), task("v2", parts=(part("omar"),), kind="family", place=2))

CASES = (
    alone("v1-helper", week(task(), nadia(windows=window(TEN, at(0, 12)))), visit(TEN), visit(TEN - 1)),
    alone("v1-helper-end", week(task(), nadia(windows=window(TEN, at(0, 12)))), visit(at(0, 11)), visit(at(0, 11, 1))),
    alone("v1-person", week(task(), ada(windows=window(TEN, at(0, 12)))), visit(at(0, 11)), visit(at(0, 11, 1))),
    alone(
        "v1-professional",
        week(first_task("v1"), karim(windows=window(TEN, at(0, 12)))),
        visit(TEN, *PAIR),
        visit(TEN - 1, *PAIR),
        "V3",
    ),
    alone(
        "v1-place",
        week(task(room="salle"), Room("salle", windows=window(TEN, at(0, 12)))),
        visit(at(0, 11)),
        visit(at(0, 11, 1)),
    ),
    alone(
        "v2-after-a-meeting",
        week(task(), nadia(busy=(meeting(at(0, 9), TEN, place=0),))),
        visit(at(0, 10, 10)),
        visit(at(0, 10, 9)),
    ),
    alone(
        "v2-before-a-meeting",
        week(task(), nadia(busy=(meeting(at(0, 12), at(0, 13), place=0),))),
        visit(at(0, 10, 50)),
        visit(at(0, 10, 51)),
    ),
    alone(
        "v2-after-a-meeting-of-the-person",
        week(task(), ada(busy=(meeting(at(0, 9), TEN, place=2),))),
        visit(at(0, 10, 10)),
        visit(at(0, 10, 9)),
    ),
    second(
        "v2-two-visits-of-a-helper",
        week(fixed(task(), TEN), BOB, nadia(pause=0)),
        visit(TEN),
        visit(at(0, 11, 10), task="v2"),
        visit(at(0, 11, 9), task="v2"),
    ),
    second(
        "v2-two-visits-of-a-professional",
        TWO_PROFESSIONAL,
        visit(TEN, *PAIR),
        visit(at(0, 11, 10), "omar", "karim", task="v2"),
        visit(at(0, 11, 9), "omar", "karim", task="v2"),
    ),
    second(
        "v2-a-person-visited-by-two",
        PERSON_OF_TWO,
        visit(TEN),
        visit(at(0, 11, 10), "omar", task="v2"),
        visit(at(0, 11, 9), "omar", task="v2"),
    ),
    Case(
        "v3-nobody-joins",
        (week(first_task("v1")), (visit(TEN, *PAIR),)),
        (week(first_task("v1", parts=(part(),))), (visit(TEN),)),
    ),
    second(
        "v4-after-the-first",
        AFTER_THE_FIRST,
        visit(TEN, *PAIR, task="first"),
        visit(at(0, 11, 15), task="v2"),
        visit(at(0, 8, 45), task="v2"),
    ),
    second(
        "v4-at-the-end-of-the-first",
        WITHOUT_PAUSE,
        visit(TEN, *PAIR, task="first"),
        visit(at(0, 11), task="v2"),
        visit(at(0, 8, 45), task="v2"),
    ),
    Case(
        "v4-no-first-held",
        (week(task(), visits(met=True)), (visit(TEN),)),
        (week(task(), visits(met=False)), (visit(TEN),)),
    ),
    Case(
        "v5-two-people",
        (TWO_PEOPLE, (visit(TEN, "nadia", "omar"),)),
        (week(task(people_min=2)), (visit(TEN),)),
    ),
    Case(
        "v5-never-alone",
        (
            week(task(parts=(part(), part("omar", role="second"))), nadia(alone_ok=False)),
            (visit(TEN, "nadia", "omar"),),
        ),
        (week(task(), nadia(alone_ok=False)), (visit(TEN),)),
    ),
    second(
        "v6-pause",
        week(fixed(task(), TEN), BOB),
        visit(TEN),
        visit(at(0, 11, 25), task="v2"),
        visit(at(0, 11, 24), task="v2"),
    ),
    Case("v6-visits-a-day", of_a_day(2), of_a_day(1)),
    Case("v6-contact-a-week", contact(120), contact(119)),
    Case(
        "v6-contact-of-one-visit",
        (week(task(), nadia(max_minutes_per_week=60)), (visit(TEN),)),
        (week(task(), nadia(max_minutes_per_week=59)), (visit(TEN),)),
    ),
    alone("v7-morning", week(task(), nadia(windows=LONG), ada(windows=LONG)), visit(at(0, 8)), visit(at(0, 7, 59))),
    alone("v7-evening", week(task(), nadia(windows=LONG), ada(windows=LONG)), visit(at(0, 19)), visit(at(0, 19, 1))),
    alone("v8-consent", week(task(), ada(consent=window(0, at(0, 16)))), visit(at(0, 15)), visit(at(0, 15, 1))),
    alone("v8-paused", week(task(), visits(live=window(TEN, 7 * DAY))), visit(TEN), visit(TEN - 1)),
    alone("v9-after-the-last-held", week(task(), visits(held=(-1,))), visit(at(2, 10)), visit(at(1, 10))),
    second(
        "v9-between-two",
        week(fixed(task(), TEN), task("v2")),
        visit(TEN),
        visit(at(3, 10), task="v2"),
        visit(at(2, 10), task="v2"),
    ),
    alone(
        "v11-meeting-in-a-single-room",
        week(task(room="salle"), Room("salle", single=True, busy=(meeting(at(0, 9), TEN),))),
        visit(TEN),
        visit(TEN - 1),
    ),
    second(
        "v11-two-visits-in-a-single-room",
        in_room(Room("salle", single=True)),
        visit(TEN),
        visit(at(0, 11), "omar", task="v2"),
        visit(at(0, 10, 59), "omar", task="v2"),
    ),
    Case("v11-capacity", full(4), full(3)),
    Case("v11-capacity-beside-a-meeting", beside_a_meeting(7), beside_a_meeting(6)),
    alone(
        "v12-supervision",
        week(task(), nadia(busy=(meeting(at(0, 9), TEN, place=0, rule="V12"),))),
        visit(at(0, 10, 10)),
        visit(at(0, 10, 9)),
    ),
    alone("status-last-day", week(task(), nadia(fit=window(0, TEN + 60))), visit(TEN), visit(TEN + 1)),
)
by_name = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@by_name
def test_the_judge_finds_nothing_in_a_plan_that_just_keeps_the_rule(case: Case):
    where, plan = case.kept

    assert violations(where, plan) == ()


@by_name
def test_the_judge_flags_a_plan_that_just_breaks_the_rule(case: Case):
    where, plan = case.broken

    assert {violation.code for violation in violations(where, plan)} == {case.code}


@by_name
def test_the_search_plans_a_visit_that_just_keeps_the_rule(case: Case):
    where, plan = case.kept
    found = solve(left_with(where, plan[-1]))

    assert {(visit.task, visit.slot) for visit in found.visits} == {(visit.task, visit.slot) for visit in plan}
    assert violations(where, found.visits) == ()


@by_name
def test_the_search_lists_a_visit_that_would_just_break_the_rule(case: Case):
    where, plan = case.broken
    found = solve(left_with(where, plan[-1]))

    assert [visit.task for visit in found.visits] == [visit.task for visit in plan[:-1]]
    assert [(one.task, one.rules) for one in found.unplanned] == [(plan[-1].task, (case.listed or case.code,))]


def left_with(where: Instance, visit: Visit) -> Instance:
    """The week in which this visit has no other hours and people than these; whoever has an order keeps it."""

    def narrowed(one: str):
        task = where.task[one]
        if one != visit.task:
            return task
        parts = tuple(
            share if share.ranked else replace(share, workers=(worker,))
            for share, worker in zip(task.parts, visit.slot.workers, strict=True)
        )
        return replace(task, parts=parts, due=(start_of(visit.slot), end_of(task, visit.slot)))

    return replace(where, step=1, tasks=tuple(narrowed(task.id) for task in where.tasks))


def test_v5_nobody_takes_two_parts_of_a_visit():
    where = week(task(people_min=2, parts=(part(), part(role="second"))))

    assert "V5" in {one.code for one in violations(where, (visit(TEN, "nadia", "nadia"),))}
    assert [one.rules for one in solve(where).unplanned] == [("V5",)]


# V3 in order, V10


def test_v3_the_judge_flags_somebody_later_in_order_while_the_first_has_an_hour():
    where, plan = in_order(at(0, 10, 59))
    assert violations(where, plan) == ()

    where, plan = in_order(at(0, 11))
    assert [one.code for one in violations(where, plan)] == ["V3"]


def test_v3_the_search_takes_the_first_in_order_who_can_come_in_time():
    where = week(first_task(pros=("karim", "sylvie")), karim(windows=window(at(1, 10), at(1, 11))))
    found = solve(where)

    assert [visit.slot for visit in found.visits] == [visit(at(1, 10), "nadia", "karim").slot]


def test_v3_somebody_later_in_order_comes_when_the_first_could_only_come_late():
    late = (Late(at(1, 12), 40, 7 * DAY),)
    where = week(first_task(pros=("karim", "sylvie"), late=late), karim(windows=window(at(1, 13), at(1, 14))))
    found = solve(where)

    assert found.visits[0].slot.workers == ("nadia", "sylvie")
    assert violations(where, found.visits) == ()


def test_v3_the_judge_flags_somebody_later_in_order_while_the_first_could_come_in_time():
    late = (Late(at(1, 13), 40, 7 * DAY),)
    where = week(first_task(pros=("karim", "sylvie"), late=late), karim(windows=window(at(1, 13), at(1, 14))))

    assert {one.code for one in violations(where, (visit(TEN, "nadia", "sylvie", task="first"),))} == {"V3"}


def test_v10_the_judge_flags_a_pinned_visit_that_moved_by_a_minute_or_vanished():
    where = week(fixed(task(), TEN))

    assert violations(where, (visit(TEN),)) == ()
    assert [one.code for one in violations(where, (visit(TEN + 1),))] == ["V10"]
    assert [one.code for one in violations(where, ())] == ["V10"]


def test_v10_the_search_leaves_a_pinned_visit_where_it_is_whatever_it_costs_and_breaks():
    night = at(0, 23)
    where = week(fixed(task(), night), BOB)
    found = solve(where)

    assert found.visits[0] == visit(night)
    assert violations(where, found.visits) == ()


def test_v10_a_visit_that_is_not_pinned_goes_to_its_cheapest_hour():
    where = week(task(usual=Usual(2, 14 * 60)))

    assert solve(where).visits[0].slot.starts == (at(1, 14),)

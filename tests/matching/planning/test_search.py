"""The search against trying everything, on small weeks; and the instance as a general one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.planning.costs import evaluate
from matching.planning.instance import Busy, Instance, InstanceFault, Late, Link, Part, Prices, Task, Usual, Worker
from matching.planning.judge import violations
from matching.planning.plan import Plan, Visit
from matching.planning.slots import allowed_slots
from matching.planning.solve import solve
from matching.search import Limits
from tests.matching.planning.builders import (
    DAY,
    PLACES,
    ada,
    at,
    first_task,
    fixed,
    karim,
    nadia,
    only,
    part,
    slot,
    task,
    visit,
    visits,
    week,
)


def every_plan(where: Instance) -> Iterator[Plan]:
    """All combinations of allowed slots and of leaving visits out, rules between visits kept."""
    options = [
        [*(Visit(task.id, slot) for slot in allowed_slots(where, task)), *([None] if task.fixed is None else [])]
        for task in where.tasks
    ]
    for chosen in product(*options):
        plan = tuple(one for one in chosen if one is not None)
        if not violations(where, plan):
            yield plan


hours = st.integers(9, 15)
clients = st.sampled_from(("ada", "bob"))


@st.composite
def small_weeks(draw: st.DrawFn) -> Instance:
    """Up to three visits over two short days."""

    def days() -> tuple[tuple[int, int], ...]:
        return tuple(
            (at(day, start), at(day, start + draw(st.integers(1, 3))))
            for day, start in ((0, draw(hours)), (1, draw(hours)))
        )

    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 3))):
        client = draw(clients)
        usual = Usual(draw(st.integers(1, 2)), 60 * draw(hours)) if draw(st.booleans()) else None
        published = slot(at(0, draw(hours))) if draw(st.booleans()) else None
        parts = (part("nadia", "omar"),) if draw(st.booleans()) else (part(), part("omar", role="second"))
        if len(parts) == 2 and published is not None:
            published = slot(published.starts[0], "nadia", "omar")
        tasks.append(task(f"v{number}", client, series=None, parts=parts, usual=usual, published=published))
    limit = draw(st.sampled_from((None, 1, 2)))
    return week(
        *tasks,
        nadia(windows=days(), max_visits_per_day=limit, max_minutes_per_week=draw(st.sampled_from((None, 119, 120)))),
        nadia("omar", windows=days()),
        ada(windows=days()),
        ada("bob", windows=days()),
        step=60,
    )


@settings(max_examples=60)
@given(small_weeks())
def test_no_plan_is_cheaper_and_none_breaks_a_rule(where: Instance):
    answer = solve(where)

    assert violations(where, answer) == ()
    assert answer.status == "optimal"
    assert answer.value == min(evaluate(where, plan).value for plan in every_plan(where))


@settings(max_examples=15)
@given(small_weeks())
def test_reordering_keeps_the_value(where: Instance):
    other = replace(where, tasks=where.tasks[::-1], workers=where.workers[::-1])

    assert solve(other).value == solve(where).value


def test_a_first_visit_comes_before_the_regular_ones_of_the_same_plan():
    where = week(
        first_task("first", late=(Late(at(1, 0), 40, 7 * DAY),)),
        task("v2", after="first", due=(0, 7 * DAY)),
        visits(met=False),
    )
    answer = solve(where)
    starts = {one.task: one.slot.starts[0] for one in answer.visits}

    assert starts["v2"] - starts["first"] >= 3 * DAY - 8 * 60
    assert violations(where, answer) == ()


def test_without_the_first_visit_the_regular_ones_are_listed_with_v4():
    where = week(
        first_task("first", parts=(part(), Part(60, (), "professional"))), task("v2", after="first"), visits(met=False)
    )
    answer = solve(where)

    assert [(one.task, one.rules) for one in answer.unplanned] == [("first", ("V3",)), ("v2", ("V4",))]


def test_a_two_person_visit_without_a_free_second_person_is_listed_with_v5():
    where = week(task(people_min=2, parts=(part(), part("omar", role="second"))), nadia("omar", windows=()))

    assert [one.rules for one in solve(where).unplanned] == [("V5",)]


def test_supervision_at_the_usual_hour_moves_the_visit_within_the_day():
    supervision = Busy(at(1, 10), at(1, 11), rule="V12")
    where = week(task(usual=Usual(2, 600)), nadia(busy=(supervision,)), prices=only(other_day=20, other_hour=10))
    start = solve(where).visits[0].slot.starts[0]

    assert (start // DAY, start) != (1, at(1, 10))
    assert start // DAY == 1


def test_tasks_that_have_to_be_done_and_contradict_each_other_have_no_answer():
    where = week(
        task("v1", price=None, due=(at(0, 10), at(0, 11)), series=None),
        task("v2", "bob", price=None, due=(at(0, 10), at(0, 11)), series=None),
    )

    assert solve(where).status == "infeasible"


def test_a_search_that_is_stopped_hands_back_what_stands():
    where = week(fixed(task(), at(0, 10)), task("v2", "bob"))
    answer = solve(where, Limits(), lambda progress: False)

    assert answer.visits[0] == visit(at(0, 10))
    assert answer.status in ("feasible", "optimal")
    assert violations(where, answer.visits) == ()


def test_progress_ends_at_the_value_of_the_answer():
    answer = solve(week(task(), task("v2", "bob")))

    assert answer.progress[-1].value == answer.value


def test_a_home_care_benchmark_fits_the_same_instance():
    """
    Two patients, two carers with a skill each, one office; P2's second service follows its first by 5 to 10.

    By hand: A goes to P2 (way 5, from 5 to 10) and then to P1 (way 3, from 13 to 19), and home (4); B is at P2 from 10
    to 14 (ways 5 and 5). Nobody is late, so three times the objective of the benchmark is 12 + 10.
    """
    ways = ((0, 4, 5), (4, 0, 3), (5, 3, 0))
    late = (Late(12, 1, 1, each_part=True),)
    a = Worker("A", "carer", ((0, 100),), "car", 0, skills=("s1",), pause=0, balanced=False)
    b = Worker("B", "carer", ((0, 100),), "car", 0, skills=("s2",), pause=0, balanced=False)
    both = ("A", "B")
    tasks = (
        Task(
            "P1", "care", 1, (Part(6, both, skill="s1"),), (0, 100), price=None, late=(Late(20, 1, 1, each_part=True),)
        ),
        Task(
            "P2",
            "care",
            2,
            (Part(5, both, skill="s1"), Part(4, both, skill="s2")),
            (0, 100),
            links=(Link(0, 1, 5, 10),),
            price=None,
            late=late,
        ),
    )
    where = Instance(
        first_day="2027-01-11",
        days=1,
        places=("office", "P1", "P2"),
        travel={"car": ways},
        workers=(a, b),
        clients=(),
        series=(),
        rooms=(),
        tasks=tasks,
        prices=only(travel=1, largest_lateness=1),
        opens=0,
        closes=100,
        day_ticks=100,
        step=1,
    )
    answer = solve(where)

    assert answer.status == "optimal"
    assert violations(where, answer) == ()
    assert answer.costs["travel"] == 22
    assert answer.value == 22


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"series": "nobody"}, "series nobody"),
        ({"due": (10, 10)}, "the time due ends"),
        ({"place": len(PLACES)}, "unknown place"),
        ({"after": "ghost"}, "unknown task ghost"),
        ({"room": "ghost"}, "unknown room"),
        ({"links": (Link(0, 0),)}, "joins two of its parts"),
        ({"fixed": slot(0, "nadia", "omar")}, "one person for each part"),
    ],
)
def test_an_instance_that_contradicts_itself_names_the_fault(change: dict[str, object], says: str):
    with pytest.raises(InstanceFault, match=says):
        Instance(**{**_fields(week(task())), "tasks": (task(**change),)})  # pyright: ignore[reportArgumentType]


def test_a_matrix_of_the_wrong_size_is_a_fault():
    with pytest.raises(InstanceFault, match="3 x 3"):
        week(task(), travel={"walk": ((0,),)})


def test_a_worker_listed_twice_is_a_fault():
    with pytest.raises(InstanceFault, match="listed twice"):
        Instance(**{**_fields(week(task())), "workers": (nadia(), nadia())})  # pyright: ignore[reportArgumentType]


def _fields(where: Instance) -> dict[str, object]:
    return {name: getattr(where, name) for name in where.__dataclass_fields__}


def test_an_instance_survives_json():
    where = week(
        first_task("f", late=(Late(5, 40, 7),)),
        task("v2", after="f"),
        visits(met=False),
        karim(),
        prices=Prices(travel=2),
    )

    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(where)), Instance) == where


@pytest.mark.parametrize(("limit", "planned"), [(120, 2), (119, 1)])
def test_a_visit_that_stands_counts_once_in_the_hours_of_its_week(limit: int, planned: int):
    standing = fixed(task("v1", "ada"), at(0, 10))
    where = week(standing, task("v2", "bob"), nadia(max_minutes_per_week=limit))

    assert len(solve(where).visits) == planned


def test_when_nothing_is_due_the_plan_is_empty_and_proven():
    answer = solve(week(nadia()))

    assert (answer.status, answer.value, answer.visits, answer.unplanned) == ("optimal", 0, (), ())

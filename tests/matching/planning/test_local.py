"""The local search beside the judge, `evaluate`, trying everything, and the whole search beside itself."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.regions import region
from matching.planning.components import components
from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Part, Slot, Task
from matching.planning.judge import violations
from matching.planning.local.search import Local
from matching.planning.plan import Answer, Plan
from matching.planning.slots import allowed_slots
from matching.planning.solve import solve
from matching.search import Limits
from tests.matching.planning.builders import at, only, task, week
from tests.matching.planning.test_search import every_plan, small_weeks

seeds = st.integers(0, 10**6)


def local(where: Instance, looks: int, seed: int = 0) -> tuple[int, Plan]:
    """Value and plan of the local search alone."""
    slots = {one.id: allowed_slots(where, one) for one in where.tasks}
    parts = [Local(where, tasks, slots, seed) for tasks in components(where, slots)]
    for one in parts:
        one.improve(looks)
    value = sum(one.value // one.scale for one in parts)
    return value, tuple(visit for one in parts for visit in one.plan)


def standing(where: Instance, plan: Plan) -> Instance:
    """The visits of a plan stand: a third is fixed, a third was told, a third only kept."""
    slots = {visit.task: visit.slot for visit in plan}
    tasks = [
        replace(one, **{("fixed", "published", "kept")[number % 3]: slots[one.id]}) if one.id in slots else one
        for number, one in enumerate(where.tasks)
    ]
    return replace(where, tasks=tuple(tasks))


@settings(max_examples=15)
@given(seeds)
def test_what_the_local_search_counts_is_what_its_plan_costs_and_no_rule_is_broken(seed: int):
    where = region(12, 4, seed)
    for instance in (where, standing(where, local(where, 0)[1])):
        value, plan = local(instance, 2_000, seed)

        assert violations(instance, plan) == ()
        assert value == evaluate(instance, plan).value


@settings(max_examples=30)
@given(small_weeks())
def test_on_small_weeks_the_local_search_finds_what_trying_everything_finds(where: Instance):
    value, plan = local(where, 5_000)

    assert value == evaluate(where, plan).value
    assert value == min(evaluate(where, one).value for one in every_plan(where))


LIMITS = (0.02, 0.1, 0.4)


def test_more_work_is_never_worse_and_the_same_work_gives_the_same_plan():
    where = region(14, 3, 1)
    answers = [solve(where, Limits(work=work)) for work in LIMITS]
    values = [one.value for one in answers]

    assert values == sorted(values, reverse=True)
    assert max(one.bound for one in answers) <= min(values)
    assert all(violations(where, one) == () for one in answers)
    assert [solve(where, Limits(work=work)) for work in LIMITS[:2]] == answers[:2]


def test_looking_in_short_pieces_is_no_worse_than_at_one_stretch():
    where = region(20, 4, 3)
    slots = {one.id: allowed_slots(where, one) for one in where.tasks}
    tasks = max(components(where, slots), key=len)
    whole, pieces = Local(where, tasks, slots, 0), Local(where, tasks, slots, 0)
    whole.improve(9_000)
    for _ in range(30):
        pieces.improve(300)

    assert whole.value >= pieces.value
    assert Local(where, tasks, slots, 0).value > whole.value


def renamed(where: Instance) -> Instance:
    """Everybody has another name, in another order of the alphabet."""

    def name(one: str) -> str:
        return one[::-1] + "x"

    def team(slot: Slot | None) -> Slot | None:
        return None if slot is None else Slot(tuple(map(name, slot.workers)), slot.starts)

    def one_part(one: Part) -> Part:
        usual = None if one.usual is None else name(one.usual)
        return replace(one, workers=tuple(map(name, one.workers)), usual=usual)

    def one_task(one: Task) -> Task:
        return replace(
            one,
            id=name(one.id),
            client=name(one.client or ""),
            series=name(one.series or ""),
            after=None if one.after is None else name(one.after),
            parts=tuple(map(one_part, one.parts)),
            published=team(one.published),
            fixed=team(one.fixed),
        )

    return replace(
        where,
        workers=tuple(replace(one, id=name(one.id)) for one in where.workers),
        clients=tuple(replace(one, id=name(one.id)) for one in where.clients),
        series=tuple(replace(one, id=name(one.id), client=name(one.client)) for one in where.series),
        tasks=tuple(map(one_task, where.tasks)),
    )


@settings(max_examples=3)
@given(seeds)
def test_other_names_and_two_weeks_later_keep_the_value(seed: int):
    where = region(7, 3, seed)
    answer = solve(where)

    assert answer.status == "optimal"
    assert solve(renamed(where)).value == answer.value
    assert solve(replace(where, first_day="2027-01-25")).value == answer.value


def test_stopped_at_once_it_hands_back_the_first_full_plan():
    where = region(20, 4, 5)
    told: list[Answer] = []
    answer = solve(where, watch=lambda _progress: False, first=told.append)

    assert violations(where, answer) == ()
    assert (answer.status, answer.visits) == ("feasible", told[0].visits)
    assert len(answer.visits) > len(where.tasks) // 2


def test_the_first_plan_is_told_before_the_proof_and_is_lawful():
    where = region(8, 3, 6)
    told: list[Answer] = []
    answer = solve(where, first=told.append)

    assert violations(where, told[0]) == ()
    assert (told[0].status, answer.status) == ("feasible", "optimal")
    assert told[0].bound <= answer.value <= told[0].value


def test_the_local_search_leaves_standing_visits_where_they_are_among_equal_plans():
    where = week(task(kept=Slot(("nadia",), (at(2, 14),))), prices=only())

    assert [visit.slot.starts[0] for visit in local(where, 500)[1]] == [at(2, 14)]

"""The search on routes: what it counts, what it undoes, and what it finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.compiled import Ints
from matching.planning import solve as planning
from matching.planning.costs import evaluate
from matching.planning.instance import Busy, Instance, Late, Link, Usual
from matching.planning.judge import violations
from matching.planning.routes.anneal import anneal, seed_of_moves
from matching.planning.routes.construct import first_routes
from matching.planning.routes.cpsat import prove
from matching.planning.routes.moves import empty_ruin
from matching.planning.routes.problem import Problem, problem_of, unsuitable
from matching.planning.routes.search import lower_bound, plan_from, solve
from matching.planning.routes.state import State, cost_of, empty_state, load
from matching.search import Limits, Progress
from tests.matching.planning.routes.builders import day, every_value, random_day, visit, worker

WAY = ((0, 10, 20), (10, 0, 10), (20, 10, 0))
SMALL = [random_day(seed, tasks=3, workers=3) for seed in range(5)]
LARGER = [random_day(seed, tasks=14, workers=4, bases=2) for seed in range(2)]


def begun(instance: Instance) -> tuple[Problem, State, Ints]:
    """The first routes of a day, and their state."""
    p = problem_of(instance)
    s, after = empty_state(p), first_routes(p)
    assert after is not None
    assert load(p, s, after)
    return p, s, after


@pytest.mark.parametrize("instance", SMALL)
def test_a_small_day_is_planned_as_well_as_by_trying_everything(instance: Instance):
    answer = planning.solve(instance, Limits(work=0.5))

    assert (answer.value, answer.status) == (min(every_value(instance)), "optimal")
    assert violations(instance, answer) == ()


@pytest.mark.parametrize("instance", SMALL)
def test_annealing_alone_and_the_proof_alone_agree(instance: Instance):
    p, s, after = begun(instance)
    best = min(every_value(instance))
    proof = prove(p, after, int(cost_of(p, s)), Limits(work=5), lambda: True)
    seed_of_moves(1)
    cost = anneal(p, s, empty_ruin(p), 20_000, 2.0 * p.scale, 0.01 * p.scale, after)

    assert (proof.cost, proof.bound, proof.proven) == (best, best, True)
    assert cost == best
    assert lower_bound(p) <= best


@pytest.mark.parametrize("instance", LARGER)
def test_the_search_counts_to_the_unit_what_evaluate_counts(instance: Instance):
    p, s, after = begun(instance)
    seed_of_moves(3)
    best = after.copy()
    cost = anneal(p, s, empty_ruin(p), 30_000, 1.0 * p.scale, 0.1 * p.scale, best)

    plan = plan_from(instance, p, best)
    assert evaluate(instance, plan).value == cost
    assert violations(instance, plan) == ()


@pytest.mark.parametrize("instance", LARGER)
def test_after_many_moves_kept_and_undone_the_starts_are_those_of_the_routes(instance: Instance):
    p, s, after = begun(instance)
    seed_of_moves(4)
    anneal(p, s, empty_ruin(p), 5_000, 2.0 * p.scale, 1.0 * p.scale, after.copy())
    anew = empty_state(p)
    load(p, anew, s.after)

    assert np.array_equal(anew.start, s.start)
    assert np.array_equal(anew.sums, s.sums)
    assert np.array_equal(anew.before, s.before)
    assert np.array_equal(anew.worker, s.worker)


def test_the_same_seed_and_work_give_the_same_plan():
    one, other = (solve(LARGER[0], Limits(work=0.5, seed=5)) for _ in range(2))

    assert one == other


def test_more_work_is_never_worse():
    values = [solve(random_day(7, tasks=25, workers=4), Limits(work=work)).value for work in (0.0, 0.5, 1.5)]

    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1]


def test_another_name_keeps_the_value():
    instance = random_day(11, tasks=4, workers=3)
    named = {one.id: f"z{one.id}" for one in instance.workers}
    workers = tuple(replace(one, id=named[one.id]) for one in instance.workers)
    tasks = tuple(
        replace(
            task,
            id=f"x{task.id}",
            parts=tuple(replace(part, workers=tuple(named[ref] for ref in part.workers)) for part in task.parts),
        )
        for task in instance.tasks
    )
    renamed = replace(instance, workers=workers, tasks=tasks)

    assert planning.solve(renamed, Limits(work=0.5)).value == planning.solve(instance, Limits(work=0.5)).value


def test_whoever_watches_stops_the_search_with_its_best_plan_so_far():
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) < 3

    answer = solve(LARGER[1], Limits(work=1000), watch)

    assert len(heard) < 50
    assert answer.status == "feasible"
    assert violations(LARGER[1], answer) == ()


def test_two_seeds_side_by_side_hand_on_the_best():
    answer = solve(LARGER[0], Limits(work=1, workers=2))

    assert violations(LARGER[0], answer) == ()
    assert answer.value <= solve(LARGER[0], Limits(work=0)).value


def test_two_people_who_come_one_after_the_other_keep_the_gap():
    apart = Link(0, 1, 20, 40)
    task = visit("v", 1, 60, 90, ["a"], ["b"], link=apart)
    instance = day([worker("a"), worker("b", begins=200)], [task], WAY)

    [planned] = planning.solve(instance, Limits(work=0.5)).visits

    assert planned.slot.starts == (170, 210)  # b is there at 210; a comes as early as the gap allows


def test_two_people_asked_for_together_start_together():
    instance = day([worker("a"), worker("b", begins=100)], [visit("v", 2, 0, 50, ["a"], ["b"])], WAY)

    answer = planning.solve(instance, Limits(work=0.5))

    assert answer.visits[0].slot.starts == (120, 120)
    assert answer.costs["travel"] == 80
    assert (answer.costs["lateness"], answer.costs["largest_lateness"]) == (140, 70)


@pytest.mark.parametrize("who", [[["a"], ["a"]], [[]]])
def test_a_visit_for_which_there_are_too_few_people_makes_the_day_impossible(who: list[list[str]]):
    instance = day([worker("a")], [visit("v", 1, 0, 50, *who)], WAY)

    answer = planning.solve(instance, Limits(work=0.5))

    assert (answer.status, answer.visits) == ("infeasible", ())


A = worker("a")
V = visit("v", 1, 0, 50, ["a"])


@pytest.mark.parametrize(
    "instance",
    [
        day([A], [V], WAY, days=2),
        day([A], [V], WAY, prices=replace(day([A], [V], WAY).prices, edge_of_day=3)),
        day([replace(A, pause=15)], [V], WAY),
        day([replace(A, busy=())], [V], WAY),
        day([replace(A, windows=((0, 40),))], [V], WAY),
        day([replace(A, busy=(*A.busy, Busy(100, 200)))], [V], WAY),
        day([replace(A, max_visits_per_day=3)], [V], WAY),
        day([A], [replace(V, price=100)], WAY),
        day([A], [replace(V, due=(0, 40))], WAY),
        day([A], [replace(V, late=(Late(50, 1, 60),))], WAY),
        day([A], [replace(V, usual=Usual(1, 600))], WAY),
    ],
)
def test_a_day_with_wishes_or_limits_is_planned_over_slots(instance: Instance):
    assert unsuitable(instance)


def test_a_day_without_them_is_planned_by_its_order():
    assert not unsuitable(day([A], [V], WAY))

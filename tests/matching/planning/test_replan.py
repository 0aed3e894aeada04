"""Replanning: the fewest changes first, then the cheapest plan; beside trying everything, on small weeks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Task
from matching.planning.plan import Plan
from matching.planning.replan import solve
from matching.planning.replanned import changes, violations
from tests.matching.planning.builders import at, slot
from tests.matching.planning.test_search import every_plan, small_weeks


def key(where: Instance, plan: Plan) -> tuple[int, ...]:
    return (*changes(where, plan).rank, evaluate(where, plan).cost)


@st.composite
def disturbed(draw: st.DrawFn) -> Instance:
    """Small weeks in which any visit may be told, stand untold, or be new."""
    where = draw(small_weeks())
    tasks: list[Task] = []
    for one in where.tasks:
        stands = one.published or slot(at(draw(st.integers(0, 1)), draw(st.integers(9, 16))), *_first_of(one))
        how = draw(st.sampled_from(("published", "kept", "new")))
        told, kept = (stands if how == name else None for name in ("published", "kept"))
        tasks.append(replace(one, published=told, kept=kept))
    return replace(where, tasks=tuple(tasks))


def _first_of(one: Task) -> tuple[str, ...]:
    return ("nadia", "omar")[: len(one.parts)]


@settings(max_examples=60)
@given(disturbed())
def test_no_plan_has_fewer_out_then_fewer_changes_then_less_cost(where: Instance):
    found = solve(where)

    assert violations(where, found) == ()
    assert found.fewest.status == found.better.status == "optimal"
    assert key(where, found.fewest.visits) == min(key(where, plan) for plan in every_plan(where))
    assert found.better.value == min(evaluate(where, plan).value for plan in every_plan(where))

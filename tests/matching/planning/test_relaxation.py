"""The relaxation of large weeks: never above the best plan, the same however it is come by, and a way to a proof."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.regions import region
from matching.planning import weeks
from matching.planning.components import apart
from matching.planning.instance import Instance
from matching.planning.judge import violations
from matching.planning.listing import Ints, Listing, listing
from matching.planning.model.cpsat import Model, build
from matching.planning.places import Places
from matching.planning.plan import Answer, Plan
from matching.planning.relaxation import cpsat as relaxation
from matching.planning.relaxation.cpsat import Relaxed, relax
from matching.planning.solve import solve
from matching.search import Limits
from tests.matching.planning.test_local import local, standing

UNLIMITED = Limits(work=1e6)
seeds = pytest.mark.parametrize("seed", [1, 2, 3])


@cache
def largest_part(seed: int) -> Instance:
    """The largest component of a small region; visits of its first plan stand, but for those of the first region."""
    where = region(8, 3, seed)
    if seed > 1:
        where = standing(where, local(where, 0)[1])
    return apart(where, max(Places(where).components, key=len))


@cache
def planned(seed: int) -> Answer:
    """The best plan, proven without the relaxation."""
    return solve(largest_part(seed), UNLIMITED)


def relaxed(where: Instance, start: Plan, *, few: int = 0, close: float = 0.0) -> tuple[Relaxed, Listing, Model]:
    """The relaxation, the rounds, and the model of all of them."""
    slots = Places(where).slots
    listed = listing(where, where.tasks, slots, lambda: True)
    assert listed is not None

    def make(chosen: list[Ints] | None) -> Model:
        return build(where, where.tasks, slots, listed, chosen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "FEW", few)
        patch.setattr(relaxation, "CLOSE", close)
        found = relax(listed, make, listed.of(where, start), None, lambda _progress: True)
    assert found is not None
    return found, listed, make(None)


@seeds
def test_no_plan_is_below_the_relaxation_and_rounds_brought_in_bit_by_bit_give_the_same(seed: int):
    where = largest_part(seed)
    best = planned(seed)
    bit_by_bit, _, model = relaxed(where, ())
    at_once, _, _ = relaxed(where, (), few=10**9)

    assert best.status == "optimal"
    assert bit_by_bit.bound // model.scale <= best.value
    assert bit_by_bit.bound == pytest.approx(at_once.bound, abs=2)


@seeds
def test_the_best_plan_is_made_of_rounds_that_are_no_dearer_than_it_is_above_the_bound(seed: int):
    where = largest_part(seed)
    best = planned(seed)
    found, listed, model = relaxed(where, best.visits)
    above = (best.value + 1) * model.scale - found.bound
    nothing = [np.zeros(0, dtype=np.int64) for _ in listed.days]

    for near, made in zip(found.near(above, nothing), listed.of(where, best.visits), strict=True):
        assert set(made.tolist()) <= set(near.tolist())


@seeds
def test_through_the_relaxation_comes_the_same_proven_value(seed: int):
    where = largest_part(seed)
    plain = planned(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weeks, "MANY", 0)
        patch.setattr(weeks, "LOCAL_FIRST", 10)
        patch.setattr(relaxation, "FEW", 0)
        through = solve(where, UNLIMITED)

    assert (through.status, through.value) == ("optimal", plain.value)
    assert not violations(where, through)


def test_a_listing_that_is_not_complete_bounds_nothing():
    where = largest_part(3)
    slots = Places(where).slots
    listed = listing(where, where.tasks, slots, lambda: True)
    assert listed is not None
    cut = replace(listed, days=tuple(replace(day, complete=False) for day in listed.days))

    def make(chosen: list[Ints] | None) -> Model:
        return build(where, where.tasks, slots, cut, chosen)

    found = relax(cut, make, cut.of(where, ()), None, lambda _progress: True)

    assert found is not None
    assert found.bound == 0


def test_asked_to_stop_nothing_is_listed():
    where = largest_part(3)

    assert listing(where, where.tasks, Places(where).slots, lambda: False) is None

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from matching.pairing.problem import Ints, Problem
from matching.pairing.search import knapsacks
from matching.pairing.search.flow import open_arcs
from matching.pairing.search.knapsacks import Knapsacks
from tests.matching.pairing.search.problems import drawn


def by_trying(problem: Problem, arcs: Ints, profit: Ints, helper: int, within: int | None = None) -> int:
    """The best a helper can choose alone, with one given arc in it if there is one."""
    mine = [place for place in range(len(arcs)) if problem.helper[arcs[place]] == helper]
    worth: list[int] = [] if within is not None else [0]
    for count in range(1, len(mine) + 1):
        for chosen in combinations(mine, count):
            if within is not None and within not in chosen:
                continue
            several = arcs[list(chosen)]
            bound = not problem.excepted[several].all()
            contact = problem.contact[problem.person[several]].sum()
            if not bound or (count <= problem.room[helper] and contact <= problem.hours[helper]):
                worth.append(int(profit[list(chosen)].sum()))
    return max(worth)


@pytest.mark.parametrize("excepted", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_each_helper_chooses_best_also_when_asked_again(seed: int, excepted: float):
    problem = drawn(14, 3, seed, excepted=excepted)
    arcs = np.flatnonzero(open_arcs(problem))
    random = np.random.default_rng(seed)
    sacks = Knapsacks(problem, arcs)
    profit = random.integers(-50, 100, len(arcs))
    for _ in range(4):
        choice = sacks.choose(profit)
        value = [by_trying(problem, arcs, profit, helper) for helper in range(3)]
        assert choice.value.tolist() == value
        worth = np.bincount(problem.helper[arcs], weights=profit * choice.taken, minlength=3)
        assert worth.tolist() == value
        profit = np.where(random.random(len(arcs)) < 0.2, random.integers(-50, 100, len(arcs)), profit)


@pytest.mark.parametrize("seed", range(4))
def test_what_an_arc_loses_is_no_more_than_it_does(seed: int):
    problem = drawn(12, 3, seed)
    arcs = np.flatnonzero(open_arcs(problem))
    profit = np.random.default_rng(seed).integers(-50, 100, len(arcs))
    choice = Knapsacks(problem, arcs).choose(profit, lost=True)

    for place, helper in enumerate(problem.helper[arcs].tolist()):
        assert choice.lost[place] <= choice.value[helper] - by_trying(problem, arcs, profit, helper, place)


def test_hours_counted_coarsely_are_worth_no_less(monkeypatch):
    problem = drawn(14, 3, 1)
    arcs = np.flatnonzero(open_arcs(problem))
    profit = np.random.default_rng(1).integers(0, 100, len(arcs))
    exact = Knapsacks(problem, arcs).choose(profit).value

    monkeypatch.setattr(knapsacks, "MOST_UNITS", 3)

    assert (Knapsacks(problem, arcs).choose(profit).value >= exact).all()

"""Other ways to pair: what people would do by hand, what is common, and solvers on the whole model at once."""

from __future__ import annotations

import heapq
import time
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from matching.pairing.problem import Ints, Problem
from matching.pairing.search.greedy import greedy

DENSE_PAIRS = 2_000_000
"""A dense model has a yes-or-no for every person and helper; above, it takes more than about 4 GiB to build."""
SPARSE_ARCS = 600_000
"""Above, writing the model down through the Python interface takes longer than all the time there is."""


class Skipped(Exception):
    """The reason why a way was not tried."""


def ranking(problem: Problem, _seconds: float) -> Ints:
    """The heaviest people first, each with the best helper who still has room."""
    return greedy(problem)


def deferred(problem: Problem, _seconds: float) -> Ints:
    """
    Deferred acceptance: people ask their best helper first, helpers keep the heaviest (Gale and Shapley 1962).

    With hours as well as places, a helper who is over either lets go of the lightest until both fit.
    """
    asks: list[list[int]] = [[] for _ in range(problem.people)]
    for arc in np.lexsort((problem.points, problem.person)).tolist():
        asks[int(problem.person[arc])].append(arc)  # the best is last
    room, hours = problem.room.tolist(), problem.hours.tolist()
    weight, contact, points = problem.weight.tolist(), problem.contact.tolist(), problem.points.tolist()
    helper = problem.helper.tolist()
    kept: list[list[tuple[int, int, int, int]]] = [[] for _ in range(problem.helpers)]
    chosen = [-1] * problem.people
    waiting = list(range(problem.people))
    while waiting:
        one = waiting.pop()
        if not asks[one]:
            continue
        arc = asks[one].pop()
        mine = helper[arc]
        heapq.heappush(kept[mine], (weight[one], points[arc], one, arc))
        chosen[one] = arc
        room[mine] -= 1
        hours[mine] -= contact[one]
        while room[mine] < 0 or hours[mine] < 0:
            _, _, other, _ = heapq.heappop(kept[mine])
            chosen[other] = -1
            room[mine] += 1
            hours[mine] += contact[other]
            waiting.append(other)
    return np.array(chosen, dtype=np.int64)


def dense(problem: Problem, seconds: float) -> Ints:
    """CP-SAT on every person and helper, the impossible pairs fixed at no, one weighted objective, two workers."""
    if problem.people * problem.helpers > DENSE_PAIRS:
        raise Skipped(f"{problem.people * problem.helpers:,} yes-or-no variables do not fit into 4 GiB")
    began = time.monotonic()
    model = cp_model.CpModel()
    pairs = [[model.new_bool_var("") for _ in range(problem.helpers)] for _ in range(problem.people)]
    arc_of = {
        (person, helper): arc
        for arc, (person, helper) in enumerate(zip(problem.person.tolist(), problem.helper.tolist(), strict=True))
    }
    for person, mine in enumerate(pairs):
        model.add_at_most_one(mine)
        for helper, var in enumerate(mine):
            if (person, helper) not in arc_of:
                model.add(var == 0)
    for helper in range(problem.helpers):
        mine = [row[helper] for row in pairs]
        model.add(cp_model.LinearExpr.sum(mine) <= int(problem.room[helper]))
        model.add(cp_model.LinearExpr.weighted_sum(mine, problem.contact.tolist()) <= int(problem.hours[helper]))
    gain = _gain(problem).tolist()
    places = list(arc_of)
    model.maximize(cp_model.LinearExpr.weighted_sum([pairs[person][helper] for person, helper in places], gain))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(0.1, seconds - (time.monotonic() - began))
    chosen = np.full(problem.people, -1, dtype=np.int64)
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        for (person, helper), arc in arc_of.items():
            if solver.boolean_value(pairs[person][helper]):
                chosen[person] = arc
    return chosen


def highs(problem: Problem, seconds: float) -> Ints:
    """HiGHS through MathOpt on the arcs, one weighted objective (MathOpt does not let us choose its threads)."""
    if problem.arcs > SPARSE_ARCS:
        raise Skipped(f"a model of {problem.arcs:,} variables is not written down in {seconds:.0f} s")
    began = time.monotonic()
    model = mathopt.Model()
    pairs = [model.add_binary_variable() for _ in range(problem.arcs)]
    by_person: list[list[int]] = [[] for _ in range(problem.people)]
    by_helper: list[list[int]] = [[] for _ in range(problem.helpers)]
    for arc, (person, helper) in enumerate(zip(problem.person.tolist(), problem.helper.tolist(), strict=True)):
        by_person[person].append(arc)
        by_helper[helper].append(arc)
    contact = problem.contact[problem.person].tolist()
    for mine in by_person:
        row = model.add_linear_constraint(ub=1)
        for arc in mine:
            row.set_coefficient(pairs[arc], 1)
    for helper, mine in enumerate(by_helper):
        places = model.add_linear_constraint(ub=int(problem.room[helper]))
        hours = model.add_linear_constraint(ub=int(problem.hours[helper]))
        for arc in mine:
            places.set_coefficient(pairs[arc], 1)
            hours.set_coefficient(pairs[arc], contact[arc])
    for var, each in zip(pairs, _gain(problem).tolist(), strict=True):
        model.objective.set_linear_coefficient(var, each)
    model.objective.is_maximize = True
    left = max(0.1, seconds - (time.monotonic() - began))
    limits = mathopt.SolveParameters(time_limit=timedelta(seconds=left), relative_gap_tolerance=1e-7)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits)
    chosen = np.full(problem.people, -1, dtype=np.int64)
    if result.has_primal_feasible_solution():
        taken = np.array(result.variable_values(pairs)) > 0.5
        chosen[problem.person[taken]] = np.flatnonzero(taken)
    return chosen


def _gain(problem: Problem) -> Ints:
    """Serving anybody is worth more than any two scores."""
    exchange = 1 + 2 * int(problem.points.max()) // int(problem.weight.min())
    return exchange * problem.weight[problem.person] + problem.points


RIVALS = {"ranking": ranking, "deferred": deferred, "dense": dense, "highs": highs}

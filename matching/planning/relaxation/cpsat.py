"""
One component with parts of visits allowed (linear programming, by GLOP).

Its value is a bound on every plan. Its prices say by how much at least a plan gets dearer that holds a given round or
slot, so that a search among the cheap ones alone finds good plans in seconds, and one among all that could be in a
better plan than the best one known proves it (reduced-cost fixing: Nemhauser and Wolsey 1988, "Integer and
Combinatorial Optimization", II.5).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import linear_solver_pb2, pywraplp  # pyright: ignore[reportMissingTypeStubs]
from ortools.sat.python import cp_model, cp_model_helper

from matching.planning.model.cpsat import Model
from matching.search import Progress, heeding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
INFINITE = 1 << 62
"""Bounds of the solver's rows from here on are none."""
ROUNDING = 1e-9
"""Of all that is added up to a bound, what may be lost by rounding; far more than doubles lose."""
WORK = 1e-8
"""Deterministic time counted for each column and step of the simplex."""


@dataclass(frozen=True)
class Relaxed:
    """
    What the relaxation of one component tells.

    Parameters
    ----------
    bound
        What no plan can be below, in what the search minimises (points times the scale); 0 when rounds were left out.
    dearer
        By how much at least a plan is above the bound that sets this literal, by its number in the model.
    work
        Deterministic time it took.
    """

    bound: int
    dearer: Floats
    work: float

    def beyond(self, above: int) -> Ints:
        """Literals that no plan holds whose value is at most so much above the bound."""
        return np.flatnonzero(self.dearer > above)


@dataclass(frozen=True)
class _Rows:
    """lower <= sum of coefficient * variable <= upper, row by row; entries in one list, `row` says whose they are."""

    row: Ints
    variable: Ints
    coefficient: Floats
    lower: Floats
    upper: Floats
    starts: Ints


def relax(model: Model, seconds: float | None, hear: Callable[[Progress], bool]) -> Relaxed | None:
    """The relaxation of a component solved; None when it was to end before."""
    rows, cost, (least, most) = _rows(model.cp), _costs(model.cp), _ranges(model.cp)
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.LoadModelFromProto(_program(rows, cost, least, most))
    if seconds is not None:
        solver.SetTimeLimit(max(1, round(1000 * seconds)))
    with heeding(hear, lambda: Progress("bound", None, None), solver.InterruptSolve):
        status = solver.Solve()
    if status != pywraplp.Solver.OPTIMAL:
        return None
    prices = np.array([row.dual_value() for row in solver.constraints()])
    bound, dearer = _bound(rows, cost, least, most, prices)
    work = WORK * len(cost) * solver.iterations()
    least_value = math.floor(bound + model.cp.proto.objective.offset) if model.complete else 0
    return Relaxed(least_value, dearer, work)


def _bound(rows: _Rows, cost: Floats, least: Floats, most: Floats, prices: Floats) -> tuple[float, Floats]:
    """
    What the prices of rows prove by themselves, however well they were found, and what each variable adds to it.

    No plan is below the sum of what the rows give at these prices and of what the variables cost beyond them, each at
    its cheaper end (weak duality).
    """
    ends = np.where(prices > 0, rows.lower, rows.upper)
    prices = np.where(np.isfinite(ends), prices, 0.0)
    beyond = cost - np.bincount(rows.variable, rows.coefficient * prices[rows.row], minlength=len(cost))
    given = np.where(np.isfinite(ends), ends, 0.0) * prices
    cheaper = np.minimum(beyond * least, beyond * most)
    lost = ROUNDING * float(np.abs(given).sum() + np.abs(cheaper).sum())
    return float(given.sum() + cheaper.sum()) - lost, np.where(most - least == 1, beyond, 0.0)


def _rows(cp: cp_model.CpModel) -> _Rows:
    """The rows of a model that are linear; leaving out others only lowers the bound."""
    variables: list[int] = []
    coefficients: list[float] = []
    lengths: list[int] = []
    lower: list[float] = []
    upper: list[float] = []
    for one in cp.proto.constraints:
        if len(one.enforcement_literal):
            continue
        if one.has_linear():
            theirs, factors = list(one.linear.vars), list(one.linear.coeffs)
            ends = list(one.linear.domain)
            low, high = ends[0], ends[-1]
        else:
            named, low, high = _literals(one)
            factors = [1 if literal >= 0 else -1 for literal in named]
            theirs = [literal if literal >= 0 else -literal - 1 for literal in named]
            turned = sum(literal < 0 for literal in named)
            low, high = low - turned, high - turned
        variables += theirs
        coefficients += factors
        lengths.append(len(theirs))
        lower.append(low if low > -INFINITE else -math.inf)
        upper.append(high if high < INFINITE else math.inf)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(lengths, np.int64))])
    row = np.repeat(np.arange(len(lengths)), lengths)
    return _Rows(
        row,
        np.array(variables, np.int64),
        np.array(coefficients, np.float64),
        np.array(lower, np.float64),
        np.array(upper, np.float64),
        starts,
    )


def _literals(one: cp_model_helper.ConstraintProto) -> tuple[list[int], int, int]:
    """The literals of a row that counts them, and how many of them hold at least and at most."""
    if one.has_at_most_one():
        return list(one.at_most_one.literals), -INFINITE * 2, 1
    if one.has_exactly_one():
        return list(one.exactly_one.literals), 1, 1
    if one.has_bool_or():
        return list(one.bool_or.literals), 1, INFINITE * 2
    return [], -INFINITE * 2, INFINITE * 2


def _costs(cp: cp_model.CpModel) -> Floats:
    found = np.zeros(len(cp.proto.variables))
    objective = cp.proto.objective
    np.add.at(found, np.array(list(objective.vars), np.int64), np.array(list(objective.coeffs), np.float64))
    return found


def _ranges(cp: cp_model.CpModel) -> tuple[Floats, Floats]:
    ends = [list(one.domain) for one in cp.proto.variables]
    return np.array([one[0] for one in ends], np.float64), np.array([one[-1] for one in ends], np.float64)


def _program(rows: _Rows, cost: Floats, least: Floats, most: Floats) -> linear_solver_pb2.MPModelProto:
    found = linear_solver_pb2.MPModelProto()
    for low, high, price in zip(least.tolist(), most.tolist(), cost.tolist(), strict=True):
        found.variable.add(lower_bound=low, upper_bound=high, objective_coefficient=price)
    variable, coefficient, starts = rows.variable.tolist(), rows.coefficient.tolist(), rows.starts.tolist()
    for number, (low, high) in enumerate(zip(rows.lower.tolist(), rows.upper.tolist(), strict=True)):
        begin, end = starts[number], starts[number + 1]
        found.constraint.add(
            var_index=variable[begin:end], coefficient=coefficient[begin:end], lower_bound=low, upper_bound=high
        )
    return found

"""
One component with parts of visits allowed (linear programming, by GLOP).

Its value is a bound on every plan. Its prices say by how much at least a plan gets dearer that holds a given round, so
that a search among the cheap rounds alone finds good plans in seconds, and one among all rounds that could be in a
better plan than the best one known proves it (reduced-cost fixing: Nemhauser and Wolsey 1988, "Integer and
Combinatorial Optimization", II.5). Of hundreds of thousands of rounds the program holds only those that its prices ask
for, turn after turn (column generation: Barnhart and others 1998, "Branch-and-price").
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import linear_solver_pb2, pywraplp  # pyright: ignore[reportMissingTypeStubs]
from ortools.sat.python import cp_model, cp_model_helper

from matching.planning.listing import Day, Ints, Listing
from matching.planning.model.cpsat import Model
from matching.search import Progress, heeding

Floats = NDArray[np.float64]
INFINITE = 1 << 62
"""Bounds of the solver's rows from here on are none."""
ROUNDING = 1e-9
"""Of all that is added up to a bound, what may be lost by rounding; far more than doubles lose."""
WORK = 1e-8
"""Deterministic time counted for each column and step of the simplex."""
FEW = 100
"""A day of so many rounds is in the program from the beginning."""
TURNS, MOST_ADDED = 60, 30
"""Turns of pricing, and rounds that a day brings into the program in each of them."""
CLOSE = 0.01
"""Of its value, what the program may still lose by more turns: the last rounds take most of the time."""


@dataclass(frozen=True)
class Relaxed:
    """
    What the relaxation of one component tells.

    Parameters
    ----------
    bound
        What no plan can be below, in what the search minimises (points times the scale); 0 when rounds were left out.
    dearer
        By how much at least a plan is above the bound that holds a round, day by day of the listing.
    work
        Deterministic time it took.
    """

    bound: int
    dearer: tuple[Floats, ...]
    work: float

    def near(self, above: int, also: Sequence[Ints]) -> list[Ints]:
        """Rounds that a plan may hold whose value is at most so much above the bound, and those named beside."""
        return [np.union1d(np.flatnonzero(one <= above), more) for one, more in zip(self.dearer, also, strict=True)]


Make = Callable[[Sequence[Ints]], Model]
"""The model of a component with these rounds of each day of its listing."""


def relax(
    listing: Listing, make: Make, start: Sequence[Ints], seconds: float | None, hear: Callable[[Progress], bool]
) -> Relaxed | None:
    """The relaxation of a component, from the rounds of a plan; None when it was to end before anything is known."""
    until = math.inf if seconds is None else time.monotonic() + seconds
    chosen = [
        np.arange(len(day.cost)) if day.stands or len(day.cost) <= FEW else np.union1d(day.singles(), some)
        for day, some in zip(listing.days, start, strict=True)
    ]
    program = _Program(listing, make(chosen), chosen)
    found: Relaxed | None = None
    work = 0.0
    for _ in range(TURNS):
        prices, value, spent = program.solve(None if seconds is None else until - time.monotonic(), hear)
        work += spent
        if prices is None:
            break
        bound, dearer = program.priced(prices)
        if found is None or bound >= found.bound:
            found = Relaxed(bound, dearer, work)
        close = value - found.bound <= CLOSE * value and listing.complete
        if close or time.monotonic() > until or not hear(Progress("bound", None, None)) or not program.add(dearer):
            break
    return None if found is None else replace(found, work=work)


class _Program:
    """
    The rows of a model that are linear, and its columns; leaving out other rows only lowers the bound.

    Whatever a round adds to a row, its visits add one by one, but for the row by which its worker makes one round that
    day: so the columns of single visits tell those of all rounds.
    """

    def __init__(self, listing: Listing, model: Model, chosen: Sequence[Ints]) -> None:
        self._listing, self._complete, self._scale = listing, listing.complete, model.scale
        self._offset = float(model.cp.proto.objective.offset)
        self._cost = _costs(model.cp)
        self._least, self._most = _ranges(model.cp)
        self._row, self._variable, self._coefficient, self._lower, self._upper = _rows(model.cp)
        self._day_row = model.rows
        self._inside = [set(numbers.tolist()) for numbers in chosen]
        self._others = np.ones(len(self._cost), dtype=np.bool_)
        at = [literal.index for _, _, _, literal in model.made]
        self._others[at] = False
        self._single: list[Ints | None] = []
        self._gain: list[Floats] = []
        self._made: list[tuple[Ints, Ints]] = []
        self._solver = self._loaded()
        begun = 0
        for day, numbers in zip(listing.days, chosen, strict=True):
            theirs = np.array(at[begun : begun + len(numbers)], dtype=np.int64)
            begun += len(numbers)
            self._made.append((numbers, theirs))
            self._single.append(None if day.stands else _singles(day, numbers, theirs))
            self._gain.append(self._gains(day, numbers, theirs, self._single[-1]))

    def _gains(self, day: Day, numbers: Ints, variables: Ints, single: Ints | None) -> Floats:
        """What each entry of a day saves by being planned, and 0 behind the last: the model counts what is missed."""
        if single is None:
            return np.zeros(1)
        own = dict(zip(variables.tolist(), (self._scale * day.cost - day.kept)[numbers].tolist(), strict=True))
        return np.append([self._cost[one] - own[one] for one in single.tolist()], 0.0)

    def _costs_of(self, number: int) -> Floats:
        """What the search pays for each round of a day."""
        day = self._listing.days[number]
        return self._scale * day.cost - day.kept + self._gain[number][day.members].sum(axis=1)

    def solve(self, seconds: float | None, hear: Callable[[Progress], bool]) -> tuple[Floats | None, float, float]:
        """The prices of all rows, the value, and the deterministic time it took; no prices when it was stopped."""
        solver = self._solver
        if seconds is not None:
            solver.SetTimeLimit(max(1, round(1000 * seconds)))
        with heeding(hear, lambda: Progress("bound", None, None), solver.InterruptSolve):
            status = solver.Solve()
        work = WORK * len(self._cost) * solver.iterations()
        if status != pywraplp.Solver.OPTIMAL:
            return None, 0.0, work
        prices = np.array([row.dual_value() for row in solver.constraints()])
        return prices, float(solver.Objective().Value()) + self._offset, work

    def priced(self, prices: Floats) -> tuple[int, tuple[Floats, ...]]:
        """
        What the prices of rows prove by themselves, however well they were found, and by how much rounds are dearer.

        No plan is below the sum of what the rows give at these prices and of what the variables cost beyond them, each
        at its cheaper end, and of each day one round at most (weak duality).
        """
        ends = np.where(prices > 0, self._lower, self._upper)
        prices = np.where(np.isfinite(ends), prices, 0.0)
        priced = np.bincount(self._variable, self._coefficient * prices[self._row], minlength=len(self._cost))
        beyond = self._cost - priced
        given = np.where(np.isfinite(ends), ends, 0.0) * prices
        cheaper = np.minimum(beyond * self._least, beyond * self._most)[self._others]
        dearer: list[Floats] = []
        for number, day in enumerate(self._listing.days):
            single, (numbers, theirs) = self._single[number], self._made[number]
            if single is None:
                all_of_them = np.zeros(len(day.cost))
                all_of_them[numbers] = beyond[theirs]
            else:
                row = prices[self._day_row[number]]
                worth = np.append(priced[single] - row, 0.0)
                all_of_them = self._costs_of(number) - row - worth[day.members].sum(axis=1)
            dearer.append(all_of_them)
        days = np.array([min(0.0, float(one.min(initial=0.0))) for one in dearer])
        lost = ROUNDING * float(np.abs(given).sum() + np.abs(cheaper).sum() + np.abs(days).sum())
        bound = math.floor(given.sum() + cheaper.sum() + days.sum() + self._offset - lost)
        return (bound if self._complete else 0), tuple(dearer)

    def add(self, dearer: Sequence[Floats]) -> bool:
        """Bring in the rounds that would make the program cheaper; whether there were any."""
        columns = self._columns()
        rows: list[int] = []
        coefficients: list[float] = []
        lengths: list[int] = []
        costs: list[float] = []
        for number, (day, one) in enumerate(zip(self._listing.days, dearer, strict=True)):
            single = self._single[number]
            if single is None:
                continue
            cheap = np.flatnonzero(one < -ROUNDING * self._scale * max(1, int(day.cost.max(initial=1))))
            worth = self._costs_of(number)
            for index in cheap[np.argsort(one[cheap], kind="stable")].tolist()[:MOST_ADDED]:
                if index in self._inside[number]:
                    continue
                self._inside[number].add(index)
                column: dict[int, float] = defaultdict(float)
                for member in day.members[index].tolist():
                    if member >= 0:
                        for row, coefficient in columns(int(single[member])):
                            column[row] += coefficient
                column[self._day_row[number]] = 1.0
                rows += column
                coefficients += column.values()
                lengths.append(len(column))
                costs.append(float(worth[index]))
        if not costs:
            return False
        begun = len(self._cost)
        self._bring_in(rows, coefficients, lengths, costs)
        self._row = np.concatenate([self._row, np.array(rows, np.int64)])
        self._coefficient = np.concatenate([self._coefficient, np.array(coefficients)])
        self._variable = np.concatenate([self._variable, np.repeat(np.arange(begun, begun + len(costs)), lengths)])
        self._cost = np.concatenate([self._cost, np.array(costs, np.float64)])
        self._least, self._most = (
            np.concatenate([ends, np.full(len(costs), value)])
            for ends, value in ((self._least, 0.0), (self._most, 1.0))
        )
        self._others = np.concatenate([self._others, np.zeros(len(costs), np.bool_)])
        return True

    def _bring_in(
        self, rows: Sequence[int], coefficients: Sequence[float], lengths: Sequence[int], costs: Sequence[float]
    ) -> None:
        """The same columns for the solver, which goes on from where it stands."""
        entries = zip(rows, coefficients, strict=True)
        constraints, objective = self._solver.constraints(), self._solver.Objective()
        for length, cost in zip(lengths, costs, strict=True):
            variable = self._solver.NumVar(0, 1, "")
            objective.SetCoefficient(variable, cost)
            for row, coefficient in islice(entries, length):
                constraints[row].SetCoefficient(variable, coefficient)

    def _columns(self) -> Callable[[int], list[tuple[int, float]]]:
        order = np.argsort(self._variable, kind="stable")
        starts = np.searchsorted(self._variable[order], np.arange(len(self._cost) + 1))

        def column(variable: int) -> list[tuple[int, float]]:
            found = order[starts[variable] : starts[variable + 1]]
            return list(zip(self._row[found].tolist(), self._coefficient[found].tolist(), strict=True))

        return column

    def _loaded(self) -> pywraplp.Solver:
        found = linear_solver_pb2.MPModelProto()
        ends = zip(self._least.tolist(), self._most.tolist(), self._cost.tolist(), strict=True)
        for low, high, price in ends:
            found.variable.add(lower_bound=low, upper_bound=high, objective_coefficient=price)
        order = np.argsort(self._row, kind="stable")
        starts = np.searchsorted(self._row[order], np.arange(len(self._lower) + 1)).tolist()
        variable, coefficient = self._variable[order].tolist(), self._coefficient[order].tolist()
        for number, (low, high) in enumerate(zip(self._lower.tolist(), self._upper.tolist(), strict=True)):
            begin, end = starts[number], starts[number + 1]
            found.constraint.add(
                var_index=variable[begin:end], coefficient=coefficient[begin:end], lower_bound=low, upper_bound=high
            )
        solver = pywraplp.Solver.CreateSolver("GLOP")
        solver.SetSolverSpecificParametersAsString("use_preprocessing: false")  # else every turn begins from nothing
        solver.LoadModelFromProto(found)
        return solver


def _singles(day: Day, numbers: Ints, variables: Ints) -> Ints:
    """For each entry of a day the variable of the round of its visit alone."""
    alone = {
        day.entries[int(day.members[number, 0])].item: int(variable)
        for number, variable in zip(numbers.tolist(), variables.tolist(), strict=True)
        if int((day.members[number] >= 0).sum()) == 1
    }
    return np.array([alone[entry.item] for entry in day.entries], dtype=np.int64)


def _rows(cp: cp_model.CpModel) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """
    lower <= sum of coefficient * variable <= upper, row by row, numbered like the constraints of the model.

    Entries as three lists (row, variable, coefficient); a constraint that is not linear has a row without entries.
    """
    variables: list[int] = []
    coefficients: list[float] = []
    lengths: list[int] = []
    lower: list[float] = []
    upper: list[float] = []
    for one in cp.proto.constraints:
        if one.has_linear() and not len(one.enforcement_literal):
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
    row = np.repeat(np.arange(len(lengths)), lengths)
    entries = (row, np.array(variables, np.int64), np.array(coefficients, np.float64))
    return (*entries, np.array(lower, np.float64), np.array(upper, np.float64))


def _literals(one: cp_model_helper.ConstraintProto) -> tuple[list[int], int, int]:
    """The literals of a row that counts them, and how many of them hold at least and at most."""
    if len(one.enforcement_literal):
        return [], -INFINITE * 2, INFINITE * 2
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

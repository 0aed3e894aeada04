"""
The proof for small days: CP-SAT over orders of visits, one circuit a worker, beginning from the routes found so far.

Up to some fifteen visits it proves the best routes in about a second; soft windows leave larger days without a bound
that is worth the time (`docs/decisions/0011`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from matching.compiled import Ints
from matching.planning.routes.problem import Problem
from matching.search import Limits, Progress, heeding


@dataclass(frozen=True)
class Proof:
    """Routes (`after` of each node) and their cost, a bound no routes are below, and whether both are equal."""

    after: Ints
    cost: int
    bound: int

    @property
    def proven(self) -> bool:
        return self.cost <= self.bound


def prove(p: Problem, after: Ints, cost: int, limits: Limits, goes_on: Callable[[], bool]) -> Proof:
    """The best routes of CP-SAT within `limits`, at most as dear as those given; stopped when `goes_on` says no."""
    cp, arcs, objective = _model(p, cost)
    for (worker, one, other), literal in arcs.items():
        base = len(p.earliest) + worker
        cp.add_hint(literal, _goes(p, after, worker, one, other, base))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = limits.work
    if limits.seconds is not None:
        solver.parameters.max_time_in_seconds = limits.seconds
    cp.minimize(objective)

    def heed(_progress: Progress) -> bool:
        return goes_on()

    with heeding(heed, lambda: Progress("routes", None, None), solver.stop_search):
        status = solver.solve(cp)
    bound = max(0, round(solver.best_objective_bound))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE) or solver.objective_value >= cost:
        return Proof(after, cost, min(bound, cost))
    found = np.arange(len(after), dtype=np.int64)
    for (_worker, one, other), literal in arcs.items():
        if one != other and solver.value(literal):
            found[one] = other
    return Proof(found, round(solver.objective_value), bound)


def _goes(p: Problem, after: Ints, worker: int, one: int, other: int, base: int) -> bool:
    """Whether given routes take this arc of this worker."""
    node = base
    while True:
        if node == one and after[node] == other:
            return True
        node = int(after[node])
        if node == base:
            return False


def _model(
    p: Problem, most: int
) -> tuple[cp_model.CpModel, dict[tuple[int, int, int], cp_model.IntVar], cp_model.LinearExpr]:
    """Arcs by (worker, node, node); a visit that a worker does not do is a ring of its own."""
    cp = cp_model.CpModel()
    visits, workers = len(p.earliest), len(p.ready)
    latest_start = int(max(p.latest.max(), p.earliest.max()) + max(1, most))
    start = [cp.new_int_var(int(p.earliest[visit]), latest_start, "") for visit in range(visits)]
    arcs: dict[tuple[int, int, int], cp_model.IntVar] = {}
    done: list[list[cp_model.IntVar]] = [[] for _ in range(visits)]
    travel: list[cp_model.LinearExpr] = []
    for worker in range(workers):
        base = visits + worker
        able = [visit for visit in range(visits) if p.able[worker, visit]]
        circuit: list[tuple[int, int, cp_model.LiteralT]] = []
        number = {base: 0} | {visit: at + 1 for at, visit in enumerate(able)}
        for one in (base, *able):
            for other in (base, *able):
                literal = cp.new_bool_var("")
                arcs[worker, one, other] = literal
                circuit.append((number[one], number[other], literal))
                if one == other:
                    if one != base:
                        done[one].append(~literal)  # pyright: ignore[reportArgumentType]
                    continue
                travel.append(int(p.way[one, other]) * literal)
                if other == base:
                    continue
                way = int(p.way[one, other])
                left = int(p.ready[worker]) if one == base else start[one] + int(p.minutes[one])
                cp.add(start[other] >= left + way).only_enforce_if([literal])  # pyright: ignore[reportUnknownMemberType]
        cp.add_circuit(circuit)
    for visit in range(visits):
        cp.add_exactly_one(done[visit])
    for one in p.pairs:
        other = int(p.partner[one])
        cp.add_linear_constraint(start[other] - start[int(one)], int(p.least[one]), int(p.most[one]))
        for worker in range(workers):
            if p.able[worker, one] and p.able[worker, other]:
                cp.add_bool_or(arcs[worker, int(one), int(one)], arcs[worker, other, other])
    largest = cp.new_int_var(0, latest_start, "")
    lateness: list[cp_model.LinearExpr] = []
    for visit in range(visits):
        late = cp.new_int_var(0, latest_start, "")
        cp.add(late >= start[visit] - int(p.latest[visit]))
        cp.add(largest >= late)
        lateness.append(int(p.dearness[visit]) * late)
    dearest = [p.travel_price * one for one in travel] + lateness
    return cp, arcs, sum(dearest, p.largest_price * largest)

"""
One component by CP-SAT, over rounds of workers and allowed slots of visits.

The rules between visits are in `model/cpsat.py`, each named like its check in `rules.py`.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ortools.sat.python import cp_model

from matching.planning.listing import items_of
from matching.planning.model.cpsat import Model
from matching.planning.plan import Plan, Visit
from matching.search import Limits, Progress, heeding


@dataclass(frozen=True)
class Found:
    """
    What the search of one component gave: "optimal", "feasible", "infeasible", or "unknown" (no plan).

    `value` is what it minimised, `bound` in points of cost, `work` in deterministic time.
    """

    status: str
    visits: Plan
    value: int
    bound: int
    work: float


class Hearing(Protocol):
    """Whoever listens to the search of a component; False asks it to stop."""

    def hear(self, value: int, bound: int) -> bool: ...

    def heed(self, progress: Progress) -> bool: ...

    def last(self) -> Progress: ...


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, hearing: Hearing, scale: int) -> None:
        super().__init__()
        self._hearing, self._scale = hearing, scale

    def on_solution_callback(self) -> None:
        value, bound = (_points(found, self._scale) for found in (self.objective_value, self.best_objective_bound))
        if not self._hearing.hear(value, bound):
            self.stop_search()


def search(model: Model, limits: Limits, start: Plan, hearing: Hearing, *, simplify: bool = False) -> Found:
    """
    Minimise one component from a plan that is known; asked to stop, it hands back the best one it has.

    `simplify`: rounds were chosen, so that others no longer fit.
    """
    _hint(model, start)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers  # with several, the first to finish decides
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2  # rounds make the relaxation nearly whole: fifty times faster to a proof
    # Rounds leave nothing to simplify: presolve, probing and symmetries took half of the time to a proof.
    solver.parameters.cp_model_presolve = simplify
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.max_deterministic_time = limits.work
    if limits.seconds is not None:
        solver.parameters.max_time_in_seconds = limits.seconds
    with heeding(hearing.heed, hearing.last, solver.stop_search):
        status = solver.solve(model.cp, _Listener(hearing, model.scale))
    spent = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE and model.complete:
        return Found("infeasible", (), 0, 0, spent)
    bound = max(0, _points(solver.best_objective_bound, model.scale)) if model.complete else 0
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found("unknown", (), 0, bound, spent)
    visits = [
        Visit(ref, slot) for ref, options in model.chosen.items() for slot, literal in options if solver.value(literal)
    ]
    visits += [
        Visit(entry.stop.task.id, entry.slot)
        for _, _, one, literal in model.made
        if solver.value(literal)
        for entry in one.entries
        if not entry.timed
    ]
    proven = status == cp_model.OPTIMAL and model.complete
    return Found("optimal" if proven else "feasible", tuple(visits), round(solver.objective_value), bound, spent)


def _hint(model: Model, start: Plan) -> None:
    """Tell the solver of a plan; where its rounds keep another timing of the same visits, that one is meant."""
    model.cp.clear_hints()
    slots = {visit.task: visit.slot for visit in start}
    days = items_of(model.instance, start, frozenset(model.chosen))
    for ref, options in model.chosen.items():
        for slot, literal in options:
            model.cp.add_hint(literal, slot == slots.get(ref))
    for who, day, one, literal in model.made:
        model.cp.add_hint(literal, {entry.item for entry in one.entries} == days.get((who, day), set()))


def _points(found: float, scale: int) -> int:
    """Points of cost in what the search minimised; less than one point is left for visits that stay where they are."""
    return round(found) // scale

"""
The search: CP-SAT over rounds of workers and allowed slots of visits, one connected component at a time.

The rules between visits are in `model/cpsat.py`, each named like its check in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ortools.sat.python import cp_model

from matching.planning.components import components
from matching.planning.costs import evaluate
from matching.planning.explain import blocking
from matching.planning.instance import Instance, Slot
from matching.planning.model.cpsat import Model, build, left_out
from matching.planning.plan import Answer, Plan, Step, Unplanned, Visit
from matching.planning.slots import allowed_slots
from matching.search import Limits, Progress, Watch, heeding, unwatched

LIMITS = Limits()


def solve(instance: Instance, limits: Limits = LIMITS, watch: Watch = unwatched) -> Answer:
    """
    The cheapest plan over the allowed slots: first as many due visits as the rules let, then the least cost.

    The same answer every time while `limits.seconds` is None. `watch` hears the value of the whole plan so far, in
    which what has not been looked at yet counts as left out.
    """
    slots = {task.id: allowed_slots(instance, task) for task in instance.tasks}
    parts = components(instance, slots)
    hearing = Hearing(watch, evaluate(instance, ()).value, sum(left_out(instance, task) for task in instance.tasks))
    visits: list[Visit] = []
    bound, work, seconds, proven = 0, limits.work, limits.seconds, True
    for number, part in enumerate(parts):
        hearing.stage = f"{number + 1}/{len(parts)}"
        found = search(build(instance, part, slots), replace(limits, work=work, seconds=seconds), hearing)
        if found.status == "infeasible":
            bill = evaluate(instance, ())
            return Answer("infeasible", bill.value, bill.value, 0.0, (), (), bill.costs, tuple(hearing.steps))
        visits += found.visits
        bound += found.bound
        proven = proven and found.status == "optimal"
        hearing.close(found, sum(left_out(instance, task) for task in part))
        work = max(0.01, work - found.work)
        seconds = None if seconds is None else max(0.01, seconds - found.seconds)
    order = {task.id: number for number, task in enumerate(instance.tasks)}
    plan = tuple(sorted(visits, key=lambda visit: order[visit.task]))
    return _answer(instance, plan, slots, bound, proven, tuple(hearing.steps))


def _answer(
    instance: Instance,
    plan: Plan,
    slots: Mapping[str, tuple[Slot, ...]],
    bound: int,
    proven: bool,
    steps: tuple[Step, ...],
) -> Answer:
    bill = evaluate(instance, plan)
    planned = {visit.task for visit in plan}
    unplanned = tuple(
        Unplanned(task.id, blocking(instance, plan, task, slots[task.id]))
        for task in instance.tasks
        if task.id not in planned
    )
    bound = bill.value if proven else min(bound, bill.value)
    gap = (bill.value - bound) / bill.value if bill.value else 0.0
    status = "optimal" if proven else "feasible"
    return Answer(status, bill.value, bound, gap, plan, unplanned, bill.costs, steps)


@dataclass(frozen=True)
class Found:
    """What the search of one component gave: "optimal", "feasible", "infeasible"; work in deterministic time."""

    status: str
    visits: Plan
    value: int
    bound: int
    work: float
    seconds: float


@dataclass
class Hearing:
    """Tells whoever watches, and remembers the steps; `value` counts what was not looked at as left out."""

    watch: Watch
    value: float
    waiting: float
    stage: str = ""
    bound: float = 0.0
    stopped: bool = False
    steps: list[Step] = field(default_factory=list[Step])

    def close(self, found: Found, left_out: int) -> None:
        """A component is done: its own value stands in place of leaving all of it out."""
        self.value += found.value - left_out
        self.bound += found.bound
        self.waiting -= left_out

    def hear(self, value: float, bound: float, left_out: int) -> bool:
        step = Step(self.stage, self.value - left_out + value, self.bound + bound)
        self.steps.append(step)
        return self.heed(self.last())

    def last(self) -> Progress:
        """The latest step, or the stage alone before the first one."""
        if not self.steps:
            return Progress(self.stage, None, None)
        return Progress(self.steps[-1].stage, self.steps[-1].value, self.steps[-1].bound)

    def heed(self, progress: Progress) -> bool:
        if not self.watch(progress):
            self.stopped = True
        return not self.stopped


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, hearing: Hearing, left_out: int, scale: int) -> None:
        super().__init__()
        self._hearing, self._left_out, self._scale = hearing, left_out, scale

    def on_solution_callback(self) -> None:
        value, bound = (_points(found, self._scale) for found in (self.objective_value, self.best_objective_bound))
        if not self._hearing.hear(value, bound, self._left_out):
            self.stop_search()


def search(model: Model, limits: Limits, hearing: Hearing) -> Found:
    """Minimise one component; asked to stop, it hands back the best plan so far, or what stands already."""
    standing = tuple(Visit(task.id, task.fixed) for task in model.tasks if task.fixed is not None)
    nothing = sum(left_out(model.instance, task) for task in model.tasks)
    if hearing.stopped:
        return Found("feasible", standing, nothing, 0, 0.0, 0.0)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers  # with several, the first to finish decides
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2  # rounds make the relaxation nearly whole: fifty times faster to a proof
    solver.parameters.max_deterministic_time = limits.work
    if limits.seconds is not None:
        solver.parameters.max_time_in_seconds = limits.seconds
    with heeding(hearing.heed, hearing.last, solver.stop_search):
        status = solver.solve(model.cp, _Listener(hearing, nothing, model.scale))
    spent = (solver.response_proto.deterministic_time, solver.wall_time)
    if status == cp_model.INFEASIBLE:
        return Found("infeasible", (), 0, 0, *spent)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found("feasible", standing, nothing, 0, *spent)
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
    bound = _points(solver.best_objective_bound, model.scale) if model.complete else 0
    value = _points(solver.objective_value, model.scale)
    return Found("optimal" if proven else "feasible", tuple(visits), value, bound, *spent)


def _points(found: float, scale: int) -> int:
    """Points of cost in what the search minimised; less than one point is left for visits that stay where they are."""
    return round(found) // scale

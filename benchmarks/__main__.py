"""`python -m benchmarks`: each search once on each shipped territory, in one table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks import yardstick
from benchmarks.territories import Work, work
from matching.pairing import solve as pairing
from matching.planning import solve as planning
from matching.planning.components import around
from matching.planning.instance import Slot
from matching.planning.judge import violations
from matching.planning.plan import Visit
from matching.planning.ways import free_slots, ways_out
from matching.search import Limits
from service.imports.shipped import NAMES


def _ways(found: Work) -> str:
    """Slots, or ways out, of each visit that the plan leaves out: what « Voir les solutions » counts."""
    plan = planning.solve(found.planning, Limits())
    began = time.perf_counter()
    for one in plan.unplanned:
        task = found.planning.task[one.task]
        if next(free_slots(found.planning, plan.visits, task), None) is None:
            ways_out(found.planning, plan.visits, task, 0)
    return f"{(time.perf_counter() - began) / max(1, len(plan.unplanned)):.3f} s a visit, of {len(plan.unplanned)}"


def _objections(found: Work) -> str:
    """What stands against an hour of the day for each visit of the plan: what is said while one is dragged."""
    slots = {visit.task: visit.slot for visit in planning.solve(found.planning, Limits()).visits}
    tasks = tuple(replace(one, fixed=slots[one.id]) for one in found.planning.tasks if one.id in slots)
    known = {one.id for one in tasks}
    stands = replace(
        found.planning, tasks=tuple(one if one.after in known else replace(one, after=None) for one in tasks)
    )
    began = time.perf_counter()
    for task in stands.tasks:
        free = replace(task, fixed=None)
        near = around(replace(stands, tasks=tuple(free if one is task else one for one in stands.tasks)), free)
        at = Slot(slots[task.id].workers, tuple(start + 60 for start in slots[task.id].starts))
        others = tuple(Visit(one.id, one.fixed) for one in near.tasks if one.fixed is not None)
        violations(near, (*others, Visit(task.id, at)))
    return f"{(time.perf_counter() - began) / max(1, len(tasks)):.4f} s a moment, of {len(tasks)}"


SEARCHES: dict[str, Callable[[Work], str]] = {
    "pairing": lambda found: pairing.solve(found.pairing, Limits()).status,
    "planning": lambda found: planning.solve(found.planning, Limits()).status,
    "solutions": _ways,
    "objections": _objections,
}
ROW = "{:<10} {:<10} {:>9} {:>9}  {}"


def main() -> None:
    unit = yardstick.seconds()
    print(f"yardstick: {unit:.3f} s; ratio = seconds of the search / seconds of the yardstick")
    print(ROW.format("territory", "search", "seconds", "ratio", "status"))
    for name in NAMES:
        began = time.perf_counter()
        found = work(name)
        _tell(name, "import", time.perf_counter() - began, unit, "")
        for search, solve in SEARCHES.items():
            began = time.perf_counter()
            status = solve(found)
            _tell(name, search, time.perf_counter() - began, unit, status)


def _tell(name: str, what: str, seconds: float, unit: float, status: str) -> None:
    print(ROW.format(name, what, f"{seconds:.2f}", f"{seconds / unit:.1f}", status), flush=True)


if __name__ == "__main__":
    main()

"""`python -m benchmarks`: each search once on each shipped territory, in one table."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import yardstick
from benchmarks.territories import Work, work
from matching.pairing import solve as pairing
from matching.planning import solve as planning
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


SEARCHES: dict[str, Callable[[Work], str]] = {
    "pairing": lambda found: pairing.solve(found.pairing, Limits()).status,
    "planning": lambda found: planning.solve(found.planning, Limits()).status,
    "solutions": _ways,
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

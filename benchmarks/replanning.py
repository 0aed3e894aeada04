"""
`python -m benchmarks.replanning [--count N --seed S]`: a plan in force, disturbed again and again, each time anew.

The plan is the one of Seraing with everybody paired. Of each kind of disturbance it tells, as median and 95 in a
hundred, seconds of one core to the plan with the fewest changes and to both plans, and the visits that each of them
changes; then the mean value of both and of planning anew without memory (told visits forgotten, the value counted as
they stand), due visits left out, rules broken by the judge, fixed visits moved, plans proven to change
the fewest, and those that stayed as they were told first.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean, quantiles

from benchmarks.disturbances import KINDS, disturbed, in_force
from benchmarks.territories import work
from matching.planning import replan
from matching.planning.costs import evaluate
from matching.planning.instance import Instance
from matching.planning.plan import Plan
from matching.planning.replanned import Replanned, changes, violations
from matching.planning.solve import solve
from matching.search import Limits

LIMITS = Limits(work=1e6)
ROW = "{:<22} {:>5} {:>11} {:>11} {:>11} {:>7} {:>7} {:>7} {:>7} {:>7} {:>13} {:>6} {:>6} {:>6} {:>6}"
HEADS = (
    "",
    "cases",
    "first s",
    "both s",
    "both wall",
    "changed",
    "better",
    "cost",
    "better",
    "anew",
    "out",
    "broken",
    "moved",
    "proven",
    "stayed",
)


@dataclass(frozen=True)
class Case:
    """One disturbance, and what came of it."""

    kind: str
    first: float
    both: float
    wall: float
    changed: tuple[int, int]
    cost: tuple[int, int, int]
    out: tuple[int, int, int]
    broken: int
    moved: int
    proven: int
    stayed: int


def main() -> None:
    asked = _arguments()
    instance = work(asked.territory, accept_first=not asked.as_it_is).planning
    plan = solve(instance, LIMITS).visits
    cases: list[Case] = []
    number = 0
    kinds = [kind for kind in KINDS if asked.only in (None, kind)]
    while len(cases) < asked.count:
        kind = kinds[number % len(kinds)]
        case = _measured(instance, plan, kind, asked.seed + number)
        number += 1
        if case is not None:
            cases.append(case)
    print(ROW.format(*HEADS))
    for kind in kinds:
        _tell(kind, [case for case in cases if case.kind == kind])
    _tell("all", cases)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--territory", default="seraing")
    parser.add_argument("--as-it-is", action="store_true", help="without pairing those who wait first")
    parser.add_argument("--only", help="this kind and no other")
    return parser.parse_args()


def _measured(instance: Instance, plan: Plan, kind: str, seed: int) -> Case | None:
    now = disturbed(in_force(instance, plan, seed), kind, seed)
    if now is None:
        return None
    told: list[tuple[float, Plan]] = []
    core, wall = time.process_time(), time.monotonic()

    def first(found: Replanned) -> None:
        told.append((time.process_time() - core, found.fewest.visits))

    found = replan.solve(now, LIMITS, first=first)
    both, wall = time.process_time() - core, time.monotonic() - wall
    forgotten = replace(now, tasks=tuple(replace(task, published=None, kept=None) for task in now.tasks))
    anew = solve(forgotten, LIMITS).visits
    plans = (found.fewest.visits, found.better.visits, anew)
    return Case(
        kind,
        told[0][0],
        both,
        wall,
        (changes(now, plans[0]).moved, changes(now, plans[1]).moved),
        (found.fewest.value, found.better.value, evaluate(now, anew).value),
        (len(now.tasks) - len(plans[0]), len(now.tasks) - len(plans[1]), len(now.tasks) - len(anew)),
        len(violations(now, found)),
        sum(_fixed_moved(now, one) for one in plans[:2]),
        int(found.fewest.status == "optimal"),
        int(told[0][1] == found.fewest.visits),
    )


def _fixed_moved(instance: Instance, plan: Plan) -> int:
    slots = {visit.task: visit.slot for visit in plan}
    return sum(task.fixed is not None and slots.get(task.id) != task.fixed for task in instance.tasks)


def _tell(name: str, cases: Sequence[Case]) -> None:
    if not cases:
        return

    def both(values: Sequence[float], digits: int = 0) -> str:
        middle, high = _quantile(values, 50), _quantile(values, 95)
        return f"{middle:.{digits}f}/{high:.{digits}f}"

    print(
        ROW.format(
            name,
            len(cases),
            both([case.first for case in cases], 2),
            both([case.both for case in cases], 2),
            both([case.wall for case in cases], 2),
            *(both([case.changed[one] for case in cases]) for one in range(2)),
            *(f"{mean(case.cost[one] for case in cases):.0f}" for one in range(3)),
            "/".join(f"{mean(case.out[one] for case in cases):.1f}" for one in range(3)),
            sum(case.broken for case in cases),
            sum(case.moved for case in cases),
            sum(case.proven for case in cases),
            sum(case.stayed for case in cases),
        )
    )


def _quantile(values: Sequence[float], percent: int) -> float:
    return values[0] if len(values) == 1 else quantiles(values, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    main()

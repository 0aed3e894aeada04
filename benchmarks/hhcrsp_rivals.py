"""
`python -m benchmarks.hhcrsp_rivals FILE...`: what else could plan published cases of home care, beside our engine.

Each case is planned by the routing library of OR-Tools alone (guided local search), by CP-SAT alone, and by the engine
on one and on two threads, each for the same seconds. All values are those of `evaluate` on the plan found. A result
whose file is in DIR already is not computed again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.hhcrsp import PARTS_OF_VALUE, TICKS, best_known, instance_of
from matching.compiled import Ints
from matching.planning.costs import evaluate
from matching.planning.instance import Instance
from matching.planning.judge import violations
from matching.planning.plan import Plan
from matching.planning.routes.construct import first_routes
from matching.planning.routes.cpsat import prove
from matching.planning.routes.problem import Problem, problem_of
from matching.planning.routes.search import plan_from, routes_from
from matching.planning.routes.state import cost_of, empty_state, load
from matching.planning.solve import solve
from matching.search import Limits

UNBOUNDED = 1e9
"""Work that no run reaches: only seconds limit it."""


def by_engine(instance: Instance, seconds: float, seed: int, threads: int) -> Plan:
    """The engine, on so many threads."""
    limits = Limits(seconds=seconds, seed=seed, workers=threads)
    clock = time.thread_time if threads == 1 else time.monotonic
    return solve(instance, limits, clock=clock).visits


def by_cpsat(instance: Instance, seconds: float, seed: int) -> Plan:
    """CP-SAT over circuits of workers, from the first routes of an insertion."""
    p = problem_of(instance)
    after = _first(p)
    s = empty_state(p)
    load(p, s, after)
    limits = Limits(work=UNBOUNDED, seconds=seconds, seed=seed)
    return plan_from(instance, p, prove(p, after, int(cost_of(p, s)), limits, lambda: True).after)


def by_routing(instance: Instance, seconds: float, seed: int) -> Plan:
    """
    The routing library: guided local search from the first routes, synchronised visits as constraints on their times.

    Its own objective leaves out the largest lateness, which no cost of the library can tell; of all plans that it
    comes by, the one counts that is best by the whole cost.
    """
    p = problem_of(instance)
    visits, workers = len(p.earliest), len(p.ready)
    bases = list(range(visits, visits + workers))
    manager = pywrapcp.RoutingIndexManager(visits + workers, workers, bases, bases)
    routing = pywrapcp.RoutingModel(manager)
    way, minutes = p.way.tolist(), [*p.minutes.tolist(), *([0] * workers)]

    def travel(one: int, other: int) -> int:
        return way[manager.IndexToNode(one)][manager.IndexToNode(other)]

    def passing(one: int, other: int) -> int:
        return minutes[manager.IndexToNode(one)] + travel(one, other)

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(travel))
    horizon = int(instance.closes)
    routing.AddDimension(routing.RegisterTransitCallback(passing), horizon, horizon, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for worker in range(workers):
        clock.CumulVar(routing.Start(worker)).SetMin(int(p.ready[worker]))
    for visit in range(visits):
        index = manager.NodeToIndex(visit)
        clock.CumulVar(index).SetMin(int(p.earliest[visit]))
        clock.SetCumulVarSoftUpperBound(index, int(p.latest[visit]), int(p.dearness[visit]))
        routing.VehicleVar(index).SetValues([worker for worker in range(workers) if p.able[worker, visit]])
    inner = routing.solver()
    for one in p.pairs.tolist():
        first, second = manager.NodeToIndex(one), manager.NodeToIndex(int(p.partner[one]))
        gap = clock.CumulVar(second) - clock.CumulVar(first)
        inner.Add(gap >= int(p.least[one]))
        inner.Add(gap <= int(p.most[one]))
        inner.Add(routing.VehicleVar(first) != routing.VehicleVar(second))
    best = [_first(p)]
    s = empty_state(p)
    load(p, s, best[0])
    least = [int(cost_of(p, s))]

    def heard() -> None:
        after = np.arange(visits + workers, dtype=np.int64)
        for worker in range(workers):
            index = routing.Start(worker)
            while not routing.IsEnd(index):
                following = routing.NextVar(index).Value()
                after[manager.IndexToNode(index)] = manager.IndexToNode(following)
                index = following
        if load(p, s, after) and int(cost_of(p, s)) < least[0]:
            least[0], best[0] = int(cost_of(p, s)), after

    routing.AddAtSolutionCallback(heard)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(1000 * seconds))
    inner.ReSeed(seed)
    routing.CloseModelWithParameters(parameters)
    start = routing.ReadAssignmentFromRoutes(routes_from(p, best[0]), True)
    routing.SolveFromAssignmentWithParameters(start, parameters)
    return plan_from(instance, p, best[0])


def _first(p: Problem) -> Ints:
    after = first_routes(p)
    if after is None:
        raise ValueError("nobody can do some visit")
    return after


RIVALS: Mapping[str, Callable[[Instance, float, int], Plan]] = {
    "routing": by_routing,
    "cpsat": by_cpsat,
    "engine": partial(by_engine, threads=1),
    "engine2": partial(by_engine, threads=2),
}
NAMES = {"routing": "OR-Tools routing", "cpsat": "CP-SAT", "engine": "engine", "engine2": "engine, 2 threads"}


def run(path: Path, rival: str, seconds: float, seed: int, out: Path) -> dict[str, Any]:
    """One case by one rival: value in units of the published ones, patients, rules broken, seconds of the wall."""
    target = out / f"{path.stem}.{rival}.json"
    if target.exists():
        return json.loads(target.read_text())
    case = json.loads(path.read_text())
    instance = instance_of(case)
    began = time.monotonic()
    plan = RIVALS[rival](instance, seconds, seed)
    found = {
        "value": evaluate(instance, plan).value / TICKS / PARTS_OF_VALUE,
        "patients": len(case["patients"]),
        "violations": len(violations(instance, plan)),
        "seconds": time.monotonic() - began,
    }
    target.write_text(json.dumps(found))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hhcrsp_rivals", description="The engine and others.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="cases as hhcrsp-1 JSON")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="cases side by side, where one thread is enough")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--best", type=Path, required=True, metavar="CSV", help="with instance and best_known")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    best = best_known(given.best)
    gaps: dict[str, dict[str, list[float]]] = {}
    print(f"{'instance':<24} {'by':<20} {'value':>10} {'gap':>9} {'seconds':>8} {'broken':>6}")
    for rival, name in NAMES.items():
        jobs = 1 if rival == "engine2" else given.jobs
        work = partial(run, rival=rival, seconds=given.seconds, seed=given.seed, out=given.out)
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            for path, found in zip(given.files, pool.map(work, given.files), strict=True):
                gap = 100 * (found["value"] / best[path.stem] - 1)
                size = f"{path.stem.partition('_')[0]} {found['patients']}"
                gaps.setdefault(size, {}).setdefault(rival, []).append(gap)
                figures = f"{found['value']:>10.3f} {gap:>+7.2f} % {found['seconds']:>8.1f} {found['violations']:>6}"
                print(f"{path.stem:<24} {name:<20} {figures}", flush=True)
    _tell_sizes(gaps)


def _tell_sizes(gaps: Mapping[str, Mapping[str, list[float]]]) -> None:
    """Mean gaps to the best published values, by set and number of patients."""
    print("\n| set, patients | cases | " + " | ".join(NAMES.values()) + " |")
    print("| --- " * (2 + len(NAMES)) + "|")
    for size, by_rival in sorted(gaps.items()):
        means = " | ".join(f"{fmean(by_rival[rival]):+.2f} %" for rival in NAMES)
        print(f"| {size} | {len(by_rival['engine'])} | {means} |")


if __name__ == "__main__":
    main()

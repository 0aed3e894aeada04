"""
`python -m benchmarks.hhcrsp FILE...`: published cases of home care routing, planned by the engine of real weeks.

Reads `hhcrsp-1` (one JSON object: distance, patients, caregivers, services), turns it into an instance of
`matching.planning`, plans it, and writes `DIR/NAME.json` for a judge of solutions. Times become thousandths, so that
the engine counts in whole ticks. A case whose file is in DIR already is not planned again, so that a long run can be
taken up where it stopped. Seconds are those of the thread that searches: whoever else uses the machine does not count.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from matching.planning.instance import Busy, Instance, Late, Link, Part, Prices, Task, Worker
from matching.planning.judge import violations
from matching.planning.plan import Answer
from matching.planning.solve import solve
from matching.search import Limits

TICKS = 1000
"""Ticks of a unit of time of the files, whose values have three decimals."""
PRICES = Prices(
    unserved=0,
    other_day=0,
    other_hour=0,
    other_person=0,
    travel=1,
    fourth_hour=0,
    uneven=0,
    edge_of_day=0,
    changed=0,
    housing_week=0,
    largest_lateness=1,
)
"""Travel, every lateness, and the largest lateness once more; the published value is a third of the sum."""
PARTS_OF_VALUE = 3


def instance_of(case: Mapping[str, Any]) -> Instance:
    """The case as an instance: each caregiver leaves the office at its hour and is free from then on."""
    way = tuple(tuple(ticks(value) for value in row) for row in case["distance"])
    longest = max(max(row) for row in way)
    services = [service for patient in case["patients"] for service in patient["services"]]
    gaps = [patient["sync"]["max"] for patient in case["patients"] if (patient["sync"] or {}).get("max")]
    begins = [ticks((caregiver.get("shift") or [0])[0]) for caregiver in case["caregivers"]]
    end = sum(ticks(service["duration"]) + longest for service in services) + sum(map(ticks, gaps))
    end += max([*begins, *(ticks(patient["tw"][0]) for patient in case["patients"])]) + 1
    workers = tuple(
        Worker(
            caregiver["id"],
            kind="professional",
            windows=((-1, end),),
            mode="way",
            base=caregiver.get("node", 0),
            busy=(Busy(begin - 1, begin, place=caregiver.get("node", 0)),),
            pause=0,
            balanced=False,
        )
        for caregiver, begin in zip(case["caregivers"], begins, strict=True)
    )
    return Instance(
        first_day="2027-01-04",
        days=1,
        places=tuple(str(node) for node in range(len(way))),
        travel={"way": way},
        workers=workers,
        clients=(),
        series=(),
        rooms=(),
        tasks=tuple(_task(case, number, end) for number in range(len(case["patients"]))),
        prices=PRICES,
        opens=0,
        closes=end,
        day_ticks=end,
    )


def ticks(value: float) -> int:
    """Thousandths."""
    return round(TICKS * value)


def _task(case: Mapping[str, Any], number: int, end: int) -> Task:
    patient = case["patients"][number]
    earliest, latest = (ticks(value) for value in patient["tw"])
    strangers = set(patient.get("incompatible", ()))
    parts = tuple(
        Part(
            ticks(service["duration"]),
            tuple(
                caregiver["id"]
                for caregiver in case["caregivers"]
                if service["service"] in caregiver["skills"] and caregiver["id"] not in strangers
            ),
            role=service["service"],
        )
        for service in patient["services"]
    )
    sync = patient["sync"] or {}
    links = (Link(0, 1, ticks(sync["min"]), ticks(sync["max"])),) if "min" in sync else ()
    return Task(
        patient["id"],
        kind="visit",
        place=patient.get("node", number + 1),
        parts=parts,
        due=(earliest, end),
        links=links,
        price=None,
        people_min=len(parts),
        late=(Late(latest, 1, 1, each_part=True),),
    )


def solution_of(case: Mapping[str, Any], instance: Instance, answer: Answer) -> dict[str, Any]:
    """The plan in the format of the judge."""
    routes: dict[str, list[dict[str, Any]]] = {worker.id: [] for worker in instance.workers}
    for visit in answer.visits:
        task = instance.task[visit.task]
        for part, worker, start in zip(task.parts, visit.slot.workers, visit.slot.starts, strict=True):
            routes[worker].append({"patient": task.id, "service": part.role, "start": start / TICKS})
    return {
        "instance": case["name"],
        "routes": [
            {"caregiver": worker, "visits": sorted(visits, key=lambda visit: visit["start"])}
            for worker, visits in routes.items()
        ],
    }


def plan_file(path: Path, target: Path, limits: Limits) -> dict[str, Any]:
    """Plan one case, write its solution, and say what was found."""
    case = json.loads(path.read_text())
    instance = instance_of(case)
    began = time.monotonic()
    answer = solve(instance, limits, clock=time.thread_time)
    seconds = time.monotonic() - began
    found = {
        "patients": len(case["patients"]),
        "value": answer.value / TICKS / PARTS_OF_VALUE,
        "bound": answer.bound / TICKS / PARTS_OF_VALUE,
        "status": answer.status,
        "violations": len(violations(instance, answer)),
        "seconds": seconds,
    }
    unfinished = target.with_suffix(".part")
    unfinished.write_text(json.dumps(solution_of(case, instance, answer) | {"found": found}))
    os.replace(unfinished, target)
    return found


def best_known(path: Path | None) -> Mapping[str, float]:
    """The best published value by instance."""
    if path is None:
        return {}
    with path.open(newline="") as source:
        return {row["instance"]: float(row["best_known"]) for row in csv.DictReader(source)}


EQUAL = 0.001
"""Per cent within which a value equals the published one, which is rounded to three decimals."""
ROW = "{:<24} {:>10} {:>10} {:>8} {:>8} {:>6}  {}"


def tell(name: str, found: Mapping[str, Any], best: Mapping[str, float]) -> None:
    """One line of the table."""
    gap = f"{100 * (found['value'] / best[name] - 1):+.2f} %" if name in best else ""
    values = (f"{found['value']:.3f}", f"{found['bound']:.3f}", gap, f"{found['seconds']:.1f}", found["violations"])
    print(ROW.format(name, *values, found["status"]), flush=True)


def tell_sizes(results: Mapping[str, Mapping[str, Any]], best: Mapping[str, float]) -> None:
    """The gaps to the best published values by set and number of patients."""
    sizes: dict[tuple[str, int], list[tuple[float, str]]] = {}
    for name, found in results.items():
        if name in best:
            gap = 100 * (found["value"] / best[name] - 1)
            sizes.setdefault((name.partition("_")[0], found["patients"]), []).append((gap, name))
    print("\n| set, patients | cases | mean gap | better | equal | worse | worst |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for (group, patients), gaps in sorted(sizes.items()):
        better, worse = (sum(sign * gap > EQUAL for gap, _ in gaps) for sign in (-1, 1))
        mean, (worst, name) = sum(gap for gap, _ in gaps) / len(gaps), max(gaps)
        equal = len(gaps) - better - worse
        counts = f"{len(gaps)} | {mean:+.2f} % | {better} | {equal} | {worse}"
        print(f"| {group} {patients} | {counts} | {worst:+.2f} % ({name}) |")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hhcrsp", description="Published home care routing.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="cases as hhcrsp-1 JSON")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each thread, for each case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="that search one case together")
    parser.add_argument("--jobs", type=int, default=1, help="cases side by side")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the solutions, NAME.json")
    parser.add_argument("--best", type=Path, metavar="CSV", help="with columns instance and best_known")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    best = best_known(given.best)
    limits = Limits(seconds=given.seconds, seed=given.seed, workers=given.threads)
    results: dict[str, Mapping[str, Any]] = {}
    print(ROW.format("instance", "value", "bound", "gap", "seconds", "broken", "status"))
    waiting: list[Path] = []
    for path in given.files:
        target = given.out / path.name
        if target.exists():
            results[path.stem] = json.loads(target.read_text())["found"]
            tell(path.stem, results[path.stem], best)
        else:
            waiting.append(path)
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        work = partial(plan_file, limits=limits)
        for path, found in zip(
            waiting, pool.map(work, waiting, [given.out / one.name for one in waiting]), strict=True
        ):
            results[path.stem] = found
            tell(path.stem, found, best)
    tell_sizes(results, best)


if __name__ == "__main__":
    main()

"""
`python -m benchmarks.hhcrsp FILE...`: published cases of home care routing, planned by the engine of real weeks.

Reads `hhcrsp-1` (one JSON object: distance, patients, caregivers, services), turns it into an instance of
`matching.planning`, plans it, and writes `DIR/NAME.json` for a judge of solutions. Times become thousandths, so that
the engine counts in whole ticks. A case whose file is in DIR already is not planned again.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from matching.planning.costs import evaluate
from matching.planning.instance import Busy, Instance, Late, Link, Part, Prices, Task, Worker
from matching.planning.plan import Answer
from matching.planning.routes import search as routes
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

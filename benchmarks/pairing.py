"""
`python -m benchmarks.pairing --people N --helpers M --seed S [--seconds T]`: one synthetic pairing, and its rivals.

Our search has T seconds, which include all but making the problem. For each aim it tells value, bound and gap: by how
much the bound is better than the value, as a part of the larger of the two. The bound of points holds for answers that
serve at least as much, the bound of load for those that also have as many points.

The whole is one number for the first two aims: ten times the weight served in thousandths, plus the points in
hundredths, so that serving somebody of weight 1 counts as much as a full score. The best answer in the order of aims
serves no more than the bound of the first aim and, since it serves as much as ours, has no more points than the bound
of the second; so its number is at most ten times the one plus the other. The gap of the whole is how far ours is below.

The rivals have the same time, each in a process of its own. Two workers or threads wherever there are any. Memory is
the peak of the process, with the problem in it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.crowds import crowd, urgency_of
from benchmarks.rivals import RIVALS, Skipped
from matching.pairing.problem import Found, Ints, Problem, fits
from matching.pairing.search.alternatives import Costs
from matching.pairing.search.ladder import optimum
from matching.search import Limits

SECONDS = ((1_000, 20.0), (10_000, 30.0), (sys.maxsize, 120.0))
"""Up to so many people, so many seconds."""
OURS = "ours"
GRACE = 60.0
"""Seconds for making the problem; after these and twice the time, a rival that does not heed its limit is ended."""
ASKED = 200
"""People for whom alternatives are priced, to measure the time of one."""
ROW = "{:<9} {:>7} {:>7} {:>7} {:>7} {:>12} {:>13} {:>6} {:>6} {:>8} {:>6}"


def main() -> None:
    asked = _arguments()
    if asked.method:
        print(json.dumps(_measured(asked)))
        return
    print(f"{asked.people} people, {asked.helpers} helpers, seed {asked.seed}, {asked.seconds:.0f} s")
    ours = _in_a_process(asked, OURS)
    if "skipped" in ours:
        sys.exit(f"our own search {ours['skipped']}")
    _tell_ours(ours)
    print(ROW.format("", "served", "urgent", "soon", "normal", "weight", "points", "most", "spread", "seconds", "MiB"))
    _tell(OURS, ours)
    for name in RIVALS:
        _tell(name, _in_a_process(asked, name))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--helpers", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--method", choices=[OURS, *RIVALS], help="only this one, as JSON")
    asked = parser.parse_args()
    if asked.seconds is None:
        asked.seconds = next(seconds for people, seconds in SECONDS if asked.people <= people)
    return asked


def _in_a_process(asked: argparse.Namespace, method: str) -> dict[str, Any]:
    options = {"people": asked.people, "helpers": asked.helpers, "seed": asked.seed, "seconds": asked.seconds}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "benchmarks.pairing", *words, "--method", method]
    patience = None if method == OURS else GRACE + 2 * asked.seconds
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=patience)
    except subprocess.TimeoutExpired:
        return {"skipped": f"told to end after {asked.seconds:.0f} s, ended by force after {patience:.0f} s"}
    if done.returncode != 0:
        return {"skipped": f"ended with {done.returncode}"}
    return json.loads(done.stdout)


def _measured(asked: argparse.Namespace) -> dict[str, Any]:
    problem = crowd(asked.people, asked.helpers, asked.seed)
    began = time.monotonic()
    if asked.method == OURS:
        return _our_answer(problem, asked.seconds, began)
    try:
        chosen = RIVALS[asked.method](problem, asked.seconds)
    except Skipped as reason:
        return {"skipped": str(reason)}
    return _measures(problem, chosen, time.monotonic() - began)


def _our_answer(problem: Problem, seconds: float, began: float) -> dict[str, Any]:
    first: list[float] = []

    def heard(_found: Found) -> None:
        first.append(time.monotonic() - began)

    found = optimum(problem, Limits(work=1e6, seconds=seconds, workers=2), heard=heard)
    answer = _measures(problem, found.chosen, time.monotonic() - began)
    answer |= {
        "candidates": problem.arcs,
        "value": asdict(found.value),
        "bound": asdict(found.bound),
        "proven": found.proven,
        "by": found.by,
        "first": first[0] if first else answer["seconds"],
    }
    people = np.unique(problem.person)
    people = people[:: max(1, len(people) // ASKED)].tolist()
    began = time.monotonic()
    costs = Costs(problem)
    ready = time.monotonic()
    for person in people:
        costs.of(person)
    asked = 1000 * (time.monotonic() - ready) / len(people)
    return answer | {"prices": ready - began, "alternatives": asked}


def _measures(problem: Problem, chosen: Ints, seconds: float) -> dict[str, Any]:
    arcs = chosen[chosen >= 0]
    count = problem.live + np.bincount(problem.helper[arcs], minlength=problem.helpers)
    load = (count / np.maximum(1, problem.most))[problem.most > 0]
    urgency = urgency_of(problem)[chosen >= 0]
    return {
        "lawful": fits(problem, chosen),
        "served": len(arcs),
        "by_urgency": [int((urgency == each).sum()) for each in (3, 2, 1)],
        "weight": int(problem.weight[problem.person[arcs]].sum()),
        "points": int(problem.points[arcs].sum()),
        "largest": float(load.max()),
        "spread": float(load.std()),
        "seconds": seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _tell_ours(ours: dict[str, Any]) -> None:
    value, bound = ours["value"], ours["bound"]
    print(f"{ours['candidates']:,} candidates; {'proven best' if ours['proven'] else 'not proven'}, by {ours['by']}")
    print(f"first answer after {ours['first']:.2f} s, end after {ours['seconds']:.1f} s, {ours['memory']:.0f} MiB")
    for aim in value:
        print(f"{aim:>8} {value[aim]:>14,}  bound {bound[aim]:>14,}  gap {_gap(value[aim], bound[aim]):.4%}")
    whole = [10 * each["served"] + each["points"] for each in (value, bound)]
    print(f"   whole {whole[0]:>14,}  bound {whole[1]:>14,}  gap {_gap(*whole):.4%}")
    once = f"{ours['prices']:.1f} s once"
    print(f"alternatives with their cost to others: {ours['alternatives']:.1f} ms a person, after {once}")


def _gap(value: int, bound: int) -> float:
    return abs(bound - value) / max(1, abs(bound), abs(value))


def _tell(name: str, got: dict[str, Any]) -> None:
    if "skipped" in got:
        print(f"{name:<9} no answer: {got['skipped']}", flush=True)
        return
    weight, points = f"{got['weight']:,}", f"{got['points']:,}"
    loads = f"{got['largest']:.2f}", f"{got['spread']:.3f}"
    end = f"{got['seconds']:.1f}", f"{got['memory']:.0f}"
    print(ROW.format(name, got["served"], *got["by_urgency"], weight, points, *loads, *end), flush=True)
    if not got["lawful"]:
        print(f"{name:<9} breaks a rule")


if __name__ == "__main__":
    main()

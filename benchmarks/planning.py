"""
`python -m benchmarks.planning [--seconds S] [--threads T] [--people N --helpers M] [--profile]`: plans of four weeks.

Each shipped territory, as it is and with everybody having accepted the first proposal, then a generated region. Of
each it tells visits due and planned, rules broken by the judge, how it ended, value, bound, gap, seconds to the first
full plan and to the end; with `--profile` also where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Iterator

from benchmarks.regions import region
from benchmarks.territories import work
from matching.planning.instance import Instance
from matching.planning.judge import violations
from matching.planning.plan import Answer
from matching.planning.solve import solve
from matching.search import Limits
from service.imports.shipped import NAMES

TOP = 6
ROW = "{:<20} {:>6} {:>8} {:>7} {:>9} {:>8} {:>8} {:>7} {:>7} {:>7}"


def main() -> None:
    asked = _arguments()
    heads = ("", "visits", "planned", "broken", "status", "value", "bound", "gap", "first", "seconds")
    print(ROW.format(*heads))
    for name, instance, seconds in _cases(asked):
        limits = Limits(work=1e6, seconds=seconds, workers=asked.threads, seed=asked.seed)
        _measure(name, instance, limits, profiled=asked.profile)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="for a territory")
    parser.add_argument("--region-seconds", type=float, default=120.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--people", type=int, default=1_000, help="of the region; 0 = no region")
    parser.add_argument("--helpers", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", action="store_true", help="where the time goes; takes longer")
    parser.add_argument("--only", help="the case of this name and no other")
    return parser.parse_args()


def _cases(asked: argparse.Namespace) -> Iterator[tuple[str, Instance, float]]:
    for name in NAMES:
        for accept_first in (False, True):
            case = f"{name}, accepted" if accept_first else name
            if asked.only in (None, case):
                yield case, work(name, accept_first=accept_first).planning, asked.seconds
    case = f"{asked.people} x {asked.helpers}"
    if asked.people and asked.only in (None, case):
        yield case, region(asked.people, asked.helpers, asked.seed), asked.region_seconds


def _measure(name: str, instance: Instance, limits: Limits, *, profiled: bool) -> None:
    told: list[float] = []
    began = time.monotonic()

    def first(_answer: Answer) -> None:
        told.append(time.monotonic() - began)

    profile = cProfile.Profile()
    if profiled:
        profile.enable()
    answer = solve(instance, limits, first=first)
    profile.disable()
    seconds = time.monotonic() - began
    broken = len(violations(instance, answer))
    figures = (len(instance.tasks), len(answer.visits), broken, answer.status, answer.value, answer.bound)
    times = (f"{answer.gap:.2%}", f"{told[0]:.1f}" if told else "", f"{seconds:.1f}")
    print(ROW.format(name, *figures, *times), flush=True)
    if profiled:
        _tell_profile(profile, seconds)


def _tell_profile(profile: cProfile.Profile, seconds: float) -> None:
    """Functions in whose own lines most of the time goes."""
    found = sorted(pstats.Stats(profile).get_stats_profile().func_profiles.items(), key=lambda one: -one[1].tottime)
    for name, one in found[:TOP]:
        print(f"    {one.tottime / seconds:>5.0%}  {name} ({one.file_name.rsplit('/', 1)[-1]}:{one.line_number})")


if __name__ == "__main__":
    main()

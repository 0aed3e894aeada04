"""
Several annealings from different temperatures, then long mild ones from the best of them.

A single annealing gets caught where lateness rules; several short ones, then one that goes on from the best, are seldom
caught together. Tasks of a stage run side by side, one a core, and hand their best to the next stage.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from matching.compiled import Ints
from matching.planning.costs import evaluate
from matching.planning.instance import Instance
from matching.planning.plan import Answer, Plan, Step
from matching.planning.routes.anneal import anneal, seed_of_moves
from matching.planning.routes.construct import first_routes
from matching.planning.routes.moves import empty_ruin
from matching.planning.routes.problem import Problem, plan_of, problem_of
from matching.planning.routes.state import cost_of, empty_state, load
from matching.search import Limits, Progress, Watch, unwatched

MOVES_OF_WORK = 500_000
"""Moves that count as one unit of `Limits.work`, roughly a second."""
SLICES = 40
"""Calls into compiled code of one annealing; between two of them it hears a wish to stop and looks at the clock."""
Clock = Callable[[], float]


@dataclass(frozen=True)
class Stage:
    """Annealings side by side: how many, their share of the time, and their temperatures in units of the scale."""

    share: float
    hot: tuple[float, ...]
    cold: float
    fresh: bool


def stages(visits: int, workers: int) -> tuple[Stage, ...]:
    """Short annealings from scratch, then long ones from the best found; small cases are caught more often."""
    starts, share = (12, 0.6) if visits < 150 else (3, 0.4)
    starts = -(-starts // workers) * workers
    first = Stage(share, tuple((0.4, 2.0, 6.0)[number % 3] for number in range(starts)), 0.01, True)
    rest = (1 - share) / 2
    return (
        first,
        Stage(rest, (0.25,) * workers, 0.004, False),
        Stage(rest, (0.15,) * workers, 0.004, False),
    )


@dataclass
class Found:
    """The cheapest routes so far, shared by all annealings; `work` counts moves."""

    cost: int
    after: Ints
    moves: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def improve(
    p: Problem,
    after: Ints,
    limits: Limits,
    goes_on: Callable[[int], bool],
    clock: Clock = time.monotonic,
) -> tuple[int, Ints, int]:
    """The cheapest routes found from `after` on, their cost, and the moves made."""
    s = empty_state(p)
    if not load(p, s, after):
        raise ValueError("visits of these routes wait for each other in a ring")
    found = Found(cost_of(p, s), after.copy())
    seconds = limits.seconds if limits.seconds is not None else limits.work
    with ThreadPoolExecutor(limits.workers) as pool:
        for number, stage in enumerate(stages(len(p.earliest), limits.workers)):
            budget = seconds * stage.share * limits.workers / len(stage.hot)
            begin = after if stage.fresh else found.after.copy()
            jobs = [
                pool.submit(_anneal, p, begin, hot, stage.cold, budget, (limits.seed, number, turn), found, goes_on, clock)
                for turn, hot in enumerate(stage.hot)
            ]
            for job in jobs:
                job.result()
    return found.cost, found.after, found.moves


def _anneal(
    p: Problem,
    begin: Ints,
    hot: float,
    cold: float,
    budget: float,
    seed: tuple[int, ...],
    found: Found,
    goes_on: Callable[[int], bool],
    clock: Clock,
) -> None:
    s, r, best = empty_state(p), empty_ruin(p), begin.copy()
    load(p, s, begin)
    seed_of_moves(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    hot, cold = hot * p.scale, cold * p.scale
    began = clock()
    rate = 200_000.0
    for number in range(SLICES):
        left = budget - (clock() - began)
        moves = max(1000, int(rate * left / (SLICES - number)))
        one, other = (hot * (cold / hot) ** (at / SLICES) for at in (number, number + 1))
        t = clock()
        cost = int(anneal(p, s, r, moves, one, other, best))
        rate = 0.5 * rate + 0.5 * moves / max(1e-4, clock() - t)
        with found.lock:
            found.moves += moves
            if cost < found.cost:
                found.cost, found.after = cost, best.copy()
        if not goes_on(found.cost):
            return

"""
Several annealings from different temperatures, then long mild ones from the best of them; a proof where it can be had.

A single annealing gets caught where lateness rules; several short ones, then some that go on from the best, are seldom
caught together. Those of one stage run side by side, one a core, and hand their best to the next stage.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from matching.compiled import Ints
from matching.planning.costs import evaluate
from matching.planning.instance import Instance
from matching.planning.plan import Answer, Plan, Step
from matching.planning.routes.anneal import anneal, seed_of_moves
from matching.planning.routes.construct import first_routes
from matching.planning.routes.cpsat import prove
from matching.planning.routes.moves import empty_ruin
from matching.planning.routes.problem import Problem, plan_of, problem_of
from matching.planning.routes.state import cost_of, empty_state, load
from matching.search import Limits, Progress, Watch, unwatched

MOVES_OF_WORK = 1_000_000
"""Moves that count as one unit of `Limits.work`, roughly a second."""
SLICES = 40
"""Calls into compiled code of one annealing; between two of them it hears a wish to stop and looks at the clock."""
FIRST_RATE = 200_000.0
"""Moves a second, before any was measured."""
PROVABLE = 20
"""Visits up to which a proof is tried."""
SHARE_BEFORE_PROOF, SHARE_OF_PROOF = 0.02, 0.5
"""Of the limits: for routes that the proof begins from, and for the proof."""
Clock = Callable[[], float]


@dataclass(frozen=True)
class Stage:
    """Annealings side by side: what each may take (seconds or work), and temperatures in units of the scale."""

    budget: float
    hot: tuple[float, ...]
    cold: float
    fresh: bool


def stages(p: Problem, limits: Limits) -> Iterator[Stage]:
    """
    Within seconds: short annealings from scratch, then long ones from the best found; small days are caught more often.

    Within a limit in work: the same again and again, each time twice as long, as far as they fit; a larger limit runs
    all that a smaller one ran, and is never worse.
    """
    if limits.seconds is not None:
        yield from _series(p, limits.seconds, limits.workers)
        return
    spent = 0.0
    for size in count():
        work = 0.5 * 2.0**size
        if spent + work > limits.work:
            return
        spent += work
        yield from _series(p, work, limits.workers)


def _series(p: Problem, budget: float, workers: int) -> Iterator[Stage]:
    starts, share = (12, 0.6) if len(p.earliest) < 150 else (3, 0.4)
    starts = -(-starts // workers) * workers
    hot = tuple((0.4, 2.0, 6.0)[number % 3] for number in range(starts))
    yield Stage(budget * share * workers / starts, hot, 0.01, True)
    yield Stage(budget * (1 - share) / 2, (0.25,) * workers, 0.004, False)
    yield Stage(budget * (1 - share) / 2, (0.15,) * workers, 0.004, False)


@dataclass
class Found:
    """The cheapest routes so far, the bound and the first routes, shared by all that search; tells whoever watches."""

    cost: int
    after: Ints
    bound: int
    watch: Watch
    first: Ints
    stopped: bool = False
    steps: list[Step] = field(default_factory=list[Step])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, cost: int, after: Ints) -> None:
        with self.lock:
            if cost < self.cost:
                self.cost, self.after = cost, after.copy()
                self.steps.append(Step("routes", cost, self.bound))

    def goes_on(self) -> bool:
        if not self.watch(Progress("routes", self.cost, self.bound)):
            self.stopped = True
        return not self.stopped and self.cost > self.bound


def solve(instance: Instance, limits: Limits, watch: Watch = unwatched, clock: Clock = time.monotonic) -> Answer:
    """
    The cheapest routes found for an instance that `unsuitable` finds nothing against.

    The same plan each time for a seed and a limit in work while `limits.seconds` is None. `clock` measures the seconds:
    of the wall, or of the thread when others use the processor too.
    """
    p = problem_of(instance)
    after = first_routes(p)
    if after is None:
        bill = evaluate(instance, ())
        return Answer("infeasible", bill.value, bill.value, 0.0, (), (), bill.costs)
    s = empty_state(p)
    if not load(p, s, after):
        raise RuntimeError("first routes wait for each other in a ring")
    found = Found(int(cost_of(p, s)), after, lower_bound(p), watch, after)
    began = clock()
    if len(p.earliest) <= PROVABLE:
        _improve(p, _part(limits, SHARE_BEFORE_PROOF), found, clock)
        _prove(p, _part(limits, SHARE_OF_PROOF), found)
    seconds = None if limits.seconds is None else max(0.0, limits.seconds - (clock() - began))
    _improve(p, replace(limits, seconds=seconds), found, clock)
    return _answer(instance, p, found)


def _part(limits: Limits, share: float) -> Limits:
    seconds = None if limits.seconds is None else limits.seconds * share
    return replace(limits, work=limits.work * share, seconds=seconds)


def _prove(p: Problem, limits: Limits, found: Found) -> None:
    if not found.goes_on():
        return
    proof = prove(p, found.after, found.cost, limits, found.goes_on)
    found.bound = max(found.bound, proof.bound)
    found.take(proof.cost, proof.after)


def _answer(instance: Instance, p: Problem, found: Found) -> Answer:
    plan = plan_from(instance, p, found.after)
    bill = evaluate(instance, plan)
    bound = min(found.bound, bill.value)
    gap = (bill.value - bound) / bill.value if bill.value else 0.0
    status = "optimal" if bound == bill.value else "feasible"
    return Answer(status, bill.value, bound, gap, plan, (), bill.costs, tuple(found.steps))


def plan_from(instance: Instance, p: Problem, after: Ints) -> Plan:
    """The plan of routes, each visit as early as they allow."""
    s = empty_state(p)
    if not load(p, s, after):
        raise RuntimeError("visits of these routes wait for each other in a ring")
    visits, routes = len(p.earliest), [list[int]() for _ in p.ready]
    for worker, route in enumerate(routes):
        node = int(after[visits + worker])
        while node < visits:
            route.append(node)
            node = int(after[node])
    return plan_of(instance, routes, [int(start) for start in s.start])


def lower_bound(p: Problem) -> int:
    """A cost no routes are below: the shortest way to each visit, and what it is late at best."""
    visits = len(p.earliest)
    total, largest = 0, 0
    for visit in range(visits):
        able = np.flatnonzero(p.able[:, visit])
        others = [one for one in range(visits) if one != visit and (p.able[able, one]).any()]
        ways = p.way[np.array([*others, *(visits + able)]), visit]
        soonest = max(int(p.earliest[visit]), int((p.ready[able] + p.way[visits + able, visit]).min()))
        late = max(0, soonest - int(p.latest[visit]))
        largest = max(largest, late)
        total += p.travel_price * int(ways.min()) + int(p.dearness[visit]) * late
    return total + p.largest_price * largest


def _improve(p: Problem, limits: Limits, found: Found, clock: Clock) -> None:
    """Anneal stage by stage within the limits."""
    begin = found.first
    with ThreadPoolExecutor(limits.workers) as pool:
        for number, stage in enumerate(stages(p, limits)):
            if found.stopped or found.cost <= found.bound:
                return
            source = begin if stage.fresh else found.after.copy()
            jobs = [
                pool.submit(_anneal, p, source, hot, stage, limits, (limits.seed, number, turn), found, clock)
                for turn, hot in enumerate(stage.hot)
            ]
            for job in jobs:
                job.result()


def _anneal(
    p: Problem,
    source: Ints,
    hot: float,
    stage: Stage,
    limits: Limits,
    seed: tuple[int, ...],
    found: Found,
    clock: Clock,
) -> None:
    """One annealing; its number of moves is set by the work, or by the speed measured on the way."""
    s, r, best = empty_state(p), empty_ruin(p), source.copy()
    load(p, s, source)
    seed_of_moves(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    warm, cold = hot * p.scale, stage.cold * p.scale
    began, rate = clock(), FIRST_RATE
    for number in range(SLICES):
        if limits.seconds is None:
            moves = int(stage.budget * MOVES_OF_WORK / SLICES)
        else:
            left = stage.budget - (clock() - began)
            if left <= 0:
                return
            moves = max(1000, int(rate * left / (SLICES - number)))
        one, other = (warm * (cold / warm) ** (at / SLICES) for at in (number, number + 1))
        slice_began = clock()
        cost = anneal(p, s, r, moves, one, other, best)
        rate = 0.5 * rate + 0.5 * moves / max(1e-4, clock() - slice_began)
        found.take(int(cost), best)
        if not found.goes_on():
            return

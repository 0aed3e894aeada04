"""
A tournament of annealings on routes, and a proof where it can be had.

Annealings of one stage run side by side, one a core, and hand their best to the next stage.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
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
SMALLEST_TOURNAMENT = 0.5
FIRST_SHARE = 0.3
MOVES_FROM_SCRATCH = 2_500
"""Moves a visit of an annealing from scratch."""
Clock = Callable[[], float]


@dataclass(frozen=True)
class Stage:
    """
    Annealings side by side.

    Parameters
    ----------
    budget
        What all of them may take together, in seconds or work of one core.
    runs, keeps
        How many there are, and from how many of the best routes of the stage before; 0 = from the first routes.
    hot, cold
        Temperatures in units of the scale; the runs take the hot ones in turn.
    """

    budget: float
    runs: int
    keeps: int
    hot: tuple[float, ...]
    cold: float


def tournaments(p: Problem, limits: Limits) -> Iterator[tuple[Stage, ...]]:
    """
    One within a limit in seconds; within a limit in work one after the other, each twice as long, as far as they fit.

    So a larger limit in work runs all that a smaller one ran, and is never worse.
    """
    if limits.seconds is not None:
        yield tournament(p, limits.seconds * limits.workers, limits.workers)
        return
    spent = 0.0
    for size in count():
        work = SMALLEST_TOURNAMENT * 2.0**size
        if spent + work > limits.work:
            return
        spent += work
        yield tournament(p, work, limits.workers)


def tournament(p: Problem, budget: float, workers: int) -> tuple[Stage, ...]:
    """
    Many short annealings from scratch, longer ones from the best of them, and long ones from the best of those.

    Where lateness rules, three of four annealings end in a trap that no mild one leaves, however long they are: many
    short ones are surer than a few long ones.
    """
    moves = FIRST_SHARE * budget * MOVES_OF_WORK
    runs = min(48, max(4, round(moves / (MOVES_FROM_SCRATCH * len(p.earliest)))))
    runs = -(-runs // workers) * workers
    few, fewer = (max(workers, -(-runs // part)) for part in (4, 12))
    return (
        Stage(budget * FIRST_SHARE, runs, 0, (0.4, 1.0, 2.5), 0.02),
        Stage(budget * 0.25, few, few, (0.25,), 0.01),
        Stage(budget * 0.25, fewer, fewer, (0.25,), 0.004),
        Stage(budget * 0.2, workers, 1, (0.15,), 0.004),
    )


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
    return plan_of(instance, routes_from(p, after), [int(start) for start in s.start])


def routes_from(p: Problem, after: Ints) -> list[list[int]]:
    """The visits of each worker in order."""
    visits, routes = len(p.earliest), [list[int]() for _ in p.ready]
    for worker, route in enumerate(routes):
        node = int(after[visits + worker])
        while node < visits:
            route.append(node)
            node = int(after[node])
    return routes


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
    """Tournament after tournament within the limits, each run with a seed of its own."""
    with ThreadPoolExecutor(limits.workers) as pool:
        for turn, stages in enumerate(tournaments(p, limits)):
            runners: list[tuple[int, Ints]] = []
            for number, stage in enumerate(stages):
                sources = _best(runners, stage.keeps) or [found.first]
                jobs = [
                    pool.submit(
                        _anneal,
                        p,
                        sources[run % len(sources)],
                        stage,
                        stage.hot[run % len(stage.hot)],
                        limits,
                        (limits.seed, turn, number, run),
                        found,
                        clock,
                    )
                    for run in range(stage.runs)
                ]
                runners += [job.result() for job in jobs]
                if found.stopped or found.cost <= found.bound:
                    return


def _best(runners: Sequence[tuple[int, Ints]], most: int) -> list[Ints]:
    """The cheapest routes, of each cost one."""
    by_cost = dict(reversed(runners))
    return [by_cost[cost] for cost in sorted(by_cost)[:most]]


def _anneal(
    p: Problem,
    source: Ints,
    stage: Stage,
    hot: float,
    limits: Limits,
    seed: tuple[int, ...],
    found: Found,
    clock: Clock,
) -> tuple[int, Ints]:
    """One annealing: its best routes and their cost. Its moves are set by the work, or by the speed on the way."""
    s, r, best, kept = empty_state(p), empty_ruin(p), source.copy(), source.copy()
    load(p, s, source)
    seed_of_moves(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    warm, cold, budget = hot * p.scale, stage.cold * p.scale, stage.budget / stage.runs
    began, rate, least = clock(), FIRST_RATE, int(cost_of(p, s))
    for number in range(SLICES):
        if limits.seconds is None:
            moves = int(budget * MOVES_OF_WORK / SLICES)
        else:
            left = budget - (clock() - began)
            if left <= 0:
                break
            moves = max(1000, int(rate * left / (SLICES - number)))
        one, other = (warm * (cold / warm) ** (at / SLICES) for at in (number, number + 1))
        slice_began = clock()
        cost = int(anneal(p, s, r, moves, one, other, best))
        rate = 0.5 * rate + 0.5 * moves / max(1e-4, clock() - slice_began)
        if cost < least:
            least, kept = cost, best.copy()
            found.take(cost, best)
        if not found.goes_on():
            break
    return least, kept

"""First routes: visits in the order of their latest start, each at the end of the route where it costs least."""

from __future__ import annotations

import numpy as np

from matching.compiled import Ints, compiled
from matching.planning.routes.problem import Problem

EARLINESS = 0.05
"""What a tick of a worker's day is worth beside a tick of travel, so that days fill evenly."""
LATENESS = 2.0


def first_routes(p: Problem) -> Ints | None:
    """
    The node after each node; None when nobody, or not two different people, can take a visit.

    No visits wait for each other in a ring, since each is put last.
    """
    leading = np.flatnonzero((p.partner < 0) | p.leads)
    order = leading[np.argsort(p.latest[leading], kind="stable")].astype(np.int64)
    bases = np.arange(len(p.earliest), len(p.earliest) + len(p.ready))
    after = np.arange(len(p.earliest) + len(p.ready), dtype=np.int64)
    if not append_all(p, order, after, bases.copy(), p.ready.copy()):
        return None
    return after


@compiled
def append_all(p: Problem, order: Ints, after: Ints, last: Ints, free: Ints) -> bool:
    """Put all visits at the ends of routes, behind `last` and from `free` on; False when nobody can take one."""
    workers = len(p.ready)
    for at in range(len(order)):
        visit = int(order[at])
        partner = int(p.partner[visit])
        cheapest, one, other, own_start, other_start = np.inf, -1, -1, 0, 0
        for worker in range(workers):
            if not p.able[worker, visit]:
                continue
            way = p.way[last[worker], visit]
            start = int(max(p.earliest[visit], free[worker] + way))
            if partner < 0:
                cost = way + LATENESS * max(0, start - p.latest[visit]) + EARLINESS * (start - free[worker])
                if cost < cheapest:
                    cheapest, one, own_start = cost, worker, start
                continue
            for second in range(workers):
                if second == worker or not p.able[second, partner]:
                    continue
                their_way = p.way[last[second], partner]
                theirs = max(p.earliest[partner], free[second] + their_way)
                theirs = max(theirs, start + p.least[visit])
                own = max(start, theirs - p.most[visit])
                cost = way + their_way + EARLINESS * (own + theirs - free[worker] - free[second])
                cost += LATENESS * (max(0, own - p.latest[visit]) + max(0, theirs - p.latest[partner]))
                if cost < cheapest:
                    cheapest, one, other, own_start, other_start = cost, worker, second, own, theirs
        if one < 0:
            return False
        put_last(p, after, last, free, one, visit, own_start)
        if partner >= 0:
            put_last(p, after, last, free, other, partner, other_start)
    return True


@compiled
def put_last(p: Problem, after: Ints, last: Ints, free: Ints, worker: int, visit: int, start: int) -> None:
    """A visit at the end of a worker's route."""
    after[last[worker]] = visit
    after[visit] = len(p.earliest) + worker
    last[worker] = visit
    free[worker] = start + p.minutes[visit]

"""Simulated annealing on routes: moves are accepted when they cost less than a threshold drawn beforehand."""

from __future__ import annotations

import numpy as np

from matching.compiled import Ints, compiled
from matching.planning.routes.moves import (
    NO_MOVE,
    Ruin,
    exchange_tails,
    rebuild,
    relocate,
    relocate_pair,
    swap,
)
from matching.planning.routes.problem import Problem
from matching.planning.routes.state import TRAVEL, State, copy, cost_of, keep, settle, undo

REBUILDS = 0.03
"""Share of moves that rebuild."""
LARGEST_REBUILD = 14
COOLING_STEPS = 1000
"""Moves at one temperature."""


@compiled
def seed_of_moves(seed: int) -> None:
    """Begin the random numbers of this thread anew."""
    np.random.seed(seed)


@compiled
def anneal(p: Problem, s: State, r: Ruin, moves: int, hot: float, cold: float, best: Ints) -> int:
    """
    `moves` moves while the temperature falls from `hot` to `cold`, in units of cost.

    `best` takes the routes (`after`) of the cheapest state met, whose cost is returned; the state goes on.
    """
    visits = len(p.earliest)
    cost = cost_of(p, s)
    least = cost
    copy(s.after, best)
    temperature = hot
    cooling = (cold / hot) ** (COOLING_STEPS / max(1, moves))
    ring = 60 + visits
    for number in range(moves):
        if number % COOLING_STEPS == COOLING_STEPS - 1:
            temperature *= cooling
        threshold = cost - temperature * np.log(np.random.random() + 1e-300)
        room = (threshold - p.travel_price * s.sums[TRAVEL]) / p.travel_price if p.travel_price > 0 else np.inf
        visit = np.random.randint(visits)
        kind = np.random.random()
        if np.random.random() < REBUILDS:
            travel = rebuild(p, s, r, visit, LARGEST_REBUILD)
        elif kind < 0.36:
            travel = relocate(p, s, visit, 1, room)
        elif kind < 0.45:
            travel = relocate(p, s, visit, 2 + np.random.randint(2), room)
        elif kind < 0.60 and len(p.pairs) > 0:
            travel = relocate_pair(p, s, p.pairs[np.random.randint(len(p.pairs))])
        elif kind < 0.78:
            travel = swap(p, s, visit, room)
        else:
            travel = exchange_tails(p, s, visit, room)
        if travel == NO_MOVE or travel > room or not settle(p, s, travel, threshold, ring):
            undo(s)
            continue
        keep(s)
        cost = cost_of(p, s)
        if cost < least:
            least = cost
            copy(s.after, best)
    return least

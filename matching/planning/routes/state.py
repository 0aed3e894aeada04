"""
Routes that can be changed and changed back, and the starts that follow from them.

Every change of a link or a start is noted, so that a move that is not accepted is undone in the time it took. Starts
are corrected from the changed visits only, nearest in time first; the two parts of a task are one joint node.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.compiled import Flags, Ints, compiled
from matching.planning.routes.problem import Problem

PENDING, LINKS, STARTS = 0, 1, 2
TRAVEL, LATENESS, LARGEST = 0, 1, 2


class State(NamedTuple):
    """
    Routes as rings through the bases: `after` and `before` of each node, and whose route it is on.

    `sums` holds ticks of travel, the price of lateness and the largest lateness in ticks; `filled` how many entries of
    `pending`, `old_links` (node, after, before, worker) and `old_starts` (visit, start) are in use.
    """

    after: Ints
    before: Ints
    worker: Ints
    start: Ints
    sums: Ints
    filled: Ints
    pending: Ints
    is_pending: Flags
    old_links: Ints
    old_starts: Ints


def empty_state(p: Problem) -> State:
    """Nobody goes anywhere yet."""
    visits, workers = len(p.earliest), len(p.ready)
    nodes = visits + workers
    owners = np.zeros(nodes, dtype=np.int64)
    owners[visits:] = np.arange(workers)
    return State(
        after=np.arange(nodes, dtype=np.int64),
        before=np.arange(nodes, dtype=np.int64),
        worker=owners,
        start=p.earliest.copy(),
        sums=np.zeros(3, dtype=np.int64),
        filled=np.zeros(3, dtype=np.int64),
        pending=np.zeros(2 * nodes, dtype=np.int64),
        is_pending=np.zeros(visits, dtype=np.bool_),
        old_links=np.zeros((16 * nodes + 256, 4), dtype=np.int64),
        old_starts=np.zeros((64 * visits + 1024, 2), dtype=np.int64),
    )


@compiled
def copy(source: Ints, target: Ints) -> None:
    """Value by value: a slice would ask for memory."""
    for at in range(len(source)):
        target[at] = source[at]


@compiled
def cost_of(p: Problem, s: State) -> int:
    """What the routes cost, as `costs.evaluate` counts it."""
    return p.travel_price * s.sums[TRAVEL] + s.sums[LATENESS] + p.largest_price * s.sums[LARGEST]


@compiled
def note_link(s: State, node: int) -> None:
    """Remember a node's links as they are."""
    at = s.filled[LINKS]
    s.old_links[at, 0] = node
    s.old_links[at, 1] = s.after[node]
    s.old_links[at, 2] = s.before[node]
    s.old_links[at, 3] = s.worker[node]
    s.filled[LINKS] = at + 1


@compiled
def join(s: State, one: int, other: int) -> None:
    """`other` comes after `one`."""
    note_link(s, one)
    s.after[one] = other
    note_link(s, other)
    s.before[other] = one


@compiled
def give(s: State, first: int, end: int, worker: int) -> None:
    """The nodes from `first` up to `end`, which stays as it is, are on this worker's route."""
    node = first
    while node != end:
        note_link(s, node)
        s.worker[node] = worker
        node = s.after[node]


@compiled
def await_start(p: Problem, s: State, visit: int) -> None:
    """The start of this visit has to be looked at; a base has none."""
    if visit < len(p.earliest) and not s.is_pending[visit]:
        s.is_pending[visit] = True
        s.pending[s.filled[PENDING]] = visit
        s.filled[PENDING] += 1


@compiled
def take_out(p: Problem, s: State, visit: int) -> int:
    """Take a visit off its route; the change of travel. The visit after it awaits its start."""
    one, other = s.before[visit], s.after[visit]
    join(s, one, other)
    await_start(p, s, other)
    return p.way[one, other] - p.way[one, visit] - p.way[visit, other]


@compiled
def put_after(p: Problem, s: State, visit: int, one: int) -> int:
    """Put a visit behind a node; the change of travel. It and the visit after it await their starts."""
    other = s.after[one]
    join(s, one, visit)
    join(s, visit, other)
    s.worker[visit] = s.worker[one]  # noted by `join` just before
    await_start(p, s, visit)
    await_start(p, s, other)
    return p.way[one, visit] + p.way[visit, other] - p.way[one, other]


@compiled
def keep(s: State) -> None:
    """What was changed stays."""
    s.filled[LINKS] = 0
    s.filled[STARTS] = 0


@compiled
def undo(s: State) -> None:
    """Back to what was kept last."""
    for at in range(s.filled[PENDING]):
        s.is_pending[s.pending[at]] = False
    s.filled[PENDING] = 0
    for at in range(s.filled[LINKS] - 1, -1, -1):
        node = s.old_links[at, 0]
        s.after[node] = s.old_links[at, 1]
        s.before[node] = s.old_links[at, 2]
        s.worker[node] = s.old_links[at, 3]
    for at in range(s.filled[STARTS] - 1, -1, -1):
        s.start[s.old_starts[at, 0]] = s.old_starts[at, 1]
    keep(s)


@compiled
def soonest_behind(p: Problem, s: State, visit: int, behind: int) -> int:
    """When a visit can start behind a node, as long as nobody waits for the other part."""
    visits = len(p.earliest)
    if behind < visits:
        soonest = s.start[behind] + p.minutes[behind] + p.way[behind, visit]
    else:
        soonest = p.ready[behind - visits] + p.way[behind, visit]
    return max(soonest, p.earliest[visit])


@compiled
def next_pending(s: State) -> int:
    """Take the awaited visit with the earliest start."""
    best, visit = 0, s.pending[0]
    soonest = s.start[visit]
    for at in range(1, s.filled[PENDING]):
        start = s.start[s.pending[at]]
        if start < soonest:
            best, soonest = at, start
    visit = s.pending[best]
    s.filled[PENDING] -= 1
    s.pending[best] = s.pending[s.filled[PENDING]]
    s.is_pending[visit] = False
    return visit


@compiled
def settle(p: Problem, s: State, travel: int, limit: float, most: int) -> bool:
    """
    Correct the starts that are awaited after a change of travel; whether the routes then cost at most `limit`.

    On False (too dear, or more than `most` corrections: visits that wait for each other in a ring) the caller undoes
    the move; `sums` are then as before.
    """
    visits = len(p.earliest)
    fixed = p.travel_price * (s.sums[TRAVEL] + travel)
    lateness, largest = s.sums[LATENESS], s.sums[LARGEST]
    worst, dropped, corrections = 0, False, 0
    while s.filled[PENDING] > 0:
        visit = next_pending(s)
        corrections += 1
        if corrections > most:
            return False
        own = soonest_behind(p, s, visit, int(s.before[visit]))
        other, theirs = p.partner[visit], 0
        if other >= 0:
            theirs = soonest_behind(p, s, other, int(s.before[other]))
            if p.leads[visit]:
                theirs = max(theirs, own + p.least[visit])
                own = max(own, theirs - p.most[visit])
            else:
                own = max(own, theirs + p.least[visit])
                theirs = max(theirs, own - p.most[visit])
        for turn in range(2):
            if turn == 1:
                if other < 0:
                    break
                visit, own = other, theirs
            old = s.start[visit]
            if own == old:
                continue
            at = s.filled[STARTS]
            if at >= len(s.old_starts):
                return False
            s.old_starts[at, 0] = visit
            s.old_starts[at, 1] = old
            s.filled[STARTS] = at + 1
            s.start[visit] = own
            late = old - p.latest[visit]
            if late > 0:
                lateness -= p.dearness[visit] * late
                dropped = dropped or late >= largest
            late = own - p.latest[visit]
            if late > 0:
                lateness += p.dearness[visit] * late
                worst = max(worst, late)
            await_start(p, s, s.after[visit])
    if p.largest_price > 0:
        if dropped:
            largest = 0
            for visit in range(visits):
                largest = max(largest, s.start[visit] - p.latest[visit])
        elif worst > largest:  # a start seen on the way may have been lowered again
            for at in range(s.filled[STARTS]):
                visit = s.old_starts[at, 0]
                largest = max(largest, s.start[visit] - p.latest[visit])
    if fixed + lateness + p.largest_price * largest > limit:
        return False
    s.sums[TRAVEL] += travel
    s.sums[LATENESS] = lateness
    s.sums[LARGEST] = largest
    return True


@compiled
def load(p: Problem, s: State, after: Ints) -> bool:
    """Take over whole routes and their starts; False when visits wait for each other in a ring."""
    visits = len(p.earliest)
    travel = 0
    for base in range(visits, visits + len(p.ready)):
        node = base
        while True:
            other = after[node]
            s.after[node] = other
            s.before[other] = node
            s.worker[node] = base - visits
            travel += p.way[node, other]
            node = other
            if node == base:
                break
    keep(s)
    s.filled[PENDING] = 0
    s.sums[LATENESS] = s.sums[LARGEST] = s.sums[TRAVEL] = 0
    for visit in range(visits):
        s.is_pending[visit] = False
        s.start[visit] = p.earliest[visit]
        late = max(0, p.earliest[visit] - p.latest[visit])
        s.sums[LATENESS] += p.dearness[visit] * late
        s.sums[LARGEST] = max(s.sums[LARGEST], late)
        await_start(p, s, visit)
    fits = settle(p, s, travel, np.inf, len(s.old_starts))
    if not fits:
        undo(s)
    keep(s)
    return fits

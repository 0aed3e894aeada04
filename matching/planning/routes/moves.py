"""
The moves of the search on routes: each changes the links, says by how much travel changes, and leaves the starts.

A move that cannot be made, or whose travel alone is too dear, returns `NO_MOVE`; the caller undoes what it changed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.compiled import Flags, Ints, compiled
from matching.planning.routes.problem import Problem
from matching.planning.routes.state import State, await_start, give, join, put_after, soonest_behind, take_out

NO_MOVE = 1 << 60
FAR = 0.06
"""Share of moves that put a visit at the head of any route instead of beside a neighbour."""
BLINK = 0.02
"""Share of places that a rebuild does not see, so that it does not always build the same."""


@compiled
def neighbour(p: Problem, visit: int) -> int:
    """One of the visits near by, the nearest most often."""
    return p.near[visit, int(p.near.shape[1] * np.random.random() ** 1.5)]


@compiled
def may_take(p: Problem, s: State, worker: int, visit: int) -> bool:
    """Whether a worker is asked for, and does not do the other part."""
    partner = p.partner[visit]
    return p.able[worker, visit] and (partner < 0 or s.worker[partner] != worker)


@compiled
def target(p: Problem, s: State, visit: int) -> int:
    """A node behind which a visit may be put: beside a neighbour, or at the head of a route."""
    if np.random.random() < FAR:
        return len(p.earliest) + np.random.randint(len(p.ready))
    one = neighbour(p, visit)
    return one if np.random.random() < 0.5 else s.before[one]


@compiled
def relocate(p: Problem, s: State, first: int, length: int, room: float) -> int:
    """Move one visit, or a few in a row, behind another node; `room` is by how much travel may grow."""
    visits = len(p.earliest)
    last = first
    for _ in range(length - 1):
        last = s.after[last]
        if last >= visits:
            return NO_MOVE
    if np.random.random() < FAR:
        behind = visits + np.random.randint(len(p.ready))
    elif np.random.random() < 0.5:
        behind = neighbour(p, first)
    else:
        behind = s.before[neighbour(p, last)]
    old, worker, end = s.before[first], s.worker[behind], s.after[last]
    if behind == old:
        return NO_MOVE
    moved = first
    while moved != end:
        if moved == behind or (worker != s.worker[first] and not may_take(p, s, worker, moved)):
            return NO_MOVE
        moved = s.after[moved]
    before = s.after[behind]
    travel = p.way[old, end] - p.way[old, first] - p.way[last, end]
    travel += p.way[behind, first] + p.way[last, before] - p.way[behind, before]
    if travel > room:
        return NO_MOVE
    join(s, old, end)
    join(s, behind, first)
    join(s, last, before)
    give(s, first, before, worker)
    await_start(p, s, first)
    await_start(p, s, end)
    await_start(p, s, before)
    return travel


@compiled
def relocate_pair(p: Problem, s: State, first: int) -> int:
    """Move both parts of a task."""
    second = p.partner[first]
    one, other = target(p, s, first), target(p, s, second)
    if one in (first, second) or other in (first, second) or s.worker[one] == s.worker[other]:
        return NO_MOVE
    if not p.able[s.worker[one], first] or not p.able[s.worker[other], second]:
        return NO_MOVE
    travel = take_out(p, s, first) + take_out(p, s, second)
    return travel + put_after(p, s, first, one) + put_after(p, s, second, other)


@compiled
def swap(p: Problem, s: State, one: int, room: float) -> int:
    """Two visits change places."""
    other = neighbour(p, one)
    if np.random.random() < 0.5:
        other = s.after[other]
    if other >= len(p.earliest) or other == one:
        return NO_MOVE
    ours, theirs = s.worker[one], s.worker[other]
    if ours != theirs and not (may_take(p, s, ours, other) and may_take(p, s, theirs, one)):
        return NO_MOVE
    if s.after[other] == one:
        one, other = other, one
    before, between, behind, end = s.before[one], s.after[one], s.before[other], s.after[other]
    if between == other:
        travel = p.way[before, other] + p.way[other, one] + p.way[one, end]
        travel -= p.way[before, one] + p.way[one, other] + p.way[other, end]
    else:
        travel = p.way[before, other] + p.way[other, between] + p.way[behind, one] + p.way[one, end]
        travel -= p.way[before, one] + p.way[one, between] + p.way[behind, other] + p.way[other, end]
    if travel > room:
        return NO_MOVE
    take_out(p, s, one)
    take_out(p, s, other)
    put_after(p, s, other, before)
    put_after(p, s, one, other if between == other else behind)
    return travel


@compiled
def exchange_tails(p: Problem, s: State, one: int, room: float) -> int:
    """The rest of one route behind a visit, or all of it, for the rest of another from a neighbour on."""
    visits = len(p.earliest)
    head = neighbour(p, one)
    if np.random.random() < 0.1:
        one = visits + s.worker[one]
    ours, theirs = s.worker[one], s.worker[head]
    if ours == theirs:
        return NO_MOVE
    tail, before = int(s.after[one]), int(s.before[head])
    our_base, their_base = visits + ours, visits + theirs
    if tail == our_base and before == their_base:
        return NO_MOVE  # whole routes: nothing but names
    our_last, their_last = int(s.before[our_base]), int(s.before[their_base])
    travel = p.way[one, head] - p.way[before, head] - p.way[one, tail]
    travel += p.way[their_last, our_base] - p.way[their_last, their_base]
    if tail != our_base:
        travel += p.way[before, tail] + p.way[our_last, their_base] - p.way[our_last, our_base]
    else:
        travel += p.way[before, their_base]
    if travel > room or not (movable(p, s, tail, our_base, theirs) and movable(p, s, head, their_base, ours)):
        return NO_MOVE
    join(s, one, head)
    join(s, their_last, our_base)
    give(s, head, our_base, ours)
    if tail != our_base:
        join(s, before, tail)
        join(s, our_last, their_base)
        give(s, tail, their_base, theirs)
    else:
        join(s, before, their_base)
    if not (apart(p, s, head, our_base) and apart(p, s, tail, their_base)):
        return NO_MOVE
    await_start(p, s, head)
    await_start(p, s, tail)
    return travel


@compiled
def movable(p: Problem, s: State, first: int, base: int, worker: int) -> bool:
    """Whether a worker is asked for in all visits from one up to a base."""
    visit = first
    while visit != base:
        if not p.able[worker, visit]:
            return False
        visit = s.after[visit]
    return True


@compiled
def apart(p: Problem, s: State, first: int, base: int) -> bool:
    """Whether the visits from one up to a base have no other part on the same route."""
    if s.worker[first] != s.worker[base]:
        return True  # there was no tail
    visit = first
    while visit != base:
        partner = p.partner[visit]
        if partner >= 0 and s.worker[partner] == s.worker[visit]:
            return False
        visit = s.after[visit]
    return True


class Ruin(NamedTuple):
    """What a rebuild has taken out: flags by visit, the visits in order, and their starts before."""

    out: Flags
    taken: Ints
    start: Ints


def empty_ruin(p: Problem) -> Ruin:
    """Nothing is taken out yet."""
    visits = len(p.earliest)
    return Ruin(np.zeros(visits, dtype=np.bool_), np.zeros(64, dtype=np.int64), np.zeros(64, dtype=np.int64))


@compiled
def rebuild(p: Problem, s: State, r: Ruin, seed: int, most: int) -> int:
    """Take out a few related visits and put each back where it seems cheapest (ruin and recreate)."""
    count = choose_related(p, s, r, seed, 2 + np.random.randint(most - 1))
    travel = 0
    for at in range(count):
        r.start[at] = s.start[r.taken[at]]
        travel += take_out(p, s, r.taken[at])
    put_in_order(p, r, count)
    dear = 0.3 + 1.5 * np.random.random()
    complete = True
    for at in range(count):
        visit = r.taken[at]
        behind = cheapest_place(p, s, r, visit, dear)
        if behind < 0:
            complete = False
            break
        travel += put_after(p, s, visit, behind)
        s.start[visit] = soonest_behind(p, s, visit, behind)
        r.out[visit] = False
    for at in range(count):
        s.start[r.taken[at]] = r.start[at]
        r.out[r.taken[at]] = False
    return travel if complete else NO_MOVE


@compiled
def choose_related(p: Problem, s: State, r: Ruin, seed: int, wanted: int) -> int:
    """Choose visits around one: near it, or along routes from neighbour to neighbour; often with the other part."""
    visits, count, visit, tries = len(p.earliest), 0, seed, 0
    around = np.random.random() < 0.5
    while count < wanted and tries < 4 * wanted:
        tries += 1
        if not r.out[visit]:
            r.out[visit] = True
            r.taken[count] = visit
            count += 1
            partner = p.partner[visit]
            if partner >= 0 and not r.out[partner] and np.random.random() < 0.6:
                r.out[partner] = True
                r.taken[count] = partner
                count += 1
        if around:
            visit = p.near[seed, int(p.near.shape[1] * np.random.random())]
        elif np.random.random() < 0.6 and s.after[visit] < visits:
            visit = s.after[visit]
        else:
            visit = p.near[visit, int(p.near.shape[1] * np.random.random() ** 2)]
    return count


@compiled
def put_in_order(p: Problem, r: Ruin, count: int) -> None:
    """By the latest start, or at random; `start` keeps step."""
    by_latest = np.random.random() < 0.5
    for at in range(1, count):
        back = at
        if by_latest:
            while back > 0 and p.latest[r.taken[back - 1]] > p.latest[r.taken[back]]:
                exchange(r, back, back - 1)
                back -= 1
        else:
            exchange(r, at, np.random.randint(at + 1))


@compiled
def exchange(r: Ruin, one: int, other: int) -> None:
    """Two entries change places."""
    r.taken[one], r.taken[other] = r.taken[other], r.taken[one]
    r.start[one], r.start[other] = r.start[other], r.start[one]


@compiled
def cheapest_place(p: Problem, s: State, r: Ruin, visit: int, dear: float) -> int:
    """The node behind which a visit seems to cost least, by travel and a guess at lateness; -1 for none."""
    visits = len(p.earliest)
    partner = p.partner[visit]
    bound = partner >= 0 and not r.out[partner]
    best, place = np.inf, -1
    for worker in range(len(p.ready)):
        if not p.able[worker, visit] or (bound and s.worker[partner] == worker):
            continue
        one = visits + worker
        while True:
            other = s.after[one]
            cost = float(p.travel_price * (p.way[one, visit] + p.way[visit, other] - p.way[one, other]))
            if cost < best:
                start = soonest_behind(p, s, visit, one)
                if bound:
                    theirs = s.start[partner]
                    if p.leads[visit]:
                        low, high = theirs - p.most[visit], theirs - p.least[visit]
                    else:
                        low, high = theirs + p.least[visit], theirs + p.most[visit]
                    start = max(start, low)
                    if start > high:  # the other part has to wait
                        cost += 0.3 * (start - high)
                        late = theirs + start - high - p.latest[partner]
                        if late > 0:
                            cost += dear * min(late, start - high)
                if start > p.latest[visit]:
                    cost += dear * (start - p.latest[visit])
                if other < visits and cost < best:
                    pushed = start + p.minutes[visit] + p.way[visit, other]
                    if pushed > s.start[other]:
                        cost += 0.05 * (pushed - s.start[other])
                        late = pushed - max(p.latest[other], s.start[other])
                        if late > 0:
                            cost += dear * late
                if cost < best and np.random.random() > BLINK:
                    best, place = cost, one
            one = other
            if one >= visits:
                break
    return place

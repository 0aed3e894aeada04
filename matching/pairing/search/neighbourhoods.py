"""Large problems region by region: some helpers close to each other and all their people, the rest as it stands."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from matching.pairing.problem import Found, Ints, Problem, Sums
from matching.pairing.search import cpsat
from matching.pairing.search.answers import Heard, found, ignored, order
from matching.pairing.search.parts import Part, part
from matching.pairing.search.run import Run

PEOPLE = 900
"""In a region, about: what CP-SAT proves in a second when only the arcs that can matter are left."""
PASSES = 8
WORK = 3.0
"""Most for one region, in the deterministic seconds of the solver."""
STRIDE = 7919
"""Between the helpers where the walks of two passes begin: a prime, so that the borders fall elsewhere."""


@dataclass(frozen=True)
class Region:
    """A part of the problem, and what its people have so far (by person of the part)."""

    part: Part
    first: Ints


def improved(run: Run, problem: Problem, core: Ints, exchange: int, known: Found, heard: Heard) -> Found:
    """
    A better answer: pass after pass over all regions, with other borders each time, until a pass changes nothing.

    Regions of a pass have no helper and nobody in common, so they may be solved side by side.

    Parameters
    ----------
    core
        The arcs that can matter, and the chosen ones.
    exchange
        Points for a unit of weight.
    """
    best = replace(known, by=f"{known.by}+neighbourhoods")
    with ThreadPoolExecutor(max(1, run.limits.workers)) as pool:
        for nth in range(PASSES):
            before = best
            regions = _regions(problem, core, best.chosen, nth)
            chosen = best.chosen.copy()
            answers = pool.map(partial(_solved, run, exchange), regions)
            for region, answer in zip(regions, answers, strict=True):
                if answer is None:
                    continue
                region.part.put(answer, chosen)
                best = found(problem, chosen.copy(), best.bound, best.by)
                heard(best)
            if run.is_over or best is before:
                break
    return best


def _solved(run: Run, exchange: int, region: Region) -> Ints | None:
    """A better choice for a region, if there is one."""
    if run.is_over:
        return None
    model = cpsat.Model(region.part.problem)
    known = found(region.part.problem, region.first, Sums(), "neighbourhoods")
    one = cpsat.stage(run, model, model.gain(exchange), known, ignored, hint=False, work=WORK)
    return one.best.chosen if order(one.best.value) > order(known.value) else None


def _regions(problem: Problem, core: Ints, chosen: Ints, nth: int) -> list[Region]:
    """Helpers with all their people, and each person without one where most of their arcs are."""
    mark = _marked(problem, core, chosen, nth)
    placed = np.flatnonzero(chosen >= 0)
    there = np.full(problem.people, -1, dtype=np.int64)
    there[placed] = mark[problem.helper[chosen[placed]]]
    person, region = problem.person[core], mark[problem.helper[core]]
    count = int(mark.max(initial=0)) + 1
    loose = np.flatnonzero((there[person] < 0) & (region >= 0))
    pairs, often = np.unique(person[loose] * count + region[loose], return_counts=True)
    for at in np.lexsort((-pairs, often)).tolist():
        there[pairs[at] // count] = pairs[at] % count
    inside = np.flatnonzero((there[person] == region) & (region >= 0))
    inside = inside[np.argsort(region[inside], kind="stable")]
    regions: list[Region] = []
    for arcs in np.split(core[inside], np.flatnonzero(np.diff(region[inside])) + 1):
        if len(arcs):
            smaller = part(problem, arcs)
            regions.append(Region(smaller, smaller.inside(chosen)))
    return regions


def _marked(problem: Problem, core: Ints, chosen: Ints, nth: int) -> Ints:
    """
    By helper: the region, or -1.

    Each one is a walk along the core, breadth first, from the next helper who is in none; where it ends early, another
    one goes on in the same region.
    """
    person, helper = problem.person[core], problem.helper[core]
    helpers_of = _grouped(person, helper, problem.people)
    people_of = _grouped(helper, person, problem.helpers)
    size = np.bincount(problem.helper[chosen[chosen >= 0]], minlength=problem.helpers).tolist()
    mark = [-1] * problem.helpers
    turn = nth * STRIDE % problem.helpers
    region, people = 0, 0
    for start in [*range(turn, problem.helpers), *range(turn)]:
        if mark[start] >= 0 or not people_of[start]:
            continue
        met, queue = {start}, deque([start])
        while queue and people < PEOPLE:
            one = queue.popleft()
            mark[one] = region
            people += size[one]
            for each in people_of[one]:
                for other in helpers_of[each]:
                    if mark[other] < 0 and other not in met:
                        met.add(other)
                        queue.append(other)
        if people >= PEOPLE:
            region, people = region + 1, 0
    return np.array(mark, dtype=np.int64)


def _grouped(key: Ints, value: Ints, count: int) -> list[list[int]]:
    sorted_values = value[np.argsort(key, kind="stable")]
    return [each.tolist() for each in np.split(sorted_values, np.cumsum(np.bincount(key, minlength=count))[:-1])]

"""
The joint choice by prices: what a place with each person is worth to the helpers tells which arcs can matter.

1. A flow with prices on hours gives every person a price; rounds of correction make the bound tighter: a person whom
   nobody chooses becomes cheaper for the helpers, one whom several choose dearer (subgradients, Held, Wolfe and
   Crowder 1974).
2. An arc that would cost more than the gap to the bound is in no better answer; CP-SAT proves the rest. Where the gap
   is not known yet it is guessed: a best answer among the arcs that cost no more than the guess is best of all as soon
   as it lies within the guess (the core of a problem, Posta, Ferland and Michelon 2012 for the fixing).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.pairing.problem import Flags, Found, Ints, Problem
from matching.pairing.search import cpsat, neighbourhoods
from matching.pairing.search.answers import Heard, better, found, widest
from matching.pairing.search.flow import FAR, Network, network, open_arcs
from matching.pairing.search.greedy import Filling
from matching.pairing.search.knapsacks import Knapsacks
from matching.pairing.search.run import Run

Reals = NDArray[np.float64]
ROUNDS = 400
FLOWS = 20
FLOW_ARCS = 1_500_000
"""Of all flows together."""
FEWER = 100_000
"""From so many arcs on, only the best ones of each person are looked at while prices change."""
NEAR = 10
FAINT = 0.3
"""A pull below that is forgotten, so that most prices stay and most helpers need not choose again."""
SHORTEST = 1e-3
"""Steps get no shorter."""
PATIENCE = 20
"""Rounds without a better bound before the steps are halved."""
WORK_A_ROUND = 1.5e-7
"""For each arc, in the deterministic seconds of the solver."""
SHARE = 0.45
"""Of what work and time are left, the most that goes into prices."""
ARCS_A_PERSON = 1.7
"""Of the first guess of a gap: so many arcs are within it."""
LEAP = 8
"""From one guess to the next, or to the gap that is known by then."""
MANY = 6_000
"""From so many arcs within the first guess on, neighbourhoods come first."""
EXCHANGES = (1, 2, 5, 20, 100)
"""How often more than what makes serving anybody worth it, to be tried where not everybody can be served."""
SHARP = 100
"""How much more than that in gains that stand for weight alone."""
FINE = 16
"""Weight is counted in this part of a thousandth where it alone is priced."""


@dataclass(frozen=True)
class Prices:
    """
    Parameters
    ----------
    arcs
        All open arcs of the problem.
    person
        By person: the price, >= 0. Leaving the person out costs at least as much.
    total
        No choice gains more than that.
    lost
        By open arc: a choice with this arc gains at least so much less than `total`.
    taken
        By open arc: whether its helper would choose it at these prices.
    """

    arcs: Ints
    person: Ints
    total: int
    lost: Ints
    taken: Flags

    def core(self, within: int, chosen: Ints) -> Ints:
        """Arcs of every choice that gains no less than `total - within`, and of the one that is known."""
        near = np.zeros(int(self.arcs.max(initial=-1)) + 1, dtype=np.bool_)
        near[self.arcs[self.lost <= within]] = True
        near[chosen[chosen >= 0]] = True
        return np.flatnonzero(near)

    def guess(self, problem: Problem) -> int:
        """What the core may lose to have a given size."""
        people = len(np.unique(problem.person[self.arcs]))
        place = min(len(self.lost) - 1, int(ARCS_A_PERSON * people))
        return max(1, int(np.partition(self.lost, place)[place]))


def priced(run: Run, problem: Problem, arcs: Ints, gain: Ints, spread: int) -> Prices:
    """
    Prices of people for which the bound on the sum of gains is low.

    Parameters
    ----------
    gain
        By open arc, > 0.
    spread
        About how much the gains of good answers differ; it only sets the length of the steps.
    """
    person = problem.person[arcs]
    price = np.zeros(problem.people, dtype=np.int64)
    near = np.arange(len(arcs))
    with run.only(SHARE):
        for count in (1, max(3, min(FLOWS, FLOW_ARCS // max(1, len(arcs))))):
            price = _by_flows(run, problem, arcs[near], gain[near], price, count)
            near = _near(person, gain - price[person])
        for length in (1.0, 0.1, 0.1):
            price = _corrected(run, problem, arcs[near], gain[near], price, spread, length)
            missed = np.setdiff1d(np.flatnonzero(gain > price[person]), near)
            if not len(missed) or run.is_over:
                break
            near = np.union1d(near, missed)
    choice = Knapsacks(problem, arcs).choose(gain - price[person], lost=True)
    return Prices(arcs, price, int(price.sum() + choice.value.sum()), choice.lost, choice.taken)


def _near(person: Ints, profit: Ints) -> Ints:
    """The arcs that matter most: the best ones of each person (they are sorted by person)."""
    if len(person) < FEWER:
        return np.arange(len(person))
    order = np.lexsort((-profit, person))
    begin = np.flatnonzero(np.diff(person, prepend=-1))
    nth = np.arange(len(person)) - np.repeat(begin, np.diff(begin, append=len(person)))
    return np.sort(order[nth < NEAR])


def _corrected(run: Run, problem: Problem, arcs: Ints, gain: Ints, price: Ints, spread: int, length: float) -> Ints:
    """Rounds of correction by deflected subgradients with steps after Polyak, halved when the bound stays."""
    person = problem.person[arcs]
    there = np.bincount(person, minlength=problem.people) > 0
    sacks = Knapsacks(problem, arcs)
    now, best, best_price = np.where(there, price, 0).astype(np.float64), FAR, price
    pull, waited = np.zeros(problem.people), 0
    for _ in range(ROUNDS):
        if run.is_over or length < SHORTEST:
            break
        whole = np.rint(now).astype(np.int64)
        choice = sacks.choose(gain - whole[person])
        run.spend(WORK_A_ROUND * len(arcs))
        total = int(whole.sum() + choice.value.sum())
        if total < best:
            best, best_price, waited = total, whole, 0
        else:
            waited += 1
        missing = there.astype(np.int64) - np.bincount(person[choice.taken], minlength=problem.people)
        missing[(whole == 0) & (missing > 0)] = 0
        if not missing.any():
            break
        if waited == PATIENCE:
            now, length, waited, pull = best_price.astype(np.float64), length / 2, 0, np.zeros(problem.people)
            continue
        pull = missing + 0.6 * np.where(np.abs(pull) < FAINT, 0.0, pull)
        step = length * (total - best + spread) / max(1.0, float(pull @ pull))
        now = np.maximum(0.0, now - step * pull)
    return best_price


@dataclass(frozen=True)
class HoursPriced:
    """
    A flow of least cost in which the hours of helpers have prices.

    Parameters
    ----------
    cost, flow
        By edge of `flow.network`.
    by_hour
        By helper: the price of an average contact, >= 0.
    """

    cost: Ints
    flow: Ints
    by_hour: Reals


def hours_priced(
    run: Run, problem: Problem, arcs: Ints, gain: Ints, count: int, step: float
) -> tuple[Network, HoursPriced | None]:
    """The best of a few flows: an hour becomes dearer where more are used than there are (subgradients)."""
    edges, _ = network(problem, arcs)
    helper = problem.helper[arcs]
    contact = problem.contact[problem.person[arcs]]
    share = contact / contact.mean()
    hours = np.maximum(problem.hours, 0) / contact.mean()
    by_hour = np.zeros(problem.helpers)
    least, best = np.inf, None
    for _ in range(count):
        whole = np.rint(by_hour[helper] * share).astype(np.int64)
        cost = np.zeros(len(edges.tail), dtype=np.int64)
        cost[: len(arcs)] = whole - gain
        flow = edges.cheapest(cost)
        if flow is None or run.is_over:
            break
        run.spend(10 * WORK_A_ROUND * len(arcs))
        total = float(by_hour @ hours) - int(cost @ flow)
        if total < least:
            least, best = total, HoursPriced(cost, flow, by_hour)
        used = np.bincount(helper, weights=share * (flow[: len(arcs)] > 0), minlength=problem.helpers)
        by_hour = np.maximum(0.0, by_hour + step * (used - hours) / np.maximum(1.0, hours))
        step *= 0.9
    return edges, best


def _by_flows(run: Run, problem: Problem, arcs: Ints, gain: Ints, price: Ints, count: int) -> Ints:
    """By person: the price in such a flow; the one that is given when there is none."""
    edges, best = hours_priced(run, problem, arcs, gain, count, 0.03 * float(gain.mean()))
    if best is None:
        return price
    ahead = edges.prices(best.cost, best.flow)[: problem.people]
    return np.where(ahead < FAR // 2, np.maximum(0, -ahead), 0)


@dataclass(frozen=True)
class Climbed:
    """
    The first two aims.

    Parameters
    ----------
    known
        The best answer so far.
    prices
        Those of the last rounds.
    exchange
        Points for a unit of weight, in the gains behind these prices.
    """

    known: Found
    prices: Prices
    exchange: int


def climb(run: Run, problem: Problem, known: Found, heard: Heard) -> Climbed:
    """The first two aims in their order, by prices and CP-SAT on the arcs that can matter."""
    known = replace(known, by="prices")
    arcs = np.flatnonzero(open_arcs(problem))
    everyone = known.bound.served == widest(problem).served
    if not everyone:
        known = _most_served(run, problem, arcs, known, heard)
    exchange = _exchange(problem, arcs, known.value.served, everyone=everyone)
    gain = exchange * problem.weight[problem.person[arcs]] + problem.points[arcs]
    prices = priced(run, problem, arcs, gain, widest(problem).points // 2000)
    known = _rounded(problem, prices, known, heard)
    core = prices.core(prices.guess(problem), known.chosen)
    if len(core) > MANY:
        known = neighbourhoods.improved(run, problem, core, exchange, known, heard)
    known = _most_points(run, problem, prices, exchange, known, heard, everyone=everyone)
    if known.value.served < known.bound.served and everyone and not run.is_over:
        known = _most_served(run, problem, arcs, known, heard)
        known = _most_points(run, problem, prices, exchange, known, heard, everyone=False)
    return Climbed(_with_bound(known, points=prices.total - exchange * known.value.served), prices, exchange)


def finished(run: Run, problem: Problem, climbed: Climbed, heard: Heard) -> Found:
    """The last two aims, once the first two are proven."""
    known = climbed.known
    gap = climbed.prices.total - climbed.exchange * known.value.served - known.value.points
    if known.value.points < known.bound.points or run.is_over:
        return known
    model = cpsat.Model(problem, climbed.prices.core(gap, known.chosen), climbed.prices.person > gap)
    return cpsat.aimed(run, model, ("load", "tie"), known, heard)


def _most_points(
    run: Run, problem: Problem, prices: Prices, exchange: int, known: Found, heard: Heard, *, everyone: bool
) -> Found:
    """
    The second aim, among answers that serve as much as the known one.

    Parameters
    ----------
    exchange
        Points for a unit of weight, in the gains behind these prices.
    everyone
        Look only for answers that serve everybody, also when the known one does not.
    """
    served = known.bound.served if everyone else known.value.served
    most = prices.total - exchange * served
    guess = prices.guess(problem)
    while True:
        gap = most
        if known.value.served >= served:
            known = _with_bound(known, points=most)
            gap = most - known.value.points
        if run.is_over:
            break
        if known.value.served >= served and known.value.points >= known.bound.points:
            break
        guess = gap if gap < LEAP * guess else guess
        must = np.ones(problem.people, dtype=np.bool_) if everyone else prices.person > guess
        model = cpsat.Model(problem, prices.core(guess, known.chosen), must)
        first, second, *_ = model.aims()
        if not everyone:
            model.hold(first, known.chosen)
        one = cpsat.stage(run, model, second, known, heard, hint=False)
        known = one.best
        if known.value.served >= served and one.bound is not None:
            # whatever is outside loses more than the guess
            known = _with_bound(known, points=max(one.bound, most - guess - 1))
        if guess >= gap:
            break
        guess *= LEAP
    return known


def _most_served(run: Run, problem: Problem, arcs: Ints, known: Found, heard: Heard) -> Found:
    """The first aim alone."""
    if known.value.served == known.bound.served:
        return known
    gain = FINE * problem.weight[problem.person[arcs]]
    prices = priced(run, problem, arcs, gain, FINE * widest(problem).served // 2000)
    known = _with_bound(known, served=prices.total // FINE)
    known = _rounded(problem, prices, known, heard)
    guess = prices.guess(problem)
    if known.value.served < known.bound.served:
        # weights alone leave very many arcs equal; with points as well, few are left, and they mostly reach the bound
        known = _sharply(run, problem, arcs, known, heard)
    while not run.is_over and known.value.served < known.bound.served:
        gap = prices.total - FINE * known.value.served
        guess = gap if gap < LEAP * guess else guess
        model = cpsat.Model(problem, prices.core(guess, known.chosen), prices.person > guess)
        one = cpsat.stage(run, model, model.aims()[0], known, heard, hint=False)
        known = one.best
        if one.bound is not None:
            known = _with_bound(known, served=max(one.bound, (prices.total - guess - 1) // FINE))
        if guess >= gap:
            break
        guess *= LEAP
    return known


def _sharply(run: Run, problem: Problem, arcs: Ints, known: Found, heard: Heard) -> Found:
    """A good answer in the first aim, by gains in which a unit of weight counts much more than points."""
    exchange = SHARP * _enough(problem)
    gain = exchange * problem.weight[problem.person[arcs]] + problem.points[arcs]
    with run.only(SHARE):
        prices = priced(run, problem, arcs, gain, exchange * widest(problem).served // 2000)
        model = cpsat.Model(problem, prices.core(prices.guess(problem), known.chosen))
        enough = known.bound.served
        return cpsat.stage(run, model, model.gain(exchange), known, heard, hint=False, enough=enough).best


def _enough(problem: Problem) -> int:
    """Points for a unit of weight that make it worth while to serve anybody."""
    return 1 + 2 * int(problem.points.max()) // int(problem.weight.min())


def _exchange(problem: Problem, arcs: Ints, served: int, *, everyone: bool) -> int:
    """What a unit of weight counts in points: the amount for which a flow bounds the points best."""
    enough = _enough(problem)
    if everyone:
        return enough
    edges, _ = network(problem, arcs)
    weight = problem.weight[problem.person[arcs]]

    def most(exchange: int) -> int:
        cost = np.zeros(len(edges.tail), dtype=np.int64)
        cost[: len(arcs)] = -exchange * weight - problem.points[arcs]
        flow = edges.cheapest(cost)
        return FAR if flow is None else -int(cost @ flow) - exchange * served

    return min((enough * factor for factor in EXCHANGES), key=most)


def _with_bound(known: Found, *, served: int | None = None, points: int | None = None) -> Found:
    """With these bounds, where they are tighter."""
    bound = known.bound
    if served is not None:
        bound = replace(bound, served=min(served, bound.served))
    if points is not None:
        bound = replace(bound, points=min(points, bound.points))
    return replace(known, bound=bound, proven=known.value == bound)


def _rounded(problem: Problem, prices: Prices, known: Found, heard: Heard) -> Found:
    """A lawful choice close to what the helpers would choose, if it is better than the known one."""
    arcs, person = prices.arcs, problem.person[prices.arcs]
    order = np.lexsort((prices.lost, -prices.person[person], ~prices.taken))
    filling = Filling(problem)
    filling.fill(arcs[order].tolist())
    answer = better(known, found(problem, filling.chosen(), known.bound, known.by))
    if answer.value != known.value:
        heard(answer)
    return answer

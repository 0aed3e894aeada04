"""
What another helper for somebody would cost everybody, without solving the whole again.

In a flow of least cost, insisting on an arc costs its reduced cost and the shortest way back through the residual
graph, over the reduced costs, which are never below zero (Ahuja, Magnanti and Orlin 1993, chapter 9). Hours have prices
in this flow (`prices.hours_priced`), so the cost is exact only where they cannot bind.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.pairing.problem import Flags, Found, Ints, Problem
from matching.pairing.search.flow import FAR, open_arcs
from matching.pairing.search.prices import FEWER, FLOWS, hours_priced
from matching.pairing.search.run import Run
from matching.search import Limits, unwatched

SINK = -1


@dataclass(frozen=True)
class Cost:
    """
    What everybody loses when a person gets this arc.

    Parameters
    ----------
    served
        Weight of people who are no longer served, in thousandths.
    points
        Sum of scores, in hundredths; below zero when more points come with less weight served.
    exact
        Hours suffice whoever is placed, nobody is kept apart and there are no exceptions, so the flow is the whole
        truth; otherwise this is what the flow with prices on hours says, where everybody may lose more.
    """

    arc: int
    served: int
    points: int
    exact: bool


def costs_to_others(problem: Problem, found: Found, people: Sequence[int]) -> dict[int, tuple[Cost, ...]]:
    """
    By person: the cost of each of their open arcs, but for the one they have.

    Most of the time goes into making `Costs` once: keep them to ask again.
    """
    if not open_arcs(problem).any():
        return dict.fromkeys(people, ())
    costs = Costs(problem)
    return {person: tuple(cost for cost in costs.of(person) if cost.arc != found.chosen[person]) for person in people}


class Costs:
    """The flow with prices on hours, ready to be asked for the arcs of one person after the other."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.arcs = np.flatnonzero(open_arcs(problem))
        plain = _plain(problem)
        self.person, self.node = problem.person[self.arcs], plain.helper[self.arcs]
        self.scale = 1 + 2 * int(problem.points.max(initial=0)) * (1 + problem.people)
        gain = self.scale * problem.weight[self.person] + problem.points[self.arcs]
        self.begin = np.searchsorted(self.person, np.arange(problem.people + 1))
        step = 0.03 * float(problem.points.mean())
        count = FLOWS if len(self.arcs) < FEWER else FLOWS // 5
        edges, priced = hours_priced(Run(Limits(), unwatched), plain, self.arcs, gain, count, step)
        if priced is None:
            raise OverflowError("weights and points are too large for the flow")
        price = edges.prices(priced.cost, priced.flow)
        self.of_person = price[: problem.people]
        self.of_node = np.minimum(price[problem.people : problem.people + plain.helpers], FAR // 2)
        self.reduced = priced.cost[: len(self.arcs)] + self.of_node[self.node] - self.of_person[self.person]
        self.used = priced.flow[: len(self.arcs)] > 0
        self.now = np.full(problem.people, -1, dtype=np.int64)
        self.now[self.person[self.used]] = np.flatnonzero(self.used)
        self.ample = _ample(plain, self.arcs)
        order = np.argsort(self.node, kind="stable")
        self.into = np.split(order, np.cumsum(np.bincount(self.node, minlength=plain.helpers))[:-1])
        self.is_exact = bool(self.ample.all()) and not len(problem.apart) and not problem.excepted.any()

    def of(self, person: int) -> list[Cost]:
        """What each arc of a person would cost everybody."""
        back = self._back(person)
        costs: list[Cost] = []
        for place in range(int(self.begin[person]), int(self.begin[person + 1])):
            cost = 0
            if not self.used[place]:
                cost = int(self.reduced[place]) + back.get(int(self.node[place]), back[SINK])
            served = (cost + self.scale // 2) // self.scale
            exact = self.is_exact or (cost == 0 and bool(self.used[place]))
            costs.append(Cost(int(self.arcs[place]), served, cost - served * self.scale, exact))
        return costs

    def _back(self, person: int) -> dict[int, int]:
        """
        By helper and for the free places: the shortest way from there back to the person (Dijkstra, against the edges).

        From everywhere to a free place it costs nothing more, so the search ends there.
        """
        mine = int(self.now[person])
        if mine < 0:
            return {SINK: max(0, int(self.of_person[person]))}
        final: dict[int, int] = {}
        queue = [(max(0, -int(self.reduced[mine])), int(self.node[mine]))]
        while queue:
            far, node = heapq.heappop(queue)
            if node in final:
                continue
            final[node] = far
            if node == SINK:
                break
            heapq.heappush(queue, (far + max(0, int(self.of_node[node])), SINK))
            arcs = self.into[node]
            arcs = arcs[~self.used[arcs]]
            now = self.now[self.person[arcs]]
            placed = now >= 0
            leaves = np.where(placed, -self.reduced[now], self.of_person[self.person[arcs]])
            length = far + self.reduced[arcs] + np.maximum(leaves, 0)
            start = np.where(placed, self.node[now], SINK)
            for each, other in zip(length.tolist(), start.tolist(), strict=True):
                if other not in final:
                    heapq.heappush(queue, (each, other))
        return final


def _plain(problem: Problem) -> Problem:
    """The same without exceptions: a helper has them at a second place, where room and hours are ample."""
    most = np.where(problem.excepted, problem.helper + problem.helpers, problem.helper)
    everybody = np.full(problem.helpers, problem.people, dtype=np.int64)
    all_hours = np.full(problem.helpers, int(problem.contact.sum()), dtype=np.int64)
    return replace(
        problem,
        helper=most,
        room=np.concatenate([problem.room, everybody]),
        hours=np.concatenate([problem.hours, all_hours]),
        live=np.concatenate([problem.live, problem.live]),
        most=np.concatenate([problem.most, problem.most]),
        excepted=np.zeros(problem.arcs, dtype=np.bool_),
    )


def _ample(problem: Problem, arcs: Ints) -> Flags:
    """By helper: whether hours suffice whoever fills the room."""
    helper, contact = problem.helper[arcs], problem.contact[problem.person[arcs]]
    order = np.lexsort((-contact, helper))
    begin = np.flatnonzero(np.diff(helper[order], prepend=-1))
    nth = np.arange(len(arcs)) - np.repeat(begin, np.diff(begin, append=len(arcs)))
    within = order[nth < problem.room[helper[order]]]
    most = np.bincount(helper[within], weights=contact[within], minlength=problem.helpers)
    return (most <= problem.hours) | (np.bincount(helper, minlength=problem.helpers) == 0)

"""
The joint choice as a flow of least cost: hours and people kept apart left out, everything else exact.

What the flow finds is the best answer to an easier problem. When it happens to keep hours and separations too, it is
the best answer to the whole one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow  # pyright: ignore[reportMissingTypeStubs]

from matching.pairing.problem import Flags, Ints, Problem, Sums

LARGEST = 2**59
"""Costs times nodes stay below: the flow works in whole numbers of 64 bits and multiplies every cost by the nodes."""
FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Network:
    """Where people can flow: `ahead` is the room of each edge, `supply` what each node sends (below zero: takes)."""

    tail: Ints
    head: Ints
    ahead: Ints
    supply: Ints

    def cheapest(self, cost: Ints) -> Ints | None:
        """The flow of least cost, by edge; None when the costs are too large for the flow, or nothing flows."""
        if len(cost) and int(np.abs(cost).max()) > LARGEST // (len(self.supply) + 1):
            return None
        solver: Any = min_cost_flow.SimpleMinCostFlow()  # its stubs take the item type of an array for its shape
        edges = solver.add_arcs_with_capacity_and_unit_cost(
            self.tail.astype(np.int32), self.head.astype(np.int32), self.ahead, cost
        )
        solver.set_nodes_supplies(np.arange(len(self.supply), dtype=np.int32), self.supply)
        if solver.solve() != solver.OPTIMAL:
            return None
        return np.asarray(solver.flows(edges), dtype=np.int64)

    def prices(self, cost: Ints, flow: Ints) -> Ints:
        """
        By node: the least cost of one more unit from there to the last node (its dual price), by Bellman and Ford.

        Over the residual graph of a cheapest flow, so there is no cycle of negative cost and this ends.
        """
        onward, back = flow < self.ahead, flow > 0
        start = np.concatenate([self.tail[onward], self.head[back]])
        end = np.concatenate([self.head[onward], self.tail[back]])
        length = np.concatenate([cost[onward], -cost[back]])
        far = np.full(len(self.supply), FAR, dtype=np.int64)
        far[-1] = 0
        while True:
            before = far.copy()
            reach = far[end]
            np.minimum.at(far, start, np.where(reach < FAR // 2, reach + length, FAR))
            if np.array_equal(before, far):
                return far

    def face(self, cost: Ints, flow: Ints) -> tuple[Network, Ints]:
        """
        The network in which every flow is as cheap as this one, and what flows there in any case, by edge.

        An edge that costs more than it saves carries nothing in any cheapest flow, one that saves more is full
        (complementary slackness).
        """
        price = self.prices(cost, flow)
        reach = (price[self.tail] < FAR // 2) & (price[self.head] < FAR // 2)
        reduced = np.where(reach, cost + price[self.head] - price[self.tail], 0)
        full = np.where(reduced < 0, self.ahead, 0)
        supply = self.supply.copy()
        np.subtract.at(supply, self.tail, full)
        np.add.at(supply, self.head, full)
        return replace(self, ahead=np.where(reduced == 0, self.ahead, 0), supply=supply), full


@dataclass(frozen=True)
class Relaxed:
    """
    The best answer to the easier problem.

    Parameters
    ----------
    chosen
        By person: the arc, or -1.
    value
        Its aims: no answer to the whole problem is better in their order.
    decided
        How many of the aims, in their order, it is best in: all four, unless numbers are too large for the flow.
    """

    chosen: Ints
    value: Sums
    decided: int


def open_arcs(problem: Problem) -> Flags:
    """Arcs that could be chosen if nobody else were placed."""
    fits = problem.contact[problem.person] <= problem.hours[problem.helper]
    alone = problem.apart[problem.apart[:, 0] == problem.apart[:, 1], 0]  # apart from themselves: never placed
    can = problem.excepted | (fits & (problem.room[problem.helper] >= 1))
    return can & ~np.isin(problem.person, alone) if len(alone) else can


def places(problem: Problem, arcs: Ints) -> Ints:
    """By helper: the most people among these arcs whose contact fits into the hours, within the room."""
    helper, contact = problem.helper[arcs], problem.contact[problem.person[arcs]]
    order = np.lexsort((contact, helper))
    helper, contact = helper[order], contact[order]
    begin = np.searchsorted(helper, np.arange(problem.helpers))
    total = np.cumsum(contact)
    before = np.where(begin > 0, total[np.maximum(begin - 1, 0)], 0) if len(total) else np.zeros_like(begin)
    fits = total - before[helper] <= problem.hours[helper]
    most = np.bincount(helper[fits], minlength=problem.helpers)
    return np.clip(problem.room, 0, most)


def relaxed(problem: Problem) -> Relaxed:
    """The best choice when hours bind each pair for itself, nobody is kept apart, and exceptions take no room."""
    arcs = np.flatnonzero(open_arcs(problem))
    chosen = np.full(problem.people, -1, dtype=np.int64)
    if not len(arcs):
        return Relaxed(chosen, Sums(), 4)
    edges, aims = network(problem, arcs)
    stages = _merged(aims, len(edges.supply))
    always = reached = np.zeros(len(edges.tail), dtype=np.int64)
    decided = 0
    for nth, (cost, count) in enumerate(stages, 1):
        found = edges.cheapest(cost)
        if found is None:
            break
        decided += count
        reached = always + found
        if nth < len(stages):
            edges, full = edges.face(cost, found)
            always = always + full
    taken = arcs[reached[: len(arcs)] > 0]
    chosen[problem.person[taken]] = taken
    served, points, load, tie = (int(cost @ reached) for cost, _ in aims)
    return Relaxed(chosen, Sums(-served, -points, load, tie), decided)


def network(problem: Problem, arcs: Ints) -> tuple[Network, tuple[tuple[Ints, int], ...]]:
    """
    Edges: the arcs, one past all helpers for each person, one for each further person of a helper (dearer and dearer).

    A helper with exceptions has a second node before those last edges, which only the other pairs must pass. With each
    aim as a cost comes the most that its sum can differ between two answers.
    """
    people, helpers = problem.people, problem.helpers
    person, helper = problem.person[arcs], problem.helper[arcs]
    excepted = problem.excepted[arcs]
    within = places(problem, arcs)
    outside = np.bincount(helper, weights=excepted, minlength=helpers).astype(np.int64)
    two = np.flatnonzero(outside)
    sink = people + helpers + len(two)
    gate = people + np.arange(helpers)
    gate[two] = people + helpers + np.arange(len(two))
    steps = np.minimum(within + outside, np.bincount(helper, minlength=helpers))
    of_step = np.repeat(np.arange(helpers), steps)
    nth = np.arange(len(of_step)) - np.repeat(np.cumsum(steps) - steps, steps)
    rising = (2 * (problem.live[of_step] + 1 + nth) - 1) * 1000 // np.maximum(1, problem.most[of_step])
    edges = Network(
        tail=np.concatenate([person, np.arange(people), gate[two], people + of_step]),
        head=np.concatenate(
            [
                np.where(excepted, people + helper, gate[helper]),
                np.full(people, sink),
                people + two,
                np.full(len(of_step), sink),
            ]
        ),
        ahead=np.concatenate([np.ones(len(arcs) + people, np.int64), within[two], np.ones(len(of_step), np.int64)]),
        supply=np.concatenate([np.ones(people, np.int64), np.zeros(sink - people, np.int64), [-people]]),
    )
    rest = len(edges.tail) - len(arcs)
    begin = np.flatnonzero(np.diff(person, prepend=-1))

    def of_arcs(value: Ints) -> tuple[Ints, int]:
        widest = np.maximum.reduceat(np.abs(value), begin)
        return np.concatenate([value, np.zeros(rest, np.int64)]), int(widest.sum())

    load = np.concatenate([np.zeros(len(edges.tail) - len(of_step), np.int64), rising])
    aims = (
        of_arcs(-problem.weight[person]),
        of_arcs(-problem.points[arcs]),
        (load, int(rising.sum())),
        of_arcs(problem.tie[arcs]),
    )
    return edges, aims


def _merged(aims: tuple[tuple[Ints, int], ...], nodes: int) -> list[tuple[Ints, int]]:
    """
    The aims in their order as few costs as possible, with the number of aims in each.

    An aim is scaled above all that come after it in the same cost.
    """
    merged: list[tuple[Ints, int]] = []
    for cost, most in aims:
        scale = most + 1
        if merged and _widest(merged[-1][0]) * scale + _widest(cost) <= LARGEST // (nodes + 1):
            before, count = merged[-1]
            merged[-1] = before * scale + cost, count + 1
        else:
            merged.append((cost, 1))
    return merged


def _widest(cost: Ints) -> int:
    return int(np.abs(cost).max()) if len(cost) else 0

"""
One day as arrays: what the compiled search reads, and the way back from routes to a plan.

The search on routes serves instances in which nobody gains by coming later: each visit is done as early as the order
of its worker's route allows. `unsuitable` says what makes an instance another one; all others are planned over slots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from matching.compiled import Flags, Ints
from matching.planning.instance import Instance, Late, Slot, Task, Worker
from matching.planning.plan import Plan, Visit

NEIGHBOURS = 40
"""Visits kept as neighbours of each; more give no better routes on the published cases, and slower moves."""


class Problem(NamedTuple):
    """
    Visits 0 … V-1 are the parts of tasks; V … V+m-1 stand for the bases of the m workers.

    `way` holds ticks from node to node (V+m squared). `partner` is the other part of a task or -1; `leads` marks the
    first of two, and then least <= start of the partner - own start <= most. A start after `latest` costs `dearness`
    a tick, the largest one `largest_price` a tick once more; a tick of travel costs `travel_price`.
    """

    way: Ints
    earliest: Ints
    latest: Ints
    dearness: Ints
    minutes: Ints
    partner: Ints
    leads: Flags
    least: Ints
    most: Ints
    able: Flags
    ready: Ints
    near: Ints
    pairs: Ints
    travel_price: int
    largest_price: int
    scale: int


def unsuitable(instance: Instance) -> str:
    """What keeps an instance from being planned by the order of visits alone; "" when nothing does."""
    return next(_obstacles(instance), "")


def _obstacles(instance: Instance) -> Iterator[str]:
    if instance.days != 1:
        yield "several days"
    prices = instance.prices
    if prices.edge_of_day or prices.housing_week or not instance.workers or not instance.tasks:
        yield "costs of the hour itself"
    longest = latest_end(instance)
    for worker in instance.workers:
        if not _is_free_all_day(instance, worker, longest):
            yield f"worker {worker.id} has limits"
    prices_of_lateness = {late.price for task in instance.tasks for late in task.late}
    for task in instance.tasks:
        if not _is_plain(task, longest) or (prices.largest_lateness and len(prices_of_lateness) > 1):
            yield f"task {task.id} has wishes or limits"


def latest_end(instance: Instance) -> int:
    """No plan in which everybody goes on as early as possible lasts longer than this tick."""
    longest_way = max((max(row) for matrix in instance.travel.values() for row in matrix), default=0)
    first = max([task.due[0] for task in instance.tasks] + [busy.end for w in instance.workers for busy in w.busy])
    gaps = sum(max(abs(link.least), abs(link.most)) for task in instance.tasks for link in task.links)
    return first + gaps + sum(part.minutes + longest_way for task in instance.tasks for part in task.parts)


def _is_free_all_day(instance: Instance, worker: Worker, longest: int) -> bool:
    """At the base until some moment, and free ever after."""
    return (
        len(worker.busy) == 1
        and worker.busy[0].place == worker.base
        and worker.base is not None
        and not worker.busy[0].price
        and len(worker.windows) == 1
        and worker.windows[0][0] <= worker.busy[0].end
        and worker.windows[0][1] >= longest
        and min(instance.closes, instance.day_ticks) >= longest
        and worker.fit is None
        and worker.max_visits_per_day is None
        and worker.max_minutes_per_week is None
        and worker.alone_ok
        and worker.pause == 0
        and not worker.returns
        and not worker.balanced
    )


def _is_plain(task: Task, longest: int) -> bool:
    return (
        len(task.parts) <= 2
        and len(task.links) <= len(task.parts) - 1
        and task.due[1] >= longest
        and task.price is None
        and task.people_min <= len(task.parts)
        and len(task.late) <= 1
        and all(late.per == 1 and late.each_part for late in task.late)
        and not any((task.client, task.room, task.series, task.after, task.usual))
        and not any((task.fixed, task.published, task.kept))
        and all(part.usual is None and not part.ranked for part in task.parts)
    )


class Stretch(NamedTuple):
    """A visit of the search: the part of a task."""

    task: Task
    part: int


def stretches(instance: Instance) -> tuple[Stretch, ...]:
    """The parts of all tasks in their order; a linked task's first part comes before its second."""
    return tuple(
        Stretch(task, part)
        for task in instance.tasks
        for part in ((task.links[0].first, task.links[0].second) if task.links else range(len(task.parts)))
    )


def problem_of(instance: Instance) -> Problem:
    """The arrays of an instance for which `unsuitable` finds nothing."""
    visits = stretches(instance)
    count = len(visits)
    places = np.array([one.task.place for one in visits] + [worker.base or 0 for worker in instance.workers])
    modes = {worker.mode for worker in instance.workers}
    if len(modes) > 1:
        raise ValueError("routes need one mode of travel")
    way = np.array(instance.travel[modes.pop()], dtype=np.int64)[np.ix_(places, places)]
    late = [one.task.late[0] if one.task.late else Late(latest_end(instance), 0, 1) for one in visits]
    earliest, latest, minutes = (
        np.array(values, dtype=np.int64)
        for values in (
            [one.task.due[0] for one in visits],
            [one.after for one in late],
            [one.task.parts[one.part].minutes for one in visits],
        )
    )
    partner, leads = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    for number, one in enumerate(visits):
        if number and visits[number - 1].task is one.task:
            partner[number], partner[number - 1], leads[number - 1] = number - 1, number, True
    links = [one.task.links[0] if one.task.links else None for one in visits]
    able = _able(instance, visits)
    return Problem(
        way=np.ascontiguousarray(way),
        earliest=earliest,
        latest=latest,
        dearness=np.array([one.price for one in late], dtype=np.int64),
        minutes=minutes,
        partner=partner,
        leads=leads,
        least=np.array([link.least if link else 0 for link in links], dtype=np.int64),
        most=np.array([link.most if link else 0 for link in links], dtype=np.int64),
        able=able,
        ready=np.array([worker.busy[0].end for worker in instance.workers], dtype=np.int64),
        near=_near(way[:count, :count], earliest, latest, minutes, able),
        pairs=np.flatnonzero(leads).astype(np.int64),
        travel_price=instance.prices.travel,
        largest_price=instance.prices.largest_lateness,
        scale=max(1, int(np.median(way[way > 0])) if (way > 0).any() else 1),
    )


def _able(instance: Instance, visits: Sequence[Stretch]) -> Flags:
    """Workers x visits: who is asked for and has the skill."""
    able = np.zeros((len(instance.workers), len(visits)), dtype=np.bool_)
    rank = {worker.id: number for number, worker in enumerate(instance.workers)}
    for number, one in enumerate(visits):
        part = one.task.parts[one.part]
        for ref in part.workers:
            able[rank[ref], number] = part.skill is None or part.skill in instance.worker[ref].skills
    return able


def _near(way: Ints, earliest: Ints, latest: Ints, minutes: Ints, able: Flags) -> Ints:
    """For each visit those that one worker could do just before or after it with least travel, waiting and lateness."""
    count = len(earliest)
    if count == 1:
        return np.zeros((1, 1), dtype=np.int64)
    soonest = earliest[:, None] + minutes[:, None] + way
    waiting = np.maximum(0, earliest[None, :] - (latest[:, None] + minutes[:, None] + way))
    lateness = np.maximum(0, soonest - latest[None, :])
    cost = way + 0.2 * waiting + lateness
    cost = np.minimum(cost, cost.T)
    together = able.T.astype(np.int64) @ able.astype(np.int64)
    cost[together == 0] = np.inf
    np.fill_diagonal(cost, np.inf)
    return np.argsort(cost, axis=1, kind="stable")[:, : min(NEIGHBOURS, count - 1)].astype(np.int64)


def plan_of(instance: Instance, routes: Sequence[Sequence[int]], starts: Sequence[int]) -> Plan:
    """The plan that routes of visits (one for each worker) and starts stand for."""
    visits = stretches(instance)
    who = {visit: worker.id for worker, route in zip(instance.workers, routes, strict=True) for visit in route}
    found: dict[str, dict[int, tuple[str, int]]] = {}
    for number, one in enumerate(visits):
        found.setdefault(one.task.id, {})[one.part] = (who[number], int(starts[number]))
    return tuple(
        Visit(
            task.id,
            Slot(
                tuple(found[task.id][part][0] for part in range(len(task.parts))),
                tuple(found[task.id][part][1] for part in range(len(task.parts))),
            ),
        )
        for task in instance.tasks
    )

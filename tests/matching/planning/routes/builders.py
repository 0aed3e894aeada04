"""
A day whose hours follow from the order of visits: places on a grid, a minute a step, workers who leave at their hour.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from typing import Any

from matching.planning.costs import evaluate
from matching.planning.instance import Busy, Instance, Late, Link, Part, Task, Worker
from matching.planning.routes.problem import plan_of, stretches
from tests.matching.planning.builders import only

END = 100_000
PRICES = only(unserved=0, travel=1, largest_lateness=1)


def worker(id: str, begins: int = 0, base: int = 0, **other: Any) -> Worker:
    given: dict[str, Any] = {"kind": "helper", "windows": ((-1, END),), "mode": "walk", "pause": 0, "balanced": False}
    busy = (Busy(begins - 1, begins, place=base),)
    return Worker(id, **given | {"base": base, "busy": busy} | other)


def visit(
    id: str, place: int, earliest: int, latest: int, *who: Sequence[str], link: Link | None = None, **other: Any
) -> Task:
    """A visit by one of each group of people, half an hour each."""
    given: dict[str, Any] = {"kind": "visit", "price": None, "people_min": len(who)}
    parts = tuple(Part(30, tuple(group)) for group in who)
    late = (Late(latest, 1, 1, each_part=True),)
    links = (link,) if link is not None else ()
    return Task(id, place=place, parts=parts, due=(earliest, END), late=late, links=links, **given | other)


def day(workers: Sequence[Worker], tasks: Sequence[Task], way: Sequence[Sequence[int]], **other: Any) -> Instance:
    given: dict[str, Any] = {
        "first_day": "2027-01-11",
        "days": 1,
        "places": tuple(str(number) for number in range(len(way))),
        "travel": {"walk": tuple(tuple(row) for row in way)},
        "workers": tuple(workers),
        "clients": (),
        "series": (),
        "rooms": (),
        "tasks": tuple(tasks),
        "prices": PRICES,
        "opens": 0,
        "closes": END,
        "day_ticks": END,
    }
    return Instance(**given | other)


def random_day(seed: int, tasks: int, workers: int, pairs: float = 0.4, bases: int = 1) -> Instance:
    """Seeded; some visits take two people, together or one after the other."""
    chance = random.Random(seed)
    spots = [(chance.randrange(40), chance.randrange(40)) for _ in range(tasks + bases)]
    way = [[abs(a - c) + abs(b - d) for c, d in spots] for a, b in spots]
    names = [f"w{number}" for number in range(workers)]
    everybody = [worker(name, chance.randrange(60), chance.randrange(bases)) for name in names]
    made: list[Task] = []
    for number in range(tasks):
        earliest = chance.randrange(240)
        double = chance.random() < pairs
        link = Link(0, 1, 10, 40) if double and chance.random() < 0.5 else None
        first = [chance.sample(names, chance.randint(1, workers))]
        second = [names] if double else []
        made.append(visit(f"v{number}", bases + number, earliest, earliest + 40, *first, *second, link=link))
    return day(everybody, made, way)


def every_value(instance: Instance) -> Iterator[int]:
    """The value of every set of routes there is, each visit as early as it allows."""
    visits = stretches(instance)
    refs = [one.id for one in instance.workers]
    able = [[refs.index(ref) for ref in one.task.parts[one.part].workers] for one in visits]
    for who in product(*able):
        if any(one.part and who[number] == who[number - 1] for number, one in enumerate(visits)):
            continue
        own = [[number for number in range(len(visits)) if who[number] == rank] for rank in range(len(refs))]
        for routes in product(*(list(permutations(route)) for route in own)):
            starts = earliest_starts(instance, routes)
            if starts is not None:
                yield evaluate(instance, plan_of(instance, routes, starts)).value


def earliest_starts(instance: Instance, routes: Sequence[Sequence[int]]) -> list[int] | None:
    """Starts pushed later until all fit; None when visits wait for each other for ever."""
    visits = stretches(instance)
    way = instance.travel["walk"]
    starts = [one.task.due[0] for one in visits]
    for _ in range(4 * len(visits) + 4):
        before = list(starts)
        for rank, route in enumerate(routes):
            free, place = instance.workers[rank].busy[0].end, instance.workers[rank].base or 0
            for number in route:
                task = visits[number].task
                starts[number] = max(starts[number], free + way[place][task.place])
                free, place = starts[number] + task.parts[visits[number].part].minutes, task.place
        for number, one in enumerate(visits):
            if number and visits[number - 1].task is one.task:
                link = one.task.links[0] if one.task.links else Link(0, 1)
                starts[number] = max(starts[number], starts[number - 1] + link.least)
                starts[number - 1] = max(starts[number - 1], starts[number] - link.most)
        if starts == before:
            return starts
    return None

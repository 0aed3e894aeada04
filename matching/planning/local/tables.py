"""
An instance as numbers: tasks, their allowed slots (options), and whoever stands where in each of them (stops).

Lists of different lengths lie one after the other; `…_at[i]` to `…_at[i + 1]` are those of `i`. -1 = none. Costs of an
option are those that it has alone; the way of those who go back to their base each time is among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.planning.costs import BREAK, STRETCH, left_out, of_slot, returning, working_days
from matching.planning.instance import RHYTHM, Instance, Slot, Task, Worker
from matching.planning.plan import end_of, start_of
from matching.planning.rules import people_in

Ints = NDArray[np.int64]
NO_LIMIT = 1 << 40
MUST = 10_000_000
"""Cost of leaving out what has to be done: more than everything else together."""


class Numbers(NamedTuple):
    """Counts and prices of the whole instance.

    `scale` is what a point counts beside a visit that leaves its place; `rest` ends a stretch of work, `stretch` is
    how long one lasts before its fourth hour. They are handed over, since compiled code is kept as long as its own
    module stays the same.
    """

    days: int
    weeks: int
    travel: int
    fourth_hour: int
    uneven: int
    housing_week: int
    largest_lateness: int
    scale: int
    rest: int
    stretch: int


class Tables(NamedTuple):
    """What does not change during a search."""

    option_at: Ints
    out: Ints
    fixed: Ints
    rank: Ints
    place: Ints
    client: Ints
    series: Ints
    gap: Ints
    room: Ints
    after: Ints
    dependent_at: Ints
    dependent: Ints
    # options
    task: Ints
    cost: Ints
    begin: Ints
    end: Ints
    day: Ints
    week: Ints
    people: Ints
    stays: Ints
    wait: Ints
    stop_at: Ints
    # stops
    owner: Ints
    who: Ints
    start: Ints
    finish: Ints
    on: Ints
    # workers
    base: Ints
    mode: Ints
    pause: Ints
    returns: Ints
    balanced: Ints
    most_visits: Ints
    most_minutes: Ints
    works: Ints
    # clients, series, rooms
    client_at: Ints
    client_task: Ints
    client_mode: Ints
    wants_offer: Ints
    series_at: Ints
    series_task: Ints
    room_at: Ints
    room_task: Ints
    single: Ints
    capacity: Ints
    busy_at: Ints
    busy_start: Ints
    busy_end: Ints
    busy_people: Ints
    # time and ways
    week_of: Ints
    counts: Ints
    way: Ints
    numbers: Numbers


def tables(instance: Instance, tasks: Sequence[Task], slots: Mapping[str, Sequence[Slot]]) -> Tables:
    """One component and the allowed slots of its tasks, as numbers."""
    going = {who for task in tasks for slot in slots[task.id] for who in slot.workers}
    visited = {task.client for task in tasks}
    paired = {task.series for task in tasks}
    the_workers = [worker for worker in instance.workers if worker.id in going]
    the_clients = [client for client in instance.clients if client.id in visited]
    the_series = [one for one in instance.series if one.id in paired]
    the_rooms = [room for room in instance.rooms if room.single or room.capacity]
    number = {task.id: index for index, task in enumerate(tasks)}
    workers = {worker.id: index for index, worker in enumerate(the_workers)}
    clients = {client.id: index for index, client in enumerate(the_clients)}
    series = {one.id: index for index, one in enumerate(the_series)}
    rooms = {room.id: index for index, room in enumerate(the_rooms)}
    modes = {mode: index for index, mode in enumerate(instance.travel)}
    options = [(task, slot) for task in tasks for slot in slots[task.id]]
    moments = [start for _, slot in options for start in slot.starts]
    low = min([0, *(instance.day(start) for start in moments)])
    days = max([instance.days - 1, *(instance.day(start) for start in moments)]) + 1 - low
    weeks = [instance.week(day + low) - instance.week(low) for day in range(days)]
    counted = range(instance.week(0) - instance.week(low), instance.week(instance.days - 1) - instance.week(low) + 1)
    places, place = _places(tasks, the_workers)
    client_of = [clients[task.client] if task.client is not None else -1 for task in tasks]
    series_of = [series[task.series] if task.series is not None and task.kind in RHYTHM else -1 for task in tasks]
    room_of = [rooms.get(task.room, -1) if task.room is not None else -1 for task in tasks]
    after = [-1 if task.after is None or task.fixed is not None else number[task.after] for task in tasks]
    client_at, client_task = _lists(len(clients), client_of)
    series_at, series_task = _lists(len(series), series_of)
    room_at, room_task = _lists(len(the_rooms), room_of)
    dependent_at, dependent = _lists(len(tasks), after)
    order = {ref: index for index, ref in enumerate(sorted(number))}
    busy = [(index, one) for index, room in enumerate(the_rooms) for one in room.busy]
    works = np.zeros((len(workers), days), dtype=np.int64)
    for index, worker in enumerate(the_workers):
        for working in working_days(instance, worker).values():
            works[index, [day - low for day in working]] = 1
    prices = instance.prices
    stops = [
        (number[task.id], workers[who], start, start + part.minutes)
        for task, slot in options
        for part, who, start in zip(task.parts, slot.workers, slot.starts, strict=True)
    ]
    return Tables(
        option_at=_at([len(slots[task.id]) for task in tasks]),
        out=_ints(MUST if task.price is None else left_out(instance, task) for task in tasks),
        fixed=_ints(task.fixed is not None for task in tasks),
        rank=_ints(order[task.id] for task in tasks),
        place=_ints(place[task.place] for task in tasks),
        client=_ints(client_of),
        series=_ints(series_of),
        gap=_ints(instance.one_series[task.series].gap_days if task.series is not None else 0 for task in tasks),
        room=_ints(room_of),
        after=_ints(after),
        dependent_at=dependent_at,
        dependent=dependent,
        task=_ints(number[task.id] for task, _ in options),
        cost=_ints(of_slot(instance, task, slot) + returning(instance, task, slot) for task, slot in options),
        begin=_ints(start_of(slot) for _, slot in options),
        end=_ints(end_of(task, slot) for task, slot in options),
        day=_ints(instance.day(start_of(slot)) - low for _, slot in options),
        week=_ints(weeks[instance.day(start_of(slot)) - low] for _, slot in options),
        people=_ints(people_in(task, slot) for task, slot in options),
        stays=_ints(slot == task.stands for task, slot in options),
        wait=_ints(_wait(task, slot) for task, slot in options),
        stop_at=_at([len(slot.starts) for _, slot in options]),
        owner=_ints(task for task, _, _, _ in stops),
        who=_ints(who for _, who, _, _ in stops),
        start=_ints(start for _, _, start, _ in stops),
        finish=_ints(finish for _, _, _, finish in stops),
        on=_ints(who * days + instance.day(start) - low for _, who, start, _ in stops),
        base=_ints(-1 if one.base is None else place[one.base] for one in the_workers),
        mode=_ints(modes[one.mode] for one in the_workers),
        pause=_ints(one.pause for one in the_workers),
        returns=_ints(one.returns for one in the_workers),
        balanced=_ints(one.balanced for one in the_workers),
        most_visits=_ints(_or_no_limit(one.max_visits_per_day) for one in the_workers),
        most_minutes=_ints(_or_no_limit(one.max_minutes_per_week) for one in the_workers),
        works=works.reshape(-1),
        client_at=client_at,
        client_task=client_task,
        client_mode=_ints(modes[one.mode] for one in the_clients),
        wants_offer=_ints(one.weekly_offer for one in the_clients),
        series_at=series_at,
        series_task=series_task,
        room_at=room_at,
        room_task=room_task,
        single=_ints(room.single for room in the_rooms),
        capacity=_ints(room.capacity for room in the_rooms),
        busy_at=_at([len(room.busy) for room in the_rooms]),
        busy_start=_ints(one.start for _, one in busy),
        busy_end=_ints(one.end for _, one in busy),
        busy_people=_ints(one.people for _, one in busy),
        week_of=_ints(weeks),
        counts=_ints(week in counted for week in range(weeks[-1] + 1)),
        way=_ways(instance, places),
        numbers=Numbers(
            days=days,
            weeks=weeks[-1] + 1,
            travel=prices.travel,
            fourth_hour=prices.fourth_hour,
            uneven=prices.uneven,
            housing_week=prices.housing_week,
            largest_lateness=prices.largest_lateness,
            scale=1 + sum(task.stands is not None for task in tasks),
            rest=BREAK,
            stretch=STRETCH,
        ),
    )


def _places(tasks: Sequence[Task], workers: Sequence[Worker]) -> tuple[list[int], dict[int, int]]:
    """Places that tasks and bases name, and the number of each among them."""
    named = {task.place for task in tasks} | {one.base for one in workers if one.base is not None}
    places = sorted(named)
    return places, {place: index for index, place in enumerate(places)}


def _ways(instance: Instance, places: list[int]) -> Ints:
    found = np.zeros((len(instance.travel), len(places), len(places)), dtype=np.int64)
    for index, matrix in enumerate(instance.travel.values()):
        for row, place in enumerate(places):
            found[index, row] = np.array(matrix[place], dtype=np.int64)[places]
    return found


def _wait(task: Task, slot: Slot) -> int:
    """The longest wait beyond a soft window, as the largest lateness counts it."""
    return max([0, *(start - late.after for late in task.late if late.per == 1 for start in slot.starts)])


def _or_no_limit(limit: int | None) -> int:
    return NO_LIMIT if limit is None else limit


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _at(lengths: Sequence[int]) -> Ints:
    """Where each list begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.array(lengths, dtype=np.int64))])


def _lists(count: int, owner: Sequence[int]) -> tuple[Ints, Ints]:
    """Members by owner, in order; -1 belongs to nobody."""
    found: list[list[int]] = [[] for _ in range(count)]
    for member, one in enumerate(owner):
        if one >= 0:
            found[one].append(member)
    return _at([len(one) for one in found]), _ints(member for one in found for member in one)

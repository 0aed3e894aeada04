"""Connected components: visits that share nobody and no room are planned apart, without loss."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from dataclasses import replace

from matching.planning.instance import Instance, Slot, Task


def components(instance: Instance, slots: Mapping[str, Sequence[Slot]]) -> tuple[tuple[Task, ...], ...]:
    """Groups of tasks tied by a worker who could go, a client or a room with limits, in the order of the instance."""
    root: dict[Hashable, Hashable] = {}

    def find(one: Hashable) -> Hashable:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for task in instance.tasks:
        ties: list[Hashable] = [
            ("worker", worker) for worker in sorted({worker for slot in slots[task.id] for worker in slot.workers})
        ]
        if task.client is not None:
            ties.append(("client", task.client))
        if task.room is not None and (instance.room[task.room].single or instance.room[task.room].capacity):
            ties.append(("room", task.room))
        if task.after is not None:
            ties.append(("task", task.after))
        if instance.prices.largest_lateness:
            ties.append(("largest lateness", ""))
        for tie in ties:
            root[find(("task", task.id))] = find(tie)
    groups: dict[Hashable, list[Task]] = {}
    for task in instance.tasks:
        groups.setdefault(find(("task", task.id)), []).append(task)
    return tuple(tuple(group) for group in groups.values())


def apart(instance: Instance, tasks: Sequence[Task]) -> Instance:
    """The same question with only these visits, and whoever they concern."""
    named = {worker for task in tasks for part in task.parts for worker in part.workers}
    named |= {worker for task in tasks if task.fixed is not None for worker in task.fixed.workers}
    named |= {worker for task in tasks for told in (task.published, task.kept) if told for worker in told.workers}
    clients, series = {task.client for task in tasks}, {task.series for task in tasks}
    return part_of(
        instance,
        workers=tuple(worker for worker in instance.workers if worker.id in named),
        clients=tuple(client for client in instance.clients if client.id in clients),
        series=tuple(one for one in instance.series if one.id in series),
        tasks=tuple(tasks),
    )


def part_of(instance: Instance, **fewer: object) -> Instance:
    """A part of what was checked: it is not checked again, since the ways alone are millions."""
    found = copy(instance)
    for known in ("worker", "client", "one_series", "task"):
        vars(found).pop(known, None)
    vars(found).update(fewer)
    return found


def around(instance: Instance, task: Task) -> Instance:
    """The same question with only those visits that share anybody or a room with this one: all that it can disturb."""
    workers = {worker for part in task.parts for worker in part.workers}

    def touches(one: Task) -> bool:
        going = one.fixed.workers if one.fixed is not None else [who for part in one.parts for who in part.workers]
        return (
            one.id in (task.id, task.after)
            or (task.client is not None and one.client == task.client)
            or (task.room is not None and one.room == task.room)
            or not workers.isdisjoint(going)
        )

    near = [one for one in instance.tasks if touches(one)]
    known = {one.id for one in near}
    tasks = tuple(one if one.after in known else replace(one, after=None) for one in near)
    return part_of(instance, tasks=tasks)

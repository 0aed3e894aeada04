"""The slots that a visit may take on its own: the grid, the habit, what was told, and beginnings of free time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import product

from matching.planning.instance import Instance, Slot, Task
from matching.planning.rules import PART_RULES, TEAM_RULES, WHOLE_RULES, v10_only_slot
from matching.planning.spans import Span, shared, tidy


def allowed_slots(instance: Instance, task: Task) -> tuple[Slot, ...]:
    """Every slot that breaks no rule on its own, in order of time and of the people's right to it."""
    only = v10_only_slot(task)
    if only is not None:
        return (only,)
    moments = starts(instance, task)
    found = [
        slot
        for begin, end in _hours(instance, task)
        for start in moments[bisect_left(moments, begin) : bisect_left(moments, end)]
        for slot in slots_at(instance, task, start)
    ]
    return tuple(in_order_of_right(task, found))


def _hours(instance: Instance, task: Task) -> tuple[Span, ...]:
    """When the first part may start at all, by V1 and V7: most moments need not be looked at one by one."""
    days = range(instance.day(task.due[0]), instance.day(task.due[1] - 1) + 1)
    found = tuple(
        (day * instance.day_ticks + instance.opens, day * instance.day_ticks + instance.closes) for day in days
    )
    if task.client is not None:
        found = shared(found, instance.client[task.client].windows)
    windows = instance.room[task.room].windows if task.room is not None else None
    if windows is not None:
        found = shared(found, windows)
    going = (window for worker in skilled(instance, task, 0) for window in instance.worker[worker].windows)
    return shared(found, tidy(going))


def slots_at(instance: Instance, task: Task, start: int) -> Iterator[Slot]:
    """The slots whose first part starts then."""
    for moments in part_starts(instance, task, start):
        end = max(moment + part.minutes for part, moment in zip(task.parts, moments, strict=True))
        if min(moments) < task.due[0] or end > task.due[1]:
            continue
        if not all(rule(instance, task, min(moments), end) for _, rule in WHOLE_RULES):
            continue
        able = [
            [worker for worker in skilled(instance, task, part) if may(instance, task, part, worker, moment)]
            for part, moment in enumerate(moments)
        ]
        for workers in product(*able):
            slot = Slot(workers, moments)
            if all(rule(instance, task, slot) for _, rule in TEAM_RULES):
                yield slot


def may(instance: Instance, task: Task, part: int, worker: str, start: int) -> bool:
    """Whether this person may take this part then."""
    return all(rule(instance, task, part, worker, start) for _, rule in PART_RULES)


def skilled(instance: Instance, task: Task, part: int) -> list[str]:
    """Those asked for who have the skill asked for."""
    skill = task.parts[part].skill
    return [worker for worker in task.parts[part].workers if skill is None or skill in instance.worker[worker].skills]


def starts(instance: Instance, task: Task) -> list[int]:
    """Candidate starts of the first part inside the time due, in order."""
    first, last = task.due[0], task.due[1] - task.parts[0].minutes
    found = set(range(-(-first // instance.step) * instance.step, last + 1, instance.step))
    owners = [instance.worker[worker] for part in task.parts for worker in part.workers]
    for owner in owners:
        found.update(start for start, _ in owner.windows)
        found.update(
            _rounded(instance, busy.end + instance.way(owner.mode, busy.place, task.place)) for busy in owner.busy
        )
    if task.client is not None:
        client = instance.client[task.client]
        found.update(start for start, _ in client.windows)
        ends = (busy.end + instance.way(client.mode, busy.place, task.place) for busy in client.busy)
        found.update(_rounded(instance, end) for end in ends)
    if task.usual is not None:
        for day in range(instance.day(first), instance.day(last) + 1):
            found.add(day * instance.day_ticks + task.usual.minute)
    found.update(slot.starts[0] for slot in (task.published, task.kept) if slot is not None)
    return sorted(start for start in found if first <= start <= last)


def _rounded(instance: Instance, tick: int) -> int:
    """The next five minutes, which people say more easily, unless the grid is finer."""
    fine = min(5, instance.step)
    return -(-tick // fine) * fine


def part_starts(instance: Instance, task: Task, start: int) -> Iterator[tuple[int, ...]]:
    """Starts of all parts when the first one starts then: together, unless a link says otherwise."""
    if not task.links:
        yield (start,) * len(task.parts)
        return
    linked: dict[int, list[int]] = {}
    for link in task.links:
        gaps = sorted({link.least, link.most, *range(link.least, link.most + 1, instance.step)})
        linked.setdefault(link.second, []).extend(gaps)
    ranges = [[0] if part == 0 else sorted(set(linked.get(part, [0]))) for part in range(len(task.parts))]
    for gaps in product(*ranges):
        moments = tuple(start + gap for gap in gaps)
        if all(link.least <= moments[link.second] - moments[link.first] <= link.most for link in task.links):
            yield moments


def in_order_of_right(task: Task, slots: list[Slot]) -> Iterator[Slot]:
    """V3: somebody later in the order of a ranked part stays out when somebody earlier has a slot in time."""
    in_time = min((late.after for late in task.late), default=task.due[1])
    best: dict[int, int] = {}
    for number, part in enumerate(task.parts):
        if part.ranked:
            ranks = [part.workers.index(slot.workers[number]) for slot in slots if min(slot.starts) <= in_time]
            best[number] = min(ranks, default=len(part.workers))
    for slot in slots:
        if all(task.parts[number].workers.index(slot.workers[number]) <= rank for number, rank in best.items()):
            yield slot

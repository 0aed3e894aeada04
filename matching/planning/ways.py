"""Ways out for a due visit without a slot: which one thing would have to give, and what the visit would get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from matching.planning.instance import Client, Instance, Part, Room, Slot, Task, Worker
from matching.planning.judge import violations
from matching.planning.plan import Plan, Visit, end_of, start_of
from matching.planning.slots import allowed_slots
from matching.planning.spans import Span, tidy

SHORTEST = 30
"""Minutes of the shortest visit (`domain.md`, 12.3)."""
STEP = 15
DAYS_AROUND = 7
MOST_COMPANIONS, MOST_HOURS = 2, 2
"""Ways out of one kind that differ only in who gives; more would be a list to read, not a choice."""


@dataclass(frozen=True)
class Way:
    """
    One change that would give the visit a place, every other rule kept.

    Parameters
    ----------
    kind
        "companion" (somebody else comes along), "hours" (somebody comes outside the hours given), "shorter", "days"
        (outside the time due), "day_limit", "week_limit", "gap", "consent", "status".
    who
        Whom it is about; "" for the visit itself.
    amount
        Minutes of the visit when it is shorter, minutes outside the hours given for "hours", days between two visits
        for "gap"; else 0.
    task, slot
        The visit as it would be, and its place.
    """

    kind: str
    who: str
    amount: int
    task: Task
    slot: Slot


def free_slots(instance: Instance, others: Plan, task: Task) -> Iterator[Slot]:
    """Slots of a visit that keep every rule beside the others, in order of time."""
    for slot in allowed_slots(instance, task):
        if keeps_rules(instance, others, task, slot):
            yield slot


def keeps_rules(instance: Instance, others: Plan, task: Task, slot: Slot) -> bool:
    """Whether the judge has nothing against this visit beside the others."""
    return not any(task.id in one.tasks for one in violations(instance, (*others, Visit(task.id, slot))))


def ways_out(instance: Instance, others: Plan, task: Task, now: int) -> tuple[Way, ...]:
    """The nearest ways out, by kind; `now` is the first tick still to come. None before the first visit stands (V4)."""
    if task.after is not None and task.after not in {one.task for one in others}:
        return ()
    return (
        *sorted(_companions(instance, others, task), key=lambda way: start_of(way.slot))[:MOST_COMPANIONS],
        *sorted(_hours(instance, others, task), key=lambda way: way.amount)[:MOST_HOURS],
        *_shorter(instance, others, task),
        *_days(instance, others, task, now),
        *_limits(instance, others, task),
        *_permissions(instance, others, task),
    )


def _first(kind: str, who: str, amount: int, instance: Instance, others: Plan, task: Task) -> Iterator[Way]:
    changed = replace(instance, tasks=tuple(task if one.id == task.id else one for one in instance.tasks))
    for slot in free_slots(changed, others, task):
        yield Way(kind, who, amount, task, slot)
        return


def _companions(instance: Instance, others: Plan, task: Task) -> Iterator[Way]:
    """Another professional than those asked for comes along."""
    for number, part in enumerate(task.parts):
        if part.role == "helper":
            continue
        for worker in instance.workers:
            if worker.kind == "professional" and worker.id not in part.workers and worker.windows:
                asked = replace(part, workers=(worker.id,), usual=None)
                yield from _first("companion", worker.id, 0, instance, others, _with_part(task, number, asked))


def _with_part(task: Task, number: int, part: Part) -> Task:
    return replace(task, parts=(*task.parts[:number], part, *task.parts[number + 1 :]))


def _hours(instance: Instance, others: Plan, task: Task) -> Iterator[Way]:
    """Somebody comes outside the hours given, on a day with some: as few minutes outside as can be."""
    owners: list[Client | Room | Worker] = []
    if task.client is not None:
        owners.append(instance.client[task.client])
    if task.room is not None and instance.room[task.room].windows is not None:
        owners.append(instance.room[task.room])
    owners += [instance.worker[who] for part in task.parts for who in part.workers]
    for owner in owners:
        wider = _widened(instance, owner)
        # The order of right asks for the one who gives hours, and for nobody else in that place.
        asked = task
        for number, part in enumerate(task.parts):
            if len(part.workers) > 1 and owner.id in part.workers:
                asked = _with_part(task, number, replace(part, workers=(owner.id,)))
        wider = replace(wider, tasks=tuple(asked if one.id == task.id else one for one in wider.tasks))
        outside = sorted(
            (_outside(owner.windows or (), start_of(slot), end_of(asked, slot)), start_of(slot), slot.workers, slot)
            for slot in allowed_slots(wider, asked)
        )
        for minutes, _, _, slot in outside:
            if keeps_rules(wider, others, asked, slot):
                yield Way("hours", owner.id, minutes, asked, slot)
                break


def _widened(instance: Instance, owner: Client | Room | Worker) -> Instance:
    """The owner is there during all hours of visits, on each day on which they are there at all."""
    days = sorted({instance.day(tick) for start, end in owner.windows or () for tick in (start, end - 1)})
    windows = tidy(
        (day * instance.day_ticks + instance.opens, day * instance.day_ticks + instance.closes) for day in days
    )
    if isinstance(owner, Worker):
        wider = replace(owner, windows=windows)
        return replace(instance, workers=tuple(wider if one.id == owner.id else one for one in instance.workers))
    if isinstance(owner, Client):
        given = replace(owner, windows=windows)
        return replace(instance, clients=tuple(given if one.id == owner.id else one for one in instance.clients))
    opened = replace(owner, windows=windows)
    return replace(instance, rooms=tuple(opened if one.id == owner.id else one for one in instance.rooms))


def _outside(windows: tuple[Span, ...], start: int, end: int) -> int:
    """Ticks of [start, end) in no window."""
    return end - start - sum(max(0, min(end, closes) - max(start, opens)) for opens, closes in windows)


def _shorter(instance: Instance, others: Plan, task: Task) -> Iterator[Way]:
    """The longest shorter visit that has a place."""
    for minutes in range((task.minutes - 1) // STEP * STEP, SHORTEST - 1, -STEP):
        short = replace(task, parts=tuple(replace(part, minutes=minutes) for part in task.parts))
        found = list(_first("shorter", "", minutes, instance, others, short))
        if found:
            yield from found
            return


def _days(instance: Instance, others: Plan, task: Task, now: int) -> Iterator[Way]:
    """Some days before or after the time in which the visit is due."""
    around = DAYS_AROUND * instance.day_ticks
    first, last = max(now, 0, task.due[0] - around), min(instance.days * instance.day_ticks, task.due[1] + around)
    if first < last and (first, last) != task.due:
        yield from _first("days", "", 0, instance, others, replace(task, due=(first, last)))


def _limits(instance: Instance, others: Plan, task: Task) -> Iterator[Way]:
    """One visit more on a day, more hours in a week, or less distance to the pairing's other visits."""
    for who in dict.fromkeys(who for part in task.parts for who in part.workers):
        worker = instance.worker[who]
        if worker.max_visits_per_day is not None:
            more = _with_worker(instance, replace(worker, max_visits_per_day=worker.max_visits_per_day + 1))
            yield from _first("day_limit", who, 0, more, others, task)
        if worker.max_minutes_per_week is not None:
            longer = worker.max_minutes_per_week + task.minutes
            yield from _first(
                "week_limit",
                who,
                0,
                _with_worker(instance, replace(worker, max_minutes_per_week=longer)),
                others,
                task,
            )
    if task.series is not None:
        for days in range(instance.one_series[task.series].gap_days - 1, 0, -1):
            near = tuple(replace(one, gap_days=days) if one.id == task.series else one for one in instance.series)
            found = list(_first("gap", "", days, replace(instance, series=near), others, task))
            if found:
                yield from found
                return


def _permissions(instance: Instance, others: Plan, task: Task) -> Iterator[Way]:
    """Consent that goes on, or a supervision held in time."""
    if task.client is not None and instance.client[task.client].consent is not None:
        clients = tuple(replace(one, consent=None) if one.id == task.client else one for one in instance.clients)
        yield from _first("consent", task.client, 0, replace(instance, clients=clients), others, task)
    for who in dict.fromkeys(who for part in task.parts for who in part.workers):
        worker = instance.worker[who]
        if worker.fit:
            yield from _first("status", who, 0, _with_worker(instance, replace(worker, fit=None)), others, task)


def _with_worker(instance: Instance, worker: Worker) -> Instance:
    return replace(instance, workers=tuple(worker if one.id == worker.id else one for one in instance.workers))

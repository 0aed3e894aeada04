"""
What happens to a plan that is in force: seeded, each kind a function of the situation and of chance.

The plan in force lies in the instance: what has begun, is pinned or confirmed is `fixed`, everything else that stands
was told (`published`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from matching.planning.instance import FIRST, Busy, Client, Instance, Late, Part, Room, Series, Slot, Task, Worker
from matching.planning.judge import violations
from matching.planning.plan import Plan, Visit, start_of
from matching.planning.slots import allowed_slots
from matching.planning.spans import Span, tidy

PINNED = 0.2
"""Of the visits to come, how many are pinned or confirmed."""
SEVERAL_DAYS = (2, 10)
HOURS = (60, 240)
LATE = (30, 120)
"""Minutes that somebody is away within a day, and comes late."""
WISHED_DAYS = 5
"""Days in which an urgent person wishes the first visit."""
LATE_PRICE, WEEK = 40, 7


@dataclass(frozen=True)
class Situation:
    """A plan in force at a moment: ticks up to `now` are past."""

    instance: Instance
    now: int

    def coming(self) -> list[tuple[Task, Slot]]:
        """Visits that stand and have not begun."""
        found = [(task, task.fixed or task.stands) for task in self.instance.tasks]
        return [(task, slot) for task, slot in found if slot is not None and start_of(slot) > self.now]

    def of_workers(self, kind: str) -> list[tuple[Worker, Slot]]:
        """Whoever of this kind goes to a visit to come, and when."""
        return [
            (self.instance.worker[who], slot)
            for _, slot in self.coming()
            for who in slot.workers
            if self.instance.worker[who].kind == kind
        ]

    def midnight(self, slot: Slot) -> int:
        return self.instance.day(start_of(slot)) * self.instance.day_ticks


Disturbance = Callable[[Situation, random.Random], Instance | None]
"""The situation after it happened; None where it cannot happen."""


def in_force(instance: Instance, plan: Plan, seed: int) -> Situation:
    """The plan at some working hour of the first week; nothing new is due in the past."""
    chance = random.Random(seed)  # noqa: S311
    now = chance.randrange(5) * instance.day_ticks + chance.randrange(instance.opens, instance.closes)
    slots = {visit.task: visit.slot for visit in plan}
    tasks: list[Task] = []
    for task in instance.tasks:
        slot = slots.get(task.id)
        if slot is not None and (task.fixed is not None or start_of(slot) <= now or chance.random() < PINNED):
            tasks.append(replace(task, fixed=slot, published=None, kept=None))
        else:
            tasks.append(replace(task, due=_to_come(task.due, now), published=slot, kept=None))
    return Situation(replace(instance, tasks=tuple(tasks)), now)


def _to_come(due: Span, now: int) -> Span:
    start, end = max(due[0], now + 1), due[1]
    return (start, end) if start < end else (end - 1, end)


def disturbed(situation: Situation, kind: str, seed: int) -> Instance | None:
    """The instance after a disturbance; of what is fixed only that is freed which it makes impossible."""
    chance = random.Random(seed)  # noqa: S311
    after = KINDS[kind](situation, chance)
    return None if after is None else _freed(after, situation.now)


def _freed(instance: Instance, now: int) -> Instance:
    def freed(task: Task) -> Task:
        slot = task.fixed
        if slot is None or start_of(slot) <= now:
            return task
        free = replace(task, fixed=None, published=slot)
        return task if slot in allowed_slots(instance, free) else replace(free, due=_to_come(task.due, now))

    return replace(instance, tasks=tuple(map(freed, instance.tasks)))


# Somebody is away


def helper_away_a_day(situation: Situation, chance: random.Random) -> Instance | None:
    return _away(situation, chance, "helper", 1)


def helper_away_for_days(situation: Situation, chance: random.Random) -> Instance | None:
    return _away(situation, chance, "helper", chance.randint(*SEVERAL_DAYS))


def professional_away(situation: Situation, chance: random.Random) -> Instance | None:
    return _away(situation, chance, "professional", 1)


def _away(situation: Situation, chance: random.Random, kind: str, days: int) -> Instance | None:
    going = situation.of_workers(kind)
    if not going:
        return None
    worker, slot = chance.choice(going)
    start = situation.midnight(slot)
    return _without_hours(situation, worker, (start, start + days * situation.instance.day_ticks))


def helper_away_for_hours(situation: Situation, chance: random.Random) -> Instance | None:
    going = situation.of_workers("helper")
    if not going:
        return None
    worker, slot = chance.choice(going)
    return _without_hours(situation, worker, (start_of(slot), start_of(slot) + chance.randint(*HOURS)))


def _without_hours(situation: Situation, worker: Worker, away: Span) -> Instance:
    away = (max(away[0], situation.now), away[1])
    return _with_worker(situation.instance, replace(worker, windows=without(worker.windows, away)))


def late_bus(situation: Situation, chance: random.Random) -> Instance | None:
    """Somebody's next visit of a day begins later than told: they are on the way until then."""
    going = situation.of_workers("helper")
    if not going:
        return None
    worker, slot = chance.choice(going)
    day = situation.midnight(slot)
    first = min(start_of(one) for who, one in going if who.id == worker.id and situation.midnight(one) == day)
    late = Busy(max(day, situation.now), first + chance.randint(*LATE))
    return _with_worker(situation.instance, replace(worker, busy=(*worker.busy, late)))


def _with_worker(instance: Instance, worker: Worker) -> Instance:
    return replace(instance, workers=tuple(worker if one.id == worker.id else one for one in instance.workers))


# A visit


def visit_cancelled(situation: Situation, chance: random.Random) -> Instance | None:
    """The person cannot be visited on that day."""
    coming = [(task, slot) for task, slot in situation.coming() if task.client is not None]
    if not coming:
        return None
    task, slot = chance.choice(coming)
    instance, start = situation.instance, situation.midnight(slot)

    def without_the_day(client: Client) -> Client:
        away = (max(start, situation.now), start + instance.day_ticks)
        return replace(client, windows=without(client.windows, away)) if client.id == task.client else client

    return replace(instance, clients=tuple(map(without_the_day, instance.clients)))


def visit_moved(situation: Situation, chance: random.Random) -> Instance | None:
    """Somebody pins a visit elsewhere, where only visits that may give way stand against it."""
    instance = situation.instance
    coming = [(task, slot) for task, slot in situation.coming() if task.fixed is None]
    chance.shuffle(coming)
    stays = tuple(Visit(task.id, task.fixed) for task in instance.tasks if task.fixed is not None)
    for task, stands in coming:
        elsewhere = [slot for slot in allowed_slots(instance, task) if slot != stands]
        chance.shuffle(elsewhere)
        for slot in elsewhere:
            if not any(task.id in one.tasks for one in violations(instance, (*stays, Visit(task.id, slot)))):
                pinned = replace(task, fixed=slot, published=None)
                return replace(instance, tasks=tuple(pinned if one.id == task.id else one for one in instance.tasks))
    return None


# A place, a person


def place_closed(situation: Situation, chance: random.Random) -> Instance | None:
    """A meeting place is closed for a day or a week from a day on which somebody would come."""
    instance = situation.instance
    coming = [(task, slot) for task, slot in situation.coming() if task.room is not None]
    if not coming:
        return None
    task, slot = chance.choice(coming)
    start = situation.midnight(slot)
    closed = (max(start, situation.now), start + chance.choice((1, WEEK)) * instance.day_ticks)
    always = ((min(0, situation.now), (instance.days + WEEK) * instance.day_ticks),)

    def shut(room: Room) -> Room:
        open_hours = always if room.windows is None else room.windows
        return replace(room, windows=without(open_hours, closed)) if room.id == task.room else room

    return replace(instance, rooms=tuple(map(shut, instance.rooms)))


def urgent_person(situation: Situation, chance: random.Random) -> Instance | None:
    """Somebody new, who lives and is free like somebody known and has the same helper; the first visit is urgent."""
    instance, now = situation.instance, situation.now
    like = chance.choice(instance.series)
    regular = [task for task in instance.tasks if task.series == like.id and task.kind == "regular"]
    companions = [part for task in instance.tasks if task.kind == FIRST for part in task.parts if part.ranked]
    if not regular or not companions:
        return None
    client = replace(instance.client[like.client], id="urgent person", busy=())
    series = Series("urgent pairing", client.id, like.gap_days, met=False)
    pattern = regular[0]
    companion = chance.choice(companions)
    minutes = max(part.minutes for part in (pattern.parts[0], companion))
    first = replace(
        pattern,
        id="urgent/first",
        kind=FIRST,
        parts=(Part(minutes, pattern.parts[0].workers), replace(companion, minutes=minutes)),
        due=(now + 1, instance.days * instance.day_ticks),
        client=client.id,
        series=series.id,
        late=(Late(now + WISHED_DAYS * instance.day_ticks, LATE_PRICE, WEEK * instance.day_ticks),),
        usual=None,
        published=None,
        fixed=None,
        after=None,
        visit=None,
    )
    later = [
        replace(
            task,
            id=f"urgent/{number}",
            due=_to_come(task.due, now),
            client=client.id,
            series=series.id,
            published=None,
            fixed=None,
            after=first.id,
            visit=None,
        )
        for number, task in enumerate(regular)
        if task.due[1] > now + 1
    ]
    return replace(
        instance,
        clients=(*instance.clients, client),
        series=(*instance.series, series),
        tasks=(*instance.tasks, first, *later),
    )


def consent_withdrawn(situation: Situation, chance: random.Random) -> Instance | None:
    """Nothing is due any more for this person; what is past stays."""
    coming = [task for task, _ in situation.coming() if task.client is not None]
    if not coming:
        return None
    client = chance.choice(coming).client
    instance = situation.instance
    tasks = tuple(
        task
        for task in instance.tasks
        if task.client != client or (task.fixed is not None and start_of(task.fixed) <= situation.now)
    )
    return replace(instance, tasks=tasks)


def without(spans: tuple[Span, ...], away: Span) -> tuple[Span, ...]:
    """The spans less one stretch."""
    parts = [(start, min(end, away[0])) for start, end in spans] + [(max(start, away[1]), end) for start, end in spans]
    return tidy((start, end) for start, end in parts if start < end)


KINDS: Mapping[str, Disturbance] = {
    "helper away a day": helper_away_a_day,
    "helper away for days": helper_away_for_days,
    "helper away for hours": helper_away_for_hours,
    "professional away": professional_away,
    "visit cancelled": visit_cancelled,
    "visit moved": visit_moved,
    "place closed": place_closed,
    "late bus": late_bus,
    "urgent person": urgent_person,
    "consent withdrawn": consent_withdrawn,
}

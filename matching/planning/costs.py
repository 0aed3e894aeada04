"""
The soft wishes (`domain.md`, section 6 and 12.12; `settled.md` 14), each a named function.

Costs of a slot stand alone, so the search adds them once; costs of a round need the order of a worker's day; the
rest need the whole plan. `evaluate` adds them up by name, for search, judge and people alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matching.planning.instance import Instance, Slot, Task, Worker
from matching.planning.plan import Plan, Stop, end_of, start_of, stops
from matching.planning.rules import clashes

SlotCost = Callable[[Instance, Task, Slot], int]
RoundCost = Callable[[Instance, Worker, Sequence[Stop]], int]
PlanCost = Callable[[Instance, Plan], int]

BREAK = 30
"""Minutes that end a stretch of work (12.12)."""
STRETCH = 180
"""Minutes of contact and travel before a fourth hour starts (12.12)."""
SAME_TIME = 15
"""Minutes by which a published visit may shift without being a change (12.12)."""


def habit(instance: Instance, task: Task, slot: Slot) -> int:
    """Away from the usual weekday and time; half when only the hour moves."""
    if task.usual is None:
        return 0
    day, minute = divmod(start_of(slot), instance.day_ticks)
    if instance.weekday(day) != task.usual.weekday:
        return instance.prices.other_day
    return instance.prices.other_hour if minute != task.usual.minute else 0


def other_person(instance: Instance, task: Task, slot: Slot) -> int:
    """Another person than the usual one, for each part."""
    return sum(
        instance.prices.other_person
        for part, worker in zip(task.parts, slot.workers, strict=True)
        if part.usual is not None and worker != part.usual
    )


def edge_of_day(instance: Instance, task: Task, slot: Slot) -> int:
    """Starts early or ends late."""
    midnight = instance.day(start_of(slot)) * instance.day_ticks
    edge = start_of(slot) < midnight + instance.early or end_of(task, slot) > midnight + instance.late
    return instance.prices.edge_of_day if edge else 0


def changed(instance: Instance, task: Task, slot: Slot) -> int:
    """Published before, and now another helper, another day, or more than a quarter of an hour away."""
    before = task.published
    if before is None:
        return 0
    one, other = start_of(before), start_of(slot)
    same = before.workers[0] == slot.workers[0] and instance.day(one) == instance.day(other)
    return 0 if same and abs(one - other) <= SAME_TIME else instance.prices.changed


def lateness(instance: Instance, task: Task, slot: Slot) -> int:
    """Later than wished: a first visit after its day, or any visit after a soft window."""
    return sum(
        late.price * max(0, -(-(start - late.after) // late.per))
        for late in task.late
        for start in (slot.starts if late.each_part else (start_of(slot),))
    )


def proposed_host(instance: Instance, task: Task, slot: Slot) -> int:
    """Clashes with a host slot that is only proposed."""
    return sum(
        busy.price
        for part, worker, start in zip(task.parts, slot.workers, slot.starts, strict=True)
        for busy in instance.worker[worker].busy
        if busy.price and clashes(instance, instance.worker[worker].mode, busy, task.place, start, start + part.minutes)
    )


def travel(instance: Instance, worker: Worker, day: Sequence[Stop]) -> int:
    """Minutes on the way over a day, from the base and back to it."""
    places = [worker.base, *(stop.task.place for stop in day), worker.base]
    if worker.returns:
        places = [place for stop in day for place in (worker.base, stop.task.place)] + [worker.base]
    return instance.prices.travel * sum(instance.way(worker.mode, one, other) for one, other in pairwise(places))


def fourth_hour(instance: Instance, worker: Worker, day: Sequence[Stop]) -> int:
    """Each started hour of contact and travel beyond three without a break of 30 minutes."""
    if not worker.balanced or worker.returns:
        return 0
    hours = 0
    stretch = 0
    for number, stop in enumerate(day):
        if number:
            before = day[number - 1]
            way = instance.way(worker.mode, before.task.place, stop.task.place)
            if stop.start - before.end - way >= BREAK:
                hours += started_hours(stretch)
                stretch = 0
            else:
                stretch += way
        stretch += stop.end - stop.start
    return instance.prices.fourth_hour * (hours + started_hours(stretch))


def started_hours(stretch: int) -> int:
    """Hours begun beyond the third of an unbroken stretch."""
    return max(0, -(-(stretch - STRETCH) // 60))


def working_days(instance: Instance, worker: Worker) -> Mapping[int, tuple[int, ...]]:
    """Days with some availability, by ISO week counted from the first."""
    days = sorted(
        {
            day
            for start, end in worker.windows
            for day in range(instance.day(start), instance.day(end - 1) + 1)
            if 0 <= day < instance.days
        }
    )
    weeks: dict[int, list[int]] = {}
    for day in days:
        weeks.setdefault(instance.week(day), []).append(day)
    return {week: tuple(found) for week, found in weeks.items()}


def uneven_days(instance: Instance, plan: Plan) -> int:
    """Largest less smallest number of visits over the helper's working days of each week."""
    rounds = stops(instance, plan)
    uneven = 0
    for worker in instance.workers:
        if not worker.balanced or worker.id not in rounds:
            continue
        held = [instance.day(stop.start) for stop in rounds[worker.id]]
        for days in working_days(instance, worker).values():
            counts = [held.count(day) for day in days]
            uneven += max(counts) - min(counts)
    return instance.prices.uneven * uneven


def missed(instance: Instance, plan: Plan) -> int:
    """Due visits left out."""
    planned = {visit.task for visit in plan}
    return sum(task.price or 0 for task in instance.tasks if task.id not in planned)


def withdrawn(instance: Instance, plan: Plan) -> int:
    """Published before, and now left out: a change of a communicated plan as well."""
    planned = {visit.task for visit in plan}
    gone = sum(task.published is not None and task.id not in planned for task in instance.tasks)
    return instance.prices.changed * gone


def housing_week(instance: Instance, plan: Plan) -> int:
    """Weeks in which somebody housed is offered no meeting (`settled.md` 14)."""
    weeks = range(instance.week(0), instance.week(instance.days - 1) + 1)
    offered = {(instance.task[visit.task].client, instance.week(instance.day(start_of(visit.slot)))) for visit in plan}
    wanted = [client for client in instance.clients if client.weekly_offer]
    return instance.prices.housing_week * sum((client.id, week) not in offered for client in wanted for week in weeks)


def largest_lateness(instance: Instance, plan: Plan) -> int:
    """The longest single wait beyond a soft window (benchmarks of home care)."""
    waits = [
        start - late.after
        for visit in plan
        for late in instance.task[visit.task].late
        for start in visit.slot.starts
        if late.per == 1
    ]
    return instance.prices.largest_lateness * max([0, *waits])


SLOT_COSTS: tuple[tuple[str, SlotCost], ...] = (
    ("habit", habit),
    ("other_person", other_person),
    ("edge_of_day", edge_of_day),
    ("changed", changed),
    ("lateness", lateness),
    ("proposed_host", proposed_host),
)
ROUND_COSTS: tuple[tuple[str, RoundCost], ...] = (("travel", travel), ("fourth_hour", fourth_hour))
PLAN_COSTS: tuple[tuple[str, PlanCost], ...] = (
    ("missed", missed),
    ("changed", withdrawn),
    ("uneven_days", uneven_days),
    ("housing_week", housing_week),
    ("largest_lateness", largest_lateness),
)


def of_slot(instance: Instance, task: Task, slot: Slot) -> int:
    """All costs that a slot has on its own."""
    return sum(cost(instance, task, slot) for _, cost in SLOT_COSTS)


def of_round(instance: Instance, worker: Worker, day: Sequence[Stop]) -> int:
    """All costs of one worker's day."""
    return sum(cost(instance, worker, day) for _, cost in ROUND_COSTS)


def returning(instance: Instance, task: Task, slot: Slot) -> int:
    """The way of those who go back to their base after each visit: it is the slot's own."""
    return sum(
        travel(instance, worker, [Stop(start, start + part.minutes, task)])
        for part, who, start in zip(task.parts, slot.workers, slot.starts, strict=True)
        if (worker := instance.worker[who]).returns
    )


def left_out(instance: Instance, task: Task) -> int:
    """What the search pays for a task without a slot."""
    if task.price is None:
        return 0
    changed = instance.prices.changed if task.published is not None else 0
    return task.price + instance.prices.unserved + changed


@dataclass(frozen=True)
class Pricing:
    """What a search pays for one visit on its own: for each place it may have, and for leaving it out."""

    place: SlotCost
    left_out: Callable[[Instance, Task], int]


ORDINARY = Pricing(of_slot, left_out)


@dataclass(frozen=True)
class Bill:
    """Costs by name; `value` is what the search minimises: their sum, and the price of leaving due visits out."""

    costs: Mapping[str, int]
    unserved: int

    @property
    def cost(self) -> int:
        return sum(self.costs.values())

    @property
    def value(self) -> int:
        return self.cost + self.unserved


def evaluate(instance: Instance, plan: Plan) -> Bill:
    """What a plan costs, by name."""
    costs: dict[str, int] = {name: 0 for name, _ in (*SLOT_COSTS, *ROUND_COSTS, *PLAN_COSTS)}
    for visit in plan:
        for name, cost in SLOT_COSTS:
            costs[name] += cost(instance, instance.task[visit.task], visit.slot)
    for worker, held in stops(instance, plan).items():
        for day in by_day(instance, held):
            for name, cost in ROUND_COSTS:
                costs[name] += cost(instance, instance.worker[worker], day)
    for name, cost in PLAN_COSTS:
        costs[name] += cost(instance, plan)
    planned = {visit.task for visit in plan}
    without = sum(task.price is not None and task.id not in planned for task in instance.tasks)
    return Bill(costs, instance.prices.unserved * without)


def by_day(instance: Instance, held: Iterable[Stop]) -> list[list[Stop]]:
    """A worker's stops, day by day."""
    days: dict[int, list[Stop]] = {}
    for stop in held:
        days.setdefault(instance.day(stop.start), []).append(stop)
    return [days[day] for day in sorted(days)]

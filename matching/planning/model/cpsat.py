"""
The model of one component: a literal for each round, and one for each slot of a visit whose hour concerns others.

Every rule that concerns several visits at once is a function named like its check in `rules.py`. V2 and V6 of one
worker's day lie in `rounds.py`, since a round that breaks them is never listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ortools.sat.python import cp_model

from matching.planning.costs import ORDINARY, Pricing, returning, working_days
from matching.planning.instance import RHYTHM, Instance, Slot, Task
from matching.planning.plan import Stop, end_of, start_of
from matching.planning.rounds import Entry, Round, is_fixed, may_follow, rounds
from matching.planning.rules import people_in

Literal = cp_model.IntVar
Follows = Callable[[Stop, Stop], bool]


@dataclass
class Model:
    """One component as a CP-SAT model: a literal for each round and for each slot of a timed task."""

    instance: Instance
    tasks: tuple[Task, ...]
    slots: Mapping[str, tuple[Slot, ...]]
    pricing: Pricing = ORDINARY
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    chosen: dict[str, list[tuple[Slot, Literal]]] = field(default_factory=dict[str, list[tuple[Slot, Literal]]])
    made: list[tuple[str, int, Round, Literal]] = field(default_factory=list[tuple[str, int, Round, Literal]])
    held: dict[str, dict[int, list[Literal]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    objective: list[cp_model.LinearExprT] = field(default_factory=list[cp_model.LinearExprT])
    stays: list[tuple[int, Literal]] = field(default_factory=list[tuple[int, Literal]])
    complete: bool = True

    @property
    def scale(self) -> int:
        """What one point of cost counts in the search: more than all standing visits that could move for nothing."""
        return 1 + sum(task.stands is not None for task in self.tasks)

    def planned(self, task: str) -> list[Literal]:
        """At most one of these holds, and then the task is planned."""
        return [literal for day in sorted(self.held[task]) for literal in self.held[task][day]]

    def people(self, worker: str) -> dict[int, list[tuple[Task, int, int, list[Literal]]]]:
        """A worker's timed parts by day: task, start, end, literals of which at most one holds."""
        found: dict[tuple[str, int, int], list[Literal]] = defaultdict(list)
        for task, options in self.chosen.items():
            for slot, literal in options:
                for part, (who, start) in enumerate(zip(slot.workers, slot.starts, strict=True)):
                    if who == worker:
                        found[task, part, start].append(literal)
        days: dict[int, list[tuple[Task, int, int, list[Literal]]]] = defaultdict(list)
        for (ref, part, start), literals in found.items():
            task = self.instance.task[ref]
            days[self.instance.day(start)].append((task, start, start + task.parts[part].minutes, literals))
        return days


def build(
    instance: Instance,
    tasks: Sequence[Task],
    slots: Mapping[str, tuple[Slot, ...]],
    goes_on: Callable[[], bool],
    pricing: Pricing = ORDINARY,
) -> Model | None:
    """
    Rounds and slots as literals, the rules between them, and what each costs; None when it is to go on no longer.

    Of plans of equal cost the one wins in which most standing visits stay: cost is counted `scale` times, a visit
    that leaves its place once, so that all of them together weigh less than one point.
    """
    model = Model(instance, tuple(tasks), slots, pricing)
    timed = {task.id for task in tasks if is_timed(instance, task)}
    for task in tasks:
        if task.id in timed:
            model.chosen[task.id] = [(slot, model.cp.new_bool_var("")) for slot in slots[task.id]]
            for slot, literal in model.chosen[task.id]:
                model.held[task.id][instance.day(start_of(slot))].append(literal)
                model.objective.append(
                    (pricing.place(instance, task, slot) + returning(instance, task, slot)) * literal
                )
                if slot == task.stands:
                    model.stays.append((1, literal))
    if not _make_rounds(model, timed, goes_on):
        return None
    for rule in RULES:
        rule(model)
    for cost in COSTS:
        cost(model)
    scale = model.scale
    costs: list[cp_model.LinearExprT] = [scale * term for term in model.objective]
    moves: list[cp_model.LinearExprT] = [-count * literal for count, literal in model.stays]
    model.cp.minimize(sum([scale - 1, *costs, *moves]))
    return model


def is_timed(instance: Instance, task: Task) -> bool:
    """Whether anybody but its one worker minds at which hour of the day the visit is."""
    if len(task.parts) > 1 or instance.prices.largest_lateness:
        return True
    if any(instance.worker[worker].returns for part in task.parts for worker in part.workers):
        return True
    if task.room is not None and (instance.room[task.room].single or instance.room[task.room].capacity):
        return True
    return any(
        one.client == task.client and one.id != task.id and not _kept_apart(instance, one, task)
        for one in instance.tasks
        if task.client is not None
    )


def _kept_apart(instance: Instance, one: Task, other: Task) -> bool:
    """Whether V9 keeps two visits of a person on different days."""
    return (
        one.series is not None
        and one.series == other.series
        and one.kind in RHYTHM
        and other.kind in RHYTHM
        and instance.one_series[one.series].gap_days > 0
    )


def _make_rounds(model: Model, timed: set[str], goes_on: Callable[[], bool]) -> bool:
    """Whether it came to the end."""
    instance = model.instance
    days: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for task in model.tasks:
        seen: set[tuple[str, int, int]] = set()
        for slot in model.slots[task.id]:
            cost = 0 if task.id in timed else model.pricing.place(instance, task, slot)
            for part, (who, start) in enumerate(zip(slot.workers, slot.starts, strict=True)):
                if not instance.worker[who].returns and (who, part, start) not in seen:
                    seen.add((who, part, start))
                    stop = Stop(start, start + task.parts[part].minutes, task)
                    days[who, instance.day(start)].append(Entry(stop, part, slot, cost, task.id in timed))
    for (who, day), entries in sorted(days.items()):
        if not goes_on():
            return False
        found, complete = rounds(instance, instance.worker[who], entries)
        model.complete = model.complete and complete
        literals = [model.cp.new_bool_var("") for _ in found]
        if any(is_fixed(entry.stop.task) for entry in entries):
            model.cp.add_exactly_one(literals)
        else:
            model.cp.add_at_most_one(literals)
        model.made += [(who, day, one, literal) for one, literal in zip(found, literals, strict=True)]
        model.objective += [one.cost * literal for one, literal in zip(found, literals, strict=True) if one.cost]
        model.stays += [(one.kept, literal) for one, literal in zip(found, literals, strict=True) if one.kept]
        by_item: dict[tuple[str, int, int], list[Literal]] = {entry.item: [] for entry in entries}
        for one, literal in zip(found, literals, strict=True):
            for entry in one.entries:
                by_item[entry.item].append(literal)
        for (ref, part, start), literals in by_item.items():
            if ref in timed:
                slots = [x for slot, x in model.chosen[ref] if (slot.workers[part], slot.starts[part]) == (who, start)]
                model.cp.add(sum(literals) == sum(slots))
            else:
                model.held[ref][day] += literals
    return True


# Rules between visits


def planned_once(model: Model) -> None:
    """Each task at most once; what has to be done or stands already, exactly once."""
    for task in model.tasks:
        if task.price is None or is_fixed(task):
            model.cp.add_exactly_one(model.planned(task.id))
        else:
            model.cp.add_at_most_one(model.planned(task.id))


def v2_professionals(model: Model) -> None:
    """V2 and the pause of V6 for those who go back to their base after each visit."""
    instance = model.instance
    for worker in instance.workers:
        if not worker.returns:
            continue
        for held in model.people(worker.id).values():
            stops = [(Stop(start, end, task), literals) for task, start, end, literals in held]
            _apart(model, stops, partial(may_follow, instance, worker))


def v2_clients(model: Model) -> None:
    """V2 for people visited by several, the way between two places included."""
    instance = model.instance
    by_client: dict[str, list[Task]] = defaultdict(list)
    for task in model.tasks:
        if task.client is not None:
            by_client[task.client].append(task)
    for ref, tasks in by_client.items():
        mode = instance.client[ref].mode
        stops = [
            (Stop(start_of(slot), end_of(task, slot), task), [literal])
            for task in tasks
            if len(tasks) > 1
            for slot, literal in model.chosen.get(task.id, ())
        ]
        _apart(
            model,
            stops,
            lambda one, other, by=mode: other.start >= one.end + instance.way(by, one.task.place, other.task.place),
        )


def _apart(model: Model, stops: Sequence[tuple[Stop, list[Literal]]], follows: Follows) -> None:
    """Of two stops that cannot follow each other, one at most."""
    tasks = sorted({stop.task.id for stop, _ in stops})
    if len(tasks) < 2:
        return
    for stop, literals in stops:
        against: dict[str, list[Literal]] = defaultdict(list)
        for other, theirs in stops:
            facts = is_fixed(other.task) and is_fixed(stop.task)
            if other.task.id > stop.task.id and not facts and not (follows(stop, other) or follows(other, stop)):
                against[other.task.id] += theirs
        for ref in sorted(against):
            model.cp.add_at_most_one([*literals, *dict.fromkeys(against[ref])])


def v4_after_the_first(model: Model) -> None:
    """V4: a visit after another task needs it to end before."""
    instance = model.instance
    for task in model.tasks:
        if task.after is None or is_fixed(task):
            continue
        first = instance.task[task.after]
        if task.id in model.chosen and first.id in model.chosen:
            for slot, literal in model.chosen[task.id]:
                ended = [x for one, x in model.chosen[first.id] if end_of(first, one) <= start_of(slot)]
                model.cp.add(sum(ended) >= literal)
        else:
            for day, literals in model.held[task.id].items():
                before = [x for one, found in model.held[first.id].items() if one < day for x in found]
                model.cp.add(sum(literals) <= sum(before))


def v6_week(model: Model) -> None:
    """V6: contact minutes of an ISO week, or those that stand already when they are more."""
    instance = model.instance
    standing = _standing(model)
    for worker, weeks in _minutes(model).items():
        limit = instance.worker[worker].max_minutes_per_week
        for week, loads in weeks.items():
            if limit is not None and sum(minutes for minutes, _ in loads) > limit:
                model.cp.add(sum(minutes * x for minutes, x in loads) <= max(limit, standing[worker, week]))


def _minutes(model: Model) -> Mapping[str, Mapping[int, list[tuple[int, Literal]]]]:
    """Contact minutes of each worker and week, by the literal that brings them."""
    instance = model.instance
    found: dict[str, dict[int, list[tuple[int, Literal]]]] = defaultdict(lambda: defaultdict(list))
    for worker, day, one, literal in model.made:
        minutes = sum(entry.stop.end - entry.stop.start for entry in one.entries)
        found[worker][instance.week(day)].append((minutes, literal))
    for worker in (worker.id for worker in instance.workers if worker.returns):
        for day, held in model.people(worker).items():
            for _, start, end, literals in held:
                found[worker][instance.week(day)] += [(end - start, x) for x in literals]
    return found


def _standing(model: Model) -> Mapping[tuple[str, int], int]:
    """Contact minutes of each worker and week that stand already."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    for task in model.tasks:
        if task.fixed is not None:
            for part, worker, start in zip(task.parts, task.fixed.workers, task.fixed.starts, strict=True):
                found[worker, model.instance.week(model.instance.day(start))] += part.minutes
    return found


def v9_days_apart(model: Model) -> None:
    """V9: dates of a pairing's visits lie the gap apart."""
    instance = model.instance
    by_series: dict[str, list[Task]] = defaultdict(list)
    for task in model.tasks:
        if task.series is not None and task.kind in RHYTHM:
            by_series[task.series].append(task)
    for ref, tasks in by_series.items():
        gap = instance.one_series[ref].gap_days
        for number, one in enumerate(tasks):
            for other in tasks[number + 1 :]:
                if is_fixed(one) and is_fixed(other):
                    continue
                for day, literals in model.held[one.id].items():
                    near = [x for d, found in model.held[other.id].items() if abs(d - day) < gap for x in found]
                    if near:
                        model.cp.add_at_most_one([*literals, *near])


def v11_rooms(model: Model) -> None:
    """V11: one booking at a time where it is so, and never more people than a room holds."""
    instance = model.instance
    for room in instance.rooms:
        options = [
            (start_of(slot), end_of(task, slot), people_in(task, slot), is_fixed(task), literal)
            for task in model.tasks
            if task.room == room.id
            for slot, literal in model.chosen.get(task.id, ())
        ]
        if not (room.single or room.capacity):
            continue
        for moment in sorted({start for start, *_ in options} | {busy.start for busy in room.busy}):
            inside = [one for one in options if one[0] <= moment < one[1]]
            free = [one for one in inside if not one[3]]
            if room.single:
                places = 1 - sum(one[3] for one in inside)
                model.cp.add(sum(x for *_, x in free) <= max(0, places))
            else:
                taken = sum(busy.people for busy in room.busy if busy.start <= moment < busy.end)
                taken += sum(people for _, _, people, fixed, _ in inside if fixed)
                model.cp.add(sum(people * x for _, _, people, _, x in free) <= max(0, room.capacity - taken))


RULES = (planned_once, v2_professionals, v2_clients, v4_after_the_first, v6_week, v9_days_apart, v11_rooms)


# Costs between visits


def missed(model: Model) -> None:
    """Each due visit left out."""
    for task in model.tasks:
        if task.price is not None:
            model.objective.append(model.pricing.left_out(model.instance, task) * (1 - sum(model.planned(task.id))))


def uneven_days(model: Model) -> None:
    """Largest less smallest number of visits over a helper's working days of a week."""
    instance = model.instance
    counts: dict[str, dict[int, list[cp_model.LinearExprT]]] = defaultdict(lambda: defaultdict(list))
    for worker, day, one, literal in model.made:
        counts[worker][day].append(len(one.entries) * literal)
    for worker in (worker.id for worker in instance.workers if worker.returns):
        for day, held in model.people(worker).items():
            counts[worker][day] += [x for *_, literals in held for x in literals]
    for ref, days in counts.items():
        worker = instance.worker[ref]
        if not worker.balanced or not instance.prices.uneven:
            continue
        for week in working_days(instance, worker).values():
            if len(week) > 1 and any(day in days for day in week):
                most = model.cp.new_int_var(0, len(model.tasks), "")
                least = model.cp.new_int_var(0, len(model.tasks), "")
                for day in week:
                    model.cp.add(most >= sum(days.get(day, [])))
                    model.cp.add(least <= sum(days.get(day, [])))
                model.objective.append(instance.prices.uneven * (most - least))


def housing_week(model: Model) -> None:
    """Each week without a meeting for somebody housed."""
    instance = model.instance
    for ref in sorted({task.client for task in model.tasks if task.client is not None}):
        if instance.client[ref].weekly_offer:
            for week in range(instance.week(0), instance.week(instance.days - 1) + 1):
                meetings = [
                    literal
                    for task in model.tasks
                    if task.client == ref
                    for day, literals in model.held[task.id].items()
                    if instance.week(day) == week
                    for literal in literals
                ]
                offered = model.cp.new_bool_var("")
                model.cp.add(sum(meetings) >= offered)
                model.objective.append(instance.prices.housing_week * (1 - offered))


def largest_lateness(model: Model) -> None:
    """The longest single wait beyond a soft window."""
    price = model.instance.prices.largest_lateness
    if not price:
        return
    waits = [
        (max(slot.starts) - late.after, literal)
        for task in model.tasks
        for late in task.late
        if late.per == 1
        for slot, literal in model.chosen[task.id]
    ]
    longest = model.cp.new_int_var(0, max([0, *(wait for wait, _ in waits)]), "")
    for wait, literal in waits:
        if wait > 0:
            model.cp.add(longest >= wait * literal)
    model.objective.append(price * longest)


COSTS = (missed, uneven_days, housing_week, largest_lateness)

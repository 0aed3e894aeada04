"""
The hard rules V1-V12 (`domain.md`, section 6), each in two forms side by side.

`…_allows` says whether a slot can stand on its own; the search only looks among such slots, and `cpsat.py` and
`rounds.py` hold the forms of V2, V4, V6, V9 and V11 that concern several visits at once. `…_broken` reads a whole
plan and yields what it breaks; it is all the judge knows. HELPER_STATUS is the pair rule that also holds day by day
(`domain.md`, 12.4; `settled.md` 13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

from matching.planning.instance import FIRST, RHYTHM, Busy, Instance, Slot, Task, Worker
from matching.planning.plan import Plan, Stop, Violation, end_of, people_of, start_of, stops
from matching.planning.spans import within

PartRule = Callable[[Instance, Task, int, str, int], bool]
"""(instance, task, number of the part, worker, start): may this person take this part then?"""
WholeRule = Callable[[Instance, Task, int, int], bool]
"""(instance, task, start, end): may the visit take place then, whoever goes?"""
TeamRule = Callable[[Instance, Task, Slot], bool]
"""(instance, task, slot): may these people go together?"""
FollowRule = Callable[[Instance, Worker, Stop, Stop], bool]
"""(instance, worker, before, after): may the second stop of a worker follow the first?"""
Check = Callable[[Instance, Plan], Iterator[Violation]]


# V1: inside everybody's windows


def v1_allows(instance: Instance, task: Task, part: int, worker: str, start: int) -> bool:
    """V1 for those who go."""
    return within(instance.worker[worker].windows, start, start + task.parts[part].minutes)


def v1_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V1 for the person and the place."""
    if task.client is not None and not within(instance.client[task.client].windows, start, end):
        return False
    windows = instance.room[task.room].windows if task.room is not None else None
    return windows is None or within(windows, start, end)


def v1_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V1: inside the windows of the person, of everybody who goes, and of the place."""
    for worker, day in stops(instance, plan).items():
        for stop in day:
            if not within(instance.worker[worker].windows, stop.start, stop.end):
                yield Violation("V1", (stop.task.id,), f"{worker} is not available", worker)
    for visit in plan:
        task = instance.task[visit.task]
        start, end = start_of(visit.slot), end_of(task, visit.slot)
        if task.client is not None and not within(instance.client[task.client].windows, start, end):
            yield Violation("V1", (task.id,), f"{task.client} is not available", task.client)
        windows = instance.room[task.room].windows if task.room is not None else None
        if windows is not None and not within(windows, start, end):
            yield Violation("V1", (task.id,), f"{task.room} is closed", task.room or "")


# V2 and V12: nobody at two things at once


def clashes(instance: Instance, mode: str, busy: Busy, place: int, start: int, end: int) -> bool:
    """Whether somebody taken by `busy` cannot be at `place` for [start, end), the way included."""
    return start < busy.end + instance.way(mode, busy.place, place) and busy.start < end + instance.way(
        mode, place, busy.place
    )


def _free(instance: Instance, task: Task, part: int, worker: str, start: int, rule: str) -> bool:
    who = instance.worker[worker]
    end = start + task.parts[part].minutes
    return not any(
        busy.rule == rule and not busy.price and clashes(instance, who.mode, busy, task.place, start, end)
        for busy in who.busy
    )


def v2_allows(instance: Instance, task: Task, part: int, worker: str, start: int) -> bool:
    """V2 against meetings and confirmed host slots of those who go."""
    return _free(instance, task, part, worker, start, "V2")


def v2_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V2 against meetings of the person."""
    if task.client is None:
        return True
    client = instance.client[task.client]
    return not any(clashes(instance, client.mode, busy, task.place, start, end) for busy in client.busy)


def v2_follows(instance: Instance, worker: Worker, before: Stop, after: Stop) -> bool:
    """V2 between two visits of one worker."""
    return after.start >= before.end + instance.way(worker.mode, before.task.place, after.task.place)


def v2_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V2: one thing at a time for everybody, with the way between."""
    for worker, day in stops(instance, plan).items():
        mode = instance.worker[worker].mode
        for before, after in pairwise(day):
            if after.start < before.end + instance.way(mode, before.task.place, after.task.place):
                yield Violation("V2", (before.task.id, after.task.id), f"{worker} cannot be at both", worker)
    yield from _taken(instance, plan, "V2")
    for client in instance.clients:
        day = sorted(
            (
                Stop(start_of(visit.slot), end_of(instance.task[visit.task], visit.slot), instance.task[visit.task])
                for visit in plan
                if instance.task[visit.task].client == client.id
            ),
            key=lambda stop: (stop.start, stop.end, stop.task.id),
        )
        for before, after in pairwise(day):
            if after.start < before.end + instance.way(client.mode, before.task.place, after.task.place):
                yield Violation("V2", (before.task.id, after.task.id), f"{client.id} cannot be at both", client.id)
        for stop in day:
            for busy in client.busy:
                if clashes(instance, client.mode, busy, stop.task.place, stop.start, stop.end):
                    yield Violation("V2", (stop.task.id,), f"{client.id} is at a meeting", client.id)


def v12_allows(instance: Instance, task: Task, part: int, worker: str, start: int) -> bool:
    """V12: supervision and intervision of those who go are kept free."""
    return _free(instance, task, part, worker, start, "V12")


def v12_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V12: supervision and intervision are kept free, with the way there."""
    yield from _taken(instance, plan, "V12")


def _taken(instance: Instance, plan: Plan, rule: str) -> Iterator[Violation]:
    for worker, day in stops(instance, plan).items():
        who = instance.worker[worker]
        for stop in day:
            for busy in who.busy:
                late = stop.start < busy.end + instance.way(who.mode, busy.place, stop.task.place)
                early = stop.end + instance.way(who.mode, stop.task.place, busy.place) > busy.start
                if busy.rule == rule and busy.price == 0 and late and early:
                    yield Violation(rule, (stop.task.id,), f"{worker} is taken from {busy.start} to {busy.end}", worker)


# V3: the first visit is joint


def v3_allows(instance: Instance, task: Task, slot: Slot) -> bool:
    """V3: a professional comes to the first visit (`slots.py` keeps to the order of those who may)."""
    return task.kind != FIRST or any(
        part.role == "professional" and worker in part.workers
        for part, worker in zip(task.parts, slot.workers, strict=True)
    )


def v3_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V3: a professional comes to the first visit, and no later one in the order while an earlier one could come."""
    for visit in plan:
        task = instance.task[visit.task]
        if task.kind != FIRST:
            continue
        if not any(part.role == "professional" for part in task.parts):
            yield Violation("V3", (task.id,), "no professional comes to the first visit")
        for number, (part, worker) in enumerate(zip(task.parts, visit.slot.workers, strict=True)):
            if part.ranked and worker in part.workers:
                for better in part.workers[: part.workers.index(worker)]:
                    if _could_come(instance, task, visit.slot, number, better):
                        yield Violation("V3", (task.id,), f"{better} comes before {worker} and could come")


def _could_come(instance: Instance, task: Task, slot: Slot, number: int, worker: str) -> bool:
    """Whether the visit with this person in place of that one has some time on the grid, before it would be late."""
    last = min((late.after for late in task.late), default=task.due[1])
    others = (*slot.workers[:number], worker, *slot.workers[number + 1 :])
    return any(
        all(rule(instance, task, start, start + task.minutes) for _, rule in WHOLE_RULES)
        and all(rule(instance, task, part, who, start) for part, who in enumerate(others) for _, rule in PART_RULES)
        for start in range(task.due[0], min(task.due[1] - task.minutes, last) + 1, instance.step)
        if start % instance.day_ticks >= instance.opens
    )


# V4: no regular visit before the first joint one


def v4_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V4 when no first visit is held and none is due in this plan."""
    return task.kind == FIRST or task.series is None or instance.one_series[task.series].met or task.after is not None


def v4_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V4: no visit before the first joint one has been held, or ends earlier in the plan."""
    ends = {visit.task: end_of(instance.task[visit.task], visit.slot) for visit in plan}
    for visit in plan:
        task = instance.task[visit.task]
        if task.after is not None:
            if task.after not in ends or ends[task.after] > start_of(visit.slot):
                yield Violation("V4", (task.id,), f"{task.after} is not held before")
        elif task.kind != FIRST and task.series is not None and not instance.one_series[task.series].met:
            yield Violation("V4", (task.id,), "no first joint visit is held or due")


# V5: two-person visits have two people


def v5_allows(instance: Instance, task: Task, slot: Slot) -> bool:
    """V5: enough people, nobody twice, and nobody alone who never goes alone."""
    people = people_of(slot)
    if len(people) < len(slot.workers) or len(people) < task.people_min:
        return False
    return len(people) > 1 or all(instance.worker[worker].alone_ok for worker in people)


def v5_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V5: two-person visits have two people, and nobody goes alone who never does."""
    for visit in plan:
        task = instance.task[visit.task]
        people = people_of(visit.slot)
        if len(people) < len(task.parts):
            yield Violation("V5", (task.id,), "one person takes two parts")
        if len(people) < task.people_min:
            yield Violation("V5", (task.id,), f"{len(people)} of {task.people_min} people go")
        if len(people) == 1 and not instance.worker[people[0]].alone_ok:
            yield Violation("V5", (task.id,), f"{people[0]} never goes alone", people[0])


# V6: visits a day, contact a week, a pause between visits


def v6_allows(instance: Instance, task: Task, part: int, worker: str, start: int) -> bool:
    """V6 for a visit alone: the helper's limits leave room for one such visit."""
    who = instance.worker[worker]
    return who.max_visits_per_day != 0 and (
        who.max_minutes_per_week is None or task.parts[part].minutes <= who.max_minutes_per_week
    )


def v6_follows(instance: Instance, worker: Worker, before: Stop, after: Stop) -> bool:
    """V6: the pause between two visits, beyond the way."""
    way = instance.way(worker.mode, before.task.place, after.task.place)
    return worker.pause == 0 or after.start - before.end - way >= worker.pause


def v6_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V6: at most so many visits a day and minutes an ISO week, and a pause between visits beyond the way."""
    for worker, day in stops(instance, plan).items():
        who = instance.worker[worker]
        for before, after in pairwise(day):
            way = instance.way(who.mode, before.task.place, after.task.place)
            if who.pause and after.start < before.end + way + who.pause:
                yield Violation("V6", (before.task.id, after.task.id), f"{worker} has no pause between", worker)
        days: dict[int, list[Stop]] = {}
        weeks: dict[int, list[Stop]] = {}
        for stop in day:
            days.setdefault(instance.day(stop.start), []).append(stop)
            weeks.setdefault(instance.week(instance.day(stop.start)), []).append(stop)
        for number, held in sorted(days.items()):
            if who.max_visits_per_day is not None and len(held) > who.max_visits_per_day:
                tasks = tuple(stop.task.id for stop in held)
                yield Violation("V6", tasks, f"{worker}: {len(held)} visits on day {number}", worker)
        for number, held in sorted(weeks.items()):
            minutes = sum(stop.end - stop.start for stop in held)
            if who.max_minutes_per_week is not None and minutes > who.max_minutes_per_week:
                tasks = tuple(stop.task.id for stop in held)
                yield Violation("V6", tasks, f"{worker}: {minutes} minutes in week {number}", worker)


# V7: between 08:00 and 20:00


def v7_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V7: inside the hours of the day in which visits take place."""
    midnight = instance.day(start) * instance.day_ticks
    return midnight + instance.opens <= start and end <= midnight + instance.closes


def v7_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V7: between 08:00 and 20:00."""
    for visit in plan:
        task = instance.task[visit.task]
        start, end = start_of(visit.slot), end_of(task, visit.slot)
        day = start // instance.day_ticks
        if start - day * instance.day_ticks < instance.opens or end - day * instance.day_ticks > instance.closes:
            yield Violation("V7", (task.id,), "outside the hours of visits")


# V8: consent valid on the day, pairing alive, helper fit to go


def v8_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V8: consent holds then, and the pairing is not paused."""
    consent = instance.client[task.client].consent if task.client is not None else None
    live = instance.one_series[task.series].live if task.series is not None else None
    return all(spans is None or within(spans, start, end) for spans in (consent, live))


def v8_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V8: consent valid on the day; pairing accepted (first visit), in trial or active."""
    for visit in plan:
        task = instance.task[visit.task]
        start, end = start_of(visit.slot), end_of(task, visit.slot)
        if task.client is not None:
            consent = instance.client[task.client].consent
            if consent is not None and not within(consent, start, end):
                yield Violation("V8", (task.id,), f"{task.client} has not consented for that day", task.client)
        if task.series is not None:
            live = instance.one_series[task.series].live
            if live is not None and not within(live, start, end):
                yield Violation("V8", (task.id,), f"{task.series} is paused then")


def status_allows(instance: Instance, task: Task, part: int, worker: str, start: int) -> bool:
    """HELPER_STATUS on the day of the visit."""
    fit = instance.worker[worker].fit
    return fit is None or within(fit, start, start + task.parts[part].minutes)


def status_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """HELPER_STATUS: active, trained, with a supervisor and supervised within 62 days of the visit."""
    for worker, day in stops(instance, plan).items():
        fit = instance.worker[worker].fit
        for stop in day:
            if fit is not None and not within(fit, stop.start, stop.end):
                yield Violation("HELPER_STATUS", (stop.task.id,), f"{worker} may not go then", worker)


# V9: the frequency's gap


def v9_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V9 against visits held or standing outside the tasks."""
    if task.series is None or task.kind not in RHYTHM:
        return True
    series = instance.one_series[task.series]
    return all(abs(instance.day(start) - day) >= series.gap_days for day in series.held)


def v9_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V9: dates of a pairing's visits lie at least the gap apart."""
    for series in instance.series:
        dates = [(day, "") for day in series.held]
        for visit in plan:
            task = instance.task[visit.task]
            if task.series == series.id and task.kind in RHYTHM:
                dates.append((instance.day(start_of(visit.slot)), task.id))
        for (one, first), (other, second) in combinations(sorted(dates), 2):
            if other - one < series.gap_days and (first or second):
                tasks = tuple(task for task in (first, second) if task)
                yield Violation("V9", tasks, f"{series.id}: {other - one} days apart")


# V10: what is fixed stays


def v10_only_slot(task: Task) -> Slot | None:
    """V10: the one slot of a pinned, confirmed or past visit; None when it may move."""
    return task.fixed


def v10_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V10: pinned, confirmed and past visits are where they were."""
    slots = {visit.task: visit.slot for visit in plan}
    for task in instance.tasks:
        if task.fixed is not None and slots.get(task.id) != task.fixed:
            yield Violation("V10", (task.id,), "a fixed visit was moved or left out")


# V11: rooms hold so many, some only one at a time


def people_in(task: Task, slot: Slot) -> int:
    """Places that a visit takes in a room."""
    return len(people_of(slot)) + (task.client is not None)


def v11_allows_whole(instance: Instance, task: Task, start: int, end: int) -> bool:
    """V11 against meetings booked in the room."""
    if task.room is None:
        return True
    room = instance.room[task.room]
    booked = [busy for busy in room.busy if busy.start < end and start < busy.end]
    if room.single:
        return not booked
    if room.capacity == 0:
        return True
    people = len(task.parts) + (task.client is not None)
    return all(
        sum(busy.people for busy in booked if busy.start <= moment < busy.end) + people <= room.capacity
        for moment in [start, *(busy.start for busy in booked if busy.start > start)]
    )


def v11_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """V11: rooms booked one at a time are, and no room holds more people than it can."""
    for room in instance.rooms:
        held = [(busy.start, busy.end, busy.people, "") for busy in room.busy]
        for visit in plan:
            task = instance.task[visit.task]
            if task.room == room.id:
                end = end_of(task, visit.slot)
                held.append((start_of(visit.slot), end, people_in(task, visit.slot), task.id))
        for moment in sorted({start for start, _, _, _ in held}):
            inside = [one for one in held if one[0] <= moment < one[1]]
            tasks = tuple(sorted(task for _, _, _, task in inside if task))
            if room.single and len(inside) > 1 and tasks:
                yield Violation("V11", tasks, f"{room.id} is booked twice", room.id)
            elif not room.single and room.capacity and tasks and sum(one[2] for one in inside) > room.capacity:
                yield Violation("V11", tasks, f"{room.id} is too small", room.id)


PART_RULES: tuple[tuple[str, PartRule], ...] = (
    ("V1", v1_allows),
    ("V2", v2_allows),
    ("V12", v12_allows),
    ("V6", v6_allows),
    ("HELPER_STATUS", status_allows),
)
WHOLE_RULES: tuple[tuple[str, WholeRule], ...] = (
    ("V7", v7_allows_whole),
    ("V1", v1_allows_whole),
    ("V8", v8_allows_whole),
    ("V9", v9_allows_whole),
    ("V4", v4_allows_whole),
    ("V2", v2_allows_whole),
    ("V11", v11_allows_whole),
)
TEAM_RULES: tuple[tuple[str, TeamRule], ...] = (("V3", v3_allows), ("V5", v5_allows))
FOLLOW_RULES: tuple[tuple[str, FollowRule], ...] = (("V2", v2_follows), ("V6", v6_follows))

CHECKS: tuple[tuple[str, Check], ...] = (
    ("V1", v1_broken),
    ("V2", v2_broken),
    ("V3", v3_broken),
    ("V4", v4_broken),
    ("V5", v5_broken),
    ("V6", v6_broken),
    ("V7", v7_broken),
    ("V8", v8_broken),
    ("V9", v9_broken),
    ("V10", v10_broken),
    ("V11", v11_broken),
    ("V12", v12_broken),
    ("HELPER_STATUS", status_broken),
)
CODES = tuple(code for code, _ in CHECKS)
"""Order in which codes are listed."""

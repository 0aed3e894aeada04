"""Why a due visit stays without a slot: the rules that stand nearest to each time it could have taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from matching.planning.instance import FIRST, Instance, Slot, Task
from matching.planning.judge import violations
from matching.planning.plan import Plan, Visit, start_of
from matching.planning.rules import CODES, PART_RULES, TEAM_RULES, WHOLE_RULES
from matching.planning.slots import may, part_starts, skilled, starts


def blocking(instance: Instance, plan: Plan, task: Task, slots: Sequence[Slot]) -> tuple[str, ...]:
    """
    Codes of the rules in the way, fewest first: of all times in question, those broken by the fewest rules count.

    Without any slot of its own the visit is blocked by rules on the visit alone; otherwise by the other visits of the
    plan (V2 and V6 above all: somebody is taken or has reached a limit).
    """
    if slots:
        return _nearest(
            frozenset(
                one.code
                for one in violations(instance, (*_near(instance, plan, task, slot), Visit(task.id, slot)))
                if task.id in one.tasks
            )
            for slot in slots
        )
    return _nearest(_broken_alone(instance, task))


def _near(instance: Instance, plan: Plan, task: Task, slot: Slot) -> Iterator[Visit]:
    """Visits that can stand against this slot: of the same person, or of the same people or room in its week."""
    week = instance.week(instance.day(start_of(slot)))
    for visit in plan:
        one = instance.task[visit.task]
        always = one.price is None or one.id == task.after or (task.client is not None and one.client == task.client)
        same = (task.room is not None and one.room == task.room) or not set(slot.workers).isdisjoint(visit.slot.workers)
        if always or (same and instance.week(instance.day(start_of(visit.slot))) == week):
            yield visit


def _nearest(broken: Iterable[frozenset[str]]) -> tuple[str, ...]:
    found = {codes for codes in broken if codes}
    fewest = min((len(codes) for codes in found), default=0)
    near = {code for codes in found if len(codes) == fewest for code in codes}
    return tuple(code for code in CODES if code in near)


def _broken_alone(instance: Instance, task: Task) -> Iterator[frozenset[str]]:
    """
    For each candidate time the rules it breaks; V1 when there is no candidate time at all.

    Times at which the person and whoever goes first could meet count before all others: what stands against those is
    that nobody comes along, V3 for the professional of a first visit and V5 for a second person.
    """
    candidates = [
        moments
        for start in starts(instance, task)
        for moments in part_starts(instance, task, start)
        if min(moments) >= task.due[0] and _end(task, moments) <= task.due[1]
    ]
    if not candidates:
        yield frozenset({"V1"})
    meeting = [moments for moments in candidates if _could_meet(instance, task, moments)]
    people = [skilled(instance, task, part) for part in range(len(task.parts))]
    for moments in meeting or candidates:
        whole = _broken_by_time(instance, task, moments)
        # Somebody's own rules are looked at once for a time, not once for each of those they could go with.
        alone = [
            {worker: _broken_by_one(instance, task, part, worker, start) for worker in able}
            for part, (able, start) in enumerate(zip(people, moments, strict=True))
        ]
        for workers in product(*people):
            own = (alone[part][worker] for part, worker in enumerate(workers))
            yield frozenset(whole.union(_broken_by_team(instance, task, Slot(workers, moments)), *own))
        missing = [part for part, able in enumerate(people) if not able]
        if missing:
            yield frozenset(whole | {_code_of_part(task, missing[0], "V5")})


def _end(task: Task, moments: Sequence[int]) -> int:
    return max(moment + part.minutes for part, moment in zip(task.parts, moments, strict=True))


def _broken_by_time(instance: Instance, task: Task, moments: Sequence[int]) -> set[str]:
    end = _end(task, moments)
    return {code for code, rule in WHOLE_RULES if not rule(instance, task, min(moments), end)}


def _could_meet(instance: Instance, task: Task, moments: Sequence[int]) -> bool:
    end = _end(task, moments)
    return all(rule(instance, task, min(moments), end) for _, rule in WHOLE_RULES) and any(
        may(instance, task, 0, worker, moments[0]) for worker in skilled(instance, task, 0)
    )


def _broken_by_team(instance: Instance, task: Task, slot: Slot) -> set[str]:
    codes = {code for code, rule in TEAM_RULES if not rule(instance, task, slot)}
    if len(set(slot.workers)) < len(slot.workers):
        codes.add("V5")
    return codes


def _broken_by_one(instance: Instance, task: Task, part: int, worker: str, start: int) -> set[str]:
    return {
        _code_of_part(task, part, code) for code, rule in PART_RULES if not rule(instance, task, part, worker, start)
    }


def _code_of_part(task: Task, part: int, code: str) -> str:
    role = task.parts[part].role
    if role == "professional" and task.kind == FIRST:
        return "V3"
    return "V5" if role == "second" else code

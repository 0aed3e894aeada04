"""Why a due visit stays without a slot: the rules that stand nearest to each time it could have taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from matching.planning.instance import FIRST, Instance, Slot, Task
from matching.planning.judge import violations
from matching.planning.plan import Plan, Visit
from matching.planning.rules import CODES, PART_RULES, TEAM_RULES, WHOLE_RULES
from matching.planning.slots import part_starts, skilled, starts


def blocking(instance: Instance, plan: Plan, task: Task, slots: Sequence[Slot]) -> tuple[str, ...]:
    """
    Codes of the rules in the way, fewest first: of all times in question, those broken by the fewest rules count.

    Without any slot of its own the visit is blocked by rules on the visit alone; otherwise by the other visits of the
    plan (V2 and V6 above all: somebody is taken or has reached a limit).
    """
    if slots:
        return _nearest(
            frozenset(one.code for one in violations(instance, (*plan, Visit(task.id, slot))) if task.id in one.tasks)
            for slot in slots
        )
    return _nearest(_broken_alone(instance, task))


def _nearest(broken: Iterable[frozenset[str]]) -> tuple[str, ...]:
    found = {codes for codes in broken if codes}
    fewest = min((len(codes) for codes in found), default=0)
    near = {code for codes in found if len(codes) == fewest for code in codes}
    return tuple(code for code in CODES if code in near)


def _broken_alone(instance: Instance, task: Task) -> Iterator[frozenset[str]]:
    """
    For each candidate time the rules it breaks; V1 when there is no candidate time at all.

    That nobody can come as the professional of a first visit is V3, and that no second person can come is V5.
    """
    candidates = starts(instance, task)
    if not candidates:
        yield frozenset({"V1"})
    for start in candidates:
        for moments in part_starts(instance, task, start):
            end = max(moment + part.minutes for part, moment in zip(task.parts, moments, strict=True))
            if min(moments) < task.due[0] or end > task.due[1]:
                continue
            whole = {code for code, rule in WHOLE_RULES if not rule(instance, task, min(moments), end)}
            for workers in product(*(skilled(instance, task, part) for part in range(len(task.parts)))):
                yield frozenset(whole | _broken_by_people(instance, task, Slot(workers, moments)))
            missing = [part for part in range(len(task.parts)) if not skilled(instance, task, part)]
            if missing:
                yield frozenset(whole | {_code_of_part(task, missing[0], "V5")})


def _broken_by_people(instance: Instance, task: Task, slot: Slot) -> set[str]:
    codes = {code for code, rule in TEAM_RULES if not rule(instance, task, slot)}
    if len(set(slot.workers)) < len(slot.workers):
        codes.add("V5")
    for part, (worker, start) in enumerate(zip(slot.workers, slot.starts, strict=True)):
        codes |= {
            _code_of_part(task, part, code)
            for code, rule in PART_RULES
            if not rule(instance, task, part, worker, start)
        }
    return codes


def _code_of_part(task: Task, part: int, code: str) -> str:
    role = task.parts[part].role
    if role == "professional" and task.kind == FIRST:
        return "V3"
    return "V5" if role == "second" else code

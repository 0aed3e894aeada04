"""The judge: reads a plan slowly and plainly, knows no solver, and names every hard rule that the plan breaks."""

from __future__ import annotations

from collections.abc import Iterator

from matching.planning.costs import evaluate
from matching.planning.instance import Instance
from matching.planning.plan import Answer, Plan, Violation
from matching.planning.rules import CHECKS


def violations(instance: Instance, found: Plan | Answer) -> tuple[Violation, ...]:
    """
    Every hard rule broken, in the order of the rules; of an answer also what it says wrongly about its plan (ANSWER).

    Fixed visits are facts: what only they break among themselves is no fault of the plan.
    """
    if isinstance(found, Answer):
        return (*answer_broken(instance, found), *violations(instance, found.visits))
    plan = found
    shape = tuple(shape_broken(instance, plan))
    if shape:
        return shape
    fixed = {task.id for task in instance.tasks if task.fixed is not None}
    return tuple(
        violation
        for code, check in CHECKS
        for violation in check(instance, plan)
        if code == "V10" or not set(violation.tasks) <= fixed
    )


def shape_broken(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """PLAN: each task at most once, inside its time, by people asked for it, its parts linked as they should be."""
    seen: set[str] = set()
    for visit in plan:
        task = instance.task.get(visit.task)
        if task is None or visit.task in seen:
            yield Violation("PLAN", (visit.task,), "not a task, or planned twice")
            continue
        seen.add(visit.task)
        slot = visit.slot
        if len(slot.workers) != len(task.parts) or len(slot.starts) != len(task.parts):
            yield Violation("PLAN", (task.id,), "not one person and start for each part")
            continue
        if task.fixed is not None:
            continue
        for part, worker, start in zip(task.parts, slot.workers, slot.starts, strict=True):
            if worker not in part.workers:
                yield Violation("PLAN", (task.id,), f"{worker} is not asked for")
            elif part.skill is not None and part.skill not in instance.worker[worker].skills:
                yield Violation("PLAN", (task.id,), f"{worker} lacks the skill {part.skill}")
            if start < task.due[0] or start + part.minutes > task.due[1]:
                yield Violation("PLAN", (task.id,), "outside the time due")
        linked = {number for link in task.links for number in (link.first, link.second)}
        if any(start != slot.starts[0] for part, start in enumerate(slot.starts) if part not in linked):
            yield Violation("PLAN", (task.id,), "the parts do not start together")
        for link in task.links:
            if not link.least <= slot.starts[link.second] - slot.starts[link.first] <= link.most:
                yield Violation("PLAN", (task.id,), "the gap between its parts is wrong")
    for task in instance.tasks:
        if task.price is None and task.id not in seen:
            yield Violation("PLAN", (task.id,), "it has to be done")


def answer_broken(instance: Instance, answer: Answer) -> Iterator[Violation]:
    """ANSWER: each task planned or listed with the rule that blocks it, and costs that add up."""
    planned = {visit.task for visit in answer.visits}
    listed = {one.task for one in answer.unplanned}
    for task in instance.tasks:
        if (task.id in planned) == (task.id in listed):
            yield Violation("ANSWER", (task.id,), "neither planned nor listed, or both")
    for one in answer.unplanned:
        if not one.rules:
            yield Violation("ANSWER", (one.task,), "no rule stands against it")
    if planned <= instance.task.keys():
        bill = evaluate(instance, answer.visits)
        if dict(bill.costs) != dict(answer.costs) or bill.value != answer.value:
            yield Violation("ANSWER", (), "the costs are not those of the plan")

"""What planning hands back: visits, what could not be planned and why, and how good the plan is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matching.planning.instance import Instance, Slot, Task


@dataclass(frozen=True)
class Visit:
    """A task and the slot it got."""

    task: str
    slot: Slot


Plan = tuple[Visit, ...]


@dataclass(frozen=True)
class Unplanned:
    """A due visit without a slot, and the rules that stand against it (V1-V12, codes of pair rules)."""

    task: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Violation:
    """A hard rule broken by a plan: its code, the visits concerned, a sentence for the log, and whom it is about."""

    code: str
    tasks: tuple[str, ...]
    text: str
    who: str = ""


@dataclass(frozen=True)
class Step:
    """One improvement during the search."""

    stage: str
    value: float
    bound: float


@dataclass(frozen=True)
class Answer:
    """
    A plan, and how good it is.

    Parameters
    ----------
    status
        "optimal" (proven, over the slots allowed), "feasible" (stopped before the proof), or "infeasible" (tasks
        that have to be done contradict each other; no visit then).
    value, bound
        What the search minimised and what no plan can be below: the costs, and `Prices.unserved` for each due visit
        left out.
    gap
        (value - bound) / value; 0 when proven.
    costs
        Cost by name; their sum is the cost of the plan.
    """

    status: str
    value: int
    bound: int
    gap: float
    visits: Plan
    unplanned: tuple[Unplanned, ...]
    costs: Mapping[str, int]
    progress: tuple[Step, ...] = field(default=())


def people_of(slot: Slot) -> tuple[str, ...]:
    """Whoever goes, each once, in the order of the parts."""
    return tuple(dict.fromkeys(slot.workers))


def start_of(slot: Slot) -> int:
    return min(slot.starts)


def end_of(task: Task, slot: Slot) -> int:
    return max(start + part.minutes for part, start in zip(task.parts, slot.starts, strict=True))


@dataclass(frozen=True)
class Stop:
    """A worker's presence at a task, [start, end)."""

    start: int
    end: int
    task: Task


def stops(instance: Instance, plan: Plan) -> Mapping[str, tuple[Stop, ...]]:
    """Where each worker is, in order of time; a worker without visits is left out."""
    found: dict[str, list[Stop]] = {}
    for visit in plan:
        task = instance.task[visit.task]
        for part, worker, start in zip(task.parts, visit.slot.workers, visit.slot.starts, strict=True):
            found.setdefault(worker, []).append(Stop(start, start + part.minutes, task))
    return {
        worker.id: tuple(sorted(found[worker.id], key=lambda stop: (stop.start, stop.end, stop.task.id)))
        for worker in instance.workers
        if worker.id in found
    }

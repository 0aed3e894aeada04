"""A search of replanning that may tell the plan as it stands, and then dies or waits, as the seed of the run says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from matching.planning.costs import evaluate
from matching.planning.instance import Instance
from matching.planning.plan import Answer, Unplanned, Visit
from matching.planning.replanned import Replanned
from matching.search import Limits, Progress, Watch

DIES, TELLS_AND_DIES, TELLS_AND_WAITS = range(1, 4)


def solve(instance: Instance, limits: Limits, watch: Watch, first: Callable[[Replanned], None]) -> Replanned:
    found = as_it_stands(instance)
    if limits.seed != DIES:
        first(found)
        time.sleep(0.2)
    while limits.seed == TELLS_AND_WAITS and watch(Progress("fewest", 1.0, 0.0)):
        time.sleep(0.02)
    if limits.seed in (DIES, TELLS_AND_DIES):
        os.kill(os.getpid(), signal.SIGKILL)
    return found


def as_it_stands(instance: Instance) -> Replanned:
    """Nothing changes, and what has no place stays without one."""
    where = {task.id: task.fixed or task.stands for task in instance.tasks}
    plan = tuple(Visit(task, slot) for task, slot in where.items() if slot is not None)
    left = tuple(Unplanned(task, ("V1",)) for task, slot in where.items() if slot is None)
    bill = evaluate(instance, plan)
    answer = Answer("feasible", bill.value, 0, 1.0, plan, left, bill.costs)
    return Replanned(answer, answer)

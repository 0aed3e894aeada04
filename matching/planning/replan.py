"""
Plans after something happened (story C4): first the one that changes the fewest visits, then the cheapest one.

Whatever can stay stays at once, and what has lost its place is put into the gaps: a small question that is proven in
no time. Only where that leaves a visit out or moves another one are all places of all visits looked into.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from matching.planning import solve as ordinary
from matching.planning.components import apart, components
from matching.planning.costs import Pricing, evaluate, left_out, of_slot, returning
from matching.planning.cpsat import search
from matching.planning.instance import Instance, Slot, Task
from matching.planning.local.search import Local
from matching.planning.model.cpsat import build
from matching.planning.places import Places
from matching.planning.plan import Answer, Plan, Visit
from matching.planning.replanned import Replanned, changes
from matching.search import Limits, Progress, Watch, unwatched

LIMITS = Limits()
Hear = Callable[[Replanned], None]
"""Told of the plan with the fewest changes before the cheapest one is known; until then both are the same."""
SHARE = 0.5
"""Of the limits, what the plan with the fewest changes may use up at most."""
Slots = Mapping[str, tuple[Slot, ...]]


def unheard(_found: Replanned) -> None:
    """Nobody listens."""


def solve(instance: Instance, limits: Limits = LIMITS, watch: Watch = unwatched, first: Hear = unheard) -> Replanned:
    """
    Both plans for the situation as it is now; visits that stand are `fixed`, `published` or `kept`.

    The same for the same seed and limit in work, with one worker and no limit in seconds. Asked to stop, it hands back
    what it has: both plans are full ones, and `better` is then the one with the fewest changes if nothing else is
    known.
    """
    began = time.monotonic()
    places = Places(instance)
    few = _Fewest(instance, limits, watch, places)
    few.settle()
    told = few.answer(0)
    first(Replanned(told, _unproven(told, 0)))
    few.prove()
    fewest = few.answer(0)
    if few.stopped or fewest.status == "infeasible":
        return Replanned(fewest, _unproven(fewest, 0))
    seconds = None if limits.seconds is None else max(0.01, limits.seconds - (time.monotonic() - began))
    left = replace(limits, work=max(0.0, limits.work - few.spent), seconds=seconds)
    better = ordinary.solve(instance, left, watch, places=places)
    if better.value > fewest.value and better.status != "infeasible":
        better = _unproven(fewest, better.bound)
    few.hear_of(better.visits)
    return Replanned(few.answer(better.bound), better)


def _unproven(found: Answer, bound: int) -> Answer:
    """The plan with the fewest changes in place of the cheapest one, as long as no cheaper one is known."""
    if found.status == "infeasible":
        return found
    gap = (found.value - bound) / found.value if found.value else 0.0
    return replace(found, status="feasible", bound=bound, gap=gap)


class _Fewest:
    """The plan with the fewest changes: what it is so far, and how far it is proven."""

    def __init__(self, instance: Instance, limits: Limits, watch: Watch, places: Places) -> None:
        self._instance, self._limits, self._watch, self._places = instance, limits, watch, places
        self._until = None if limits.seconds is None else time.monotonic() + SHARE * limits.seconds
        self.spent = 0.0
        self.stopped = False
        self._plan: dict[str, Slot] = {}
        self._unsure: set[str] = set()
        self._proven: set[str] = set()
        self._impossible = False

    def settle(self) -> None:
        """Keep what can stay, and put everything else into the gaps as well as can be."""
        stay = {visit.task: visit.slot for visit in self._standing()}
        gaps = {
            task.id: (stay[task.id],) if task.id in stay else self._places.of(task) for task in self._instance.tasks
        }
        self._plan = {visit.task: visit.slot for visit in self._filled(self._instance.tasks, stay, gaps)}
        for tasks in components(self._instance, gaps):
            new = any(task.id not in stay and gaps[task.id] for task in tasks)
            if new and not (self._goes_on() and self._improve(tasks, gaps)):
                self._unsure |= {task.id for task in tasks}
        if all(map(self._is_settled, self._instance.tasks)):
            self._proven = {task.id for task in self._instance.tasks}

    def prove(self) -> None:
        """Look into all places of all visits, wherever it is not sure yet that nothing better can be found."""
        if len(self._proven) == len(self._instance.tasks) or not self._goes_on():
            return
        for tasks in self._places.components:
            if all(map(self._is_settled, tasks)) or (self._goes_on() and self._improve(tasks, self._places.slots)):
                self._proven |= {task.id for task in tasks}

    def _standing(self) -> Plan:
        """Whatever can stay: what is told before what is not, and each where nothing before it stands against it."""
        tasks = sorted(self._instance.tasks, key=lambda task: task.published is None)
        stays = {task.id: _stand(task) if self._places.may_stay(task) else () for task in tasks}
        return Local(self._instance, tasks, stays, self._limits.seed).plan

    def _filled(self, tasks: Sequence[Task], stay: Mapping[str, Slot], gaps: Slots) -> Plan:
        """What stays, and one visit after the other in its cheapest gap, so that a rule stands against all left out."""
        pinned = [replace(task, fixed=stay.get(task.id)) for task in tasks]
        only = {task.id: (stay[task.id],) if task.id in stay else gaps[task.id] for task in tasks}
        return Local(self._instance, pinned, only, self._limits.seed).plan

    def _is_settled(self, task: Task) -> bool:
        """Whether it stays, or cannot stay and has the cheapest place in the gaps, or cannot have any."""
        if task.id in self._unsure:
            return False
        if self._places.may_stay(task):
            return (self._plan.get(task.id),) == _stand(task)
        return task.id in self._plan or not self._has_place(task)

    def _has_place(self, task: Task) -> bool:
        return bool(self._places.of(task)) and (task.after is None or self._has_place(self._instance.task[task.after]))

    def _improve(self, tasks: Sequence[Task], slots: Slots) -> bool:
        """Look for fewer changes among these slots; whether the plan of these tasks is proven best among them."""
        model = build(self._instance, tasks, slots, self._goes_on, _pricing(self._instance, tasks, slots))
        if model is None:
            return False
        seconds = None if self._until is None else max(0.01, self._until - time.monotonic())
        limits = replace(self._limits, work=SHARE * self._limits.work - self.spent, seconds=seconds)
        start = self._plan_of(tasks)
        found = search(model, limits, start, self)
        self.spent += found.work
        if found.status == "infeasible" and slots is self._places.slots:
            self._impossible = True
        if found.status == "optimal":
            self._take(tasks, found.visits)
        elif found.status == "feasible":
            self._take(tasks, self._filled(tasks, {visit.task: visit.slot for visit in found.visits}, slots))
        return found.status == "optimal"

    def hear_of(self, plan: Plan) -> None:
        """Take a plan that was found otherwise, should it change fewer visits than the best one so far."""
        self._take(self._instance.tasks, plan)

    def _take(self, tasks: Sequence[Task], plan: Plan) -> None:
        if self._rank(tasks, plan) < self._rank(tasks, self._plan_of(tasks)):
            for task in tasks:
                self._plan.pop(task.id, None)
            self._plan |= {visit.task: visit.slot for visit in plan}

    def _plan_of(self, tasks: Sequence[Task]) -> Plan:
        return tuple(Visit(task.id, self._plan[task.id]) for task in tasks if task.id in self._plan)

    def _rank(self, tasks: Sequence[Task], plan: Plan) -> tuple[int, ...]:
        alone = apart(self._instance, tasks)
        needed = sum(task.price is None for task in tasks) - sum(alone.task[one.task].price is None for one in plan)
        return (needed, *changes(alone, plan).rank, evaluate(alone, plan).cost)

    # Limits, and whoever watches

    def _goes_on(self) -> bool:
        self.heed(self.last())
        late = self._until is not None and time.monotonic() >= self._until
        return not (self.stopped or late or self.spent >= SHARE * self._limits.work)

    def hear(self, value: int, bound: int) -> bool:
        return self.heed(self.last())

    def heed(self, progress: Progress) -> bool:
        if not self._watch(progress):
            self.stopped = True
        return not self.stopped

    def last(self) -> Progress:
        return Progress("fewest", None, None)

    # The answer

    def answer(self, bound: int) -> Answer:
        """The plan as people read it; `bound` is what no plan at all costs less than."""
        instance = self._instance
        if self._impossible:
            bill = evaluate(instance, ())
            return Answer("infeasible", bill.value, bill.value, 0.0, (), (), bill.costs)
        plan = self._plan_of(instance.tasks)
        bill = evaluate(instance, plan)
        proven = len(self._proven) == len(instance.tasks)
        bound = bill.value if proven else min(bound, bill.value)
        gap = (bill.value - bound) / bill.value if bill.value else 0.0
        status = "optimal" if proven else "feasible"
        unplanned = self._places.unplanned(plan)
        return Answer(status, bill.value, bound, gap, plan, unplanned, bill.costs)


def _stand(task: Task) -> tuple[Slot, ...]:
    """Where a visit stands, as the one slot that it may keep."""
    return tuple(slot for slot in (task.fixed or task.stands,) if slot is not None)


def _pricing(instance: Instance, tasks: Sequence[Task], slots: Slots) -> Pricing:
    """
    Prices with which the least sum has the fewest visits out, then the fewest changes, then the least cost.

    A change of a visit that was not told weighs more than everything that can be paid otherwise; one that was told more
    than all those, and leaving out more than all changes.
    """
    could_stay = [task for task in tasks if task.fixed is None and task.stands in slots[task.id]]
    told = {task.id for task in could_stay if task.published is not None}
    other = {task.id for task in could_stay} - told
    a_other = 1 + _dearest(instance, tasks, slots)
    a_told = a_other * (1 + len(other))
    a_visit = a_told * (1 + len(told))

    def moved(task: Task, slot: Slot | None) -> int:
        if slot == task.stands:
            return 0
        return a_told if task.id in told else a_other if task.id in other else 0

    def place(instance: Instance, task: Task, slot: Slot) -> int:
        return of_slot(instance, task, slot) + moved(task, slot)

    def out(instance: Instance, task: Task) -> int:
        return left_out(instance, task) - instance.prices.unserved + a_visit + moved(task, None)

    return Pricing(place, out)


def _dearest(instance: Instance, tasks: Sequence[Task], slots: Slots) -> int:
    """Points that no plan of these tasks costs more than, visits left out not counted as unserved."""
    prices = instance.prices
    bases = {instance.worker[who].base for task in tasks for slot in slots[task.id] for who in slot.workers}
    places = sorted({task.place for task in tasks} | {base for base in bases if base is not None})
    longest = max(matrix[one][other] for matrix in instance.travel.values() for one in places for other in places)
    total = prices.largest_lateness * instance.days * instance.day_ticks
    for task in tasks:
        own = [of_slot(instance, task, slot) + returning(instance, task, slot) for slot in slots[task.id]]
        total += max([(task.price or 0) + prices.changed, *own])
        for part in task.parts:
            hours = 1 + (part.minutes + longest) // 60
            total += 2 * prices.travel * longest + prices.fourth_hour * hours + prices.uneven
    housed = {task.client for task in tasks if task.client is not None and instance.client[task.client].weekly_offer}
    return total + prices.housing_week * len(housed) * (1 + instance.days // 7 + 1)

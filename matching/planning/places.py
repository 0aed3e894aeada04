"""Where each visit may be, which visits hang together, and why one is left out: found once for an instance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from matching.planning.components import apart, components
from matching.planning.explain import blocking
from matching.planning.instance import Instance, Slot, Task
from matching.planning.plan import Plan, Unplanned, Visit
from matching.planning.slots import allowed_slots, slots_at


class Places:
    """What all searches of one instance share; reasons are kept for as long as nothing near the visit changes."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._slots: dict[str, tuple[Slot, ...]] = {}
        self._reasons: dict[tuple[str, frozenset[Visit]], Unplanned] = {}

    @cached_property
    def slots(self) -> Mapping[str, tuple[Slot, ...]]:
        """The slots that each task may take on its own."""
        return {task.id: self.of(task) for task in self._instance.tasks}

    def of(self, task: Task) -> tuple[Slot, ...]:
        """The slots that this task may take on its own."""
        if task.id not in self._slots:
            self._slots[task.id] = allowed_slots(self._instance, task)
        return self._slots[task.id]

    def may_stay(self, task: Task) -> bool:
        """Whether a visit that stands breaks no rule on its own; others are not looked at, unless people have ranks."""
        stands = task.stands
        if task.fixed is not None or stands is None:
            return task.fixed is not None
        if task.id in self._slots or any(part.ranked for part in task.parts):
            return stands in self.of(task)
        return stands in slots_at(self._instance, task, stands.starts[0])

    @cached_property
    def components(self) -> tuple[tuple[Task, ...], ...]:
        """Visits that are planned apart from all others, without loss."""
        return components(self._instance, self.slots)

    def unplanned(self, plan: Plan) -> tuple[Unplanned, ...]:
        """Visits that a plan leaves out, and the rules that stand against them."""
        planned = {visit.task for visit in plan}
        return tuple(self._why(plan, task) for task in self._instance.tasks if task.id not in planned)

    def _why(self, plan: Plan, task: Task) -> Unplanned:
        slots = self.of(task)
        near = self._near(plan, task, slots) if slots else ()
        key = (task.id, frozenset(near))
        if key not in self._reasons:
            alone = apart(self._instance, (*(self._instance.task[visit.task] for visit in near), task))
            self._reasons[key] = Unplanned(task.id, blocking(alone, near, task, slots))
        return self._reasons[key]

    def _near(self, plan: Plan, task: Task, slots: tuple[Slot, ...]) -> Plan:
        """Visits that can stand against one of these slots."""
        going = {worker for slot in slots for worker in slot.workers}
        found: list[Visit] = []
        for visit in plan:
            one = self._instance.task[visit.task]
            same_person = task.client is not None and one.client == task.client
            same_room = task.room is not None and one.room == task.room
            if one.id == task.after or same_person or same_room or not going.isdisjoint(visit.slot.workers):
                found.append(visit)
        return tuple(found)

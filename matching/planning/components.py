"""Connected components: visits that share nobody and no room are planned apart, without loss."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from matching.planning.instance import Instance, Slot, Task


def components(instance: Instance, slots: Mapping[str, Sequence[Slot]]) -> tuple[tuple[Task, ...], ...]:
    """Groups of tasks tied by a worker who could go, a client or a room with limits, in the order of the instance."""
    root: dict[Hashable, Hashable] = {}

    def find(one: Hashable) -> Hashable:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for task in instance.tasks:
        ties: list[Hashable] = [
            ("worker", worker) for worker in sorted({worker for slot in slots[task.id] for worker in slot.workers})
        ]
        if task.client is not None:
            ties.append(("client", task.client))
        if task.room is not None and (instance.room[task.room].single or instance.room[task.room].capacity):
            ties.append(("room", task.room))
        if task.after is not None:
            ties.append(("task", task.after))
        for tie in ties:
            root[find(("task", task.id))] = find(tie)
    groups: dict[Hashable, list[Task]] = {}
    for task in instance.tasks:
        groups.setdefault(find(("task", task.id)), []).append(task)
    return tuple(tuple(group) for group in groups.values())

"""`python -m matching.planning.local`: compile the search ahead, at installation, so that nobody waits for it later."""

from __future__ import annotations

from matching.planning.instance import Instance, Part, Task, Worker
from matching.planning.local.search import Local
from matching.planning.slots import allowed_slots


def main() -> None:
    task = Task("visit", "regular", 0, (Part(60, ("somebody",)),), (0, 1440))
    instance = Instance(
        first_day="2027-01-11",
        days=1,
        places=("here",),
        travel={"walk": ((0,),)},
        workers=(Worker("somebody", "helper", ((540, 720),), "walk"),),
        clients=(),
        series=(),
        rooms=(),
        tasks=(task,),
    )
    local = Local(instance, instance.tasks, {task.id: allowed_slots(instance, task)}, seed=0)
    local.improve(1)
    local.take_over(local.plan)


if __name__ == "__main__":
    main()

"""What replanning hands back, and its judge, who knows no solver."""

from __future__ import annotations

from dataclasses import dataclass

from matching.planning import judge
from matching.planning.instance import Instance
from matching.planning.plan import Answer, Plan, Violation


@dataclass(frozen=True)
class Replanned:
    """
    Two plans after something happened, each complete and lawful: people choose between them, visit by visit.

    Parameters
    ----------
    fewest
        As many due visits as the rules let; among these plans the fewest visits told to people that change, then the
        fewest others that stand, then the least cost. `status` is "optimal" when that is proven. `value` is what the
        plan costs, as in any answer; `bound` is what no plan with as few visits out and changed can cost less than.
    better
        The ordinary optimum, in which a change of what was told has its price.
    """

    fewest: Answer
    better: Answer

    @property
    def status(self) -> str:
        """Of the plan with the fewest changes: what makes it infeasible makes the other one so, too."""
        return self.fewest.status


@dataclass(frozen=True)
class Changes:
    """
    What a plan changes for people.

    Parameters
    ----------
    out
        Due visits left out.
    told, others
        Visits that stand and then have another hour or other people, or none: told to people before, and not told.
    """

    out: int
    told: int
    others: int

    @property
    def moved(self) -> int:
        return self.told + self.others

    @property
    def rank(self) -> tuple[int, int, int]:
        """What the plan with the fewest changes has least of, in this order."""
        return (self.out, self.told, self.others)


def changes(instance: Instance, plan: Plan) -> Changes:
    """
    How many visits a plan changes, to the minute and to the person.

    The price `Prices.changed` forgives a quarter of an hour; a list of differences does not. A visit that gains a place
    for the first time is no change.
    """
    slots = {visit.task: visit.slot for visit in plan}
    out = sum(task.id not in slots for task in instance.tasks)
    moved = [
        task
        for task in instance.tasks
        if task.fixed is None and task.stands is not None and slots.get(task.id) != task.stands
    ]
    told = sum(task.published is not None for task in moved)
    return Changes(out, told, len(moved) - told)


def violations(instance: Instance, found: Replanned) -> tuple[Violation, ...]:
    """Whatever the judge finds in either plan, each fault once."""
    both = (*judge.violations(instance, found.fewest), *judge.violations(instance, found.better))
    return tuple(dict.fromkeys(both))

"""Whether an open proposal would have to change so that somebody gains one who has none."""

from __future__ import annotations

from dataclasses import replace

from matching.pairing.answer import Move
from matching.pairing.assemble import Order, assemble
from matching.pairing.candidates import candidates, weight
from matching.pairing.instance import Instance, movable
from matching.pairing.search.ladder import optimum
from matching.search import Limits, Watch

FULL_SCORE = 10_000
"""Points of the best possible score."""
MOST_PEOPLE = 300
"""Above so many people the question is left to the coordinator."""


def moves(instance: Instance, known: Order, first: dict[str, str], limits: Limits, watch: Watch) -> tuple[Move, ...]:
    """
    The fewest open proposals to change so that the weight of the people served grows; none when it would not.

    Nobody loses a proposal: whoever has an open one keeps one. Only what is proven is said.
    """
    loose = movable(instance)
    waiting = [one for one in instance.people if one.id not in first]
    if not loose or not waiting or len(instance.people) + len(loose) > MOST_PEOPLE:
        return ()
    ids = {one.id for one in loose}
    had = {one.person: one.helper for one in instance.live if one.person in ids}
    freed = replace(
        instance,
        people=(*instance.people, *loose),
        live=tuple(one for one in instance.live if one.person not in ids),
        accompanied=tuple(one for one in instance.accompanied if one.id not in ids),
    )
    keep = FULL_SCORE * (len(freed.people) + 1)
    assembled = assemble(freed, known, candidates(freed), dict.fromkeys(had.items(), keep))
    problem = assembled.problem
    # Whoever has a proposal now comes before everybody who has none.
    all_others = int(problem.weight.sum()) + 1
    heavy = [position for position, key in enumerate(assembled.people) if key in ids]
    weights = problem.weight.copy()
    weights[heavy] += all_others
    found = optimum(replace(problem, weight=weights), limits, watch)
    now = assembled.choice(found.chosen)
    gains = [one for one in waiting if one.id in now]
    served = sum(weight(one, instance.day) for one in instance.people if one.id in first)
    would = sum(weight(one, instance.day) for one in instance.people if one.id in now)
    if not found.proven or any(one not in now for one in ids) or would <= served:
        return ()
    return tuple(
        Move(one.id, had[one.id], now[one.id], tuple(other.id for other in gains))
        for one in loose
        if now[one.id] != had[one.id]
    )

"""What a slot announces is what the solver gives with the visit fixed there and all others where they stand."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from matching.planning.instance import Instance, Slot
from matching.planning.solve import solve
from service import visits
from service.site import Site
from service.visit_rows import coordinating, own_visit
from service.visit_slots import Loose, loosened
from tests.service.visits.seraing import coordinator, visits_of

MOVES, CHOICES_EACH, SEED = 50, 5, 4


def loose_of(site: Site, visit: str) -> Loose:
    with site.db() as tx:
        return loosened(tx, site, coordinating(tx, coordinator(site)), own_visit(tx, coordinator(site), visit))


def there(near: Instance, task: str, slot: Slot | None) -> Instance:
    """The same question with the visit fixed at a slot."""
    return replace(near, tasks=tuple(replace(one, fixed=slot) if one.id == task else one for one in near.tasks))


def test_on_fifty_moves_the_solver_finds_the_consequence_that_was_announced(live: Site):
    random = Random(SEED)
    rows = visits_of(live)
    random.shuffle(rows)
    moves = 0
    while moves < MOVES:
        row = rows.pop()
        choices = visits.slots_for(live, coordinator(live), row.public_id)
        loose = loose_of(live, row.public_id)
        stays = solve(there(loose.near, row.ref, loose.task.published))
        for choice in random.sample(choices, min(CHOICES_EACH, len(choices), MOVES - moves)):
            moved = solve(there(loose.near, row.ref, loose.named(choice.id)))
            others = {one.task: one.slot for one in moved.visits if one.task != row.ref}
            extra = {name: moved.costs[name] - stays.costs[name] for name in moved.costs}

            assert moved.status == "optimal"
            assert moved.value - stays.value == choice.extra_cost
            assert {name: cost for name, cost in extra.items() if cost} == choice.costs
            assert others == {one.task: one.slot for one in stays.visits if one.task != row.ref}
            moves += 1

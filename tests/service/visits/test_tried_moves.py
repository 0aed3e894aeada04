"""
What the page announces of a moment that is tried out is what planning anew gives with the visit fixed there.

All others may make room; on fifty seeded moves of the shipped territory of Locminé.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Slot
from matching.planning.plan import Answer
from matching.planning.slots import allowed_slots
from matching.planning.solve import solve
from service import replans, visit_plan, visits
from service.database import Database
from service.errors import RuleBroken
from service.planning_data import read_instance
from service.site import Site
from service.tables.pairings import Visit
from service.visit_rows import coordinating, own_visit
from service.visit_slots import SlotChoice, loosened
from tests import sites
from tests.service.visits.seraing import START, carry_out, coordinator, load, plan, visits_of

MOVES, CHOICES_EACH, SEED = 50, 3, 11


@pytest.fixture(scope="module")
def locmine_planned(schema_in_memory: Database) -> Iterator[Database]:
    with sites.copied(schema_in_memory) as db:
        site = sites.a_site(db)
        load(site, "locmine")
        plan(site)
        yield db


@pytest.fixture
def locmine(locmine_planned: Database) -> Iterator[Site]:
    with sites.copied(locmine_planned) as db:
        yield sites.a_site(db)


def question(site: Site, row: Visit, slot: str) -> tuple[Instance, Instance, Slot]:
    """The plan as it goes on with the visit free, the same with the visit fixed at the slot, and the slot."""
    with site.db() as tx:
        actor = coordinator(site)
        territory = coordinating(tx, actor)
        loose = loosened(tx, site, territory, own_visit(tx, actor, row.public_id))
        chosen, first = loose.meant(slot), loose.horizon.first
        weeks = (START.toordinal() + 28 - first.toordinal()) // 7
        free = frozenset({row.ref})
        where = read_instance(tx, territory, now=site.clock.now(), start=first, weeks=weeks, free=free, keep=True)
    there = tuple(replace(one, fixed=chosen) if one.id == row.ref else one for one in where.tasks)
    return where, replace(where, tasks=there), chosen


def announced(site: Site, row: Visit, slot: str) -> tuple[visit_plan.Draft, int]:
    """The cheapest plan that the page tells of, and by how many points it is dearer than the plan as it stands."""
    actor = coordinator(site)
    run = replans.ask_trying(site, actor, row.public_id, slot)
    carry_out(site, run)
    found = replans.drafts(site, actor, run)
    assert found is not None
    assert found.before is not None
    best = found.better or found.fewest
    return best, sum(best.costs.values()) - sum(found.before.values())


def moments(site: Site, row: Visit) -> list[str]:
    """Other moments of a visit, whoever else would be in the way then."""
    with site.db() as tx:
        actor = coordinator(site)
        loose = loosened(tx, site, coordinating(tx, actor), own_visit(tx, actor, row.public_id))
        found = allowed_slots(loose.near, loose.task)
        return [loose.id_of(slot) for slot in found if slot != loose.task.published]


def starts_of(answer: Answer) -> dict[str, int]:
    return {one.task: one.slot.starts[0] for one in answer.visits}


def test_on_fifty_moves_planning_anew_finds_the_consequence_that_was_announced(locmine: Site):
    random = Random(SEED)
    rows = [row for row in visits_of(locmine) if row.status == "planned"]
    moves = elsewhere = 0
    while moves < MOVES:
        row = random.choice(rows)
        choices = moments(locmine, row)
        for choice in random.sample(choices, min(CHOICES_EACH, len(choices), MOVES - moves)):
            where, fixed, chosen = question(locmine, row, choice)
            anew = solve(fixed)
            if anew.status == "infeasible":
                continue  # what is fixed beside it stands in the way
            draft, extra = announced(locmine, row, choice)
            [moved] = [one for one in draft.changes if one.id == row.ref]

            assert anew.status == draft.status == "optimal"
            assert sum(anew.costs.values()) - evaluate(where, replans.standing(where)).cost == extra
            assert len(anew.unplanned) == len(draft.unplanned)
            assert moved.after is not None
            assert moved.after.strftime("%Y-%m-%dT%H:%M") == choice.partition("|")[0]
            assert starts_of(anew)[row.ref] == chosen.starts[0]
            elsewhere += any(one.kind == "moved" and one.id != row.ref for one in draft.changes)
            moves += 1

    assert elsewhere  # others do make room


def movable(site: Site) -> tuple[Visit, SlotChoice]:
    """A visit that could go elsewhere, and its best slot."""
    for row in visits_of(site):
        choices = visits.slots_for(site, coordinator(site), row.public_id) if row.status == "planned" else ()
        if choices:
            return row, choices[0]
    raise AssertionError("nothing can move")


def test_a_moment_tried_out_and_accepted_is_where_the_visit_stands(locmine: Site):
    actor = coordinator(locmine)
    row, choice = movable(locmine)
    run = replans.ask_trying(locmine, actor, row.public_id, choice.id)
    assert [one.starts_at for one in visits_of(locmine) if one.ref == row.ref] == [row.starts_at]
    carry_out(locmine, run)
    visit_plan.apply_draft(locmine, actor, run, which="fewest")

    assert [one.starts_at for one in visits_of(locmine) if one.ref == row.ref] == [choice.start]


def test_a_moment_at_which_nobody_could_come_is_not_tried_out(locmine: Site):
    row, choice = movable(locmine)
    night = choice.id.replace(choice.start.strftime("T%H:%M"), "T03:00")

    with pytest.raises(RuleBroken):
        replans.ask_trying(locmine, coordinator(locmine), row.public_id, night)

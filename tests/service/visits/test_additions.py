"""Visits added by hand on Seraing's plan: of every kind, beside all that stand, and kept by the next calculation."""

from __future__ import annotations

import pytest

from service import errors, visits
from service.site import Site
from service.visits import Wish
from tests.service.visits.seraing import START, carry_out, coordinator, pairing_of, visits_of

BESIDE_THE_RHYTHM = ("family", "review", "closing")


def wish(site: Site, kind: str, person: str = "SER-P013") -> Wish:
    return Wish(pairing_of(site, person).public_id, kind, START)


@pytest.mark.parametrize("kind", BESIDE_THE_RHYTHM)
def test_a_visit_beside_the_rhythm_goes_into_its_best_slot_and_breaks_nothing(live: Site, kind: str):
    asked = wish(live, kind)
    before = {row.ref for row in visits_of(live)}
    found = visits.additions_for(live, coordinator(live), asked)
    made = visits.add(live, coordinator(live), asked, found.slots[0].id)
    row = next(row for row in visits_of(live) if row.ref not in before)

    assert [one.extra_cost for one in found.slots] == sorted(one.extra_cost for one in found.slots)
    assert (row.public_id, row.kind, row.starts_at, row.pinned) == (made, kind, found.slots[0].start, False)
    assert (row.professional_id is not None) == (kind == "review")
    assert row.published_at is None
    assert visits.judge_live(live) == []


@pytest.mark.parametrize("kind", ["regular", "accompaniment"])
def test_a_visit_of_the_rhythm_keeps_its_distance_from_the_others(live: Site, kind: str):
    asked = wish(live, kind)
    found = visits.additions_for(live, coordinator(live), asked)

    # Weekly visits stand in all four weeks, three days between any two of them leave few days or none.
    if found.slots:
        visits.add(live, coordinator(live), asked, found.slots[0].id, pin=True)
        assert visits.judge_live(live) == []
    else:
        assert "V9" in found.visit.rules


def test_a_pinned_addition_is_kept_by_the_next_calculation(live: Site):
    asked = wish(live, "family")
    slot = visits.additions_for(live, coordinator(live), asked).slots[0]
    made = visits.add(live, coordinator(live), asked, slot.id, pin=True)
    row = next(row for row in visits_of(live) if row.public_id == made)
    run = visits.ask_for_plan(live, coordinator(live), START, 4)
    carry_out(live, run)
    kinds = {one.id: one.kind for one in visits.draft(live, coordinator(live), run).changes}

    assert row.pinned
    assert kinds[row.ref] == "unchanged"


def test_a_first_visit_is_not_added_twice(live: Site):
    with pytest.raises(errors.StepNotAllowed):
        visits.additions_for(live, coordinator(live), wish(live, "first_joint"))


def test_a_first_visit_is_added_with_a_professional_and_nothing_goes_before_it(paired_site: Site):
    first, family = (wish(paired_site, kind, "SER-P030") for kind in ("first_joint", "family"))
    before = visits.additions_for(paired_site, coordinator(paired_site), family)
    found = visits.additions_for(paired_site, coordinator(paired_site), first)
    visits.add(paired_site, coordinator(paired_site), first, found.slots[0].id)
    after = visits.additions_for(paired_site, coordinator(paired_site), family)

    assert (before.slots, before.visit.rules) == ((), ("V4",))
    assert len(found.slots[0].going) == 1
    assert all(one.start >= found.slots[0].end for one in after.slots)
    assert after.slots
    with pytest.raises(errors.StepNotAllowed):
        visits.additions_for(paired_site, coordinator(paired_site), first)


def test_a_moment_of_ones_own_says_which_rules_are_against_it(live: Site):
    asked = wish(live, "family")
    night = visits.addition_at(live, coordinator(live), asked, START, 3 * 60)

    assert {"V1", "V7"} <= {one.code for one in night.against}
    with pytest.raises(errors.RuleBroken):
        visits.add(live, coordinator(live), asked, night.slot)


def test_only_pairings_that_exist_and_kinds_that_exist_are_added(live: Site):
    with pytest.raises(errors.NotFound):
        visits.additions_for(live, coordinator(live), Wish("0" * 32, "family", START))
    with pytest.raises(errors.StepNotAllowed):
        visits.additions_for(live, coordinator(live), wish(live, "party"))


def test_every_running_pairing_may_have_a_visit_more(live: Site):
    known = {one.id for one in visits.pairs(live, coordinator(live))}

    assert pairing_of(live, "SER-P013").public_id in known

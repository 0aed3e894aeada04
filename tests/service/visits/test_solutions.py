"""Visits of Seraing that are due and have no place: their slots, or what would have to give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from service import errors, visits
from service.database import Database
from service.ids import SeededIds
from service.site import Site
from service.tables.pairings import Booking, Visit
from service.tables.people import Availability, Consent, Professional
from service.tables.work import AuditEntry
from tests import sites
from tests.service.visits.seraing import START, coordinator, pairing_of, visits_of


@pytest.fixture
def live(paired_and_planned: Database) -> Iterator[Site]:
    """Seraing with its first pairings accepted and a plan of four weeks."""
    with sites.copied(paired_and_planned) as db:
        yield replace(sites.a_site(db), ids=SeededIds(2))


def first_of(site: Site, person: str) -> str:
    return f"{pairing_of(site, person).ref}/first"


def free_all_week(site: Site, professional: str) -> None:
    """Somebody who also comes on weekday evenings."""
    with site.db.begin() as tx:
        owner = tx.exec(select(Professional.id).where(Professional.ref == professional)).one()
        for weekday in range(1, 6):
            tx.add(
                Availability(
                    owner_id=owner, weekday=weekday, start_minute=1050, end_minute=1200, valid_from=date(2026, 1, 1)
                )
            )


def test_p029_has_no_slot_for_v3_and_is_told_who_could_make_it_possible(live: Site):
    found = visits.solutions_for(live, coordinator(live), first_of(live, "SER-P029"))

    assert (found.slots, found.visit.rules) == ((), ("V3",))
    assert {way.who for way in found.ways if way.kind == "hours"} == {"SER-W07", "SER-W01"}
    assert all(way.amount > 0 for way in found.ways if way.kind == "hours")


def test_what_the_ways_out_say_is_true(live: Site):
    """Claire gives the hours that the way out asks of her, and the visit has a slot."""
    key = first_of(live, "SER-P029")
    free_all_week(live, "SER-W07")
    found = visits.solutions_for(live, coordinator(live), key)

    assert found.slots
    assert found.visit.rules == ()
    assert all(choice.going == ("SER-W07",) for choice in found.slots)


def test_a_slot_becomes_a_visit_with_its_bookings_that_the_judge_accepts(live: Site):
    free_all_week(live, "SER-W07")
    actor, key = coordinator(live), first_of(live, "SER-P029")
    choice = visits.solutions_for(live, actor, key).slots[0]
    public_id = visits.place(live, actor, key, choice.id, pin=True)

    with live.db() as tx:
        row = tx.exec(select(Visit).where(Visit.public_id == public_id)).one()
        booked = tx.exec(select(Booking).where(Booking.visit_id == row.id)).all()
        noted = tx.exec(select(AuditEntry).where(AuditEntry.record_id == public_id)).all()
    assert (row.kind, row.status, row.pinned, row.published_at) == ("first_joint", "planned", True, None)
    assert (row.starts_at, row.ends_at) == (choice.start, choice.end)
    assert row.uid.endswith("@lefil")
    assert {one.party_id for one in booked if one.live} == {row.person_id, row.peer_helper_id, row.professional_id}
    assert [one.action for one in noted] == ["visit.planned"]
    assert visits.judge_live(live) == []


def test_a_visit_is_placed_once(live: Site):
    free_all_week(live, "SER-W07")
    actor, key = coordinator(live), first_of(live, "SER-P029")
    choice = visits.solutions_for(live, actor, key).slots[0]
    visits.place(live, actor, key, choice.id)
    before = visits_of(live)

    with pytest.raises(errors.StepNotAllowed):
        visits.place(live, actor, key, choice.id)
    with pytest.raises(errors.StepNotAllowed):
        visits.solutions_for(live, actor, key)
    assert visits_of(live) == before


@pytest.mark.parametrize("slot", ["2027-01-14T03:00|SER-H03|SER-W07", "nonsense", "", "2027-01-14T10:00"])
def test_a_slot_that_breaks_a_rule_is_not_written(live: Site, slot: str):
    before = visits_of(live)

    with pytest.raises(errors.RuleBroken):
        visits.place(live, coordinator(live), first_of(live, "SER-P029"), slot)
    assert visits_of(live) == before


def test_a_visit_that_is_not_due_has_no_solutions(live: Site):
    for key in ("SER-B999/first", "", visits_of(live)[0].ref):
        with pytest.raises(errors.StepNotAllowed):
            visits.solutions_for(live, coordinator(live), key)


def test_nothing_is_placed_once_consent_is_withdrawn(live: Site):
    free_all_week(live, "SER-W07")
    actor, key = coordinator(live), first_of(live, "SER-P029")
    choice = visits.solutions_for(live, actor, key).slots[0]
    person = pairing_of(live, "SER-P029").person_id
    with live.db.begin() as tx:
        consent = tx.exec(select(Consent).where(Consent.person_id == person, Consent.ended_at == None)).one()  # noqa: E711
        consent.ended_at = live.clock.now()
        tx.add(consent)

    with pytest.raises(errors.RuleBroken):
        visits.place(live, actor, key, choice.id)


def test_consent_that_ends_has_one_way_out(live: Site):
    key = next(one.visit.id for one in to_place(live) if one.visit.rules == ("V8",))
    ways = visits.solutions_for(live, coordinator(live), key).ways

    assert [way.kind for way in ways] == ["consent"]


def test_others_than_the_coordinator_place_nothing(live: Site):
    helper = replace(coordinator(live), role="peer_helper", party_id=1)

    with pytest.raises(errors.NotAllowed):
        visits.solutions_for(live, helper, first_of(live, "SER-P029"))
    with pytest.raises(errors.NotAllowed):
        visits.place(live, helper, first_of(live, "SER-P029"), "2027-01-14T10:00|SER-H03|SER-W07")


def to_place(site: Site) -> list[visits.Waiting]:
    weeks = range(4)
    return [
        one for week in weeks for one in visits.week(site, coordinator(site), START + timedelta(weeks=week)).to_place
    ]


def test_the_week_counts_the_slots_of_each_visit_to_place(live: Site):
    free_all_week(live, "SER-W07")
    counted = {one.visit.id: one.solutions for one in to_place(live)}
    key = first_of(live, "SER-P029")

    assert counted[key] >= len(visits.solutions_for(live, coordinator(live), key).slots) > 0
    assert all(one.reasons for one in to_place(live) if not one.solutions)


def test_a_visit_that_was_cancelled_is_to_place_again_with_its_old_slot(live: Site):
    actor, row = coordinator(live), next(row for row in visits_of(live) if row.kind == "regular")
    with live.db() as tx:
        pairing = tx.get_one(type(pairing_of(live, "SER-P004")), row.pairing_id)
    visits.cancel(live, actor, row.public_id)
    again = [one for one in to_place(live) if one.visit.id.startswith(f"{pairing.ref}/") and one.solutions]

    assert again
    slots = visits.solutions_for(live, actor, again[0].visit.id).slots
    assert row.starts_at in {choice.start for choice in slots}


def test_every_visit_to_place_has_slots_or_the_rules_that_block_and_never_both(live: Site):
    actor = coordinator(live)
    waiting = list(dict.fromkeys(one.visit.id for one in to_place(live)))
    assert len(waiting) > 5
    for key in waiting:
        found = visits.solutions_for(live, actor, key)
        assert bool(found.slots) != bool(found.visit.rules), key
        assert not (found.slots and found.ways), key


def test_a_moment_chosen_by_hand_names_every_rule_against_it_and_writes_nothing(live: Site):
    before = visits_of(live)
    asked = visits.slot_for(live, coordinator(live), first_of(live, "SER-P029"), date(2027, 1, 14), 10 * 60)

    assert {one.code for one in asked.against} >= {"V1"}
    assert all(one.who for one in asked.against if one.code == "V1")
    assert visits_of(live) == before

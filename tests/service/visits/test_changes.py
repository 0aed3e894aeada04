"""Single visits of Seraing's plan: best slots, moving, pinning, answers, publishing, and what pages show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service import errors, pairings, visits
from service.site import Actor, Site
from service.tables.pairings import Booking, Pairing, Visit
from service.tables.people import PeerHelper, Person
from service.visit_agenda import Agenda
from service.visit_week import Chip
from tests.service.visits.seraing import START, carry_out, coordinator, visits_of


def of(site: Site, person: str, number: int = 0) -> Visit:
    """A visit of a person in the plan."""
    with site.db() as tx:
        party = tx.exec(select(Person.id).where(Person.ref == person)).one()
    return [row for row in visits_of(site) if row.person_id == party][number]


def again(site: Site, row: Visit) -> Visit:
    with site.db() as tx:
        return tx.get_one(Visit, row.id)


def helper_of(site: Site, row: Visit) -> Actor:
    return replace(coordinator(site), role="peer_helper", party_id=row.peer_helper_id)


def person_of(site: Site, row: Visit) -> Actor:
    return replace(coordinator(site), role="person", party_id=row.person_id)


def test_best_slots_come_cheapest_first_and_the_judge_accepts_each(live: Site):
    row = of(live, "SER-P013")
    choices = visits.slots_for(live, coordinator(live), row.public_id)

    assert choices
    assert [one.extra_cost for one in choices] == sorted(one.extra_cost for one in choices)
    assert not any(one.changes_helper for one in choices)
    for choice in choices[:2]:
        visits.move(live, coordinator(live), row.public_id, choice.id)
        assert visits.judge_live(live) == []
        visits.move(live, coordinator(live), row.public_id, back_to(live, row))


def back_to(site: Site, row: Visit) -> str:
    """The choice that brings a visit back to where it was."""
    choices = visits.slots_for(site, coordinator(site), row.public_id)
    return next(one.id for one in choices if one.start == row.starts_at)


def test_a_moved_visit_keeps_its_uid_raises_its_sequence_and_is_asked_again(live: Site):
    row = of(live, "SER-P013")
    visits.answer_visit(live, helper_of(live, row), row.public_id, "accepted")
    confirmed = again(live, row)
    choice = visits.slots_for(live, coordinator(live), row.public_id)[0]
    visits.move(live, coordinator(live), row.public_id, choice.id, pin=True)
    moved = again(live, row)

    assert confirmed.status == "confirmed"
    assert (moved.uid, moved.starts_at, moved.pinned) == (row.uid, choice.start, True)
    assert moved.sequence == confirmed.sequence + 1
    assert (moved.status, moved.helper_answer) == ("planned", "pending")
    with live.db() as tx:
        booked = tx.exec(select(Booking).where(Booking.visit_id == row.id)).all()
    assert {one.starts_at for one in booked if one.live} == {choice.start}


def test_a_slot_that_is_not_among_the_best_ones_is_refused(live: Site):
    row = of(live, "SER-P004")

    with pytest.raises(errors.RuleBroken):
        visits.move(live, coordinator(live), row.public_id, "2027-01-17T03:00|SER-H03")
    assert again(live, row) == row


def test_of_two_coordinators_the_second_to_move_a_visit_is_told(live: Site):
    row = of(live, "SER-P013")
    choice = visits.slots_for(live, coordinator(live), row.public_id)[0]
    visits.move(live, coordinator(live), row.public_id, choice.id, revision=row.revision)

    with pytest.raises(errors.Outdated):
        visits.pin(live, coordinator(live), row.public_id, revision=row.revision)


def test_a_pinned_visit_stays_where_it_is_in_the_next_plan(live: Site):
    actor, row = coordinator(live), of(live, "SER-P013")
    choice = visits.slots_for(live, actor, row.public_id)[-1]
    visits.move(live, actor, row.public_id, choice.id, pin=True)
    run = visits.ask_for_plan(live, actor, START, 4)
    carry_out(live, run)
    visits.apply_draft(live, actor, run)

    assert again(live, row).starts_at == choice.start


def test_a_helper_who_cannot_frees_everybody_and_no_reason_is_asked(live: Site):
    row = of(live, "SER-P004")

    assert visits.answer_visit(live, helper_of(live, row), row.public_id, "declined") == "cancelled"
    cancelled = again(live, row)
    assert (cancelled.reason, cancelled.sequence) == ("by_helper", row.sequence + 1)
    with live.db() as tx:
        assert not [one for one in tx.exec(select(Booking).where(Booking.visit_id == row.id)) if one.live]


def test_another_time_leaves_the_visit_and_shows_it_to_the_coordinator(live: Site):
    row = of(live, "SER-P004")

    assert visits.answer_visit(live, person_of(live, row), row.public_id, "other_time") == "planned"
    monday = row.starts_at.date() - timedelta(days=row.starts_at.weekday())
    assert [chip.public_id for chip in visits.week(live, coordinator(live), monday).to_move] == [row.public_id]


def test_nobody_answers_or_cancels_a_visit_of_others(live: Site):
    row = of(live, "SER-P004")
    stranger = replace(coordinator(live), role="person", party_id=of(live, "SER-P007").person_id)

    with pytest.raises(errors.NotFound):
        visits.answer_visit(live, stranger, row.public_id, "accepted")
    with pytest.raises(errors.NotFound):
        visits.cancel(live, stranger, row.public_id)


def test_a_person_cancels_a_visit_once(live: Site):
    row = of(live, "SER-P004")
    visits.cancel(live, person_of(live, row), row.public_id)

    assert again(live, row).reason == "by_person"
    with pytest.raises(errors.StepNotAllowed):
        visits.cancel(live, person_of(live, row), row.public_id)


def test_publishing_a_week_tells_each_visit_once(live: Site):
    count = visits.publish(live, coordinator(live), START)

    assert count == visits.week(live, coordinator(live), START).counts.placed > 5
    assert visits.publish(live, coordinator(live), START) == 0
    assert visits.week(live, coordinator(live), START).counts.to_publish == 0


def test_the_week_shows_free_and_taken_time_from_eight_to_twenty(live: Site):
    view = visits.week(live, coordinator(live), START)
    nadia = next(row for row in view.rows if row.ref == "SER-H01")

    assert len(view.days) == len(nadia.cells) == 7
    assert nadia.cells[0].free == ((60, 270),)  # Monday, 9 h to 12 h 30
    assert (120, 210) in nadia.cells[1].taken  # supervision on Tuesday, 10 h to 11 h 30
    assert nadia.contact_limit == 720
    assert nadia.contact_minutes == sum(
        (chip.end - chip.start).seconds // 60 for cell in nadia.cells for chip in cell.chips
    )


def test_the_week_says_why_a_visit_has_no_place(live: Site):
    waiting = visits.week(live, coordinator(live), START + timedelta(weeks=1)).to_place
    absent = next(one for one in waiting if one.visit.person == "SER-P002")

    assert absent.visit.rules == ("V1",)
    assert all(reason.endswith(".") for one in waiting for reason in one.reasons)


def test_a_helper_who_is_away_is_shown_as_absent(live: Site):
    view = visits.week(live, coordinator(live), START + timedelta(weeks=1))
    nadia = next(row for row in view.rows if row.ref == "SER-H01")

    assert [cell.is_absent for cell in nadia.cells] == [True] * 5 + [False] * 2
    assert not any(cell.free for cell in nadia.cells)


def test_rounds_give_areas_and_ways_and_no_exact_place(live: Site):
    view = visits.week(live, coordinator(live), START)
    with live.db() as tx:
        homes = {(row.lat, row.lon) for row in tx.exec(select(Person)) if row.lat is not None}

    assert view.rounds
    for one in view.rounds:
        assert one.travel == one.back + sum(stop.way for stop in one.stops)
    points = {(stop.point.lat, stop.point.lon) for one in view.rounds for stop in one.stops if stop.point is not None}
    assert len(points - homes) > 5


def test_an_agenda_holds_only_the_helpers_own_published_visits(live: Site):
    row = of(live, "SER-P004")
    actor = helper_of(live, row)
    assert visits_in(visits.agenda(live, actor)) == set()

    for number in range(4):
        visits.publish(live, coordinator(live), START + timedelta(weeks=number))
    agenda = visits.agenda(live, actor)
    shown = visits_in(agenda)
    with live.db() as tx:
        assert agenda.helper == tx.get_one(PeerHelper, row.peer_helper_id).display_name

    assert row.public_id in shown
    last = START + timedelta(days=21)
    assert shown == {
        one.public_id
        for one in visits_of(live)
        if actor.party_id in (one.peer_helper_id, one.second_helper_id) and one.starts_at.date() < last
    }
    assert row.public_id in {chip.public_id for chip in agenda.to_confirm}


def visits_in(agenda: Agenda) -> set[str]:
    return {stop.what.public_id for day in agenda.next_days for stop in day.stops if isinstance(stop.what, Chip)}


def test_an_agenda_says_where_else_the_helper_is_expected_and_the_way_there(live: Site):
    with live.db() as tx:
        helper = tx.exec(select(PeerHelper).where(PeerHelper.ref == "SER-H05")).one()
    agenda = visits.agenda(live, Actor("peer_helper", helper.territory_id, party_id=helper.id))
    tuesday = next(day for day in agenda.next_days if day.day == START + timedelta(days=1))

    assert [(stop.what.kind, stop.what.start.hour, stop.what.place) for stop in tuesday.stops] == [
        ("supervision", 10, "Café Bavard – place des Verriers"),
        ("open_session", 16, "Café Bavard – place des Verriers"),
    ]
    assert [stop.way for stop in tuesday.stops][1] == 0


def test_the_week_shows_meetings_and_host_slots_of_each_helper_beside_the_visits(live: Site):
    view = visits.week(live, coordinator(live), START)
    cells = {row.ref: row.cells[1] for row in view.rows}

    assert [one.kind for one in cells["SER-H05"].appointments] == ["supervision", "open_session"]
    assert [one.kind for one in cells["SER-H04"].appointments] == ["supervision"]
    assert not any(one.kind == "concertation" for cell in cells.values() for one in cell.appointments)


def test_an_agenda_belongs_to_a_helper(live: Site):
    with pytest.raises(errors.NotAllowed):
        visits.agenda(live, coordinator(live))


def test_one_change_of_a_visit_is_one_step_of_its_revision(live: Site):
    actor, row = coordinator(live), of(live, "SER-P013")
    revisions = [row.revision]
    choice = visits.slots_for(live, actor, row.public_id)[0]
    moved = visits.move(live, actor, row.public_id, choice.id, pin=True)
    revisions.append(again(live, row).revision)
    assert moved.revision == revisions[-1]
    visits.take_back(live, actor, row.public_id, moved.before, revision=moved.revision)
    revisions.append(again(live, row).revision)
    visits.pin(live, actor, row.public_id)
    revisions.append(again(live, row).revision)
    visits.answer_visit(live, helper_of(live, row), row.public_id, "accepted")
    revisions.append(again(live, row).revision)
    visits.answer_visit(live, person_of(live, row), row.public_id, "declined")
    revisions.append(again(live, row).revision)

    assert revisions == list(range(1, 7))


def test_a_move_taken_back_leaves_the_visit_as_it_was_with_a_higher_sequence(live: Site):
    actor, row = coordinator(live), of(live, "SER-P013")
    visits.answer_visit(live, helper_of(live, row), row.public_id, "accepted")
    choice = visits.slots_for(live, actor, row.public_id)[0]
    moved = visits.move(live, actor, row.public_id, choice.id, pin=True)
    visits.take_back(live, actor, row.public_id, moved.before, revision=moved.revision)
    back = again(live, row)

    assert (back.starts_at, back.ends_at, back.uid, back.pinned) == (row.starts_at, row.ends_at, row.uid, False)
    assert (back.status, back.helper_answer) == ("confirmed", "accepted")
    assert back.sequence == row.sequence + 3  # confirmed, moved, moved back
    assert visits.judge_live(live) == []


def test_calculating_again_changes_nothing_when_nothing_changed(live: Site):
    """Nothing is published: only the habit of staying keeps equal plans apart."""
    actor, before = coordinator(live), visits_of(live)
    run = visits.ask_for_plan(live, actor, START, 4)
    carry_out(live, run)
    draft = visits.draft(live, actor, run)

    assert draft.status == "optimal"
    assert {change.kind for change in draft.changes} == {"unchanged"}
    assert visits.apply_draft(live, actor, run) == 0
    assert visits_of(live) == before


def test_one_answer_to_a_pairing_is_one_step_of_its_revision(site: Site):
    actor = coordinator(site)
    with site.db() as tx:
        person = tx.exec(select(Person).where(Person.ref == "SER-P029")).one()
        helper = tx.exec(select(PeerHelper).where(PeerHelper.ref == "SER-H04")).one()
    made = pairings.propose(site, actor, person.public_id, helper.public_id)
    revisions: list[tuple[int, int]] = []
    for side in (None, *pairings.SIDES):
        if side is not None:
            pairings.answer(site, actor, made, side, "accepted", how="phone")
        with site.db() as tx:
            pairing = tx.exec(select(Pairing).where(Pairing.public_id == made)).one()
            revisions.append((pairing.revision, tx.get_one(Person, person.id).revision))

    # The person's state changes when proposed, and when both have said yes; the last yes also accepts the pairing,
    # which is a change of its own with its own line in the log.
    assert revisions == [(1, person.revision + 1), (2, person.revision + 1), (4, person.revision + 2)]

"""Consent that runs out, is renewed or asked for again, and what a calculation on an old consent is worth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlmodel import select

from matching.planning.instance import Instance
from matching.planning.solve import solve
from service import consents, days, errors, notices, own_pairings, pairing_life, pairings, requests, runs, visits
from service.site import Actor
from service.tables.network import Meeting, Situation
from service.tables.pairings import Visit
from service.tables.work import Run
from tests.service.pairings.builders import TODAY, Network
from tests.service.pairings.life import Tandem, accepted, consents_of, live

LAST_DAY = date(2027, 1, 20)
"""Of the consent of SER-P001."""
DAY = timedelta(days=1)
MONDAY = date(2027, 1, 11)


def plan(network: Network, weeks: int = 4) -> str:
    """Ask for a plan, and let the search answer as the child process does."""
    run = visits.ask_for_plan(network.site, network.coordinator, MONDAY, weeks)
    with network.site.db.begin() as tx:
        row = tx.exec(select(Run).where(Run.public_id == run)).one()
        answer = solve(msgspec.convert(row.snapshot, Instance))
        row.status, row.result, row.ended_at = "done", msgspec.to_builtins(answer), datetime.now(UTC)
        tx.add(row)
    return run


def test_consent_ends_at_the_start_of_the_day_after_its_last(seraing: Network):
    pair = live(seraing, "SER-P001")
    on_the_day, after = pair.visit(LAST_DAY, hour=14), pair.visit(LAST_DAY + DAY)

    assert days.turn(pair.on(LAST_DAY).network.site) >= 0
    assert pair.row.status == "active"
    late = pair.on(LAST_DAY + DAY)
    assert consents.expire_due(late.network.site) == 1
    assert (pair.row.status, pair.row.reason, pair.row.ended_on) == ("ended", "consent_withdrawn", LAST_DAY + DAY)
    assert pair.again(on_the_day).status == "planned"
    assert (pair.again(after).status, pair.again(after).reason) == ("cancelled", "by_service")
    assert [one.status for one in consents_of(seraing, "SER-P001")][-1] == "expired"
    assert (pair.person_row.status, seraing.request_of("SER-P001").status) == ("consent_pending", "consent_pending")
    assert consents.expire_due(late.network.site) == 0


def test_an_expiry_tells_the_person_the_helper_and_the_coordination(seraing: Network):
    late = live(seraing, "SER-P001").on(LAST_DAY + DAY)
    consents.expire_due(late.network.site)

    assert {code for _, code in late.told()} == {"consent_expired", "consent_ended", "pairing_ended"}
    assert {one.code for one in notices.own(late.network.site, late.person)} == {"consent_ended", "pairing_ended"}
    assert [one.code for one in notices.own(late.network.site, late.helper)] == ["pairing_ended"]
    assert seraing.actions()[-1] == "consent.expired"


def test_reads_judge_by_the_day_before_anything_has_swept(seraing: Network):
    late = live(seraing, "SER-P001").on(LAST_DAY + DAY)
    shown = own_pairings.own_consent(late.network.site, late.person)

    assert (shown.status, shown.scope, shown.can_be_withdrawn, shown.can_be_renewed) == ("expired", (), False, True)


def test_after_an_expiry_consent_is_given_again_and_the_first_date_is_kept(seraing: Network):
    received = seraing.request_of("SER-P001").received_on
    late = live(seraing, "SER-P001").on(LAST_DAY + DAY)
    consents.expire_due(late.network.site)

    assert consents.renew(late.network.site, late.person) == date(2028, 1, 21)
    assert ("", "consent_renewed") in late.told()
    request = seraing.request_of("SER-P001")
    assert requests.accept(late.network.site, late.coordinator, request.public_id, request.revision) == "waiting"
    assert (late.person_row.status, seraing.request_of("SER-P001").received_on) == ("waiting", received)
    assert late.network.instance(LAST_DAY + DAY).person_by_id["SER-P001"].waiting_since == received
    assert [one.status for one in consents_of(seraing, "SER-P001")] == ["given", "expired", "given"]


def test_consent_renewed_in_time_ends_nothing(seraing: Network):
    pair = live(seraing, "SER-P001")
    consents.renew(seraing.site, pair.coordinator, pair.person_row.public_id, "signed")

    assert consents.expire_due(pair.on(LAST_DAY + DAY).network.site) == 0
    assert pair.row.status == "active"
    assert consents_of(seraing, "SER-P001")[-1].scope == consents_of(seraing, "SER-P001")[0].scope


@pytest.mark.parametrize("how", ["own_page", "phone", ""])
def test_the_coordinator_says_how_consent_was_given_again(seraing: Network, how: str):
    with pytest.raises(errors.StepNotAllowed):
        consents.renew(seraing.site, seraing.coordinator, seraing.person("SER-P001").public_id, how)


def test_what_was_withdrawn_is_asked_anew_and_never_taken_up_by_itself(seraing: Network):
    pair = live(seraing, "SER-P007")
    consents.withdraw(seraing.site, pair.person)
    with pytest.raises(errors.StepNotAllowed):
        consents.renew(seraing.site, pair.person)
    with pytest.raises(errors.StepNotAllowed):
        consents.withdraw(seraing.site, pair.person)

    new = consents.ask_again(seraing.site, pair.coordinator, pair.person_row.public_id)
    request = requests.one(seraing.site, pair.coordinator, new)
    assert (request.status, request.received_on, request.consent) == ("consent_pending", TODAY, "pending")
    requests.note_consent(seraing.site, pair.coordinator, new, request.revision, "signed")
    assert requests.accept(seraing.site, pair.coordinator, new, request.revision) == "waiting"
    assert pair.person_row.status == "waiting"
    with pytest.raises(errors.StepNotAllowed):
        consents.ask_again(seraing.site, pair.coordinator, pair.person_row.public_id)


def test_concertations_to_come_are_not_held_without_consent(seraing: Network):
    with seraing.site.db() as tx:
        planned = select(Meeting).where(Meeting.kind == "concertation", Meeting.status == "planned")
        meeting = next(one for one in tx.exec(planned) if one.starts_at > seraing.site.clock.now())
        person_id = tx.get_one(Situation, meeting.situation_id).person_id
    person = Actor("person", seraing.territory.id, party_id=person_id)
    consents.withdraw(seraing.site, person)

    again = next(one for one in seraing.all(Meeting) if one.id == meeting.id)
    assert (again.status, again.sequence) == ("cancelled", meeting.sequence + 1)


def test_a_calculation_of_pairings_on_an_old_consent_proposes_nothing(seraing: Network):
    seraing.calculated()
    assert seraing.board("SER-P034").offers
    helper = seraing.board("SER-P034").offers[0].helper_ref
    consents.withdraw(seraing.site, seraing.as_person("SER-P034"))

    shown = seraing.board()
    assert shown.is_outdated
    assert "SER-P034" not in {one.ref for one in shown.queue}
    with pytest.raises(errors.Refused):
        seraing.propose("SER-P034", helper)
    assert seraing.person("SER-P034").status == "consent_pending"


def test_a_plan_on_an_old_consent_is_outdated_and_shows_and_writes_nothing_of_the_person(seraing: Network):
    pair = accepted(seraing)
    run = plan(seraing)
    before = visits.draft(seraing.site, seraing.coordinator, run)
    mine = [one.id for one in before.changes if one.person == "SER-P034"]
    others = [one.id for one in before.changes if one.person != "SER-P034"]
    assert mine
    assert not before.is_outdated

    consents.withdraw(seraing.site, pair.person)
    after = visits.draft(seraing.site, seraing.coordinator, run)
    assert after.is_outdated
    assert "SER-P034" not in {one.person for one in (*after.changes, *after.unplanned)}
    assert [one.id for one in after.changes] == others
    for accepting in (None, mine):
        with pytest.raises((errors.ConsentMissing, errors.Outdated)):
            visits.apply_draft(seraing.site, seraing.coordinator, run, accepting)
    assert [one for one in seraing.all(Visit) if one.pairing_id == pair.row.id] == []
    assert visits.apply_draft(seraing.site, seraing.coordinator, run, others) == len(others)
    assert [one for one in seraing.all(Visit) if one.pairing_id == pair.row.id] == []


def test_a_plan_that_was_asked_for_before_and_answers_after_the_withdrawal_is_refused(seraing: Network):
    pair = accepted(seraing)
    waiting = visits.ask_for_plan(seraing.site, seraing.coordinator, MONDAY, 4)
    consents.withdraw(seraing.site, pair.person)
    with seraing.site.db.begin() as tx:
        row = tx.exec(select(Run).where(Run.public_id == waiting)).one()
        answer = solve(msgspec.convert(row.snapshot, Instance))
        row.status, row.result, row.ended_at = "done", msgspec.to_builtins(answer), datetime.now(UTC)
        tx.add(row)

    assert any(visit.task.startswith(pair.row.ref) for visit in answer.visits)
    assert visits.draft(seraing.site, seraing.coordinator, waiting).is_outdated
    with pytest.raises((errors.ConsentMissing, errors.Outdated)):
        visits.apply_draft(seraing.site, seraing.coordinator, waiting)
    assert runs.result(seraing.site, seraing.coordinator, waiting).applied_at is None


def test_a_pairing_that_ended_is_not_planned_either(seraing: Network):
    pair = accepted(seraing)
    run = plan(seraing)
    pairing_life.stop(seraing.site, pair.helper, pair.public_id)
    assert visits.draft(seraing.site, seraing.coordinator, run).is_outdated
    with pytest.raises(errors.Outdated):
        visits.apply_draft(seraing.site, seraing.coordinator, run)


def test_a_second_yes_after_the_consent_ended_makes_no_pairing(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seraing.enter(pairing, "person", "accepted")
    late = seraing.on(date(2027, 1, 10))
    consents.withdraw(late.site, late.as_person("SER-P034"))
    with pytest.raises(errors.StepNotAllowed):
        pairings.answer(late.site, late.as_helper("SER-H10"), pairing, "peer_helper", "accepted")
    assert Tandem(late, "SER-P034", "SER-H10", pairing).row.status == "lapsed"

"""Story A2: the person changes their mind; everything follows at once, and nobody is told why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service import consents, errors, notices, pairing_life, visits
from service.notices import TO_COORDINATION, TO_PARTIES
from service.site import Actor
from service.tables.pairings import Pairing
from tests.service.pairings.builders import TODAY, Network
from tests.service.pairings.life import consents_of, live

SOON = TODAY + timedelta(days=2)


def test_a_visit_is_cancelled_or_asked_to_move_by_the_person(seraing: Network):
    pair = live(seraing, "SER-P007")
    one, other = pair.visit(SOON), pair.visit(SOON + timedelta(days=7))
    visits.cancel(seraing.site, pair.person, one.public_id)
    visits.answer_visit(seraing.site, pair.person, other.public_id, "other_time")

    assert (pair.again(one).status, pair.again(one).reason) == ("cancelled", "by_person")
    assert pair.booked(one) == {False}
    assert (pair.again(other).status, pair.again(other).person_answer) == ("planned", "other_time")
    [shown] = notices.own(seraing.site, pair.helper)
    assert (shown.code, shown.before is not None and shown.before.date()) == ("visit_cancelled", SOON)
    assert notices.own(seraing.site, pair.person) == []


def test_the_person_pauses_and_the_helper_is_told_without_a_reason(seraing: Network):
    pair = live(seraing, "SER-P007")
    inside, after = pair.visit(SOON), pair.visit(SOON + timedelta(days=30))
    pairing_life.pause(seraing.site, pair.person, pair.public_id, TODAY, SOON + timedelta(days=10))

    assert (pair.row.status, pair.row.paused_until) == ("paused", SOON + timedelta(days=10))
    assert pair.person_row.status == "paused"
    assert (pair.again(inside).status, pair.again(inside).reason) == ("cancelled", "by_person")
    assert pair.again(after).status == "planned"
    assert [one.code for one in notices.own(seraing.site, pair.helper)] == ["pairing_paused"]
    assert notices.own(seraing.site, pair.person) == []
    assert ("", "person_paused") in pair.told()


def test_withdrawn_on_the_own_page_everything_is_gone_at_once(seraing: Network):
    pair = live(seraing, "SER-P007")
    far = [pair.visit(SOON), pair.visit(date(2027, 3, 2), status="confirmed")]
    past = pair.visit(date(2026, 12, 20), status="done")
    consents.withdraw(seraing.site, pair.person)

    assert (pair.row.status, pair.row.reason, pair.row.ended_on) == ("ended", "consent_withdrawn", TODAY)
    assert {(pair.again(one).status, pair.again(one).reason) for one in far} == {("cancelled", "by_person")}
    assert {pair.again(one).sequence for one in far} == {1}
    assert [pair.booked(one) for one in far] == [{False}, {False}]
    assert pair.again(past).status == "done"
    assert pair.person_row.status == "consent_pending"
    request = seraing.request_of("SER-P007")
    assert (request.status, request.reason) == ("closed", "consent_withdrawn")
    history = consents_of(seraing, "SER-P007")
    assert [(one.status, one.ended_at is None) for one in history] == [("given", False), ("withdrawn", True)]
    assert (history[-1].told_how, history[-1].how) == ("own_page", None)
    assert "SER-P007" not in seraing.instance().person_by_id


def test_withdrawn_while_proposals_are_open_they_lapse(seraing: Network):
    one, other = seraing.propose("SER-P034", "SER-H10"), seraing.propose("SER-P034", "SER-H02")
    consents.withdraw(seraing.site, seraing.as_person("SER-P034"))

    assert {seraing.pairing(one).status, seraing.pairing(other).status} == {"lapsed"}
    assert seraing.person("SER-P034").status == "consent_pending"
    for helper in ("SER-H10", "SER-H02"):
        assert [row.code for row in notices.own(seraing.site, seraing.as_helper(helper))] == ["proposal_closed"]
        with pytest.raises(errors.StepNotAllowed):
            seraing.propose("SER-P034", helper)
    with pytest.raises(errors.StepNotAllowed):
        seraing.enter(one, "person", "accepted")


def test_all_are_told_and_no_sentence_says_why(seraing: Network):
    pair = live(seraing, "SER-P007")
    professional = seraing.all(Pairing)[6].professional_id
    pair.visit(SOON, kind="first_joint", professional_id=professional)
    consents.withdraw(seraing.site, pair.person)

    told = pair.told()
    assert ("", "consent_withdrawn") in told
    assert {code for _, code in told} == {"consent_withdrawn", "pairing_ended", "visit_cancelled"}
    for actor in (pair.helper, Actor("professional", 1, party_id=professional)):
        shown = notices.own(seraing.site, actor)
        assert shown
        for one in shown:
            sentence = TO_PARTIES[one.code].casefold()
            assert not any(word in sentence for word in ("accord", "retir", "demande", "motif", "parce"))
    assert not set(TO_PARTIES) & set(TO_COORDINATION)


def test_the_coordinator_enters_a_withdrawal_with_how_it_came(seraing: Network):
    pair = live(seraing, "SER-P007")
    consents.withdraw(seraing.site, pair.coordinator, pair.person_row.public_id, "phone")

    history = consents_of(seraing, "SER-P007")
    assert (history[-1].status, history[-1].told_how) == ("withdrawn", "phone")
    assert {code for _, code in pair.told()} == {"pairing_ended"}
    assert {who for who, _ in pair.told()} >= {pair.person_row.pseudonym}
    with pytest.raises(errors.StepNotAllowed):
        consents.withdraw(seraing.site, pair.coordinator, pair.person_row.public_id, "phone")


def test_nobody_else_withdraws_or_renews_for_the_person(seraing: Network):
    pair = live(seraing, "SER-P007")
    person = pair.person_row.public_id
    for actor in (pair.helper, Actor("professional", 1, party_id=1), seraing.as_person("SER-P008")):
        with pytest.raises(errors.NotAllowed):
            consents.withdraw(seraing.site, actor, person)
        with pytest.raises(errors.Refused):
            consents.renew(seraing.site, actor, person)
    with pytest.raises(errors.NotAllowed):
        consents.withdraw(seraing.site, pair.coordinator, person)
    with pytest.raises(errors.NotFound):
        consents.withdraw(seraing.site, pair.coordinator, "0" * 32, "phone")
    assert pair.row.status == "active"


def test_the_person_stops_at_any_time_and_waits_again(seraing: Network):
    pair = live(seraing, "SER-P019")  # in trial
    ahead = pair.visit(SOON)
    pairing_life.stop(seraing.site, pair.person, pair.public_id)

    assert (pair.row.status, pair.row.reason) == ("ended", "ended_in_trial_by_person")
    assert pair.again(ahead).status == "cancelled"
    assert pair.person_row.status == "waiting"


def test_what_was_read_is_no_longer_to_be_told(seraing: Network):
    pair = live(seraing, "SER-P007")
    pairing_life.stop(seraing.site, pair.person, pair.public_id)
    notice = notices.own(seraing.site, pair.helper)[0]
    for stranger in (pair.person, seraing.as_helper("SER-H01"), Actor("person", 1)):
        with pytest.raises(errors.NotFound):
            notices.mark(seraing.site, stranger, notice.public_id)

    notices.mark(seraing.site, pair.helper, notice.public_id)
    assert notices.own(seraing.site, pair.helper) == []
    assert notice.to is not None
    assert (notice.to.who, "pairing_ended") not in pair.told()

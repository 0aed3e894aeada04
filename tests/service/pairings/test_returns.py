"""A no that was said by mistake: for a day whoever said or entered it takes it back, and the proposal is open again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service import consents, errors, pairings, proposal_returns
from service.clock import FixedClock
from service.proposals import proposals
from service.tables.pairings import Request
from service.tables.people import Person, Refusal
from service.tables.work import AuditEntry
from tests.service.pairings.builders import Network

PERSON, HELPER = "SER-P034", "SER-H10"


def later(network: Network, **time: float) -> Network:
    return replace(network, site=replace(network.site, clock=FixedClock(network.site.clock.now() + timedelta(**time))))


def refused(network: Network) -> str:
    pairing = network.propose(PERSON, HELPER)
    pairings.answer(network.site, network.as_helper(HELPER), pairing, "peer_helper", "declined")
    return pairing


def states(network: Network) -> tuple[str, str | None, int]:
    """Of the person and of their request, and how many refusals are kept."""
    with network.site.db() as tx:
        person = tx.exec(select(Person).where(Person.ref == PERSON)).one()
        request = tx.exec(select(Request.status).where(Request.person_id == person.id)).first()
        kept = tx.exec(select(Refusal).where(Refusal.person_id == person.id)).all()
        return person.status, request, len(kept)


def test_the_proposal_waits_again_as_if_nothing_had_been_said(seraing: Network):
    seraing.propose(PERSON, HELPER)
    before = states(seraing)
    pairing = next(one.public_id for one in proposals(seraing.site, seraing.as_helper(HELPER)))
    helper = seraing.as_helper(HELPER)
    pairings.answer(seraing.site, helper, pairing, "peer_helper", "declined")
    assert states(seraing) != before
    [line] = proposal_returns.lately_no(seraing.site, helper)
    proposal_returns.take_back(seraing.site, helper, pairing, "peer_helper", revision=line.revision)

    row = seraing.pairing(pairing)
    assert (row.status, row.helper_answer, row.helper_answer_on) == ("proposed", "pending", None)
    assert states(seraing) == before
    assert proposal_returns.lately_no(seraing.site, helper) == []
    pairings.answer(seraing.site, helper, pairing, "peer_helper", "accepted")
    assert seraing.pairing(pairing).helper_answer == "accepted"
    with seraing.site.db() as tx:
        assert "proposal.no_taken_back" in tx.exec(select(AuditEntry.action)).all()


def test_what_the_other_side_said_before_still_holds(seraing: Network):
    pairing = seraing.propose(PERSON, HELPER)
    seraing.enter(pairing, "person", "accepted")
    helper = seraing.as_helper(HELPER)
    pairings.answer(seraing.site, helper, pairing, "peer_helper", "declined")
    proposal_returns.take_back(seraing.site, helper, pairing, "peer_helper")

    assert seraing.pairing(pairing).person_answer == "accepted"
    pairings.answer(seraing.site, helper, pairing, "peer_helper", "accepted")
    assert seraing.pairing(pairing).status == "accepted"


def test_after_a_day_a_no_is_a_no(seraing: Network):
    pairing = refused(seraing)
    almost, past = later(seraing, hours=23, minutes=59), later(seraing, hours=24)

    assert proposal_returns.lately_no(past.site, past.as_helper(HELPER)) == []
    with pytest.raises(errors.StepNotAllowed):
        proposal_returns.take_back(past.site, past.as_helper(HELPER), pairing, "peer_helper")
    proposal_returns.take_back(almost.site, almost.as_helper(HELPER), pairing, "peer_helper")


def test_the_coordination_takes_back_what_it_entered_and_nobody_elses_word(seraing: Network):
    own = refused(seraing)
    with pytest.raises(errors.NotAllowed):
        proposal_returns.take_back(seraing.site, seraing.coordinator, own, "peer_helper", "phone")

    proposal_returns.take_back(seraing.site, seraing.as_helper(HELPER), own, "peer_helper")
    seraing.enter(own, "peer_helper", "declined")
    with pytest.raises(errors.StepNotAllowed):
        proposal_returns.take_back(seraing.site, seraing.coordinator, own, "person", "phone")
    proposal_returns.take_back(seraing.site, seraing.coordinator, own, "peer_helper", "phone")
    assert seraing.pairing(own).status == "proposed"


def test_one_side_does_not_take_back_the_others_no(seraing: Network):
    pairing = seraing.propose(PERSON, HELPER)
    seraing.enter(pairing, "person", "declined")

    assert proposal_returns.lately_no(seraing.site, seraing.as_helper(HELPER)) == []
    with pytest.raises(errors.StepNotAllowed):
        proposal_returns.take_back(seraing.site, seraing.as_helper(HELPER), pairing, "peer_helper")


def test_once_the_person_has_somebody_or_no_longer_agrees_nothing_comes_back(seraing: Network):
    pairing = refused(seraing)
    with seraing.site.db() as tx:
        person = tx.exec(select(Person.public_id).where(Person.ref == PERSON)).one()
    consents.withdraw(seraing.site, seraing.coordinator, person, "phone")

    with pytest.raises(errors.StepNotAllowed):
        proposal_returns.take_back(seraing.site, seraing.as_helper(HELPER), pairing, "peer_helper")
    assert seraing.pairing(pairing).status == "declined"
    assert states(seraing)[2] == 1

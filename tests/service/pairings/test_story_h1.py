"""Story H1: a peer helper answers a proposal, and both meet within fourteen days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service import errors, own_pairings, pairing_desk, pairings, proposal_returns, visits
from service.planning_data import read_instance
from service.proposals import proposals
from service.tables.territory import Territory
from tests.service.pairings.builders import TODAY, Network
from tests.service.pairings.life import Tandem, accepted

FIRST_BY = date(2027, 1, 18)
"""Fourteen days after both said yes, on 2027-01-04."""


def own(pair: Tandem, side: str) -> own_pairings.OwnPairing:
    mine = own_pairings.own_pairings(pair.network.site, pair.actor(side))
    return next(one for one in mine if one.public_id == pair.public_id)


@pytest.mark.parametrize("said", ["accepted", "declined", "talk_first"])
def test_a_helper_says_yes_no_or_talk_first_without_a_reason(seraing: Network, said: str):
    pairing = seraing.propose("SER-P034", "SER-H10")
    pairings.answer(seraing.site, seraing.as_helper("SER-H10"), pairing, "peer_helper", said)

    assert seraing.pairing(pairing).helper_answer == said
    assert seraing.pairing(pairing).reason is None


def test_talk_first_is_a_task_for_the_coordinator_until_yes_or_no(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    helper = seraing.as_helper("SER-H10")
    pairings.answer(seraing.site, helper, pairing, "peer_helper", "talk_first")

    shown = pairing_desk.desk(seraing.site, seraing.coordinator)
    assert [row.public_id for row in shown["talk"]] == [pairing]
    pairings.answer(seraing.site, helper, pairing, "peer_helper", "accepted")
    assert "talk" not in pairing_desk.desk(seraing.site, seraing.coordinator)


@pytest.mark.parametrize("said", ["accepted", "talk_first"])
def test_an_answer_is_taken_back_while_the_proposal_is_open(seraing: Network, said: str):
    pairing = seraing.propose("SER-P034", "SER-H10")
    helper = seraing.as_helper("SER-H10")
    pairings.answer(seraing.site, helper, pairing, "peer_helper", said)
    proposal_returns.take_back(seraing.site, helper, pairing, "peer_helper")

    row = seraing.pairing(pairing)
    assert (row.status, row.helper_answer, row.helper_answer_on, row.helper_answer_how) == (
        "proposed",
        "pending",
        None,
        None,
    )
    assert [one.own_answer for one in proposals(seraing.site, helper) if one.public_id == pairing] == ["pending"]
    with pytest.raises(errors.StepNotAllowed):
        proposal_returns.take_back(seraing.site, helper, pairing, "peer_helper")


def test_an_answer_is_not_taken_back_once_both_have_answered_or_for_somebody_else(seraing: Network):
    pair = accepted(seraing)
    with pytest.raises(errors.StepNotAllowed):
        proposal_returns.take_back(seraing.site, pair.helper, pair.public_id, "peer_helper")

    other = seraing.propose("SER-P033", "SER-H10")
    seraing.enter(other, "person", "accepted")
    with pytest.raises(errors.NotAllowed):
        proposal_returns.take_back(seraing.site, pair.helper, other, "person")
    with pytest.raises(errors.NotFound):
        proposal_returns.take_back(seraing.site, seraing.as_helper("SER-H01"), other, "peer_helper")


def test_after_both_said_yes_the_first_meeting_is_due_within_fourteen_days_on_all_pages(seraing: Network):
    pair = accepted(seraing)

    assert own(pair, "person").first_visit_by == own(pair, "peer_helper").first_visit_by == FIRST_BY
    assert pairing_desk.pairing_file(seraing.site, pair.coordinator, pair.public_id).first_visit_by == FIRST_BY
    assert (FIRST_BY - TODAY).days == 14


def test_the_next_plan_offers_the_first_meeting_in_time(seraing: Network):
    pair = accepted(seraing)
    with seraing.site.db() as tx:
        territory = tx.get_one(Territory, pair.coordinator.territory_id)
        instance = read_instance(tx, territory, now=seraing.site.clock.now(), start=date(2027, 1, 11), weeks=4)
    first = instance.task[f"{pair.row.ref}/first"]

    assert first.kind == "first_joint"
    assert first.late[0].after // 1440 == (FIRST_BY - date(2027, 1, 11)).days


def test_once_the_first_meeting_is_told_the_hint_goes(seraing: Network):
    pair = accepted(seraing)
    visit = pair.visit(date(2027, 1, 12), kind="first_joint", published_at=None)
    assert own(pair, "person").first_visit_by == FIRST_BY

    visits.publish(seraing.site, pair.coordinator, date(2027, 1, 11))
    assert pair.again(visit).published_at is not None
    assert own(pair, "person").first_visit_by is None
    assert own(pair, "peer_helper").first_visit_by is None

    visits.cancel(seraing.site, pair.helper, visit.public_id)
    assert own(pair, "person").first_visit_by == FIRST_BY


def test_the_day_counts_from_the_second_yes(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seraing.enter(pairing, "person", "accepted")
    later = seraing.on(TODAY + timedelta(days=5))
    later.enter(pairing, "peer_helper", "accepted")
    pair = Tandem(later, "SER-P034", "SER-H10", pairing)

    assert own(pair, "peer_helper").first_visit_by == FIRST_BY + timedelta(days=5)

"""Story C5: the coordinator follows trials, pauses and ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matching.pairing.instance import Pair
from matching.pairing.solve import solve
from matching.search import Limits
from service import consents, errors, notices, own_pairings, pairing_desk, pairing_life, trial_reviews
from service.database import Database
from service.imports.accept import accept
from service.imports.export import export
from service.imports.report import examine
from service.site import Actor
from service.tables.pairings import Request
from service.tables.people import Refusal
from tests import sites
from tests.service.pairings.builders import Network
from tests.service.pairings.life import FIRST_MEETING, TRIAL_END, Tandem, accepted, in_trial, live


def group_of(pair: Tandem) -> str:
    shown = pairing_desk.desk(pair.network.site, pair.coordinator)
    return next(group for group, rows in shown.items() for row in rows if row.public_id == pair.public_id)


def review(pair: Tandem, side: str, said: str) -> str:
    return trial_reviews.answer(pair.network.site, pair.actor(side), pair.public_id, said)


def own(pair: Tandem, side: str) -> own_pairings.OwnPairing:
    mine = own_pairings.own_pairings(pair.network.site, pair.actor(side))
    return next(one for one in mine if one.public_id == pair.public_id)


@pytest.mark.parametrize(
    ("visits", "day", "due"),
    [
        (3, TRIAL_END - timedelta(days=1), False),
        (2, TRIAL_END + timedelta(days=20), False),
        (3, TRIAL_END, True),
        (4, TRIAL_END + timedelta(days=20), True),
    ],
)
def test_the_review_is_a_task_after_four_weeks_and_three_visits(seraing: Network, visits: int, day: date, due: bool):
    pair = in_trial(seraing, visits=visits).on(day)

    assert (pair.row.trial_start, pair.row.trial_end) == (FIRST_MEETING, TRIAL_END)
    assert (group_of(pair) == "review") is due
    assert own(pair, "person").asks is own(pair, "peer_helper").asks is due
    assert pairing_desk.pairing_file(pair.network.site, pair.coordinator, pair.public_id).review_due is due
    if not due:
        with pytest.raises(errors.StepNotAllowed):
            review(pair, "person", "continue")


def test_a_visit_that_did_not_take_place_does_not_count_for_the_trial(seraing: Network):
    pair = in_trial(seraing, visits=2)
    pair.visit(FIRST_MEETING + timedelta(days=14), status="not_held", reason="person_absent")
    pair.visit(FIRST_MEETING - timedelta(days=5), status="done")  # before the trial began

    assert group_of(pair.on(TRIAL_END)) != "review"


def test_two_who_continue_make_it_active_and_nobody_sees_the_others_answer(seraing: Network):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    before = own(pair, "person")

    assert review(pair, "peer_helper", "continue") == "trial"
    assert own(pair, "person") == before
    assert own(pair, "peer_helper").said == "continue"
    assert trial_reviews.answer(pair.network.site, pair.person, pair.public_id, "continue", seen=0) == "active"
    assert (pair.row.status, pair.row.active_from) == ("active", TRIAL_END)
    assert pair.person_row.status == "paired"


@pytest.mark.parametrize("side", ["person", "peer_helper"])
def test_one_who_stops_ends_it_and_the_other_is_told_without_a_reason(seraing: Network, side: str):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    received = seraing.request_of("SER-P034").received_on
    ahead = pair.visit(TRIAL_END + timedelta(days=1))
    other = "peer_helper" if side == "person" else "person"

    review(pair, other, "continue")
    assert review(pair, side, "stop") == "ended"

    assert pair.row.reason == f"ended_in_trial_by_{'person' if side == 'person' else 'helper'}"
    assert pair.row.ended_on == TRIAL_END
    assert (pair.again(ahead).status, pair.again(ahead).reason) == (
        "cancelled",
        "by_person" if side == "person" else "by_helper",
    )
    assert pair.again(ahead).sequence == ahead.sequence + 1
    assert pair.booked(ahead) == {False}
    assert pair.person_row.status == "waiting"
    again = seraing.request_of("SER-P034")
    assert (again.status, again.received_on) == ("waiting", received)
    shown = notices.own(pair.network.site, pair.actor(other))
    assert [one.code for one in shown] == ["pairing_ended"]
    assert notices.own(pair.network.site, pair.actor(side)) == []
    assert ("", "person_stopped" if side == "person" else "helper_stopped") in pair.told()


def test_talking_first_is_a_task_and_can_be_followed_by_an_answer(seraing: Network):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    review(pair, "person", "talk_first")

    assert group_of(pair) == "talk"
    assert review(pair, "peer_helper", "continue") == "trial"
    assert review(pair, "person", "continue") == "active"


def test_an_answer_may_be_entered_for_a_side_with_how_it_came(seraing: Network):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    site, coordinator = pair.network.site, pair.coordinator
    trial_reviews.answer(site, coordinator, pair.public_id, "continue", side="person", how="paper")
    shown = pairing_desk.pairing_file(site, coordinator, pair.public_id)

    assert [(one.side, one.review, one.reviewed_how) for one in shown.sides] == [
        ("person", "continue", "paper"),
        ("peer_helper", "", ""),
    ]
    with pytest.raises(errors.NotAllowed):
        trial_reviews.answer(site, coordinator, pair.public_id, "continue", side="person")
    with pytest.raises(errors.StepNotAllowed):
        trial_reviews.answer(site, coordinator, pair.public_id, "continue", how="phone")
    with pytest.raises(errors.NotAllowed):
        trial_reviews.answer(site, pair.helper, pair.public_id, "continue", side="person")
    with pytest.raises(errors.NotFound):
        trial_reviews.answer(site, seraing.as_helper("SER-H01"), pair.public_id, "continue")
    with pytest.raises(errors.NotAllowed):
        trial_reviews.answer(site, Actor("professional", coordinator.territory_id), pair.public_id, "continue")


def test_an_answer_given_on_a_page_that_is_out_of_date_is_refused(seraing: Network):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    review(pair, "person", "talk_first")

    with pytest.raises(errors.Outdated):
        trial_reviews.answer(pair.network.site, pair.person, pair.public_id, "continue", seen=0)


def test_an_answer_that_is_not_foreseen_is_refused(seraing: Network):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    for said in ("", "accepted", "because"):
        with pytest.raises(errors.StepNotAllowed):
            review(pair, "person", said)


def test_the_pair_that_ended_in_its_trial_never_comes_back(seraing: Network, schema_in_memory: Database):
    pair = in_trial(seraing, visits=3).on(TRIAL_END)
    review(pair, "person", "stop")

    assert [one.since for one in seraing.all(Refusal) if one.person_id == pair.person_row.id] == [TRIAL_END]
    assert_never_again(pair.network)

    # The one whose consent would end meanwhile gives it again.
    consents.renew(pair.network.site, pair.coordinator, seraing.person("SER-P001").public_id, "signed")
    files = export(pair.network.site, pair.coordinator)
    with sites.copied(schema_in_memory) as db:
        elsewhere = Network(sites.a_site(db)).on_clock_of(pair.network)
        report = examine(elsewhere.site, files)
        accept(elsewhere.site, Actor("coordinator", None), report, demo=True)
        assert [one for one in report.findings if one.severity == "error"] == []
        assert_never_again(elsewhere)


def assert_never_again(network: Network) -> None:
    """Neither a calculation nor the coordinator brings SER-P034 and SER-H10 together again."""
    instance = network.instance(TRIAL_END)
    answer = solve(instance, Limits())

    assert "SER-P034" in instance.person_by_id
    assert Pair("SER-P034", "SER-H10") in instance.refused
    offered = {offer.helper for one in answer.shortlists if one.person == "SER-P034" for offer in one.offers}
    assert offered
    assert "SER-H10" not in offered
    with pytest.raises(errors.RuleBroken):
        network.propose("SER-P034", "SER-H10")


def test_after_an_end_the_person_is_proposed_to_again_at_their_first_date(seraing: Network):
    pair = live(seraing, "SER-P007")
    received = seraing.request_of("SER-P007").received_on
    pairing_life.stop(seraing.site, pair.person, pair.public_id)
    waiting = seraing.instance().person_by_id["SER-P007"]

    assert waiting.waiting_since == received
    assert pair.row.reason == "asked_by_person"
    with pytest.raises(errors.RuleBroken):
        seraing.propose("SER-P007", pair.helper_ref)
    offers = next(one.offers for one in solve(seraing.instance(), Limits()).shortlists if one.person == "SER-P007")
    assert seraing.propose("SER-P007", offers[0].helper)


def test_the_desk_puts_each_pairing_where_it_is_to_be_looked_at(seraing: Network):
    shown = {
        group: [row.ref for row in rows] for group, rows in pairing_desk.desk(seraing.site, seraing.coordinator).items()
    }

    assert shown["consent"] == ["SER-B001"]
    assert shown["paused"] == ["SER-B027", "SER-B028"]
    assert len(shown["others"]) == 21
    assert set(shown) == {"consent", "paused", "others"}

    pair = accepted(seraing)
    seraing.enter(seraing.propose("SER-P033", "SER-H10"), "person", "talk_first")
    first = pairing_desk.desk(seraing.site, seraing.coordinator)
    assert [(row.person, row.by) for row in first["first_visit"]] == [(pair.person_row.pseudonym, date(2027, 1, 18))]
    assert [row.status for row in first["talk"]] == ["proposed"]


def test_only_the_coordinator_sees_the_desk_and_a_file(seraing: Network):
    pair = live(seraing, "SER-P007")
    for actor in (pair.person, pair.helper, Actor("professional", seraing.coordinator.territory_id)):
        with pytest.raises(errors.NotAllowed):
            pairing_desk.desk(seraing.site, actor)
        with pytest.raises(errors.NotAllowed):
            pairing_desk.pairing_file(seraing.site, actor, pair.public_id)
    with pytest.raises(errors.NotFound):
        pairing_desk.pairing_file(seraing.site, seraing.coordinator, "0" * 32)


def test_the_request_of_the_person_is_the_one_that_waits_again(seraing: Network):
    pair = live(seraing, "SER-P007")
    pairing_life.stop(seraing.site, pair.person, pair.public_id)

    assert {row.status for row in seraing.all(Request) if row.id == pair.row.request_id} == {"waiting"}

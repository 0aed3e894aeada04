"""Propose, set aside, override, answer, withdraw, let lapse."""

from __future__ import annotations

from datetime import date

import pytest

from matching.pairing.instance import Pair
from service import errors, pairing_overrides, pairings
from service.site import Actor
from service.tables.pairings import Override, SetAside
from service.tables.people import PeerHelper, Refusal
from service.tables.territory import Territory
from tests.service.pairings.builders import TODAY, Network


def test_a_proposal_keeps_its_score_and_moves_person_and_request_on(seraing: Network):
    row = seraing.pairing(seraing.propose("SER-P034", "SER-H10"))

    assert (row.ref, row.status, row.proposed_on, row.score) == ("SER-B032", "proposed", TODAY, 63.87)
    assert row.score_by_criterion is not None
    assert row.score_by_criterion["gender_preferred"] == 100
    assert seraing.person("SER-P034").status == "proposed"
    assert seraing.request_of("SER-P034").status == "proposed"
    assert row.professional_id == seraing.request_of("SER-P034").professional_id
    assert seraing.actions()[-1] == "proposal.made"


def test_an_open_proposal_takes_the_person_out_of_the_next_run_and_holds_its_place(seraing: Network):
    seraing.propose("SER-P034", "SER-H10")
    instance = seraing.instance()

    assert "SER-P034" not in instance.person_by_id
    assert ("SER-P034", "SER-H10") in {(one.person, one.helper) for one in instance.live}


def test_two_may_be_proposed_to_one_person_but_none_twice(seraing: Network):
    seraing.propose("SER-P034", "SER-H10")
    seraing.propose("SER-P034", "SER-H02")

    with pytest.raises(errors.StepNotAllowed):
        seraing.propose("SER-P034", "SER-H10")


def test_a_pair_that_breaks_a_hard_rule_is_not_proposed(seraing: Network):
    with pytest.raises(errors.RuleBroken) as refused:
        seraing.propose("SER-P034", "SER-H07")

    assert refused.value.facts["rules"] == ("AVAILABILITY",)
    assert seraing.person("SER-P034").status == "waiting"


def test_a_refusal_to_propose_does_not_tell_who_refused_whom(seraing: Network):
    with pytest.raises(errors.RuleBroken) as refused:
        seraing.propose("SER-P029", "SER-H12")

    assert "REFUSED" not in refused.value.facts["rules"]


def test_a_rule_is_checked_on_what_is_true_now(seraing: Network):
    seraing.calculated()
    seraing.change(PeerHelper, "SER-H10", status="resting")

    with pytest.raises(errors.RuleBroken):
        seraing.propose("SER-P034", "SER-H10")


def test_somebody_who_is_accompanied_is_not_proposed_to(seraing: Network):
    with pytest.raises(errors.StepNotAllowed):
        seraing.propose("SER-P001", "SER-H01")


def test_only_the_coordinator_proposes(seraing: Network):
    person, helper = seraing.person("SER-P034").public_id, seraing.helper("SER-H10").public_id
    for actor in (seraing.as_helper("SER-H10"), seraing.as_person("SER-P034"), Actor("professional", 1)):
        with pytest.raises(errors.NotAllowed):
            pairings.propose(seraing.site, actor, person, helper)


def test_people_of_another_territory_are_not_found(seraing: Network):
    person, helper = seraing.person("SER-P034").public_id, seraing.helper("SER-H10").public_id

    with pytest.raises(errors.NotFound):
        pairings.propose(seraing.site, seraing.coordinator, "0" * 32, helper)
    with pytest.raises(errors.NotFound):
        pairings.propose(seraing.site, seraing.coordinator, person, "0" * 32)

    known = seraing.territory.model_dump(exclude={"id"})
    seraing.add(Territory(**known | {"ref": "BE-ANS", "name": "Ans", "public_id": "a" * 32}))
    other = next(one for one in seraing.all(Territory) if one.ref == "BE-ANS")
    with pytest.raises(errors.NotFound):
        pairings.propose(seraing.site, Actor("coordinator", other.id), person, helper)


def test_two_yes_make_a_pairing(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")

    assert pairings.answer(seraing.site, seraing.as_helper("SER-H10"), pairing, "peer_helper", "accepted") == "proposed"
    assert seraing.enter(pairing, "person", "accepted", "phone") == "accepted"

    row = seraing.pairing(pairing)
    assert (row.person_answer, row.person_answer_how, row.person_answer_on) == ("accepted", "phone", TODAY)
    assert (row.helper_answer, row.helper_answer_how) == ("accepted", "own_page")
    assert seraing.person("SER-P034").status == "paired"
    assert seraing.request_of("SER-P034").status == "fulfilled"
    assert pairings.judge_live(seraing.site) == []


def test_the_other_proposals_of_a_shortlist_lapse_when_one_is_accepted(seraing: Network):
    one, other = seraing.propose("SER-P034", "SER-H10"), seraing.propose("SER-P034", "SER-H02")
    seraing.enter(one, "person", "accepted")
    seraing.enter(one, "peer_helper", "accepted")

    assert seraing.pairing(one).status == "accepted"
    assert seraing.pairing(other).status == "lapsed"


@pytest.mark.parametrize("side", ["person", "peer_helper"])
def test_one_no_ends_the_proposal_and_the_pair_never_comes_back(seraing: Network, side: str):
    pairing = seraing.propose("SER-P034", "SER-H10")

    assert seraing.enter(pairing, side, "declined") == "declined"
    assert seraing.person("SER-P034").status == "waiting"
    assert seraing.request_of("SER-P034").status == "waiting"
    assert Pair("SER-P034", "SER-H10") in seraing.instance().refused
    assert len([one for one in seraing.all(Refusal) if one.person_id == seraing.person("SER-P034").id]) == 1
    with pytest.raises(errors.RuleBroken):
        seraing.propose("SER-P034", "SER-H10")


def test_a_no_to_one_of_two_leaves_the_other_open(seraing: Network):
    one, other = seraing.propose("SER-P034", "SER-H10"), seraing.propose("SER-P034", "SER-H02")
    seraing.enter(one, "person", "declined")

    assert seraing.person("SER-P034").status == "proposed"
    assert seraing.pairing(other).status == "proposed"


def test_wishing_to_talk_first_keeps_the_proposal_open(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")

    assert seraing.enter(pairing, "person", "talk_first") == "proposed"
    assert seraing.pairing(pairing).person_answer == "talk_first"
    assert seraing.enter(pairing, "person", "accepted") == "proposed"


def test_each_answers_for_themselves_only(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")

    with pytest.raises(errors.NotAllowed):
        pairings.answer(seraing.site, seraing.as_helper("SER-H10"), pairing, "person", "accepted")
    with pytest.raises(errors.NotAllowed):
        pairings.answer(seraing.site, seraing.as_helper("SER-H10"), pairing, "peer_helper", "accepted", "phone")
    with pytest.raises(errors.NotAllowed):
        seraing.enter(pairing, "person", "accepted", "own_page")
    for hidden in (seraing.as_helper("SER-H01"), seraing.as_person("SER-P035"), Actor("professional", 1)):
        with pytest.raises(errors.NotFound):
            pairings.answer(seraing.site, hidden, pairing, "person", "accepted")


def test_an_answer_that_does_not_exist_is_refused(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    for side, said, how in (
        ("person", "pending", "phone"),
        ("coordinator", "accepted", "phone"),
        ("person", "accepted", "x"),
    ):
        with pytest.raises(errors.StepNotAllowed):
            seraing.enter(pairing, side, said, how)


def test_an_answer_to_a_page_opened_before_a_change_is_refused(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seen = seraing.pairing(pairing).revision
    seraing.enter(pairing, "person", "talk_first")

    with pytest.raises(errors.Outdated):
        pairings.answer(seraing.site, seraing.coordinator, pairing, "person", "accepted", "phone", revision=seen)


def test_a_first_answer_counts_though_the_other_side_answered_since_the_page_was_opened(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seen = seraing.pairing(pairing).revision
    seraing.enter(pairing, "peer_helper", "accepted")
    pairings.answer(seraing.site, seraing.coordinator, pairing, "person", "accepted", "phone", revision=seen)

    assert seraing.pairing(pairing).status == "accepted"


def test_a_second_yes_after_the_helper_stepped_back_makes_no_pairing(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seraing.enter(pairing, "person", "accepted")
    seraing.change(PeerHelper, "SER-H10", status="resting")

    with pytest.raises(errors.RuleBroken):
        seraing.enter(pairing, "peer_helper", "accepted")
    assert seraing.pairing(pairing).helper_answer == "pending"


def test_a_proposal_taken_back_may_be_made_again(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    pairings.withdraw_proposal(seraing.site, seraing.coordinator, pairing)

    assert seraing.pairing(pairing).status == "lapsed"
    assert seraing.person("SER-P034").status == "waiting"
    assert seraing.propose("SER-P034", "SER-H10") != pairing
    with pytest.raises(errors.StepNotAllowed):
        pairings.withdraw_proposal(seraing.site, seraing.coordinator, pairing)


def test_a_helper_cannot_take_a_proposal_back(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")

    with pytest.raises(errors.NotAllowed):
        pairings.withdraw_proposal(seraing.site, seraing.as_helper("SER-H10"), pairing)


def test_proposals_lapse_at_the_start_of_the_fifteenth_day(seraing: Network):
    assert pairings.lapse_due(seraing.on(date(2027, 1, 10)).site) == 0
    assert pairings.lapse_due(seraing.on(date(2027, 1, 11)).site) == 4
    assert pairings.lapse_due(seraing.on(date(2027, 1, 11)).site) == 0

    assert seraing.person("SER-P024").status == "waiting"
    assert seraing.request_of("SER-P024").status == "waiting"
    assert seraing.actions().count("proposal.lapsed") == 4


def test_an_answer_that_comes_too_late_is_refused(seraing: Network):
    late = seraing.on(date(2027, 1, 11))
    pairing = next(one for one in seraing.board().queue if one.ref == "SER-P024")
    proposal = seraing.board("SER-P024").proposals[0].pairing

    assert pairing.state == "proposed"
    with pytest.raises(errors.StepNotAllowed):
        late.enter(proposal, "person", "accepted")


def test_what_is_set_aside_is_not_offered_until_taken_back(seraing: Network):
    person, helper = seraing.person("SER-P034").public_id, seraing.helper("SER-H10").public_id
    site, actor = seraing.site, seraing.coordinator
    pairings.set_aside(site, actor, person, helper, "not_now")
    pairings.set_aside(site, actor, person, helper, "not_now")
    assert len(seraing.all(SetAside)) == 1
    assert "SER-H10" not in {
        offer.helper for one in seraing.calculated().shortlists if one.person == "SER-P034" for offer in one.offers
    }

    pairings.take_back(site, actor, person, helper)
    assert seraing.all(SetAside) == []
    assert seraing.actions()[-1] == "suggestion.taken_back"


def test_a_reason_to_set_aside_is_one_of_the_list(seraing: Network):
    with pytest.raises(errors.StepNotAllowed):
        pairings.set_aside(
            seraing.site,
            seraing.coordinator,
            seraing.person("SER-P034").public_id,
            seraing.helper("SER-H10").public_id,
            "Madame D. ne l'aime pas",
        )


def test_an_override_opens_this_pair_and_is_logged(seraing: Network):
    person, helper = seraing.person("SER-P034").public_id, seraing.helper("SER-H07").public_id
    pairing_overrides.override(seraing.site, seraing.coordinator, person, helper, "AVAILABILITY", "arranged")

    assert seraing.actions()[-1] == "rule.overridden.AVAILABILITY"
    assert [one.rule for one in seraing.all(Override)] == ["AVAILABILITY"]
    pairing = seraing.propose("SER-P034", "SER-H07")
    seraing.enter(pairing, "person", "accepted")
    assert seraing.enter(pairing, "peer_helper", "accepted") == "accepted"
    assert pairings.judge_live(seraing.site) == []


@pytest.mark.parametrize("rule", ["CONSENT", "GENDER", "CONFLICT", "REFUSED", "HELPER_STATUS", "SAME_HELPER", "travel"])
def test_rules_1_4_5_6_10_and_12_cannot_be_set_aside(seraing: Network, rule: str):
    with pytest.raises(errors.RuleBroken):
        pairing_overrides.override(
            seraing.site,
            seraing.coordinator,
            seraing.person("SER-P034").public_id,
            seraing.helper("SER-H07").public_id,
            rule,
            "arranged",
        )
    assert seraing.all(Override) == []

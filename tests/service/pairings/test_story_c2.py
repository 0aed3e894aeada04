"""Story C2: understand and change a proposal."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from service import errors, pairing_overrides, pairings
from service.tables.pairings import Override, Pairing
from tests.service.pairings.builders import Network, said

ONE = "SER-P034"


def test_each_suggestion_shows_its_score_by_criterion_with_facts_and_effects(seraing: Network):
    seraing.calculated()
    text = seraing.page(ONE)

    for words in (
        "Critère Ce que l’on sait Effet",
        "Vécu partagé dépendance",
        "Si vous choisissez Luca :",
        "Les 22 autres demandes gardent une proposition.",
        "Calcul détaillé pour Luca",
        "Voir le calcul",
        "Demandes servies, selon l’urgence et l’attente 47,67 47,67",
        "Qui manque ?",
        "Il manque : une femme. Cette personne parle turc",
    ):
        assert words in text


def test_the_helper_is_replaced_by_another_one_of_the_list(seraing: Network):
    seraing.calculated()
    first = seraing.propose(ONE, "SER-H10")
    pairings.withdraw_proposal(seraing.site, seraing.coordinator, first)
    second = seraing.board(ONE).offers[1]
    other = pairings.propose(seraing.site, seraing.coordinator, seraing.person(ONE).public_id, second.helper)

    assert [seraing.pairing(one).status for one in (first, other)] == ["lapsed", "proposed"]
    assert [one for one in seraing.actions() if one.startswith("proposal")] == [
        "proposal.made",
        "proposal.withdrawn",
        "proposal.made.rank_2",
    ]


def test_a_possible_helper_who_is_not_on_the_list_may_be_proposed_and_the_log_says_so(seraing: Network):
    seraing.calculated()
    nadia = next(one for one in seraing.board(ONE).left_out if one.is_possible)
    pairings.propose(seraing.site, seraing.coordinator, seraing.person(ONE).public_id, nadia.helper)

    assert seraing.actions()[-1] == "proposal.made.off_list"


def test_somebody_for_later_may_be_proposed_now_and_the_log_says_so(seraing: Network):
    """Whoever is left over when the places are given out: the coordinator may give one of them to this person."""
    calculation = seraing.ask()
    answer = calculation.answer()
    lists = [
        replace(one, offers=tuple(replace(offer, when_free=True) for offer in one.offers)) if one.person == ONE else one
        for one in answer.shortlists
    ]
    calculation.end(shortlists=msgspec.to_builtins(lists))
    offer = seraing.board(ONE).offers[0]
    text = seraing.page(ONE)
    pairings.propose(seraing.site, seraing.coordinator, seraing.person(ONE).public_id, offer.helper)

    assert offer.when_free
    assert f"Proposer à {offer.name}" in text
    assert seraing.actions()[-1] == "proposal.made.when_free"


def test_a_rule_is_set_aside_read_in_the_log_and_taken_back_on_the_page(seraing: Network):
    seraing.calculated()
    client = seraing.browser()
    person, helper = seraing.person(ONE).public_id, seraing.helper("SER-H07").public_id
    address = f"/appariements/{person}"
    client.fill(f"{address}/lever", address, helper=helper, rule="AVAILABILITY", reason="arranged")
    with_it = said(client.get(address).text)
    client.fill(f"{address}/remettre-regle", address, helper=helper, rule="AVAILABILITY")
    without = said(client.get(address).text)

    assert "Règles levées Moments communs Amina · Une solution pratique est trouvée · lundi 4 janvier" in with_it
    assert "Aucune règle n’est levée en ce moment." in without
    assert "Règle remise : Moments communs." in without
    assert "Règle levée : Moments communs. · Hélène D." in without
    assert seraing.all(Override) == []
    assert [one for one in seraing.actions() if one.startswith("rule")] == [
        "rule.overridden.AVAILABILITY",
        "rule.restored.AVAILABILITY",
    ]


def test_a_wish_is_left_out_of_account_for_one_pair(seraing: Network):
    seraing.calculated()
    offer = next(one for one in seraing.board(ONE).offers if "experience" in one.wishes)
    person = seraing.person(ONE).public_id
    pairing_overrides.override(seraing.site, seraing.coordinator, person, offer.helper, "experience", "person_wishes")
    board = seraing.board(ONE)

    assert [(one.name, one.label) for one in board.overrides] == [(offer.name, "Vécu partagé")]
    assert board.is_outdated


@pytest.mark.parametrize("rule", ["CONSENT", "GENDER", "CONFLICT", "REFUSED"])
def test_rules_1_4_5_and_6_are_never_offered_nor_accepted(seraing: Network, rule: str):
    seraing.calculated()
    client = seraing.browser()
    address = f"/appariements/{seraing.person(ONE).public_id}"
    answer = client.fill(
        f"{address}/lever", address, helper=seraing.helper("SER-H07").public_id, rule=rule, reason="arranged"
    )

    assert answer.status_code == 409
    assert f'value="{rule}"' not in client.get(address).text


def test_a_rule_on_which_a_pairing_rests_is_not_taken_back(seraing: Network):
    person, helper = seraing.person(ONE).public_id, seraing.helper("SER-H07").public_id
    pairing_overrides.override(seraing.site, seraing.coordinator, person, helper, "AVAILABILITY", "arranged")
    pairing = seraing.propose(ONE, "SER-H07")
    with pytest.raises(errors.StepNotAllowed):
        pairing_overrides.take_back(seraing.site, seraing.coordinator, person, helper, "AVAILABILITY")
    pairings.withdraw_proposal(seraing.site, seraing.coordinator, pairing)
    pairing_overrides.take_back(seraing.site, seraing.coordinator, person, helper, "AVAILABILITY")

    assert seraing.all(Override) == []
    assert {row.status for row in seraing.all(Pairing) if row.person_id == seraing.person(ONE).id} == {"lapsed"}


def test_only_the_coordinator_takes_a_rule_back(seraing: Network):
    person, helper = seraing.person(ONE).public_id, seraing.helper("SER-H07").public_id
    for actor in (seraing.as_helper("SER-H07"), seraing.as_person(ONE)):
        with pytest.raises(errors.NotAllowed):
            pairing_overrides.take_back(seraing.site, actor, person, helper, "AVAILABILITY")

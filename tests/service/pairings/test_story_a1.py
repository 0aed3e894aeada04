"""Story A1: the person chooses."""

from __future__ import annotations

import pytest

from service import choices, errors, pairing_desk, pairings
from service.proposals import proposals
from service.tables.people import PeerHelper, Refusal
from tests.service.pairings.builders import Network

WORDS = "J’aime marcher et parler de musique."


def test_the_person_sees_first_name_languages_themes_and_own_words(seraing: Network):
    helper = seraing.helper("SER-H10")
    with seraing.site.db.begin() as tx:
        row = tx.get_one(PeerHelper, helper.id)
        place = f"peer_helper.own_words_sealed:{helper.id}"
        row.own_words_sealed = seraing.site.seals.seal(tx, helper.id, place, WORDS)
        tx.add(row)
    pairing = seraing.propose("SER-P034", "SER-H10")
    shown = proposals(seraing.site, seraing.as_person("SER-P034"))

    assert [one.public_id for one in shown] == [pairing]
    assert (shown[0].who, shown[0].own_words) == ("Luca", WORDS)
    assert set(shown[0].languages) == set(helper.languages) & set(seraing.person("SER-P034").languages)
    assert len(shown[0].themes) == len(seraing.request_of("SER-P034").themes)


def test_nobody_sees_a_proposal_of_somebody_else_nor_the_other_answer(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seraing.enter(pairing, "peer_helper", "accepted")

    assert [one.own_answer for one in proposals(seraing.site, seraing.as_person("SER-P034"))] == ["pending"]
    assert proposals(seraing.site, seraing.as_person("SER-P035")) == []


@pytest.mark.parametrize("said", ["accepted", "declined", "talk_first"])
def test_the_person_says_yes_no_or_talk_first(seraing: Network, said: str):
    pairing = seraing.propose("SER-P034", "SER-H10")
    pairings.answer(seraing.site, seraing.as_person("SER-P034"), pairing, "person", said)

    assert seraing.pairing(pairing).person_answer == said
    assert seraing.person("SER-P034").status == ("waiting" if said == "declined" else "proposed")


def test_the_person_wants_somebody_else_and_goes_on_waiting(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    received = seraing.request_of("SER-P034").received_on
    choices.ask_for_another(seraing.site, seraing.as_person("SER-P034"), pairing)

    person = seraing.person("SER-P034")
    assert (seraing.pairing(pairing).status, person.status) == ("declined", "waiting")
    assert seraing.request_of("SER-P034").received_on == received
    assert person.named_helper_id is None
    assert [one.peer_helper_id for one in seraing.all(Refusal) if one.person_id == person.id] == [
        seraing.helper("SER-H10").id
    ]


def test_the_person_names_who_they_have_in_mind(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    named = seraing.helper("SER-H11")
    choices.ask_for_another(seraing.site, seraing.as_person("SER-P034"), pairing, f" {named.display_name.upper()} ")

    assert seraing.person("SER-P034").named_helper_id == named.id
    assert seraing.instance().person_by_id["SER-P034"].named_helper == "SER-H11"


@pytest.mark.parametrize("named", ["Personne", "Luca", "SER-H11"])
def test_a_name_that_means_nobody_or_the_one_proposed_changes_nothing(seraing: Network, named: str):
    pairing = seraing.propose("SER-P034", "SER-H10")
    with pytest.raises(errors.StepNotAllowed):
        choices.ask_for_another(seraing.site, seraing.as_person("SER-P034"), pairing, named)

    assert seraing.pairing(pairing).status == "proposed"
    assert seraing.person("SER-P034").named_helper_id is None


def test_a_helper_cannot_choose_for_the_person(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    with pytest.raises(errors.NotAllowed):
        choices.ask_for_another(seraing.site, seraing.as_helper("SER-H10"), pairing)


def test_what_was_said_on_paper_is_entered_with_how(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    named = seraing.helper("SER-H11")
    choices.ask_for_another(seraing.site, seraing.coordinator, pairing, named.display_name, how="paper")

    row = seraing.pairing(pairing)
    assert (row.person_answer, row.person_answer_how) == ("declined", "paper")
    assert seraing.person("SER-P034").named_helper_id == named.id


def test_the_sheet_of_paper_holds_what_the_page_shows(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    seraing.enter(pairing, "peer_helper", "accepted")
    shown = proposals(seraing.site, seraing.as_person("SER-P034"))[0]
    sheet = pairing_desk.sheet(seraing.site, seraing.coordinator, pairing)

    assert (sheet.helper, sheet.themes, sheet.languages, sheet.answer_by) == (
        shown.who,
        shown.themes,
        shown.languages,
        shown.answer_by,
    )
    seraing.enter(pairing, "person", "declined")
    with pytest.raises(errors.NotFound):
        pairing_desk.sheet(seraing.site, seraing.coordinator, pairing)
    with pytest.raises(errors.NotAllowed):
        pairing_desk.sheet(seraing.site, seraing.as_helper("SER-H10"), pairing)

"""What the board shows of an answer when life has gone on since."""

from __future__ import annotations

import pytest
from sqlmodel import col, update

from service import pairings
from service.pairing_why_words import Block
from service.tables.pairings import Pairing
from service.tables.people import Consent, PeerHelper, Person
from tests.service.pairings.builders import Network
from tests.service.web.network import MOMENT

ONE = "SER-P034"
AT_ONCE = "Calculé tout de suite ; les autres propositions ne changent pas."


def came_later(seraing: Network, ref: str) -> None:
    """The calculation was made before this person waited."""
    seraing.change(Person, ref, status="consent_pending")
    seraing.calculated()
    seraing.change(Person, ref, status="waiting")


def consent_ends(seraing: Network, ref: str) -> None:
    person = seraing.person(ref).id
    with seraing.site.db.begin() as tx:
        tx.exec(update(Consent).where(col(Consent.person_id) == person).values(ended_at=MOMENT))


def test_somebody_who_came_later_has_suggestions_at_once_beside_those_of_the_others(seraing: Network):
    came_later(seraing, ONE)
    others = [one.offers for one in seraing.board().queue if one.ref != ONE]
    board = seraing.board(ONE)
    text = seraing.page(ONE)

    assert board.is_new
    assert board.current is not None
    assert board.current.state == "offered"
    assert 1 <= len(board.offers) <= 3
    assert AT_ONCE in text
    assert "Quelque chose a changé depuis le dernier calcul." in text
    assert [one.offers for one in seraing.board().queue if one.ref != ONE] == others
    seraing.propose(ONE, board.offers[0].helper_ref)
    assert seraing.actions()[-1] == "proposal.made"


def test_somebody_who_came_later_and_whom_nobody_suits_is_told_why_at_once(seraing: Network):
    came_later(seraing, "SER-P059")
    board = seraing.board("SER-P059")

    assert board.offers == ()
    assert board.nobody is not None
    assert board.nobody.changes == ("Une pair-aidante qui parle turc.",)


def test_somebody_whose_suggestions_have_all_gone_is_given_others_at_once(seraing: Network):
    seraing.calculated()
    for offer in seraing.board(ONE).offers:
        seraing.change(PeerHelper, offer.helper_ref, status="resting")
    board = seraing.board(ONE)

    assert board.is_new
    assert board.offers
    assert AT_ONCE in seraing.page(ONE)


def test_suggestions_of_a_calculation_are_not_marked_as_made_at_once(seraing: Network):
    seraing.calculated()

    assert not seraing.board(ONE).is_new
    assert AT_ONCE not in seraing.page(ONE)


def test_whose_consent_has_ended_has_no_suggestion_from_an_old_calculation(seraing: Network):
    seraing.calculated()
    consent_ends(seraing, ONE)
    board = seraing.board(ONE)

    assert board.offers == ()
    assert board.is_outdated
    assert board.nobody is not None
    assert board.nobody.blocks[0] == Block("CONSENT", "Accord de la personne", 14)
    with pytest.raises(pairings.RuleBroken):
        seraing.propose(ONE, "SER-H10")


def test_a_first_answer_on_a_consent_that_ended_meanwhile_is_not_shown_for_this_person(seraing: Network):
    calculation = seraing.ask()
    consent_ends(seraing, ONE)
    calculation.tell_first()
    first = seraing.board(ONE).offers
    calculation.end()

    assert first == ()
    assert seraing.board(ONE).offers == ()


def with_a_move(seraing: Network) -> Pairing:
    """An answer that says: this open proposal would have to change so that somebody else gains one."""
    open_one = next(row for row in seraing.all(Pairing) if row.status == "proposed" and row.person_answer == "pending")
    people = {row.id: row.ref for row in seraing.all(Person)}
    helpers = {row.id: row.ref for row in seraing.all(PeerHelper)}
    seraing.change(Pairing, open_one.ref, helper_answer="pending", helper_answer_on=None, helper_answer_how=None)
    move = {
        "person": people[open_one.person_id],
        "before": helpers[open_one.peer_helper_id],
        "after": next(ref for key, ref in helpers.items() if key != open_one.peer_helper_id),
        "gains": [ONE],
    }
    seraing.ask().end(moves=[move])
    return open_one


def test_an_open_proposal_that_could_change_is_a_suggestion_and_changes_nothing(seraing: Network):
    before = with_a_move(seraing)
    text = seraing.page(ONE)

    assert "Une proposition envoyée pourrait changer" in text
    assert "Rien ne change sans vous. La proposition n’a pas encore de réponse." in text
    assert f"{seraing.person(ONE).pseudonym} aurait une proposition." in text
    assert seraing.pairing(before.public_id).status == "proposed"


def test_once_it_was_answered_it_is_no_longer_suggested_to_change(seraing: Network):
    pairing = with_a_move(seraing)
    seraing.enter(pairing.public_id, "person", "talk_first")

    assert "Une proposition envoyée pourrait changer" not in seraing.page(ONE)


def test_who_is_missing_is_not_asked_for_somebody_whose_consent_has_ended(seraing: Network):
    seraing.calculated()
    assert "parle turc" in seraing.page(ONE)
    consent_ends(seraing, "SER-P059")

    assert "Cette personne parle turc" not in seraing.page(ONE)

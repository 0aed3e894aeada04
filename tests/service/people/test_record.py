"""One person's record: what it shows, who looked, whom it is tied to, its end and return; and the contact card."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from service import pairings, people_cards, people_life, people_ties
from service.errors import NotAcceptable, NotFound, Outdated, StepNotAllowed
from service.tables.pairings import Request
from service.tables.people import Consent, ContactCard, Refusal, Separation
from tests.service.people.builders import change, claire, helper, log_of, person, sent
from tests.service.web.network import Network

CARD = {"phone": "0470 00 11 22", "email": "", "address": "Rue du Canari 7", "door": "Deux fois"}


@pytest.fixture
def yann(network: Network) -> str:
    return person(network, "Yann").public_id


def test_a_record_is_read_on_one_page_and_the_look_stands_in_the_log(network: Network, yann: str):
    pairing = network.propose("Yann", "Ana")
    page = network.signed_in("coordinator", "Claire").read(f"/personnes/{yann}").text

    assert "Yann" in page
    assert f"/binomes/{pairing}" in page
    assert f"/personnes/{yann}/disponibilites" in page
    assert "50.601" not in page
    assert "Zoe" not in page
    assert "ailleurs" not in page
    assert log_of(network, yann) == ["read"]


def test_a_pairing_opened_is_a_look_at_the_person(network: Network, yann: str):
    pairing = network.propose("Yann", "Ana")
    network.signed_in("coordinator", "Claire").read(f"/binomes/{pairing}")

    assert log_of(network, yann) == ["read"]


def test_a_card_is_apart_sealed_and_each_look_is_logged(network: Network, yann: str):
    people_cards.keep(network.site, claire(network), yann, CARD, 0)
    client = network.signed_in("coordinator", "Claire")

    assert "Canari" not in client.read(f"/personnes/{yann}").text
    assert "Rue du Canari 7" in client.read(f"/personnes/{yann}/contact").text
    assert log_of(network, yann) == ["contact_card.changed", "read", "read"]
    with network.site.db() as tx:
        assert b"Canari" not in tx.exec(select(ContactCard)).one().card_sealed


def test_of_two_who_edit_a_card_the_second_sees_both_versions(network: Network, yann: str):
    people_cards.keep(network.site, claire(network), yann, CARD, 0)
    client = network.signed_in("coordinator", "Claire")
    address = f"/personnes/{yann}/contact"
    answer = sent(client, address, {"revision": 0, "phone": "0499 99 99 99"})

    assert answer.status_code == 409
    assert "0499 99 99 99" in answer.text
    assert "Rue du Canari 7" in answer.text
    assert people_cards.read(network.site, claire(network), yann).values == CARD
    with pytest.raises(Outdated):
        people_cards.keep(network.site, claire(network), yann, CARD, 0)


def test_what_is_wrong_with_a_card_is_said_and_nothing_is_lost(network: Network, yann: str):
    client = network.signed_in("coordinator", "Claire")
    address = f"/personnes/{yann}/contact"
    said = {"revision": 0, "phone": "12", "email": "chez moi", "address": "Rue du Canari 7"}
    answer = sent(client, address, said)

    assert answer.status_code == 422
    assert "<title>Erreur :" in answer.text
    assert 'href="#phone"' in answer.text
    assert 'href="#email"' in answer.text
    assert 'value="Rue du Canari 7"' in answer.text


def test_a_helper_left_out_comes_back_when_the_person_changes_their_mind(network: Network, yann: str):
    ana, actor = helper(network, "Ana"), claire(network)
    people_ties.exclude(network.site, actor, yann, ana.public_id)
    people_ties.exclude(network.site, actor, yann, ana.public_id)
    with network.site.db() as tx:
        assert len(tx.exec(select(Refusal)).all()) == 1

    people_ties.allow(network.site, actor, yann, ana.public_id)
    with network.site.db() as tx:
        assert tx.exec(select(Refusal)).all() == []
    assert log_of(network, yann) == ["person.helper_excluded"] * 2 + ["person.helper_allowed"]


def test_nobody_is_left_out_while_both_have_a_proposal(network: Network, yann: str):
    network.propose("Yann", "Ana")

    with pytest.raises(StepNotAllowed):
        people_ties.exclude(network.site, claire(network), yann, helper(network, "Ana").public_id)


def test_a_no_said_to_a_pairing_is_never_lifted_by_hand(network: Network, yann: str):
    ana, actor = helper(network, "Ana"), claire(network)
    pairing = network.propose("Yann", "Ana")
    pairings.answer(network.site, actor, pairing, "person", "declined", "phone")
    client = network.signed_in("coordinator", "Claire")

    assert "l’un des deux a dit non" in client.read(f"/personnes/{yann}").text
    with pytest.raises(StepNotAllowed):
        people_ties.allow(network.site, actor, yann, ana.public_id)


def test_a_separation_is_declared_by_pseudonym_or_reference_and_shown_on_both(network: Network, yann: str):
    zoe = person(network, "Zoe")
    client = network.signed_in("coordinator", "Claire")
    client.fill(f"/personnes/{yann}/separations", f"/personnes/{yann}", other="zoé", done="separate")

    assert "Yann" in client.read(f"/personnes/{zoe.public_id}").text
    people_ties.lift(network.site, claire(network), zoe.public_id, yann)
    with network.site.db() as tx:
        assert tx.exec(select(Separation)).all() == []


@pytest.mark.parametrize("said", ["Yann", "Personne", "", "Zoe d’ailleurs"])
def test_nobody_is_separated_from_themselves_nor_from_strangers(network: Network, yann: str, said: str):
    with pytest.raises(NotAcceptable):
        people_ties.separate(network.site, claire(network), yann, said)


def test_a_pseudonym_that_nobody_has_is_corrected_where_it_was_written(network: Network, yann: str):
    client = network.signed_in("coordinator", "Claire")
    refused = client.fill(f"/personnes/{yann}/separations", f"/personnes/{yann}", other="Zoée", done="separate")

    assert refused.status_code == 422
    assert "Personne n’a ce pseudonyme" in refused.text
    assert re.search(r'<input id="other"[^>]* value="Zoée"[^>]* autofocus', refused.text)


def test_a_record_is_closed_with_its_request_and_opened_again(network: Network, yann: str):
    actor = claire(network)
    people_life.close(network.site, actor, yann, person(network, "Yann").revision, "other_help_found")
    row = person(network, "Yann")
    with network.site.db() as tx:
        request = tx.exec(select(Request).where(Request.person_id == row.id)).one()
    assert (row.status, request.status, request.reason) == ("closed", "closed", "other_help_found")

    people_life.reopen(network.site, actor, yann, row.revision)
    row = person(network, "Yann")
    assert (row.status, row.closed_on) == ("consent_pending", None)


def test_a_record_with_a_proposal_is_not_closed(network: Network, yann: str):
    network.propose("Yann", "Ana")

    with pytest.raises(StepNotAllowed):
        people_life.close(network.site, claire(network), yann, person(network, "Yann").revision, "other_help_found")


def test_whoever_took_their_consent_back_is_asked_anew_after_opening_again(network: Network, yann: str):
    row = person(network, "Yann")
    with network.site.db.begin() as tx:
        line = tx.exec(select(Consent).where(Consent.person_id == row.id)).one()
        line.ended_at = line.recorded_at + timedelta(hours=1)
        tx.add(line)
        tx.flush()
        tx.add(Consent(person_id=row.id, status="withdrawn", recorded_at=line.ended_at))
    change(network, "Yann", status="closed")
    people_life.reopen(network.site, claire(network), yann, person(network, "Yann").revision)

    with network.site.db() as tx:
        lines = tx.exec(select(Consent).where(Consent.person_id == row.id).order_by(col(Consent.id))).all()
    assert [line.status for line in lines] == ["given", "withdrawn", "pending"]


def test_a_stale_page_closes_nothing(network: Network, yann: str):
    with pytest.raises(Outdated):
        people_life.close(network.site, claire(network), yann, 99, "other_help_found")


def test_another_territory_sees_no_such_person(network: Network, yann: str):
    stranger = claire(network, "OTH")
    for act in (
        lambda: people_cards.read(network.site, stranger, yann),
        lambda: people_life.reopen(network.site, stranger, yann, 1),
        lambda: people_ties.exclude(network.site, stranger, yann, helper(network, "Ana").public_id),
        lambda: people_ties.exclude(network.site, claire(network), yann, helper(network, "Ana d’ailleurs").public_id),
    ):
        with pytest.raises(NotFound):
            act()
    assert log_of(network, yann) == []


def test_a_record_is_for_the_coordinator_alone(network: Network, yann: str):
    for role, name in (("peer_helper", "Ana"), ("professional", "Paul"), ("person", "Yann")):
        client = network.signed_in(role, name)
        for path in ("", "/contact", "/modifier"):
            assert client.read(f"/personnes/{yann}{path}").status_code == 403

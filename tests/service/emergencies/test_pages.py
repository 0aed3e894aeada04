"""The pages of break-glass, as both coordinations and the person see them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service import contact_cards
from service.tables.emergencies import EmergencyOpening
from service.tables.people import ContactCard
from tests.service.web.network import Browser, Network, make_site

ASKED = {"called": "Yann d’ailleurs", "reason": "service_asks"}


@pytest.fixture
def network() -> Network:
    network = Network(make_site())
    yann = int(network.ids["OTH:Yann"])
    with network.site.db.begin() as tx:
        sealed = network.site.seals.seal(tx, yann, contact_cards.place(yann), {"phone": "0470 11 22 33"})
        tx.add(ContactCard(party_id=yann, card_sealed=sealed))
    return network


@pytest.fixture
def claire(network: Network) -> Browser:
    return network.signed_in("coordinator", "Claire")


def opens(client: Browser, **fields: str) -> Any:
    there = re.search(r'<option value="(\w+)"[^>]*>Ailleurs', client.read("/urgences/ouvrir").text)
    assert there is not None
    asked = {"territory": there[1]} | ASKED | fields
    return client.fill("/urgences/ouvrir/maintenant", "/urgences/ouvrir", **asked)


def test_the_record_opens_and_both_sides_see_that_it_did(network: Network, claire: Browser):
    answer = opens(claire)
    assert answer.status_code == 303
    record = claire.read(answer.headers["location"])
    assert "0470 11 22 33" in record.text
    assert "Fiche ouverte pour une heure" in record.text

    theirs = network.signed_in("coordinator", "Claire d’ailleurs")
    assert "1 fiche d’ici a été ouverte en urgence" in theirs.read("/aujourdhui").text
    listed = theirs.read("/urgences").text
    assert "Les secours ou un hôpital le demandent" in listed
    assert "Claire (Seraing)" in listed

    yann = network.signed_in("person", "Yann d’ailleurs")
    assert "ouvertes en urgence par la coordination d’un autre réseau" in yann.read("/ma-page").text
    own = yann.read("/mes-donnees").text
    assert "C’était en urgence, depuis un autre réseau." in own
    assert "pas encore donné" in own


def test_a_verdict_is_given_and_taken_back(network: Network, claire: Browser):
    opening = opens(claire).headers["location"].split("?")[0]
    theirs = network.signed_in("coordinator", "Claire d’ailleurs")

    for state, revision in (("not_justified", 1), ("open", 2), ("justified", 3)):
        answer = theirs.fill(f"{opening}/avis", "/urgences", state=state, revision=str(revision))
        assert answer.headers["location"] == f"/urgences?fait=emergency_{state}"
    assert "Reprendre mon avis" in theirs.read("/urgences").text
    assert "ouverte en urgence" not in theirs.read("/aujourdhui").text
    yann = network.signed_in("person", "Yann d’ailleurs")
    assert "c’était justifié" in yann.read("/mes-donnees").text


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"called": "Moineau"}, "Personne ne s’appelle ainsi dans ce réseau."),
        ({"called": " "}, "Écrivez le pseudonyme ou la référence."),
        ({"reason": ""}, "Choisissez pourquoi c’est une urgence."),
        ({"territory": "0" * 32}, "Choisissez le réseau de la personne."),
    ],
)
def test_what_cannot_be_opened_says_what_to_do_and_keeps_what_was_written(claire: Browser, field, said):
    answer = opens(claire, **field)

    assert answer.status_code == 422
    assert said in answer.text
    assert "Erreur :" in answer.text
    if "called" not in field:
        assert 'value="Yann d’ailleurs"' in answer.text


def test_everything_that_is_lacking_is_said_at_once(claire: Browser):
    answer = opens(claire, called="", reason="")

    assert "2 points sont à revoir" in answer.text
    assert "Écrivez le pseudonyme ou la référence." in answer.text
    assert "Choisissez pourquoi c’est une urgence." in answer.text


def test_after_five_the_page_says_whom_to_call(claire: Browser):
    for _ in range(5):
        opens(claire, called="Moineau")

    assert "Appelez l’autre réseau, ou le 112" in opens(claire).text
    page = claire.read("/urgences").text
    assert "Ouvrir une fiche en urgence…" not in page
    assert "Appelez l’autre réseau, ou le 112" in page


def test_after_the_hour_the_page_is_closed(network: Network, claire: Browser):
    opening = opens(claire).headers["location"].split("?")[0]
    with network.site.db.begin() as tx:
        row = tx.exec(select(EmergencyOpening)).one()
        row.opened_at -= timedelta(hours=1)
        tx.add(row)

    answer = claire.read(opening)
    assert answer.status_code == 409
    assert "L’heure est passée" in answer.text
    assert "0470" not in answer.text
    assert "Voir la fiche" not in claire.read("/urgences").text

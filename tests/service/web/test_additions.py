"""Adding a visit by hand on plain pages: which one, when, and what is against a moment."""

from __future__ import annotations

import re
from datetime import date

from sqlmodel import select

from service.tables.pairings import Visit
from tests.service.web.network import Network
from tests.service.web.test_weeks import WEEK, make_visit

ASK = "/semaine/ajouter?jour=2027-01-11"


def moments(network: Network, kind: str) -> tuple[str, str]:
    """The page with the moments of a visit to Yann, and the pairing's public id, as found by following the pages."""
    make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    assert "/semaine/ajouter?jour=2027-01-11" in client.read(WEEK).text
    pairing = re.search(r'<option value="([0-9a-f]{32})">Yann, avec Ana', client.read(ASK).text)
    assert pairing is not None
    return f"{ASK}&binome={pairing[1]}&nature={kind}", pairing[1]


def test_a_meeting_with_the_family_is_added_and_fixed(network: Network):
    page, pairing = moments(network, "family")
    client = network.signed_in("coordinator")
    text = client.read(page).text
    slots = re.findall(r'name="slot" value="([^"]+)"', text)
    fields = {"pairing": pairing, "kind": "family", "since": "2027-01-11"}
    answer = client.fill("/semaine/ajout", page, **fields, slot=slots[0], pin="1")

    assert "Rencontre avec la famille" in text
    assert answer.headers["location"].endswith("&fait=placed")
    with network.site.db() as tx:
        added = tx.exec(select(Visit).where(Visit.kind == "family")).one()
    assert (added.pinned, added.published_at) == (True, None)


def test_a_moment_against_the_rules_is_refused_in_words(network: Network):
    page, pairing = moments(network, "family")
    client = network.signed_in("coordinator")
    fields = {"pairing": pairing, "kind": "family", "since": "2027-01-11", "slot": "autre"}
    refused = client.fill("/semaine/ajout", page, **fields, day="2027-01-12", hour="10:30")

    assert refused.status_code == 422
    assert "<title>Erreur :" in refused.text
    assert "Ana : une autre visite ou réunion à ce moment, trajet compris." in refused.text
    with network.site.db() as tx:
        assert tx.exec(select(Visit).where(Visit.kind == "family")).first() is None


def test_a_kind_that_does_not_exist_and_a_pairing_of_another_territory_are_refused(network: Network):
    page, _ = moments(network, "family")
    client = network.signed_in("coordinator")

    assert client.read(page.replace("family", "party")).status_code == 409
    assert client.read(f"{ASK}&binome={'0' * 32}&nature=family").status_code == 404
    assert client.read("/semaine/ajouter?jour=0001-01-01").status_code == 200


def test_only_the_coordinator_adds_visits(network: Network):
    page, _ = moments(network, "family")

    assert network.signed_in("peer_helper").read(page).status_code in (403, 404)

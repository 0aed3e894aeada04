"""One's own addresses and those of the network, on their pages."""

from __future__ import annotations

import html
import re

from sqlmodel import select

from service.tables.access import Subscription
from tests.service.web.network import Browser, Network

SETTINGS = "/reglages/calendriers"
ADDRESSES = "/reglages/calendriers/adresses"


def rows(network: Network) -> list[Subscription]:
    with network.site.db() as tx:
        return list(tx.exec(select(Subscription).order_by("id")))


def address_in(text: str) -> str:
    found = re.search(r'readonly value="([^"]+)"', text)
    assert found is not None
    return html.unescape(found[1])


def allow(client: Browser, *levels: str, **switches: str) -> None:
    answer = client.fill(f"{SETTINGS}/choisir", SETTINGS, levels=list(levels), **switches)
    assert answer.headers["location"] == f"{SETTINGS}?fait=calendars_chosen"


def test_an_owner_names_an_address_and_changes_what_it_says_without_a_new_one(network: Network):
    client = network.signed_in("person", "Yann")
    made = client.fill("/abonnement/creer", "/abonnement", level="minimal", name="Mon téléphone", cancelled="yes")
    address = address_in(made.text)
    [row] = rows(network)
    answer = client.fill(
        f"/abonnement/{row.public_id}/regler", "/abonnement", level="plain", language="nl", name="Tablette"
    )
    page = client.read("/abonnement").text
    [changed] = rows(network)

    assert answer.headers["location"] == "/abonnement?fait=calendar_changed"
    assert (row.with_cancelled, changed.with_cancelled) == (True, False)
    assert (changed.level, changed.language, changed.name) == ("plain", "nl", "Tablette")
    assert "Tablette" in page
    assert "Créé le lundi 4 janvier 2027." in page
    assert address not in page
    assert network.client().get(address).status_code == 200


def test_taken_hours_only_are_an_address_of_their_own(network: Network):
    made = network.signed_in("peer_helper").fill("/abonnement/creer", "/abonnement", level="merged").text
    [row] = rows(network)

    assert (row.kind, row.level) == ("busy", "busy")
    assert address_in(made).endswith(".ics")
    assert address_in(made).replace(".ics", ".ifb") in html.unescape(made)


def test_a_change_with_a_word_that_no_page_offers_is_refused(network: Network):
    client = network.signed_in("peer_helper")
    client.fill("/abonnement/creer", "/abonnement", level="minimal")
    path = f"/abonnement/{rows(network)[0].public_id}/regler"

    assert client.fill(path, "/abonnement", level="all", language="fr").status_code == 400
    assert client.fill(path, "/abonnement", level="busy", language="ru").status_code == 400
    assert client.fill(path, "/abonnement", level="plain", language="fr").status_code == 403


def test_a_forbidden_level_leaves_the_choice_and_its_owner_is_told(network: Network):
    client = network.signed_in("peer_helper")
    client.fill("/abonnement/creer", "/abonnement", level="initials")
    allow(network.signed_in("coordinator"), "place")
    page = client.read("/abonnement").text

    assert "Votre réseau ne le permet plus" in page
    assert client.fill("/abonnement/creer", "/abonnement", level="initials").status_code == 409
    client.fill(f"/abonnement/{rows(network)[0].public_id}/regler", "/abonnement", level="place", language="fr")
    assert 'value="initials"' not in client.read("/abonnement").text


def test_the_coordination_sees_what_it_decided(network: Network):
    client = network.signed_in("coordinator")
    before = client.read(SETTINGS).text
    allow(client, "initials", team="yes", others="yes")
    after = client.read(SETTINGS).text

    assert re.findall(r'name="(?:levels|team|others)" value="(\w+)" checked', before) == ["initials", "place", "plain"]
    assert re.findall(r'name="(levels|team|others)" value="\w+" checked', after) == ["levels", "team", "others"]


def test_the_coordination_makes_renews_and_stops_an_address_for_who_asks(network: Network):
    client = network.signed_in("coordinator")
    ref = network.ref("Yann")
    made = client.fill(
        f"{ADDRESSES}/creer", ADDRESSES, about=f"person:{ref}", level="plain", language="de", name="Papier"
    )
    [row] = rows(network)
    assert "Yann" in made.text
    assert "<svg" in made.text
    assert network.client().get(address_in(made.text)).status_code == 200
    assert (row.level, row.language, row.name) == ("plain", "de", "Papier")

    listed = client.read(ADDRESSES).text
    assert "Papier" in listed
    assert address_in(made.text) not in listed
    renewed = client.fill(f"{ADDRESSES}/{row.public_id}/changer", ADDRESSES)
    assert "Adresse geändert" in network.client().get(address_in(made.text)).text
    stopped = client.fill(f"{ADDRESSES}/{rows(network)[1].public_id}/arreter", ADDRESSES)

    assert stopped.headers["location"] == f"{ADDRESSES}?fait=revoked"
    assert "Aucune adresse pour le moment." in client.read(ADDRESSES).text
    assert network.client().get(address_in(renewed.text)).status_code == 200


def test_the_address_of_the_team_is_offered_only_where_it_is_switched_on(network: Network):
    client = network.signed_in("coordinator")

    assert 'value="team"' not in client.read(ADDRESSES).text
    assert client.fill(f"{ADDRESSES}/creer", ADDRESSES, about="team", language="fr").status_code == 409
    allow(client, "initials", "place", "plain", team="yes")
    assert 'value="team"' in client.read(ADDRESSES).text
    assert client.fill(f"{ADDRESSES}/creer", ADDRESSES, about="team", language="fr").status_code == 200


def test_only_the_coordination_touches_the_addresses_of_others(network: Network):
    owner = network.signed_in("peer_helper", "Ana")
    owner.fill("/abonnement/creer", "/abonnement", level="minimal")
    number = rows(network)[0].public_id
    for role, name in (("peer_helper", "Bilal"), ("person", "Yann"), ("professional", "Paul")):
        other = network.signed_in(role, name)
        for path in (f"{ADDRESSES}/{number}/changer", f"{ADDRESSES}/{number}/arreter", f"{SETTINGS}/choisir"):
            assert other.fill(path, "/abonnement").status_code == 403
        for step in ("changer", "arreter"):
            assert other.fill(f"/abonnement/{number}/{step}", "/abonnement").status_code == 404
        assert "Ana" not in other.read("/abonnement").text

    assert [row.ended_at for row in rows(network)] == [None]


def test_an_address_for_nobody_is_not_found(network: Network):
    client = network.signed_in("coordinator")

    assert client.fill(f"{ADDRESSES}/creer", ADDRESSES, about="person:LOC-P001", language="fr").status_code == 404
    assert client.fill(f"{ADDRESSES}/creer", ADDRESSES, about="", language="fr").status_code == 400

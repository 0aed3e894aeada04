"""Requests are found by what stands in the address, and written down for whoever phoned."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service import request_search
from service.request_search import Wanted
from service.site import Actor
from service.tables.pairings import Request
from service.tables.people import Consent, Person, Professional
from service.tables.request_threads import RequestStep
from tests.service.web.network import TODAY, Browser, Network

SAID: dict[str, Any] = {
    "asker": "person",
    "whom": "new",
    "pseudonym": "Merle",
    "agreed": "yes",
    "how": "spoken_with_witness",
    "themes": ["housing"],
    "urgency": "soon",
    "frequency": "weekly",
    "moments": ["weekend"],
    "where": "home",
    "languages": ["fr"],
}
FORM = "/demandes/nouvelle"


def found(network: Network, **wanted: Any) -> list[str]:
    actor = Actor("coordinator", network.territories["SER"])
    return [one.pseudonym for one in request_search.search(network.site, actor, Wanted(**wanted)).requests]


def change(network: Network, name: str, **fields: Any) -> None:
    with network.site.db.begin() as tx:
        row = tx.exec(select(Request).where(Request.public_id == network.ids[f"SER:request:{name}"])).one()
        for field, value in fields.items():
            setattr(row, field, value)


def test_new_ones_come_first_then_the_urgent_ones_then_the_oldest(network: Network):
    change(network, "Zoe", urgency="urgent")

    assert found(network) == ["Rose", "Zoe", "Yann"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"words": "rose"}, ["Rose"]),
        ({"words": "ser-r001"}, ["Yann"]),
        ({"words": "ailleurs"}, []),
        ({"state": "new"}, ["Rose"]),
        ({"state": "waiting"}, ["Zoe"]),
        ({"state": "ended"}, ["Yann"]),
        ({"state": "asked"}, []),
        ({"theme": "social"}, ["Zoe"]),
        ({"theme": "soc"}, ["Rose", "Zoe"]),
        ({"age": 14}, ["Rose"]),
        ({"urgency": "urgent"}, ["Zoe"]),
        ({"source": "person"}, []),
        ({"source": "0" * 32}, []),
    ],
)
def test_what_is_looked_for_is_found_and_nothing_else(network: Network, wanted: Any, names: list[str]):
    change(network, "Zoe", urgency="urgent", themes=["housing", "social"], received_on=TODAY - timedelta(days=2))
    change(network, "Yann", status="closed", reason="other_help_found")
    if "r001" in str(wanted):
        wanted = wanted | {"state": "ended"}

    assert found(network, **wanted) == names


def test_who_asked_is_chosen_by_name(network: Network):
    with network.site.db() as tx:
        paul = tx.exec(select(Professional.public_id).where(Professional.display_name == "Paul")).one()

    assert found(network, source=paul) == ["Rose", "Yann", "Zoe"]


def test_a_long_list_comes_in_pages_that_keep_what_is_looked_for(network: Network):
    with network.site.db.begin() as tx:
        zoe = tx.exec(select(Request).where(Request.public_id == network.ids["SER:request:Zoe"])).one()
        fields = zoe.model_dump(exclude={"id", "public_id", "ref", "received_on", "status", "reason"})
        for number in range(request_search.PER_PAGE + 1):
            tx.add(
                Request(
                    **fields,
                    public_id=network.site.ids.new(),
                    ref=f"SER-R9{number:02d}",
                    received_on=TODAY - timedelta(days=99 - number),
                    status="closed",
                    reason="other_help_found",
                )
            )
    client = network.signed_in("coordinator")
    first = client.read("/demandes?etat=ended&urgence=soon").text
    second = client.read("/demandes?etat=ended&urgence=soon&page=2").text

    assert 'href="/demandes?etat=ended&amp;urgence=soon&amp;page=2"' in first
    assert ("SER-R900" in first, "SER-R920" in first) == (True, False)
    assert ("SER-R900" in second, "SER-R920" in second) == (False, True)
    assert "SER-R920" in client.read("/demandes?etat=ended&page=99").text


def test_nothing_found_says_what_to_do(network: Network):
    text = network.signed_in("coordinator").read("/demandes?q=personne").text

    assert "Aucune demande ne correspond." in text
    assert "Tout montrer" in text


@pytest.mark.parametrize("query", ["age=x", "age=99999999", "page=-1", "page=0", "etat=x", "theme=%22", "source=%00"])
def test_an_address_that_makes_no_sense_shows_a_page(network: Network, query: str):
    assert network.signed_in("coordinator").read(f"/demandes?{query}").status_code == 200


def entered(client: Browser, **said: Any) -> Any:
    nonce = re.search(r'name="nonce" value="([0-9a-f]{32})"', client.read(FORM).text)
    assert nonce is not None
    return client.fill(FORM, FORM, **{"nonce": nonce[1]} | SAID | said)


def request_of(network: Network, pseudonym: str) -> Request:
    with network.site.db() as tx:
        person = tx.exec(select(Person).where(Person.pseudonym == pseudonym)).one()
        rows = tx.exec(select(Request).where(Request.person_id == person.id).order_by(col(Request.id))).all()
        return rows[-1]


def test_somebody_who_phones_for_themselves_is_written_down(network: Network):
    answer = entered(network.signed_in("coordinator"))
    made = request_of(network, "Merle")

    assert answer.headers["location"] == f"/demandes/{made.public_id}?fait=request_entered"
    assert (made.status, made.requested_by, made.professional_id) == ("received", "person", None)
    with network.site.db() as tx:
        person = tx.get_one(Person, made.person_id)
        assert person.contact_channel == "phone"
        assert tx.exec(select(Consent.how).where(Consent.person_id == person.id)).one() == "spoken_with_witness"
        assert tx.exec(select(RequestStep.deed).where(RequestStep.request_id == made.id)).all() == ["entered"]


def test_a_professional_who_phones_follows_the_request_on_their_page(network: Network):
    with network.site.db() as tx:
        paul = tx.exec(select(Professional).where(Professional.display_name == "Paul")).one()
    entered(network.signed_in("coordinator"), asker=paul.public_id, note="Deuxième étage")

    assert request_of(network, "Merle").professional_id == paul.id
    assert "Merle" in network.signed_in("professional", "Paul").read("/mes-demandes").text


def test_the_same_form_again_makes_no_second_request(network: Network):
    client = network.signed_in("coordinator")
    first = entered(client, nonce="a" * 32)
    again = entered(client, nonce="a" * 32)

    assert first.headers["location"] == again.headers["location"]


def test_the_number_of_a_form_tells_nothing_of_another_territory(network: Network):
    answer = entered(network.signed_in("coordinator"), nonce=network.ids["OTH:request:Rose"])

    assert answer.status_code == 422
    assert "ailleurs" not in answer.text


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"asker": ""}, "asker"),
        ({"asker": "0" * 32}, "asker"),
        ({"pseudonym": "ROSE"}, "pseudonym"),
        ({"themes": ["unknown"]}, "themes"),
        ({"agreed": ""}, "agreed"),
        ({"whom": "0" * 32}, "whom"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_stays(network: Network, said: dict[str, Any], field: str):
    answer = entered(network.signed_in("coordinator"), **said)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert 'value="weekend"' in answer.text
    with network.site.db() as tx:
        assert tx.exec(select(Person).where(Person.pseudonym == "Merle")).first() is None


def test_somebody_known_is_chosen_when_nothing_is_under_way_for_them(network: Network):
    with network.site.db() as tx:
        rose = tx.exec(select(Person.public_id).where(Person.pseudonym == "Rose")).one()
    client = network.signed_in("coordinator")
    assert entered(client, whom=rose).status_code == 422
    change(network, "Rose", status="closed", reason="other_help_found")
    assert entered(client, whom=rose, pseudonym="").status_code == 303

    assert request_of(network, "Rose").status == "received"

"""The coordinator finds persons by words and filters that live in the address."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import event
from sqlmodel import select

from service import people
from service.errors import NotAllowed
from service.people import Asked
from service.site import Actor
from service.tables.people import Consent
from tests.service.people.builders import change, claire, person
from tests.service.web.network import Network


def names(page: str) -> list[str]:
    return re.findall(r'<div class="who"><a href="/personnes/[0-9a-f]{32}"><b>([^<]+)</b>', page)


def test_everybody_of_the_territory_and_nobody_else(network: Network):
    answer = network.signed_in("coordinator", "Claire").read("/personnes")

    assert names(answer.text) == ["Rose", "Yann", "Zoe"]
    assert "ailleurs" not in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=YANN", ["Yann"]),
        ("q=ser-p002", ["Zoe"]),
        ("q=zoé", ["Zoe"]),
        ("etat=consent_pending", ["Rose"]),
        ("etat=closed", []),
        ("theme=housing", ["Rose", "Yann", "Zoe"]),
        ("theme=social", []),
        ("quartier=nowhere", []),
        ("voir=without_pairing&q=o", ["Rose", "Zoe"]),
        ("voir=consent_missing", []),
        ("etat=nonsense&voir=nonsense&page=-7", ["Rose", "Yann", "Zoe"]),
        ("q=%25", []),
        ("page=99999", ["Rose", "Yann", "Zoe"]),
    ],
)
def test_filters_live_in_the_address(network: Network, query: str, found: list[str]):
    answer = network.signed_in("coordinator", "Claire").read(f"/personnes?{query}")

    assert answer.status_code == 200
    assert names(answer.text) == found


def test_what_was_asked_stands_in_the_form_and_can_be_taken_away(network: Network):
    page = network.signed_in("coordinator", "Claire").read("/personnes?q=Yann&etat=waiting").text

    assert 'value="Yann"' in page
    assert '<option value="waiting" selected>' in page
    assert "1 personne trouvée." in page
    assert '<a class="btn quiet" href="/personnes">' in page


def test_who_does_not_exist_gets_a_way_back(network: Network):
    page = network.signed_in("coordinator", "Claire").read("/personnes?q=Personne").text

    assert "Personne ne correspond." in page
    assert '<a href="/personnes">Voir tout le monde</a>' in page


def test_a_consent_that_runs_out_is_found_and_marked(network: Network):
    yann = person(network, "Yann")
    with network.site.db.begin() as tx:
        line = tx.exec(select(Consent).where(Consent.person_id == yann.id)).one()
        told = line.model_dump(exclude={"id", "ended_at", "expires_on"})
        line.ended_at = line.recorded_at
        tx.add(line)
        tx.flush()
        tx.add(Consent(expires_on=date(2027, 1, 20), **told))

    page = network.signed_in("coordinator", "Claire").read("/personnes?voir=consent_soon").text

    assert names(page) == ["Yann"]
    assert "Accord jusqu’au 20 janvier" in page


def test_a_long_list_comes_in_pages_and_asks_no_more_for_more_rows(network: Network, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def note(*parts: object) -> None:
        asked.append(str(parts[2]))

    event.listen(network.site.db.engine, "before_cursor_execute", note)
    monkeypatch.setattr(people, "AT_ONCE", 1)
    few = people.listing(network.site, claire(network), Asked(words="o", page=2))
    one, asked[:] = len(asked), []
    monkeypatch.setattr(people, "AT_ONCE", 50)
    many = people.listing(network.site, claire(network), Asked(words="o"))
    event.remove(network.site.db.engine, "before_cursor_execute", note)

    assert ([entry.pseudonym for entry in few.entries], few.pages, few.total) == (["Zoe"], 2, 2)
    assert [entry.pseudonym for entry in many.entries] == ["Rose", "Zoe"]
    assert len(asked) == one


def test_the_list_is_for_coordinators(network: Network):
    for role, name in (("peer_helper", "Ana"), ("professional", "Paul"), ("person", "Yann")):
        assert network.signed_in(role, name).read("/personnes").status_code == 403
    with pytest.raises(NotAllowed):
        people.listing(network.site, Actor("professional", network.territories["SER"]), Asked())


def test_a_closed_record_is_shown_only_when_asked_for(network: Network):
    change(network, "Zoe", status="closed", closed_on=date(2027, 1, 1))
    client = network.signed_in("coordinator", "Claire")

    assert names(client.read("/personnes").text) == ["Rose", "Yann"]
    assert names(client.read("/personnes?etat=all").text) == ["Rose", "Yann", "Zoe"]

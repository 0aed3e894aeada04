"""Whoever is signed in and reads on: what ends, is withdrawn or moves elsewhere counts at the next request (C4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from service import consents, contact_cards, subscriptions
from service.site import Actor
from service.tables.access import Account
from service.tables.pairings import Request, Visit
from service.tables.people import ContactCard, Party, Professional
from tests.service.access.every_route import records
from tests.service.access.every_route.records import ANA, BILAL, CLAIRE, INES, PAUL, YANN, Somebody
from tests.service.web.network import BASE, Browser, Network, make_site

STREET = "Rue Invisible 7"


@dataclass
class Day:
    """A day on which everybody stays signed in; their calendars are kept by address."""

    network: Network
    ids: dict[str, str]
    people: dict[Somebody, Browser]
    calendars: dict[Somebody, str]

    def status(self, somebody: Somebody, address: str) -> int:
        return self.people[somebody].read(address.format(**self.ids)).status_code

    def text(self, somebody: Somebody, address: str) -> str:
        return self.people[somebody].read(address.format(**self.ids)).text

    def calendar(self, somebody: Somebody) -> str:
        return self.people[somebody].get(self.calendars[somebody], headers={"accept": "text/calendar"}).text

    def change(self, table: Any, *where: Any, **values: Any) -> None:
        with self.network.site.db.begin() as tx:
            tx.exec(select(table).where(*where)).one().sqlmodel_update(values)

    def party(self, somebody: Somebody) -> int | None:
        return records.actor_of(self.network, somebody).party_id


@pytest.fixture
def day() -> Day:
    network = Network(make_site())
    ids = records.make(network)["SER"].ids
    everybody = (CLAIRE, ANA, BILAL, PAUL, INES, YANN)
    people = {one: network.signed_in(one.role, one.name) for one in everybody}
    calendars: dict[Somebody, str] = {}
    for one in (ANA, BILAL, PAUL, INES):
        actor = records.actor_of(network, one)
        calendars[one] = subscriptions.subscribe(network.site, actor, actor.party_id, "initials", "").url[len(BASE) :]
    yann = int(network.ids["SER:Yann"])
    with network.site.db.begin() as tx:
        sealed = network.site.seals.seal(tx, yann, contact_cards.place(yann), {"address": STREET})
        held = tx.get(ContactCard, yann)
        if held is not None:
            held.card_sealed = sealed
        else:
            tx.add(ContactCard(party_id=yann, card_sealed=sealed))
    return Day(network, ids, people, calendars)


def test_a_withdrawal_counts_at_the_next_request_of_the_helper(day: Day):
    assert day.status(ANA, "/mes-binomes/{pairing}/messages") == 200
    assert STREET in day.text(ANA, "/agenda/visites/{visit}/carte")
    assert "STATUS:CANCELLED" not in day.calendar(ANA)
    assert "BEGIN:VEVENT" in day.calendar(ANA)

    consents.withdraw(day.network.site, records.actor_of(day.network, YANN))

    assert STREET not in day.text(ANA, "/agenda/visites/{visit}/carte")
    assert day.status(ANA, "/mes-binomes/{pairing}/messages") == 404
    assert day.calendar(ANA).count("BEGIN:VEVENT") == day.calendar(ANA).count("STATUS:CANCELLED") == 1
    assert day.calendar(PAUL).count("BEGIN:VEVENT") == day.calendar(PAUL).count("STATUS:CANCELLED") == 1


def test_a_request_that_somebody_else_follows_is_gone_for_whoever_made_it(day: Day):
    page = "/mes-demandes/{request}"
    assert (day.status(PAUL, page), day.status(INES, page)) == (200, 404)

    day.change(Request, Request.public_id == day.ids["request"], professional_id=day.party(INES))

    assert (day.status(PAUL, page), day.status(INES, page)) == (404, 200)
    assert "Yann" not in day.text(PAUL, "/mes-demandes")
    assert "Yann" in day.text(INES, "/mes-demandes")


def test_a_visit_that_another_helper_takes_over_is_gone_for_the_first(day: Day):
    card = "/agenda/visites/{visit}/carte"
    assert (day.status(ANA, card), day.status(BILAL, card)) == (200, 404)

    day.change(Visit, Visit.public_id == day.ids["visit"], peer_helper_id=day.party(BILAL))

    assert (day.status(ANA, card), day.status(BILAL, card)) == (404, 200)
    assert "BEGIN:VEVENT" not in day.calendar(ANA)
    assert "BEGIN:VEVENT" in day.calendar(BILAL)


def test_whoever_leaves_for_another_territory_reaches_nothing_of_this_one(day: Day):
    paul = records.actor_of(day.network, PAUL)
    assert day.status(PAUL, "/mes-demandes/{request}") == 200
    assert day.status(PAUL, "/agenda/visites/{visit}") == 200
    assert "BEGIN:VEVENT" in day.calendar(PAUL)
    there = day.network.territories["OTH"]

    day.change(Account, Account.id == paul.account_id, territory_id=there)
    day.change(Professional, Professional.id == paul.party_id, territory_id=there, organisation_id=None)
    day.change(Party, Party.id == paul.party_id, territory_id=there)

    assert day.status(PAUL, "/mes-demandes/{request}") == 404
    assert day.status(PAUL, "/agenda/visites/{visit}") == 404
    for address in ("/mes-demandes", "/agenda", "/messages"):
        assert "Yann" not in day.text(PAUL, address)
    assert day.calendar(PAUL) == ""


def test_a_coordinator_whose_account_moves_coordinates_the_other_territory(day: Day):
    claire: Actor = records.actor_of(day.network, CLAIRE)
    assert "Yann" in day.text(CLAIRE, "/personnes")

    day.change(Account, Account.id == claire.account_id, territory_id=day.network.territories["OTH"])

    assert day.status(CLAIRE, "/personnes/{person}") == 404
    assert "Yann d’ailleurs" in day.text(CLAIRE, "/personnes")
    assert "Rose<" not in day.text(CLAIRE, "/personnes")

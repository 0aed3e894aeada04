"""
What stands in the records of another territory, organisation or person is in no answer (`security.md` C3).

A word is planted in every text of those records; then each page, calendar and piece of data that answers is read by
whoever may not see it. That the word is found by those who may see it proves that the search could have found it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from service import subscriptions
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent, Party, Person, Professional
from service.tables.territory import Organisation
from tests.service.access.every_route import records
from tests.service.access.every_route.canaries import Rows, hanging_on, plant
from tests.service.access.every_route.cells import routes
from tests.service.access.every_route.records import (
    BILAL,
    CLAIRE,
    ELSEWHERE,
    EVERYBODY,
    INES,
    PAUL,
    ZOE,
    Somebody,
)
from tests.service.web.network import MOMENT, TODAY, Browser, Network, make_site
from tests.service.web.servers import server

READ = [one for one in sorted(routes(server(make_site())), key=str) if one.method == "GET"]
WITH_CALENDAR = ("peer_helper", "professional", "person")


def another_territory(tx: Session, network: Network) -> Rows:
    return {"territory": {network.territories["OTH"]}}


def another_organisation(tx: Session, network: Network) -> Rows:
    """Ines works elsewhere than Paul, and asked for somebody of her own, whom Bilal has met."""
    here, new = network.territories["SER"], network.site.ids.new
    office = Organisation(
        public_id=new(), ref="SER-O2", territory_id=here, name="Maison médicale", kind="cpas", sector="public"
    )
    party = Party(kind="person", territory_id=here)
    tx.add_all([office, party])
    tx.flush()
    ines = tx.exec(
        select(Professional).where(Professional.display_name == "Ines", Professional.territory_id == here)
    ).one()
    ines.organisation_id = office.id
    zoe = tx.exec(select(Person).where(Person.pseudonym == "Zoe", Person.territory_id == here)).one()
    nour = zoe.model_dump(exclude={"id", "public_id", "ref", "pseudonym"})
    tx.add(Person(id=party.id, public_id=new(), ref="SER-P009", pseudonym="Nour", **nour))
    tx.flush()
    tx.add(
        Consent(
            person_id=party.id or 0,
            status="given",
            scope=["pairing"],
            given_on=TODAY - timedelta(days=30),
            expires_on=TODAY + timedelta(days=300),
            how="signed",
            recorded_at=MOMENT,
        )
    )
    request = Request(
        public_id=new(),
        ref="SER-R009",
        territory_id=here,
        received_on=TODAY,
        requested_by="professional",
        professional_id=ines.id,
        person_id=party.id or 0,
        themes=["housing"],
        status="waiting",
    )
    tx.add(request)
    tx.flush()
    met = {"territory_id": here, "person_id": party.id, "changed_at": MOMENT}
    bilal = int(network.ids["SER:Bilal"])
    both = {"person_answer": "accepted", "helper_answer": "accepted", "status": "accepted"}
    pairing = Pairing(
        public_id=new(), ref="SER-A9", request_id=request.id, proposed_on=TODAY, peer_helper_id=bilal, **met, **both
    )
    tx.add(pairing)
    tx.flush()
    starts = MOMENT + timedelta(days=8)
    tx.add(
        Visit(
            public_id=new(),
            ref="SER-V9",
            pairing_id=pairing.id,
            kind="first_joint",
            peer_helper_id=bilal,
            professional_id=ines.id,
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            published_at=MOMENT,
            created_at=MOMENT,
            uid="SER-other@lefil",
            **met,
        )
    )
    tx.flush()
    return {"organisation": {office.id or 0}, "party": {party.id or 0}, "professional": {ines.id}}


def another_person(tx: Session, network: Network) -> Rows:
    """Zoe, for whom Paul asked and to whom Bilal was proposed."""
    return {"party": {int(network.ids["SER:Zoe"])}}


CASES: dict[str, tuple[Callable[[Session, Network], Rows], tuple[Somebody, ...], int]] = {
    "CANARI-ELSEWHERE": (another_territory, ELSEWHERE, 40),
    "CANARI-OFFICE": (another_organisation, (CLAIRE, BILAL, INES), 10),
    "CANARI-SOMEBODY": (another_person, (CLAIRE, BILAL, PAUL, ZOE), 6),
}
"""The word, whose records hold it, who may read some of them, and in how many columns it stands at least."""


@pytest.fixture(scope="module")
def planted() -> tuple[dict[str, set[str]], dict[Somebody, dict[str, str]]]:
    """The columns where each word stands, and what everybody reads, by address."""
    network = Network(make_site())
    ids = records.make(network)
    with network.site.db.begin() as tx:
        seeds = {word: seed(tx, network) for word, (seed, _, _) in CASES.items()}
    clients = {one: network.signed_in(one.role, one.name or None) for one in EVERYBODY}
    calendars = {one: calendar_of(network, one) for one in EVERYBODY if one.role in WITH_CALENDAR}
    with network.site.db.begin() as tx:
        columns = {word: plant(tx, network.site.seals, word, hanging_on(tx, rows)) for word, rows in seeds.items()}
    return columns, {one: dict(read_by(client, one, ids, calendars)) for one, client in clients.items()}


@pytest.mark.parametrize("word", CASES)
def test_a_word_in_the_records_of_another_is_in_no_answer(word: str, planted):
    _, related, at_least = CASES[word]
    columns, read = planted
    found = {one: [address for address, text in pages.items() if word in text] for one, pages in read.items()}

    assert {str(one): addresses for one, addresses in found.items() if addresses and one not in related} == {}
    assert len(columns[word]) >= at_least
    assert len(found[related[0]]) >= 10  # whoever coordinates there reads it
    assert [str(one) for one in related if not found[one]] == []


def calendar_of(network: Network, one: Somebody) -> str:
    """The address of somebody's own calendar, at the level that says the most."""
    actor = records.actor_of(network, one)
    return subscriptions.subscribe(
        network.site, actor, actor.party_id, "plain" if one.role == "person" else "initials", "Agenda"
    ).url


def read_by(
    client: Browser, one: Somebody, ids: dict[str, records.Records], calendars: dict[Somebody, str]
) -> Iterator[tuple[str, str]]:
    """All that somebody gets at by reading: pages, data and their calendar, about their own records and others'."""
    for route in READ:
        if route.rule.roles and one.role not in route.rule.roles:
            continue
        if "{" not in route.path:
            yield route.path, client.read(route.path).text
        elif route.kind is not None:
            for territory, of in ids.items():
                if territory == one.territory or one.role == "coordinator":
                    address = route.address(of.ids)
                    yield address, client.read(address).text
    if one in calendars:
        calendar = client.get(calendars[one], headers={"accept": "text/calendar"}).text
        assert calendar.startswith("BEGIN:VCALENDAR")
        yield "calendar", calendar

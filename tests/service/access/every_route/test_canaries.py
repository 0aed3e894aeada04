"""
What stands in the records of another territory, organisation or person is in no answer (`security.md` C3).

A word is planted in every text of those records; then each page, calendar and piece of data that answers is read by
whoever may not see it. That the word is found by those who may see it proves that the search could have found it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from service import subscriptions
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent, Party, Person, Professional
from service.tables.territory import Organisation
from tests.service.access.every_route import records
from tests.service.access.every_route.canaries import HOSTILE, Elements, Rows, hanging_on, plant, write_about
from tests.service.access.every_route.cells import routes
from tests.service.access.every_route.records import (
    BILAL,
    CLAIRE,
    ELSEWHERE,
    EVERYBODY,
    INES,
    PAUL,
    TOLD_IN_EMERGENCIES,
    ZOE,
    Somebody,
)
from tests.service.web.network import BASE, MOMENT, TODAY, Browser, Network, make_site
from tests.service.web.servers import server

READ = [one for one in sorted(routes(server(make_site())), key=str) if one.method == "GET"]
Seeds = tuple[Rows, dict[str, str]]
"""Whose records they are, and public ids of some, by kind."""
WITH_CALENDAR = ("peer_helper", "professional", "person")


def another_territory(tx: Session, network: Network) -> Seeds:
    there = network.territories["OTH"]
    write_about(tx, network.site, set(tx.exec(select(Person.id).where(Person.territory_id == there)).all()))
    return {"territory": {there}}, {}


def another_organisation(tx: Session, network: Network) -> Seeds:
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
    nours = new()
    tx.add(Person(id=party.id, public_id=nours, ref="SER-P009", pseudonym="Nour", **nour))
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
    visit = new()
    tx.add(
        Visit(
            public_id=visit,
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
    write_about(tx, network.site, {party.id or 0})
    ids = {"request": request.public_id, "person": nours, "pairing": pairing.public_id, "visit": visit}
    return {"organisation": {office.id or 0}, "party": {party.id or 0}, "professional": {ines.id}}, ids


def another_person(tx: Session, network: Network) -> Seeds:
    """Zoe, for whom Paul asked and to whom Bilal was proposed."""
    zoe = int(network.ids["SER:Zoe"])
    write_about(tx, network.site, {zoe})
    asked = tx.exec(select(Request.public_id).where(Request.person_id == zoe)).one()
    return {"party": {zoe}}, {"request": asked, "person": tx.get_one(Person, zoe).public_id}


CASES: dict[str, tuple[Callable[[Session, Network], Seeds], tuple[Somebody, ...], int]] = {
    "CANARI-ELSEWHERE": (another_territory, ELSEWHERE, 48),
    "CANARI-OFFICE": (another_organisation, (CLAIRE, BILAL, INES), 16),
    "CANARI-SOMEBODY": (another_person, (CLAIRE, BILAL, PAUL, ZOE), 10),
}
"""The word, whose records hold it, who may read some of them, and in how many columns it stands at least."""
WRITTEN = {
    "request_message.content_sealed": "message",
    "request_question.text_sealed": "text_sealed",
    "request_question.answer_sealed": "answer_sealed",
    "right_request.words_sealed": "right",
    "visit_report.word_sealed": "report",
}
"""What is written about requests and visits, and how the word goes on there: each is read by somebody."""


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
        columns = {word: plant(tx, network.site.seals, word, hanging_on(tx, rows)) for word, (rows, _) in seeds.items()}
    others = [more for _, more in seeds.values()]
    return columns, {one: dict(read_by(client, one, ids, others, calendars)) for one, client in clients.items()}


@pytest.mark.parametrize("word", CASES)
def test_a_word_in_the_records_of_another_is_in_no_answer(word: str, planted):
    _, related, at_least = CASES[word]
    columns, read = planted
    found = {
        one: [address for address, text in pages.items() if word in beside_emergencies(word, address, text)]
        for one, pages in read.items()
    }

    assert {str(one): addresses for one, addresses in found.items() if addresses and one not in related} == {}
    assert len(columns[word]) >= at_least
    assert len(found[related[0]]) >= 10  # whoever coordinates there reads it
    assert [str(one) for one in related if not found[one]] == []
    everything = "\n".join(text for pages in read.values() for text in pages.values())
    assert [one for one, end in WRITTEN.items() if one in columns[word] and f"{word}-{end}" not in everything] == []


def test_names_that_look_like_elements_are_text_on_every_page(planted):
    """Each word that was planted goes on with an element and an attribute (`security.md` B5)."""
    _, read = planted
    shown, opened = set[str](), list[str]()
    for one, pages in read.items():
        for address, text in pages.items():
            if "CANARI" in text and "<html" in text:
                shown.add(re.sub(r"[0-9a-f]{32}|\?.*", "", address))
                if [name for name in Elements(text).names if "canari" in name.lower()]:
                    opened.append(f"{one} {address}")

    assert opened == []
    assert len(shown) >= 30
    assert "b-canari" in Elements(f"<p>{HOSTILE}").names


def beside_emergencies(word: str, address: str, text: str) -> str:
    for column in TOLD_IN_EMERGENCIES.get(address, ()):
        text = text.replace(f"{word}-{column}-", "")
    return text


def text_at(client: Browser, address: str) -> str:
    """What the page says; whatever stands in the records, it says something."""
    answer = client.read(address)
    assert answer.status_code != 500, address
    return answer.text


def calendar_of(network: Network, one: Somebody) -> str:
    """The address of somebody's own calendar, at the level that says the most."""
    actor = records.actor_of(network, one)
    return subscriptions.subscribe(
        network.site, actor, actor.party_id, "plain" if one.role == "person" else "initials", "Agenda"
    ).url


def read_by(
    client: Browser,
    one: Somebody,
    ids: dict[str, records.Records],
    others: list[dict[str, str]],
    calendars: dict[Somebody, str],
) -> Iterator[tuple[str, str]]:
    """All that somebody gets at by reading: pages, data and their calendar, about their own records and others'."""
    for route in READ:
        if route.rule.roles and one.role not in route.rule.roles:
            continue
        if "{" not in route.path:
            yield route.path, text_at(client, route.path)
        elif route.kind is not None:
            for territory, of in ids.items():
                if territory == one.territory or one.role == "coordinator":
                    address = route.address(of.ids)
                    yield address, text_at(client, address)
            for more in others:
                if route.kind in more:
                    address = route.address(ids["SER"].ids | more)
                    yield address, text_at(client, address)
    if one.role == "person":
        copy = client.post(
            "/mes-donnees/copie",
            data={"csrf": client.seal("/mes-donnees")},
            headers={"sec-fetch-site": "same-origin", "origin": BASE},
        )
        assert "attachment" in copy.headers["content-disposition"]
        yield "copy of one's own data", copy.text
    if one in calendars:
        calendar = client.get(calendars[one], headers={"accept": "text/calendar"}).text
        assert calendar.startswith("BEGIN:VCALENDAR")
        yield "calendar", calendar

"""A professional asks for an accompaniment in four steps (`domain.md`, story P1)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from service import days, request_drafts
from service.clock import FixedClock
from service.errors import StepNotAllowed
from service.request_answers import looks_like_a_name
from service.site import Actor
from service.tables.pairings import Request
from service.tables.people import Availability, Consent, Person, Place, Professional
from service.tables.requests import RequestDraft
from service.tables.work import AuditEntry
from tests.service.web.network import MOMENT, TODAY, Browser, Network

FIRST: dict[str, Any] = {"whom": "new", "pseudonym": "Merle", "agreed": "yes", "how": "signed"}
SECOND: dict[str, Any] = {"themes": ["housing", "social"], "urgency": "soon", "frequency": "weekly"}
THIRD: dict[str, Any] = {"moments": ["weekday_morning", "weekend"], "where": "home", "languages": ["fr", "it"]}


def begun(client: Browser) -> str:
    """The address of a new draft."""
    answer = client.fill("/mes-demandes/nouvelle", "/mes-demandes")
    return str(answer.headers["location"]).rpartition("/")[0]


def filled(client: Browser, draft: str, step: int, **said: Any) -> Any:
    return client.fill(f"{draft}/{step}", f"{draft}/{step}", **said)


def asked(client: Browser, first: dict[str, Any] = FIRST, third: dict[str, Any] = THIRD) -> str:
    """A whole request, sent; the address that its draft had."""
    draft = begun(client)
    for step, said in enumerate((first, SECOND, third), 1):
        assert filled(client, draft, step, **said).status_code == 303
    assert client.fill(f"{draft}/envoyer", f"{draft}/4").status_code == 303
    return draft


def person_of(network: Network, pseudonym: str = "Merle") -> Person:
    with network.site.db() as tx:
        return tx.exec(select(Person).where(Person.pseudonym == pseudonym)).one()


def requests_of(network: Network, person: Person) -> list[Request]:
    with network.site.db() as tx:
        return list(tx.exec(select(Request).where(Request.person_id == person.id).order_by(col(Request.id))))


def paul(network: Network) -> Actor:
    with network.site.db() as tx:
        row = tx.exec(select(Professional).where(Professional.display_name == "Paul")).one()
        return Actor("professional", row.territory_id, party_id=row.id)


def test_a_request_reaches_the_coordination_with_its_person(network: Network):
    asked(network.signed_in("professional", "Paul"), third=THIRD | {"note": "Deuxième étage sans ascenseur"})
    person = person_of(network)
    [request] = requests_of(network, person)

    assert (request.status, request.urgency, request.themes) == ("received", "soon", ["housing", "social"])
    assert request.received_on == TODAY
    assert (person.status, person.languages) == ("consent_pending", ["fr", "it"])
    with network.site.db() as tx:
        windows = tx.exec(select(Availability).where(Availability.owner_id == person.id)).all()
        assert {(row.weekday, row.start_minute) for row in windows} == {(day, 540) for day in range(1, 6)} | {
            (6, 600),
            (7, 600),
        }
        assert "request.made" in tx.exec(select(AuditEntry.action)).all()
    seen = network.signed_in("coordinator").read("/demandes").text
    for words in ("Merle", "Paul, CPAS", "Bientôt", "Deuxième étage sans ascenseur"):
        assert words in seen


def test_the_consent_that_was_said_holds_twelve_months(network: Network):
    asked(network.signed_in("professional", "Paul"))
    with network.site.db() as tx:
        consent = tx.exec(select(Consent).where(Consent.person_id == person_of(network).id)).one()

    assert (consent.status, consent.how, consent.scope) == ("given", "signed", ["pairing"])
    assert (consent.given_on, consent.expires_on) == (TODAY, date(2028, 1, 4))


def test_a_person_who_has_not_agreed_yet_waits_for_that(network: Network):
    asked(network.signed_in("professional", "Paul"), first=FIRST | {"agreed": "not_yet"})

    assert requests_of(network, person_of(network))[0].status == "consent_pending"
    assert "Il manque l’accord" in network.signed_in("coordinator").read("/demandes").text


@pytest.mark.parametrize(("band", "shown"), [("45-54", "Merle, 45 à 54 ans"), ("75+", "Merle, 75 ans et plus")])
def test_the_last_look_shows_the_age_that_was_given(network: Network, band: str, shown: str):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    for step, said in enumerate((FIRST | {"age_band": band}, SECOND, THIRD), 1):
        filled(client, draft, step, **said)

    assert shown in client.read(f"{draft}/4").text


def test_sending_the_same_form_again_makes_no_second_request(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = asked(client)
    again = client.fill(f"{draft}/envoyer", "/mes-demandes")

    assert again.status_code == 303
    assert len(requests_of(network, person_of(network))) == 1
    assert client.read(f"{draft}/4").headers["location"] == "/mes-demandes?fait=request_sent"


def test_a_draft_is_taken_up_where_it_was_left(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    filled(client, draft, 1, **FIRST)
    later = filled(client, draft, 2, themes=["housing"], then="later")
    listed = client.read("/mes-demandes").text

    assert later.headers["location"] == "/mes-demandes?fait=draft_kept"
    assert "Merle" in listed
    assert f'href="{draft}/2"' in listed
    assert re.search(r'value="housing"[^>]* checked', client.read(f"{draft}/2").text)


def test_what_is_missing_is_said_and_what_was_filled_in_is_kept(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    answer = filled(client, draft, 1, whom="new", pseudonym="Merle")

    assert answer.status_code == 422
    assert '<a href="#agreed">' in answer.text
    assert 'id="agreed"' in answer.text
    assert "<title>Erreur :" in answer.text
    assert 'value="Merle"' in answer.text


@pytest.mark.parametrize("step", [2, 3, 4])
def test_no_step_is_skipped(network: Network, step: int):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)

    assert client.read(f"{draft}/{step}").headers["location"] == f"{draft}/1"


def test_a_request_that_lacks_something_is_not_sent(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    filled(client, draft, 1, **FIRST)

    assert client.fill(f"{draft}/envoyer", "/mes-demandes").status_code == 409
    with network.site.db() as tx:
        assert tx.exec(select(Person).where(Person.pseudonym == "Merle")).first() is None


@pytest.mark.parametrize("said", ["merle@mail.example", "0470 12 34 56", "Merle 85.07.30-033.28"])
def test_a_pseudonym_with_a_number_or_an_address_is_refused(network: Network, said: str):
    client = network.signed_in("professional", "Paul")
    answer = filled(client, begun(client), 1, **FIRST | {"pseudonym": said})

    assert answer.status_code == 422
    assert "Le pseudonyme contient un numéro ou une adresse" in answer.text


def test_a_pseudonym_that_looks_like_a_name_is_asked_about_once(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    first = filled(client, draft, 1, **FIRST | {"pseudonym": "Jeanne Dupont"})
    sure = filled(client, draft, 1, **FIRST | {"pseudonym": "Jeanne Dupont", "pseudonym_sure": "yes"})

    assert "Cela ressemble à un nom" in first.text
    assert sure.status_code == 303


@pytest.mark.parametrize(
    ("said", "name"), [("Mme D.", False), ("Merle", False), ("Jeanne Dupont", True), ("Madame Anne Roy", True)]
)
def test_two_words_look_like_a_name(said: str, name: bool):
    assert looks_like_a_name(said) == name


def test_a_pseudonym_serves_one_person_only(network: Network):
    client = network.signed_in("professional", "Paul")

    assert "ne peut pas servir ici" in filled(client, begun(client), 1, **FIRST | {"pseudonym": "ROSE"}).text


def test_a_draft_is_gone_after_seven_days_and_is_found_until_then(network: Network):
    draft = request_drafts.start(network.site, paul(network))

    def on(moment: Any) -> Any:
        return replace(network.site, clock=FixedClock(moment))

    last = MOMENT + timedelta(days=7, seconds=-1)
    days.turn(on(last))
    assert [one.public_id for one in request_drafts.mine(on(last), paul(network))] == [draft]
    days.turn(on(MOMENT + timedelta(days=7)))
    with network.site.db() as tx:
        assert tx.exec(select(RequestDraft)).all() == []


def test_nobody_else_finds_a_draft(network: Network):
    address = begun(network.signed_in("professional", "Paul"))

    assert network.signed_in("professional", "Ines").read(f"{address}/1").status_code == 404
    assert network.signed_in("coordinator").read(f"{address}/1").status_code == 403


def test_what_a_draft_says_is_not_in_the_database_in_clear(network: Network):
    client = network.signed_in("professional", "Paul")
    filled(client, begun(client), 1, **FIRST)
    with network.site.db() as tx:
        held = tx.exec(select(RequestDraft)).one()

    assert held.content_sealed is not None
    assert b"Merle" not in held.content_sealed


def test_a_pseudonym_that_is_too_long_is_not_called_missing(network: Network):
    client = network.signed_in("professional", "Paul")
    refused = filled(client, begun(client), 1, **FIRST | {"pseudonym": "x" * 200})

    assert "Choisissez un pseudonyme plus court" in refused.text
    assert "Il manque" not in refused.text


def test_an_erased_draft_is_gone(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    # What one tap would lose stands one tap further.
    assert re.search(
        rf"<details[^>]*><summary>(?:(?!</details>).)*{draft}/effacer", client.read("/mes-demandes").text, re.DOTALL
    )
    client.fill(f"{draft}/effacer", "/mes-demandes")

    assert client.read(f"{draft}/1").status_code == 404


def test_drafts_are_not_heaped_up(network: Network):
    for _ in range(request_drafts.MOST_DRAFTS):
        request_drafts.start(network.site, paul(network))

    with pytest.raises(StepNotAllowed):
        request_drafts.start(network.site, paul(network))


def closed(network: Network) -> str:
    """Rose, for whom Paul asked before, and whose request is closed; her public id."""
    with network.site.db.begin() as tx:
        request = tx.exec(select(Request).where(Request.public_id == network.ids["SER:request:Rose"])).one()
        request.status, request.reason = "closed", "other_help_found"
        return tx.get_one(Person, request.person_id).public_id


def test_somebody_already_accompanied_is_chosen_and_not_described_again(network: Network):
    rose = closed(network)
    asked(network.signed_in("professional", "Paul"), first={"whom": rose, "agreed": "yes", "how": "signed"}, third={})

    assert [row.status for row in requests_of(network, person_of(network, "Rose"))] == ["closed", "received"]
    assert person_of(network, "Rose").languages == ["fr"]


def test_only_ones_own_people_can_be_chosen(network: Network):
    rose = closed(network)
    client = network.signed_in("professional", "Ines")
    answer = filled(client, begun(client), 1, whom=rose, agreed="yes", how="signed")

    assert answer.status_code == 422
    assert "Rose" not in answer.text


def test_who_took_their_consent_back_is_asked_by_the_coordination(network: Network):
    rose = closed(network)
    with network.site.db.begin() as tx:
        consent = tx.exec(
            select(Consent).join(Person, col(Consent.person_id) == Person.id).where(Person.public_id == rose)
        ).one()
        consent.ended_at = MOMENT
        tx.flush()
        tx.add(Consent(person_id=consent.person_id, status="withdrawn", recorded_at=MOMENT))
    asked(network.signed_in("professional", "Paul"), first={"whom": rose, "agreed": "yes", "how": "signed"}, third={})

    assert requests_of(network, person_of(network, "Rose"))[-1].status == "consent_pending"


def test_a_place_of_another_territory_cannot_be_chosen(network: Network):
    with network.site.db() as tx:
        places = {row.name: row.public_id for row in tx.exec(select(Place)).all()}
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    filled(client, draft, 1, **FIRST)
    filled(client, draft, 2, **SECOND)

    assert filled(client, draft, 3, **THIRD | {"where": places["Maison du quartier d’ailleurs"]}).status_code == 422
    assert filled(client, draft, 3, **THIRD | {"where": places["Maison du quartier"]}).status_code == 303


def test_each_step_says_where_one_is_and_asks_for_no_diagnosis(network: Network):
    client = network.signed_in("professional", "Paul")
    draft = begun(client)
    pages = [client.read(f"{draft}/1").text]
    for step, said in enumerate((FIRST, SECOND, THIRD), 1):
        filled(client, draft, step, **said)
        pages.append(client.read(f"{draft}/{step + 1}").text)

    for step, text in enumerate(pages, 1):
        assert f"Étape {step} sur 4." in text
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text)
        assert not re.search(r'name="(diagnos|treat|illness)', text)
        assert "ailleurs" not in text


def questions_of(network: Network, role: str, path: str) -> int:
    """How often a page asks the database."""
    client = network.signed_in(role, "Paul" if role == "professional" else None)
    asked: list[str] = []

    def note(*parts: Any) -> None:
        asked.append(parts[2])

    event.listen(network.site.db.engine, "before_cursor_execute", note)
    try:
        assert client.read(path).status_code == 200
    finally:
        event.remove(network.site.db.engine, "before_cursor_execute", note)
    return len(asked)


@pytest.mark.parametrize(("role", "path"), [("professional", "/mes-demandes"), ("coordinator", "/demandes")])
def test_no_page_asks_for_each_draft_or_note(network: Network, role: str, path: str):
    client = network.signed_in("professional", "Paul")

    def one_more(name: str) -> None:
        asked(client, first=FIRST | {"pseudonym": name}, third=THIRD | {"note": "Deuxième étage"})
        request_drafts.start(network.site, paul(network))

    one_more("Merle")
    before = questions_of(network, role, path)
    for name in ("Grive", "Pinson", "Geai"):
        one_more(name)

    assert questions_of(network, role, path) == before

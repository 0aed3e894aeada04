"""The pages of the main job: what they show, what they never show, and what their forms do."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from service.tables.pairings import Pairing, Request
from service.tables.people import Consent, Person
from service.tables.work import ImportReport
from service.web.sign_in import FIRST_PAGE
from tests.service.web.network import MOMENT, Network

PAGES = {
    "/compte": {"coordinator", "peer_helper", "professional", "person"},
    "/comptes": {"coordinator"},
    "/aujourdhui": {"coordinator"},
    "/demandes": {"coordinator"},
    "/demandes/nouvelle": {"coordinator"},
    "/appariements": {"coordinator"},
    "/appariements/et-si": {"coordinator"},
    "/appariements/etat-du-calcul": {"coordinator"},
    "/import": {"coordinator"},
    "/semaine/2027-01-11": {"coordinator"},
    "/semaine/2027-01-11/publier": {"coordinator"},
    "/absences": {"coordinator"},
    "/mes-absences": {"peer_helper"},
    "/agenda": {"peer_helper", "person", "professional"},
    "/mes-demandes": {"professional"},
    "/propositions": {"peer_helper", "person"},
    "/abonnement": {"peer_helper", "person", "professional"},
    "/reglages/calendriers": {"coordinator"},
    "/reglages/calendriers/adresses": {"coordinator"},
    "/reglages/liens-partenaires": {"coordinator"},
    "/mon-autre-agenda": {"peer_helper", "professional"},
    "/aide": {"coordinator", "peer_helper", "person", "professional"},
    "/aide/regles": {"coordinator"},
}
ROLES = ("coordinator", "peer_helper", "professional", "person")


def status_of(network: Network, name: str) -> str:
    with network.site.db() as tx:
        return tx.exec(select(Request.status).where(Request.public_id == network.ids[f"SER:request:{name}"])).one()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_for_its_roles_only(network: Network, role: str, path: str):
    answer = network.signed_in(role).read(path)

    assert answer.status_code == (200 if role in PAGES[path] else 403)


@pytest.mark.parametrize("path", PAGES)
def test_without_signing_in_every_page_leads_to_the_door(network: Network, path: str):
    assert network.client().read(path).headers["location"] == "/entrer"


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page_of_each_role_exists(network: Network, role: str):
    client = network.signed_in(role)

    assert client.read("/").headers["location"] == FIRST_PAGE[role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_another_territory(network: Network, role: str, path: str):
    network.propose("Yann", "Ana")

    assert "ailleurs" not in network.signed_in(role).read(path).text


def test_new_requests_tell_age_source_and_what_is_missing(network: Network):
    with network.site.db.begin() as tx:
        rose = tx.exec(select(Person).where(Person.pseudonym == "Rose")).one()
        rose.languages = []
    text = network.signed_in("coordinator").read("/demandes").text

    for words in ("Rose", "15 jours", "Paul, CPAS", "Il manque la langue", "Attend depuis plus de 7 jours"):
        assert words in text


def test_an_accepted_request_waits_for_a_peer_helper(network: Network):
    client = network.signed_in("coordinator")
    answer = client.fill(f"/demandes/{network.ids['SER:request:Rose']}/accepter", "/demandes", revision="1")

    rose = f"/demandes/{network.ids['SER:request:Rose']}?fait=request_accepted"
    assert answer.headers["location"] == rose
    assert status_of(network, "Rose") == "waiting"
    assert "Demande acceptée" in client.read(rose).text


def test_without_consent_a_request_waits_for_it_and_is_accepted_once_it_is_noted(network: Network):
    with network.site.db.begin() as tx:
        rose = tx.exec(select(Person).where(Person.pseudonym == "Rose")).one()
        had = tx.exec(select(Consent).where(Consent.person_id == rose.id)).one()
        had.ended_at = MOMENT
        tx.flush()
        tx.add(Consent(**had.model_dump(exclude={"id", "ended_at", "expires_on"}), expires_on=date(2027, 1, 3)))
    client = network.signed_in("coordinator")
    address = f"/demandes/{network.ids['SER:request:Rose']}"
    first = client.fill(f"{address}/accepter", "/demandes", revision="1")
    too_early = client.fill(f"{address}/accepter", "/demandes", revision="2")
    waiting = client.read(address).text
    noted = client.fill(f"{address}/accord", "/demandes", revision="2", how="signed")
    said = client.read(address).text
    asker = network.signed_in("professional", "Paul").read(address.replace("/demandes", "/mes-demandes")).text
    then = client.fill(f"{address}/accepter", "/demandes", revision="2")

    assert first.headers["location"].endswith("fait=request_consent")
    assert too_early.status_code == 409
    assert noted.status_code == 303
    assert '<span class="tag ">Attend l’accord</span>' in waiting
    assert '<span class="tag ">Attend l’accord</span>' not in said  # from here on the coordination is waited for
    assert "donne son accord" not in asker
    assert then.headers["location"].endswith("fait=request_accepted")
    assert status_of(network, "Rose") == "waiting"
    with network.site.db() as tx:
        history = tx.exec(select(Consent).where(Consent.person_id == rose.id).order_by(col(Consent.id))).all()
    assert [(row.expires_on, row.ended_at is None) for row in history] == [
        (date(2027, 12, 1), False),
        (date(2027, 1, 3), False),
        (date(2028, 1, 4), True),
    ]


def test_a_request_that_changed_meanwhile_is_not_overwritten(network: Network):
    client = network.signed_in("coordinator")
    answer = client.fill(f"/demandes/{network.ids['SER:request:Rose']}/accepter", "/demandes", revision="7")

    assert answer.status_code == 409
    assert "Quelqu’un d’autre a changé cela" in answer.text
    assert status_of(network, "Rose") == "received"


@pytest.mark.parametrize(
    ("way", "form", "state"),
    [
        ("reorienter", {"reason": "nearer_service"}, "redirected"),
        ("terminer", {"outcome": "requester_withdrew"}, "closed"),
    ],
)
def test_a_request_is_sent_elsewhere_or_closed_with_a_coded_reason(network: Network, way: str, form: Any, state: str):
    client = network.signed_in("coordinator")
    address = f"/demandes/{network.ids['SER:request:Rose']}/{way}"
    assert client.fill(address, "/demandes", revision="1", **form).status_code == 303

    assert status_of(network, "Rose") == state


def test_a_reason_that_is_not_in_the_list_is_refused(network: Network):
    client = network.signed_in("coordinator")
    address = f"/demandes/{network.ids['SER:request:Rose']}/terminer"

    assert client.fill(address, "/demandes", revision="1", outcome="tired of it").status_code == 409
    assert status_of(network, "Rose") == "received"


def test_a_request_of_another_territory_does_not_exist(network: Network):
    client = network.signed_in("coordinator")
    hidden = client.fill(f"/demandes/{network.ids['OTH:request:Rose']}/accepter", "/demandes", revision="1")
    absent = client.fill(f"/demandes/{'0' * 32}/accepter", "/demandes", revision="1")

    assert (hidden.status_code, hidden.text) == (404, absent.text)


def test_a_professional_sees_only_the_requests_they_made(network: Network):
    text = network.signed_in("professional", "Ines").read("/mes-demandes").text

    assert "Vous n’avez pas encore fait de demande." in text
    for name in ("Rose", "Yann", "Zoe"):
        assert name not in text


def test_a_professional_sees_how_far_a_request_is_but_no_peer_helper_by_name(network: Network):
    network.propose("Yann", "Ana")
    client = network.signed_in("professional", "Paul")
    assert "Yann" in client.read("/mes-demandes").text
    text = client.read(f"/mes-demandes/{network.ids['SER:request:Yann']}").text

    assert "Proposée à un pair-aidant" in text
    assert "Ana" not in text


def test_both_sides_answer_on_their_own_page(network: Network):
    pairing = network.propose("Yann", "Ana")
    helper = network.signed_in("peer_helper", "Ana")
    assert "Yann" in helper.read("/propositions").text
    said = helper.fill(f"/propositions/{pairing}/repondre", "/propositions", said="accepted", revision="1")

    assert said.headers["location"] == "/propositions?fait=answered_yes"
    with network.site.db() as tx:
        row = tx.exec(select(Pairing)).one()
    assert (row.helper_answer, row.helper_answer_how, row.person_answer) == ("accepted", "own_page", "pending")
    person = network.signed_in("person", "Yann")
    text = person.read("/propositions").text
    assert "Ana" in text
    assert person.fill(
        f"/propositions/{pairing}/repondre", "/propositions", said="talk_first", revision="2"
    ).is_redirect


def test_a_helper_sees_nothing_of_people_who_are_not_proposed_to_them(network: Network):
    network.propose("Yann", "Ana")
    for path in ("/propositions", "/abonnement", "/aide"):
        text = network.signed_in("peer_helper", "Bilal").read(path).text
        assert "Yann" not in text
        assert "Zoe" not in text


def test_nobody_answers_for_somebody_else(network: Network):
    pairing = network.propose("Yann", "Ana")
    client = network.signed_in("peer_helper", "Bilal")

    assert client.fill(f"/propositions/{pairing}/repondre", "/aide", said="declined", revision="1").status_code == 404


def test_the_answer_of_one_side_is_not_shown_to_the_other(network: Network):
    pairing = network.propose("Yann", "Ana")
    before = network.signed_in("person", "Yann").read("/propositions").text
    network.signed_in("peer_helper", "Ana").fill(
        f"/propositions/{pairing}/repondre", "/propositions", said="talk_first", revision="1"
    )
    after = network.signed_in("person", "Yann").read("/propositions").text

    def visible(text: str) -> str:
        return re.sub(r"<[^>]+>", "", text)

    assert visible(before) == visible(after)


def test_the_coordinator_notes_an_answer_that_came_by_phone(network: Network):
    pairing = network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        person = tx.exec(select(Person).where(Person.pseudonym == "Yann")).one()
        person.status = "proposed"
        tx.exec(select(Request).where(Request.person_id == person.id)).one().status = "proposed"
        address = f"/appariements/{person.public_id}"
    client = network.signed_in("coordinator")
    assert "Noter la réponse d’Ana" in client.read(address).text
    fields = {"side": "person", "said": "accepted", "how": "phone", "revision": "1"}
    noted = client.fill(f"{address}/propositions/{pairing}/repondre", address, **fields)
    assert noted.headers["location"] == f"{address}?fait=answer_noted"
    with network.site.db() as tx:
        row = tx.exec(select(Pairing)).one()
    assert (row.person_answer, row.person_answer_how) == ("accepted", "phone")
    fields = {"side": "peer_helper", "said": "accepted", "how": "phone", "revision": str(row.revision)}
    agreed = client.fill(f"{address}/propositions/{pairing}/repondre", address, **fields).headers["location"]

    assert agreed == f"/binomes/{pairing}?fait=both_agreed"
    assert "Placer la rencontre" in client.read(agreed).text


def test_a_pair_that_breaks_no_rule_is_proposed_from_the_board(network: Network):
    client = network.signed_in("coordinator")
    with network.site.db() as tx:
        person = tx.exec(select(Person.public_id).where(Person.pseudonym == "Zoe")).one()
    page = f"/appariements/{person}"
    helper = re.search(r'name="helper" value="([0-9a-f]{32})"', client.read(page).text)
    assert helper is not None
    answer = client.fill(f"{page}/proposer", page, helper=helper[1])

    assert answer.headers["location"] == f"{page}?fait=proposed"
    assert "Proposition en cours" in client.read(page).text


def test_an_address_is_shown_once_and_read_by_a_calendar(network: Network):
    client = network.signed_in("peer_helper")
    made = client.fill("/abonnement/creer", "/abonnement", level="minimal")
    address = re.search(r'readonly value="([^"]+)"', made.text)

    assert address is not None
    assert f'href="{address[1].replace("http:", "webcal:")}"' in made.text
    assert "calendar.google.com/calendar/r?cid=webcal%3A%2F%2F" in html.unescape(made.text)
    assert "<svg" in made.text
    assert "style=" not in made.text
    assert network.client().get(address[1]).text.startswith("BEGIN:VCALENDAR")
    assert address[1] not in client.read("/abonnement").text


def test_a_lost_phone_gets_a_new_address_and_a_stopped_one_says_so(network: Network):
    client = network.signed_in("peer_helper")
    first = re.search(r'readonly value="([^"]+)"', client.fill("/abonnement/creer", "/abonnement").text)
    number = re.search(r"/abonnement/([0-9a-f]{32})/changer", client.read("/abonnement").text)
    assert first is not None
    assert number is not None
    renewed = client.fill(f"/abonnement/{number[1]}/changer", "/abonnement")
    second = re.search(r'readonly value="([^"]+)"', renewed.text)
    assert second is not None

    assert "Adresse changée" in network.client().get(first[1]).text
    assert "Adresse changée" not in network.client().get(second[1]).text


def test_only_the_person_may_choose_the_plain_level(network: Network):
    assert network.signed_in("peer_helper").fill("/abonnement/creer", "/abonnement", level="plain").status_code == 400
    assert network.signed_in("person").fill("/abonnement/creer", "/abonnement", level="plain").status_code == 200


def test_files_are_looked_at_and_taken_over_only_on_acceptance(network: Network):
    client = network.signed_in("coordinator")
    seal = client.seal("/import")
    body = b"person_id,first_day,last_day\nSER-H00,2027-02-01,2027-02-05\n"
    sent = client.post(
        "/import/fichiers",
        data={"csrf": seal},
        files=[("files", ("absences.csv", body, "text/csv"))],
        follow_redirects=False,
    )
    report = sent.headers["location"].split("?")[0]
    text = client.read(report).text

    assert "absences.csv" in text
    assert "Rien n’est encore enregistré." in text
    with network.site.db() as tx:
        kept = tx.exec(select(ImportReport)).one()
    assert b"SER-H00" not in kept.files_sealed
    assert client.fill(f"{report}/ecarter", report).headers["location"] == "/import?fait=files_dropped"
    assert client.read(report).status_code == 404


@pytest.mark.parametrize("name", ["notes.txt", "../../etc/passwd", "unknown.csv"])
def test_a_file_that_is_not_of_the_set_is_refused_with_a_sentence(network: Network, name: str):
    client = network.signed_in("coordinator")
    answer = client.post(
        "/import/fichiers",
        data={"csrf": client.seal("/import")},
        files=[("files", (name, b"x", "text/csv"))],
        follow_redirects=False,
    )

    assert answer.status_code == 422
    assert "Choisissez au moins un fichier CSV connu" in answer.text


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_language_switch_is_remembered(network: Network, language: str):
    client = network.client()
    assert client.read(f"/langue/{language}?retour=/entrer").headers["location"] == "/entrer"

    assert f'<html lang="{language}"' in client.read("/entrer").text


def test_the_browsers_language_counts_before_signing_in(network: Network):
    answer = network.client().get("/entrer", headers={"accept-language": "nl-BE,fr;q=0.5"})

    assert '<html lang="nl"' in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_no_page_has_an_inline_style_or_script(network: Network, role: str):
    client = network.signed_in(role)
    network.propose("Yann", "Ana")
    for path in (path for path, roles in PAGES.items() if role in roles):
        text = client.read(path).text
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_hostile_names_are_shown_as_text(network: Network):
    with network.site.db.begin() as tx:
        tx.exec(select(Person).where(Person.pseudonym == "Rose")).one().pseudonym = "<img src=x onerror=alert(1)>%(x)s"
    text = network.signed_in("coordinator").read("/demandes").text

    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;%(x)s" in text


@pytest.mark.parametrize("field", [{"extra": "1"}, {"revision": "x"}, {"revision": "1\x00"}, {}])
def test_unknown_missing_or_broken_fields_are_refused(network: Network, field: dict[str, str]):
    client = network.signed_in("coordinator")
    address = f"/demandes/{network.ids['SER:request:Rose']}/accepter"
    fields = {"revision": "1"} | field if "extra" in field else field

    assert client.fill(address, "/demandes", **fields).status_code == 400

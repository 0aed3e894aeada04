"""The pages of a pairing's life: what each role finds there, what it may send, and what must not be there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service import bookings
from service.clock import FixedClock
from service.tables.pairings import Notice, Pairing, Visit
from service.tables.people import Consent, PeerHelper, Person
from tests.service.web.network import MOMENT, TODAY, Browser, Network
from tests.service.web.servers import server

OWN = ("/mes-binomes", "/mon-accord", "/mon-accord/retirer")
WORDS_OF_REASONS = ("raison :", "motif", "parce que", "pourquoi voulez")


def paired(network: Network, person: str = "Yann", helper: str = "Ana", status: str = "active", **fields: Any) -> str:
    """A pairing in this state, as if it had come so far; its public id."""
    public_id = network.propose(person, helper)
    with network.site.db.begin() as tx:
        row = tx.exec(select(Pairing).where(Pairing.public_id == public_id)).one()
        row.person_answer = row.helper_answer = "accepted"
        row.person_answer_on = row.helper_answer_on = TODAY
        row.status = status
        for name, value in fields.items():
            setattr(row, name, value)
        tx.add(row)
        someone = tx.get_one(Person, row.person_id)
        someone.status = "paused" if status == "paused" else "paired"
        tx.add(someone)
    return public_id


def visit_of(network: Network, pairing: str, start: datetime, **fields: Any) -> str:
    with network.site.db.begin() as tx:
        row = tx.exec(select(Pairing).where(Pairing.public_id == pairing)).one()
        new = network.site.ids.new()
        usual: dict[str, Any] = {"kind": "regular", "published_at": MOMENT}
        visit = Visit(
            public_id=new,
            ref=f"V-{new}",
            uid=new,
            territory_id=row.territory_id,
            pairing_id=row.id or 0,
            person_id=row.person_id,
            peer_helper_id=row.peer_helper_id,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            created_at=MOMENT,
            changed_at=MOMENT,
            **(usual | fields),
        )
        tx.add(visit)
        bookings.book(tx, visit)
        return new


def in_review(network: Network) -> str:
    """A trial of four weeks with three visits held."""
    pairing = paired(network, status="trial", trial_start=TODAY - timedelta(days=28), trial_end=TODAY)
    for week in (4, 3, 2):
        visit_of(network, pairing, MOMENT - timedelta(weeks=week) + timedelta(hours=2), status="done")
    return pairing


def row_of(network: Network, pairing: str) -> Pairing:
    with network.site.db() as tx:
        return tx.exec(select(Pairing).where(Pairing.public_id == pairing)).one()


def later(network: Network, moment: datetime) -> Network:
    network.site = replace(network.site, clock=FixedClock(moment))
    network.app = server(network.site)
    return network


def person_id(network: Network, name: str) -> str:
    with network.site.db() as tx:
        return tx.exec(select(Person.public_id).where(Person.pseudonym == name)).one()


def test_the_coordinator_sees_her_pairings_and_no_other_territory(network: Network):
    pairing = paired(network)
    coordinator = network.signed_in("coordinator", "Claire")
    listed, one = coordinator.read("/binomes"), coordinator.read(f"/binomes/{pairing}")

    assert "Yann et Ana" in listed.text
    assert "Yann et Ana" in one.text
    for page in (listed, one):
        assert page.status_code == 200
        assert "d’ailleurs" not in page.text


@pytest.mark.parametrize("role", ["peer_helper", "professional", "person"])
def test_the_coordinators_pages_are_hers(network: Network, role: str):
    pairing = paired(network)
    browser = network.signed_in(role)
    yann = person_id(network, "Yann")
    for path in ("/binomes", f"/binomes/{pairing}", f"/binomes/{pairing}/papier", f"/accords/{yann}"):
        assert browser.read(path).status_code == 403


@pytest.mark.parametrize("role", ["coordinator", "professional"])
def test_own_pages_are_for_both_sides(network: Network, role: str):
    for path in OWN:
        assert network.signed_in(role).read(path).status_code == 403
    assert network.signed_in("peer_helper").read("/mon-accord").status_code == 403


def test_hidden_and_absent_look_the_same(network: Network):
    mine, other = paired(network), paired(network, "Zoe", "Bilal")
    person = network.signed_in("person", "Yann")
    coordinator = network.signed_in("coordinator", "Claire")
    hidden, absent = (person.read(f"/mes-binomes/{one}/arreter") for one in (other, "0" * 32))

    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.text == absent.text.replace("0" * 32, other)
    sent = [
        person.fill(f"/mes-binomes/{one}/arreter/maintenant", "/mes-binomes", revision=1) for one in (other, "0" * 32)
    ]
    assert [one.status_code for one in sent] == [404, 404]
    assert row_of(network, other).status == row_of(network, mine).status == "active"
    assert coordinator.read("/binomes/" + "0" * 32).status_code == 404
    assert coordinator.read("/accords/" + "0" * 32).status_code == 404


def test_nobody_finds_somebody_elses_pseudonym_or_name(network: Network):
    paired(network)
    paired(network, "Zoe", "Bilal")
    helper, person = network.signed_in("peer_helper", "Ana"), network.signed_in("person", "Yann")

    assert "Yann" in helper.read("/mes-binomes").text
    assert "Ana" in person.read("/mes-binomes").text
    for browser, strangers in ((helper, ("Zoe", "Rose", "Bilal")), (person, ("Zoe", "Rose", "Bilal"))):
        for path in ("/mes-binomes", "/agenda", "/propositions"):
            assert not any(name in browser.read(path).text for name in strangers)


def test_each_answers_the_review_and_does_not_see_the_other(network: Network):
    pairing = in_review(network)
    helper, person = network.signed_in("peer_helper", "Ana"), network.signed_in("person", "Yann")
    before = person.read("/mes-binomes").text
    sent = helper.fill(f"/mes-binomes/{pairing}/bilan", "/mes-binomes", said="continue", seen=0)

    assert sent.headers["location"] == "/mes-binomes?fait=review_continue"
    assert person.read("/mes-binomes").text == before
    assert "Vous avez dit : je continue" in helper.read("/mes-binomes").text
    assert (
        person.fill(f"/mes-binomes/{pairing}/bilan", "/mes-binomes", said="continue", seen=0).headers["location"]
        == "/mes-binomes?fait=trial_passed"
    )
    assert row_of(network, pairing).status == "active"


def test_the_agenda_says_that_a_question_and_a_visit_wait(network: Network):
    pairing = in_review(network)
    visit_of(network, pairing, MOMENT - timedelta(hours=20))
    helper, person = network.signed_in("peer_helper", "Ana"), network.signed_in("person", "Yann")

    for browser, name in ((helper, "Yann"), (person, "Ana")):
        assert f"La période d’essai avec {name} se termine." in browser.read("/agenda").text
    assert "La visite a-t-elle eu lieu ?" in helper.read("/agenda").text
    assert "à noter" not in person.read("/agenda").text
    person.fill(f"/mes-binomes/{pairing}/bilan", "/mes-binomes", said="continue", seen=0)
    assert "La période d’essai" not in person.read("/agenda").text


@pytest.mark.parametrize("role", ["person", "peer_helper"])
def test_no_form_of_the_own_pages_has_a_field_for_a_reason(network: Network, role: str):
    pairing = in_review(network)
    browser = network.signed_in(role, "Yann" if role == "person" else "Ana")
    for path in ("/mes-binomes", f"/mes-binomes/{pairing}/arreter", *(OWN[1:] if role == "person" else ())):
        text = browser.read(path).text
        assert "<textarea" not in text
        assert 'name="reason"' not in text
        assert not any(words in text.casefold() for words in WORDS_OF_REASONS)
    extra = browser.fill(f"/mes-binomes/{pairing}/bilan", "/mes-binomes", said="stop", seen=0, reason="trop loin")
    assert extra.status_code == 400
    assert row_of(network, pairing).status == "trial"


def test_one_who_stops_leaves_the_other_a_word_without_a_reason(network: Network):
    pairing = in_review(network)
    person, helper = network.signed_in("person", "Yann"), network.signed_in("peer_helper", "Ana")
    assert person.fill(f"/mes-binomes/{pairing}/bilan", "/mes-binomes", said="stop", seen=0).status_code == 303

    for path in ("/agenda", "/mes-binomes"):
        text = helper.read(path).text
        assert "L’accompagnement avec Yann s’arrête" in text
        assert "essai" not in text.casefold().replace("d’essai au moins", "")
        assert "arrêté l’accompagnement" not in text
    notice = next(one for one in notices_of(network) if one.code == "pairing_ended" and one.party_id is not None)
    assert (
        helper.fill(f"/messages/{notice.public_id}/fait", "/agenda").headers["location"] == "/agenda?fait=notice_read"
    )
    assert "s’arrête" not in helper.read("/agenda").text


def notices_of(network: Network) -> list[Notice]:
    with network.site.db() as tx:
        helper = tx.exec(select(PeerHelper.id).where(PeerHelper.display_name == "Ana")).one()
        return list(tx.exec(select(Notice).where(col(Notice.party_id) == helper)).all())


def test_the_coordinator_enters_a_review_and_sees_both(network: Network):
    pairing = in_review(network)
    coordinator = network.signed_in("coordinator", "Claire")
    assert "Bilan de l’essai à demander" in coordinator.read("/binomes").text
    sent = coordinator.fill(
        f"/binomes/{pairing}/bilan", f"/binomes/{pairing}", side="person", said="talk_first", how="phone", seen=0
    )
    assert sent.status_code == 303
    assert "aimerait en parler" in coordinator.read(f"/binomes/{pairing}").text
    assert "Aimeraient en parler d’abord" in coordinator.read("/binomes").text
    for how in ("own_page", "rumour"):
        sent = coordinator.fill(
            f"/binomes/{pairing}/bilan", f"/binomes/{pairing}", side="person", said="stop", how=how, seen=1
        )
        assert sent.status_code == 400
    late = coordinator.fill(
        f"/binomes/{pairing}/bilan", f"/binomes/{pairing}", side="person", said="stop", how="paper", seen=0
    )
    assert late.status_code == 409
    assert row_of(network, pairing).status == "trial"


@pytest.mark.parametrize(("outcome", "status"), [("held", "done"), ("person_absent", "not_held")])
def test_a_helper_notes_on_the_phone_what_became_of_a_visit(network: Network, outcome: str, status: str):
    pairing = paired(network)
    visit = visit_of(network, pairing, MOMENT + timedelta(hours=2))
    helper = network.signed_in("peer_helper", "Ana")
    assert "La visite a-t-elle eu lieu" not in helper.read("/mes-binomes").text
    assert helper.fill(f"/mes-binomes/visites/{visit}/noter", "/agenda", outcome=outcome, revision=1).status_code == 409

    network = later(network, MOMENT + timedelta(hours=4))
    helper = network.signed_in("peer_helper", "Ana")
    assert "La visite a-t-elle eu lieu" in helper.read("/mes-binomes").text
    assert (
        network.signed_in("person", "Yann")
        .fill(f"/mes-binomes/visites/{visit}/noter", "/agenda", outcome=outcome, revision=1)
        .status_code
        == 403
    )
    assert (
        network.signed_in("peer_helper", "Bilal")
        .fill(f"/mes-binomes/visites/{visit}/noter", "/agenda", outcome=outcome, revision=1)
        .status_code
        == 404
    )
    sent = helper.fill(f"/mes-binomes/visites/{visit}/noter", "/mes-binomes", outcome=outcome, revision=1)
    assert sent.headers["location"] == "/mes-binomes?fait=visit_noted"
    with network.site.db() as tx:
        assert tx.exec(select(Visit.status).where(Visit.public_id == visit)).one() == status


def test_the_coordinator_notes_a_visit_in_the_file(network: Network):
    pairing = paired(network)
    visit = visit_of(network, pairing, MOMENT - timedelta(hours=20))
    coordinator = network.signed_in("coordinator", "Claire")
    assert "Visites à noter" in coordinator.read("/binomes").text
    sent = coordinator.fill(
        f"/binomes/{pairing}/visites/{visit}/noter", f"/binomes/{pairing}", outcome="helper_absent", revision=1
    )
    assert sent.status_code == 303
    assert "le pair-aidant n’était pas là" in coordinator.read(f"/binomes/{pairing}").text


def test_a_pause_is_set_and_ended_on_the_phone(network: Network):
    pairing = paired(network)
    visit = visit_of(network, pairing, MOMENT + timedelta(days=2, hours=3))
    person = network.signed_in("person", "Yann")
    sent = person.fill(f"/mes-binomes/{pairing}/pause", "/mes-binomes", first="2027-01-04", last="", revision=1)
    assert sent.status_code == 409  # the pairing has changed since its first revision
    revision = row_of(network, pairing).revision
    sent = person.fill(f"/mes-binomes/{pairing}/pause", "/mes-binomes", first="2027-01-04", last="", revision=revision)

    assert sent.headers["location"] == "/mes-binomes?fait=paused"
    assert row_of(network, pairing).status == "paused"
    with network.site.db() as tx:
        assert tx.exec(select(Visit.status).where(Visit.public_id == visit)).one() == "cancelled"
    helper = network.signed_in("peer_helper", "Ana")
    assert "est en pause" in helper.read("/mes-binomes").text
    again = row_of(network, pairing).revision
    assert helper.fill(f"/mes-binomes/{pairing}/reprendre", "/mes-binomes", revision=again).status_code == 303
    assert row_of(network, pairing).status == "active"


@pytest.mark.parametrize("reading", ["courante", "facile"])
@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("demain", "Cette date ne peut pas être lue."),
        ("2027-13-01", "Cette date ne peut pas être lue."),
        ("2027-01-04T00:00", "Cette date ne peut pas être lue."),
        ("2027-01-04", "Choisissez un premier jour à partir d’aujourd’hui, et un dernier jour après."),
    ],
)
def test_days_of_a_pause_that_make_no_sense_are_said_where_they_were_typed(
    network: Network, last: str, said: str, reading: str
):
    pairing = paired(network)
    yann = network.signed_in("person", "Yann")
    yann.read(f"/lecture/{reading}?retour=/mes-binomes")
    revision = row_of(network, pairing).revision
    sent = yann.fill(f"/mes-binomes/{pairing}/pause", "/mes-binomes", first="2027-01-05", last=last, revision=revision)

    assert sent.status_code == 422
    assert said in sent.text
    assert "La situation a changé" not in sent.text
    assert 'name="first" value="2027-01-05"' in sent.text
    assert f'name="last" value="{last}"' in sent.text
    assert row_of(network, pairing).status == "active"


def test_stopping_is_asked_once_more_and_says_what_happens(network: Network):
    pairing = paired(network)
    person = network.signed_in("person", "Yann")
    shown = person.read(f"/mes-binomes/{pairing}/arreter").text
    assert "Les visites prévues sont annulées." in shown
    assert "sans dire pourquoi" in shown
    assert row_of(network, pairing).status == "active"

    revision = row_of(network, pairing).revision
    page = f"/mes-binomes/{pairing}/arreter"
    sent = person.fill(f"{page}/maintenant", page, revision=revision)
    assert sent.headers["location"] == "/mes-binomes?fait=stopped"
    assert (row_of(network, pairing).status, row_of(network, pairing).reason) == ("ended", "asked_by_person")


def test_the_coordinator_pauses_ends_and_settles(network: Network):
    pairing = paired(network)
    coordinator, page = network.signed_in("coordinator", "Claire"), f"/binomes/{pairing}"

    def send(action: str, **fields: Any) -> int:
        fields["revision"] = row_of(network, pairing).revision
        return coordinator.fill(f"{page}/{action}", page, **fields).status_code

    assert send("pause", first="2027-01-04", last="2027-01-20", side="person", how="phone") == 303
    assert send("reprendre") == 303
    assert send("terminer", reason="consent_withdrawn", waits="auto", farewell="") == 409
    assert send("terminer", reason="needs_changed", waits="maybe", farewell="") == 400
    assert send("terminer", reason="needs_changed", waits="auto", farewell="") == 303
    assert "Les besoins ont changé" in coordinator.read(page).text
    assert send("suite", waits="no") == 303
    assert "N’attend plus." in coordinator.read(page).text


def test_the_person_withdraws_consent_after_reading_what_it_does(network: Network):
    pairing = paired(network)
    person = network.signed_in("person", "Yann")
    shown = person.read("/mon-accord/retirer").text
    assert "Toutes les visites prévues sont annulées." in shown
    assert row_of(network, pairing).status == "active"

    sent = person.fill("/mon-accord/retirer/maintenant", "/mon-accord/retirer")
    assert sent.headers["location"] == "/mon-accord?fait=consent_withdrawn"
    assert (row_of(network, pairing).status, row_of(network, pairing).reason) == ("ended", "consent_withdrawn")
    assert "Vous avez retiré votre accord" in person.read("/mon-accord").text
    assert "retirer/maintenant" not in person.read("/mon-accord/retirer").text
    helper = network.signed_in("peer_helper", "Ana").read("/mes-binomes").text
    assert "L’accompagnement avec Yann s’arrête" in helper
    assert "accord" not in helper.casefold().replace("d’accord", "")


def test_the_coordinator_enters_a_withdrawal_and_a_renewal(network: Network):
    pairing = paired(network)
    coordinator, yann = network.signed_in("coordinator", "Claire"), person_id(network, "Yann")
    page = f"/accords/{yann}"
    assert coordinator.fill(f"{page}/renouveler", page, how="signed").status_code == 303
    assert coordinator.fill(f"{page}/retirer", page, how="own_page").status_code == 400
    assert coordinator.fill(f"{page}/retirer", page, how="paper").headers["location"].startswith("/binomes?")
    assert row_of(network, pairing).status == "ended"
    with network.site.db() as tx:
        last = tx.exec(select(Consent).order_by(col(Consent.id).desc())).first()
        assert last is not None
        assert (last.status, last.told_how) == ("withdrawn", "paper")
    assert coordinator.fill(f"{page}/redemander", page).headers["location"] == "/demandes?fait=asked_again"
    assert "Attend l’accord" in coordinator.read("/demandes").text


def test_to_tell_is_a_list_for_the_coordinator_until_it_is_said(network: Network):
    pairing = paired(network)
    person = network.signed_in("person", "Yann")
    revision = row_of(network, pairing).revision
    person.fill(f"/mes-binomes/{pairing}/arreter/maintenant", "/mes-binomes", revision=revision)
    coordinator = network.signed_in("coordinator", "Claire")
    shown = coordinator.read("/binomes").text
    assert "À dire à Ana, sans dire pourquoi" in shown
    notice = notices_of(network)[0]
    assert coordinator.fill(f"/messages/{notice.public_id}/fait", "/binomes").status_code == 303
    assert "À dire à Ana" not in coordinator.read("/binomes").text
    assert network.signed_in("person", "Zoe").fill(f"/messages/{notice.public_id}/fait", "/agenda").status_code == 404


def test_the_person_chooses_on_the_page_of_proposals(network: Network):
    pairing = network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        someone = tx.exec(select(Person).where(Person.pseudonym == "Yann")).one()
        someone.status = "proposed"
        tx.add(someone)
    person, helper = network.signed_in("person", "Yann"), network.signed_in("peer_helper", "Ana")
    shown = person.read("/propositions").text
    assert "Avec Ana" in shown
    assert "Parle avec vous : français." in shown
    assert "Je préfère quelqu’un d’autre" in shown
    assert "Je préfère quelqu’un d’autre" not in helper.read("/propositions").text

    before = helper.read("/propositions").text
    said = person.fill(f"/propositions/{pairing}/repondre", "/propositions", said="accepted", revision=1)
    assert said.status_code == 303
    assert without_revision(helper.read("/propositions").text) == without_revision(before)
    assert person.fill(f"/propositions/{pairing}/reprendre", "/propositions", revision=2).status_code == 303
    assert row_of(network, pairing).person_answer == "pending"
    unknown = person.fill(f"/propositions/{pairing}/autre", "/propositions", named="Qui", revision=3)
    assert unknown.status_code == 409
    assert "Bilal" not in unknown.text
    sent = person.fill(f"/propositions/{pairing}/autre", "/propositions", named="Bilal", revision=3)
    assert sent.headers["location"] == "/propositions?fait=asked_another"
    assert row_of(network, pairing).status == "declined"


def without_revision(page: str) -> str:
    return re.sub(r'name="revision" value="\d+"', "", page)


def test_a_proposal_is_printed_for_somebody_without_a_screen(network: Network):
    pairing = network.propose("Yann", "Ana")
    sheet = network.signed_in("coordinator", "Claire").read(f"/binomes/{pairing}/papier")

    assert sheet.status_code == 200
    for words in ("Oui", "Je ne peux pas", "J’aimerais en parler", "Quelqu’un d’autre", "Son prénom", "Ana"):
        assert words in sheet.text
    assert "Bilal" not in sheet.text


def test_after_both_said_yes_all_pages_name_the_day_of_the_first_meeting(network: Network):
    pairing = paired(network, status="accepted")
    for role, name, path in (
        ("person", "Yann", "/propositions"),
        ("peer_helper", "Ana", "/mes-binomes"),
        ("coordinator", "Claire", f"/binomes/{pairing}"),
    ):
        assert "Première rencontre à prévoir avant le lundi 18 janvier" in network.signed_in(role, name).read(path).text


def test_a_visit_is_cancelled_or_asked_to_move_from_the_agenda(network: Network):
    pairing = paired(network)
    one = visit_of(network, pairing, MOMENT + timedelta(days=1, hours=3))
    other = visit_of(network, pairing, MOMENT + timedelta(days=8, hours=3))
    person = network.signed_in("person", "Yann")
    assert "Annuler la visite" in person.read("/agenda").text
    assert person.fill(f"/agenda/visites/{one}/annuler", "/agenda", revision=1).status_code == 303
    assert person.fill(f"/agenda/visites/{other}/repondre", "/agenda", said="other_time", revision=1).status_code == 303
    for reading in ("courante", "facile"):
        person.read(f"/lecture/{reading}?retour=/agenda")
        for page in ("/agenda", "/ma-page"):
            assert person.read(page).text.count("Vous avez demandé un autre moment.") == 1, (reading, page)
    stranger: Browser = network.signed_in("person", "Zoe")
    assert stranger.fill(f"/agenda/visites/{other}/annuler", "/agenda", revision=2).status_code == 404
    with network.site.db() as tx:
        found = {row.public_id: (row.status, row.reason) for row in tx.exec(select(Visit))}
    assert found == {one: ("cancelled", "by_person"), other: ("planned", None)}


def test_every_new_handler_says_who_may_use_it(network: Network):
    paths = {route.path for route in network.app.routes}
    assert {"/binomes", "/mes-binomes", "/mon-accord", "/accords/{person:str}", "/messages/{notice:str}/fait"} <= paths
    for path in ("/binomes", "/mes-binomes", "/mon-accord"):
        assert network.client().read(path).headers["location"] == "/entrer"


def test_the_days_offered_for_a_pause_are_those_of_the_domain_clock(network: Network):
    network = later(network, datetime(2027, 3, 1, 7, tzinfo=UTC))
    paired(network)

    assert 'value="2027-03-01"' in network.signed_in("person", "Yann").read("/mes-binomes").text

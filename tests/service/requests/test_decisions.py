"""A request is accepted, asked about, sent elsewhere or closed, and each decision can be taken back for a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service import days, request_file, request_questions, request_turns, requests
from service.clock import FixedClock
from service.errors import NotAcceptable, NotAllowed, NotFound, Outdated, StepNotAllowed
from service.request_file import RequestFile
from service.site import Actor, Site
from service.tables.pairings import Notice, Request
from service.tables.people import Consent, Person, Professional
from service.tables.request_threads import RequestQuestion, RequestStep
from service.tables.territory import Organisation
from service.tables.work import AuditEntry
from tests.service.web.network import MOMENT, TODAY, Network


def claire(network: Network) -> Actor:
    return Actor("coordinator", network.territories["SER"])


def professional(network: Network, name: str) -> Actor:
    with network.site.db() as tx:
        row = tx.exec(select(Professional).where(Professional.display_name == name)).one()
        return Actor("professional", row.territory_id, party_id=row.id)


def rose(network: Network) -> str:
    return network.ids["SER:request:Rose"]


def row_of(network: Network, public_id: str) -> Request:
    with network.site.db() as tx:
        return tx.exec(select(Request).where(Request.public_id == public_id)).one()


def revision(network: Network) -> int:
    return row_of(network, rose(network)).revision


def after(network: Network, **time: float) -> Site:
    return replace(network.site, clock=FixedClock(MOMENT + timedelta(**time)))


def told(network: Network) -> list[str]:
    with network.site.db() as tx:
        return list(tx.exec(select(Notice.code).where(col(Notice.told_at).is_(None)).order_by(col(Notice.id))))


def file(network: Network, actor: Actor | None = None) -> RequestFile:
    return request_file.file_of(network.site, actor or claire(network), rose(network))


def accepted(network: Network) -> None:
    requests.accept(network.site, claire(network), rose(network), revision(network))


def asked(network: Network, text: str = "", site: Site | None = None) -> None:
    request_questions.ask(
        site or network.site, claire(network), rose(network), revision(network), ["availability"], text
    )


def redirected(network: Network, **to: str) -> None:
    requests.redirect(network.site, claire(network), rose(network), revision(network), "nearer_service", **to)


def test_an_acceptance_taken_back_leaves_person_and_request_where_they_were(network: Network):
    accepted(network)
    requests.undo(after(network, hours=23), claire(network), rose(network), revision(network))

    assert row_of(network, rose(network)).status == "received"
    with network.site.db() as tx:
        assert tx.exec(select(Person.status).where(Person.pseudonym == "Rose")).one() == "consent_pending"
        assert tx.exec(select(AuditEntry.action)).all()[-2:] == ["request.accepted", "request.undone"]
    assert [(one.deed, one.undone) for one in file(network).steps] == [("accepted", True), ("undone", False)]


def test_after_a_day_nothing_is_taken_back(network: Network):
    accepted(network)

    with pytest.raises(StepNotAllowed):
        requests.undo(after(network, hours=24), claire(network), rose(network), revision(network))


def test_once_somebody_is_proposed_the_acceptance_stands(network: Network):
    accepted(network)
    network.propose("Rose", "Ana")

    with pytest.raises(StepNotAllowed):
        requests.undo(network.site, claire(network), rose(network), revision(network))


def test_nothing_is_taken_back_twice(network: Network):
    accepted(network)
    requests.undo(network.site, claire(network), rose(network), revision(network))

    with pytest.raises(StepNotAllowed):
        requests.undo(network.site, claire(network), rose(network), revision(network))


def test_a_request_does_not_wait_again_without_the_consent_it_had(network: Network):
    accepted(network)
    requests.close(network.site, claire(network), rose(network), revision(network), "requester_withdrew")
    with network.site.db.begin() as tx:
        held = tx.exec(
            select(Consent).join(Person, col(Consent.person_id) == Person.id).where(Person.pseudonym == "Rose")
        ).one()
        held.ended_at = MOMENT
        tx.flush()
        tx.add(Consent(person_id=held.person_id, status="withdrawn", recorded_at=MOMENT))

    with pytest.raises(StepNotAllowed):
        requests.undo(network.site, claire(network), rose(network), revision(network))


def test_whoever_asked_reads_why_and_where_a_request_went(network: Network):
    redirected(network, where="Maison médicale du Bois")
    seen = file(network, professional(network, "Paul")).request

    assert (seen.status, seen.why, seen.where) == ("redirected", "nearer_service", "Maison médicale du Bois")
    assert told(network) == ["request_redirected"]
    text = network.signed_in("professional", "Paul").read("/mes-demandes").text
    for words in ("Un autre service est plus près de la personne", "Maison médicale du Bois"):
        assert words in text
    with network.site.db() as tx:
        sealed = tx.exec(select(RequestStep.where_sealed)).one()
    assert sealed is not None
    assert "médicale".encode() not in sealed


def test_a_partner_of_the_network_is_named_and_one_of_another_territory_is_refused(network: Network):
    with network.site.db() as tx:
        offices = {row.name: row.public_id for row in tx.exec(select(Organisation)).all()}
    with pytest.raises(NotAcceptable):
        redirected(network, organisation=offices["CPAS d’ailleurs"])
    redirected(network, organisation=offices["CPAS"])

    assert file(network).request.where == "CPAS"


@pytest.mark.parametrize("where", ["x" * 121, "voir claire@mail.example"])
def test_another_service_is_named_shortly_and_without_an_address(network: Network, where: str):
    with pytest.raises(NotAcceptable):
        redirected(network, where=where)

    assert row_of(network, rose(network)).status == "received"


def test_a_redirection_taken_back_before_it_was_told_is_not_told(network: Network):
    redirected(network)
    requests.undo(network.site, claire(network), rose(network), revision(network))

    assert told(network) == []
    assert file(network).request.why == ""


def test_a_question_is_answered_by_whoever_asked_and_by_nobody_else(network: Network):
    asked(network, "Le matin convient-il ?")
    assert file(network).request.asks
    assert told(network) == ["request_question"]
    with pytest.raises(NotFound):
        request_questions.answer(network.site, professional(network, "Ines"), rose(network), "Oui")
    rose_herself = Actor("person", network.territories["SER"], party_id=int(network.ids["SER:Rose"]))
    with pytest.raises(NotAllowed):
        request_questions.answer(network.site, rose_herself, rose(network), "Oui")
    request_questions.answer(network.site, professional(network, "Paul"), rose(network), "Oui, le matin")
    [one] = file(network).questions

    assert (one.asks, one.text, one.answer) == (("availability",), "Le matin convient-il ?", "Oui, le matin")
    assert told(network) == ["request_answered"]
    with network.site.db() as tx:
        held = tx.exec(select(RequestQuestion)).one()
    assert b"matin" not in (held.text_sealed or b"") + (held.answer_sealed or b"")


def test_a_decision_means_that_the_answer_was_read(network: Network):
    asked(network)
    request_questions.answer(network.site, professional(network, "Paul"), rose(network), "Le lundi")
    accepted(network)

    assert "request_answered" not in told(network)


def test_one_question_is_open_at_a_time_and_can_be_taken_back(network: Network):
    asked(network)
    with pytest.raises(StepNotAllowed):
        asked(network)
    request_questions.take_back(network.site, claire(network), rose(network), revision(network))

    assert told(network) == []
    assert file(network).open_question is None


@pytest.mark.parametrize(
    ("asks", "text"),
    [([], ""), (["diagnosis"], ""), (["other"], ""), ([], "x" * 281), ([], "Appelez le 0470 12 34 56")],
)
def test_a_question_is_of_the_list_or_short_and_telling_nothing(network: Network, asks: list[str], text: str):
    with pytest.raises(NotAcceptable):
        request_questions.ask(network.site, claire(network), rose(network), 1, asks, text)


def test_a_stale_page_decides_nothing(network: Network):
    accepted(network)

    with pytest.raises(Outdated):
        requests.redirect(network.site, claire(network), rose(network), 1, "nearer_service")
    with pytest.raises(Outdated):
        request_questions.ask(network.site, claire(network), rose(network), 1, ["themes"])


def at(day: int) -> datetime:
    return datetime(2027, 1, 4, 7, tzinfo=UTC) + timedelta(days=day)


def test_a_question_is_recalled_once_and_ends_the_request_after_a_warning(network: Network):
    asked(network)
    seen: dict[int, tuple[list[str], str]] = {}
    for day in (6, 7, 8, 22, 23, 24, 29, 30, 31):
        on = replace(network.site, clock=FixedClock(at(day)))
        days.turn(on)
        days.turn(on)
        seen[day] = (told(network), row_of(network, rose(network)).status)

    assert seen[6] == (["request_question"], "received")
    assert seen[7] == seen[8] == seen[22] == (["request_question", "request_reminder"], "received")
    assert seen[23] == seen[24] == seen[29] == (["request_question", "request_closing"], "received")
    assert seen[30] == seen[31] == (["request_closed"], "closed")
    assert row_of(network, rose(network)).reason == "no_answer"
    with network.site.db() as tx:
        deeds = tx.exec(select(RequestStep.deed).order_by(col(RequestStep.id))).all()
    assert deeds == ["asked", "reminded", "warned", "closed"]


def test_what_goes_on_without_the_answer_never_ends_for_want_of_it(network: Network):
    asked(network)
    accepted(network)
    network.propose("Rose", "Ana")
    with network.site.db.begin() as tx:
        row = tx.exec(select(Request).where(Request.public_id == rose(network))).one()
        row.status = "fulfilled"
    for day in (7, 23, 31, 40):
        request_turns.turn(replace(network.site, clock=FixedClock(at(day))))

    assert row_of(network, rose(network)).status == "fulfilled"
    assert told(network) == []
    assert file(network).open_question is None


def test_after_a_standstill_there_are_still_seven_days_to_answer(network: Network):
    asked(network)
    for day, state in ((80, "received"), (86, "received"), (87, "closed")):
        request_turns.turn(replace(network.site, clock=FixedClock(at(day))))
        assert row_of(network, rose(network)).status == state


def test_the_network_chooses_how_long_a_request_waits_for_an_answer(network: Network):
    client = network.signed_in("coordinator")
    refused = client.fill("/demandes/delai", "/demandes", days="13")
    assert refused.status_code == 422
    assert "Choisissez de 14 à 180 jours." in refused.text
    assert 'aria-describedby="days-hint days-wrong" aria-invalid="true" autofocus' in refused.text
    assert client.fill("/demandes/delai", "/demandes", days="14").status_code == 303
    asked(network)

    assert file(network).closes_on == TODAY + timedelta(days=14)


def test_what_nobody_decided_on_for_six_months_is_closed_with_its_person(network: Network):
    def turn(moment: datetime) -> tuple[str, str]:
        request_turns.turn(replace(network.site, clock=FixedClock(moment)))
        with network.site.db() as tx:
            person = tx.exec(select(Person.status).where(Person.pseudonym == "Rose")).one()
        return row_of(network, rose(network)).status, person

    assert turn(datetime(2027, 6, 19, 7, tzinfo=UTC)) == ("received", "consent_pending")
    assert turn(datetime(2027, 6, 20, 7, tzinfo=UTC)) == ("closed", "closed")
    assert row_of(network, network.ids["SER:request:Yann"]).status == "waiting"


def test_the_page_offers_what_can_be_done_and_keeps_what_was_written(network: Network):
    client = network.signed_in("coordinator")
    here = f"/demandes/{rose(network)}"
    text = client.read(here).text
    for words in ("Accepter la demande", "Demander une précision", "Réorienter", "Clôturer", "Demandée par Paul, CPAS"):
        assert words in text
    answer = client.fill(f"{here}/preciser", here, revision="1", asks=["place"], text="Écrire à rose@mail.example")

    assert answer.status_code == 422
    assert '<a href="#ask-text">' in answer.text
    assert "Écrire à rose@mail.example" in answer.text
    assert 'value="place" checked' in answer.text
    assert client.fill(f"{here}/reorienter", here, revision="1").status_code == 422


def test_a_decision_is_undone_from_its_page(network: Network):
    client = network.signed_in("coordinator")
    here = f"/demandes/{rose(network)}"
    done = client.fill(f"{here}/reorienter", here, revision="1", reason="wish_of_person").headers["location"]
    assert "Annuler cette décision" in client.read(done).text
    back = client.fill(f"{here}/annuler", here, revision="2").headers["location"]

    assert back == f"{here}?fait=request_undone"
    assert "Annuler cette décision" not in client.read(back).text


def test_the_page_of_another_territory_does_not_exist(network: Network):
    client = network.signed_in("coordinator")

    assert client.read(f"/demandes/{network.ids['OTH:request:Rose']}").status_code == 404
    assert "ailleurs" not in client.read(f"/demandes/{rose(network)}").text
    assert network.signed_in("professional", "Paul").read(f"/demandes/{rose(network)}").status_code == 403


def test_looking_at_a_request_is_noted(network: Network):
    file(network)
    with network.site.db() as tx:
        entry: Any = tx.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()

    assert (entry.action, entry.record_id) == ("request.seen", rose(network))

"""A professional follows, corrects and withdraws a request (`domain.md`, stories P1 and P2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from service import request_follow, request_withdrawals, requests, subscriptions
from service.errors import NotAcceptable, NotFound, Outdated, StepNotAllowed
from service.tables.pairings import Notice, Pairing, Request
from service.tables.people import Person
from service.tables.work import AuditEntry
from tests.service.follow.builders import Follow


def done(follow: Follow) -> list[str]:
    item = request_follow.one(follow.site, follow.actor("professional", "Paul"), follow.yann)
    return [one.code for one in item.steps if one.done]


def test_the_thread_grows_with_the_request(follow: Follow):
    assert done(follow) == ["sent", "read"]
    pairing = follow.accept()
    assert done(follow) == ["sent", "read", "proposed", "both_yes"]
    follow.first_visit(pairing, status="done")
    follow.change(Pairing, pairing, status="trial", trial_start=date(2027, 1, 7), trial_end=date(2027, 2, 4))

    assert done(follow) == ["sent", "read", "proposed", "both_yes", "first_visit"]


def test_the_page_says_the_next_step_and_names_the_helper_only_once_both_said_yes(follow: Follow):
    client = follow.signed_in("professional", "Paul")
    pairing = follow.propose("Yann", "Ana")
    follow.change(Request, follow.yann, status="proposed")
    before = client.read(f"/mes-demandes/{follow.yann}").text
    both = {"person_answer": "accepted", "helper_answer": "accepted", "status": "accepted"}
    follow.change(Pairing, pairing, **both)
    follow.change(Request, follow.yann, status="fulfilled")
    follow.first_visit(pairing)
    after = client.read(f"/mes-demandes/{follow.yann}").text

    assert "répondent avant le lundi 18 janvier" in before
    assert "Ana" not in before
    assert "Ana" in after
    assert "la première rencontre, jeudi 7 janvier" in after
    assert "Molinay" in after
    for page in (before, after):
        assert page.count("(fait)") + page.count("(à venir)") == 6
        assert not [name for name in ("Rose", "Zoe", "Bilal", "ailleurs") if name in page]


@pytest.mark.parametrize("reason", ["consent_withdrawn", "declined_by_person"])
def test_whoever_asked_hears_that_it_ended_and_not_that_the_person_wished_so(follow: Follow, reason: str):
    follow.change(Request, follow.yann, status="closed", reason=reason)
    client = follow.signed_in("professional", "Paul")
    pages = client.read(f"/mes-demandes/{follow.yann}").text + client.read("/mes-demandes").text

    assert "Cette demande est terminée. Personne ne doit dire pourquoi." in pages
    for words in ("a retiré son accord", "ne le souhaite pas"):
        assert words not in pages
    assert (
        requests.one(follow.site, replace(follow.actor("professional", "Paul"), role="coordinator"), follow.yann).reason
        == reason
    )


def test_the_list_says_the_next_step_of_each(follow: Follow):
    client = follow.signed_in("professional", "Paul")
    pairing = follow.accept()
    before = client.read("/mes-demandes").text
    follow.first_visit(pairing)
    after = client.read("/mes-demandes").text

    assert "la coordination lit votre demande" in before
    assert "Voyez les moments possibles" in before
    assert "Voyez les moments possibles" not in after
    assert "Ana" not in before + after


def test_the_paper_says_the_same_without_buttons_of_its_own(follow: Follow):
    page = follow.signed_in("professional", "Paul").read(f"/mes-demandes/{follow.yann}/imprimer").text

    assert "Prochaine étape" in page
    assert "/retirer" not in page


def test_another_professional_finds_nothing(follow: Follow):
    client = follow.signed_in("professional", "Ines")

    for path in ("", "/imprimer", "/corriger", "/messages"):
        assert client.read(f"/mes-demandes/{follow.yann}{path}").status_code == 404


def test_the_joint_visit_is_in_the_professionals_own_feed(follow: Follow):
    follow.first_visit(follow.accept(ref="SER-A9"))
    paul = follow.actor("professional", "Paul")
    made = subscriptions.subscribe(follow.site, paul, paul.party_id or 0, "minimal", "")
    feed = follow.client().get(made.url.removeprefix("http://127.0.0.1:8000")).text

    assert re.search(r"DTSTART\S*20270107T(090000Z|100000)", feed)
    assert "Yann" not in feed


def withdraw(follow: Follow) -> None:
    revision = follow.one(Request, follow.yann).revision
    request_withdrawals.withdraw(follow.site, follow.actor("professional", "Paul"), follow.yann, revision)


def test_withdrawing_closes_proposals_and_tells_both_without_a_reason(follow: Follow):
    pairing = follow.propose("Yann", "Ana")
    follow.change(Request, follow.yann, status="proposed")
    with follow.site.db.begin() as tx:
        tx.exec(select(Person).where(Person.pseudonym == "Yann")).one().status = "proposed"
    withdraw(follow)

    request = follow.one(Request, follow.yann)
    assert (request.status, request.reason) == ("closed", "requester_withdrew")
    assert follow.one(Pairing, pairing).status == "lapsed"
    with follow.site.db() as tx:
        assert [row.code for row in tx.exec(select(Notice))] == ["proposal_closed", "proposal_closed"]
        assert tx.exec(select(Person.status).where(Person.pseudonym == "Yann")).one() == "consent_pending"
        assert "request.withdrawn" in tx.exec(select(AuditEntry.action)).all()


def undo(follow: Follow, **later: float) -> None:
    revision = follow.one(Request, follow.yann).revision
    request_withdrawals.undo(follow.site_at(**later), follow.actor("professional", "Paul"), follow.yann, revision)


def test_a_withdrawal_is_undone_within_a_day(follow: Follow):
    withdraw(follow)
    undo(follow, hours=23, minutes=59)

    assert follow.one(Request, follow.yann).status == "waiting"
    with follow.site.db() as tx:
        assert tx.exec(select(Person.status).where(Person.pseudonym == "Yann")).one() == "waiting"


def test_after_a_day_a_withdrawal_stays(follow: Follow):
    withdraw(follow)

    with pytest.raises(StepNotAllowed):
        undo(follow, hours=24)


def test_a_withdrawal_that_something_followed_stays(follow: Follow):
    withdraw(follow)
    follow.change(Request, follow.yann, urgency="urgent")

    with pytest.raises(StepNotAllowed):
        undo(follow)


def test_once_both_said_yes_the_asker_ends_nothing(follow: Follow):
    follow.accept()

    with pytest.raises(StepNotAllowed):
        withdraw(follow)


def test_a_stale_page_withdraws_nothing(follow: Follow):
    with pytest.raises(Outdated):
        request_withdrawals.withdraw(follow.site, follow.actor("professional", "Paul"), follow.yann, 99)


def change(follow: Follow, request: str, **said: Any) -> None:
    values: dict[str, Any] = {"themes": ["social"], "urgency": "normal", "wished_by": None, "note": ""} | said
    revision = follow.one(Request, request).revision
    request_withdrawals.change(follow.site, follow.actor("professional", "Paul"), request, revision, **values)


def test_a_new_request_is_corrected(follow: Follow):
    rose = follow.ids["SER:request:Rose"]
    change(follow, rose, note="Deuxième étage")

    assert follow.one(Request, rose).themes == ["social"]
    with follow.site.db() as tx:
        row = tx.exec(select(Request).where(Request.public_id == rose)).one()
        assert request_follow.note_of(tx, follow.site, row) == "Deuxième étage"
        assert b"tage" not in (row.note_sealed or b"")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"themes": []}, "themes"),
        ({"themes": ["magic"]}, "themes"),
        ({"urgency": "now"}, "urgency"),
        ({"wished_by": date(2027, 1, 3)}, "wished_by"),
        ({"note": "0470 12 34 56"}, "note"),
        ({"note": "x" * 281}, "note"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(follow: Follow, said: dict[str, object], field: str):
    with pytest.raises(NotAcceptable) as refused:
        change(follow, follow.ids["SER:request:Rose"], **said)

    assert refused.value.field == field


def test_what_the_coordination_took_on_is_not_corrected_any_more(follow: Follow):
    with pytest.raises(StepNotAllowed):
        change(follow, follow.yann)


def test_a_coordinator_follows_nothing_as_a_professional(follow: Follow):
    assert follow.signed_in("coordinator").read(f"/mes-demandes/{follow.yann}").status_code == 403
    with pytest.raises(NotFound):
        request_follow.one(follow.site, follow.actor("professional", "Ines"), follow.yann)


def test_the_reader_is_named_with_the_day(follow: Follow):
    rose, claire = follow.ids["SER:request:Rose"], follow.actor("coordinator", "Claire")
    requests.accept(follow.site, claire, rose, follow.one(Request, rose).revision)

    assert "par Claire, coordination" in follow.signed_in("professional", "Paul").read(f"/mes-demandes/{rose}").text

"""Messages on a request: who reads is what the writer chose and what is true now (`security.md` C4, F2)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from service import request_messages
from service.errors import NotAcceptable, NotFound, StepNotAllowed
from service.request_messages import AN_HOUR, thread, write
from service.site import Actor
from service.tables.follow import RequestMessage
from service.tables.pairings import Pairing, Request
from service.tables.work import AuditEntry
from tests.service.follow.builders import NOW, Follow


def texts(follow: Follow, actor: Actor, pairing: str) -> list[str]:
    of = {"pairing_id": pairing} if actor.role == "peer_helper" else {"request_id": follow.yann}
    return [one.text for one in thread(follow.site, actor, **of).messages]


def say(follow: Follow, actor: Actor, audience: str, text: str, pairing: str = "") -> None:
    of = {"pairing_id": pairing} if actor.role == "peer_helper" else {"request_id": follow.yann}
    write(follow.site, actor, **of, audience=audience, text=text, now=NOW)


@pytest.fixture
def pairing(follow: Follow) -> str:
    return follow.accept()


def test_each_reads_what_was_meant_for_them_and_no_more(follow: Follow, pairing: str):
    claire, paul = follow.actor("coordinator", "Claire"), follow.actor("professional", "Paul")
    ana = follow.actor("peer_helper", "Ana")
    say(follow, paul, "coordination", "one")
    say(follow, paul, "coordination_helper", "two")
    say(follow, claire, "professional", "three")
    say(follow, claire, "helper", "four")
    say(follow, ana, "coordination", "five", pairing)
    say(follow, ana, "coordination_professional", "six", pairing)

    assert texts(follow, claire, pairing) == ["one", "two", "three", "four", "five", "six"]
    assert texts(follow, paul, pairing) == ["one", "two", "three", "six"]
    assert texts(follow, ana, pairing) == ["two", "four", "five", "six"]


def test_a_pairing_that_ends_takes_the_messages_from_the_helper_at_once(follow: Follow, pairing: str):
    ana = follow.actor("peer_helper", "Ana")
    client = follow.signed_in("peer_helper", "Ana")
    say(follow, follow.actor("professional", "Paul"), "coordination_helper", "two")
    assert "two" in client.read(f"/mes-binomes/{pairing}/messages").text
    ended = {"status": "ended", "reason": "asked_by_person", "ended_on": NOW.date()}
    follow.change(Pairing, pairing, **ended)

    assert client.read(f"/mes-binomes/{pairing}/messages").status_code == 404
    with pytest.raises(NotFound):
        texts(follow, ana, pairing)
    with follow.site.db() as tx:
        assert request_messages.unread(tx, ana, [1, 2, 3]) == {}


def test_nobody_else_reads_or_writes(follow: Follow, pairing: str):
    say(follow, follow.actor("professional", "Paul"), "coordination_helper", "canary")
    for role, name, path in (
        ("professional", "Ines", f"/mes-demandes/{follow.yann}/messages"),
        ("peer_helper", "Bilal", f"/mes-binomes/{pairing}/messages"),
        ("coordinator", "Claire d’ailleurs", f"/demandes/{follow.yann}/messages"),
    ):
        client = follow.signed_in(role, name)
        assert client.read(path).status_code == 404
        assert client.fill(path, "/aide", audience="coordination", text="x").status_code == 404


def test_a_helper_is_chosen_only_once_both_said_yes(follow: Follow):
    follow.propose("Yann", "Ana")

    with pytest.raises(NotAcceptable):
        say(follow, follow.actor("professional", "Paul"), "coordination_helper", "too early")


def test_the_audience_stands_on_each_message_and_has_no_default(follow: Follow, pairing: str):
    client = follow.signed_in("professional", "Paul")
    path = f"/mes-demandes/{follow.yann}/messages"
    assert client.fill(path, path, text="Bonjour").status_code == 422
    assert client.fill(path, path, text="Bonjour", audience="coordination_helper").status_code == 303

    assert "À la coordination et au pair-aidant" in client.read(path).text.split('id="ecrire"')[0]


@pytest.mark.parametrize("text", ["", "   ", "x" * 281, "Appelez le 0470 12 34 56", "a@mail.example"])
def test_what_a_message_may_not_hold(follow: Follow, text: str):
    with pytest.raises(NotAcceptable):
        say(follow, follow.actor("professional", "Paul"), "coordination", text)


def test_a_message_too_long_comes_back_with_what_was_written(follow: Follow):
    path = f"/mes-demandes/{follow.yann}/messages"
    client = follow.signed_in("professional", "Paul")
    answer = client.fill(path, path, text="Bonjour " * 40, audience="coordination")

    assert answer.status_code == 422
    assert "Bonjour Bonjour" in answer.text
    assert "<title>Erreur :" in answer.text


def test_a_closed_request_takes_no_more_messages(follow: Follow):
    follow.change(Request, follow.yann, status="closed", reason="other_help_found")

    with pytest.raises(StepNotAllowed):
        say(follow, follow.actor("professional", "Paul"), "coordination", "late")


def test_nobody_heaps_messages_up(follow: Follow):
    paul = follow.actor("professional", "Paul")
    for number in range(AN_HOUR):
        say(follow, paul, "coordination", f"message {number}")

    with pytest.raises(StepNotAllowed):
        say(follow, paul, "coordination", "one more")


def test_unread_messages_are_counted_until_they_are_marked(follow: Follow):
    say(follow, follow.actor("coordinator", "Claire"), "professional", "Bonjour")
    client = follow.signed_in("professional", "Paul")
    assert "1 message à lire" in client.read("/mes-demandes").text
    path = f"/mes-demandes/{follow.yann}/messages"
    client.read(path)
    assert "1 message à lire" in client.read("/mes-demandes").text  # looking changes nothing
    assert client.fill(f"{path}/lu", path).status_code == 303

    assert "message à lire" not in client.read("/mes-demandes").text


def test_the_mail_tells_nothing_and_comes_once_until_it_was_read(follow: Follow, pairing: str):
    follow.give_mail("Ana", "Claire")
    paul = follow.actor("professional", "Paul")
    say(follow, paul, "coordination_helper", "CANARY one")
    say(follow, paul, "coordination_helper", "CANARY two")

    mails = follow.mails()
    assert {to for to, _, _ in mails} == {"ana@mail.example", "claire@mail.example"}
    assert len(mails) == 2
    for _, subject, text in mails:
        assert subject == "Un message sur une demande"
        assert "/messages" in text
        for word in ("CANARY", "Yann", "Paul", "Ana", "SER-", "logement"):
            assert word not in subject + text


def test_a_message_is_sealed_and_whoever_reads_it_is_noted(follow: Follow):
    say(follow, follow.actor("professional", "Paul"), "coordination", "Bonjour")
    thread(follow.site, follow.actor("coordinator", "Claire"), follow.yann)
    with follow.site.db() as tx:
        assert b"Bonjour" not in tx.exec(select(RequestMessage.content_sealed)).one()
        assert {"message.written", "messages.read"} <= set(tx.exec(select(AuditEntry.action)).all())


def test_whoever_forgets_to_say_who_reads_it_loses_no_word(follow: Follow, pairing: str):
    ana = follow.signed_in("peer_helper", "Ana")
    page = f"/mes-binomes/{pairing}/messages"
    sent = ana.fill(page, page, text="Je passe mardi.")

    assert sent.status_code == 422
    assert sent.text.count("Choisissez à qui vous écrivez.") == 2, "above the form and beside the choice"
    assert "Je passe mardi.</textarea>" in sent.text

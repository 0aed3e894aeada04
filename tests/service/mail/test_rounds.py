"""Rounds of writing and sending: at once in two places, by themselves in the server, and after the end of a consent."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import select

from service import consents, invitations, mail_addresses, mailing
from service.errors import Outdated
from service.site import Site
from service.tables.access import Account
from service.tables.mail import Invitation, MailPreference, OutboxMessage
from service.tables.pairings import Visit
from service.tables.people import DataKey
from tests.service.mail.builders import FROM, NADIA, NOW, Post, event_of, method_of
from tests.service.record import builders


@pytest.fixture(params=("sqlite_file_site", "postgresql_site"), ids=("sqlite", "postgresql"))
def shared(request: pytest.FixtureRequest) -> Site:
    """A site whose transactions can run at once, once on each engine."""
    site: Site = request.getfixturevalue(request.param)
    return replace(site, settings=site.settings.model_copy(update={"mail_from": FROM}))


def invited_helper(site: Site, visits: int) -> None:
    tandem = builders.a_pairing(site)
    for hour in range(visits):
        tandem.planned_visit(8 + hour, published_at=builders.EARLIER)
    with site.db.begin() as tx:
        whose = {"territory_id": tandem.territory_id, "party_id": tandem.helper_id}
        account = Account(public_id="a", role="peer_helper", **whose)
        mail_addresses.put(tx, site, account, NADIA)
        tx.add(account)
        tx.add(MailPreference(active=True, changed_at=NOW, **whose))


def at_once(site: Site, times: int) -> list[int]:
    """So many looks that begin at the same moment; what each of them wrote."""
    together, written = threading.Barrier(times), []

    def look() -> None:
        together.wait(60)
        written.append(invitations.write_due(site, NOW))

    threads = [threading.Thread(target=look) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return written


def test_looks_at_once_write_each_mail_once(shared: Site):
    invited_helper(shared, 5)
    at_once(shared, 3)
    with shared.db() as tx:
        assert len(tx.exec(select(OutboxMessage)).all()) == len(tx.exec(select(Invitation)).all()) == 5

    with shared.db.begin() as tx:
        for row in tx.exec(select(Visit)):
            row.ends_at += timedelta(minutes=15)
            row.sequence += 1
            tx.add(row)
    at_once(shared, 3)
    with shared.db() as tx:
        states = [row.state for row in tx.exec(select(OutboxMessage))]
        assert sorted(states) == ["superseded"] * 5 + ["waiting"] * 5
        assert {row.sequence for row in tx.exec(select(Invitation))} == {1}


def test_a_look_that_fails_in_the_middle_leaves_neither_mail_nor_note(shared: Site):
    invited_helper(shared, 1)
    with pytest.raises(Outdated):
        _fail_after_writing(shared)

    with shared.db() as tx:
        assert tx.exec(select(OutboxMessage)).all() == []
        assert tx.exec(select(Invitation)).all() == []
    assert invitations.write_due(shared, NOW) == 1


def _fail_after_writing(site: Site) -> None:
    with site.db.begin() as tx:
        [preference] = tx.exec(select(MailPreference)).all()
        [step] = invitations._steps(tx, site, preference.party_id)
        assert invitations._write(tx, site, preference.party_id, step, NOW) == 1
        raise Outdated


def _invites(mail: EmailMessage) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.walk())


def test_the_server_writes_and_sends_by_itself(post: Post):
    arrived = threading.Event()
    post.box.before_taking = arrived.set
    post.choose(post.of.nadia)
    post.visit()

    with mailing.watched(post.site):
        assert arrived.wait(120)
    invited = [row for row in post.outbox() if row.kind == "invitation"]
    assert [event_of(mail)["UID"] for mail in post.box.read if _invites(mail)] == ["v1@fil.example"]
    assert [row.state for row in invited] == ["sent"]


def test_without_a_mail_server_nothing_is_written(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    bare = replace(post.site, settings=post.of.site.settings)

    assert mailing.turn(bare, lambda: post.now) == 0
    assert post.outbox() == []


def test_the_end_of_a_consent_takes_the_visits_out_of_both_calendars(post: Post):
    post.choose(post.of.nadia)
    post.choose(post.of.dalia)
    post.visit()
    post.turn()
    consents.withdraw(post.site, post.actor(post.of.dalia))

    assert post.turn() == 2
    assert [method_of(mail) for mail in post.box.read[2:]] == ["CANCEL", "CANCEL"]
    assert not any("accord" in mail.get_body(("plain",)).get_content() for mail in post.box.read[2:])


def test_where_the_key_of_a_recipient_was_erased_others_get_their_mails_and_a_new_secret_is_made(post: Post):
    post.choose(post.of.nadia)
    post.choose(post.of.claire)
    post.visit(professional_id=post.of.claire)
    post.turn()
    before = {row.token_hash for row in post.invitations()}
    with post.site.db.begin() as tx:
        tx.delete(tx.get_one(DataKey, post.of.nadia))
    post.change(status="confirmed")

    assert post.turn() == 2
    assert len({row.token_hash for row in post.invitations()} & before) == 1


def test_what_may_be_erased_is_erased_by_the_server_too(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    mailing.forget(post.site, post.now + timedelta(days=31))

    assert [row.content_sealed for row in post.outbox()] == [None]

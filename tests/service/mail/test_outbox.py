"""The outbox against a real mail server: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from service import outbox, outbox_desk
from service.clock import RealClock
from service.errors import NotFound, StepNotAllowed
from service.letters import Letter
from service.mail_carrier import Carrier
from service.mail_server import mail_server
from service.outbox import Mail, Unknown
from service.settings import Settings
from service.site import Actor, Site
from service.tables.mail import OutboxMessage
from service.tables.people import DataKey
from tests.forks import Talking
from tests.service.mail.builders import NOW
from tests.service.mail.postbox import PASSWORD, USER, Postbox, parsed, postbox, secured_postbox
from tests.service.record import builders


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as made:
        yield made


@pytest.fixture(params=("sqlite_file_site", "postgresql_site"), ids=("sqlite", "postgresql"))
def shared(request: pytest.FixtureRequest) -> Site:
    """A site that several processes can open, once on each engine."""
    return request.getfixturevalue(request.param)


def a_letter(**changes: str) -> Letter:
    values = {
        "to": "nadia@mail.example",
        "sender": "agenda@fil.example",
        "answers_to": "agenda@fil.example",
        "subject": "Rencontre le lundi 11 janvier à 10 h",
        "text": "Une rencontre est prévue avec vous.\n.\n. Un point au début d’une ligne.\n",
    }
    return Letter(**(values | changes))


def put(site: Site, thread: str = "t1", now: datetime = NOW, **more: object) -> OutboxMessage:
    with site.db.begin() as tx:
        return outbox.put(tx, site, a_letter(), kind="invitation", thread=thread, now=now, **more)


def rows(site: Site) -> list[OutboxMessage]:
    with site.db() as tx:
        return list(tx.exec(select(OutboxMessage).order_by(OutboxMessage.id)))


def states(site: Site) -> list[str]:
    return [row.state for row in rows(site)]


def turn(site: Site, url: str, now: datetime, *, ca_file: str = "") -> int:
    carrier = Carrier(mail_server(url), ca_file, seconds=5)
    try:
        return outbox.send_due(site, carrier.send, lambda: now)
    finally:
        carrier.close()


@contextmanager
def a_sender(site: Site, box: Postbox, point: str = "none") -> Iterator[Talking]:
    process = Talking("tests.service.mail.a_sender", site.settings.database_url, box.url, point)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.end()


def go(process: Talking) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def said(process: Talking) -> str:
    return process.stdout.readline().strip()


def test_a_mail_is_sent_as_it_was_written_with_its_stored_message_id(site: Site, box: Postbox):
    row = put(site)

    assert turn(site, box.url, NOW) == 1
    [(sender, recipients, content)] = box.mails
    assert (sender, recipients) == ("agenda@fil.example", ["nadia@mail.example"])
    assert parsed(content)["Message-ID"] == row.message_id
    assert parsed(content).get_body(("plain",)).get_content().splitlines() == a_letter().text.splitlines()
    assert states(site) == ["sent"]
    assert turn(site, box.url, NOW + timedelta(days=1)) == 0


def test_a_mail_belongs_to_the_transaction_that_wrote_it(site: Site):
    def fail_after_putting() -> None:
        with site.db.begin() as tx:
            outbox.put(tx, site, a_letter(), kind="invitation", thread="t", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_putting()

    assert rows(site) == []


def test_the_server_that_asks_for_later_gets_it_later_each_time_a_longer_while(sqlite_site: Site, box: Postbox):
    put(sqlite_site)
    box.says["RCPT"] = ["451 greylisted", "421 busy", "450 full"]
    now, waits = NOW, []
    for _ in range(3):
        assert turn(sqlite_site, box.url, now) == 0
        [row] = rows(sqlite_site)
        assert (row.state, row.reason) == ("waiting", "later")
        waits.append(row.next_try_at - now)
        assert turn(sqlite_site, box.url, row.next_try_at - timedelta(seconds=1)) == 0
        now = row.next_try_at

    assert turn(sqlite_site, box.url, now) == 1
    assert len(box.mails) == 1
    for wait, planned in zip(waits, outbox.PAUSES, strict=False):
        assert planned * 0.8 <= wait <= planned * 1.2
    assert waits == sorted(waits)


def test_a_refusal_after_the_content_for_now_is_tried_again(sqlite_site: Site, box: Postbox):
    put(sqlite_site)
    box.says["DATA"] = ["452 no room"]

    assert turn(sqlite_site, box.url, NOW) == 0
    assert states(sqlite_site) == ["waiting"]
    assert turn(sqlite_site, box.url, NOW + timedelta(minutes=2)) == 1
    assert len(box.mails) == 1


@pytest.mark.parametrize(("step", "reason"), [("RCPT", "address"), ("DATA", "refused")])
def test_a_refusal_for_good_is_the_coordinators_business(sqlite_site: Site, box: Postbox, step: str, reason: str):
    tandem = builders.a_pairing(sqlite_site)
    put(sqlite_site, party=tandem.helper_id, territory=tandem.territory_id)
    put(sqlite_site, thread="t2")
    box.says[step] = ["550 no such user"]

    assert turn(sqlite_site, box.url, NOW) == 1, "the next mail goes all the same"
    [stuck] = outbox_desk.standing(sqlite_site, Actor("coordinator", tandem.territory_id)).stuck
    assert (stuck.state, stuck.reason) == ("failed", reason)
    assert stuck.to is not None
    assert stuck.to.who == "Nadia"
    assert turn(sqlite_site, box.url, NOW + timedelta(days=3)) == 0


def test_a_server_that_is_away_is_asked_once_a_round_and_found_again(sqlite_site: Site, box: Postbox):
    for thread in ("t1", "t2", "t3"):
        put(sqlite_site, thread)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert turn(sqlite_site, f"smtp://127.0.0.1:{nobody.getsockname()[1]}", NOW) == 0

    assert [row.attempts for row in rows(sqlite_site)] == [1, 0, 0]
    assert rows(sqlite_site)[0].reason == "no_server"
    assert turn(sqlite_site, box.url, NOW + timedelta(minutes=2)) == 3


def test_after_its_last_try_a_mail_is_given_up_and_listed(sqlite_site: Site, box: Postbox):
    tandem = builders.a_pairing(sqlite_site)
    put(sqlite_site, party=tandem.helper_id, territory=tandem.territory_id)
    box.says["RCPT"] = ["450 later"] * 20
    now = NOW
    while rows(sqlite_site)[0].state == "waiting":
        turn(sqlite_site, box.url, now)
        now = max(now, rows(sqlite_site)[0].next_try_at)

    [row] = rows(sqlite_site)
    assert (row.state, row.attempts) == ("given_up", len(outbox.PAUSES) + 1)
    assert now - NOW > timedelta(hours=40)
    assert len(outbox_desk.standing(sqlite_site, Actor("coordinator", tandem.territory_id)).stuck) == 1


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("smtp://mail.example", ("mail.example", 587, False, "", "")),
        ("smtps://u%40b.example:p%3A%2F@mail.example", ("mail.example", 465, True, "u@b.example", "p:/")),
        ("smtp://[::1]:2525/", ("::1", 2525, False, "", "")),
    ],
)
def test_the_address_of_a_mail_server_is_read(url: str, right: tuple[object, ...]):
    found = mail_server(url)

    assert (found.host, found.port, found.tls, found.user, found.password) == right


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtp://u@mail.example", "smtp://m.example:x", "smtp://m/?a=1"],
)
def test_what_names_no_mail_server_is_refused_without_being_repeated(url: str):
    with pytest.raises(ValueError) as refused:
        mail_server(url)
    assert url not in str(refused.value)


def test_settings_show_no_password():
    settings = Settings(smtp_url="smtp://fil:hushhush@mail.example")

    assert "hushhush" not in repr(settings)
    assert "hushhush" not in repr(mail_server(settings.smtp_url))


def test_what_is_too_late_is_not_sent(sqlite_site: Site, box: Postbox):
    put(sqlite_site, expires=NOW + timedelta(minutes=10))

    assert turn(sqlite_site, box.url, NOW + timedelta(minutes=10)) == 0
    assert states(sqlite_site) == ["lapsed"]


def killed_when(shared: Site, box: Postbox, point: str) -> None:
    with a_sender(shared, box, point) as process:
        go(process)
        assert said(process) == "here"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_a_process_killed_between_writing_and_sending_leaves_the_mail_to_the_next(shared: Site, box: Postbox):
    killed_when(shared, box, "written")

    assert box.mails == []
    assert turn(shared, box.url, RealClock().now()) == 1
    assert turn(shared, box.url, RealClock().now()) == 0
    assert len(box.mails) == 1


def test_a_sender_killed_before_sending_loses_nothing(shared: Site, box: Postbox):
    put(shared, now=RealClock().now())
    killed_when(shared, box, "claimed")

    assert states(shared) == ["sending"]
    assert turn(shared, box.url, RealClock().now()) == 0, "for all that anybody knows it may still be at it"
    assert turn(shared, box.url, RealClock().now() + outbox.LEASE) == 1
    assert len(box.mails) == 1
    assert states(shared) == ["sent"]


def test_a_sender_killed_after_the_server_took_it_never_sends_a_second_time(shared: Site, box: Postbox):
    tandem = builders.a_pairing(shared)
    row = put(shared, party=tandem.helper_id, territory=tandem.territory_id, now=RealClock().now())
    killed_when(shared, box, "accepted")
    for days in (1, 2, 30):
        assert turn(shared, box.url, RealClock().now() + timedelta(days=days)) == 0

    assert len(box.mails) == 1
    assert states(shared) == ["doubtful"]
    actor = Actor("coordinator", tandem.territory_id)
    assert [stuck.public_id for stuck in outbox_desk.standing(shared, actor).stuck] == [row.public_id]
    outbox_desk.send_again(shared, actor, row.public_id, RealClock().now())
    assert turn(shared, box.url, RealClock().now()) == 1
    assert [parsed(content)["Message-ID"] for _, _, content in box.mails] == [row.message_id] * 2


def test_two_senders_at_once_send_each_mail_once(shared: Site, box: Postbox):
    ids = [put(shared, f"t{number}", RealClock().now()).message_id for number in range(30)]
    with a_sender(shared, box) as one, a_sender(shared, box) as other:
        go(one)
        go(other)
        done = [int(said(one)), int(said(other))]

    assert sum(done) == len(ids)
    assert sorted(parsed(content)["Message-ID"] for _, _, content in box.mails) == sorted(ids)
    assert set(states(shared)) == {"sent"}


def test_a_line_that_breaks_after_the_content_leaves_doubt(sqlite_site: Site):
    """The server closes the line instead of an answer."""
    put(sqlite_site)

    def send(_mail: Mail, begin) -> None:
        begin()
        raise Unknown

    assert outbox.send_due(sqlite_site, send, lambda: NOW) == 0
    assert (states(sqlite_site), rows(sqlite_site)[0].reason) == (["doubtful"], "broken_off")
    assert outbox.send_due(sqlite_site, send, lambda: NOW + timedelta(days=2)) == 0


def test_a_server_that_hangs_up_instead_of_answering_leaves_doubt(sqlite_site: Site, box: Postbox):
    put(sqlite_site)
    box.says["DATA"] = ["421 closing"]
    carrier = Carrier(mail_server(box.url), seconds=5)

    def hang_up() -> None:
        # Both ends know each other's sockets here: the line is cut while the server holds the whole mail.
        line = carrier._line
        assert line is not None
        assert line.sock is not None
        line.sock.shutdown(socket.SHUT_RDWR)

    box.before_taking = hang_up
    outbox.send_due(sqlite_site, carrier.send, lambda: NOW)
    carrier.close()

    assert states(sqlite_site) == ["doubtful"]


def test_a_sender_that_was_taken_for_dead_stops_before_the_content(sqlite_site: Site, box: Postbox):
    put(sqlite_site)
    slow = outbox.claim(sqlite_site, NOW)
    assert slow is not None
    outbox.recover(sqlite_site, NOW + outbox.LEASE + timedelta(seconds=1))
    carrier = Carrier(mail_server(box.url), seconds=5)

    assert outbox.deliver(sqlite_site, slow, carrier.send, lambda: NOW + timedelta(hours=1)) is False
    assert box.mails == []
    assert states(sqlite_site) == ["waiting"]


def test_a_mail_waits_while_another_of_its_thread_is_under_way(sqlite_site: Site):
    put(sqlite_site)
    first = outbox.claim(sqlite_site, NOW)
    put(sqlite_site)

    assert first is not None
    assert outbox.claim(sqlite_site, NOW) is None
    outbox.deliver(sqlite_site, first, lambda _mail, begin: begin(), lambda: NOW)
    assert outbox.claim(sqlite_site, NOW) is not None


def test_over_tls_with_a_password_when_the_certificate_is_trusted(sqlite_site: Site, tmp_path: Path):
    put(sqlite_site)
    with secured_postbox(tmp_path) as (box, certificate):
        url = f"smtp://{USER}:{PASSWORD.replace(' ', '%20')}@localhost:{box.port}"

        assert turn(sqlite_site, url, NOW) == 0, "nobody signed this certificate"
        assert rows(sqlite_site)[0].reason == "no_server"
        wrong = url.replace("secret", "guess")
        assert turn(sqlite_site, wrong, NOW + timedelta(hours=1), ca_file=str(certificate)) == 0
        assert rows(sqlite_site)[0].reason == "sign_in"
        assert turn(sqlite_site, url, NOW + timedelta(hours=2), ca_file=str(certificate)) == 1
        assert (box.encrypted, box.signed_in) == (True, True)


@pytest.mark.parametrize("field", ["subject", "to", "sender", "answers_to"])
def test_no_value_becomes_another_header(sqlite_site: Site, field: str):
    given = {"subject": "Rencontre", "to": "a@b.example", "sender": "a@b.example", "answers_to": "c@b.example"}[field]
    letter = a_letter(**{field: f"{given}\r\nBcc: everybody@mail.example"})
    with pytest.raises(ValueError), sqlite_site.db.begin() as tx:
        outbox.put(tx, sqlite_site, letter, kind="invitation", thread="t", now=NOW)

    assert rows(sqlite_site) == []


def test_addresses_and_content_are_sealed_and_go_with_the_key_of_their_recipient(sqlite_site: Site, box: Postbox):
    tandem = builders.a_pairing(sqlite_site)
    row = put(sqlite_site, party=tandem.helper_id, territory=tandem.territory_id)

    assert b"nadia" not in (row.content_sealed or b"")
    with sqlite_site.db.begin() as tx:
        tx.delete(tx.get_one(DataKey, tandem.helper_id))
    assert turn(sqlite_site, box.url, NOW) == 0
    assert (states(sqlite_site), rows(sqlite_site)[0].reason) == (["failed"], "unreadable")


def test_bodies_go_after_thirty_days_and_rows_after_a_year(site: Site, box: Postbox):
    put(site)
    turn(site, box.url, NOW)
    outbox.forget(site, NOW + timedelta(days=29))
    assert rows(site)[0].content_sealed is not None
    for _ in range(2):
        outbox.forget(site, NOW + timedelta(days=31))
    assert rows(site)[0].content_sealed is None
    outbox.forget(site, NOW + timedelta(days=366))
    assert rows(site) == []


def test_a_mail_whose_content_is_gone_is_not_sent_again(sqlite_site: Site, box: Postbox):
    tandem = builders.a_pairing(sqlite_site)
    row = put(sqlite_site, party=tandem.helper_id, territory=tandem.territory_id)
    box.says["RCPT"] = ["550 no"]
    turn(sqlite_site, box.url, NOW)
    outbox.forget(sqlite_site, NOW + timedelta(days=31))
    actor = Actor("coordinator", tandem.territory_id)

    assert not outbox_desk.standing(sqlite_site, actor).stuck[0].can_be_sent
    with pytest.raises(StepNotAllowed):
        outbox_desk.send_again(sqlite_site, actor, row.public_id, NOW)
    outbox_desk.settle(sqlite_site, actor, row.public_id, NOW)
    assert outbox_desk.standing(sqlite_site, actor).stuck == ()


def test_another_territory_sees_and_sends_nothing_of_it(sqlite_site: Site, box: Postbox):
    tandem = builders.a_pairing(sqlite_site)
    row = put(sqlite_site, party=tandem.helper_id, territory=tandem.territory_id)
    box.says["RCPT"] = ["550 no"]
    turn(sqlite_site, box.url, NOW)
    elsewhere = Actor("coordinator", builders.a_territory(sqlite_site, "BE-OTH"))

    assert outbox_desk.standing(sqlite_site, elsewhere).stuck == ()
    with pytest.raises(NotFound):
        outbox_desk.send_again(sqlite_site, elsewhere, row.public_id, NOW)

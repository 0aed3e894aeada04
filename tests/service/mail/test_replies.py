"""Answers that come back: what counts is the secret in the address, and that they are about what holds now."""

from __future__ import annotations

import logging
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from service import mail_replies, visits
from service.mail_process import read_apart
from tests.service.feeds.builders import local, meeting, taking_part
from tests.service.mail.builders import CANARIES, NADIA, NOW, Post, answer, event_of, method_of

SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def invited(post: Post) -> Post:
    """Nadia and Dalia were told of a visit; Nadia's mail is the first."""
    for party in (post.of.nadia, post.of.dalia):
        post.choose(party)
    post.visit()
    post.turn()
    post.box.mails.sort(key=lambda mail: mail[1] != [NADIA])
    post.later(minutes=10)
    return post


def to_read(post: Post) -> list[mail_replies.ReplyView]:
    return mail_replies.to_read(post.site, post.of.coordinator())


def test_a_yes_is_the_same_as_on_the_own_page(invited: Post):
    assert invited.receive(answer(invited.box.read[0], at=SOON)) == "done"

    assert (invited.stored().helper_answer, invited.stored().status) == ("accepted", "confirmed")
    assert to_read(invited) == []
    invited.turn()
    assert {str(event_of(mail)["STATUS"]) for mail in invited.box.read[2:]} == {"CONFIRMED"}


def test_a_no_cancels_the_visit_and_everybody_is_told_without_a_reason(invited: Post):
    assert invited.receive(answer(invited.box.read[0], "DECLINED", at=SOON)) == "done"

    row = invited.stored()
    assert (row.helper_answer, row.status, row.reason) == ("declined", "cancelled", "by_helper")
    assert invited.turn() == 2
    assert [method_of(mail) for mail in invited.box.read[2:]] == ["CANCEL", "CANCEL"]


def test_the_person_answers_for_themselves(invited: Post):
    assert invited.receive(answer(invited.box.read[1], at=SOON)) == "done"

    row = invited.stored()
    assert (row.person_answer, row.helper_answer, row.status) == ("accepted", "pending", "planned")


def test_a_maybe_is_no_answer(invited: Post):
    assert invited.receive(answer(invited.box.read[0], "TENTATIVE", at=SOON)) == "done"

    assert invited.stored().helper_answer == "pending"
    assert [reply.said for reply in invited.replies()] == ["tentative"]


def test_another_time_becomes_a_message_to_the_coordinator_with_that_time(invited: Post):
    proposed = ("DTSTART;TZID=Europe/Brussels:20270112T150000", "DTEND;TZID=Europe/Brussels:20270112T160000")
    said = answer(invited.box.read[0], "TENTATIVE", method="COUNTER", at=SOON, lines=proposed)

    assert invited.receive(said) == "to_read"
    assert (invited.stored().helper_answer, invited.stored().status) == ("other_time", "planned")
    [reply] = to_read(invited)
    assert (reply.said, reply.who.who) == ("other_time", "Nadia")
    assert (reply.start, reply.end) == (local("2027-01-12", 15), local("2027-01-12", 16))
    mail_replies.seen(invited.site, invited.of.coordinator(), reply.public_id)
    assert to_read(invited) == []


def test_a_calendar_that_lost_the_entry_gets_it_again(invited: Post):
    assert invited.receive(answer(invited.box.read[0], method="REFRESH", at=SOON)) == "done"

    assert invited.turn() == 1
    again = event_of(invited.box.read[-1])
    assert (again["UID"], again["SEQUENCE"]) == ("v1@fil.example", 0)


def test_the_same_mail_brought_twice_counts_once(invited: Post):
    said = answer(invited.box.read[0], at=SOON)
    assert invited.receive(said) == "done"
    revision = invited.stored().revision

    assert invited.receive(b"Received: from elsewhere\r\n" + said) == "done"
    assert invited.stored().revision == revision
    assert len(invited.replies()) == 1


def test_an_answer_that_was_noted_but_not_carried_out_is_carried_out_the_next_time(invited: Post):
    """The process died between the two."""
    said = answer(invited.box.read[0], at=SOON)
    read = read_apart(said)
    mail_replies._noted(invited.site, read, invited.now)
    assert invited.stored().helper_answer == "pending"

    assert invited.receive(said) == "done"
    assert invited.stored().helper_answer == "accepted"


def test_an_earlier_answer_that_comes_later_changes_nothing(invited: Post):
    invited.receive(answer(invited.box.read[0], "TENTATIVE", at=SOON, number=1))

    assert invited.receive(answer(invited.box.read[0], at=SOON - timedelta(minutes=1), number=2)) == "stale"
    assert invited.stored().helper_answer == "pending"


def test_a_yes_to_an_hour_that_no_longer_holds_is_none(invited: Post):
    said = answer(invited.box.read[0], at=SOON)
    invited.change(starts_at=local("2027-01-12", 14), ends_at=local("2027-01-12", 15))

    assert invited.receive(said) == "stale", "also before the mail about the change is out"
    invited.turn()
    assert invited.receive(answer(invited.box.read[0], at=SOON + timedelta(minutes=1), number=2)) == "stale"
    assert invited.stored().helper_answer == "pending"


def test_a_no_to_an_hour_that_no_longer_holds_is_for_the_coordinator(invited: Post):
    invited.change(starts_at=local("2027-01-12", 14), ends_at=local("2027-01-12", 15))

    assert invited.receive(answer(invited.box.read[0], "DECLINED", at=SOON)) == "to_read"
    assert invited.stored().status == "planned"
    assert [reply.said for reply in to_read(invited)] == ["declined"]


def test_an_answer_to_what_was_cancelled_comes_too_late(invited: Post):
    visits.cancel(invited.site, invited.of.coordinator(), "v1")
    invited.turn()

    assert invited.receive(answer(invited.box.read[0], at=SOON)) == "too_late"


def test_without_the_secret_nothing_happens_whatever_the_sender_says(invited: Post):
    for to in ("agenda@fil.example", f"agenda+{'0' * 32}@fil.example"):
        forged = answer(invited.box.read[0], "DECLINED", to=to, at=SOON, number=len(to))
        assert invited.receive(forged) == "unknown"

    assert invited.stored().status == "planned"
    assert to_read(invited) == []
    assert mail_replies.without_sender(invited.site) == 2


def test_the_secret_of_one_invitation_opens_no_other(invited: Post):
    nadia, dalia = invited.box.read
    other = str(event_of(dalia)["ORGANIZER"]).removeprefix("mailto:")

    assert invited.receive(answer(nadia, "DECLINED", to=other, at=SOON)) == "to_read", "the attendee is not Dalia"
    assert invited.receive(answer(dalia, "DECLINED", uid="v9@fil.example", at=SOON, number=2)) == "to_read"
    assert invited.stored().status == "planned"


def test_an_invitation_that_was_passed_on_is_not_answered_by_somebody_else(invited: Post):
    said = answer(invited.box.read[0], by="friend@mail.example", at=SOON)

    assert invited.receive(said) == "to_read"
    assert invited.stored().helper_answer == "pending"


def test_the_address_may_come_from_the_mail_server_alone(invited: Post):
    organizer = str(event_of(invited.box.read[0])["ORGANIZER"]).removeprefix("mailto:")
    said = answer(invited.box.read[0], to="hidden@mail.example", at=SOON)

    assert mail_replies.receive(invited.site, said, invited.now, organizer.upper()) == "done"


def test_who_comes_along_is_not_asked_and_a_no_is_for_the_coordinator(post: Post):
    post.choose(post.of.claire)
    post.visit(professional_id=post.of.claire)
    post.turn()
    post.later(minutes=10)

    assert post.receive(answer(post.box.read[0], at=SOON, number=1)) == "done"
    assert post.receive(answer(post.box.read[0], "DECLINED", at=SOON + timedelta(minutes=1), number=2)) == "to_read"
    assert post.stored().status == "planned"


def test_a_no_to_a_meeting_is_for_the_coordinator(post: Post):
    post.choose(post.of.claire)
    row = meeting(post.of, "m1", "working_group", "2027-01-20", 9)
    post.of.add(row)
    taking_part(post.of, row, post.of.claire)
    post.turn()
    post.later(minutes=10)

    assert post.receive(answer(post.box.read[0], "DECLINED", at=SOON)) == "to_read"
    assert [reply.who.who for reply in to_read(post)] == ["Claire Maréchal"]


def written(post: Post, body: str = "Je ne peux pas venir, Dalia.", **headers: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = NADIA
    mail["To"] = str(event_of(post.box.read[0])["ORGANIZER"]).removeprefix("mailto:")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail.as_bytes()


def test_a_mail_in_words_is_put_before_the_coordinator_without_its_words(invited: Post):
    assert invited.receive(written(invited)) == "to_read"

    [reply] = to_read(invited)
    assert (reply.said, reply.who.who) == ("unreadable", "Nadia")
    assert "Dalia" not in str(invited.replies()[0].model_dump())


def test_an_automatic_answer_bothers_nobody(invited: Post):
    assert invited.receive(written(invited, "Absente.", Auto_Submitted="auto-replied")) == "done"
    assert to_read(invited) == []


def test_a_mail_that_did_not_arrive_is_put_before_the_coordinator(invited: Post):
    organizer = str(event_of(invited.box.read[0])["ORGANIZER"]).removeprefix("mailto:")
    report = "\r\n".join(
        (
            "From: MAILER-DAEMON@mail.example",
            f"To: {organizer}",
            "Message-ID: <b1@mail.example>",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
            "",
            "--x",
            "Content-Type: text/plain",
            "",
            "It did not arrive.",
            "--x",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mail.example",
            "",
            f"Final-Recipient: rfc822; {NADIA}",
            "Action: failed",
            "Status: 5.1.1",
            "",
            "--x--",
            "",
        )
    )

    assert invited.receive(report.encode()) == "to_read"
    assert [reply.said for reply in to_read(invited)] == ["bounced"]
    assert invited.receive(report.replace("failed", "delayed").replace("<b1@", "<b2@").encode()) == "done"


INSIDE = b"--a\r\nContent-Type: message/rfc822\r\n\r\n"


def hostile(post: Post) -> dict[str, bytes]:
    good = answer(post.box.read[0], at=SOON)
    head, _, body = good.partition(b"\r\n\r\n")
    return {
        "nothing": b"",
        "zeros": b"\x00" * 5000,
        "no mail": bytes(range(256)) * 20,
        "no end": head + b"\r\n\r\n" + body[: len(body) // 2],
        "too large": head + b"\r\n\r\n" + b"x" * (2 << 20),
        "nested": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 900,
        "many entries": good.replace(b"END:VEVENT", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT" * 300),
        "two people": good.replace(b"SEQUENCE", b"ATTENDEE:mailto:x@mail.example\r\nSEQUENCE"),
        "endless rule": good.replace(b"SEQUENCE", b"RRULE:FREQ=SECONDLY\r\nSEQUENCE"),
        "wrong numbers": good.replace(b"SEQUENCE:0", b"SEQUENCE:-1e99"),
        "wrong stamp": good.replace(b"DTSTAMP:2027", b"DTSTAMP:99999"),
        "wrong charset": good.replace(b'charset="utf-8"', b'charset="no-such-charset"'),
        "wrong header": b"To: =?no-such?q?=ff?=\r\n" + good,
    }


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "zeros",
        "no mail",
        "no end",
        "too large",
        "nested",
        "many entries",
        "two people",
        "endless rule",
        "wrong numbers",
        "wrong stamp",
        "wrong charset",
        "wrong header",
    ],
)
def test_whatever_comes_in_is_taken_without_an_error(invited: Post, name: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    outcome = invited.receive(hostile(invited)[name])

    assert outcome in ("unknown", "to_read", "done")
    assert invited.stored().status in ("planned", "confirmed")
    ours = "\n".join(entry.getMessage() for entry in caplog.records if entry.name.startswith("lefil"))
    assert "a mail came in" in ours
    assert [word for word in (*CANARIES, NADIA, "x@mail.example") if word in ours] == []


def test_a_mail_that_is_too_large_still_leads_to_whoever_sent_it(invited: Post):
    assert invited.receive(hostile(invited)["too large"]) == "to_read"
    assert [reply.said for reply in to_read(invited)] == ["unreadable"]


def test_what_nobody_needs_any_more_goes(invited: Post):
    invited.receive(answer(invited.box.read[0], at=SOON))
    invited.receive(written(invited))
    mail_replies.forget(invited.site, invited.now + timedelta(days=31))
    assert [reply.outcome for reply in invited.replies()] == ["to_read"]
    mail_replies.forget(invited.site, invited.now + timedelta(days=91))
    assert invited.replies() == []


def test_a_clock_that_runs_ahead_does_not_silence_later_answers(invited: Post):
    invited.receive(answer(invited.box.read[0], "TENTATIVE", at=NOW + timedelta(days=300), number=1))
    invited.later(minutes=5)

    assert invited.receive(answer(invited.box.read[0], at=invited.now, number=2)) == "done"
    [row] = [row for row in invited.invitations() if row.party_id == invited.of.nadia]
    assert row.reply_stamp == invited.now

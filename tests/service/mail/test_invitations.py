"""What goes out, to whom, and when: read from what a real mail server got."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import vobject
from icalendar import Calendar

from service import invitation_choices, invitations, visits
from service.tables.access import Account
from service.tables.pairings import Visit
from tests.service.feeds.builders import local, meeting, taking_part
from tests.service.mail.builders import CANARIES, CLAIRE, DALIA, FROM, NADIA, Post, event_of, method_of
from tests.service.mail.postbox import calendar_of


def test_who_did_not_choose_mails_gets_none(post: Post):
    post.visit()

    assert post.turn() == 0
    assert post.outbox() == []


def test_a_visit_is_told_once_with_the_uid_and_sequence_of_the_feed(post: Post):
    post.choose(post.of.nadia)
    post.visit(sequence=2)

    assert post.turn() == 1
    assert post.turn() == 0
    [mail] = post.box.read
    event = event_of(mail)
    assert method_of(mail) == "REQUEST"
    assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == ("v1@fil.example", 2, "Rencontre SER-B001")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (local("2027-01-11", 10), local("2027-01-11", 11))
    assert event["STATUS"] == "TENTATIVE"


def test_each_mail_goes_to_one_recipient_and_names_no_other(post: Post):
    for party in (post.of.nadia, post.of.dalia, post.of.claire):
        post.choose(party)
    post.visit(professional_id=post.of.claire)

    assert post.turn() == 3
    assert sorted(to for _, [to], _ in post.box.mails) == [CLAIRE, DALIA, NADIA]
    for (_, [to], content), mail in zip(post.box.mails, post.box.read, strict=True):
        assert str(event_of(mail)["ATTENDEE"]) == f"mailto:{to}"
        others = {CLAIRE, DALIA, NADIA} - {to}
        text = content.decode() + calendar_of(mail).decode()
        assert mail["To"] == to
        assert not any(other in text for other in others)


def test_the_recipient_is_asked_when_their_answer_counts(post: Post):
    for party in (post.of.nadia, post.of.dalia, post.of.claire):
        post.choose(party)
    post.visit(professional_id=post.of.claire, helper_answer="accepted")
    post.turn()

    asked = {
        str(event["ATTENDEE"]).removeprefix("mailto:"): (
            event["ATTENDEE"].params["PARTSTAT"],
            event["ATTENDEE"].params["RSVP"],
        )
        for event in map(event_of, post.box.read)
    }
    assert asked == {
        NADIA: ("ACCEPTED", "FALSE"),
        DALIA: ("NEEDS-ACTION", "TRUE"),
        CLAIRE: ("NEEDS-ACTION", "FALSE"),
    }


def test_the_layout_is_the_one_that_calendars_of_mail_programs_read(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    [mail] = post.box.read

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/calendar"]
    calendar = list(mail.iter_parts())[1]
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_param("charset") == "utf-8"
    assert calendar.get("Content-Disposition") is None
    assert mail["From"].addresses[0].addr_spec == FROM
    assert mail["Auto-Submitted"] == "auto-generated"
    assert post.box.mails[0][2].isascii()
    lines = calendar_of(mail).split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)


def test_subject_and_text_say_date_and_hour_and_nothing_that_tells(post: Post):
    post.choose(post.of.nadia)
    post.choose(post.of.dalia, "busy")
    post.visit(place_kind="place", place_id=post.of.cafe)
    post.turn()

    for mail in post.box.read:
        plain = mail.get_body(("plain",))
        assert plain is not None
        said = f"{mail['Subject']}\n{plain.get_content()}"
        assert "lundi 11 janvier 2027" in said
        assert "10" in said
        whole = said + calendar_of(mail).decode()
        assert [canary for canary in CANARIES if canary in whole] == []
        assert "SER-B001" not in said
        assert "LOCATION" not in whole


def test_the_log_holds_neither_addresses_nor_names(post: Post, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    post.choose(post.of.nadia)
    post.visit()
    post.box.says["RCPT"] = [f"450 {NADIA} Dalia lives rue du Molinay"]
    post.turn()
    post.later(minutes=2)
    post.turn()

    ours = "\n".join(entry.getMessage() for entry in caplog.records if entry.name.startswith("lefil"))
    assert [word for word in (*CANARIES, NADIA, "nadia") if word in ours] == []
    assert post.outbox()[0].state == "sent"


def test_mails_speak_the_language_that_the_recipient_chose(post: Post):
    post.choose(post.of.nadia, language="en")
    post.visit()
    post.turn()

    assert "Monday 11 January 2027" in post.box.read[0]["Subject"]


def test_a_visit_that_moves_is_told_with_the_higher_sequence_and_the_same_uid_and_organizer(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    post.change(starts_at=local("2027-01-12", 14), ends_at=local("2027-01-12", 15))
    post.later(minutes=1)
    post.turn()

    first, second = map(event_of, post.box.read)
    assert (first["UID"], first["ORGANIZER"]) == (second["UID"], second["ORGANIZER"])
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second["DTSTAMP"].dt > first["DTSTAMP"].dt
    assert second["DTSTART"].dt == local("2027-01-12", 14)
    assert post.box.read[1]["Subject"] != post.box.read[0]["Subject"]
    assert post.box.read[1]["Message-ID"] != post.box.read[0]["Message-ID"]


def test_a_change_that_nobody_sees_is_not_told(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    post.change(pinned=True)
    post.change(place_kind="place", place_id=post.of.ward)

    assert post.turn() == 0


def test_a_visit_that_is_cancelled_leaves_the_calendar(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    visits.cancel(post.site, post.of.coordinator(), "v1")
    post.turn()

    mail = post.box.read[-1]
    event = event_of(mail)
    assert method_of(mail) == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 1, "v1@fil.example")
    assert event["SUMMARY"] == "Annulé\u00a0: Rencontre SER-B001"
    assert post.turn() == 0


def test_what_was_cancelled_before_it_was_told_is_never_told(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.visit("v2", hour=14)
    visits.cancel(post.site, post.of.coordinator(), "v1")

    assert post.turn() == 1
    assert event_of(post.box.read[0])["UID"] == "v2@fil.example"


def test_a_mail_that_waits_gives_way_to_the_newer_one(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.box.says["RCPT"] = ["451 later"]
    post.turn()
    post.change(starts_at=local("2027-01-12", 14), ends_at=local("2027-01-12", 15))
    post.turn()

    assert [row.state for row in post.outbox()] == ["superseded", "sent"]
    assert [event_of(mail)["SEQUENCE"] for mail in post.box.read] == [1]


def test_who_never_got_the_invitation_gets_no_cancellation(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.box.says["RCPT"] = ["451 later"]
    post.turn()
    visits.cancel(post.site, post.of.coordinator(), "v1")
    post.later(hours=1)

    assert post.turn() == 0
    assert [row.state for row in post.outbox()] == ["superseded"]
    assert post.box.mails == []


def test_a_plan_that_is_not_published_stays_with_the_coordinator(post: Post):
    post.choose(post.of.nadia)
    post.visit(published_at=None)

    assert post.turn() == 0


def test_visits_of_the_past_are_not_told(post: Post):
    post.choose(post.of.nadia)
    post.visit(day="2027-01-02")

    assert post.turn() == 0


def test_who_leaves_a_visit_is_told_without_a_word_of_why(post: Post):
    post.choose(post.of.claire)
    post.visit(professional_id=post.of.claire)
    post.turn()
    post.change(professional_id=None)
    post.turn()

    mail = post.box.read[-1]
    assert method_of(mail) == "CANCEL"
    assert event_of(mail)["UID"] == "v1@fil.example"
    assert "sans vous" in mail.get_body(("plain",)).get_content()


def test_who_wants_no_mails_any_more_has_their_calendar_cleared_and_gets_nothing_after(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    post.choose(post.of.nadia, active=False)
    post.turn()
    post.visit("v2", hour=14)

    assert post.turn() == 0
    assert [method_of(mail) for mail in post.box.read] == ["REQUEST", "CANCEL"]
    assert "reste prévue" in post.box.read[-1].get_body(("plain",)).get_content()


def test_another_level_is_told_with_the_same_sequence(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    post.choose(post.of.nadia, "busy")
    post.later(minutes=1)
    post.turn()

    first, second = map(event_of, post.box.read)
    assert (first["SUMMARY"], second["SUMMARY"]) == ("Rencontre SER-B001", "Occupé")
    assert first["SEQUENCE"] == second["SEQUENCE"]
    assert first["DTSTAMP"].dt < second["DTSTAMP"].dt


def test_meetings_come_too_and_a_series_stays_quiet_from_week_to_week(post: Post):
    post.choose(post.of.claire)
    single = meeting(post.of, "m1", "working_group", "2027-01-20", 9)
    weekly = meeting(post.of, "m2", "intervision", "2027-01-13", 9, rrule="FREQ=WEEKLY")
    post.of.add(single, weekly)
    for row in (single, weekly):
        taking_part(post.of, row, post.of.claire)

    assert post.turn() == 2
    [series] = [mail for mail in post.box.read if event_of(mail).get("RRULE")]
    assert b"BEGIN:VTIMEZONE" in calendar_of(series)
    post.later(days=21)
    assert post.turn() == 0


def test_where_no_address_is_known_nothing_is_written_until_one_is(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    with post.site.db.begin() as tx:
        account = tx.get_one(Account, 1)
        account.email_hash = account.email_sealed = None
        tx.add(account)

    assert post.turn() == 0
    assert invitation_choices.choice(post.site, post.actor(post.of.nadia)).address == ""
    assert invitation_choices.chosen_by(post.site, post.of.territory) == (1, 1)


@pytest.mark.parametrize(
    "address", ["nadia@mail.example\r\nBcc: all@mail.example", "nadia@mail.example, all@mail.example", "<nadia>", "@"]
)
def test_an_address_never_becomes_another_header(post: Post, address: str):
    post.choose(post.of.nadia)
    post.visit()
    with post.site.db.begin() as tx:
        account = tx.get_one(Account, 1)
        place = f"account.email_sealed:{account.public_id}"
        account.email_sealed = post.site.seals.seal_shared(tx, place, address)
        tx.add(account)

    assert post.turn() == 0


def test_vobject_reads_what_was_sent_as_icalendar_does(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    content = calendar_of(post.box.read[0]).decode()

    second = vobject.readOne(content)
    first = Calendar.from_ical(content)
    assert second.method.value == first["METHOD"]
    assert second.vevent.uid.value == event_of(post.box.read[0])["UID"]
    assert second.vevent.dtstart.value == local("2027-01-11", 10)
    assert second.vevent.attendee.value == f"mailto:{NADIA}"


def test_two_looks_at_once_write_one_mail(post: Post):
    post.choose(post.of.nadia)
    post.visit()

    assert invitations.write_due(post.site, post.now) == 1
    assert invitations.write_due(post.site, post.now) == 0


def test_a_look_is_due_when_the_log_grew_or_time_went_by(post: Post):
    watch = invitations.Watch()
    post.choose(post.of.nadia)

    assert watch.is_due(post.site, post.now)
    assert not watch.is_due(post.site, post.now)
    post.choose(post.of.nadia, "busy")
    assert watch.is_due(post.site, post.now)
    assert not watch.is_due(post.site, post.now + timedelta(minutes=9))
    assert watch.is_due(post.site, post.now + timedelta(minutes=11))


def test_the_secret_of_an_invitation_is_kept_sealed_and_as_a_hash_only(post: Post):
    post.choose(post.of.nadia)
    post.visit()
    post.turn()
    token = str(event_of(post.box.read[0])["ORGANIZER"]).partition("+")[2].partition("@")[0]
    [row] = post.invitations()

    assert len(token) == 32
    assert row.token_hash == invitations.hashed(token)
    assert token not in str(row.model_dump())


def test_a_published_visit_is_known_by_its_row(post: Post):
    """The invitation leads back to the visit, so that an answer finds it."""
    post.choose(post.of.nadia)
    row = post.visit()
    post.turn()

    with post.site.db() as tx:
        assert tx.get_one(Visit, post.invitations()[0].visit_id).public_id == row.public_id

"""The calendar of a mail, and the answer in one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.addresses import NotAnAddress, mail_address, tagged
from calendars.feed import Event, Series
from calendars.invitations import MOST_BYTES, Attendee, NoAnswer, invitation, read_answer
from calendars.recurrence import read_rule

MADE = datetime(2027, 1, 4, 7, tzinfo=UTC)
ORGANIZER = "agenda+0123456789abcdef0123456789abcdef@fil.example"
NADIA = Attendee("nadia@mail.example", answers=True)
TEN = datetime(2027, 1, 11, 9, tzinfo=UTC)


def event(**changes: object) -> Event:
    values: dict[str, object] = {
        "uid": "v1@lefil",
        "changed": MADE - timedelta(days=2),
        "sequence": 3,
        "start": TEN,
        "end": TEN + timedelta(hours=1),
        "summary": "Rencontre SER-B001",
        "status": "TENTATIVE",
    }
    return Event(**(values | changes))  # type: ignore[arg-type]


def an_answer(**changes: str) -> bytes:
    lines = {
        "METHOD": "METHOD:REPLY",
        "UID": "UID:v1@lefil",
        "DTSTAMP": "DTSTAMP:20270105T070000Z",
        "ATTENDEE": "ATTENDEE;PARTSTAT=ACCEPTED:mailto:nadia@mail.example",
        "SEQUENCE": "SEQUENCE:3",
        "more": "",
    } | changes
    head = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{lines.pop('METHOD')}\nBEGIN:VEVENT\n"
    body = "\n".join(line for line in lines.values() if line)
    return (head + body + "\nEND:VEVENT\nEND:VCALENDAR\n").replace("\n", "\r\n").encode()


def test_an_invitation_is_the_entry_of_the_feed_with_one_organizer_and_one_attendee():
    calendar = Calendar.from_ical(invitation("REQUEST", event(), ORGANIZER, NADIA, MADE))
    [entry] = calendar.walk("VEVENT")

    assert calendar["METHOD"] == "REQUEST"
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("v1@lefil", 3, "TENTATIVE")
    assert entry["DTSTART"].dt == TEN
    assert entry["ORGANIZER"] == f"mailto:{ORGANIZER}"
    assert entry["ATTENDEE"] == "mailto:nadia@mail.example"
    assert (entry["ATTENDEE"].params["PARTSTAT"], entry["ATTENDEE"].params["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_its_stamp_is_the_moment_of_the_mail_and_not_of_the_row():
    [entry] = Calendar.from_ical(invitation("REQUEST", event(), ORGANIZER, NADIA, MADE)).walk("VEVENT")

    assert entry["DTSTAMP"].dt == MADE
    assert entry["LAST-MODIFIED"].dt == MADE - timedelta(days=2)


def test_a_cancellation_says_so_and_takes_nobodys_time():
    body = invitation("CANCEL", event(status="CONFIRMED"), ORGANIZER, NADIA, MADE)

    assert b"STATUS:CANCELLED\r\n" in body
    assert b"TRANSP:TRANSPARENT\r\n" in body
    assert b"CONFIRMED" not in body


def test_a_series_brings_its_zone():
    rule = read_rule("FREQ=WEEKLY;UNTIL=20270630T235959", "Europe/Brussels")
    body = invitation("REQUEST", Series(event(), rule, "Europe/Brussels"), ORGANIZER, NADIA, MADE)

    assert body.count(b"BEGIN:VTIMEZONE") == 1
    assert body.count(b"ATTENDEE") == 1


@pytest.mark.parametrize(
    "address", ["", "nadia", "a@b.example\r\nX-More: 1", "a@b.example;RSVP=FALSE", "a b@c.example"]
)
def test_what_is_no_address_is_never_written(address: str):
    with pytest.raises(ValueError):
        invitation("REQUEST", event(), ORGANIZER, Attendee(address, answers=True), MADE)
    with pytest.raises(ValueError):
        invitation("REQUEST", event(), address, NADIA, MADE)


@given(st.from_regex(r"\A[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}\Z"))
def test_every_address_that_is_written_is_read_back(local: str):
    attendee = Attendee(f"{local}@mail.example", answers=True)
    body = invitation("REQUEST", event(), ORGANIZER, attendee, MADE)

    assert read_answer(body.replace(b"METHOD:REQUEST", b"METHOD:REPLY")).attendee == attendee.address


def test_an_answer_is_read_whatever_the_case_of_its_scheme():
    found = read_answer(an_answer(ATTENDEE="ATTENDEE;PARTSTAT=declined:MAILTO:nadia@mail.example"))

    assert (found.method, found.uid, found.attendee, found.said) == (
        "REPLY",
        "v1@lefil",
        "nadia@mail.example",
        "DECLINED",
    )
    assert (found.sequence, found.stamp) == (3, datetime(2027, 1, 5, 7, tzinfo=UTC))


def test_an_answer_without_sequence_is_to_the_first_version():
    assert read_answer(an_answer(SEQUENCE="")).sequence == 0


def test_another_time_is_read_with_its_zone_and_passed_over_without_one():
    zoned = "DTSTART;TZID=Europe/Brussels:20270112T150000\nDTEND;TZID=Europe/Brussels:20270112T160000"
    floating = "DTSTART:20270112T150000\nDTEND:20270112T160000"
    counter = {"METHOD": "METHOD:COUNTER"}

    found = read_answer(an_answer(**counter, more=zoned))
    assert (found.start, found.end) == (
        datetime(2027, 1, 12, 14, tzinfo=UTC),
        datetime(2027, 1, 12, 15, tzinfo=UTC),
    )
    assert read_answer(an_answer(**counter, more=floating)).start is None
    assert read_answer(an_answer(more=zoned)).start is None


@pytest.mark.parametrize(
    "changes",
    [
        {"METHOD": ""},
        {"METHOD": "METHOD:REQUEST"},
        {"METHOD": "METHOD:PUBLISH"},
        {"UID": ""},
        {"ATTENDEE": ""},
        {"more": "ATTENDEE:mailto:omar@mail.example"},
        {"DTSTAMP": ""},
        {"DTSTAMP": "DTSTAMP:20270105T070000"},
        {"DTSTAMP": "DTSTAMP:yesterday"},
        {"SEQUENCE": "SEQUENCE:many"},
        {"SEQUENCE": "SEQUENCE:-1"},
        {"more": "END:VEVENT\nBEGIN:VEVENT\nUID:other"},
    ],
)
def test_what_is_no_answer_is_refused(changes: dict[str, str]):
    with pytest.raises(NoAnswer):
        read_answer(an_answer(**changes))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff" * 50, b"BEGIN:VCALENDAR", b"<html>", an_answer() * 2, an_answer() + b" " * MOST_BYTES],
)
def test_whatever_is_no_calendar_is_refused(content: bytes):
    with pytest.raises(NoAnswer):
        read_answer(content)


@given(st.binary(max_size=300))
def test_no_bytes_bring_another_error(content: bytes):
    body = an_answer().replace(b"SEQUENCE:3", content)
    try:
        found = read_answer(body)
    except NoAnswer:
        return
    assert found.uid


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        (" nadia@Mail.Example ", "nadia@mail.example"),
        ("o'neil+fil@mail.example", "o'neil+fil@mail.example"),
        ("nadia@münchen.example", "nadia@xn--mnchen-3ya.example"),
    ],
)
def test_addresses_are_written_with_their_domain_in_ascii(given_: str, written: str):
    assert mail_address(given_) == written


@pytest.mark.parametrize(
    "given_",
    [
        "",
        "@",
        "nadia",
        "nadia@",
        "@mail.example",
        "na dia@mail.example",
        "a@b@c.example",
        "a..b@c.example",
        "n" * 65 + "@a.be",
    ],
)
def test_what_is_no_address_is_refused(given_: str):
    with pytest.raises(NotAnAddress):
        mail_address(given_)


def test_a_tag_stands_before_the_domain():
    assert tagged("agenda@fil.example", "x1") == "agenda+x1@fil.example"

"""
Foreign calendars, read: `nasty/*.ics`, each beside what it should give.

The `.json` beside each file was worked out by hand from RFC 5545; `how` says how.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.reading import busy
from calendars.reading_lines import MOST_BYTES, MOST_COMPONENTS, Unreadable

NASTY = sorted((Path(__file__).parent / "nasty").glob("*.ics"))
FROM, TO = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", *lines, "END:VEVENT"]


def midnight(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), zone)


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        busy(content, FROM, TO, BRUSSELS)
    return refused.value.code


@pytest.mark.parametrize("path", NASTY, ids=lambda path: path.stem)
def test_a_nasty_file_gives_what_was_worked_out_by_hand(path: Path):
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    zone = ZoneInfo(told["timezone"])
    period = midnight(told["from"], zone), midnight(told["to"], zone)

    if "refused" in told:
        with pytest.raises(Unreadable) as refused:
            busy(path.read_bytes(), *period, zone)
        assert refused.value.code == told["refused"]
    else:
        found = busy(path.read_bytes(), *period, zone)
        assert [[f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in interval] for interval in found] == told["busy"]


def test_there_are_enough_nasty_files_and_none_is_left_out():
    assert len(NASTY) >= 20
    assert {path.stem for path in NASTY} == {path.stem for path in NASTY[0].parent.glob("*.json")}


def test_a_file_of_more_than_ten_mebibytes_is_refused_and_one_of_ten_is_read():
    note = "DESCRIPTION:" + "x" * 1000
    lines = event("DTSTART:20270111T080000Z", "DTEND:20270111T090000Z", *[note] * (MOST_BYTES // 1014 - 1))
    content = calendar(*lines)
    padded = content + b"\n" * (MOST_BYTES - len(content))

    assert busy(padded, FROM, TO, BRUSSELS) == [
        (datetime(2027, 1, 11, 8, tzinfo=UTC), datetime(2027, 1, 11, 9, tzinfo=UTC))
    ]
    assert refusal(padded + b"\n") == "TOO_LARGE"


def test_a_line_without_an_end_is_no_calendar_and_costs_nothing():
    assert refusal(b"BEGIN:VCALENDAR" + b"x" * 9_000_000) == "NOT_A_CALENDAR"
    assert refusal(calendar(*event("EXDATE:" + "20270111T080000Z," * 500_000))) == "TOO_MANY"


def test_folds_and_blank_lines_by_the_million_cost_nothing():
    assert refusal(b"BEGIN:VCALENDAR" + b"\n" * 5_000_000 + b"\n " * 2_000_000) == "BROKEN"


def test_more_components_than_a_person_has_appointments_are_refused():
    one = event("DTSTART:20260111T080000Z")
    alarms = ["BEGIN:VALARM", "END:VALARM"] * (MOST_COMPONENTS + 1)

    assert busy(calendar(*one * MOST_COMPONENTS), FROM, TO, BRUSSELS) == []
    assert busy(calendar("BEGIN:VEVENT", *alarms, "END:VEVENT"), FROM, TO, BRUSSELS) == []
    assert refusal(calendar(*one * (MOST_COMPONENTS + 1))) == "TOO_MANY"


def test_series_that_began_with_the_calendar_are_refused_together():
    """24 times a day since 1980, three times: 1.2 million occurrences before the period."""
    hours = ",".join(str(hour) for hour in range(24))
    ancient = event("DTSTART:19800101T000000Z", "DURATION:PT1H", f"RRULE:FREQ=DAILY;BYHOUR={hours}")

    assert len(busy(calendar(*ancient * 2), FROM, TO, BRUSSELS)) == 1
    assert refusal(calendar(*ancient * 3)) == "TOO_MANY"


def test_extra_dates_without_end_are_refused():
    dates = "RDATE:" + ",".join(["20270111T080000Z"] * 50_000)

    assert refusal(calendar(*event("DTSTART:20270111T080000Z", "DURATION:PT1H", *[dates] * 3))) == "TOO_MANY"


def test_thousands_of_exceptions_are_read():
    """A daily standing date of 14 years, of which one day is left."""
    first = datetime(2013, 2, 1, 8, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(6000)]
    left = datetime(2027, 1, 11, 8, tzinfo=UTC)
    exceptions = [f"EXDATE:{day:%Y%m%dT%H%M%SZ}" for day in days if day != left]
    content = calendar(*event(f"DTSTART:{first:%Y%m%dT%H%M%SZ}", "DURATION:PT1H", "RRULE:FREQ=DAILY", *exceptions))

    assert busy(content, FROM, TO, BRUSSELS) == [(left, left + timedelta(hours=1))]


def test_a_zone_of_one_file_means_nothing_in_the_next():
    zone = [
        *("BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
        *("TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE"),
    ]
    appointment = event("DTSTART;TZID=Ours:20270111T090000", "DURATION:PT1H")

    assert busy(calendar(*zone, *appointment), FROM, TO, BRUSSELS)[0][0] == datetime(2027, 1, 11, 4, tzinfo=UTC)
    assert busy(calendar(*appointment), FROM, TO, BRUSSELS)[0][0] == datetime(2027, 1, 11, 8, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+2500", "+01", "one hour", "", "+0175"])
def test_a_zone_that_cannot_be_made_out_is_the_reader_s(offset: str):
    zone = [
        *("BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
        *("TZOFFSETFROM:+0500", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE"),
    ]
    appointment = event("DTSTART;TZID=Ours:20270111T090000", "DURATION:PT1H")

    assert busy(calendar(*zone, *appointment), FROM, TO, BRUSSELS)[0][0] == datetime(2027, 1, 11, 8, tzinfo=UTC)


minutes = st.integers(0, 40 * 24 * 60)
appointments = st.lists(
    st.tuples(
        minutes, st.integers(-60, 3 * 24 * 60), st.sampled_from(["", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY"])
    ),
    max_size=8,
)
CET = timedelta(hours=1)


@given(appointments)
def test_what_is_taken_lies_in_the_period_in_order_and_apart(made: list[tuple[int, int, str]]):
    found = busy(written(made), FROM, TO, BRUSSELS)

    edges = [at for interval in found for at in interval]
    assert edges == sorted(set(edges))
    assert all(FROM <= at <= TO and at.utcoffset() == timedelta(0) for at in edges)


@given(appointments)
def test_every_moment_is_taken_that_an_appointment_takes_and_no_other(made: list[tuple[int, int, str]]):
    """January has no change of clock, so that repeats are whole days apart; looked at every 23 minutes."""
    found = busy(written(made), FROM, TO, BRUSSELS)

    taken = [
        (start + every * again, start + every * again + length)
        for start, length, rule in made
        for every, times in [
            {"": (0, 1), "RRULE:FREQ=DAILY;COUNT=3": (1440, 3), "RRULE:FREQ=WEEKLY": (7 * 1440, 7)}[rule]
        ]
        for again in range(times)
    ]
    for minute in range(0, 31 * 1440, 23):
        at = FROM + timedelta(minutes=minute)
        since = minute + 5 * 1440  # appointments count from 27 December
        assert any(start <= at < end for start, end in found) == any(start <= since < end for start, end in taken)


def written(made: list[tuple[int, int, str]]) -> bytes:
    """Appointments in minutes since 27 December, 0 UTC, on the clock of Brussels."""
    lines: list[str] = []
    for number, (start, length, rule) in enumerate(made):
        begins = datetime(2026, 12, 27, tzinfo=UTC) + timedelta(minutes=start) + CET
        ends = begins + timedelta(minutes=length)
        clock = [
            f"{name};TZID=Europe/Brussels:{at:%Y%m%dT%H%M%S}" for name, at in (("DTSTART", begins), ("DTEND", ends))
        ]
        lines += event(f"UID:{number}", *clock, *([rule] if rule else []))
    return calendar(*lines)


NAMES = st.sampled_from(["DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "EXDATE", "RDATE", "RECURRENCE-ID"])
PIECES = st.sampled_from(
    [
        *(
            "",
            "0",
            "00000000",
            "99991231",
            "20270111T080000",
            "P",
            "P9D",
            "-P1W",
            "/",
            "=",
            ":",
            "FREQ=DAILY",
            "FREQ=YEARLY",
        ),
        *(
            "BYDAY=53MO",
            "BYDAY=",
            "BYMONTHDAY=0",
            "BYWEEKNO=0",
            "BYSETPOS=400",
            "BYMONTH=13",
            "BYHOUR=25",
            "INTERVAL=-1",
        ),
        *("FREQ=YEARLY", "INTERVAL=-1", "COUNT=0", "UNTIL=1", "WKST=XX"),
    ]
)
REFUSALS = {"BROKEN", "BAD_TIME", "BAD_RULE", "TOO_FREQUENT", "TOO_MANY"}


@given(st.binary(max_size=300), NAMES)
def test_no_bytes_make_it_fall(value: bytes, name: str):
    assert read_or_refused(value, name) in {"read", *REFUSALS}


@given(st.lists(PIECES, max_size=4), st.sampled_from([",", ";", "/", ""]), NAMES)
def test_no_pieces_of_values_make_it_fall(pieces: list[str], between: str, name: str):
    assert read_or_refused(between.join(pieces).encode(), name) in {"read", *REFUSALS}


def read_or_refused(value: bytes, name: str) -> str:
    """What becomes of an event of which one line holds this value."""
    start = [] if name == "DTSTART" else [b"DTSTART:20270111T080000Z"]
    lines = [b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", *start, name.encode() + b":" + value, b"END:VEVENT", b"END:VCALENDAR"]
    try:
        busy(b"\r\n".join(lines), FROM, TO, BRUSSELS)
    except Unreadable as refused:
        return refused.code
    return "read"

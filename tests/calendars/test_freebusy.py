from __future__ import annotations

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from calendars.feed import Event, Series
from calendars.freebusy import FreeBusy, render, taken
from calendars.reading import busy
from calendars.recurrence import read_rule

BRUSSELS = "Europe/Brussels"
CHANGED = datetime(2027, 1, 2, 9, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


def event(start: datetime, end: datetime, **more) -> Event:
    return Event("u", CHANGED, 0, start, end, "Rencontre", **more)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((7, 8), [(7, 8), (9, 11)]),
        ((8, 9), [(8, 11)]),
        ((8, 10), [(8, 11)]),
        ((9, 10), [(9, 11)]),
        ((10, 11), [(9, 11)]),
        ((9, 11), [(9, 11)]),
        ((8, 12), [(8, 12)]),
        ((10, 12), [(9, 12)]),
        ((11, 12), [(9, 12)]),
        ((12, 13), [(9, 11), (12, 13)]),
    ],
)
def test_two_appointments_are_one_stretch_when_they_touch(second, expected):
    found = taken([event(at(12, 9), at(12, 11)), event(at(12, second[0]), at(12, second[1]))], [])

    assert found == [(at(12, start), at(12, end)) for start, end in expected]


def test_what_is_called_off_and_what_takes_whole_days_takes_no_time():
    day = Event("d", CHANGED, 0, at(12, 0).date(), at(13, 0).date(), "Fermé")

    assert taken([event(at(12, 9), at(12, 10), status="CANCELLED"), day], []) == []


def test_a_series_takes_its_local_hour_on_both_sides_of_the_clock_change():
    first = event(at(22, 9, month=3), at(22, 10, month=3))
    series = Series(first, read_rule("FREQ=WEEKLY;UNTIL=20270405T235959"), BRUSSELS)

    assert taken([], [series]) == [
        (at(22, 9, month=3), at(22, 10, month=3)),
        (at(29, 8, month=3), at(29, 9, month=3)),
        (at(5, 8, month=4), at(5, 9, month=4)),
    ]


def test_days_that_a_series_skips_or_calls_off_are_free():
    first = event(at(5, 9), at(5, 10))
    local = [datetime(2027, 1, day, 10) for day in (5, 12, 19)]  # noqa: DTZ001  (local)
    off = ((local[2], event(at(19, 9), at(19, 10), status="CANCELLED")),)
    series = Series(first, read_rule("FREQ=WEEKLY;UNTIL=20270119T235959"), BRUSSELS, (local[1],), off)
    over = Series(event(at(6, 9), at(6, 10), status="CANCELLED"), series.rule, BRUSSELS)

    assert taken([], [series, over]) == [(at(5, 9), at(5, 10))]


def test_a_free_busy_answer_is_read_back_as_the_same_hours():
    hours = ((at(12, 9), at(12, 11)), (at(13, 22), at(14, 1)))
    body = render(FreeBusy("one@elsewhere", CHANGED, at(1, 0), at(31, 0), hours))
    [part] = Calendar.from_ical(body).walk("VFREEBUSY")

    assert [(period.start, period.end) for period in periods(part)] == list(hours)
    assert busy(body, at(1, 0), at(31, 0), UTC) == list(hours)
    assert (part["UID"], part["DTSTAMP"].dt) == ("one@elsewhere", CHANGED)
    assert (part["DTSTART"].dt, part["DTEND"].dt) == (at(1, 0), at(31, 0))
    assert b"METHOD" not in body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def periods(part):
    found = part["FREEBUSY"]
    return [one for each in (found if isinstance(found, list) else [found]) for one in getattr(each, "dts", [each])]


def test_without_an_appointment_the_answer_is_the_period_alone():
    body = render(FreeBusy("one@elsewhere", CHANGED, at(1, 0), at(31, 0), ()))

    assert b"FREEBUSY:" not in body
    assert b"BEGIN:VFREEBUSY\r\n" in body

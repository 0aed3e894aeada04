from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.feed import Calendar, Event, Series, escaped, folded, render
from calendars.horizon import Horizon
from calendars.recurrence import Rule
from tests.calendars.builders import NINE, WRITTEN, event

FOUR = NINE + timedelta(hours=7)


def text_of(*events: Event, **more) -> str:
    return render(Calendar("Le Fil", "Europe/Brussels", events, **more)).decode()


def read_back(*events: Event):
    return icalendar.Calendar.from_ical(text_of(*events)).walk("VEVENT")


def test_an_empty_calendar_still_has_the_zone_of_its_territory():
    [zone] = icalendar.Calendar.from_ical(text_of()).walk("VTIMEZONE")

    assert zone["TZID"] == "Europe/Brussels"


@given(st.permutations(range(4)), st.permutations(range(3)))
def test_the_same_rows_give_the_same_bytes_whatever_their_order(order, skips):
    events = [event(uid=f"v{n}@fil.example", start=NINE + timedelta(hours=n // 2), end=FOUR) for n in range(4)]
    skipped = tuple(datetime(2027, 2, 2 + 7 * n, 9) for n in range(3))  # noqa: DTZ001  (local)
    series = [
        Series(event(uid=f"s{n}@fil.example"), Rule("FREQ=WEEKLY", until=datetime(2027, 4, 6, 9)), "Europe/Brussels")  # noqa: DTZ001
        for n in range(4)
    ]
    written = text_of(*events, series=tuple(replace(one, skipped=skipped) for one in series))

    assert written == text_of(
        *(events[n] for n in order),
        series=tuple(replace(series[n], skipped=tuple(skipped[m] for m in skips)) for n in order),
    )
    assert [str(one["UID"])[:2] for one in icalendar.Calendar.from_ical(written).walk("VEVENT")] == [
        *("s0", "s1", "s2", "s3", "v0", "v1"),
        *("v2", "v3"),
    ]


def test_nothing_that_tells_more_than_it_should_is_written():
    written = text_of(event())

    assert not any(
        name in written for name in ("METHOD", "ATTENDEE", "ORGANIZER", "GEO", "RDATE", "SOURCE", "LOCATION")
    )
    assert "CLASS:PRIVATE" in written


def test_what_is_called_off_takes_no_time():
    assert "TRANSP:OPAQUE" in text_of(event())
    assert "TRANSP:TRANSPARENT" in text_of(event(status="CANCELLED"))


def test_a_whole_day_is_a_date_and_takes_no_time():
    written = text_of(event(start=date(2027, 1, 12), end=date(2027, 1, 13)))

    assert "DTSTART;VALUE=DATE:20270112\r\nDTEND;VALUE=DATE:20270113\r\n" in written
    assert "TRANSP:TRANSPARENT" in written


def test_a_series_is_local_and_its_end_is_in_utc():
    rule = Rule("FREQ=WEEKLY;BYDAY=TU", until=datetime(2027, 4, 6, 9))  # noqa: DTZ001  (local)
    skipped = (datetime(2027, 1, 26, 9), datetime(2027, 1, 19, 9))  # noqa: DTZ001
    written = text_of(series=(Series(event(), rule, "Europe/Brussels", skipped),))

    assert "DTSTART;TZID=Europe/Brussels:20270112T090000\r\n" in written
    # 9 o'clock is 7 in UTC, as summer time began in between.
    assert "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20270406T070000Z\r\n" in written
    assert "EXDATE;TZID=Europe/Brussels:20270119T090000\r\nEXDATE;TZID=Europe/Brussels:20270126T090000\r\n" in written


def test_a_series_without_an_end_or_hours_is_refused():
    with pytest.raises(ValueError, match="has an end"):
        text_of(series=(Series(event(), Rule("FREQ=WEEKLY"), "Europe/Brussels"),))
    day = event(start=date(2027, 1, 12), end=date(2027, 1, 13))
    with pytest.raises(ValueError, match="has hours"):
        text_of(series=(Series(day, Rule("FREQ=WEEKLY", until=datetime(2027, 4, 6)), "Europe/Brussels"),))  # noqa: DTZ001


def test_the_zone_of_a_series_is_declared_beside_the_territorys():
    rule = Rule("FREQ=WEEKLY", until=datetime(2027, 4, 6, 9))  # noqa: DTZ001
    written = text_of(series=(Series(event(), rule, "Indian/Reunion"),))

    assert written.count("BEGIN:VTIMEZONE") == 2


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("two\r\nlines\rand\u2028more", "two\\nlines\\nand\\nmore"),
        ("tab\tbell\x07 and \ud800", "tab bell and "),
        ("Zoé ’ አማርኛ 🌱", "Zoé ’ አማርኛ 🌱"),
    ],
)
def test_texts_are_escaped(text, written):
    assert escaped(text) == written


@given(st.text(max_size=200))
def test_no_text_makes_a_line_too_long_or_ends_it_early(text):
    written = text_of(event(summary=text))

    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert "\n" not in written.replace("\r\n", "")
    assert written.count("\r\nSTATUS:") == 1


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_folding_only_adds_line_ends(line):
    assert folded(line).replace("\r\n ", "") == line
    assert all(len(piece.encode()) <= 75 for piece in folded(line).split("\r\n"))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 2880),
    st.integers(0, 99),
    st.sampled_from(["TENTATIVE", "CONFIRMED", "CANCELLED"]),
)
def test_an_event_is_read_back_as_it_was_written(start, minutes, sequence, status):
    start = start.replace(microsecond=0)
    end = start + timedelta(minutes=minutes)
    [found] = read_back(event(start=start, end=end, sequence=sequence, status=status))

    assert (found["DTSTART"].dt, found["DTEND"].dt) == (start, end)
    assert (found["SEQUENCE"], found["STATUS"], found["UID"]) == (sequence, status, "v1@fil.example")
    assert found["DTSTAMP"].dt == found["LAST-MODIFIED"].dt == WRITTEN


def test_the_horizon_moves_on_mondays():
    sunday, monday = Horizon.of(date(2027, 1, 10), "Europe/Brussels"), Horizon.of(date(2027, 1, 11), "Europe/Brussels")

    assert sunday == Horizon.of(date(2027, 1, 4), "Europe/Brussels")
    assert (sunday.first_day, sunday.last_day) == (date(2026, 12, 5), date(2027, 7, 5))
    assert monday.begins == datetime(2026, 12, 11, 23, tzinfo=UTC)
    assert monday.ends == datetime(2027, 7, 12, 22, tzinfo=UTC)
    assert monday.moved == datetime(2027, 1, 10, 23, tzinfo=UTC)

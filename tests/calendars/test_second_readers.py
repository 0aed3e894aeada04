"""What we write, read by programs that are not ours and not each other's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.feed import Calendar, Series, render
from calendars.recurrence import Rule, in_utc, occurrences
from calendars.timezones import ZONES
from tests.calendars.builders import event
from tests.calendars.readers import Read, ical_js, with_icalendar, with_vobject

GOLDEN = Path(__file__).parents[1] / "golden"
OF_CALENDARS = {
    *("VERSION", "PRODID", "CALSCALE", "NAME", "REFRESH-INTERVAL"),
    *("X-WR-CALNAME", "X-WR-TIMEZONE", "X-PUBLISHED-TTL"),
}
OF_EVENTS = {
    *("UID", "DTSTAMP", "DTSTART", "DTEND", "RRULE", "EXDATE", "SUMMARY", "LOCATION"),
    *("STATUS", "SEQUENCE", "LAST-MODIFIED", "CLASS", "TRANSP"),
}
AWKWARD = st.text(st.sampled_from("\\;,:\"'nN\r\n\t\u2028 =éß’🌱አ"), max_size=120)


@pytest.fixture(scope="module")
def with_ical_js() -> Iterator[Read]:
    with ical_js() as read:
        yield read


def series(zone: str, rule: Rule, first: datetime, skipped: tuple[datetime, ...] = ()) -> Series:
    start = in_utc(first, zone)
    return Series(event(start=start, end=start + timedelta(hours=1)), rule, zone, skipped)


def plain(text: str) -> str:
    """A text as any calendar may hold it: one kind of line end, no control characters."""
    lines = text.replace("\r\n", "\n").translate(dict.fromkeys((11, 12, 13, 133, 8232, 8233), "\n"))
    kept = (c for c in lines.replace("\t", " ") if c == "\n" or not (c < " " or "\x7f" <= c <= "\x9f"))
    return "".join(kept)


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.ics")))
def test_three_readers_understand_the_same_of_each_golden_feed(with_ical_js, name):
    feed = (GOLDEN / f"{name}.ics").read_bytes()
    ours = with_icalendar(feed)

    assert ours.entries
    assert with_ical_js(feed).entries == with_vobject(feed).entries == ours.entries
    assert with_ical_js(feed).occurrences == with_vobject(feed).occurrences


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.ics")))
def test_a_golden_feed_holds_none_but_these_properties(name):
    found = icalendar.Calendar.from_ical((GOLDEN / f"{name}.ics").read_bytes())

    assert set(found) <= OF_CALENDARS
    assert {property_ for event in found.walk("VEVENT") for property_ in event} <= OF_EVENTS
    assert {part.name for part in found.walk()} <= {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT"}


@settings(max_examples=60)
@given(st.one_of(AWKWARD, st.text(st.characters(exclude_categories=["Cs"]), max_size=200)), AWKWARD)
def test_any_text_reaches_every_reader_as_it_was(with_ical_js, summary, location):
    feed = render(Calendar("Le Fil", "Europe/Brussels", (event(summary=summary, location=location),)))

    for understood in (with_ical_js(feed), with_vobject(feed), with_icalendar(feed)):
        [entry] = understood.entries
        assert (entry.summary, entry.location) == (plain(summary), plain(location))


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(ZONES)),
    st.sampled_from(["FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=DAILY"]),
    st.datetimes(datetime(2026, 12, 1), datetime(2027, 10, 20)),  # noqa: DTZ001  (local)
    st.sets(st.integers(0, 30), max_size=4),
)
def test_other_readers_find_the_occurrences_of_a_series_by_our_rules_of_the_zone(with_ical_js, zone, rule, at, skips):
    begin = at.replace(hour=max(at.hour, 4), second=0, microsecond=0)
    found = list(occurrences(Rule(rule, until=begin + timedelta(days=120)), begin))
    left_out = tuple(found[n] for n in skips if 0 < n < len(found))
    feed = render(
        Calendar("Le Fil", "Europe/Brussels", series=(series(zone, Rule(rule, found[-1]), found[0], left_out),))
    )
    wanted = [in_utc(start, zone).isoformat() for start in found if start not in left_out]

    assert with_ical_js(feed).occurrences == wanted
    assert with_vobject(feed).occurrences == wanted


@pytest.mark.parametrize("changes", [date(2027, 3, 28), date(2027, 10, 31)])
def test_a_day_called_off_beside_a_change_of_clock_is_found_by_every_reader(with_ical_js, changes):
    first = datetime.combine(changes - timedelta(days=7), datetime.min.time()).replace(hour=10)
    called_off = first + timedelta(days=14)
    rule = Rule("FREQ=WEEKLY;BYDAY=SU", until=first + timedelta(days=21))
    start = in_utc(called_off, "Europe/Paris")
    off = event(start=start, end=start + timedelta(hours=1), summary="Annulé : Café", status="CANCELLED", sequence=1)
    told = Series(series("Europe/Paris", rule, first).first, rule, "Europe/Paris", cancelled=((called_off, off),))
    feed = render(Calendar("Le Fil", "Europe/Paris", series=(told,)))

    for understood in (with_ical_js(feed), with_vobject(feed), with_icalendar(feed)):
        master, cancelled = understood.entries
        assert (master.replaces, cancelled.replaces) == (None, start.isoformat())
        assert (cancelled.start, cancelled.status, cancelled.sequence) == (start.isoformat(), "CANCELLED", 1)

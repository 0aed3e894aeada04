"""
A calendar as bytes: RFC 5545 with the names of RFC 7986.

Our own writer, and `icalendar` as the reader in tests, because where a feed must be stable icalendar 7.3 is not:
it makes up a UID and a DTSTAMP of now for events that lack them, writes zones as lists of dates
(see `calendars/timezones.py`), and leaves VALUE out of REFRESH-INTERVAL; it is also slower by far
(`docs/decisions/0017-what-writes-calendars.md`). Equal values give equal bytes here, so that an ETag holds. Texts
arrive translated, and what may be said is decided by whoever calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from calendars.recurrence import Rule, in_utc, occurrences
from calendars.timezones import vtimezone

Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

# Part of every feed ever sent; no build number, or each release would change every ETag.
PRODID = "-//Le Fil//Agenda//FR"
_ESCAPES = {
    **{char: f"\\{char}" for char in "\\;,"},
    **dict.fromkeys(("\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"), "\\n"),
    "\t": " ",
}
_TO_ESCAPE = re.compile("\r\n|[\\\\;,\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# How often clients that listen should come back; the others have their own rhythm.
REFRESH = "PT1H"


@dataclass(frozen=True)
class Event:
    """
    One entry.

    Parameters
    ----------
    uid
        Made once and stored; never changes, also when the visit moves.
    changed
        The row's last change, in UTC: DTSTAMP and LAST-MODIFIED.
    sequence
        Raised by time, place or status; clients keep the highest one (RFC 5545, 3.8.7.4).
    start, end
        Moments with a zone, or days (`end` is the day after the last one).
    location
        Empty = none.
    """

    uid: str
    changed: datetime
    sequence: int
    start: datetime | date
    end: datetime | date
    summary: str
    status: Status = "CONFIRMED"
    location: str = ""


@dataclass(frozen=True)
class Series:
    """
    An entry that comes back at the same local time.

    Parameters
    ----------
    first
        Its first occurrence; the series ends by `rule.until`, which must be set.
    zone
        IANA name; local times are in it.
    skipped
        Local starts without an occurrence (EXDATE).
    cancelled
        Local starts called off after they were published, each an event of its own with RECURRENCE-ID.
    """

    first: Event
    rule: Rule
    zone: str
    skipped: tuple[datetime, ...] = ()
    cancelled: tuple[tuple[datetime, Event], ...] = ()

    def local(self, moment: datetime | date) -> datetime:
        """One of its moments as the clock there shows it, without a zone."""
        if not isinstance(moment, datetime):
            raise TypeError("a series has hours")
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def starts(self) -> Iterator[datetime]:
        """Local starts of all occurrences, also of those that are skipped or called off."""
        return occurrences(self.rule, self.local(self.first.start))


@dataclass(frozen=True)
class Calendar:
    """What one address shows; `zone` is the territory's, and its VTIMEZONE is always there, also without events."""

    name: str
    zone: str
    events: tuple[Event, ...] = ()
    series: tuple[Series, ...] = ()

    @property
    def changed(self) -> datetime | None:
        """The last change of what it shows; None when it shows nothing."""
        return max((event.changed for event in (*self.events, *(one.first for one in self.series))), default=None)


def render(calendar: Calendar) -> bytes:
    """The calendar as iCalendar: CRLF, at most 75 octets a line, components in one order."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        f"NAME:{escaped(calendar.name)}",
        f"X-WR-CALNAME:{escaped(calendar.name)}",
        f"X-WR-TIMEZONE:{calendar.zone}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for zone in sorted({calendar.zone, *(series.zone for series in calendar.series)}):
        lines += vtimezone(zone)
    parts = [(event, event_lines(event)) for event in calendar.events]
    parts += [(series.first, series_lines(series)) for series in calendar.series]
    for _, part in sorted(parts, key=lambda part: _order(part[0])):
        lines += part
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def event_lines(event: Event) -> list[str]:
    """A VEVENT in UTC, or of whole days."""
    return _vevent(event, [_when("DTSTART", event.start), _when("DTEND", event.end)])


def series_lines(series: Series) -> list[str]:
    """A VEVENT with its rule in local time, and one for each occurrence called off."""
    if series.rule.until is None:
        raise ValueError("a series in a feed has an end")
    # UNTIL is in UTC as DTSTART has a zone (RFC 5545, 3.3.10).
    rules = [f"RRULE:{series.rule.pattern};UNTIL={_utc(in_utc(series.rule.until, series.zone))}"]
    # One EXDATE a line: some clients read the first date of a list only.
    rules += [f"EXDATE;TZID={series.zone}:{_local(skipped)}" for skipped in sorted(series.skipped)]
    lines = _vevent(series.first, [*_span(series.first, series.zone), *rules])
    for start, event in sorted(series.cancelled, key=lambda pair: pair[0]):
        recurrence = f"RECURRENCE-ID;TZID={series.zone}:{_local(start)}"
        lines += _vevent(event, [recurrence, *_span(event, series.zone)])
    return lines


def escaped(text: str) -> str:
    """
    A TEXT value (3.3.11).

    Every kind of line end becomes the one that is allowed, a tab becomes a blank, and other control characters go.
    """
    return _TO_ESCAPE.sub(lambda found: _ESCAPES.get(found[0], ""), text)


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets (3.1), never inside a character."""
    if len(line) <= 75 and (line.isascii() or len(line.encode()) <= 75):
        return line
    octets = line.encode()
    pieces: list[bytes] = []
    begin, room = 0, 75
    while len(octets) - begin > room:
        end = begin + room
        while octets[end] & 0b1100_0000 == 0b1000_0000:  # within a character
            end -= 1
        pieces.append(octets[begin:end])
        begin, room = end, 74  # after the blank that begins a continued line
    return b"\r\n ".join([*pieces, octets[begin:]]).decode()


def _vevent(event: Event, when: Iterable[str]) -> list[str]:
    changed = _utc(event.changed)
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{changed}",
        *when,
        f"SUMMARY:{escaped(event.summary)}",
        *([f"LOCATION:{escaped(event.location)}"] if event.location else []),
        f"STATUS:{event.status}",
        f"SEQUENCE:{event.sequence}",
        f"LAST-MODIFIED:{changed}",
        "CLASS:PRIVATE",
        # What is called off takes nobody's time.
        f"TRANSP:{'TRANSPARENT' if event.status == 'CANCELLED' or not _timed(event.start) else 'OPAQUE'}",
        "END:VEVENT",
    ]


def _span(event: Event, zone: str) -> list[str]:
    if not isinstance(event.start, datetime) or not isinstance(event.end, datetime):
        raise ValueError("a series has hours")
    here = ZoneInfo(zone)
    return [
        f"DTSTART;TZID={zone}:{_local(event.start.astimezone(here))}",
        f"DTEND;TZID={zone}:{_local(event.end.astimezone(here))}",
    ]


def _when(name: str, value: datetime | date) -> str:
    return f"{name}:{_utc(value)}" if isinstance(value, datetime) else f"{name};VALUE=DATE:{value:%Y%m%d}"


def _timed(value: datetime | date) -> bool:
    return isinstance(value, datetime)


def _utc(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _local(value: datetime) -> str:
    return f"{value:%Y%m%dT%H%M%S}"


def _order(event: Event) -> tuple[str, str]:
    start = event.start
    return (_utc(start) if isinstance(start, datetime) else f"{start:%Y%m%d}", event.uid)

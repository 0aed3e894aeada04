"""Taken time as merged intervals: neither how many appointments there are nor of what kind shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from calendars.feed import PRODID, Event, Series, escaped, folded
from calendars.reading import Interval, merged
from calendars.recurrence import in_utc


@dataclass(frozen=True)
class FreeBusy:
    """
    When somebody is taken in a period.

    Parameters
    ----------
    uid
        Made once; the same for every answer of one address.
    changed
        The last change of what is behind it, in UTC: DTSTAMP.
    begins, ends
        The period that is spoken of; outside of it nothing is said.
    taken
        In UTC, in order, none touching the next.
    """

    uid: str
    changed: datetime
    begins: datetime
    ends: datetime
    taken: tuple[Interval, ...]


def taken(events: Iterable[Event], series: Iterable[Series]) -> list[Interval]:
    """The time that entries take, in UTC, merged also where one begins as another ends; whole days take none."""
    return merged([*_of_events(events), *(one for each in series for one in _of_series(each))])


def render(freebusy: FreeBusy) -> bytes:
    """A VFREEBUSY (RFC 5545, 3.6.4), without METHOD, as it is read and not sent: CRLF, at most 75 octets a line."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        "BEGIN:VFREEBUSY",
        f"UID:{escaped(freebusy.uid)}",
        f"DTSTAMP:{_utc(freebusy.changed)}",
        f"DTSTART:{_utc(freebusy.begins)}",
        f"DTEND:{_utc(freebusy.ends)}",
        # One period a line: some clients read the first of a list only.
        *(f"FREEBUSY;FBTYPE=BUSY:{_utc(start)}/{_utc(end)}" for start, end in freebusy.taken),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def _of_events(events: Iterable[Event]) -> Iterator[Interval]:
    for event in events:
        if event.status != "CANCELLED" and isinstance(event.start, datetime) and isinstance(event.end, datetime):
            yield event.start.astimezone(UTC), event.end.astimezone(UTC)


def _of_series(series: Series) -> Iterator[Interval]:
    if series.first.status == "CANCELLED":
        return
    off = {*series.skipped, *(start for start, _ in series.cancelled)}
    length = _length(series)
    for start in series.starts():
        if start not in off:
            yield in_utc(start, series.zone), in_utc(start + length, series.zone)


def _length(series: Series) -> timedelta:
    first, last = series.local(series.first.start), series.local(series.first.end)
    return last - first


def _utc(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"

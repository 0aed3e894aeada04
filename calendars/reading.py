"""
When somebody is taken, from a calendar of another program: intervals and nothing else.

Titles, places, people and notes are not even taken apart. A file that could hold the machine is refused before
anything is worked out; whoever calls does it in a process with limits all the same (`service/busy_process.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from calendars.reading_lines import Component, read_components
from calendars.reading_rules import Work
from calendars.reading_series import Entry, Interval, Period, free_busy, read_entry, taken_by
from calendars.reading_times import Zones
from calendars.uids import is_own


def busy(content: bytes, begins: datetime, ends: datetime, zone: tzinfo) -> list[Interval]:
    """
    What a calendar takes of a period: merged, in order, in UTC, cut to `[begins, ends)`.

    Parameters
    ----------
    begins, ends
        Moments with a zone.
    zone
        Floating times and whole days are in it.

    Raises
    ------
    Unreadable
        With its code: TOO_LARGE, NOT_A_CALENDAR, BROKEN, TOO_MANY, TOO_FREQUENT, BAD_RULE, BAD_TIME.
    """
    period = Period(begins.astimezone(UTC), ends.astimezone(UTC), zone)
    return merged(
        (max(start, period.begins), min(end, period.ends))
        for start, end in _taken(read_components(content), period)
        if period.holds(start, end)
    )


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in as few intervals as possible, in order; touching ones become one."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _taken(calendars: Iterable[Component], period: Period) -> Iterator[Interval]:
    work = Work()
    by_uid: dict[str, list[Entry]] = {}
    for place, calendar in enumerate(calendars):
        zones = Zones.of(calendar, period.zone)
        called_off = calendar.text("METHOD").upper() == "CANCEL"
        for number, part in enumerate(calendar.parts):
            uid = part.text("UID")
            if is_own(uid):
                continue
            if part.name == "VFREEBUSY":
                yield from free_busy(part, zones, period, work)
            elif part.name == "VEVENT":
                entry = read_entry(part, zones, called_off, period)
                if entry is not None:
                    # Without a UID it stands for itself.
                    by_uid.setdefault(uid or f" {place} {number}", []).append(entry)
    for entries in by_uid.values():
        yield from taken_by(entries, period, work)

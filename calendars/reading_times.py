"""
Moments of a foreign calendar: what a date, an hour and the name of a zone mean (RFC 5545, 3.3.4 to 3.3.6, 3.6.5).

A zone is looked for under its IANA name, then under its Windows name (the table of Unicode CLDR, as `icalendar` carries
it), then in the file's own VTIMEZONE, read by `dateutil`. A zone that nobody knows is the calendar's (X-WR-TIMEZONE),
else the reader's. Known names come first because files often describe one year of a zone only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache
from io import StringIO
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from dateutil.tz import tzical
from icalendar.prop import vDate, vDatetime, vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calendars.reading_lines import Component, Property, Unreadable

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Outside these years nothing is converted: no period that is asked for lies there."""
LAST = datetime(9999, 12, 31, tzinfo=UTC)
NO_TIME = timedelta(0)
MOST_CHANGES = 1000
"""Clock changes that a zone of a file may list one by one."""
_OFFSET = re.compile(r"[+-]?([01]\d|2[0-3])[0-5]\d([0-5]\d)?")
_LEAP_SECOND = re.compile(r"(T\d{4})60(Z?)$")
"""Taken for the second before it (RFC 5545, 3.3.12)."""
_RULE_OF_ZONE = frozenset(("FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"))


@dataclass(frozen=True)
class Time:
    """
    A point in time as it was written.

    Parameters
    ----------
    local
        On the clock of `zone`; midnight of a whole day.
    zone
        None = none was written, so it goes by the zone of its event, else of the reader.
    whole_day
        Only the day was written.
    """

    local: datetime
    zone: tzinfo | None
    whole_day: bool = False


@dataclass(frozen=True)
class Length:
    """A DURATION: days on the calendar, of 23 to 25 hours, and time that passes."""

    days: timedelta
    rest: timedelta


@dataclass
class Zones:
    """
    What the names of zones mean in one calendar.

    Parameters
    ----------
    own
        The calendar's zone, for names that nobody knows.
    described
        Its VTIMEZONE components by TZID.
    """

    own: tzinfo
    described: dict[str, Component]
    found: dict[str, tzinfo] = field(default_factory=dict[str, tzinfo])

    @classmethod
    def of(cls, calendar: Component, reader: tzinfo) -> Zones:
        described = {part.text("TZID"): part for part in calendar.parts if part.name == "VTIMEZONE"}
        zones = cls(reader, described)
        name = calendar.text("X-WR-TIMEZONE")
        if name:
            zones.own = zones.zone(name)
        return zones

    def zone(self, name: str) -> tzinfo:
        name = name.strip()
        if name not in self.found:
            known = known_zone(name)
            if known is None and name in self.described:
                known = _described(self.described[name])
            self.found[name] = known or self.own
        return self.found[name]

    def time(self, text: str, parameters: dict[str, str]) -> Time:
        """
        One date, or date and hour.

        Raises
        ------
        Unreadable
            BAD_TIME.
        """
        text = _LEAP_SECOND.sub(r"\g<1>59\2", text.strip().upper())
        try:
            if len(text) == 8:
                day = vDate.from_ical(text)  # pyright: ignore[reportUnknownMemberType]
                return Time(datetime.combine(day, time()), None, whole_day=True)
            moment = cast("datetime", vDatetime.from_ical(text))  # pyright: ignore[reportUnknownMemberType]
        except ValueError as error:
            raise Unreadable("BAD_TIME") from error
        if text.endswith("Z"):
            return Time(moment.replace(tzinfo=None), UTC)
        name = parameters.get("TZID")
        return Time(moment.replace(tzinfo=None), self.zone(name) if name else None)

    def times(self, lists: Iterable[Property]) -> list[Time]:
        """The dates of EXDATE and the like, several on a line."""
        return [self.time(text, line.parameters) for line in lists for text in line.value.split(",") if text.strip()]

    def spans(self, lists: Iterable[Property]) -> list[tuple[Time, Time | Length]]:
        """Periods: a start with an end or a length."""
        found: list[tuple[Time, Time | Length]] = []
        for line in lists:
            for text in filter(str.strip, line.value.split(",")):
                start, _, end = text.strip().upper().partition("/")
                read = length(end) if end.lstrip("+-").startswith("P") else self.time(end, line.parameters)
                found.append((self.time(start, line.parameters), read))
        return found


def length(text: str) -> Length:
    """
    A DURATION.

    Raises
    ------
    Unreadable
        BAD_TIME.
    """
    text = text.strip().upper()
    days, _, rest = text.partition("T")
    try:
        whole = vDuration.from_ical(text)  # pyright: ignore[reportUnknownMemberType]
        by_days = vDuration.from_ical(days)  # pyright: ignore[reportUnknownMemberType]
    except (ValueError, OverflowError) as error:
        raise Unreadable("BAD_TIME") from error
    return Length(by_days, whole - by_days) if rest else Length(whole, NO_TIME)


def in_utc(local: datetime, zone: tzinfo) -> datetime:
    """
    The moment of a local time.

    An hour that does not exist goes by the offset before it, one that comes twice is its first pass (3.3.5).
    """
    if not FIRST_YEAR < local.year < LAST_YEAR:
        return local.replace(tzinfo=UTC)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    before = (local - timedelta(days=1)).replace(tzinfo=zone).utcoffset() or NO_TIME
    return (local - before).replace(tzinfo=UTC)


def later(moment: datetime, by: timedelta) -> datetime:
    """Moved by this, at most to the end of all calendars."""
    try:
        return moment + by
    except OverflowError:
        return LAST.replace(tzinfo=moment.tzinfo) if by > NO_TIME else datetime.min.replace(tzinfo=moment.tzinfo)


def rule_parts(rule: str) -> dict[str, str]:
    """FREQ, INTERVAL and the others, in capitals."""
    parts: dict[str, str] = {}
    for part in rule.strip().upper().strip(";").split(";"):
        name, _, value = part.partition("=")
        parts[name.strip()] = value.strip()
    return parts


def known_zone(name: str) -> tzinfo | None:
    """The zone of an IANA or Windows name, also behind the name of a program (`/mozilla.org/…/Europe/Paris`)."""
    parts = name.strip("/").split("/")
    if len(parts) > 10:
        return None
    for start in range(len(parts)):
        tail = "/".join(parts[start:]).lower()
        key = _names().get(tail)
        if key:
            return ZoneInfo(key)
    return None


@cache
def _names() -> dict[str, str]:
    windows = {name.lower(): key for name, key in WINDOWS_TO_OLSON.items()}
    return {**windows, **{key.lower(): key for key in available_timezones()}}


def _described(component: Component) -> tzinfo | None:
    """The zone that a file describes; None when it cannot be made out."""
    lines = ["BEGIN:VTIMEZONE", "TZID:described"]
    for season in component.parts:
        if season.name not in ("STANDARD", "DAYLIGHT"):
            continue
        if not all(_OFFSET.fullmatch(season.text(name)) for name in ("TZOFFSETFROM", "TZOFFSETTO")):
            return None
        dates = [text for line in season.every("RDATE") for text in line.value.split(",")]
        if len(dates) > MOST_CHANGES:
            raise Unreadable("TOO_MANY")
        lines += [
            f"BEGIN:{season.name}",
            *(f"{name}:{season.text(name)}" for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO")),
            *(f"RRULE:{_yearly(line.value)}" for line in season.every("RRULE")[:1]),
            *(f"RDATE:{text.strip()}" for text in dates),
            f"END:{season.name}",
        ]
    try:
        return tzical(StringIO("\n".join([*lines, "END:VTIMEZONE"]))).get()
    except (ValueError, OverflowError, TypeError):
        return None


def _yearly(rule: str) -> str:
    parts = rule_parts(rule)
    if parts.get("FREQ") != "YEARLY" or not parts.keys() <= _RULE_OF_ZONE or parts.get("INTERVAL", "1") != "1":
        raise Unreadable("BAD_RULE")
    return ";".join(f"{name}={value}" for name, value in parts.items())

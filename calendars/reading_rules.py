"""
The rules of foreign series (RFC 5545, 3.3.10): `dateutil` finds the dates, after what would hold a machine is refused.

`calendars/recurrence.py` reads the rules of partners' tables, which are fewer and stricter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from itertools import islice, takewhile
from math import prod

from dateutil.rrule import rrulestr

from calendars.reading_lines import Property, Unreadable
from calendars.reading_times import FIRST_YEAR, LAST_YEAR, Zones, rule_parts

MOST_VALUES = 50
"""Of one BY part."""
MOST_A_DAY = 24
STEPS_A_DATE = 10
MOST_STEPS = 1_000_000
"""Occurrences looked at in a whole file, from the first of each series on: some four seconds."""

_FREQUENCIES = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
_TOO_FREQUENT = frozenset(("HOURLY", "MINUTELY", "SECONDLY"))
_BY = {
    "BYSECOND": r"\d+",
    "BYMINUTE": r"\d+",
    "BYHOUR": r"\d+",
    "BYDAY": r"[+-]?\d{0,2}(MO|TU|WE|TH|FR|SA|SU)",
    "BYMONTHDAY": r"[+-]?\d+",
    "BYYEARDAY": r"[+-]?\d+",
    "BYWEEKNO": r"[+-]?\d+",
    "BYMONTH": r"\d+",
    "BYSETPOS": r"[+-]?\d+",
}
_NAMES = frozenset(("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", *_BY))


class Work:
    """How much one file may ask for: steps from date to date."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise Unreadable("TOO_MANY")

    def take_up(self, lists: Iterable[Property]) -> None:
        """Dates that are listed one by one; each has to be read."""
        self.spend(STEPS_A_DATE * sum(1 + line.value.count(",") for line in lists))


@dataclass(frozen=True)
class ForeignRule:
    """A rule that may be asked for its dates; `until` is local, included."""

    pattern: str
    until: datetime | None
    count: int | None

    def starts(self, first: datetime, last: datetime, work: Work) -> Iterator[datetime]:
        """
        Local starts up to `last`, in order; the first one always counts as such, whether it fits the rule or not.

        Raises
        ------
        Unreadable
            BAD_RULE, TOO_MANY.
        """
        end = last if self.until is None else min(last, self.until)
        found = takewhile(lambda start: start <= end, islice(self._all(first), self.count))
        for start in found:
            work.spend()
            yield start

    def _all(self, first: datetime) -> Iterator[datetime]:
        yield first
        try:
            dates = rrulestr(self.pattern, dtstart=first)
        except (ValueError, OverflowError) as error:
            raise Unreadable("BAD_RULE") from error
        yield from (start for start in dates if start != first)


def read_foreign_rule(text: str, zone: tzinfo, zones: Zones) -> ForeignRule:
    """
    Look at a rule before it is asked for anything.

    Raises
    ------
    Unreadable
        TOO_FREQUENT, TOO_MANY, BAD_RULE, BAD_TIME.
    """
    parts = rule_parts(text)
    if parts.get("FREQ") in _TOO_FREQUENT:
        raise Unreadable("TOO_FREQUENT")
    if parts.get("FREQ") not in _FREQUENCIES or not parts.keys() <= _NAMES:
        raise Unreadable("BAD_RULE")
    until = parts.pop("UNTIL", None)
    count = parts.pop("COUNT", None)
    lists = {name: parts[name].split(",") for name in _BY if name in parts}
    if any(len(values) > MOST_VALUES for values in lists.values()):
        raise Unreadable("TOO_MANY")
    if not all(re.fullmatch(_BY[name], value.strip()) for name, values in lists.items() for value in values):
        raise Unreadable("BAD_RULE")
    # A daily rule that names hours, minutes and seconds is one that comes every second.
    if prod(len(set(lists.get(name, "0"))) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")) > MOST_A_DAY:
        raise Unreadable("TOO_FREQUENT")
    # With an interval of 0 `dateutil` never comes back.
    if not _positive(parts.get("INTERVAL", "1")) or not _positive(count or "1"):
        raise Unreadable("BAD_RULE")
    pattern = ";".join(f"{name}={value}" for name, value in parts.items())
    return ForeignRule(pattern, _until(until, zone, zones) if until else None, int(count) if count else None)


def _positive(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) < 19 and int(number) > 0


def _until(text: str, zone: tzinfo, zones: Zones) -> datetime:
    last = zones.time(text, {})
    if last.whole_day:
        return datetime.combine(last.local, time.max)
    if last.zone is not None and FIRST_YEAR < last.local.year < LAST_YEAR:
        return last.local.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return last.local

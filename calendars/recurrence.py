"""Series: reading a recurrence rule, and the days it falls on (RFC 5545, 3.3.10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

# FREQ comes first in what is written: some readers rely on it (RFC 5545, 3.3.10).
_NAMES = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
_FREQUENCIES = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
ANY_DAY = datetime(2027, 1, 4)  # noqa: DTZ001  (local; to try a pattern)


@dataclass(frozen=True)
class Rule:
    """
    When a series comes back.

    Parameters
    ----------
    pattern
        FREQ, INTERVAL and BY parts, in one order.
    until
        Last local time, included, without a zone; None = no such end.
    count
        Number of occurrences; None = no such end.
    """

    pattern: str
    until: datetime | None = None
    count: int | None = None


def read_rule(text: str, zone: str = "UTC") -> Rule:
    """
    Read an RRULE as partners write it: `UNTIL` is local there, or in UTC when it ends in Z.

    Raises
    ------
    ValueError
        When it cannot be read, or comes back more often than daily.
    """
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        parts[name] = value
    if not parts.keys() <= set(_NAMES) or parts.get("FREQ") not in _FREQUENCIES or {"UNTIL", "COUNT"} <= parts.keys():
        raise ValueError(f"this is not a rule of a series: {text!r}")
    until = _until(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    rule = Rule(";".join(f"{name}={parts[name]}" for name in _NAMES if name in parts), until, count)
    if count == 0 or next(occurrences(replace(rule, until=None), ANY_DAY), None) is None:
        raise ValueError(f"this series never takes place: {text!r}")
    return rule


def weekly(weekday: int, until: datetime | None = None) -> Rule:
    """Every week on this day; 1 = Monday … 7 = Sunday."""
    return Rule(f"FREQ=WEEKLY;BYDAY={('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[weekday - 1]}", until)


def occurrences(rule: Rule, start: datetime, *, last_day: date = date(9999, 12, 31)) -> Iterator[datetime]:
    """
    Local starts of a series, in order, up to the end of `last_day`.

    `start` is local, without a zone, so that ten o'clock stays ten o'clock when the clock changes. It need not be an
    occurrence itself.
    """
    count = f";COUNT={rule.count}" if rule.count else ""
    for found in rrulestr(f"{rule.pattern}{count}", dtstart=start):
        if found.date() > last_day or (rule.until is not None and found > rule.until):
            return
        yield found


def within(rule: Rule, start: datetime, first_day: date, last_day: date) -> tuple[Rule, datetime] | None:
    """
    The part of a series that falls in a period, as a rule of its own: None when nothing falls in it.

    Starting at a later occurrence keeps the rhythm, since an occurrence lies in a week, month or year that counts.
    The result ends by `until`, never by a count.
    """
    shown = [found for found in occurrences(rule, start, last_day=last_day) if found.date() >= first_day]
    if not shown:
        return None
    return replace(rule, until=shown[-1], count=None), shown[0]


def in_utc(local: datetime, zone: str) -> datetime:
    """The moment of a local time; in the hour that comes twice, its first pass."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _until(text: str, zone: str) -> datetime:
    if len(text) == 8:
        return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))  # noqa: DTZ007  (a day)
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007  (local, by its meaning)

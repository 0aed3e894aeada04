"""Weekly windows laid on real dates: who is free when, and when two owners are free together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

HORIZON_DAYS = 28  # four weeks, as far as a plan of visits goes

Span = tuple[int, int]
"""Minutes since midnight, half-open."""
Days = tuple[tuple[Span, ...], ...]
"""Free spans of each day of a period, in order."""


@dataclass(frozen=True)
class Window:
    """
    A weekly window in local time, half-open, in minutes since midnight.

    Parameters
    ----------
    recurrence
        `weekly`, `odd_weeks` or `even_weeks` (ISO week number).
    valid_from, valid_until
        First and last day on which it holds; None: no end.
    """

    weekday: int
    start: int
    end: int
    valid_from: date
    recurrence: str = "weekly"
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"weekday {self.weekday} is not between 1 (Monday) and 7 (Sunday)")
        if not 0 <= self.start < self.end <= 1440:
            raise ValueError(f"window {self.start}-{self.end} does not lie within one day")
        if self.recurrence not in ("weekly", "odd_weeks", "even_weeks"):
            raise ValueError(f"unknown recurrence {self.recurrence!r}")

    def covers(self, day: date) -> bool:
        """Whether the window is open on this date."""
        if day.isoweekday() != self.weekday or day < self.valid_from:
            return False
        if self.valid_until is not None and day > self.valid_until:
            return False
        return self.recurrence == "weekly" or (self.recurrence == "odd_weeks") == is_odd_week(day)


@dataclass(frozen=True)
class Common:
    """A moment when two owners are free together; `weeks` is a recurrence, or `some_weeks` when neither fits."""

    weekday: int
    start: int
    end: int
    weeks: str


def is_odd_week(day: date) -> bool:
    """ISO week numbers: week 53 and the week 1 after it are both odd."""
    return day.isocalendar().week % 2 == 1


def lay_out(windows: Sequence[Window], first: date, days: int = HORIZON_DAYS) -> Days:
    """The free spans of each day, windows that touch being one span."""
    dates = [first + timedelta(days=offset) for offset in range(days)]
    return tuple(joined((w.start, w.end) for w in windows if w.covers(day)) for day in dates)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def meet(one: Days, other: Days) -> Days:
    """What both have free, day by day."""
    return tuple(
        tuple((max(a, c), min(b, d)) for a, b in mine for c, d in theirs if max(a, c) < min(b, d))
        for mine, theirs in zip(one, other, strict=True)
    )


def longest(days: Days) -> int:
    """Minutes of the longest span; 0 when there is none."""
    return max((end - start for spans in days for start, end in spans), default=0)


def total(days: Days) -> int:
    """Minutes of all spans of the period."""
    return sum(end - start for spans in days for start, end in spans)


def moments(days: Days, first: date, at_least: int) -> tuple[Common, ...]:
    """The spans of at least so many minutes as weekly moments, in the order of the week."""
    seen: dict[tuple[int, int, int], list[date]] = {}
    possible: dict[int, list[date]] = {}
    for offset, spans in enumerate(days):
        day = first + timedelta(days=offset)
        possible.setdefault(day.isoweekday(), []).append(day)
        for start, end in spans:
            if end - start >= at_least:
                seen.setdefault((day.isoweekday(), start, end), []).append(day)
    return tuple(
        Common(weekday, start, end, _weeks(dates, possible[weekday]))
        for (weekday, start, end), dates in sorted(seen.items())
    )


def _weeks(dates: list[date], possible: list[date]) -> str:
    if dates == possible:
        return "weekly"
    if dates == [day for day in possible if is_odd_week(day)]:
        return "odd_weeks"
    if dates == [day for day in possible if not is_odd_week(day)]:
        return "even_weeks"
    return "some_weeks"

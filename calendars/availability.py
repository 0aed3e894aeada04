"""When somebody is free: weekly windows, less absences and closed days, in local minutes since midnight."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Recurrence = Literal["weekly", "odd_weeks", "even_weeks"]
Span = tuple[int, int]
"""Minutes since midnight, half-open: ``(600, 660)`` and ``(660, 720)`` touch and do not overlap."""

DAY: Span = (0, 24 * 60)


@dataclass(frozen=True)
class Window:
    """
    A weekly window.

    Parameters
    ----------
    weekday
        1 = Monday … 7 = Sunday.
    start, end
        Local minutes; `end` may be 1440 (24:00).
    recurrence
        Odd and even count ISO week numbers, so week 53 and week 1 after it are two odd weeks in a row.
    valid_until
        The last valid day; None = no end.
    """

    weekday: int
    start: int
    end: int
    valid_from: date
    valid_until: date | None = None
    recurrence: Recurrence = "weekly"

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"weekday {self.weekday} is not 1 to 7")
        if not 0 <= self.start < self.end <= 1440:
            raise ValueError(f"window {self.start}-{self.end} is not inside one day")

    def holds_on(self, day: date) -> bool:
        """The window applies on this day."""
        return (
            day.isoweekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
            and (self.recurrence == "weekly" or (day.isocalendar().week % 2 == 1) == (self.recurrence == "odd_weeks"))
        )


@dataclass(frozen=True)
class Away:
    """An absence, first and last day included; with `part`, only those minutes of each day."""

    first_day: date
    last_day: date
    part: Span | None = None

    def span_on(self, day: date) -> Span | None:
        """What of this day is taken."""
        return (self.part or DAY) if self.first_day <= day <= self.last_day else None


def free_on(
    day: date, windows: Iterable[Window], absences: Iterable[Away] = (), closed: Collection[date] = ()
) -> tuple[Span, ...]:
    """The free time of one day, merged and in order; empty on a closed day."""
    if day in closed:
        return ()
    open_time = merged((window.start, window.end) for window in windows if window.holds_on(day))
    taken = [span for absence in absences if (span := absence.span_on(day))]
    return without(open_time, taken) if taken else open_time


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in as few spans as possible, in order; touching spans become one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return tuple(found)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """The spans less what is taken."""
    left = merged(spans)
    for start, end in merged(taken):
        before = ((span[0], min(span[1], start)) for span in left)
        after = ((max(span[0], end), span[1]) for span in left)
        left = tuple(sorted(piece for piece in (*before, *after) if piece[0] < piece[1]))
    return left


def common(first: Iterable[Span], second: Iterable[Span]) -> tuple[Span, ...]:
    """The time that lies in both."""
    others = merged(second)
    return merged(
        (max(one[0], other[0]), min(one[1], other[1]))
        for one in merged(first)
        for other in others
        if max(one[0], other[0]) < min(one[1], other[1])
    )

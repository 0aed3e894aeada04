"""What weekly windows are together: whether they overlap, what they cover, how a form carries them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import cast

from calendars.availability import Recurrence, Window, free_on
from calendars.windows_text import Hours, tidy
from locales import N_
from service import codes
from service.errors import HoursNotValid

MOST_WINDOWS = 60
"""Windows of one owner: nobody's week is longer."""


def hours_of(windows: Iterable[Window]) -> tuple[Hours, ...]:
    return tidy(Hours(one.weekday, one.start, one.end, one.recurrence) for one in windows)


def must_not_overlap(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows in order, when the database would take them."""
    ordered = tuple(sorted(windows, key=packed))
    if len(ordered) > MOST_WINDOWS:
        raise HoursNotValid(N_("C’est beaucoup d’heures différentes. Regroupez-en quelques-unes."))
    for place, one in enumerate(ordered):
        if any(_overlap(one, other) for other in ordered[place + 1 :]):
            raise HoursNotValid(
                N_("Deux périodes du même jour se recouvrent. Corrigez leurs heures ou leurs dates."),
                weekday=one.weekday,
            )
    return ordered


def packed(window: Window) -> str:
    """A window as one line, for a form to carry it and a row to keep it."""
    until = window.valid_until.isoformat() if window.valid_until is not None else ""
    return (
        f"{window.weekday};{window.start:04};{window.end:04};{window.recurrence};"
        f"{window.valid_from.isoformat()};{until}"
    )


def unpacked(line: str) -> Window:
    """
    The window of such a line.

    Raises
    ------
    HoursNotValid
        When it was not written by `packed`.
    """
    try:
        weekday, start, end, recurrence, since, until = line.split(";")
        if recurrence not in codes.RECURRENCES:
            raise ValueError(recurrence)
        last = date.fromisoformat(until) if until else None
        window = Window(
            int(weekday), int(start), int(end), date.fromisoformat(since), last, cast("Recurrence", recurrence)
        )
        if last is not None and last < window.valid_from:
            raise ValueError(until)
    except ValueError:
        raise HoursNotValid(N_("Ces heures ne peuvent pas être lues. Recommencez depuis la page.")) from None
    return window


def covers(windows: Iterable[Window], start: datetime, end: datetime) -> bool:
    """All of a visit, in local time, lies in the windows."""
    known = tuple(windows)
    for day in {start.date(), end.date()}:
        first = 0 if start.date() < day else start.hour * 60 + start.minute
        last = 24 * 60 if end.date() > day else end.hour * 60 + end.minute
        if first < last and not any(span[0] <= first and last <= span[1] for span in free_on(day, known)):
            return False
    return True


def digest(windows: Iterable[Window]) -> str:
    return hashlib.sha256("\n".join(sorted(packed(one) for one in windows)).encode()).hexdigest()[:32]


def _overlap(one: Window, other: Window) -> bool:
    return (
        one.weekday == other.weekday
        and one.start < other.end
        and other.start < one.end
        and {one.recurrence, other.recurrence} != {"odd_weeks", "even_weeks"}
        and (one.valid_until is None or one.valid_until >= other.valid_from)
        and (other.valid_until is None or other.valid_until >= one.valid_from)
    )

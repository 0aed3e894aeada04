"""Weekly hours in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from calendars.availability import Window
from locales import N_
from service.availability import Cell
from service.web.speech import Speech

WEEKS: Mapping[str, str] = {
    "odd_weeks": N_("%(hours)s, semaines impaires"),
    "even_weeks": N_("%(hours)s, semaines paires"),
}


def line_of(window: Window, speech: Speech, today: date) -> str:
    """« lundi, 9 h – 12 h, semaines impaires, à partir du 4 janvier »."""
    text = speech.gettext(
        "%(day)s, %(hours)s", day=speech.weekday(window.weekday), hours=_hours(window.start, window.end, window, speech)
    )
    if window.valid_until is not None:
        return speech.gettext(
            "%(hours)s, du %(first)s au %(last)s",
            hours=text,
            first=speech.day(window.valid_from, year=True),
            last=speech.day(window.valid_until, year=True),
        )
    if window.valid_from > today:
        first = speech.day(window.valid_from, year=True)
        return speech.gettext("%(hours)s, à partir du %(first)s", hours=text, first=first)
    return text


def cell_words(cell: Cell, speech: Speech) -> list[str]:
    """The hours inside of a moment that is not free as a whole."""
    return [
        speech.gettext(WEEKS[one.recurrence], hours=speech.span(one.start, one.end))
        if one.recurrence in WEEKS
        else speech.span(one.start, one.end)
        for one in cell.part
    ]


def _hours(start: int, end: int, window: Window, speech: Speech) -> str:
    span = speech.span(start, end)
    return speech.gettext(WEEKS[window.recurrence], hours=span) if window.recurrence in WEEKS else span

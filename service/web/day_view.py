"""A day as the page draws it: the helpers of the week's table, hour by hour, with the ways between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from service import visits
from service.errors import NotFound
from service.site import Actor, Site
from service.visit_rows import week_of
from service.visit_week import DayCell, Round, WeekView
from service.web import drawings
from service.web.marks import color_of
from service.web.speech import Speech
from service.web.week_view import why_off
from service.web.words import APPOINTMENTS

YEARS = range(2000, 2100)
"""Weeks and days outside of them are nobody's: an address that was written by hand."""


def in_reach(day: date) -> date:
    """The day; NotFound when the calendar has no page for it."""
    if day.year not in YEARS:
        raise NotFound
    return day


@dataclass(frozen=True)
class EntryLine:
    """A visit, an appointment, or a way (`what` alone) of a helper's day; `href` is empty but for visits."""

    hours: str
    what: str
    place: str
    href: str = ""
    at: str = ""
    to_confirm: bool = False
    pinned: bool = False
    is_way: bool = False


@dataclass(frozen=True)
class HelperLine:
    """A helper's day: the drawing, and the same in words; `off` says why there is nothing."""

    name: str
    color: str
    hours: str
    off: str
    drawing: Markup
    entries: tuple[EntryLine, ...]


@dataclass(frozen=True)
class DayPage:
    day: date
    monday: date
    previous: date
    next: date
    placed: int
    travel: int
    helpers: tuple[HelperLine, ...]


def day(site: Site, actor: Actor, wanted: date, speech: Speech) -> DayPage:
    """One day of the week's table."""
    view = visits.week(site, actor, week_of(wanted), with_due=False)
    helpers = tuple(_helper(view, number, wanted, speech) for number in range(len(view.rows)))
    rounds = [one for one in view.rounds if one.day == wanted]
    return DayPage(
        day=wanted,
        monday=view.monday,
        previous=wanted - timedelta(days=1),
        next=wanted + timedelta(days=1),
        placed=sum(len(one.stops) for one in rounds),
        travel=sum(one.travel for one in rounds),
        # Who is busy comes first, the rest in the order of the week.
        helpers=tuple(sorted(helpers, key=_rank)),
    )


def _rank(helper: HelperLine) -> tuple[bool, bool, bool]:
    return not any(line.href for line in helper.entries), not helper.entries, bool(helper.off)


def _helper(view: WeekView, number: int, wanted: date, speech: Speech) -> HelperLine:
    row = view.rows[number]
    cell = next(one for one in row.cells if one.day == wanted)
    round_of = next((one for one in view.rounds if one.day == wanted and one.helper == row.ref), None)
    ways = _ways(cell, round_of)
    entries = [
        *(
            (
                chip.start,
                EntryLine(
                    speech.span(chip.start, chip.end),
                    chip.pseudonym,
                    chip.place,
                    f"/semaine/visites/{chip.public_id}",
                    chip.start.strftime("%H:%M"),
                    chip.status == "planned",
                    chip.pinned,
                ),
            )
            for chip in cell.chips
        ),
        *(
            (
                one.start,
                EntryLine(
                    speech.span(one.start, one.end),
                    speech.gettext(APPOINTMENTS[one.kind]),
                    one.place,
                    to_confirm=one.is_proposed,
                ),
            )
            for one in cell.appointments
        ),
        *(
            (start, EntryLine("", speech.gettext("trajet %(time)s", time=speech.duration(minutes)), "", is_way=True))
            for start, minutes in ways
        ),
    ]
    return HelperLine(
        name=row.name,
        color=color_of(number),
        hours=", ".join(speech.span(start, end) for start, end in cell.hours),
        off=why_off(cell, speech),
        drawing=drawings.hours(
            [_from_midnight(span) for span in cell.free],
            [(_minute(chip.start), _minute(chip.end)) for chip in cell.chips],
            [(_minute(one.start), _minute(one.end)) for one in cell.appointments],
            [(_minute(start), _minute(start) + minutes) for start, minutes in ways],
        ),
        entries=tuple(line for _, line in sorted(entries, key=lambda pair: (pair[0], not pair[1].is_way))),
    )


def _ways(cell: DayCell, round_of: Round | None) -> list[tuple[datetime, int]]:
    """When each way begins, and its minutes: before each stop, and home after the last."""
    if round_of is None:
        return []
    found = [(stop.start - timedelta(minutes=stop.way), stop.way) for stop in round_of.stops if stop.way]
    if round_of.back:
        found.append((max(chip.end for chip in cell.chips), round_of.back))
    return found


def _from_midnight(span: tuple[int, int]) -> tuple[int, int]:
    return span[0] + drawings.DAY_FROM, span[1] + drawings.DAY_FROM


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute

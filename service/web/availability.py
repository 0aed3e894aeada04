"""The hours of a week: by moments, exactly, or as a text; one's own, or by the coordinator those of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from calendars import windows_text
from calendars.availability import Window
from calendars.windows_text import MOMENTS, Hours
from locales import N_
from service import availability, availability_windows, clock
from service.access import Visitor
from service.availability import OwnerKind, Week, Whose
from service.errors import HoursNotValid, Outdated, StepNotAllowed
from service.site import Site
from service.web.availability_words import cell_words, line_of
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

OWNERS = may("peer_helper", "professional", "person")
COORDINATOR = may("coordinator")
OWN = "/mes-disponibilites"
KINDS: dict[str, OwnerKind] = {
    "pairs-aidants": "peer_helper",
    "personnes": "person",
    "professionnels": "professional",
    "lieux": "place",
}
THEIRS = [f"/{first}/{{owner:str}}/disponibilites" for first in KINDS]
MOST_LINES = 100


class HoursForm(Form, kw_only=True):
    """
    What the page sends; `do` says which part of it counts.

    `cell` are moments as « 1-morning », `day1` … `day7` exact hours as texts, `drop` places of limited hours, `w`
    windows that a preview carries.
    """

    do: Literal["moments", "hours", "copy", "text", "save", "back"]
    seen: Line = ""
    cell: list[Line] = msgspec.field(default_factory=list[Line])
    day1: Line = ""
    day2: Line = ""
    day3: Line = ""
    day4: Line = ""
    day5: Line = ""
    day6: Line = ""
    day7: Line = ""
    drop: list[Line] = msgspec.field(default_factory=list[Line])
    copy_from: Line = ""
    copy_to: list[Line] = msgspec.field(default_factory=list[Line])
    text: Annotated[str, msgspec.Meta(max_length=windows_text.LONGEST)] = ""
    since: Line = ""
    until: Line = ""
    mode: Literal["add", "replace"] = "add"
    w: list[Line] = msgspec.field(default_factory=list[Line])

    def days(self) -> list[str]:
        return [getattr(self, f"day{number}") for number in range(1, 8)]


class _Desk:
    """One request about somebody's hours."""

    def __init__(self, request: Request[Any, Any, Any], site: Site, visitor: Visitor, whose: Whose) -> None:
        self.request, self.site, self.actor, self.whose = request, site, visitor.actor, whose
        self.speech = speech_of(request)
        self.today = clock.today(site.clock, visitor.zone)
        self.here = request.url.path

    def shown(
        self, *, days: Sequence[str] | None = None, form: HoursForm | None = None, status: int = 422, **more: Any
    ) -> Response[str]:
        """The page, with what was typed where something is wrong with it."""
        week = availability.week(self.site, self.actor, self.whose)
        hours = availability_windows.hours_of(week.usual)
        texts = [
            windows_text.write([one for one in hours if one.weekday == day], self.speech.lang, with_day=False)
            for day in range(1, 8)
        ]
        return page(
            self.request,
            "availability.html",
            status=status if more.get("fault") else 200,
            **(
                {
                    "week": week,
                    "cells": [(one, cell_words(one, self.speech)) for one in week.cells],
                    "moments": list(MOMENTS),
                    "texts": list(days) if days is not None else texts,
                    "open_hours": days is not None,
                    "limited": [line_of(one, self.speech, self.today) for one in week.limited],
                    "form": form,
                    "fault": "",
                    "unknown": (),
                    "copied": False,
                }
                | more
            ),
        )

    def carry_out(self, form: HoursForm) -> Response[Any]:
        try:
            if form.do == "back":
                availability.step_back(self.site, self.actor, self.whose, form.seen)
                return Redirect(f"{self.here}?fait=hours_back", status_code=303)
            if form.do == "copy":
                return self._copied(form)
            return self._changed(form)
        except HoursNotValid as error:
            days = form.days() if form.do == "hours" else None
            return self.shown(days=days, form=form, fault=str(error))
        except (Outdated, StepNotAllowed) as error:
            return self.shown(fault=str(error), status=409)

    def _changed(self, form: HoursForm) -> Response[Any]:
        if form.do == "save":
            return self._saved([availability_windows.unpacked(line) for line in form.w[:MOST_LINES]], form.seen)
        week = availability.week(self.site, self.actor, self.whose)
        if week.seen != form.seen:
            raise Outdated(N_("Quelqu’un d’autre a changé ces heures entre-temps. Voici celles d’aujourd’hui."))
        unknown: tuple[str, ...] = ()
        if form.do == "moments":
            windows = availability.with_cells(week, self._cells(form), self.today)
        elif form.do == "hours":
            hours, unknown = self._typed(form.days())
            if unknown:
                return self.shown(
                    days=form.days(), form=form, unknown=unknown, fault=N_("Certains mots ne sont pas compris.")
                )
            windows = availability.with_hours(week, hours, self.today, {int(n) for n in form.drop if n.isdecimal()})
        else:
            found, unknown = self._pasted(form)
            windows = self._with_pasted(week, found, form)
        change = availability.try_change(self.site, self.actor, self.whose, windows)
        if form.do != "text" and not change.outside:
            return self._saved(windows, form.seen)
        return page(
            self.request,
            "availability_check.html",
            week=week,
            lines=[line_of(one, self.speech, self.today) for one in change.windows],
            packed=[availability_windows.packed(one) for one in change.windows],
            outside=change.outside,
            unknown=unknown,
            text=form.text if form.do == "text" else "",
            form=form,
        )

    def _saved(self, windows: Sequence[Window], seen: str) -> Response[Any]:
        availability.change(self.site, self.actor, self.whose, windows, seen)
        done = "hours_saved" if self.whose.public_id else "own_hours_saved"
        return Redirect(f"{self.here}?fait={done}", status_code=303)

    def _copied(self, form: HoursForm) -> Response[Any]:
        """The hours of one day on others, in the fields only: nothing is saved yet."""
        days = form.days()
        source = _weekday(form.copy_from)
        if not form.copy_to:
            raise HoursNotValid(N_("Choisissez les jours qui reçoivent les mêmes heures."))
        for one in form.copy_to:
            days[_weekday(one) - 1] = days[source - 1]
        return self.shown(days=days, form=form, copied=True)

    def _cells(self, form: HoursForm) -> set[tuple[int, str]]:
        found: set[tuple[int, str]] = set()
        for one in form.cell:
            day, _, moment = one.partition("-")
            if moment not in MOMENTS:
                raise HTTPException(status_code=400, detail="not a moment")
            found.add((_weekday(day), moment))
        return found

    def _typed(self, days: Sequence[str]) -> tuple[list[Hours], tuple[str, ...]]:
        hours: list[Hours] = []
        unknown: list[str] = []
        for weekday, text in enumerate(days, start=1):
            found = windows_text.read(text, self.speech.lang, weekday)
            hours += found.hours
            unknown += found.unknown
            if any(one.weekday != weekday for one in found.hours):
                raise HoursNotValid(N_("Écrivez les heures de chaque jour dans le champ de ce jour."))
        return hours, tuple(unknown)

    def _pasted(self, form: HoursForm) -> tuple[list[Window], tuple[str, ...]]:
        found = windows_text.read(form.text, self.speech.lang)
        since = _day(form.since) or self.today
        until = _day(form.until)
        if until is not None and until < max(since, self.today):
            raise HoursNotValid(N_("Le dernier jour est avant le premier. Corrigez l’un des deux."))
        if not found.hours and not found.unknown:
            raise HoursNotValid(N_("Écrivez d’abord vos heures, par exemple : lundi 9h-12h."))
        windows = [Window(one.weekday, one.start, one.end, since, until, one.recurrence) for one in found.hours]
        return windows, found.unknown

    def _with_pasted(self, week: Week, found: Sequence[Window], form: HoursForm) -> list[Window]:
        usual = [one for one in found if one.valid_from <= self.today and one.valid_until is None]
        if form.mode == "replace" and not found:
            raise HoursNotValid(N_("Aucune heure n’est comprise : rien ne peut être remplacé."))
        kept = replace(week, usual=(), limited=()) if form.mode == "replace" else week
        return availability.with_hours(
            kept,
            [*availability_windows.hours_of(kept.usual), *availability_windows.hours_of(usual)],
            self.today,
            added=[one for one in found if one not in usual],
        )


def _weekday(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5", "6", "7"}:
        raise HTTPException(status_code=400, detail="not a day of the week")
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise HoursNotValid(N_("Cette date ne peut pas être lue. Choisissez-la dans le calendrier.")) from None


def _theirs(request: Request[Any, Any, Any], owner: str) -> Whose:
    return Whose(KINDS[request.url.path.split("/")[1]], owner)


def _own(visitor: Visitor) -> Whose:
    return Whose(cast("OwnerKind", visitor.actor.role))


@get(OWN, opt=OWNERS)
async def own_hours_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return await sync_to_thread(_Desk(request, site, visitor, _own(visitor)).shown)


@post(OWN, opt=OWNERS, status_code=200)
async def change_own_hours(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Save one's own hours, or show first what that touches."""
    form = await read(request, HoursForm)
    return await sync_to_thread(_Desk(request, site, visitor, _own(visitor)).carry_out, form)


@get(THEIRS, opt=COORDINATOR)
async def hours_page(
    request: Request[Any, Any, Any],
    owner: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return await sync_to_thread(_Desk(request, site, visitor, _theirs(request, owner)).shown)


@post(THEIRS, opt=COORDINATOR, status_code=200)
async def change_hours(
    request: Request[Any, Any, Any],
    owner: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """Save somebody's hours, or show first what that touches."""
    form = await read(request, HoursForm)
    return await sync_to_thread(_Desk(request, site, visitor, _theirs(request, owner)).carry_out, form)


HANDLERS = [own_hours_page, change_own_hours, hours_page, change_hours]

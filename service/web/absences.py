"""Absences: the coordinator notes one and sees what it touches; a peer helper notes their own. Nobody asks why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import absences, replans, runs
from service.absences import AbsenceLine
from service.access import Visitor
from service.errors import AbsenceNotValid, NotFound, RunRefused, TooManyRuns
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.replans import page_of
from service.web.runs import ended_or_told
from service.web.slots import AS_TYPED, minute_of
from service.web.speech import Speech

COORDINATOR = may("coordinator")
HELPER = may("peer_helper")


class OwnAbsenceForm(Form):
    """Days as forms write them; `start` and `end` are hours of each day, empty for whole days."""

    first: Line = ""
    last: Line = ""
    start: Line = ""
    end: Line = ""


class AbsenceForm(OwnAbsenceForm):
    owner: Line = ""
    kind: Line = "planned"


@dataclass(frozen=True)
class Asked:
    """An absence as its form says it, read."""

    first_day: date
    last_day: date
    hours: tuple[int, int] | None


def asked(form: OwnAbsenceForm) -> Asked:
    """
    What a form asks for; without a last day it is one day only.

    Raises
    ------
    AbsenceNotValid
        When a day or an hour is missing or cannot be read.
    """
    first = _day(form.first)
    start, end = form.start.strip(), form.end.strip()
    if bool(start) != bool(end):
        raise AbsenceNotValid(N_("Donnez les deux heures, de début et de fin, ou aucune des deux."))
    hours = None if not start else (_minute(start), _minute(end) or 24 * 60)
    return Asked(first, _day(form.last) if form.last.strip() else first, hours)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise AbsenceNotValid(N_("Donnez le premier jour, et le dernier s’il y en a plusieurs.")) from None


def _minute(text: str) -> int:
    minute = minute_of(text)
    if minute is None:
        raise AbsenceNotValid(AS_TYPED)
    return minute


def days_of(line: AbsenceLine, speech: Speech) -> str:
    """« du lundi 11 janvier au vendredi 15 janvier, de 9 h à 12 h »."""
    if line.first_day == line.last_day:
        text = speech.gettext("le %(day)s", day=speech.day(line.first_day))
    else:
        text = speech.gettext(
            "du %(first)s au %(last)s", first=speech.day(line.first_day), last=speech.day(line.last_day)
        )
    if line.hours is None:
        return text
    return speech.gettext("%(days)s, %(hours)s", days=text, hours=speech.span(*line.hours))


@get("/absences", opt=COORDINATOR, sync_to_thread=True)
def absences_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _form_page(request, site, visitor, AbsenceForm())


def _form_page(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, form: AbsenceForm, fault: str = ""
) -> Response[str]:
    """The form, with what is wrong with it when something is, and the absences to come."""
    known = absences.owners(site, visitor.actor)
    return page(
        request,
        "absences.html",
        status=422 if fault else 200,
        form=form,
        fault=fault,
        owners=[(kind, list(group)) for kind, group in groupby(known, key=lambda one: one.kind)],
        coming=_lines(site, visitor, speech_of(request)),
    )


def _lines(site: Site, visitor: Visitor, speech: Speech) -> list[tuple[AbsenceLine, str]]:
    return [(one, days_of(one, speech)) for one in absences.coming(site, visitor.actor)]


@post("/absences/noter", opt=COORDINATOR)
async def enter_absence(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Note it, and ask at once how the plan can go on when visits cannot stand."""
    form = await read(request, AbsenceForm)

    def enter() -> Response[Any] | tuple[str, str]:
        try:
            if not form.owner:
                raise AbsenceNotValid(N_("Choisissez qui est absent, ou le lieu qui ferme."))
            what = asked(form)
            made = absences.enter(
                site, visitor.actor, form.owner, what.first_day, what.last_day, hours=what.hours, kind=form.kind
            )
        except AbsenceNotValid as error:
            return _form_page(request, site, visitor, form, str(error))
        return made, _search(site, visitor, made)

    found = await sync_to_thread(enter)
    if isinstance(found, Response):
        return found
    made, run = found
    if run:
        await ended_or_told(site, visitor.actor, run)
    return Redirect(f"/absences/{made}?fait=absence_noted" + (f"&calcul={run}" if run else ""), status_code=303)


def _search(site: Site, visitor: Visitor, made: str) -> str:
    """The run that looks for what can follow; empty when no visit is touched, or no run can start now."""
    found = absences.touched(site, visitor.actor, made)
    if not found.visits:
        return ""
    try:
        return replans.ask_after(site, visitor.actor, found)
    except (RunRefused, TooManyRuns):
        return ""  # the absence is noted; its page offers to ask again


@get("/absences/{absence:str}", opt=COORDINATOR, sync_to_thread=True)
def absence_page(
    request: Request[Any, Any, Any],
    absence: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """What an absence touches, and the way to what can follow."""
    found = absences.touched(site, visitor.actor, absence)
    try:
        run = runs.get(site, visitor.actor, request.query_params.get("calcul", ""), "replan").public_id
    except NotFound:
        run = ""
    return page(
        request,
        "absence.html",
        touched=found,
        days=days_of(found.absence, speech_of(request)),
        search=page_of(run) if run else "",
    )


@post("/absences/{absence:str}/replanifier", opt=COORDINATOR)
async def replan_absence(
    request: Request[Any, Any, Any],
    absence: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Ask how the plan can go on in the weeks of the absence."""
    await read(request, Form)

    def ask() -> str:
        found = absences.touched(site, visitor.actor, absence)
        return replans.ask_after(site, visitor.actor, found) if found.visits else ""

    run = await sync_to_thread(ask)
    if not run:
        return Redirect(f"/absences/{absence}", status_code=303)
    await ended_or_told(site, visitor.actor, run)
    return Redirect(page_of(run), status_code=303)


@post("/absences/{absence:str}/supprimer", opt=COORDINATOR)
async def end_absence(
    request: Request[Any, Any, Any],
    absence: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(absences.end, site, visitor.actor, absence)
    return Redirect("/absences?fait=absence_ended", status_code=303)


@get("/mes-absences", opt=HELPER, sync_to_thread=True)
def own_absences_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _own_page(request, site, visitor, OwnAbsenceForm())


def _own_page(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, form: OwnAbsenceForm, fault: str = ""
) -> Response[str]:
    return page(
        request,
        "own_absences.html",
        status=422 if fault else 200,
        form=form,
        fault=fault,
        coming=_lines(site, visitor, speech_of(request)),
    )


@post("/mes-absences/noter", opt=HELPER)
async def enter_own_absence(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """A peer helper says when they will not be there; the coordination hears of it."""
    form = await read(request, OwnAbsenceForm)

    def enter() -> Response[Any]:
        try:
            what = asked(form)
            absences.enter(site, visitor.actor, None, what.first_day, what.last_day, hours=what.hours)
        except AbsenceNotValid as error:
            return _own_page(request, site, visitor, form, str(error))
        return Redirect("/mes-absences?fait=own_absence_noted", status_code=303)

    return await sync_to_thread(enter)


@post("/mes-absences/{absence:str}/supprimer", opt=HELPER)
async def end_own_absence(
    request: Request[Any, Any, Any],
    absence: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(absences.end, site, visitor.actor, absence)
    return Redirect("/mes-absences?fait=absence_ended", status_code=303)


HANDLERS = [
    absences_page,
    enter_absence,
    absence_page,
    replan_absence,
    end_absence,
    own_absences_page,
    enter_own_absence,
    end_own_absence,
]

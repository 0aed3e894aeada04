"""The agenda on the phone: what to confirm, today, the next days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import clock, codes, notices, own_pairings, visits
from service.access import Visitor
from service.errors import Outdated
from service.own_visits import OwnVisit, own_visits
from service.site import Site
from service.visit_agenda import AgendaStop
from service.visit_week import Appointment, Chip
from service.web.doors import may
from service.web.easy import own_page
from service.web.forms import Form, read
from service.web.own_visits import way_of
from service.web.pages import page, speech_of
from service.web.speech import Speech
from service.web.words import APPOINTMENTS, VISIT_KINDS

OWNERS = may("peer_helper", "person", "professional")
ANSWERING = may("peer_helper", "person")
TO_CONFIRM = {
    "first_joint": N_("À confirmer : première rencontre"),
    "regular": N_("À confirmer : visite"),
    "accompaniment": N_("À confirmer : accompagnement à un rendez-vous"),
    "family": N_("À confirmer : rencontre avec la famille"),
    "review": N_("À confirmer : point à trois"),
    "closing": N_("À confirmer : dernière rencontre"),
}
"""What is to confirm, one sentence for each kind of visit."""
DONE = {"accepted": "answered_yes", "declined": "answered_no", "other_time": "answered_other"}


class AnswerForm(Form):
    said: Literal["accepted", "declined", "other_time"]
    revision: int


@dataclass(frozen=True)
class Entry:
    """
    One visit, meeting or host slot on the page.

    `way` is the travel before it, `says` its kind, `asks` the sentence that asks to confirm a visit. A visit that
    `may_change` is the reader's own and has not begun. `is_now` is the time to arrive or leave, `has_arrived` that they
    said so; `wants_other` that the reader asked for another moment.
    """

    public_id: str
    revision: int
    day: date
    hours: str
    who: str
    place: str
    with_whom: str
    says: str
    is_open: bool
    way: str
    asks: str
    may_change: bool = False
    has_answered: bool = False
    wants_other: bool = False
    is_now: bool = False
    has_arrived: bool = False


@dataclass(frozen=True)
class AgendaPage:
    today: date
    to_confirm: tuple[Entry, ...]
    today_visits: tuple[Entry, ...]
    next_days: tuple[tuple[date, tuple[Entry, ...]], ...]


def _of_helper(site: Site, visitor: Visitor, speech: Speech) -> AgendaPage:
    found, now = visits.agenda(site, visitor.actor), site.clock.now()
    ways = {
        stop.what.public_id: way_of(speech, stop.what, stop.way, found.means)
        for day in (found.today, *found.next_days)
        for stop in day.stops
        if isinstance(stop.what, Chip)
    }
    return AgendaPage(
        found.today.day,
        tuple(_chip(one, speech, now, ways.get(one.public_id, "")) for one in found.to_confirm),
        tuple(_stop(one, speech, now, found.means) for one in found.today.stops),
        tuple((day.day, tuple(_stop(one, speech, now, found.means) for one in day.stops)) for day in found.next_days),
    )


def _chip(chip: Chip, speech: Speech, now: datetime, way: str = "", stop: AgendaStop | None = None) -> Entry:
    return Entry(
        public_id=chip.public_id,
        revision=chip.revision,
        day=chip.start.date(),
        hours=speech.span(chip.start, chip.end),
        who=chip.pseudonym,
        place=chip.place,
        with_whom=_with(chip.going, speech),
        says=speech.gettext(VISIT_KINDS[chip.kind]),
        is_open=chip.status == "planned",
        way=way,
        asks=speech.gettext(TO_CONFIRM[chip.kind]),
        may_change=chip.status in codes.LIVE_VISIT_STATES and chip.start > now and not chip.is_second,
        has_answered=chip.helper_answer != "pending",
        wants_other=chip.helper_answer == "other_time" and not chip.is_second,
        is_now=stop is not None and stop.is_now,
        has_arrived=stop is not None and stop.has_arrived,
    )


def _stop(stop: AgendaStop, speech: Speech, now: datetime, means: str) -> Entry:
    way = way_of(speech, stop.what, stop.way, means)
    if isinstance(stop.what, Chip):
        return _chip(stop.what, speech, now, way, stop)
    return _appointment(stop.what, speech, way)


def _appointment(one: Appointment, speech: Speech, way: str) -> Entry:
    return Entry(
        public_id="",
        revision=0,
        day=one.start.date(),
        hours=speech.span(one.start, one.end),
        who=speech.gettext(APPOINTMENTS[one.kind]),
        place=one.place,
        with_whom="",
        says="",
        is_open=one.is_proposed,
        way=way,
        asks="",
    )


def _with(names: tuple[str, ...], speech: Speech) -> str:
    return speech.gettext("avec %(names)s", names=speech.and_list(names)) if names else ""


def _of_others(site: Site, visitor: Visitor, speech: Speech) -> AgendaPage:
    today = clock.today(site.clock, visitor.zone)
    entries = [(one, _own(one, speech)) for one in own_visits(site, visitor.actor)]
    later = [entry for _, entry in entries if entry.day != today]
    return AgendaPage(
        today,
        tuple(entry for one, entry in entries if one.asks),
        tuple(entry for _, entry in entries if entry.day == today),
        tuple((day, tuple(group)) for day, group in groupby(later, key=lambda entry: entry.day)),
    )


def _own(one: OwnVisit, speech: Speech) -> Entry:
    return Entry(
        public_id=one.public_id,
        revision=one.revision,
        day=speech.local(one.start).date(),
        hours=speech.hours(one.start, one.end),
        who=one.who,
        place=one.place,
        with_whom=_with(one.going, speech),
        says=speech.gettext(VISIT_KINDS[one.kind]),
        is_open=one.status == "planned",
        way="",
        asks=speech.gettext(TO_CONFIRM[one.kind]),
        may_change=one.may_change,
        has_answered=one.has_answered,
        wants_other=one.wants_other,
    )


@get("/agenda", opt=OWNERS, sync_to_thread=True)
def agenda_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    speech = speech_of(request)
    shown = (_of_helper if visitor.actor.role == "peer_helper" else _of_others)(site, visitor, speech)
    lives = own_pairings.own_pairings(site, visitor.actor) if visitor.actor.role in codes.SIDES else []
    # A professional's agenda has one version.
    shown_as = own_page if visitor.actor.role in codes.SIDES else page
    return shown_as(
        request,
        "agenda.html",
        agenda=shown,
        notices=notices.own(site, visitor.actor),
        asked=[one.who for one in lives if one.asks and one.said != "continue"],
        to_note=[(one.who, visit) for one in lives for visit in one.to_note if visit.end <= site.clock.now()],
        refusals=visits.open_refusals(site, visitor.actor),
    )


@post("/agenda/visites/{visit:str}/repondre", opt=ANSWERING)
async def answer_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Oui, Je ne peux pas, or Autre moment; there is no field for a reason."""
    form = await read(request, AnswerForm)

    def answer() -> None:
        visits.answer_visit(site, visitor.actor, visit, form.said, revision=form.revision)

    try:
        await sync_to_thread(answer)
    except Outdated:
        # Mostly the other side's answer came in between: the same question, as it stands now.
        return Redirect("/agenda?fait=answer_again", status_code=303)
    return Redirect(f"/agenda?fait={DONE[form.said]}", status_code=303)


class CancelForm(Form):
    revision: int


@post("/agenda/visites/{visit:str}/annuler", opt=ANSWERING)
async def cancel_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """One visit that will not take place; there is no field for a reason."""
    form = await read(request, CancelForm)

    def cancel() -> None:
        visits.cancel(site, visitor.actor, visit, revision=form.revision)

    await sync_to_thread(cancel)
    return Redirect("/agenda?fait=cancelled", status_code=303)


HANDLERS = [agenda_page, answer_visit, cancel_visit]

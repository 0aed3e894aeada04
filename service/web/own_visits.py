"""One visit on the phone of whoever goes to it: where, who, arrive, leave, what became of it; the week on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import visit_outcomes, visit_postponing, visit_presence, visit_sheet, visits
from service.access import Visitor
from service.site import Site
from service.visit_week import Chip
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.help_numbers import duty_line
from service.web.pages import page, speech_of
from service.web.speech import Speech
from service.web.words import APPOINTMENTS

GOING = may("peer_helper", "professional")
HELPER = may("peer_helper")
ANSWERING = may("peer_helper", "person")
PAPER_DAYS = 7
BY: dict[str, str] = {
    "walk": N_("%(time)s à pied, partez à %(hour)s"),
    "bike": N_("%(time)s à vélo, partez à %(hour)s"),
    "bus": N_("%(time)s en bus, partez à %(hour)s"),
    "car": N_("%(time)s en voiture, partez à %(hour)s"),
}
"""The way to a stop: how long, by what, and when to set out."""
ON_THE_CARD = {
    "address": N_("Adresse"),
    "door": N_("Pour entrer"),
    "phone": N_("Téléphone"),
    "email": N_("E-mail"),
}


class SeenForm(Form):
    revision: int


class BackForm(SeenForm, kw_only=True):
    here: Literal["agenda", "start"] = "agenda"


class NoteForm(SeenForm, kw_only=True):
    outcome: Literal["held", "person_absent", "helper_absent", "postponed"]
    word: Line = ""


class PostponeForm(SeenForm, kw_only=True):
    slot: Annotated[str, msgspec.Meta(max_length=200)]


@dataclass(frozen=True)
class PaperStop:
    """One block of the week on paper; a meeting has a `kind`, a visit the one visited."""

    hours: str
    kind: str
    who: str
    place: str
    way: str
    is_open: bool


def way_of(speech: Speech, what: Any, minutes: int, means: str) -> str:
    """« 18 min en bus, partez à 13 h 10 »; empty when the way is not known."""
    if not minutes or means not in BY:
        return ""
    leaves = what.start - timedelta(minutes=minutes)
    return speech.gettext(BY[means], time=speech.duration(minutes), hour=speech.time_of_day(leaves))


def _back(visit: str, done: str) -> Redirect:
    return Redirect(f"/agenda/visites/{visit}?fait={done}", status_code=303)


@get("/agenda/visites/{visit:str}", opt=GOING, sync_to_thread=True)
def visit_page(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    found, speech = visit_sheet.sheet(site, visitor.actor, visit), speech_of(request)
    return page(
        request,
        "visit_sheet.html",
        sheet=found,
        visit=found.visit,
        way=way_of(speech, found.visit, found.way, found.means),
        duty=duty_line(request, site, visitor),
    )


@get("/agenda/visites/{visit:str}/carte", opt=GOING, sync_to_thread=True)
def card_page(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The person's contact card; each look is written down, and whoever came in long ago comes in anew."""
    if not visitor.is_recent:
        visit_sheet.sheet(site, visitor.actor, visit)
        return page(request, "visit_card.html", public_id=visit, card=None, labels=ON_THE_CARD)
    found = visit_sheet.card(site, visitor.actor, visit)
    answer = page(request, "visit_card.html", public_id=visit, card=found, labels=ON_THE_CARD)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@post("/agenda/visites/{visit:str}/arrivee", opt=HELPER)
async def arrive(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """« Je suis là », by one tap; no position."""
    form = await read(request, SeenForm)
    await sync_to_thread(visit_presence.arrive, site, visitor.actor, visit, revision=form.revision)
    return _back(visit, "arrived")


@post("/agenda/visites/{visit:str}/depart", opt=HELPER)
async def leave(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, SeenForm)
    await sync_to_thread(visit_presence.leave, site, visitor.actor, visit, revision=form.revision)
    return _back(visit, "left_visit")


@post("/agenda/visites/{visit:str}/presence/reprendre", opt=HELPER)
async def mistaken(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """A tap by mistake."""
    form = await read(request, SeenForm)
    await sync_to_thread(visit_presence.mistaken, site, visitor.actor, visit, revision=form.revision)
    return _back(visit, "tap_back")


@post("/agenda/visites/{visit:str}/noter", opt=HELPER)
async def note_outcome(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """It took place, somebody was not there, or it is put off: then the moments come next."""
    form = await read(request, NoteForm)
    if form.outcome == "postponed":
        return Redirect(f"/agenda/visites/{visit}/reporter", status_code=303)

    def note() -> None:
        if form.outcome == "held":
            visit_outcomes.note_held(site, visitor.actor, visit, word=form.word, revision=form.revision)
        else:
            visit_outcomes.note_not_held(
                site, visitor.actor, visit, form.outcome, word=form.word, revision=form.revision
            )

    await sync_to_thread(note)
    return _back(visit, "visit_noted")


@post("/agenda/visites/{visit:str}/noter/reprendre", opt=HELPER)
async def take_back_outcome(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, SeenForm)
    await sync_to_thread(visit_outcomes.take_back, site, visitor.actor, visit, revision=form.revision)
    return _back(visit, "outcome_back")


@get("/agenda/visites/{visit:str}/reporter", opt=HELPER, sync_to_thread=True)
def postpone_page(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The moments at which the same people could meet instead."""
    found = visit_sheet.sheet(site, visitor.actor, visit)
    return page(
        request,
        "visit_postpone.html",
        visit=found.visit,
        moments=visit_postponing.moments(site, visitor.actor, visit),
        duty=duty_line(request, site, visitor),
    )


@post("/agenda/visites/{visit:str}/reporter/choisir", opt=HELPER)
async def postpone(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, PostponeForm)
    return _back(
        await sync_to_thread(visit_postponing.postpone, site, visitor.actor, visit, form.slot, revision=form.revision),
        "postponed",
    )


@post("/agenda/visites/{visit:str}/reponse/reprendre", opt=ANSWERING)
async def take_back_answer(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """One's own answer is open again; whoever came from their first page goes back there."""
    form = await read(request, BackForm)
    await sync_to_thread(visits.take_back_answer, site, visitor.actor, visit, revision=form.revision)
    page = "/ma-page" if form.here == "start" and visitor.actor.role == "person" else "/agenda"
    return Redirect(f"{page}?fait=visit_answer_back", status_code=303)


@get("/agenda/papier", opt=HELPER, sync_to_thread=True)
def paper(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """« Ma semaine » on paper: a block for each visit of seven days, from today or the next one on."""
    found, speech = visits.agenda(site, visitor.actor), speech_of(request)
    told = [day for day in (found.today, *found.next_days) if day.stops]
    first = found.today.day
    if told and told[0].day >= first + timedelta(days=PAPER_DAYS):
        first = told[0].day
    days = [
        (day.day, [_on_paper(speech, stop.what, stop.way, found.means) for stop in day.stops])
        for day in told
        if day.day < first + timedelta(days=PAPER_DAYS)
    ]
    return page(
        request,
        "visit_paper.html",
        first=first,
        last=first + timedelta(days=PAPER_DAYS - 1),
        days=days,
        duty=duty_line(request, site, visitor),
    )


def _on_paper(speech: Speech, what: Any, minutes: int, means: str) -> PaperStop:
    way = way_of(speech, what, minutes, means)
    if isinstance(what, Chip):
        return PaperStop(
            speech.span(what.start, what.end), "", what.pseudonym, what.place, way, what.status == "planned"
        )
    kind = speech.gettext(APPOINTMENTS[what.kind])
    return PaperStop(speech.span(what.start, what.end), kind, "", what.place, way, what.is_proposed)


@get("/retards", opt=may("coordinator"), sync_to_thread=True)
def late_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Helpers who have not said they left, and what helpers wrote after their visits."""
    return page(
        request,
        "visit_late.html",
        late=visit_presence.overdue(site, visitor.actor),
        words=visit_presence.words(site, visitor.actor),
        just=request.query_params.get("visite", ""),
    )


@post("/retards/{visit:str}/jointe", opt=may("coordinator"))
async def reached(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """« Jointe, tout va bien »: by whom and when is kept."""
    form = await read(request, SeenForm)
    await sync_to_thread(visit_presence.note_safe, site, visitor.actor, visit, revision=form.revision)
    return Redirect(f"/retards?fait=helper_reached&visite={visit}", status_code=303)


@post("/retards/{visit:str}/reprendre", opt=may("coordinator"))
async def not_reached(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(visit_presence.not_reached_after_all, site, visitor.actor, visit)
    return Redirect("/retards?fait=helper_not_reached", status_code=303)


HANDLERS = [
    visit_page,
    card_page,
    arrive,
    leave,
    mistaken,
    note_outcome,
    take_back_outcome,
    postpone_page,
    postpone,
    take_back_answer,
    paper,
    late_page,
    reached,
    not_reached,
]

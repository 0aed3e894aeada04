"""A helper's or a person's own pairings: what took place, the review of the trial, pause and stop without a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import notices, own_pairings, pairing_life, trial_reviews
from service.access import Visitor
from service.errors import NotAcceptable, NotFound
from service.site import Site
from service.web import easy
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.pairing_files import OutcomeForm, RevisionForm, outcome_noted

BOTH_SIDES = may("peer_helper", "person")
DONE = {"continue": "review_continue", "stop": "stopped", "talk_first": "answered_talk"}


class ReviewForm(Form):
    said: Literal["continue", "stop", "talk_first"]
    seen: int


class OwnPauseForm(RevisionForm, kw_only=True):
    """The days as typed; `last` empty: until somebody resumes."""

    first: Line = ""
    last: Line = ""


def _back(done: str) -> Redirect:
    return Redirect(f"/mes-binomes?fait={done}", status_code=303)


@dataclass(frozen=True)
class WrongPause:
    """What was typed into the pause of a pairing, and why it is not taken."""

    pairing: str
    first: str
    last: str
    said: str


def _shown(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, wrong: WrongPause | None = None
) -> Response[str]:
    actor = visitor.actor
    pairings = own_pairings.own_pairings(site, actor)
    if wrong is not None and all(one.public_id != wrong.pairing for one in pairings):
        raise NotFound
    return easy.own_page(
        request,
        "own_pairings.html",
        status=200 if wrong is None else 422,
        wrong_pause=wrong,
        pairings=pairings,
        consent=own_pairings.own_consent(site, actor) if actor.role == "person" else None,
        notices=notices.own(site, actor),
    )


@get("/mes-binomes", opt=BOTH_SIDES, sync_to_thread=True)
def own_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _shown(request, site, visitor)


@post("/mes-binomes/visites/{visit:str}/noter", opt=may("peer_helper"))
async def note_outcome(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """The visit took place, or somebody was not there; no cause is asked."""
    form = await read(request, OutcomeForm)
    await sync_to_thread(outcome_noted, site, visitor, visit, form.outcome, form.revision)
    return _back("visit_noted")


@post("/mes-binomes/{pairing:str}/bilan", opt=BOTH_SIDES)
async def answer_review(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Je continue, J’arrête, or J’aimerais en parler; there is no field for a reason."""
    form = await read(request, ReviewForm)

    state = await sync_to_thread(trial_reviews.answer, site, visitor.actor, pairing, form.said, seen=form.seen)
    return _back("trial_passed" if state == "active" else DONE[form.said])


@post("/mes-binomes/{pairing:str}/pause", opt=BOTH_SIDES, status_code=200)
async def pause(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, OwnPauseForm)

    def carry_out() -> Response[Any]:
        try:
            first, last = _day(form.first), _day(form.last) if form.last else None
            pairing_life.pause(site, visitor.actor, pairing, first, last, revision=form.revision)
        except NotAcceptable as error:
            said = speech_of(request).gettext(str(error))
            return _shown(request, site, visitor, WrongPause(pairing, form.first, form.last, said))
        return _back("paused")

    return await sync_to_thread(carry_out)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAcceptable(N_("Cette date ne peut pas être lue. Choisissez-la dans le calendrier."), "first") from None


@post("/mes-binomes/{pairing:str}/reprendre", opt=BOTH_SIDES)
async def resume(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(pairing_life.resume, site, visitor.actor, pairing, revision=form.revision)
    return _back("own_resumed")


@get("/mes-binomes/{pairing:str}/arreter", opt=BOTH_SIDES, sync_to_thread=True)
def stop_page(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """What happens at once, before anything happens."""
    found = [one for one in own_pairings.own_pairings(site, visitor.actor) if one.public_id == pairing]
    if not found:
        raise NotFound
    return page(request, "own_stop.html", pairing=found[0])


@post("/mes-binomes/{pairing:str}/arreter/maintenant", opt=BOTH_SIDES)
async def stop(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """At any time, and without a field for a reason."""
    form = await read(request, RevisionForm)
    await sync_to_thread(pairing_life.stop, site, visitor.actor, pairing, revision=form.revision)
    return _back("stopped")


HANDLERS = [own_page, note_outcome, answer_review, pause, resume, stop_page, stop]

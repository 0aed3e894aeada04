"""« Ma page » for the person: one thing to do, the next meeting, who comes, and what can be changed at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import clock, notices, own_moments, own_start, pairing_life, visits
from service.access import Visitor
from service.errors import NotFound
from service.own_visits import OwnVisit, own_visits
from service.site import Site
from service.web.doors import may
from service.web.easy import own_page
from service.web.forms import Form, read
from service.web.help_numbers import duty_line
from service.web.pages import speech_of
from service.web.speech import Speech

PERSON = may("person")
DONE = {"accepted": "answered_yes", "declined": "answered_no", "other_time": "answered_other"}


class RevisionForm(Form):
    revision: int


class AnswerForm(RevisionForm):
    said: Literal["accepted", "declined", "other_time"]


class MomentForm(RevisionForm):
    slot: Annotated[str, msgspec.Meta(max_length=200)]


def _back(done: str) -> Redirect:
    return Redirect(f"/ma-page?fait={done}", status_code=303)


def language_names(speech: Speech) -> Any:
    return lambda tags: [speech.language_name(tag) for tag in tags]


@get("/ma-page", opt=PERSON, sync_to_thread=True)
def start_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    speech = speech_of(request)
    return own_page(
        request,
        "own_start.html",
        start=own_start.start(site, visitor.actor, speech.lang),
        notices=notices.own(site, visitor.actor),
        duty=duty_line(request, site, visitor),
        language_names=language_names(speech),
    )


@get("/ma-page/papier", opt=PERSON, sync_to_thread=True)
def paper(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """What is proposed and what is planned, on a sheet that is folded with the writing inside."""
    speech = speech_of(request)
    return own_page(
        request,
        "own_start_paper.html",
        start=own_start.start(site, visitor.actor, speech.lang),
        duty=duty_line(request, site, visitor),
        language_names=language_names(speech),
    )


@get("/ma-page/rencontres/{visit:str}/moments", opt=PERSON, sync_to_thread=True)
def moments_page(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The moments that suit everybody who comes; none of them may suit, which is said as easily."""
    return own_page(
        request,
        "own_moments.html",
        moments=own_moments.moments(site, visitor.actor, visit),
        visit=_seen(site, visitor, visit),
        duty=duty_line(request, site, visitor),
    )


def _seen(site: Site, visitor: Visitor, visit: str) -> OwnVisit:
    found = next((one for one in own_visits(site, visitor.actor) if one.public_id == visit), None)
    if found is None:
        raise NotFound
    return found


@post("/ma-page/rencontres/{visit:str}/moments/choisir", opt=PERSON)
async def choose_moment(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, MomentForm)
    await sync_to_thread(own_moments.choose, site, visitor.actor, visit, form.slot, revision=form.revision)
    return _back("moment_chosen")


@post("/ma-page/rencontres/{visit:str}/repondre", opt=PERSON)
async def answer_meeting(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Oui, Je ne peux pas, or another moment; there is no field for a reason."""
    form = await read(request, AnswerForm)
    await sync_to_thread(visits.answer_visit, site, visitor.actor, visit, form.said, revision=form.revision)
    return _back(DONE[form.said])


@post("/ma-page/rencontres/{visit:str}/annuler", opt=PERSON)
async def cancel_meeting(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(visits.cancel, site, visitor.actor, visit, revision=form.revision)
    return _back("meeting_cancelled")


@post("/ma-page/binomes/{pairing:str}/pause", opt=PERSON)
async def pause(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """From today on, until the person says so; days are chosen on the page of the pairing."""
    form = await read(request, RevisionForm)
    today = clock.today(site.clock, visitor.zone)

    await sync_to_thread(pairing_life.pause, site, visitor.actor, pairing, today, None, revision=form.revision)
    return _back("own_pause")


@post("/ma-page/binomes/{pairing:str}/reprendre", opt=PERSON)
async def resume(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(pairing_life.resume, site, visitor.actor, pairing, revision=form.revision)
    return _back("own_resumed")


HANDLERS = [
    start_page,
    paper,
    moments_page,
    choose_moment,
    answer_meeting,
    cancel_meeting,
    pause,
    resume,
]

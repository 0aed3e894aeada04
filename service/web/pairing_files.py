"""The coordinator's live pairings: what is to be done, the thread of one, and what she notes or decides."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from service import (
    choices,
    codes,
    holidays,
    notices,
    pairing_desk,
    pairing_life,
    proposal_returns,
    trial_reviews,
    visit_outcomes,
)
from service.access import Visitor
from service.pairing_ends import DOES_NOT_WAIT
from service.pairing_rows import BY_HAND
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
Way = Literal["phone", "paper", "in_person"]
END_REASONS = tuple(code for code in codes.PAIRING_END_REASONS if code != "consent_withdrawn")
WAITS = {"auto": None, "yes": True, "no": False}


class RevisionForm(Form):
    revision: int


class ReviewForm(Form):
    side: Literal["person", "peer_helper"]
    said: Literal["continue", "stop", "talk_first"]
    how: Way
    seen: int


class OutcomeForm(RevisionForm):
    outcome: Literal["held", "person_absent", "helper_absent"]


class DaysForm(RevisionForm):
    """`last` empty: until somebody resumes."""

    first: date
    last: Line = ""


class PauseForm(DaysForm, kw_only=True):
    """`side` empty: the coordination decides alone."""

    side: Literal["", "person", "peer_helper"]
    how: Way


class EndForm(RevisionForm):
    reason: Line
    waits: Literal["auto", "yes", "no"]
    farewell: Line = ""


class SettleForm(RevisionForm):
    waits: Literal["yes", "no"]


class BackForm(RevisionForm):
    side: Literal["person", "peer_helper"]
    how: Way


class OtherForm(RevisionForm):
    how: Way
    named: Line = ""


def day_of(text: str) -> date | None:
    """A day that may be left open; 400 for anything that is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise HTTPException(status_code=400, detail="not a day") from error


def _back(pairing: str, done: str) -> Redirect:
    return Redirect(f"/binomes/{pairing}?fait={done}", status_code=303)


@get("/binomes", opt=COORDINATOR, sync_to_thread=True)
def desk_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Live pairings by what is to be done, and whom to tell."""
    return page(
        request,
        "pairing_desk.html",
        groups=pairing_desk.desk(site, visitor.actor),
        to_tell=notices.to_tell(site, visitor.actor),
        rest=holidays.warnings(site, visitor.actor),
    )


@get("/binomes/{pairing:str}", opt=COORDINATOR, sync_to_thread=True)
def pairing_page(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return page(
        request,
        "pairing_file.html",
        file=pairing_desk.pairing_file(site, visitor.actor, pairing),
        ways=BY_HAND,
        reasons=END_REASONS,
        does_not_wait=DOES_NOT_WAIT,
    )


@get("/binomes/{pairing:str}/papier", opt=COORDINATOR, sync_to_thread=True)
def paper(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The proposal to print: what the person sees on their own page, with boxes to tick."""
    sheet = pairing_desk.sheet(site, visitor.actor, pairing, speech_of(request).lang)
    return page(request, "proposal_paper.html", sheet=sheet)


@post("/binomes/{pairing:str}/bilan", opt=COORDINATOR)
async def note_review(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """What one side said at the end of the trial, by phone, on paper or in person."""
    form = await read(request, ReviewForm)

    state = await sync_to_thread(
        trial_reviews.answer, site, visitor.actor, pairing, form.said, side=form.side, how=form.how, seen=form.seen
    )
    return _back(pairing, {"active": "trial_passed", "ended": "pairing_ended"}.get(state, "answer_noted"))


@post("/binomes/{pairing:str}/visites/{visit:str}/noter", opt=COORDINATOR)
async def note_outcome(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, OutcomeForm)
    await sync_to_thread(outcome_noted, site, visitor, visit, form.outcome, form.revision)
    return _back(pairing, "visit_noted")


def outcome_noted(site: Site, visitor: Visitor, visit: str, outcome: str, revision: int) -> None:
    """A visit took place, or it did not and who was not there."""
    if outcome == "held":
        visit_outcomes.note_held(site, visitor.actor, visit, revision=revision)
    else:
        visit_outcomes.note_not_held(site, visitor.actor, visit, outcome, revision=revision)


@post("/binomes/{pairing:str}/pause", opt=COORDINATOR)
async def pause(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, PauseForm)
    last = day_of(form.last)

    await sync_to_thread(
        pairing_life.pause,
        site,
        visitor.actor,
        pairing,
        form.first,
        last,
        side=form.side or None,
        how=form.how,
        revision=form.revision,
    )
    return _back(pairing, "paused")


@post("/binomes/{pairing:str}/reprendre", opt=COORDINATOR)
async def resume(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(pairing_life.resume, site, visitor.actor, pairing, revision=form.revision)
    return _back(pairing, "resumed")


@post("/binomes/{pairing:str}/terminer", opt=COORDINATOR)
async def end(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """End, or hand over to somebody else: with a coded reason, and whether the person waits again."""
    form = await read(request, EndForm)
    await sync_to_thread(
        pairing_life.end,
        site,
        visitor.actor,
        pairing,
        form.reason,
        waits=WAITS[form.waits],
        farewell=form.farewell or None,
        revision=form.revision,
    )
    return _back(pairing, "pairing_ended")


@post("/binomes/{pairing:str}/suite", opt=COORDINATOR)
async def settle(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """After an end: the person goes on waiting, or does not."""
    form = await read(request, SettleForm)
    await sync_to_thread(
        pairing_life.settle, site, visitor.actor, pairing, waits=form.waits == "yes", revision=form.revision
    )
    return _back(pairing, "settled")


@post("/binomes/{pairing:str}/reponse/reprendre", opt=COORDINATOR)
async def take_answer_back(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, BackForm)
    await sync_to_thread(proposal_returns.take_back, site, visitor.actor, pairing, form.side, form.how, form.revision)
    return _back(pairing, "answer_back")


@post("/binomes/{pairing:str}/autre", opt=COORDINATOR)
async def ask_for_another(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """The person would rather have somebody else, said by phone, on paper or in person."""
    form = await read(request, OtherForm)
    await sync_to_thread(
        choices.ask_for_another, site, visitor.actor, pairing, form.named, how=form.how, revision=form.revision
    )
    return _back(pairing, "asked_another")


HANDLERS = [
    desk_page,
    pairing_page,
    paper,
    note_review,
    note_outcome,
    pause,
    resume,
    end,
    settle,
    take_answer_back,
    ask_for_another,
]

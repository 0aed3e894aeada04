"""A professional's own requests: the list, one followed step by step, on paper; correct it, take it back, say when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import (
    codes,
    common_slots,
    request_drafts,
    request_follow,
    request_questions,
    request_withdrawals,
    requests,
)
from service.access import Visitor
from service.clock import RealClock
from service.errors import NotAcceptable
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

PROFESSIONAL = may("professional")
HERE = "/mes-demandes"
REAL = RealClock()
NONE = "none"
"""In the form of common moments: none of them suits."""


_NO_DAY = N_("Choisissez un jour à venir, ou laissez vide")


class RevisionForm(Form):
    revision: int


class AnswerForm(Form):
    text: Annotated[str, msgspec.Meta(max_length=2000)]


class ChangeForm(RevisionForm, kw_only=True):
    themes: Annotated[list[Line], msgspec.Meta(max_length=60)] = msgspec.field(default_factory=list[Line])
    urgency: Line = ""
    wished_by: Line = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class MomentForm(Form):
    moment: Line = NONE


@get("/mes-demandes", opt=PROFESSIONAL, sync_to_thread=True)
def own_requests(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """A professional's requests and the next step of each, the last one first; those that ended come after."""
    language = speech_of(request).lang
    found = requests.listing(site, visitor.actor, codes.REQUEST_STATES, language)[::-1]
    return page(
        request,
        "own_requests.html",
        requests=[one for one in found if one.status not in request_follow.ENDED],
        ended=[one for one in found if one.status in request_follow.ENDED],
        drafts=request_drafts.mine(site, visitor.actor, language),
        awaiting=request_follow.awaiting_first_visit(site, visitor.actor),
        unread=request_follow.unread(site, visitor.actor),
    )


@get("/mes-demandes/{public_id:str}", opt=PROFESSIONAL, sync_to_thread=True)
def own_request(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _followed(request, site, visitor, public_id)


def _followed(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, public_id: str, *, wrong: str = "", said: str = ""
) -> Response[str]:
    language = speech_of(request).lang
    item = request_follow.one(site, visitor.actor, public_id, language)
    sent_on = item.status == "redirected"
    return page(
        request,
        "own_request.html",
        status=422 if wrong else 200,
        item=item,
        seen=requests.one(site, visitor.actor, public_id, language) if sent_on else None,
        asked=request_questions.open_one(site, visitor.actor, public_id),
        wrong=wrong,
        said_now=said,
    )


@post("/mes-demandes/{public_id:str}/repondre", opt=PROFESSIONAL)
async def answer_question(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """What the coordination asked; what was written stays when it cannot be taken."""
    form = await read(request, AnswerForm)

    def answer() -> Response[Any]:
        text = form.text.strip()
        try:
            request_questions.answer(site, visitor.actor, public_id, text)
        except NotAcceptable as error:
            return _followed(request, site, visitor, public_id, wrong=str(error), said=text)
        return Redirect(f"{HERE}/{public_id}?fait=request_answered", status_code=303)

    return await sync_to_thread(answer)


@get("/mes-demandes/{public_id:str}/imprimer", opt=PROFESSIONAL, sync_to_thread=True)
def on_paper(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The same on one sheet, without what can be pressed."""
    item = request_follow.one(site, visitor.actor, public_id, speech_of(request).lang)
    return page(request, "own_request_paper.html", item=item)


@get("/mes-demandes/{public_id:str}/corriger", opt=PROFESSIONAL)
async def change_page(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    language = speech_of(request).lang

    def show() -> Response[Any]:
        item = request_follow.one(site, visitor.actor, public_id, language)
        if not item.can_change:
            return Redirect(f"{HERE}/{public_id}", status_code=303)
        said = {
            "themes": item.theme_codes,
            "urgency": item.urgency,
            "wished_by": item.wished_by.isoformat() if item.wished_by else "",
            "note": item.note,
        }
        return _change_shown(request, site, visitor, item, said, {})

    return await sync_to_thread(show)


@post("/mes-demandes/{public_id:str}/corriger", opt=PROFESSIONAL)
async def change(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """What was asked, corrected while it is new; what was filled in stays when something is missing."""
    form = await read(request, ChangeForm)
    language = speech_of(request).lang

    def keep() -> Response[Any]:
        try:
            wished = _day(form.wished_by)
            request_withdrawals.change(
                site,
                visitor.actor,
                public_id,
                form.revision,
                themes=form.themes,
                urgency=form.urgency,
                wished_by=wished,
                note=form.note.strip(),
            )
        except NotAcceptable as error:
            item = request_follow.one(site, visitor.actor, public_id, language)
            said = {name: getattr(form, name) for name in ("themes", "urgency", "wished_by", "note")}
            return _change_shown(request, site, visitor, item, said, {error.field: str(error)})
        return Redirect(f"{HERE}/{public_id}?fait=request_changed", status_code=303)

    return await sync_to_thread(keep)


@post("/mes-demandes/{public_id:str}/retirer", opt=PROFESSIONAL)
async def withdraw(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(request_withdrawals.withdraw, site, visitor.actor, public_id, form.revision)
    return Redirect(f"{HERE}/{public_id}?fait=request_withdrawn", status_code=303)


@post("/mes-demandes/{public_id:str}/reprendre", opt=PROFESSIONAL)
async def undo(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(request_withdrawals.undo, site, visitor.actor, public_id, form.revision)
    return Redirect(f"{HERE}/{public_id}?fait=request_back", status_code=303)


@post("/mes-demandes/{public_id:str}/moment", opt=PROFESSIONAL)
async def say_moment(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Which of the common moments suits, or none."""
    form = await read(request, MomentForm)
    start = None if form.moment == NONE else _moment(form.moment)
    await sync_to_thread(common_slots.say, site, visitor.actor, public_id, start, REAL.now())
    return Redirect(f"{HERE}/{public_id}?fait=moment_said", status_code=303)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise NotAcceptable(_NO_DAY, "wished_by") from None


def _moment(said: str) -> datetime:
    try:
        start = datetime.fromisoformat(said)
    except ValueError:
        start = None
    if start is None or start.tzinfo is None:
        raise HTTPException(status_code=400, detail="no moment")
    return start


def _change_shown(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    item: request_follow.Follow,
    said: dict[str, Any],
    wrong: dict[str, str],
) -> Response[str]:
    return page(
        request,
        "own_request_change.html",
        status=422 if wrong else 200,
        item=item,
        said_now=said,
        wrong=wrong,
        themes=request_follow.themes(site, visitor.actor, speech_of(request).lang),
        urgencies=codes.URGENCIES,
        note_length=request_withdrawals.NOTE_LENGTH,
    )


HANDLERS = [answer_question, own_requests, own_request, on_paper, change_page, change, withdraw, undo, say_moment]

"""The coordinator's requests, and a requester's own."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, request_file, request_questions, request_search, request_turns, requests
from service.access import Visitor
from service.errors import NotAcceptable
from service.request_search import Wanted
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Codes = Annotated[list[Line], msgspec.Meta(max_length=20)]
CLOSE_REASONS = tuple(code for code in codes.REQUEST_REASONS if code != "consent_withdrawn")
"""A consent that is taken back is noted as such, and closes the request by itself."""


class RevisionForm(Form):
    revision: int


class ConsentForm(RevisionForm):
    how: Line


class EndForm(RevisionForm):
    outcome: Line


class AskForm(RevisionForm):
    asks: Codes = msgspec.field(default_factory=list[Line])
    text: Text = ""


class AnswerForm(Form):
    text: Text = ""


class RedirectForm(RevisionForm):
    reason: Line = ""
    organisation: Line = ""
    where: Text = ""


class DaysForm(Form):
    days: int


@get("/demandes", opt=COORDINATOR, sync_to_thread=True)
def request_list(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """What is looked for stands in the address; without anything, all that are open, new ones first."""
    asked = request.query_params
    age, number = asked.get("age") or "", asked.get("page") or ""
    wanted = Wanted(
        words=(asked.get("q") or "")[:80].strip(),
        state=asked.get("etat") or "",
        theme=asked.get("theme") or "",
        source=asked.get("source") or "",
        age=int(age) if age.isascii() and age.isdecimal() and len(age) < 4 else 0,
        urgency=asked.get("urgence") or "",
        page=int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1,
    )
    return _listed(request, site, visitor, wanted)


def _listed(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    wanted: Wanted,
    wrong: dict[str, str] | None = None,
    days: int | None = None,
) -> Response[str]:
    found = request_search.search(site, visitor.actor, wanted, speech_of(request).lang)
    kept = {
        "q": wanted.words,
        "etat": wanted.state,
        "theme": wanted.theme,
        "source": wanted.source,
        "age": wanted.age or "",
        "urgence": wanted.urgency,
    }
    return page(
        request,
        "requests.html",
        status=422 if wrong else 200,
        found=found,
        wanted=wanted,
        fresh=[item for item in found.requests if item.status in requests.NEW],
        others=[item for item in found.requests if item.status not in requests.NEW],
        filter=urlencode({name: value for name, value in kept.items() if value}),
        ages=request_search.AGES,
        states=("new", "asked", "waiting", "proposed", "fulfilled", "ended"),
        urgencies=codes.URGENCIES,
        wrong=wrong or {},
        answer_days=days or found.answer_days,
        fewest_days=request_turns.FEWEST_DAYS,
        most_days=request_turns.MOST_DAYS,
    )


@get("/demandes/{public_id:str}", opt=COORDINATOR, sync_to_thread=True)
def request_page(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _shown(request, site, visitor, public_id)


def _shown(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    public_id: str,
    wrong: dict[str, str] | None = None,
    said: Form | None = None,
) -> Response[str]:
    """The whole request; after a form that lacks something, with what it said."""
    return page(
        request,
        "request_file.html",
        status=422 if wrong else 200,
        file=request_file.file_of(site, visitor.actor, public_id, speech_of(request).lang),
        wrong=wrong or {},
        failed={field.partition("-")[0] for field in wrong or {}},
        asked=said if isinstance(said, AskForm) else AskForm(revision=0),
        answered=said if isinstance(said, AnswerForm) else AnswerForm(),
        redirected=said if isinstance(said, RedirectForm) else RedirectForm(revision=0),
        to_do=request.query_params.get("faire") or "",
        questions=codes.REQUEST_QUESTIONS,
        redirects=codes.REDIRECT_REASONS,
        reasons=CLOSE_REASONS,
        consent_ways=requests.CONSENT_BY_HAND,
        length=request_questions.LENGTH,
        where_length=requests.WHERE_LENGTH,
    )


@post("/demandes/{public_id:str}/accepter", opt=COORDINATOR)
async def accept_request(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    state = await sync_to_thread(requests.accept, site, visitor.actor, public_id, form.revision)
    return _back(public_id, f"request_{'accepted' if state == 'waiting' else 'consent'}")


@post("/demandes/{public_id:str}/accord", opt=COORDINATOR)
async def note_consent(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, ConsentForm)
    await sync_to_thread(requests.note_consent, site, visitor.actor, public_id, form.revision, form.how)
    return _back(public_id, "consent_noted")


@post("/demandes/{public_id:str}/preciser", opt=COORDINATOR)
async def ask(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, AskForm)
    try:
        await sync_to_thread(
            request_questions.ask, site, visitor.actor, public_id, form.revision, form.asks, form.text.strip()
        )
    except NotAcceptable as error:
        return await sync_to_thread(_shown, request, site, visitor, public_id, _wrong("ask", error), form)
    return _back(public_id, "request_asked")


@post("/demandes/{public_id:str}/repondre", opt=COORDINATOR)
async def answer(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """What whoever asked said by phone."""
    form = await read(request, AnswerForm)
    try:
        await sync_to_thread(request_questions.answer, site, visitor.actor, public_id, form.text.strip())
    except NotAcceptable as error:
        return await sync_to_thread(_shown, request, site, visitor, public_id, _wrong("answer", error), form)
    return _back(public_id, "request_answered")


@post("/demandes/{public_id:str}/retirer-question", opt=COORDINATOR)
async def take_question_back(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(request_questions.take_back, site, visitor.actor, public_id, form.revision)
    return _back(public_id, "request_question_back")


@post("/demandes/{public_id:str}/reorienter", opt=COORDINATOR)
async def redirect_request(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, RedirectForm)
    try:
        await sync_to_thread(
            requests.redirect,
            site,
            visitor.actor,
            public_id,
            form.revision,
            form.reason,
            form.organisation,
            form.where.strip(),
        )
    except NotAcceptable as error:
        return await sync_to_thread(_shown, request, site, visitor, public_id, _wrong("redirect", error), form)
    return _back(public_id, "request_redirected")


@post("/demandes/{public_id:str}/terminer", opt=COORDINATOR)
async def end_request(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, EndForm)
    await sync_to_thread(requests.close, site, visitor.actor, public_id, form.revision, form.outcome)
    return _back(public_id, "request_closed")


@post("/demandes/{public_id:str}/annuler", opt=COORDINATOR)
async def undo(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Take the last decision back."""
    form = await read(request, RevisionForm)
    await sync_to_thread(requests.undo, site, visitor.actor, public_id, form.revision)
    return _back(public_id, "request_undone")


@post("/demandes/delai", opt=COORDINATOR)
async def choose_days(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """How long a request waits for an answer before it is closed."""
    form = await read(request, DaysForm)
    try:
        await sync_to_thread(request_turns.choose_days, site, visitor.actor, form.days)
    except NotAcceptable as error:
        return await sync_to_thread(
            _listed, request, site, visitor, Wanted(), {"days": str(error)}, max(1, min(form.days, 9999))
        )
    return Redirect("/demandes?fait=answer_days_set", status_code=303)


def _back(public_id: str, done: str) -> Redirect:
    return Redirect(f"/demandes/{public_id}?fait={done}", status_code=303)


def _wrong(form: str, error: NotAcceptable) -> dict[str, str]:
    """The refusal beside its field; fields of several forms on the page are told apart."""
    return {f"{form}-{error.field}": str(error)}


HANDLERS = [
    request_list,
    request_page,
    accept_request,
    note_consent,
    ask,
    answer,
    take_question_back,
    redirect_request,
    end_request,
    undo,
    choose_days,
]

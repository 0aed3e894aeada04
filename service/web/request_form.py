"""The four steps of a professional's request, each a page that works by itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, offered, request_answers, request_drafts
from service.access import Visitor
from service.errors import NotFound
from service.request_drafts import Draft
from service.requests import CONSENT_BY_HAND
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

PROFESSIONAL = may("professional")
HERE = "/mes-demandes/brouillons"
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Codes = Annotated[list[Line], msgspec.Meta(max_length=60)]


class StepForm(Form):
    then: Literal["next", "later"] = "next"


class PersonForm(StepForm):
    whom: Line = "new"
    pseudonym: Line = ""
    pseudonym_sure: Line = ""
    age_band: Line = ""
    agreed: Line = ""
    how: Line = ""


class HelpForm(StepForm):
    themes: Codes = msgspec.field(default_factory=list[Line])
    urgency: Line = ""
    wished_by: Line = ""
    frequency: Line = ""


class MeetingForm(StepForm):
    neighbourhood: Line = ""
    languages: Codes = msgspec.field(default_factory=list[Line])
    moments: Codes = msgspec.field(default_factory=list[Line])
    living: Line = "home"
    where: Line = ""
    preference: Line = "none"
    note: Text = ""


FORMS: dict[int, type[StepForm]] = {1: PersonForm, 2: HelpForm, 3: MeetingForm}


@post("/mes-demandes/nouvelle", opt=PROFESSIONAL)
async def start(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    await read(request, Form)
    draft = await sync_to_thread(request_drafts.start, site, visitor.actor)
    return Redirect(f"{HERE}/{draft}/1", status_code=303)


@get("/mes-demandes/brouillons/{draft_id:str}/{step:int}", opt=PROFESSIONAL)
async def step_page(
    request: Request[Any, Any, Any],
    draft_id: FromPath[str],
    step: FromPath[int],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """One step; what was sent already shows its request, and what lacks something comes before the check."""
    if step not in (*FORMS, 4):
        raise NotFound

    def show() -> Response[Any]:
        draft = request_drafts.one(site, visitor.actor, draft_id, speech_of(request).lang)
        if draft.sent is not None:
            return Redirect("/mes-demandes?fait=request_sent", status_code=303)
        if step > draft.next_step:
            return Redirect(f"{HERE}/{draft_id}/{draft.next_step}", status_code=303)
        return shown(request, draft, step, {})

    return await sync_to_thread(show)


@post("/mes-demandes/brouillons/{draft_id:str}/{step:int}", opt=PROFESSIONAL)
async def save_step(
    request: Request[Any, Any, Any],
    draft_id: FromPath[str],
    step: FromPath[int],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """Whatever was filled in is kept; the next step opens when nothing is missing in this one."""
    if step not in FORMS:
        raise NotFound
    form = await read(request, FORMS[step])
    said = said_in(form)
    language = speech_of(request).lang

    def keep() -> Draft:
        request_drafts.save(site, visitor.actor, draft_id, said)
        return request_drafts.one(site, visitor.actor, draft_id, language)

    draft = await sync_to_thread(keep)
    if form.then == "later":
        return Redirect("/mes-demandes?fait=draft_kept", status_code=303)
    if draft.wrong[step]:
        return await sync_to_thread(shown, request, draft, step, draft.wrong[step])
    return Redirect(f"{HERE}/{draft_id}/{draft.next_step}", status_code=303)


@post("/mes-demandes/brouillons/{draft_id:str}/envoyer", opt=PROFESSIONAL)
async def send(
    request: Request[Any, Any, Any],
    draft_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(request_drafts.send, site, visitor.actor, draft_id)
    return Redirect("/mes-demandes?fait=request_sent", status_code=303)


@post("/mes-demandes/brouillons/{draft_id:str}/effacer", opt=PROFESSIONAL)
async def discard(
    request: Request[Any, Any, Any],
    draft_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(request_drafts.discard, site, visitor.actor, draft_id)
    return Redirect("/mes-demandes?fait=draft_gone", status_code=303)


def said_in(form: StepForm) -> dict[str, Any]:
    """The answers of a step's form."""
    return {
        name: value.strip() if isinstance(value, str) else value
        for name, value in msgspec.structs.asdict(form).items()
        if name not in ("csrf", "then")
    }


def shown(
    request: Request[Any, Any, Any],
    draft: Draft,
    step: int,
    wrong: Any,
    *,
    base: str = "",
    home: str = "/mes-demandes",
    by_link: dict[str, Any] | None = None,
) -> Response[str]:
    """One step; `base` is where the draft's steps lie, `by_link` what a page without an account says beside it."""
    return page(
        request,
        f"request_step_{step}.html",
        status=422 if wrong else 200,
        base=base or f"{HERE}/{draft.public_id}",
        home=home,
        by_link=by_link,
        draft=draft,
        answers=draft.answers,
        offered=draft.offered,
        step=step,
        wrong=wrong,
        ages=codes.AGE_BANDS,
        ways=CONSENT_BY_HAND,
        urgencies=codes.URGENCIES,
        frequencies=codes.FREQUENCIES,
        moments=offered.MOMENTS,
        livings=codes.LIVING_ENVIRONMENTS,
        preferences=offered.PREFERENCES,
        tongues=offered.LANGUAGES,
        wished_by=date.fromisoformat(draft.answers.wished_by) if step == 4 and draft.answers.wished_by else None,
        note_length=request_answers.NOTE_LENGTH,
    )


HANDLERS = [start, step_page, save_step, send, discard]

"""The form for a request that somebody made by phone."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from service import codes, offered, request_answers, request_entry
from service.access import Visitor
from service.request_answers import ANSWERS, Answers
from service.request_entry import BY_THEMSELVES, Incomplete
from service.requests import CONSENT_BY_HAND
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Id, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Codes = Annotated[list[Line], msgspec.Meta(max_length=60)]


class EntryForm(Form):
    nonce: Id
    asker: Line = ""
    whom: Line = "new"
    pseudonym: Line = ""
    pseudonym_sure: Line = ""
    age_band: Line = ""
    agreed: Line = ""
    how: Line = ""
    themes: Codes = msgspec.field(default_factory=list[Line])
    urgency: Line = "normal"
    wished_by: Line = ""
    frequency: Line = "weekly"
    neighbourhood: Line = ""
    languages: Codes = msgspec.field(default_factory=list[Line])
    moments: Codes = msgspec.field(default_factory=list[Line])
    living: Line = "home"
    where: Line = ""
    preference: Line = "none"
    note: Text = ""


@get("/demandes/nouvelle", opt=COORDINATOR)
async def entry_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return await sync_to_thread(_shown, request, site, visitor, site.ids.new(), "", Answers(), {})


@post("/demandes/nouvelle", opt=COORDINATOR)
async def enter(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Write it down; what is missing is said, and what was filled in stays."""
    form = await read(request, EntryForm)
    held: dict[str, Any] = {name: getattr(form, name) for name in ANSWERS}
    stripped: dict[str, Any] = {name: value.strip() for name, value in held.items() if isinstance(value, str)}
    said = Answers(**{**held, **stripped})
    try:
        made = await sync_to_thread(request_entry.enter, site, visitor.actor, form.nonce, form.asker, said)
    except Incomplete as error:
        return await sync_to_thread(_shown, request, site, visitor, form.nonce, form.asker, said, error.wrong)
    return Redirect(f"/demandes/{made}?fait=request_entered", status_code=303)


def _shown(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    nonce: str,
    asker: str,
    answers: Answers,
    wrong: Any,
) -> Response[str]:
    choices = request_entry.choices(site, visitor.actor, speech_of(request).lang)
    return page(
        request,
        "request_entry.html",
        status=422 if wrong else 200,
        nonce=nonce,
        asker=asker,
        askers=choices.askers,
        by_themselves=BY_THEMSELVES,
        answers=answers,
        offered=choices.offered,
        wrong=wrong,
        ages=codes.AGE_BANDS,
        ways=CONSENT_BY_HAND,
        urgencies=codes.URGENCIES,
        frequencies=codes.FREQUENCIES,
        moments=offered.MOMENTS,
        livings=codes.LIVING_ENVIRONMENTS,
        preferences=offered.PREFERENCES,
        tongues=offered.LANGUAGES,
        note_length=request_answers.NOTE_LENGTH,
    )


HANDLERS = [entry_page, enter]

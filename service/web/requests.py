"""The coordinator's requests."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, requests
from service.access import Visitor
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")


class RevisionForm(Form):
    revision: int


class ConsentForm(RevisionForm):
    how: Line


class EndForm(RevisionForm):
    outcome: Line


@get("/demandes", opt=COORDINATOR, sync_to_thread=True)
def request_list(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """New requests first, then those on their way."""
    found = requests.listing(site, visitor.actor, language=speech_of(request).lang)
    found = [item for item in found if item.kind == "pairing"]
    return page(
        request,
        "requests.html",
        fresh=[item for item in found if item.status in requests.NEW],
        open=[item for item in found if item.status not in requests.NEW],
        reasons=codes.REQUEST_REASONS,
        consent_ways=requests.CONSENT_BY_HAND,
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
    return Redirect(f"/demandes?fait=request_{'accepted' if state == 'waiting' else 'consent'}", status_code=303)


@post("/demandes/{public_id:str}/accord", opt=COORDINATOR)
async def note_consent(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, ConsentForm)
    await sync_to_thread(requests.note_consent, site, visitor.actor, public_id, form.revision, form.how)
    return Redirect("/demandes?fait=consent_noted", status_code=303)


@post("/demandes/{public_id:str}/terminer", opt=COORDINATOR)
async def end_request(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, EndForm)
    if form.outcome == "redirected":
        await sync_to_thread(requests.redirect, site, visitor.actor, public_id, form.revision)
        return Redirect("/demandes?fait=request_redirected", status_code=303)
    await sync_to_thread(requests.close, site, visitor.actor, public_id, form.revision, form.outcome)
    return Redirect("/demandes?fait=request_closed", status_code=303)


HANDLERS = [request_list, accept_request, note_consent, end_request]

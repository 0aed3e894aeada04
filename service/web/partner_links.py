"""Links for partners: the coordinator's page of them, and the pages of whoever comes by one."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import partner_links, request_drafts
from service.access import Visitor
from service.errors import NotAcceptable, NotFound
from service.partner_links import Door
from service.request_drafts import Draft
from service.site import Site
from service.web.doors import ANYONE, address_of, cookie_name, may, own_cookie
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.request_form import FORMS, said_in, shown

COORDINATOR = may("coordinator")
HERE = "/reglages/liens-partenaires"
DEVICE_SECONDS = request_drafts.KEPT_DAYS * 24 * 3600


class LinkForm(Form):
    professional: Line
    phone: Line = ""
    per_day: Line = "10"


class RevisionForm(Form):
    revision: int


class MailForm(Form):
    email: Line = ""


class TokenForm(Form):
    token: Line


def _listed(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    *,
    made: str = "",
    wrong: dict[str, str] | None = None,
    said: LinkForm | None = None,
) -> Response[str]:
    return page(
        request,
        "partner_links.html",
        status=422 if wrong else 200,
        links=partner_links.links(site, visitor.actor),
        choices=partner_links.choices(site, visitor.actor),
        made=made,
        wrong=wrong or {},
        said_now=said,
        can_be_mailed=partner_links.can_be_mailed(site),
    )


@get("/reglages/liens-partenaires", opt=COORDINATOR)
async def link_list(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return await sync_to_thread(_listed, request, site, visitor)


@post("/reglages/liens-partenaires", opt=COORDINATOR, status_code=200)
async def make_link(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Make a link and show it, this once."""
    form = await read(request, LinkForm)
    typed = form.per_day.strip()
    per_day = int(typed) if typed.isdecimal() and len(typed) < 4 else 0

    def made() -> Response[str]:
        try:
            link = partner_links.make(site, visitor.actor, form.professional, form.phone, per_day)
        except NotAcceptable as error:
            return _listed(request, site, visitor, wrong={error.field: str(error)}, said=form)
        return _listed(request, site, visitor, made=link)

    return await sync_to_thread(made)


@post("/reglages/liens-partenaires/{public_id:str}/renouveler", opt=COORDINATOR, status_code=200)
async def renew_link(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    form = await read(request, RevisionForm)
    link = await sync_to_thread(partner_links.renew, site, visitor.actor, public_id, form.revision)
    return await sync_to_thread(lambda: _listed(request, site, visitor, made=link))


@post("/reglages/liens-partenaires/{public_id:str}/arreter", opt=COORDINATOR)
async def stop_link(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(partner_links.stop, site, visitor.actor, public_id, form.revision)
    return Redirect(f"{HERE}?fait=link_stopped", status_code=303)


def device_name(site: Site) -> str:
    return cookie_name(site) + "-partner"


def _door(request: Request[Any, Any, Any], site: Site, token: str) -> Door:
    device = request.cookies.get(device_name(site), "")
    return partner_links.enter(site, token, device, address_of(request))


@get("/demander/{token:str}", opt=ANYONE, sync_to_thread=True)
def welcome(request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site]) -> Response[str]:
    """Who asks whom for what, and the drafts of this browser; nothing begins by looking."""
    door = _door(request, site, token)
    has_device = device_name(site) in request.cookies
    drafts = request_drafts.mine(site, door.visitor, speech_of(request).lang) if has_device else []
    return page(request, "partner_welcome.html", door=door, token=token, drafts=drafts)


@post("/demander/{token:str}/commencer", opt=ANYONE)
async def begin(request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site]) -> Redirect:
    await read(request, Form)
    device = request.cookies.get(device_name(site), "") or secrets.token_urlsafe(32)

    def begun() -> str:
        door = partner_links.enter(site, token, device, address_of(request))
        return partner_links.begin(site, door.visitor)

    draft = await sync_to_thread(begun)
    answer = Redirect(f"/demander/{token}/{draft}/1", status_code=303)
    answer.set_cookie(own_cookie(site, device_name(site), device, max_age=DEVICE_SECONDS))
    return answer


@get("/demander/{token:str}/{draft_id:str}/{step:int}", opt=ANYONE)
async def step_page(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    draft_id: FromPath[str],
    step: FromPath[int],
    site: NamedDependency[Site],
) -> Response[Any]:
    """One of the four steps; what lacks something comes before the check."""
    if step not in (*FORMS, 4):
        raise NotFound

    def show() -> Response[Any]:
        door = _door(request, site, token)
        draft = request_drafts.one(site, door.visitor, draft_id, speech_of(request).lang)
        if draft.sent is not None:
            return Redirect(f"/demander/{token}", status_code=303)
        if step > draft.next_step:
            return Redirect(f"/demander/{token}/{draft_id}/{draft.next_step}", status_code=303)
        return _step(request, door, token, draft, step, {})

    return await sync_to_thread(show)


@post("/demander/{token:str}/{draft_id:str}/{step:int}", opt=ANYONE)
async def save_step(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    draft_id: FromPath[str],
    step: FromPath[int],
    site: NamedDependency[Site],
) -> Response[Any]:
    if step not in FORMS:
        raise NotFound
    form = await read(request, FORMS[step])

    def keep() -> Response[Any]:
        door = _door(request, site, token)
        request_drafts.save(site, door.visitor, draft_id, said_in(form))
        draft = request_drafts.one(site, door.visitor, draft_id, speech_of(request).lang)
        if form.then == "later":
            return Redirect(f"/demander/{token}?fait=draft_kept", status_code=303)
        if draft.wrong[step]:
            return _step(request, door, token, draft, step, draft.wrong[step])
        return Redirect(f"/demander/{token}/{draft_id}/{draft.next_step}", status_code=303)

    return await sync_to_thread(keep)


@post("/demander/{token:str}/{draft_id:str}/envoyer", opt=ANYONE, status_code=200)
async def ask_to_confirm(
    request: Request[Any, Any, Any], token: FromPath[str], draft_id: FromPath[str], site: NamedDependency[Site]
) -> Response[Any]:
    """The same page whoever has this address."""
    form = await read(request, MailForm)
    language = speech_of(request).lang

    def asked() -> Response[Any]:
        door = _door(request, site, token)
        try:
            came_from = address_of(request)
            partner_links.ask_to_confirm(site, door.visitor, draft_id, form.email, came_from, language)
        except NotAcceptable as error:
            draft = request_drafts.one(site, door.visitor, draft_id, language)
            return _step(request, door, token, draft, 4, {error.field: str(error)}, form.email)
        return page(request, "partner_sent.html", door=door, back=f"/demander/{token}/{draft_id}/4")

    return await sync_to_thread(asked)


@get("/confirmer/{token:str}", opt=ANYONE, sync_to_thread=True)
def confirm_page(request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site]) -> Response[str]:
    """A button, since mail scanners open links; once confirmed, how far the request is."""
    found = partner_links.progress(site, token, address_of(request))
    return page(request, "partner_confirm.html", found=found, token=token)


@post("/confirmer", opt=ANYONE)
async def confirm(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Redirect:
    form = await read(request, TokenForm)
    await sync_to_thread(partner_links.confirm, site, form.token, address_of(request))
    return Redirect(f"/confirmer/{form.token}", status_code=303)


def _step(
    request: Request[Any, Any, Any], door: Door, token: str, draft: Draft, step: int, wrong: Any, email: str = ""
) -> Response[str]:
    beside = {"can_be_mailed": door.can_be_mailed, "phone": door.phone, "email": email}
    base = f"/demander/{token}/{draft.public_id}"
    return shown(request, draft, step, wrong, base=base, home=f"/demander/{token}", by_link=beside)


HANDLERS = [
    link_list,
    make_link,
    renew_link,
    stop_link,
    welcome,
    begin,
    step_page,
    save_step,
    ask_to_confirm,
    confirm_page,
    confirm,
]

"""
The door of an identity provider: there and back, to sign in, to join, to link one's account, to prove who one is.

A form that is answered by a redirect to another site is blocked by `form-action 'self'` in some browsers. So the form
is answered by a page that leads on by itself, with a link for browsers that do not; and what the provider sends back by
its address is brought in by a form of ours, so that no GET changes anything.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from service import provider, provider_links, provider_trips
from service.access import Visitor
from service.errors import NotAcceptable, SignInFailed
from service.provider_trips import Answer
from service.site import Site
from service.web.account import STAFF_FRESH, STAFF_ONLY
from service.web.doors import ANYONE, address_of, cookie_name, own_cookie, visitor_of
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.sign_in import browser_of, let_in, path_of_ours

TRIP_SECONDS = int(provider_trips.TRIP_LIVES.total_seconds())
LONGEST = 4096
"""Characters of a code; those of some providers hold a whole sealed record."""
Long = Annotated[str, msgspec.Meta(max_length=LONGEST)]
AFTER = {"link": ("/compte/fournisseur", "provider_linked"), "confirm": ("/compte", "confirmed")}


class InvitedForm(Form):
    token: Line


class BackForm(Form):
    back: Line = "/compte"


class AnswerForm(Form):
    state: Line
    code: Long = ""
    error: Line = ""
    iss: Line = ""


def trip_cookie(site: Site) -> str:
    return cookie_name(site) + "-trip"


async def _leave(request: Request[Any, Any, Any], site: Site, purpose: str, **about: Any) -> Response[str]:
    """The page that leads to the provider, or says why not."""

    def leave() -> Response[str]:
        came_from, language = address_of(request), speech_of(request).lang
        try:
            there = provider_trips.leave(site, purpose, came_from, language=language, **about)
        except SignInFailed as error:
            return _failed(request, site, error, purpose)
        answer = page(request, "provider_leave.html", address=there.address, name=provider.name_of(site))
        answer.set_cookie(own_cookie(site, trip_cookie(site), there.browser, max_age=TRIP_SECONDS))
        return answer

    return await sync_to_thread(leave)


def _failed(request: Request[Any, Any, Any], site: Site, error: SignInFailed, purpose: str = "") -> Response[str]:
    """One page for whatever went wrong: what to do now is the same."""
    return page(
        request,
        "provider_failed.html",
        status=503 if error.facts.get("away") else 403,
        fault=str(error),
        purpose=purpose or error.facts.get("purpose", ""),
        name=provider.name_of(site),
    )


@post("/entrer/fournisseur", opt=ANYONE, status_code=200)
async def leave_to_sign_in(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    await read(request, Form)
    return await _leave(request, site, "sign_in")


@post("/rejoindre/fournisseur", opt=ANYONE, status_code=200)
async def leave_to_join(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    form = await read(request, InvitedForm)
    return await _leave(request, site, "join", invitation=form.token)


@post("/compte/fournisseur/lier", opt=STAFF_FRESH, status_code=200)
async def leave_to_link(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    await read(request, Form)
    return await _leave(request, site, "link", account_id=visitor.actor.account_id)


@post("/compte/confirmer/fournisseur", opt=STAFF_ONLY, status_code=200)
async def leave_to_confirm(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    form = await read(request, BackForm)
    back = path_of_ours(form.back, "/compte")
    return await _leave(request, site, "confirm", account_id=visitor.actor.account_id, back=back)


@get(provider.BACK, opt=ANYONE, sync_to_thread=True)
def back_page(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """Where the provider sends people to; a form of ours carries on what it says."""
    sent = request.query_params
    given = {name: sent.get(name, "") for name in ("state", "code", "error", "iss")}
    fits = len(given["code"]) <= LONGEST and all(len(given[name]) <= 400 for name in ("state", "error", "iss"))
    if provider.of(site) is None or not sent:
        return Redirect("/entrer", status_code=303)
    if not given["state"] or not fits or not all(value.isprintable() for value in given.values()):
        return _failed(request, site, SignInFailed(provider_trips.LOST))
    return page(request, "provider_back.html", given=given, name=provider.name_of(site))


@post("/entrer/fournisseur/terminer", opt=ANYONE)
async def come_back(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """Whatever becomes of it, the trip is over."""
    form = await read(request, AnswerForm)
    visitor = visitor_of(request)

    def arrive() -> provider_trips.Arrival:
        return provider_trips.come_back(
            site,
            request.cookies.get(trip_cookie(site), ""),
            Answer(form.state, form.code, form.error, form.iss),
            address_of(request),
            actor=visitor.actor if visitor is not None else None,
            session_token=request.scope["auth"] or "",
            is_fresh=visitor is not None and visitor.is_fresh,
            kind=browser_of(request),
        )

    try:
        arrival = await sync_to_thread(arrive)
    except SignInFailed as error:
        answer: Response[Any] = await sync_to_thread(_failed, request, site, error)
    else:
        if arrival.session:
            done = "joined" if arrival.purpose == "join" else "entered"
            answer = await let_in(request, site, arrival.session, arrival.account, done)
        else:
            path, done = AFTER[arrival.purpose]
            answer = Redirect(f"{arrival.back or path}?fait={done}", status_code=303)
    answer.set_cookie(own_cookie(site, trip_cookie(site), "", max_age=0))
    return answer


@get("/compte/fournisseur", opt=STAFF_FRESH, sync_to_thread=True)
def link_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    if provider.of(site) is None:
        return Redirect("/compte", status_code=303)
    return _link(request, site, visitor)


def _link(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, *, status: int = 200, fault: str = ""
) -> Response[str]:
    link = provider_links.held(site, visitor.actor)
    return page(request, "account_provider.html", status=status, link=link, name=provider.name_of(site), fault=fault)


@post("/compte/fournisseur/retirer", opt=STAFF_FRESH)
async def remove_link(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    await read(request, Form)

    def remove() -> Response[Any]:
        try:
            provider_links.remove(site, visitor.actor, request.scope["auth"])
        except NotAcceptable as error:
            return _link(request, site, visitor, status=422, fault=str(error))
        return Redirect("/compte/fournisseur?fait=provider_unlinked", status_code=303)

    return await sync_to_thread(remove)


HANDLERS = [
    leave_to_sign_in,
    leave_to_join,
    leave_to_link,
    leave_to_confirm,
    back_page,
    come_back,
    link_page,
    remove_link,
]

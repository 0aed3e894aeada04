"""One's own calendar in one's phone: the address is shown once, when it is made."""

from __future__ import annotations

import io
from typing import Any, Literal
from urllib.parse import quote

import segno
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from service import calendar_choices, subscriptions
from service.access import Visitor
from service.codes import Lang
from service.feed_levels import levels_of
from service.site import Site
from service.subscriptions import Subscribed
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

OWNERS = may("peer_helper", "professional", "person")
OWNERS_FRESH = may("peer_helper", "professional", "person", fresh=True)
"""A new address lets a calendar read without any sign-in (`security.md` A6)."""
MERGED = "merged"
"""In forms beside the levels: taken hours only, in one piece where they touch; a kind of calendar of its own."""


class SubscribeForm(Form):
    level: Literal["minimal", "busy", "initials", "place", "plain", "merged"] = "minimal"
    name: Line = ""
    cancelled: Literal["", "yes"] = ""


class ChangeForm(Form, kw_only=True):
    level: Literal["minimal", "busy", "initials", "place", "plain"]
    language: Lang
    name: Line = ""
    cancelled: Literal["", "yes"] = ""


def qr(address: str) -> Markup:
    """The address as a picture for another screen's camera: SVG by attributes only, which the CSP allows."""
    out = io.BytesIO()
    segno.make(address, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=4, dark="#16262B", light="#FFFFFF"
    )
    drawing = out.getvalue().decode()
    return Markup(drawing.replace("<svg ", '<svg role="img" aria-labelledby="qr-title" ', 1))  # noqa: S704


def ways_in(made: Subscribed) -> dict[str, str]:
    """The same address for each kind of calendar; that of taken hours for programs that only ask for these."""
    bare = made.url.split("://", 1)[1]
    webcal = f"webcal://{bare}"
    return {
        "https": made.url,
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        "freebusy": f"{made.url.removesuffix('.ics')}.ifb" if made.kind == "busy" else "",
    }


def _shown(request: Request[Any, Any, Any], site: Site, visitor: Visitor, made: Subscribed | None, done: str) -> Any:
    forbidden = calendar_choices.choices(site, visitor.actor).forbidden
    return page(
        request,
        "subscription.html",
        done=done,
        subscriptions=subscriptions.of_owner(site, visitor.actor, visitor.actor.party_id),
        levels=[one for one in (*levels_of("own", visitor.actor.role), MERGED) if one not in forbidden],
        made=ways_in(made) if made is not None else None,
        qr=qr(made.url) if made is not None else None,
    )


@get("/abonnement", opt=OWNERS, sync_to_thread=True)
def subscription_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _shown(request, site, visitor, None, "")


@post("/abonnement/creer", opt=OWNERS_FRESH, status_code=200)
async def subscribe(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Make an address and show it, this once: nothing that could be looked up later keeps it."""
    form = await read(request, SubscribeForm)
    if form.level not in (*levels_of("own", visitor.actor.role), MERGED):
        raise HTTPException(status_code=400, detail="this level is not for this role")
    language = speech_of(request).lang
    kind, level = ("busy", "busy") if form.level == MERGED else ("own", form.level)

    def make() -> Response[str]:
        made = subscriptions.subscribe(
            site,
            visitor.actor,
            visitor.actor.party_id,
            level,
            form.name,
            kind=kind,
            language=language,
            with_cancelled=form.cancelled == "yes",
        )
        return _shown(request, site, visitor, made, "subscribed")

    return await sync_to_thread(make)


@post("/abonnement/{public_id:str}/regler", opt=OWNERS)
async def change(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Another name, level or language; the address stays as it is."""
    form = await read(request, ChangeForm)

    def note() -> None:
        subscriptions.change(
            site,
            visitor.actor,
            public_id,
            level=form.level,
            name=form.name,
            language=form.language,
            with_cancelled=form.cancelled == "yes",
        )

    await sync_to_thread(note)
    return Redirect("/abonnement?fait=calendar_changed", status_code=303)


@post("/abonnement/{public_id:str}/changer", opt=OWNERS_FRESH, status_code=200)
async def renew(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    await read(request, Form)

    def make() -> Response[str]:
        return _shown(request, site, visitor, subscriptions.renew(site, visitor.actor, public_id), "renewed")

    return await sync_to_thread(make)


@post("/abonnement/{public_id:str}/arreter", opt=OWNERS)
async def revoke(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(subscriptions.revoke, site, visitor.actor, public_id)
    return Redirect("/abonnement?fait=revoked", status_code=303)


HANDLERS = [subscription_page, subscribe, change, renew, revoke]

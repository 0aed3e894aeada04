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

from service import feeds
from service.access import Visitor
from service.feeds import Subscribed
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

OWNERS = may("peer_helper", "professional", "person")
LEVELS: dict[str, tuple[str, ...]] = {
    "peer_helper": ("minimal", "busy", "initials", "place"),
    "professional": ("minimal", "busy", "initials", "place"),
    "person": ("minimal", "busy", "initials", "place", "plain"),
}
"""What each role may let its calendar show; the first is the default."""


class SubscribeForm(Form):
    level: Literal["minimal", "busy", "initials", "place", "plain"] = "minimal"
    name: Line = ""


def qr(address: str) -> Markup:
    """The address as a picture for another screen's camera: SVG by attributes only, which the CSP allows."""
    out = io.BytesIO()
    segno.make(address, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=4, dark="#16262B", light="#FFFFFF"
    )
    drawing = out.getvalue().decode()
    return Markup(drawing.replace("<svg ", '<svg role="img" aria-labelledby="qr-title" ', 1))  # noqa: S704


def ways_in(made: Subscribed) -> dict[str, str]:
    """The same address for each kind of calendar."""
    bare = made.url.split("://", 1)[1]
    webcal = f"webcal://{bare}"
    return {
        "https": made.url,
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
    }


def _shown(request: Request[Any, Any, Any], site: Site, visitor: Visitor, made: Subscribed | None, done: str) -> Any:
    return page(
        request,
        "subscription.html",
        done=done,
        subscriptions=feeds.of_owner(site, visitor.actor, visitor.actor.party_id),
        levels=LEVELS[visitor.actor.role],
        made=ways_in(made) if made is not None else None,
        qr=qr(made.url) if made is not None else None,
    )


@get("/abonnement", opt=OWNERS, sync_to_thread=True)
def subscription_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _shown(request, site, visitor, None, "")


@post("/abonnement/creer", opt=OWNERS, status_code=200)
async def subscribe(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Make an address and show it, this once: nothing that could be looked up later keeps it."""
    form = await read(request, SubscribeForm)
    if form.level not in LEVELS[visitor.actor.role]:
        raise HTTPException(status_code=400, detail="this level is not for this role")
    language = speech_of(request).lang

    def make() -> Response[str]:
        made = feeds.subscribe(site, visitor.actor, visitor.actor.party_id, form.level, form.name, language=language)
        return _shown(request, site, visitor, made, "subscribed")

    return await sync_to_thread(make)


@post("/abonnement/{public_id:str}/changer", opt=OWNERS, status_code=200)
async def renew(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    await read(request, Form)

    def make() -> Response[str]:
        return _shown(request, site, visitor, feeds.renew(site, visitor.actor, public_id), "renewed")

    return await sync_to_thread(make)


@post("/abonnement/{public_id:str}/arreter", opt=OWNERS)
async def revoke(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(feeds.revoke, site, visitor.actor, public_id)
    return Redirect("/abonnement?fait=revoked", status_code=303)


HANDLERS = [subscription_page, subscribe, renew, revoke]

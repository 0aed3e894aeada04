"""What the coordination decides about calendars, and the addresses of the whole network."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import calendar_choices, subscriptions
from service.access import Visitor
from service.calendar_choices import Choices
from service.codes import FEED_LEVELS, Lang
from service.feed_levels import FORBIDDABLE, levels_of
from service.site import Site
from service.subscriptions import Subscribed
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page
from service.web.subscription import MERGED, qr, ways_in

COORDINATOR = may("coordinator")
COORDINATOR_FRESH = may("coordinator", fresh=True)
ADDRESSES = "/reglages/calendriers/adresses"
LEVELS: dict[str, tuple[str, ...]] = {
    "worker": (*levels_of("own", "peer_helper"), MERGED),
    "person": (*levels_of("own", "person"), MERGED),
    "public": levels_of("place", "place"),
    "team": levels_of("team", None),
}
"""What each form of the page lets an address say, before the network forbids any."""


class ChoicesForm(Form, kw_only=True):
    """A box that is not ticked sends nothing: levels that are not sent are forbidden."""

    levels: list[Literal["initials", "place", "plain"]] = msgspec.field(default_factory=list)
    team: Literal["", "yes"] = ""
    others: Literal["", "yes"] = ""


class AddressForm(Form, kw_only=True):
    about: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]+(:.+)?$", max_length=120)]
    level: Literal["minimal", "busy", "initials", "place", "plain", "merged"] = "minimal"
    language: Lang
    name: Line = ""
    cancelled: Literal["", "yes"] = ""


@get("/reglages/calendriers", opt=COORDINATOR, sync_to_thread=True)
def settings_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return page(
        request,
        "calendar_settings.html",
        chosen=calendar_choices.choices(site, visitor.actor),
        levels=FEED_LEVELS,
        forbiddable=FORBIDDABLE,
        used=len(subscriptions.of_network(site, visitor.actor)),
    )


@post("/reglages/calendriers/choisir", opt=COORDINATOR)
async def choose(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, ChoicesForm)
    chosen = Choices(
        forbidden=frozenset(FORBIDDABLE) - frozenset(form.levels),
        team=form.team == "yes",
        others=form.others == "yes",
    )
    await sync_to_thread(calendar_choices.choose, site, visitor.actor, chosen)
    return Redirect("/reglages/calendriers?fait=calendars_chosen", status_code=303)


def _shown(request: Request[Any, Any, Any], site: Site, visitor: Visitor, made: Subscribed | None, done: str) -> Any:
    chosen = calendar_choices.choices(site, visitor.actor)
    found = subscriptions.of_network(site, visitor.actor)
    return page(
        request,
        "calendar_addresses.html",
        done=done,
        subscriptions=found,
        whose=next((one for one in found if made is not None and one.public_id == made.public_id), None),
        subjects=subscriptions.subjects(site, visitor.actor),
        levels={form: [level for level in levels if level not in chosen.forbidden] for form, levels in LEVELS.items()},
        team=chosen.team,
        made=ways_in(made) if made is not None else None,
        qr=qr(made.url) if made is not None else None,
    )


@get(ADDRESSES, opt=COORDINATOR, sync_to_thread=True)
def addresses_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _shown(request, site, visitor, None, "")


@post(f"{ADDRESSES}/creer", opt=COORDINATOR_FRESH, status_code=200)
async def subscribe(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Make an address for whoever asked, and show it this once: on the screen, as a square, on paper."""
    form = await read(request, AddressForm)

    def make() -> Response[str]:
        made = subscriptions.subscribe_for(
            site,
            visitor.actor,
            form.about,
            "busy" if form.level == MERGED else form.level,
            form.name,
            merged=form.level == MERGED,
            language=form.language,
            with_cancelled=form.cancelled == "yes",
        )
        return _shown(request, site, visitor, made, "subscribed")

    return await sync_to_thread(make)


@post(ADDRESSES + "/{public_id:str}/changer", opt=COORDINATOR_FRESH, status_code=200)
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


@post(ADDRESSES + "/{public_id:str}/arreter", opt=COORDINATOR)
async def revoke(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(subscriptions.revoke, site, visitor.actor, public_id)
    return Redirect(f"{ADDRESSES}?fait=revoked", status_code=303)


HANDLERS = [settings_page, choose, addresses_page, subscribe, renew, revoke]

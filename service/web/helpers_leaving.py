"""Leaving the network: what it touches, how each of it is settled, and the leaving itself."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import helpers_leaving
from service.access import Visitor
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, read
from service.web.pages import page

COORDINATOR = may("coordinator")
HOME = {"peer_helper": "/pairs-aidants", "professional": "/partenaires/professionnels"}


class LeaveForm(Form):
    revision: int = 0


def _page(request: Request[Any, Any, Any], site: Site, visitor: Visitor, kind: str, public_id: str) -> Response[str]:
    found = helpers_leaving.leaving(site, visitor.actor, kind, public_id)
    return page(request, "helper_leaving.html", found=found, back=f"{HOME[kind]}/{public_id}")


@get("/pairs-aidants/{helper:str}/depart", opt=COORDINATOR, sync_to_thread=True)
def helper_leaves(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _page(request, site, visitor, "peer_helper", helper)


@post("/pairs-aidants/{helper:str}/depart/noter", opt=COORDINATOR)
async def helper_left(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, LeaveForm)
    closes = await sync_to_thread(helpers_leaving.leave, site, visitor.actor, "peer_helper", helper, form.revision)
    return Redirect(f"{HOME['peer_helper']}/{helper}?fait={'left_network' if closes else 'departed'}", status_code=303)


@get("/partenaires/professionnels/{partner:str}/depart", opt=COORDINATOR, sync_to_thread=True)
def professional_leaves(
    request: Request[Any, Any, Any],
    partner: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _page(request, site, visitor, "professional", partner)


@post("/partenaires/professionnels/{partner:str}/depart/noter", opt=COORDINATOR)
async def professional_left(
    request: Request[Any, Any, Any],
    partner: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, LeaveForm)
    closes = await sync_to_thread(helpers_leaving.leave, site, visitor.actor, "professional", partner, form.revision)
    return Redirect(
        f"{HOME['professional']}/{partner}?fait={'left_network' if closes else 'departed'}", status_code=303
    )


@post("/partenaires/professionnels/{partner:str}/retour", opt=COORDINATOR)
async def professional_back(
    request: Request[Any, Any, Any],
    partner: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, LeaveForm)
    await sync_to_thread(helpers_leaving.come_back, site, visitor.actor, partner, form.revision)
    return Redirect(f"{HOME['professional']}/{partner}?fait=came_back", status_code=303)


HANDLERS = [helper_leaves, helper_left, professional_leaves, professional_left, professional_back]

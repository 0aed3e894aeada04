"""Messages about a request: the coordination's page, the professional's and the helper's, and who reads each."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import request_messages, request_rooms
from service.access import Visitor
from service.clock import RealClock
from service.errors import NotAcceptable
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page

REAL = RealClock()
COORDINATOR, PROFESSIONAL, HELPER = may("coordinator"), may("professional"), may("peer_helper")


class MessageForm(Form):
    audience: Line = ""
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@get("/demandes/{public_id:str}/messages", opt=COORDINATOR)
async def coordinator_page(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return await sync_to_thread(
        _shown, request, site, visitor, {"request_id": public_id}, "/demandes", f"/demandes/{public_id}/messages"
    )


@post("/demandes/{public_id:str}/messages", opt=COORDINATOR)
async def coordinator_writes(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    return await _written(
        request, site, visitor, {"request_id": public_id}, "/demandes", f"/demandes/{public_id}/messages"
    )


@post("/demandes/{public_id:str}/messages/lu", opt=COORDINATOR)
async def coordinator_read(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    return await _read_now(request, site, visitor, {"request_id": public_id}, f"/demandes/{public_id}/messages")


@get("/mes-demandes/{public_id:str}/messages", opt=PROFESSIONAL)
async def professional_page(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    back = f"/mes-demandes/{public_id}"
    return await sync_to_thread(_shown, request, site, visitor, {"request_id": public_id}, back, f"{back}/messages")


@post("/mes-demandes/{public_id:str}/messages", opt=PROFESSIONAL)
async def professional_writes(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    back = f"/mes-demandes/{public_id}"
    return await _written(request, site, visitor, {"request_id": public_id}, back, f"{back}/messages")


@post("/mes-demandes/{public_id:str}/messages/lu", opt=PROFESSIONAL)
async def professional_read(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    return await _read_now(request, site, visitor, {"request_id": public_id}, f"/mes-demandes/{public_id}/messages")


@get("/mes-binomes/{pairing:str}/messages", opt=HELPER)
async def helper_page(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return await sync_to_thread(
        _shown, request, site, visitor, {"pairing_id": pairing}, "/mes-binomes", f"/mes-binomes/{pairing}/messages"
    )


@post("/mes-binomes/{pairing:str}/messages", opt=HELPER)
async def helper_writes(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    return await _written(
        request, site, visitor, {"pairing_id": pairing}, "/mes-binomes", f"/mes-binomes/{pairing}/messages"
    )


@post("/mes-binomes/{pairing:str}/messages/lu", opt=HELPER)
async def helper_read(
    request: Request[Any, Any, Any],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    return await _read_now(request, site, visitor, {"pairing_id": pairing}, f"/mes-binomes/{pairing}/messages")


def _shown(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    of: dict[str, str],
    back: str,
    here: str,
    *,
    wrong: dict[str, str] | None = None,
    said: MessageForm | None = None,
) -> Response[str]:
    thread = request_messages.thread(site, visitor.actor, **of)
    return page(
        request,
        "own_request_messages.html",
        status=422 if wrong else 200,
        thread=thread,
        room=request_rooms.room(site, visitor.actor, thread.request) if visitor.actor.role == "coordinator" else None,
        back=back,
        messages_at=here,
        wrong=wrong or {},
        said_now=said or MessageForm(),
        length=request_messages.LENGTH,
    )


async def _written(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, of: dict[str, str], back: str, here: str
) -> Response[Any]:
    form = await read(request, MessageForm)

    def put() -> Response[Any]:
        try:
            request_messages.write(site, visitor.actor, **of, audience=form.audience, text=form.text, now=REAL.now())
        except NotAcceptable as error:
            return _shown(request, site, visitor, of, back, here, wrong={error.field: str(error)}, said=form)
        return Redirect(f"{here}?fait=message_sent", status_code=303)

    return await sync_to_thread(put)


async def _read_now(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, of: dict[str, str], here: str
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(lambda: request_messages.mark_read(site, visitor.actor, **of))
    return Redirect(f"{here}?fait=messages_read", status_code=303)


HANDLERS = [
    coordinator_page,
    coordinator_writes,
    coordinator_read,
    professional_page,
    professional_writes,
    professional_read,
    helper_page,
    helper_writes,
    helper_read,
]

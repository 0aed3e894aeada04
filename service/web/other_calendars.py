"""The agenda that a helper or a professional keeps elsewhere: its address or file, how its reading goes, its end."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from calendars.reading_lines import MOST_BYTES
from service import other_calendar_turns, other_calendars
from service.access import Visitor
from service.errors import CalendarRefused
from service.remote_fetch import Outside
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, read, read_files
from service.web.pages import page

OWNERS = may(*other_calendars.OWNERS)
HERE = "/mon-autre-agenda"
UPLOAD_BYTES = MOST_BYTES + 64 * 1024
"""The largest file, and the form around it."""


class AddressForm(Form):
    url: Annotated[str, msgspec.Meta(max_length=4000)]


def outside_of(request: Request[Any, Any, Any]) -> Outside | None:
    """What stands for the internet; None, as always outside of tests, is the internet."""
    return getattr(request.app.state, "outside", None)


def _shown(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, wrong: CalendarRefused | None = None, field: str = ""
) -> Response[str]:
    return page(
        request,
        "other_calendars.html",
        status=422 if wrong is not None else 200,
        own=other_calendars.own(site, visitor.actor),
        wrong=str(wrong) if wrong is not None else "",
        field=field,
    )


@get(HERE, opt=OWNERS, sync_to_thread=True)
def other_calendars_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _shown(request, site, visitor)


@post(f"{HERE}/adresse", opt=OWNERS)
async def add_address(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Read the agenda at an address now; it is kept only when that went well. The address is not shown again."""
    form = await read(request, AddressForm)

    def add() -> Response[Any]:
        try:
            other_calendars.add_address(site, visitor.actor, form.url, outside_of(request))
        except CalendarRefused as error:
            return _shown(request, site, visitor, error, "address")
        return Redirect(f"{HERE}?fait=agenda_added", status_code=303)

    return await sync_to_thread(add)


@post(f"{HERE}/fichier", opt=OWNERS, request_max_body_size=UPLOAD_BYTES)
async def add_file(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Read an agenda sent as a file; the file itself is not kept."""
    sent = (await read_files(request, "file")).get("file")
    if not isinstance(sent, UploadFile):
        raise HTTPException(status_code=400, detail="text where a file is expected")
    content = await sent.read(MOST_BYTES + 1)

    def add() -> Response[Any]:
        try:
            other_calendars.add_file(site, visitor.actor, content)
        except CalendarRefused as error:
            return _shown(request, site, visitor, error, "file")
        return Redirect(f"{HERE}?fait=agenda_added", status_code=303)

    return await sync_to_thread(add)


@post(f"{HERE}/{{public_id:str}}/relire", opt=OWNERS)
async def read_again(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Read an agenda now and not when its turn comes; the page tells how it went."""
    await read(request, Form)
    await sync_to_thread(other_calendar_turns.read_now, site, visitor.actor, public_id, outside_of(request))
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/{{public_id:str}}/enlever", opt=OWNERS)
async def remove(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(other_calendars.remove, site, visitor.actor, public_id)
    return Redirect(f"{HERE}?fait=agenda_removed", status_code=303)


HANDLERS = [other_calendars_page, add_address, add_file, read_again, remove]

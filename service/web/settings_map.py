"""`/reglages/carte`: the borders of the network and where the pictures of its map come from."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from service import network_map
from service.access import Visitor
from service.errors import NotAcceptable
from service.network_map import MOST_BYTES, Tiles
from service.site import Site
from service.web import drawings
from service.web.doors import may
from service.web.forms import Form, Line, read, read_files
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
PAGE = "/reglages/carte"
Mark = Annotated[int, msgspec.Meta(ge=0)]


class TilesForm(Form, kw_only=True):
    seen: Mark
    url: Line = ""
    credit: Line = ""


class DropForm(Form, kw_only=True):
    seen: Mark


def _page(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    refused: NotAcceptable | None = None,
    typed: Tiles | None = None,
) -> Response[str]:
    shown, speech = network_map.shown(site, visitor.actor), speech_of(request)
    return page(
        request,
        "settings_map.html",
        status=422 if refused is not None else 200,
        shown=shown,
        tiles=typed or shown.tiles,
        drawing=drawings.day_map((), (), speech.gettext("Limites du territoire"), shown.borders),
        fault=speech.gettext(str(refused), **refused.facts) if refused is not None else "",
    )


@get(PAGE, opt=COORDINATOR, sync_to_thread=True)
def map_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _page(request, site, visitor)


@post(f"{PAGE}/fond", opt=COORDINATOR)
async def choose_tiles(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, TilesForm)
    chosen = Tiles(form.url.strip(), " ".join(form.credit.split()))

    def work() -> Response[Any]:
        try:
            network_map.choose_tiles(site, visitor.actor, chosen, form.seen)
        except NotAcceptable as refused:
            return _page(request, site, visitor, refused, chosen)
        return Redirect(f"{PAGE}?fait=tiles_chosen", status_code=303)

    return await sync_to_thread(work)


@post(f"{PAGE}/limites", opt=COORDINATOR)
async def take_borders(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Read a GeoJSON file and draw it; a file beside its form's own fields."""
    sent = await read_files(request, "file", "seen")
    file, seen = sent.get("file"), sent.get("seen")
    if not isinstance(file, UploadFile) or not isinstance(seen, str) or not seen.isdecimal() or len(seen) > 12:
        raise HTTPException(status_code=400, detail="a file is missing")
    content = await file.read(MOST_BYTES + 1)

    def work() -> Response[Any]:
        try:
            network_map.take_borders(site, visitor.actor, content, int(seen))
        except NotAcceptable as refused:
            return _page(request, site, visitor, refused)
        return Redirect(f"{PAGE}?fait=borders_taken", status_code=303)

    return await sync_to_thread(work)


@post(f"{PAGE}/limites/retirer", opt=COORDINATOR)
async def drop_borders(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, DropForm)
    await sync_to_thread(network_map.drop_borders, site, visitor.actor, form.seen)
    return Redirect(f"{PAGE}?fait=borders_dropped", status_code=303)


HANDLERS = [map_page, choose_tiles, take_borders, drop_borders]

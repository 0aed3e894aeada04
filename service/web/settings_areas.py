"""`/reglages/quartiers`: the neighbourhoods of the network."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import network_areas
from service.access import Visitor
from service.errors import NotAcceptable
from service.network_areas import Said
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
PAGE = "/reglages/quartiers"
Mark = Annotated[int, msgspec.Meta(ge=0)]


class AreaForm(Form, kw_only=True):
    name: Line
    postcode: Line = ""
    locality: Line = ""
    lat: Line
    lon: Line

    def said(self) -> Said:
        return Said(
            " ".join(self.name.split()),
            self.postcode.strip(),
            " ".join(self.locality.split()),
            _degrees(self.lat),
            _degrees(self.lon),
        )


class ChangeForm(AreaForm, kw_only=True):
    revision: Mark


class ListForm(Form, kw_only=True):
    revision: Mark
    do: Literal["retire", "back"]


def _degrees(typed: str) -> float:
    try:
        return float(typed.strip().replace(",", "."))
    except ValueError as error:
        raise NotAcceptable(N_("La latitude et la longitude sont des nombres, comme 50,61 et 5,51."), "lat") from error


def _list(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    refused: NotAcceptable | None = None,
    form: AreaForm | None = None,
) -> Response[str]:
    return page(
        request,
        "settings_areas.html",
        status=422 if refused is not None else 200,
        areas=network_areas.areas(site, visitor.actor),
        form=form,
        fault=speech_of(request).gettext(str(refused), **refused.facts) if refused is not None else "",
    )


@get(PAGE, opt=COORDINATOR, sync_to_thread=True)
def areas_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _list(request, site, visitor)


@post(f"{PAGE}/ajouter", opt=COORDINATOR)
async def add(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, AreaForm)

    def work() -> Response[Any]:
        try:
            network_areas.add(site, visitor.actor, form.said())
        except NotAcceptable as refused:
            return _list(request, site, visitor, refused, form)
        return Redirect(f"{PAGE}?fait=area_added", status_code=303)

    return await sync_to_thread(work)


def _one(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    area: str,
    refused: NotAcceptable | None = None,
    form: AreaForm | None = None,
) -> Response[str]:
    return page(
        request,
        "settings_area.html",
        status=422 if refused is not None else 200,
        area=network_areas.one(site, visitor.actor, area),
        form=form,
        fault=speech_of(request).gettext(str(refused), **refused.facts) if refused is not None else "",
    )


@get(PAGE + "/{area:str}", opt=COORDINATOR, sync_to_thread=True)
def area_page(
    request: Request[Any, Any, Any],
    area: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _one(request, site, visitor, area)


@post(PAGE + "/{area:str}/changer", opt=COORDINATOR)
async def change(
    request: Request[Any, Any, Any],
    area: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, ChangeForm)

    def work() -> Response[Any]:
        try:
            network_areas.change(site, visitor.actor, area, form.said(), form.revision)
        except NotAcceptable as refused:
            return _one(request, site, visitor, area, refused, form)
        return Redirect(f"{PAGE}?fait=area_changed", status_code=303)

    return await sync_to_thread(work)


@post(PAGE + "/{area:str}/liste", opt=COORDINATOR)
async def offer(
    request: Request[Any, Any, Any],
    area: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Take it off the lists, or put it back."""
    form = await read(request, ListForm)
    step = network_areas.retire if form.do == "retire" else network_areas.bring_back
    await sync_to_thread(step, site, visitor.actor, area, form.revision)
    return Redirect(f"{PAGE}?fait={'area_retired' if form.do == 'retire' else 'area_back'}", status_code=303)


HANDLERS = [areas_page, add, area_page, change, offer]

"""`/reglages/themes`: which themes the network uses, and its own."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import LANGS
from service import network_themes
from service.access import Visitor
from service.errors import NotAcceptable
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
PAGE = "/reglages/themes"
Mark = Annotated[int, msgspec.Meta(ge=0)]


class UsedForm(Form, kw_only=True):
    """Themes that are not ticked are not offered."""

    seen: Mark
    used: list[Line] = msgspec.field(default_factory=list)


class LabelsForm(Form, kw_only=True):
    label_fr: Line
    label_nl: Line
    label_de: Line
    label_en: Line

    def labels(self) -> dict[str, str]:
        return {tag: " ".join(getattr(self, f"label_{tag}").split()) for tag in LANGS}


class NewForm(LabelsForm, kw_only=True):
    code: Line


class CallForm(LabelsForm, kw_only=True):
    revision: Mark


def _page(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    refused: NotAcceptable | None = None,
    code: str = "",
    labels: dict[str, str] | None = None,
) -> Response[str]:
    return page(
        request,
        "settings_themes.html",
        status=422 if refused is not None else 200,
        shown=network_themes.shown(site, visitor.actor),
        tags=LANGS,
        code=code,
        labels=labels or {},
        fault=speech_of(request).gettext(str(refused), **refused.facts) if refused is not None else "",
    )


@get(PAGE, opt=COORDINATOR, sync_to_thread=True)
def themes_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _page(request, site, visitor)


@post(f"{PAGE}/choisir", opt=COORDINATOR)
async def choose(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, UsedForm)

    def work() -> Response[Any]:
        try:
            network_themes.choose(site, visitor.actor, form.used, form.seen)
        except NotAcceptable as refused:
            return _page(request, site, visitor, refused)
        return Redirect(f"{PAGE}?fait=themes_chosen", status_code=303)

    return await sync_to_thread(work)


@post(f"{PAGE}/ajouter", opt=COORDINATOR)
async def add(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, NewForm)

    def work() -> Response[Any]:
        try:
            network_themes.add(site, visitor.actor, form.code.strip(), form.labels())
        except NotAcceptable as refused:
            return _page(request, site, visitor, refused, form.code, form.labels())
        return Redirect(f"{PAGE}?fait=theme_added", status_code=303)

    return await sync_to_thread(work)


@post(PAGE + "/{code:str}/renommer", opt=COORDINATOR)
async def call(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, CallForm)

    def work() -> Response[Any]:
        try:
            network_themes.call(site, visitor.actor, code, form.labels(), form.revision)
        except NotAcceptable as refused:
            return _page(request, site, visitor, refused)
        return Redirect(f"{PAGE}?fait=theme_called", status_code=303)

    return await sync_to_thread(work)


HANDLERS = [themes_page, choose, add, call]

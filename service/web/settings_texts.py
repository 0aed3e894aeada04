"""`/reglages/textes`: what the network says of itself."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from service import network_texts
from service.access import Visitor
from service.errors import NotAcceptable
from service.network_texts import NetworkTexts
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
PAGE = "/reglages/textes"
Mark = Annotated[int, msgspec.Meta(ge=0)]


class TextsForm(Form, kw_only=True):
    """Beside each other: a language, its welcome and its hours."""

    seen: Mark
    language: list[Line] = msgspec.field(default_factory=list)
    welcome: list[Line] = msgspec.field(default_factory=list)
    hours: list[Line] = msgspec.field(default_factory=list)
    phone: Line = ""
    days: Line = ""


@get(PAGE, opt=COORDINATOR, sync_to_thread=True)
def texts_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    shown = network_texts.shown(site, visitor.actor)
    return page(request, "settings_texts.html", shown=shown, texts=shown.texts, days=shown.texts.days or "", fault="")


@post(f"{PAGE}/changer", opt=COORDINATOR)
async def change(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, TextsForm)
    typed = form.days.strip()
    texts = NetworkTexts(
        {tag: " ".join(text.split()) for tag, text in zip(form.language, form.welcome, strict=False)},
        {tag: " ".join(text.split()) for tag, text in zip(form.language, form.hours, strict=False)},
        form.phone.strip(),
        None if not typed else int(typed) if typed.isdecimal() and len(typed) < 4 else 0,
    )

    def work() -> Response[Any]:
        try:
            network_texts.decide(site, visitor.actor, texts, form.seen)
        except NotAcceptable as refused:
            return page(
                request,
                "settings_texts.html",
                status=422,
                shown=network_texts.shown(site, visitor.actor),
                texts=texts,
                days=typed,
                fault=speech_of(request).gettext(str(refused), **refused.facts),
            )
        return Redirect(f"{PAGE}?fait=texts_chosen", status_code=303)

    return await sync_to_thread(work)


HANDLERS = [texts_page, change]

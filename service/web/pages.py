"""Rendering: one environment, one function that every handler answers with."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Request, Response
from litestar.connection import ASGIConnection
from markupsafe import Markup, escape

from locales import negotiate
from locales.typography import elided, ended_once
from service import clock, network_texts, provider, requests, terms
from service.web import assets, holiday_words, marks, notice_words, words
from service.web.doors import form_token, site_of, visitor_of
from service.web.speech import LANGUAGE_COOKIE, LANGUAGES, Speech

TEMPLATES = Path(__file__).parent.parent / "templates"

ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(default_for_string=True, default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # templates change with the program only; looking at their files costs at each page
)
ENVIRONMENT.globals["icon"] = marks.icon
ENVIRONMENT.globals["asset"] = assets.asset
ENVIRONMENT.globals["told"] = notice_words.told
ENVIRONMENT.globals["how"] = notice_words.how
ENVIRONMENT.globals["missing"] = holiday_words.missing
ENVIRONMENT.globals["color_of"] = marks.color_of
ENVIRONMENT.filters["initials"] = marks.initials
_MARK = re.compile("\ue000(\\w+)\ue001")
"""Where a value comes into a sentence: two signs that no text has, around its name."""


def speech_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Speech:
    """
    The language chosen by the switch, else of the account, else the best of the browser's.

    Whoever came in reads their network's own words; asked for once in a request.
    """
    known: Speech | None = connection.scope.get("speech")  # type: ignore[assignment]
    if known is None:
        visitor = visitor_of(connection)
        zone = ZoneInfo(visitor.zone if visitor is not None else "Europe/Brussels")
        lang = _language(connection)
        known = Speech(lang, zone, terms.of_visitor(site_of(connection), visitor.actor, lang) if visitor else None)
        connection.scope["speech"] = known  # type: ignore[typeddict-unknown-key]
    return known


def _language(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    chosen, visitor = connection.cookies.get(LANGUAGE_COOKIE, ""), visitor_of(connection)
    if chosen in LANGUAGES:
        return chosen
    if visitor is not None:
        return visitor.actor.language
    return negotiate(connection.headers.get("accept-language"), tuple(LANGUAGES))


def page(
    request: Request[Any, Any, Any], template: str, *, status: int = 200, done: str = "", **context: Any
) -> Response[str]:
    """
    Answer with a page.

    `done` is the code of what was just done (else `?fait=` of the address): its sentence is said in the status line.
    """
    site, visitor, speech = site_of(request), visitor_of(request), speech_of(request)
    token, cookie = form_token(request)
    said = words.DONE.get(done or request.query_params.get("fait") or "", "")
    today = clock.today(site.clock, str(speech.zone))
    tools: dict[str, Any] = {
        "_": _filling(speech.gettext, french=speech.lang == "fr"),
        "ngettext": _filling(speech.ngettext, french=speech.lang == "fr"),
        "speech": speech,
        "word": _worded(speech),
        "csrf": token,
        "visitor": visitor,
        "role": visitor.actor.role if visitor is not None else "",
        "here": request.url.path,
        "back_here": quote(request.url.path, safe="/") if status < 400 and request.method == "GET" else "/",
        "languages": LANGUAGES,
        "theme": request.cookies.get("theme") if request.cookies.get("theme") in ("clair", "sombre") else None,
        "said": said,
        "demo": site.settings.demo,
        "provider": provider.name_of(site),
        "today": today,
        "our": cache(lambda: network_texts.seen_by(site, visitor.actor if visitor is not None else None)),
        "counts": requests.counts(site, visitor.actor) if visitor is not None else requests.Counts(),
    }
    body = ENVIRONMENT.get_template(template).render(tools | context)
    answer = Response(body, status_code=status, media_type=MediaType.HTML)
    answer.headers["Vary"] = "Cookie, Accept-Language"
    if cookie is not None:
        answer.set_cookie(cookie)
    return answer


def _worded(speech: Speech) -> Callable[[str, str], str]:
    """The words of a code of one of the tables; a code that nobody has named is shown as it is."""

    def word(table: str, code: str) -> str:
        text: str | None = words.TABLES[table].get(code)
        return speech.gettext(text) if text is not None else code

    return word


def _filling(translate: Callable[..., str], *, french: bool) -> Callable[..., Markup]:
    """
    Sentences as text, whatever stands in them: a message that comes from a record is no more ours than its values are.

    Values that are markup already stay so: they fill the `%(name)s` of the sentence once it is escaped.
    """

    def translated(*message: Any, **values: Any) -> Markup:
        filling = {name: escape(value) for name, value in values.items() if not isinstance(value, int | float)}
        marked = {name: f"\ue000{name}\ue001" if name in filling else value for name, value in values.items()}
        text = str(escape(translate(*message, **marked)))
        for name, value in filling.items():
            mark = f"\ue000{name}\ue001"
            if value.endswith("."):
                text = ended_once(text, mark)
            if french:
                text = elided(text, mark, value)
        return Markup(_MARK.sub(lambda mark: filling.get(mark[1], Markup()), text))  # noqa: S704

    return translated

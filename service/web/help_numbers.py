"""« Besoin de parler ? »: whom to call; and the coordinator's form for these numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from locales import N_
from service import help_numbers, network_texts
from service.access import Visitor
from service.errors import NotAcceptable
from service.help_numbers import MOST_LINES, PUBLIC, Line, Numbers
from service.site import Site
from service.web.doors import SIGNED_IN, may
from service.web.forms import Form, read
from service.web.forms import Line as Text
from service.web.pages import page, speech_of
from service.web.speech import Speech

COORDINATOR = may("coordinator")


class NumbersForm(Form, kw_only=True):
    """The lines of the table stand in three lists, in order; a row left empty falls away."""

    seen: int
    duty_name: Text = ""
    duty_number: Text = ""
    duty_when: Text = ""
    supervisor_name: Text = ""
    supervisor_number: Text = ""
    supervisor_when: Text = ""
    names: list[Text] = msgspec.field(default_factory=list)
    numbers: list[Text] = msgspec.field(default_factory=list)
    whens: list[Text] = msgspec.field(default_factory=list)


def duty_line(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, found: Numbers | None = None
) -> Line | None:
    """Whom of the network to call: who is on duty, else the number that the network gives on « Aide »."""
    found = found or help_numbers.numbers(site, visitor.actor)
    if found.duty is not None:
        return found.duty
    texts, speech = network_texts.seen_by(site, visitor.actor), speech_of(request)
    if not texts.phone:
        return None
    return Line(speech.gettext(N_("la coordination")), texts.phone, texts.hours.get(speech.lang, ""))


@get("/aide/parler", opt=SIGNED_IN, sync_to_thread=True)
def talk_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    found = help_numbers.numbers(site, visitor.actor)
    return page(
        request,
        "talk.html",
        numbers=found,
        duty=duty_line(request, site, visitor, found),
        lines=_said(found.lines, found.are_own, speech_of(request)),
    )


@get("/reglages/numeros", opt=COORDINATOR, sync_to_thread=True)
def numbers_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    found = help_numbers.numbers(site, visitor.actor)
    lines = _said(found.lines, found.are_own, speech_of(request))
    return _shown(request, found, found.duty, found.supervisor, lines)


def _shown(
    request: Request[Any, Any, Any],
    found: Numbers,
    duty: Line | None,
    supervisor: Line | None,
    lines: list[Line],
    fault: str = "",
) -> Response[Any]:
    empty = Line("", "")
    return page(
        request,
        "numbers.html",
        status=422 if fault else 200,
        numbers=found,
        duty=duty or empty,
        supervisor=supervisor or empty,
        lines=[*lines, *[empty] * (MOST_LINES - len(lines))],
        fault=fault,
    )


@post("/reglages/numeros/changer", opt=COORDINATOR)
async def change(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, NumbersForm)
    speech = speech_of(request)
    rows = [
        Line(name.strip(), number.strip(), when.strip())
        for name, number, when in zip(form.names, form.numbers, form.whens, strict=False)
        if name.strip() or number.strip() or when.strip()
    ]
    kept = rows
    for public in PUBLIC.values():
        # Sent back as they were shown: they stay those of the country, in each reader's language.
        if rows == _said(public, False, speech):
            kept = list(public)
    duty = _one(form.duty_name, form.duty_number, form.duty_when)
    supervisor = _one(form.supervisor_name, form.supervisor_number, form.supervisor_when)

    def write() -> Response[Any]:
        try:
            help_numbers.choose(site, visitor.actor, duty=duty, supervisor=supervisor, lines=kept, seen=form.seen)
        except NotAcceptable as refused:
            found = replace(help_numbers.numbers(site, visitor.actor), seen=form.seen)
            return _shown(request, found, duty, supervisor, rows, str(refused))
        return Redirect("/reglages/numeros?fait=numbers_changed", status_code=303)

    return await sync_to_thread(write)


def _one(name: str, number: str, when: str) -> Line | None:
    return Line(name, number, when) if name.strip() or number.strip() or when.strip() else None


def _said(lines: tuple[Line, ...], are_own: bool, speech: Speech) -> list[Line]:
    """Those of the country in the reader's language; what the network wrote stays as it is."""
    if are_own:
        return list(lines)
    return [Line(speech.gettext(one.name), one.number, speech.gettext(one.when)) for one in lines]


HANDLERS = [talk_page, numbers_page, change]

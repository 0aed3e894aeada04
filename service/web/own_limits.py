"""A peer helper's own limits, rest, and whom or where they stay away from."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from locales import N_
from service import codes, own_limits
from service.access import Visitor
from service.errors import HoursNotValid, Outdated, Refused, StepNotAllowed
from service.own_limits import Limits, OwnLimits
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

HELPER = may("peer_helper")
PAGE = "/mes-limites"


class RevisionForm(Form, kw_only=True):
    revision: int


class LimitsForm(RevisionForm, kw_only=True):
    """Numbers as typed; `alone` says that visits alone are fine."""

    hours: Line = ""
    persons: Line = ""
    visits: Line = ""
    km: Line = ""
    transport: Line = ""
    alone: Line = ""
    cannot: list[Line] = msgspec.field(default_factory=list[Line])
    area: list[Line] = msgspec.field(default_factory=list[Line])


class RestForm(RevisionForm, kw_only=True):
    until: Line = ""


def asked(form: LimitsForm) -> Limits:
    """The limits as the form says them; a number may be written with a comma."""
    return Limits(
        hours=_number(form.hours),
        persons=_whole(form.persons),
        visits_per_day=_whole(form.visits),
        km=_number(form.km),
        transport=form.transport,
        lone_visits=form.alone == "yes",
        cannot_visit=tuple(form.cannot),
        areas=tuple(form.area),
    )


def _as_form(own: OwnLimits) -> LimitsForm:
    """What stands now, as the form has it."""
    held = own.limits
    return LimitsForm(
        revision=own.revision,
        hours=f"{held.hours:g}",
        persons=f"{held.persons:g}",
        visits=f"{held.visits_per_day:g}",
        km=f"{held.km:g}",
        transport=held.transport,
        alone="yes" if held.lone_visits else "no",
        cannot=list(held.cannot_visit),
        area=list(held.areas),
    )


def _number(text: str) -> float:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        number = float("nan")
    if number != number or abs(number) > 1_000_000:  # not a number is no number
        raise HoursNotValid(N_("Écrivez chaque limite en chiffres."))
    return number


def _whole(text: str) -> int:
    number = _number(text)
    if not number.is_integer():
        raise HoursNotValid(N_("Donnez un nombre entier de personnes et de visites."))
    return int(number)


def _rest_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise HoursNotValid(N_("Cette date ne peut pas être lue. Choisissez-la dans le calendrier.")) from None


def _shown(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    fault: Refused | None = None,
    status: int = 422,
    typed: LimitsForm | RestForm | None = None,
) -> Response[str]:
    """The page; after a refusal with what was `typed`, except when the limits have changed in between."""
    said = speech_of(request).gettext(str(fault), **fault.facts) if fault is not None else ""
    own = own_limits.own(site, visitor.actor)
    return page(
        request,
        "own_limits.html",
        status=status if fault is not None else 200,
        own=own,
        form=typed if isinstance(typed, LimitsForm) else _as_form(own),
        until=typed.until
        if isinstance(typed, RestForm)
        else own.resting_until.isoformat()
        if own.resting_until
        else "",
        transports=codes.TRANSPORTS,
        flags=codes.ENVIRONMENT_FLAGS,
        fault=said,
    )


@get(PAGE, opt=HELPER)
async def own_limits_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return await sync_to_thread(_shown, request, site, visitor)


@post(PAGE, opt=HELPER, status_code=200)
async def change_own_limits(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, LimitsForm)

    def carry_out() -> Response[Any]:
        try:
            own_limits.change(site, visitor.actor, asked(form), form.revision)
        except HoursNotValid as error:
            return _shown(request, site, visitor, error, typed=form)
        except Outdated as error:
            return _shown(request, site, visitor, error, 409)
        return Redirect(f"{PAGE}?fait=limits_saved", status_code=303)

    return await sync_to_thread(carry_out)


@post(PAGE + "/repos", opt=HELPER, status_code=200)
async def rest(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """No new accompaniment until a day, or until they say so."""
    form = await read(request, RestForm)

    def carry_out() -> Response[Any]:
        try:
            own_limits.rest(site, visitor.actor, _rest_day(form.until), form.revision)
        except HoursNotValid as error:
            return _shown(request, site, visitor, error, typed=form)
        except (Outdated, StepNotAllowed) as error:
            return _shown(request, site, visitor, error, 409)
        return Redirect(f"{PAGE}?fait=resting", status_code=303)

    return await sync_to_thread(carry_out)


@post(PAGE + "/reprendre", opt=HELPER, status_code=200)
async def back(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, RevisionForm)

    def carry_out() -> Response[Any]:
        try:
            own_limits.back(site, visitor.actor, form.revision)
        except (Outdated, StepNotAllowed) as error:
            return _shown(request, site, visitor, error, 409)
        return Redirect(f"{PAGE}?fait=back_again", status_code=303)

    return await sync_to_thread(carry_out)


@post(PAGE + "/je-connais", opt=HELPER)
async def knows_somebody(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    """The coordination gets in touch; the page asks neither who nor why."""
    await read(request, Form)
    await sync_to_thread(own_limits.knows_somebody, site, visitor.actor)
    return Redirect(f"{PAGE}?fait=knows_told", status_code=303)


HANDLERS = [own_limits_page, change_own_limits, rest, back, knows_somebody]

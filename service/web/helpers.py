"""Peer helpers for the coordination: the list, one page each, and what is noted there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from service import codes, helpers, helpers_kept, helpers_profile, kept_records
from service.access import Visitor
from service.errors import NotAcceptable
from service.helpers import Wanted
from service.helpers_kept import KIND
from service.helpers_sheet import HELPER, STATES
from service.site import Site
from service.web.absences import days_of
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.kept_forms import form_of, send, shown
from service.web.pages import page, speech_of
from service.web.speech import Speech
from service.web.words import TABLES

COORDINATOR = may("coordinator")
LIST = "/pairs-aidants"
LONGEST = 80

HelperForm = form_of("HelperForm", HELPER)


class StateForm(Form):
    state: Line = ""
    revision: int = 0


class SupervisionForm(Form):
    day: Line = ""
    revision: int = 0


class CertificateForm(Form):
    kind: Line = ""
    on: Line = ""


class TargetForm(Form):
    target: Line = ""


def bar(part: int, whole: int) -> Markup:
    """How much of a limit is taken; the same stands beside it in words."""
    width = 100 if part and not whole else min(100, round(100 * part / whole)) if whole else 0
    full = " full" if part >= whole and part else ""
    return Markup(  # noqa: S704  (numbers only)
        '<svg class="load" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="all" width="100" height="8"/><rect class="used{full}" width="{width}" height="8"/></svg>'
    )


def wanted_of(request: Request[Any, Any, Any]) -> Wanted:
    """The filters that stand in the address."""

    def asked(name: str) -> str:
        return (request.query_params.get(name) or "").strip()[:LONGEST]

    status = asked("etat")
    return Wanted(
        text=asked("q"),
        status=status if status in codes.HELPER_STATES else "",
        theme=asked("theme"),
        language=asked("langue"),
        area=asked("quartier"),
        due=bool(asked("supervision")),
        free=bool(asked("libre")),
    )


@get("/pairs-aidants", opt=COORDINATOR, sync_to_thread=True)
def helper_list(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    wanted, number = wanted_of(request), page_number(request)
    found = helpers.listing(site, visitor.actor, wanted, speech_of(request).lang, page=number)
    return page(
        request,
        "helpers.html",
        found=found,
        wanted=wanted,
        states=STATES,
        bar=bar,
        leaves=leaves_of(request, number, found.count),
    )


def page_number(request: Request[Any, Any, Any]) -> int:
    """Which page of a list the address asks for; the first one for anything that is no page."""
    asked = request.query_params.get("page") or ""
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 5 and int(asked) else 1


def leaves_of(request: Request[Any, Any, Any], number: int, count: int) -> tuple[str, str]:
    """Addresses of the page before and the one after, with the same filters; empty where there is none."""

    def address(other: int) -> str:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "fait")]
        return f"{request.url.path}?{urlencode([*kept, ('page', str(other))])}"

    return (address(number - 1) if number > 1 else "", address(number + 1) if number * helpers.PAGE < count else "")


@get("/pairs-aidants/nouveau", opt=COORDINATOR, sync_to_thread=True)
def new_helper(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _form(request, site, visitor, None)


@post("/pairs-aidants/nouveau/enregistrer", opt=COORDINATOR)
async def make_helper(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    return await _save(request, site, visitor, None)


@get("/pairs-aidants/{helper:str}/modifier", opt=COORDINATOR, sync_to_thread=True)
def helper_form(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _form(request, site, visitor, helper)


@post("/pairs-aidants/{helper:str}/enregistrer", opt=COORDINATOR)
async def save_helper(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    return await _save(request, site, visitor, helper)


async def _save(request: Request[Any, Any, Any], site: Site, visitor: Visitor, helper: str | None) -> Response[Any]:
    form = await read(request, HelperForm)

    def save() -> Response[Any]:
        outcome = send(site, visitor.actor, KIND, helper, form)
        if outcome.public_id is None:
            return _form(request, site, visitor, helper, form, outcome)
        said = "helper_saved" if helper else "helper_made"
        return Redirect(f"{LIST}/{outcome.public_id}?fait={said}", status_code=303)

    return await sync_to_thread(save)


def _form(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    helper: str | None,
    form: Any = None,
    outcome: Any = None,
) -> Response[str]:
    speech = speech_of(request)
    blank = kept_records.blank(site, visitor.actor, KIND, helper, speech.lang)
    title = speech.gettext("Modifier : %(name)s", name=blank.name) if helper else speech.gettext("Nouveau pair-aidant")
    return shown(
        request,
        KIND,
        blank,
        title=title,
        action=f"{LIST}/{helper or 'nouveau'}/enregistrer",
        back=f"{LIST}/{helper}" if helper else LIST,
        twin_page=LIST,
        form=form,
        outcome=outcome,
    )


@get("/pairs-aidants/{helper:str}", opt=COORDINATOR, sync_to_thread=True)
def helper_page(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _page(request, site, visitor, helper)


def _page(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    helper: str,
    fault: NotAcceptable | None = None,
    about: str = "",
    typed: Form | None = None,
) -> Response[str]:
    """The helper's page; `about` is the section whose form could not be taken, `typed` what was in it."""
    speech = speech_of(request)
    found = helpers_profile.profile(site, visitor.actor, helper, speech.lang)
    return page(
        request,
        "helper.html",
        status=422 if fault else 200,
        helper=found,
        absences=[(one, days_of(one, speech)) for one in found.absences],
        fault=str(fault) if fault else "",
        about=about,
        typed=typed,
        bar=bar,
        listed=lister(speech),
    )


def lister(speech: Speech) -> Callable[[str, Sequence[str]], str]:
    """« mal-être et dettes »: codes of one of the tables of words, in order."""

    def listed(table: str, found: Sequence[str]) -> str:
        return speech.and_list(speech.gettext(TABLES[table][code]) if code in TABLES[table] else code for code in found)

    return listed


@get("/pairs-aidants/{helper:str}/coordonnees", opt=COORDINATOR, sync_to_thread=True)
def helper_card(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Phone and e-mail, on a page of its own: each look is in the log."""
    name, card = helpers_kept.read_card(site, visitor.actor, helper)
    return page(request, "helper_card.html", name=name, card=card, public_id=helper)


@post("/pairs-aidants/{helper:str}/etat", opt=COORDINATOR)
async def change_state(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, StateForm)
    await sync_to_thread(helpers_kept.change_state, site, visitor.actor, helper, form.state, form.revision)
    return Redirect(f"{LIST}/{helper}?{urlencode({'fait': f'helper_{form.state}'})}", status_code=303)


@post("/pairs-aidants/{helper:str}/supervision", opt=COORDINATOR)
async def note_supervision(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, SupervisionForm)

    def note() -> Response[Any]:
        try:
            helpers_kept.note_supervision(site, visitor.actor, helper, day_of(form.day), form.revision)
        except NotAcceptable as error:
            return _page(request, site, visitor, helper, error, "supervision", form)
        return Redirect(f"{LIST}/{helper}?fait=supervision_noted", status_code=303)

    return await sync_to_thread(note)


def day_of(text: str) -> date | None:
    """A day as forms write it; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


@post("/pairs-aidants/{helper:str}/certificats", opt=COORDINATOR)
async def add_certificate(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, CertificateForm)

    def add() -> Response[Any]:
        try:
            helpers_kept.add_certificate(site, visitor.actor, helper, form.kind, day_of(form.on))
        except NotAcceptable as error:
            return _page(request, site, visitor, helper, error, "certificats", form)
        return Redirect(f"{LIST}/{helper}?fait=certificate_noted#certificats", status_code=303)

    return await sync_to_thread(add)


@post("/pairs-aidants/{helper:str}/certificats/retirer", opt=COORDINATOR)
async def remove_certificate(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, CertificateForm)
    await sync_to_thread(helpers_kept.remove_certificate, site, visitor.actor, helper, form.kind, day_of(form.on))
    return Redirect(f"{LIST}/{helper}?fait=certificate_removed#certificats", status_code=303)


@post("/pairs-aidants/{helper:str}/ne-pas-reunir", opt=COORDINATOR)
async def add_conflict(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, TargetForm)

    def add() -> Response[Any]:
        try:
            helpers_kept.add_conflict(site, visitor.actor, helper, form.target)
        except NotAcceptable as error:
            return _page(request, site, visitor, helper, error, "ne-pas-reunir", form)
        return Redirect(f"{LIST}/{helper}?fait=conflict_noted#ne-pas-reunir", status_code=303)

    return await sync_to_thread(add)


@post("/pairs-aidants/{helper:str}/ne-pas-reunir/retirer", opt=COORDINATOR)
async def remove_conflict(
    request: Request[Any, Any, Any],
    helper: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, TargetForm)
    await sync_to_thread(helpers_kept.remove_conflict, site, visitor.actor, helper, form.target)
    return Redirect(f"{LIST}/{helper}?fait=conflict_removed#ne-pas-reunir", status_code=303)


HANDLERS = [
    helper_list,
    new_helper,
    make_helper,
    helper_form,
    save_helper,
    helper_page,
    helper_card,
    change_state,
    note_supervision,
    add_certificate,
    remove_certificate,
    add_conflict,
    remove_conflict,
]

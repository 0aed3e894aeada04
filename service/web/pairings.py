"""The coordinator's pairings: the queue, the suggestions with their reasons, and what she decides."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, pairing_board, pairing_overrides, pairings, runs
from service.access import Visitor
from service.rule_words import EXPLAINED
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Id, Line, read
from service.web.pages import page, speech_of
from service.web.runs import ended_or_told, has_ended

COORDINATOR = may("coordinator")
BY_HAND = tuple(way for way in codes.ANSWER_WAYS if way != "own_page")
AFTER_STOP_SECONDS = 2.0
"""For the best answer so far, before the page is shown again."""

Perhaps = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{32})?$")]


class AgainForm(Form):
    """`person` is whose suggestions were shown."""

    person: Perhaps = ""


class StopForm(AgainForm, kw_only=True):
    run: Id


class HelperForm(Form):
    helper: Id


class SetAsideForm(HelperForm):
    reason: Line


class OverrideForm(HelperForm):
    rule: Line
    reason: Line


class RestoreForm(HelperForm):
    rule: Line


class SaidForm(Form):
    side: Literal["person", "peer_helper"]
    said: Literal["accepted", "declined", "talk_first"]
    how: Literal["phone", "paper", "in_person"]
    revision: int


class RevisionForm(Form):
    revision: int


def _board(request: Request[Any, Any, Any], site: Site, visitor: Visitor, person: str | None) -> Response[str]:
    shown = pairing_board.board(site, visitor.actor, person, speech_of(request).lang)
    just = request.query_params.get("ecarte")
    return page(
        request,
        "pairings.html",
        board=shown,
        undo=next((one for one in shown.left_out if one.is_set_aside and one.helper == just), None),
        state=shown.state,
        is_outdated=shown.is_outdated,
        shown_person=shown.current.person if person and shown.current else "",
        follow="",
        rule_words=pairing_overrides.NAMES,
        explained=EXPLAINED,
        set_aside_reasons=pairings.SET_ASIDE_REASONS,
        override_reasons=pairing_overrides.OVERRIDE_REASONS,
        ways=BY_HAND,
    )


@get("/appariements", opt=COORDINATOR, sync_to_thread=True)
def pairing_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _board(request, site, visitor, None)


@get("/appariements/{person:str}", opt=COORDINATOR, sync_to_thread=True)
def pairing_page_of(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return _board(request, site, visitor, person)


@get("/appariements/calculs/{public_id:str}", opt=COORDINATOR, sync_to_thread=True)
def pairing_run_done(
    public_id: FromPath[str], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    """Suggestions change nothing by themselves, so a finished calculation is simply shown."""
    runs.get(site, visitor.actor, public_id)
    return Redirect("/appariements?fait=suggestions_found", status_code=303)


@get("/appariements/etat-du-calcul", opt=COORDINATOR, sync_to_thread=True)
def pairing_state(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """The line that says how far the calculation is; 204 while it is where the page saw it (`vu`)."""
    state = pairing_board.state(site, visitor.actor)
    if state.code == request.query_params.get("vu"):
        return Response("", status_code=204)
    person = request.query_params.get("personne", "")
    shown = person if len(person) == 32 and person.isalnum() else ""
    return page(
        request,
        "pairings_state.html",
        state=state,
        is_outdated=False,
        shown_person=shown,
        follow=f"{_address(shown)}{_said(state.code)}",
    )


@post("/appariements/recalculer", opt=COORDINATOR)
async def recalculate(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    """Ask, and show the first answer if it comes within a moment; the proof follows on the page."""
    form = await read(request, AgainForm)
    run = await sync_to_thread(pairings.ask_for_shortlists, site, visitor.actor)
    await ended_or_told(site, visitor.actor, run)
    state = await sync_to_thread(pairing_board.state, site, visitor.actor)
    return Redirect(f"{_address(form.person)}{_said(state.code)}", status_code=303)


@post("/appariements/arreter", opt=COORDINATOR)
async def stop(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, StopForm)
    await sync_to_thread(runs.stop, site, visitor.actor, form.run)
    await has_ended(site, visitor.actor, form.run, AFTER_STOP_SECONDS)
    return Redirect(f"{_address(form.person)}?fait=run_stopped", status_code=303)


def _said(state: str) -> str:
    """What the status line says once the page shows an answer."""
    done = {"first": "first_answer", "checked": "suggestions_found", "proven": "suggestions_checked"}
    return f"?fait={done[state]}" if state in done else ""


def _address(person: str) -> str:
    return f"/appariements/{person}" if person else "/appariements"


@post("/appariements/{person:str}/proposer", opt=COORDINATOR)
async def propose(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, HelperForm)
    await sync_to_thread(pairings.propose, site, visitor.actor, person, form.helper)
    return _back(person, "proposed")


@post("/appariements/{person:str}/ecarter", opt=COORDINATOR)
async def set_aside(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, SetAsideForm)
    await sync_to_thread(pairings.set_aside, site, visitor.actor, person, form.helper, form.reason)
    return _back(person, "set_aside", ecarte=form.helper)


@post("/appariements/{person:str}/remettre", opt=COORDINATOR)
async def take_back(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, HelperForm)
    await sync_to_thread(pairings.take_back, site, visitor.actor, person, form.helper)
    return _back(person, "taken_back")


@post("/appariements/{person:str}/lever", opt=COORDINATOR)
async def override(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, OverrideForm)
    await sync_to_thread(pairing_overrides.override, site, visitor.actor, person, form.helper, form.rule, form.reason)
    return _back(person, "overridden")


@post("/appariements/{person:str}/remettre-regle", opt=COORDINATOR)
async def restore_rule(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RestoreForm)
    await sync_to_thread(pairing_overrides.take_back, site, visitor.actor, person, form.helper, form.rule)
    return _back(person, "restored")


@post("/appariements/{person:str}/propositions/{pairing:str}/repondre", opt=COORDINATOR)
async def note_answer(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """An answer that came by phone, on paper or in person (`settled.md` 6)."""
    form = await read(request, SaidForm)
    state = await sync_to_thread(
        pairings.answer, site, visitor.actor, pairing, form.side, form.said, form.how, form.revision
    )
    if state == "accepted":
        # The first visit is next, and its place is the page of the two.
        return Redirect(f"/binomes/{pairing}?fait=both_agreed", status_code=303)
    if state == "proposed":
        return _back(person, "answer_noted")
    # From there a no that was noted by mistake is taken back, or somebody else is looked for.
    return Redirect(f"/binomes/{pairing}?fait=answer_noted", status_code=303)


@post("/appariements/{person:str}/propositions/{pairing:str}/retirer", opt=COORDINATOR)
async def withdraw(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    pairing: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Take a proposal back, to make another in its place."""
    form = await read(request, RevisionForm)
    await sync_to_thread(pairings.withdraw_proposal, site, visitor.actor, pairing, form.revision)
    return _back(person, "withdrawn")


def _back(person: str, done: str, **about: str) -> Redirect:
    return Redirect(f"/appariements/{person}?{urlencode({'fait': done, **about})}", status_code=303)


HANDLERS = [
    pairing_page,
    pairing_page_of,
    pairing_run_done,
    pairing_state,
    recalculate,
    stop,
    propose,
    set_aside,
    take_back,
    override,
    restore_rule,
    note_answer,
    withdraw,
]

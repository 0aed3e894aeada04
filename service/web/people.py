"""The coordinator's persons: the list, one record, its contact card, whom it is tied to, its end and return."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, people, people_cards, people_file, people_life, people_ties
from service.access import Visitor
from service.errors import NotAcceptable, Outdated
from service.people import Asked
from service.people_history import Change
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.people_words import AUTHORS, NOBODY, of_change
from service.web.speech import Speech

COORDINATOR = may("coordinator")
HISTORY_SHOWN = 8


class CardForm(Form):
    revision: int
    phone: Line = ""
    email: Line = ""
    address: Line = ""
    door: Line = ""


class RevisionForm(Form):
    revision: int


class CloseForm(RevisionForm):
    reason: Line


class HelperForm(Form):
    helper: Line
    done: Literal["exclude", "allow", "met", "not_met"] = "exclude"


class SeparationForm(Form):
    other: Line
    done: Literal["separate", "lift"] = "separate"


def asked_of(request: Request[Any, Any, Any]) -> Asked:
    """What the address asks for; anything that makes no sense asks for nothing."""

    def said(name: str) -> str:
        return str(request.query_params.get(name) or "").strip()[:80]

    number = said("page")
    status, look = said("etat"), said("voir")
    return Asked(
        words=said("q"),
        status=status if status in (*codes.PERSON_STATES, "all") else "",
        area=said("quartier"),
        theme=said("theme"),
        look=look if look in people.LOOKS else "",
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )


def address_of(asked: Asked) -> str:
    """The address that asks for this."""
    said = {"q": asked.words, "etat": asked.status, "quartier": asked.area, "theme": asked.theme, "voir": asked.look}
    query = {name: value for name, value in said.items() if value}
    if asked.page > 1:
        query["page"] = str(asked.page)
    return f"/personnes?{urlencode(query)}" if query else "/personnes"


@get("/personnes", opt=COORDINATOR, sync_to_thread=True)
def people_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Found by words and filters, which live in the address."""
    asked = asked_of(request)
    found = people.listing(site, visitor.actor, asked, speech_of(request).lang)
    return page(
        request,
        "people.html",
        asked=asked,
        found=found,
        states=codes.PERSON_STATES,
        looks=people.LOOKS,
        before=address_of(replace(asked, page=found.page - 1)) if found.page > 1 else "",
        after=address_of(replace(asked, page=found.page + 1)) if found.page < found.pages else "",
    )


@get("/personnes/{person:str}", opt=COORDINATOR, sync_to_thread=True)
def person_page(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """All that planning knows of a person."""
    return _record(request, site, visitor, person)


def _record(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, person: str, *, other: str = "", wrong: str = ""
) -> Response[Any]:
    """A person's page; `wrong` is why nobody could be separated from whom `other` names."""
    speech = speech_of(request)
    found = people_file.person_file(site, visitor.actor, person, speech.lang)
    history = [
        (change.at, speech.gettext(of_change(change.action)), _author(speech, change)) for change in found.changes
    ]
    return page(
        request,
        "person.html",
        status=422 if wrong else 200,
        person=found,
        other=other,
        wrong=wrong,
        history=history[:HISTORY_SHOWN],
        earlier=history[HISTORY_SHOWN:],
        reasons=codes.REQUEST_REASONS,
        place=_from_where(found),
    )


def _author(speech: Speech, change: Change) -> str:
    return change.who or speech.gettext(AUTHORS.get(change.role, NOBODY))


def _from_where(found: people_file.PersonFile) -> str:
    """From what travel is counted (section 3): `exact`, `place`, `area`, or empty when nothing is known."""
    if found.place_known:
        return "exact"
    return "place" if found.meeting_place else "area" if found.neighbourhood else ""


@get("/personnes/{person:str}/contact", opt=COORDINATOR)
async def card_page(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Where to reach and find them; whoever opens it stands in the log."""

    def show() -> Response[str]:
        card = people_cards.read(site, visitor.actor, person)
        return page(request, "person_card.html", card=card, wrong={}, stale={}, longest=people_cards.FIELDS)

    return await sync_to_thread(show)


@post("/personnes/{person:str}/contact", opt=COORDINATOR)
async def keep_card(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, CardForm)
    said = {name: getattr(form, name).strip() for name in people_cards.FIELDS}

    def keep() -> Response[Any]:
        wrong, stale = people_cards.lacking(said), False
        if not wrong:
            try:
                people_cards.keep(site, visitor.actor, person, said, form.revision)
            except Outdated:
                stale = True
            else:
                return Redirect(f"/personnes/{person}?fait=card_kept", status_code=303)
        card = people_cards.read(site, visitor.actor, person)
        theirs = {name: card.values[name] for name in said if card.values[name] != said[name]} if stale else {}
        shown = replace(card, values=said, revision=card.revision if stale else form.revision)
        return page(
            request,
            "person_card.html",
            status=409 if stale else 422,
            card=shown,
            wrong=wrong,
            stale=theirs,
            longest=people_cards.FIELDS,
        )

    return await sync_to_thread(keep)


@post("/personnes/{person:str}/cloturer", opt=COORDINATOR)
async def close(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, CloseForm)
    await sync_to_thread(people_life.close, site, visitor.actor, person, form.revision, form.reason)
    return Redirect(f"/personnes/{person}?fait=person_closed", status_code=303)


@post("/personnes/{person:str}/rouvrir", opt=COORDINATOR)
async def reopen(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(people_life.reopen, site, visitor.actor, person, form.revision)
    return Redirect(f"/personnes/{person}?fait=person_opened", status_code=303)


@post("/personnes/{person:str}/pairs-aidants", opt=COORDINATOR)
async def note_helper(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Leave a helper out or let them in again; note that both met, or take it back."""
    form = await read(request, HelperForm)

    def note() -> str:
        if form.done == "exclude":
            people_ties.exclude(site, visitor.actor, person, form.helper)
            return "helper_excluded"
        if form.done == "allow":
            people_ties.allow(site, visitor.actor, person, form.helper)
            return "helper_allowed"
        people_ties.note_met(site, visitor.actor, person, form.helper, met=form.done == "met")
        return "met_noted" if form.done == "met" else "met_taken_back"

    done = await sync_to_thread(note)
    return Redirect(f"/personnes/{person}?fait={done}#liens", status_code=303)


@post("/personnes/{person:str}/separations", opt=COORDINATOR)
async def note_separation(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """Two persons who may not have the same helper; or may again."""
    form = await read(request, SeparationForm)

    def note() -> Response[Any]:
        if form.done != "separate":
            people_ties.lift(site, visitor.actor, person, form.other)
            return Redirect(f"/personnes/{person}?fait=separation_lifted#liens", status_code=303)
        try:
            people_ties.separate(site, visitor.actor, person, form.other)
        except NotAcceptable as refused:
            return _record(request, site, visitor, person, other=form.other, wrong=str(refused))
        return Redirect(f"/personnes/{person}?fait=separated#liens", status_code=303)

    return await sync_to_thread(note)


HANDLERS = [people_page, person_page, card_page, keep_card, close, reopen, note_helper, note_separation]

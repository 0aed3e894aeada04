"""The coordinator's week: the table, what is to place, the map; moving, fixing, answering for others, publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from service import visits
from service.access import Visitor
from service.site import Site
from service.visit_changes import SlotChoice
from service.web import week_view
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.speech import Speech

COORDINATOR = may("coordinator")


class RevisionForm(Form):
    revision: int


class MoveForm(RevisionForm):
    slot: Line
    pin: Literal["", "1"] = ""


class PinForm(RevisionForm):
    pinned: Literal["0", "1"]


class SaidForm(RevisionForm):
    side: Literal["peer_helper", "person"]
    said: Literal["accepted", "declined", "other_time"]


@dataclass(frozen=True)
class SlotLine:
    """One place to move to, with what it would mean."""

    value: str
    label: str
    consequence: str


def slot_line(choice: SlotChoice, helper: str, going: str, speech: Speech) -> SlotLine:
    """« Jeudi 26 novembre, 15 h 30 – 16 h 30, avec Nadia », and its consequence in a sentence or two."""
    moment = f"{speech.day_of(choice.start)}, {speech.hours(choice.start, choice.end)}"
    label = speech.gettext("%(moment)s, avec %(helper)s", moment=moment, helper=helper)
    sentences = [speech.gettext("Tout le monde est libre.")]
    if going:
        sentences = [speech.gettext("Tout le monde est libre, %(names)s aussi.", names=going)]
    if choice.extra_travel > 0:
        sentences.append(speech.gettext("%(time)s de trajet en plus.", time=speech.duration(choice.extra_travel)))
    elif choice.extra_travel < 0:
        sentences.append(speech.gettext("%(time)s de trajet en moins.", time=speech.duration(-choice.extra_travel)))
    if choice.changes_helper:
        sentences.append(speech.gettext("Changerait de pair-aidant : à voir avec la personne."))
    return SlotLine(choice.id, label[:1].upper() + label[1:], " ".join(sentences))


@get("/semaine", opt=COORDINATOR, sync_to_thread=True)
def this_week(site: NamedDependency[Site], visitor: NamedDependency[Visitor]) -> Redirect:
    """The first week from today on that has visits, else this one."""
    return Redirect(f"/semaine/{week_view.first_week(site, visitor.actor)}", status_code=303)


@get("/semaine/{monday:date}", opt=COORDINATOR, sync_to_thread=True)
def week_page(
    request: Request[Any, Any, Any],
    monday: FromPath[date],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    if monday.weekday():
        return Redirect(f"/semaine/{monday - timedelta(days=monday.weekday())}", status_code=303)
    asked = request.query_params.get("jour", "")
    shown = date.fromisoformat(asked) if len(asked) == 10 and _is_day(asked) else None
    speech = speech_of(request)
    return page(request, "week.html", week=week_view.week(site, visitor.actor, monday, shown, speech))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@get("/semaine/visites/{visit:str}", opt=COORDINATOR, sync_to_thread=True)
def visit_page(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Where a visit could go instead; the same form stands in the dialog of the week."""
    speech = speech_of(request)
    shown = week_view.one_visit(site, visitor.actor, visit, speech)
    slots = visits.slots_for(site, visitor.actor, visit) if shown.may_move else ()
    names = week_view.names(site, visitor.actor)
    return page(
        request,
        "move.html",
        visit=shown,
        slots=[
            slot_line(one, shown.helper, speech.and_list(names.get(ref, ref) for ref in one.going), speech)
            for one in slots
        ],
    )


@post("/semaine/visites/{visit:str}/deplacer", opt=COORDINATOR)
async def move_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, MoveForm)

    def move() -> str:
        pin = form.pin == "1"
        visits.move(site, visitor.actor, visit, form.slot, pin=pin, revision=form.revision)
        return week_view.address_of(site, visitor.actor, visit)

    return Redirect(f"{await sync_to_thread(move)}&fait=moved", status_code=303)


@post("/semaine/visites/{visit:str}/fixer", opt=COORDINATOR)
async def pin_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, PinForm)

    def pin() -> str:
        visits.pin(site, visitor.actor, visit, form.pinned == "1", revision=form.revision)
        return week_view.address_of(site, visitor.actor, visit)

    done = "pinned" if form.pinned == "1" else "unpinned"
    return Redirect(f"{await sync_to_thread(pin)}&fait={done}", status_code=303)


@post("/semaine/visites/{visit:str}/repondre", opt=COORDINATOR)
async def note_answer(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """What somebody said by phone, on paper or in person (`settled.md` 6)."""
    form = await read(request, SaidForm)

    def answer() -> str:
        visits.answer_visit(site, visitor.actor, visit, form.said, side=form.side, revision=form.revision)
        return week_view.address_of(site, visitor.actor, visit)

    return Redirect(f"{await sync_to_thread(answer)}&fait=answer_noted", status_code=303)


@post("/semaine/visites/{visit:str}/annuler", opt=COORDINATOR)
async def cancel_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)

    def cancel() -> str:
        visits.cancel(site, visitor.actor, visit, revision=form.revision)
        return week_view.address_of(site, visitor.actor, visit)

    return Redirect(f"{await sync_to_thread(cancel)}&fait=cancelled", status_code=303)


@get("/semaine/{monday:date}/publier", opt=COORDINATOR, sync_to_thread=True)
def publish_page(
    request: Request[Any, Any, Any],
    monday: FromPath[date],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return page(request, "publish.html", monday=monday, count=week_view.unpublished(site, visitor.actor, monday))


@post("/semaine/{monday:date}/publication", opt=COORDINATOR)
async def publish_week(
    request: Request[Any, Any, Any],
    monday: FromPath[date],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    if monday.weekday():
        raise HTTPException(status_code=400, detail="a week begins on a Monday")
    await sync_to_thread(visits.publish, site, visitor.actor, monday)
    return Redirect(f"/semaine/{monday}?fait=published", status_code=303)


HANDLERS = [
    this_week,
    week_page,
    visit_page,
    move_visit,
    pin_visit,
    note_answer,
    cancel_visit,
    publish_page,
    publish_week,
]

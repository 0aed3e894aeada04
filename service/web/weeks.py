"""The coordinator's week: the table, what is to place, the map; moving, fixing, answering for others, publishing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from service import holidays, network_map, replans, visits
from service.access import Visitor
from service.errors import RuleBroken
from service.site import Site
from service.visit_changes import Before
from service.visit_slots import Asked
from service.web import day_view, drawings, week_undo, week_view
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.headers import content_policy
from service.web.pages import page, speech_of
from service.web.replans import page_of
from service.web.runs import ended_or_told
from service.web.slots import OTHER, SlotForm, Tried, chosen, rule_lines, slot_lines, tried, verdict, way_line

COORDINATOR = may("coordinator")


class RevisionForm(Form):
    revision: int


class MoveForm(SlotForm, kw_only=True):
    revision: int


class BackForm(RevisionForm):
    """How a visit was before it moved."""

    slot: Line
    pinned: Literal["0", "1"]
    helper_answer: Line
    person_answer: Line


class PlaceForm(SlotForm, kw_only=True):
    due: Line


class PinForm(RevisionForm):
    pinned: Literal["0", "1"]


class SaidForm(RevisionForm):
    side: Literal["peer_helper", "person"]
    said: Literal["accepted", "declined", "other_time"]


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
    week = week_view.week(site, visitor.actor, monday, shown, speech)
    undo = week_view.undo_of(site, visitor.actor, request.query_params, speech)
    rest = holidays.warnings(site, visitor.actor)
    tiles = network_map.tiles(site, visitor.actor)
    said: dict[str, Any] = {} if undo is None else {"said": undo.said}
    back = week_undo.cancelled_of(request, site, visitor)
    answer = page(request, "week.html", week=week, rest=rest, undo=undo, back=back, tiles=tiles, **said)
    if tiles.url:
        answer.headers["Content-Security-Policy"] = content_policy(tiles.url)
    return answer


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@get("/semaine/jour/{day:date}", opt=COORDINATOR, sync_to_thread=True)
def day_page(
    request: Request[Any, Any, Any],
    day: FromPath[date],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """One day of the week, hour by hour."""
    return page(
        request,
        "day.html",
        day=day_view.day(site, visitor.actor, day, speech_of(request)),
        hatching=drawings.hatching,
    )


@get("/semaine/visites/{visit:str}", opt=COORDINATOR, sync_to_thread=True)
def visit_page(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Where a visit could go instead; the same form stands in the dialog of the week."""
    asked = _asked(request)
    why = _verdict(request, site, visitor, visit, asked)
    return _visit_page(request, site, visitor, visit, tried(asked, why or ()) if asked.day else Tried())


def _asked(request: Request[Any, Any, Any]) -> SlotForm:
    """The moment that an address names."""
    return SlotForm(
        slot=OTHER, day=request.query_params.get("day", "")[:20], hour=request.query_params.get("hour", "")[:20]
    )


def _verdict(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, visit: str, asked: SlotForm
) -> tuple[str, ...] | None:
    actor = visitor.actor
    if not asked.day or not asked.hour:
        return None

    def against(day: date, minute: int) -> Asked:
        return visits.slot_at(site, actor, visit, day, minute)

    return verdict(asked, against, week_view.names(site, actor), speech_of(request))


@get("/semaine/visites/{visit:str}/essai", opt=COORDINATOR, sync_to_thread=True)
def try_moment(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Which rules stand against a moment, while it is chosen or a visit is dragged there; nothing is written."""
    return page(request, "against.html", why=_verdict(request, site, visitor, visit, _asked(request)))


def _visit_page(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, visit: str, tried: Tried, status: int = 200
) -> Response[str]:
    speech = speech_of(request)
    shown = week_view.one_visit(site, visitor.actor, visit, speech)
    choices = visits.slots_for(site, visitor.actor, visit) if shown.may_move else ()
    names = week_view.names(site, visitor.actor)
    slots = slot_lines(choices, shown.helper, names, speech)
    return page(request, "move.html", status=status, visit=shown, slots=slots, tried=tried)


@post("/semaine/visites/{visit:str}/deplacer", opt=COORDINATOR)
async def move_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """Move to a slot, or to a moment chosen by hand; when rules are against it, the page says which."""
    form = await read(request, MoveForm)

    def move() -> Response[Any]:
        actor = visitor.actor
        slot, why = _chosen(request, site, visitor, visit, form)
        if why:
            return _visit_page(request, site, visitor, visit, tried(form, why), 422)
        moved = visits.move(site, actor, visit, slot, pin=form.pin == "1", revision=form.revision)
        undo = week_view.undo_query(visit, moved)
        return Redirect(f"{week_view.address_of(site, actor, visit)}&fait=moved&{undo}", status_code=303)

    return await sync_to_thread(move)


def _chosen(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, visit: str, form: MoveForm
) -> tuple[str, tuple[str, ...]]:
    """The slot that was chosen, or that of the moment chosen by hand and what is against it."""
    if form.slot != OTHER:
        return form.slot, ()
    actor = visitor.actor
    return chosen(
        form,
        lambda day, minute: visits.slot_at(site, actor, visit, day, minute),
        week_view.names(site, actor),
        speech_of(request),
    )


@post("/semaine/visites/{visit:str}/replanifier", opt=COORDINATOR)
async def try_move(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """Ask what becomes of the plan with the visit there and all others free to make room; nothing is written."""
    form = await read(request, MoveForm)

    def ask() -> str | Response[Any]:
        slot, why = _chosen(request, site, visitor, visit, form)
        try:
            if slot:
                return replans.ask_trying(site, visitor.actor, visit, slot)
        except RuleBroken:
            if not why:
                raise
        return _visit_page(request, site, visitor, visit, tried(form, why), 422)

    asked = await sync_to_thread(ask)
    if not isinstance(asked, str):
        return asked
    await ended_or_told(site, visitor.actor, asked)
    return Redirect(page_of(asked), status_code=303)


@post("/semaine/visites/{visit:str}/revenir", opt=COORDINATOR)
async def take_back(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Undo the move that was just made, unless somebody changed the visit since."""
    form = await read(request, BackForm)

    def back() -> str:
        before = Before(form.slot, form.pinned == "1", form.helper_answer, form.person_answer)
        visits.take_back(site, visitor.actor, visit, before, revision=form.revision)
        return week_view.address_of(site, visitor.actor, visit)

    return Redirect(f"{await sync_to_thread(back)}&fait=moved_back", status_code=303)


@get("/semaine/a-placer", opt=COORDINATOR, sync_to_thread=True)
def due_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Where a due visit could go, or what would have to give; the same form stands in the dialog of the week."""
    return _due_page(request, site, visitor, request.query_params.get("visite", ""), Tried())


def _due_page(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, due: str, tried: Tried, status: int = 200
) -> Response[str]:
    speech = speech_of(request)
    found = visits.solutions_for(site, visitor.actor, due)
    names = week_view.names(site, visitor.actor)
    return page(
        request,
        "place.html",
        status=status,
        due=found.visit,
        time=speech.duration(found.visit.minutes),
        back=week_view.week_address(found.visit.due_from),
        reasons=rule_lines(found.visit.rules, speech),
        slots=slot_lines(found.slots, found.visit.helper, names, speech),
        ways=[way_line(way, names, speech) for way in found.ways],
        tried=tried,
    )


@post("/semaine/placement", opt=COORDINATOR)
async def place_visit(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Write a due visit into a slot, or at a moment chosen by hand; when rules are against it, the page says which."""
    form = await read(request, PlaceForm)

    def put() -> Response[Any]:
        actor = visitor.actor
        slot = form.slot
        if slot == OTHER:
            slot, why = chosen(
                form,
                lambda day, minute: visits.slot_for(site, actor, form.due, day, minute),
                week_view.names(site, actor),
                speech_of(request),
            )
            if why:
                return _due_page(request, site, visitor, form.due, tried(form, why), 422)
        visit = visits.place(site, actor, form.due, slot, pin=form.pin == "1")
        return Redirect(f"{week_view.address_of(site, actor, visit)}&fait=placed", status_code=303)

    return await sync_to_thread(put)


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

    def answer() -> Redirect:
        visits.answer_visit(site, visitor.actor, visit, form.said, side=form.side, revision=form.revision)
        return week_undo.ended(site, visitor, visit, "refusal_noted" if form.said == "declined" else "answer_noted")

    return await sync_to_thread(answer)


@post("/semaine/visites/{visit:str}/annuler", opt=COORDINATOR)
async def cancel_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)

    def cancel() -> Redirect:
        visits.cancel(site, visitor.actor, visit, revision=form.revision)
        return week_undo.ended(site, visitor, visit, "cancelled")

    return await sync_to_thread(cancel)


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
    day_page,
    visit_page,
    try_moment,
    move_visit,
    try_move,
    take_back,
    due_page,
    place_visit,
    pin_visit,
    note_answer,
    cancel_visit,
    publish_page,
    publish_week,
]

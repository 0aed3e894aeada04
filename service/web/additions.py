"""A visit more, added by the coordinator by hand: which one, then when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from service import codes, visits
from service.access import Visitor
from service.site import Site
from service.visits import Wish
from service.web import week_view
from service.web.doors import may
from service.web.forms import Id, read
from service.web.pages import page, speech_of
from service.web.slots import OTHER, SlotForm, Tried, chosen, rule_lines, slot_lines, tried, way_line

COORDINATOR = may("coordinator")


class AddForm(SlotForm, kw_only=True):
    """The visit asked for, and its slot."""

    pairing: Id
    kind: Literal["first_joint", "regular", "accompaniment", "family", "review", "closing"]
    since: date


@get("/semaine/ajouter", opt=COORDINATOR, sync_to_thread=True)
def add_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Ask which visit; once that is said, where it could go."""
    since = _day(request.query_params) or week_view.first_week(site, visitor.actor)
    pairing, kind = request.query_params.get("binome", ""), request.query_params.get("nature", "")
    if not pairing:
        return page(
            request,
            "add.html",
            pairs=visits.pairs(site, visitor.actor),
            kinds=codes.VISIT_KINDS,
            since=since,
            back=week_view.week_address(since),
        )
    return _moments(request, site, visitor, Wish(pairing, kind, since), Tried())


def _day(asked: Mapping[str, str]) -> date | None:
    try:
        day = date.fromisoformat(asked.get("jour", ""))
    except ValueError:
        return None
    # The first and the last weeks of the calendar have no week before or after them.
    return day if date(1900, 1, 1) <= day <= date.max - timedelta(days=366) else None


def _moments(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, wish: Wish, tried: Tried, status: int = 200
) -> Response[str]:
    speech = speech_of(request)
    found = visits.additions_for(site, visitor.actor, wish)
    names = week_view.names(site, visitor.actor)
    return page(
        request,
        "add_moment.html",
        status=status,
        wish=wish,
        visit=found.visit,
        time=speech.duration(found.visit.minutes),
        back=week_view.week_address(wish.day),
        reasons=rule_lines(found.visit.rules, speech),
        slots=slot_lines(found.slots, found.visit.helper, names, speech),
        ways=[way_line(way, names, speech) for way in found.ways],
        tried=tried,
    )


@post("/semaine/ajout", opt=COORDINATOR)
async def add_visit(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Write the visit into a slot, or at a moment chosen by hand; when rules are against it, the page says which."""
    form = await read(request, AddForm)
    wish = Wish(form.pairing, form.kind, form.since)

    def put() -> Response[Any]:
        actor = visitor.actor
        slot = form.slot
        if slot == OTHER:
            slot, why = chosen(
                form,
                lambda day, minute: visits.addition_at(site, actor, wish, day, minute),
                week_view.names(site, actor),
                speech_of(request),
            )
            if why:
                return _moments(request, site, visitor, wish, tried(form, why), 422)
        visit = visits.add(site, actor, wish, slot, pin=form.pin == "1")
        return Redirect(f"{week_view.address_of(site, actor, visit)}&fait=placed", status_code=303)

    return await sync_to_thread(put)


HANDLERS = [add_page, add_visit]

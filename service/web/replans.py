"""Replanning: both plans side by side, each as a list of differences to accept in whole or in part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import replans, runs
from service.access import Visitor
from service.site import Site
from service.visit_plan import Draft
from service.visit_words import PLAN_COSTS, RULES
from service.web.doors import may
from service.web.forms import read
from service.web.pages import page, speech_of
from service.web.plans import KINDS, ChangeLine, KeepForm, WeekForm, change_line, take_over
from service.web.runs import ended_or_told
from service.web.speech import Speech

COORDINATOR = may("coordinator")


@dataclass(frozen=True)
class PlanColumn:
    """
    One of both plans: how many visits change and how many people are to be told, then each difference.

    `beside` says in words what it costs more and saves beside another one; `unplaced` counts what stays without a
    place, `reasons` tells for whom and why.
    """

    name: str
    changed: int
    added: int
    told: int
    lines: tuple[ChangeLine, ...]
    unplaced: int
    reasons: tuple[tuple[str, str], ...]
    beside: tuple[str, ...]


def column(draft: Draft, other: Mapping[str, int] | None, speech: Speech) -> PlanColumn:
    offered = sorted(
        (one for one in draft.changes if one.kind in KINDS), key=lambda one: (one.before or one.after, one.id)
    )
    return PlanColumn(
        name=draft.plan,
        changed=sum(one.kind != "new" for one in offered),
        added=sum(one.kind == "new" for one in offered),
        told=len({(one.who, one.role) for change in offered for one in change.told}),
        lines=tuple(change_line(one, speech) for one in offered),
        unplaced=len(draft.unplanned),
        reasons=_reasons(draft, speech),
        beside=beside(draft, other, speech) if other is not None else (),
    )


def _reasons(draft: Draft, speech: Speech) -> tuple[tuple[str, str], ...]:
    found: dict[str, dict[str, None]] = {}
    for one in draft.unplanned:
        pair = speech.gettext("%(name)s, avec %(helper)s", name=one.pseudonym, helper=one.helper)
        found.setdefault(pair, {}).update(dict.fromkeys(speech.gettext(RULES[code]) for code in one.rules))
    return tuple((pair, " ".join(rules)) for pair, rules in found.items())


def beside(draft: Draft, other: Mapping[str, int], speech: Speech) -> tuple[str, ...]:
    """What a plan costs more than the other one, and what it saves, in words."""
    more = {name: value - other.get(name, 0) for name, value in draft.costs.items()}
    said: list[str] = []
    travel = more.get("travel", 0)
    if travel > 0:
        said.append(speech.gettext("%(time)s de trajet en plus.", time=speech.duration(travel)))
    if travel < 0:
        said.append(speech.gettext("%(time)s de trajet en moins.", time=speech.duration(-travel)))
    said += [speech.gettext(PLAN_COSTS[name][more[name] < 0]) for name in PLAN_COSTS if more.get(name)]
    return tuple(said)


def page_of(run: str) -> str:
    return f"/semaine/replanifications/{run}"


@post("/semaine/replanifier", opt=COORDINATOR)
async def replan(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    """Ask how the four weeks from the one shown can go on with few changes."""
    form = await read(request, WeekForm)
    run = await sync_to_thread(replans.ask, site, visitor.actor, form.week)
    await ended_or_told(site, visitor.actor, run)
    return Redirect(page_of(run), status_code=303)


@get("/semaine/replanifications/{run:str}", opt=COORDINATOR, sync_to_thread=True)
def replan_page(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Both plans, or the first one while the second is looked for."""
    speech = speech_of(request)
    found = replans.drafts(site, visitor.actor, run)
    if found is None:
        view = runs.get(site, visitor.actor, run, "replan")
        start = date.fromisoformat(runs.snapshot_of(site, visitor.actor, run, "replan")["first_day"])
    else:
        view, start = found.run, found.fewest.start
    columns: list[PlanColumn] = []
    if found is not None:
        columns.append(column(found.fewest, found.before, speech))
        if found.better is not None:
            columns.append(column(found.better, found.before or found.fewest.costs, speech))
    return page(
        request,
        "replan.html",
        run=view,
        columns=columns,
        start=start,
        absence=found.absence if found is not None else "",
        tried=found is not None and found.before is not None,
        is_over=found is not None and (found.fewest.is_outdated or found.fewest.applied_at is not None),
    )


@get("/semaine/replanifications/{run:str}/etat", opt=COORDINATOR, sync_to_thread=True)
def replan_part(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """How far it is; a page that shows no plan yet is drawn anew once there is one, a page that does is left alone."""
    view = runs.get(site, visitor.actor, run, "replan")
    shown = request.query_params.get("vu") == "1"
    answer = page(request, "replan_part.html", run=view, shown=shown)
    if not shown and (view.has_answer or not view.is_open):
        answer.headers["HX-Redirect"] = page_of(run)
    return answer


@post("/semaine/replanifications/{run:str}/appliquer", opt=COORDINATOR)
async def apply_replan(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Take over the ticked differences of one of both plans; what is not ticked stays as it is."""
    form = await read(request, KeepForm)
    return Redirect(await sync_to_thread(take_over, site, visitor, run, form), status_code=303)


HANDLERS = [replan, replan_page, replan_part, apply_replan]

"""A calculation under way: elapsed time, value so far, stop; by polling with a script, by refreshing without one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import runs
from service.access import Visitor
from service.runs import RunView
from service.site import Actor, Site
from service.web.doors import may
from service.web.forms import Form, read
from service.web.pages import page

COORDINATOR = may("coordinator")
AFTER = {
    "pairing": "/appariements/calculs/{id}",
    "planning": "/semaine/calculs/{id}",
    "what_if": "/appariements/et-si/{id}",
    "replan": "/semaine/replanifications/{id}",
}
BEFORE = {"pairing": "/appariements", "planning": "/semaine", "what_if": "/appariements/et-si", "replan": "/semaine"}
TITLES = {
    "pairing": N_("Recherche de propositions"),
    "planning": N_("Placement des visites"),
    "what_if": N_("Et si…"),
    "replan": N_("Replanifier"),
}
FIRST_SECONDS = 0.8
"""That somebody who asked waits for a first answer, before the page is shown without it."""
LOOK_SECONDS = 0.04


def page_of(public_id: str) -> str:
    """Where a run is followed."""
    return f"/calculs/{public_id}"


async def ended_or_told(site: Site, actor: Actor, run: str) -> RunView:
    """The run once it has ended or told a first answer, or after a moment as it is."""
    return await _until(site, actor, run, FIRST_SECONDS, lambda view: view.has_answer or not view.is_open)


async def has_ended(site: Site, actor: Actor, run: str, seconds: float) -> RunView:
    """The run once it has ended, or after these seconds as it is."""
    return await _until(site, actor, run, seconds, lambda view: not view.is_open)


async def _until(site: Site, actor: Actor, run: str, seconds: float, holds: Callable[[RunView], bool]) -> RunView:
    end = time.monotonic() + seconds
    while True:
        view = await sync_to_thread(runs.get, site, actor, run)
        if holds(view) or time.monotonic() >= end:
            return view
        await asyncio.sleep(LOOK_SECONDS)


def _next(run: RunView) -> str | None:
    """Where to go once there is a result, and for a replanning always; None while there is none."""
    return AFTER[run.kind].format(id=run.public_id) if run.status == "done" or run.kind == "replan" else None


@get("/calculs/{public_id:str}", opt=COORDINATOR, sync_to_thread=True)
def run_page(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    run = runs.get(site, visitor.actor, public_id)
    following = _next(run)
    if following is not None:
        return Redirect(following, status_code=303)
    return page(request, "run.html", run=run, before=BEFORE[run.kind], run_title=TITLES[run.kind])


@get("/calculs/{public_id:str}/etat", opt=COORDINATOR, sync_to_thread=True)
def run_part(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The part of the page that changes; at the end the whole page follows."""
    run = runs.get(site, visitor.actor, public_id)
    answer = page(request, "run_part.html", run=run, before=BEFORE[run.kind])
    if not run.is_open:
        answer.headers["HX-Redirect"] = _next(run) or page_of(public_id)
    return answer


@post("/calculs/{public_id:str}/arreter", opt=COORDINATOR)
async def stop_run(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(runs.stop, site, visitor.actor, public_id)
    return Redirect(page_of(public_id) + "?fait=run_stopped", status_code=303)


HANDLERS = [run_page, run_part, stop_run]

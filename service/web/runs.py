"""A calculation under way: elapsed time, value so far, stop; by polling with a script, by refreshing without one."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import runs
from service.access import Visitor
from service.runs import RunView
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, read
from service.web.pages import page

COORDINATOR = may("coordinator")
AFTER = {"pairing": "/appariements/calculs/{id}", "planning": "/semaine/calculs/{id}"}
BEFORE = {"pairing": "/appariements", "planning": "/semaine"}


def page_of(public_id: str) -> str:
    """Where a run is followed."""
    return f"/calculs/{public_id}"


def _next(run: RunView) -> str | None:
    """Where to go once there is a result; None while there is none."""
    return AFTER[run.kind].format(id=run.public_id) if run.status == "done" else None


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
    return page(request, "run.html", run=run, before=BEFORE[run.kind])


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

"""Break-glass: open one record of another territory for an hour, and review what was opened of one's own people."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, emergencies
from service.access import Visitor
from service.errors import NotAcceptable
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page

COORDINATOR, COORDINATOR_FRESH = may("coordinator"), may("coordinator", fresh=True)
HERE = "/urgences"


class OpenForm(Form):
    territory: Line = ""
    called: Line = ""
    reason: Line = ""


class ReviewForm(Form):
    revision: int
    state: Literal["justified", "not_justified", "open"]


@get("/urgences", opt=COORDINATOR, sync_to_thread=True)
def emergencies_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return page(request, "emergencies.html", found=emergencies.listed(site, visitor.actor), most=emergencies.MOST_A_DAY)


def _form(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, form: OpenForm, wrong: dict[str, str]
) -> Response[str]:
    return page(
        request,
        "emergency_form.html",
        status=422 if wrong else 200,
        found=emergencies.listed(site, visitor.actor),
        most=emergencies.MOST_A_DAY,
        reasons=codes.EMERGENCY_REASONS,
        form=form,
        wrong=wrong,
    )


@get("/urgences/ouvrir", opt=COORDINATOR_FRESH, sync_to_thread=True)
def before_opening(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Whoever opens has just proved who they are (`security.md` A6)."""
    return _form(request, site, visitor, OpenForm(), {})


@post("/urgences/ouvrir/maintenant", opt=COORDINATOR_FRESH)
async def open_now(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, OpenForm)

    def opened() -> Response[Any]:
        try:
            made = emergencies.open_record(site, visitor.actor, form.territory, form.called, form.reason)
        except NotAcceptable as error:
            wrong = emergencies.lacking(form.called, form.reason) or {error.field: str(error)}
            return _form(request, site, visitor, form, wrong)
        if made is None:
            return _form(request, site, visitor, form, {"called": emergencies.NOBODY})
        return Redirect(f"{HERE}/{made}?fait=emergency_opened", status_code=303)

    return await sync_to_thread(opened)


@get("/urgences/{opening:str}", opt=COORDINATOR, sync_to_thread=True)
def opened_record(
    request: Request[Any, Any, Any],
    opening: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    return page(request, "emergency.html", found=emergencies.look(site, visitor.actor, opening))


@post("/urgences/{opening:str}/avis", opt=COORDINATOR)
async def review(
    request: Request[Any, Any, Any],
    opening: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, ReviewForm)
    await sync_to_thread(lambda: emergencies.review(site, visitor.actor, opening, form.state, revision=form.revision))
    return Redirect(f"{HERE}?fait=emergency_{form.state}", status_code=303)


HANDLERS = [emergencies_page, before_opening, open_now, opened_record, review]

"""Who coordinates, who is on duty, and handing over for a time."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import duties
from service.access import Visitor
from service.errors import NotAcceptable
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.helpers import day_of
from service.web.pages import page

COORDINATOR = may("coordinator")
HERE = "/reglages/coordination"


class DutyForm(Form):
    deputy: Line = ""
    first: Line = ""
    last: Line = ""


def _page(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    form: DutyForm,
    fault: NotAcceptable | None = None,
) -> Response[str]:
    return page(
        request,
        "duty.html",
        status=422 if fault else 200,
        found=duties.coordination(site, visitor.actor),
        form=form,
        wrong={fault.field: str(fault)} if fault else {},
    )


@get("/reglages/coordination", opt=COORDINATOR, sync_to_thread=True)
def coordination_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _page(request, site, visitor, DutyForm())


@post("/reglages/coordination/passer-la-main", opt=COORDINATOR)
async def hand_over(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, DutyForm)

    def give() -> Response[Any]:
        try:
            duties.hand_over(site, visitor.actor, form.deputy, day_of(form.first), day_of(form.last))
        except NotAcceptable as error:
            return _page(request, site, visitor, form, error)
        return Redirect(f"{HERE}?fait=handed_over", status_code=303)

    return await sync_to_thread(give)


@post("/reglages/coordination/{duty:str}/terminer", opt=COORDINATOR)
async def end_duty(
    request: Request[Any, Any, Any],
    duty: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(duties.end, site, visitor.actor, duty)
    return Redirect(f"{HERE}?fait=duty_ended", status_code=303)


HANDLERS = [coordination_page, hand_over, end_duty]

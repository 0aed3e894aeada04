"""`/semaine`: a visit cancelled by mistake stands again."""

from __future__ import annotations

from typing import Any

from litestar import Request, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import visit_returns
from service.access import Visitor
from service.site import Site
from service.visit_returns import Cancelled
from service.web import week_view
from service.web.doors import may
from service.web.forms import Form, read

MAY_CANCEL = ("cancelled", "refusal_noted")
"""What a page says when a visit was just cancelled."""


class RevisionForm(Form):
    revision: int


def ended(site: Site, visitor: Visitor, visit: str, done: str) -> Redirect:
    """The week of a visit that was just cancelled; the page can take it back."""
    at = week_view.address_of(site, visitor.actor, visit)
    return Redirect(f"{at}&fait={done}&visite={visit}", status_code=303)


def cancelled_of(request: Request[Any, Any, Any], site: Site, visitor: Visitor) -> Cancelled | None:
    """The visit that the address says was just cancelled, as long as that can be taken back."""
    asked = request.query_params
    if asked.get("fait") not in MAY_CANCEL:
        return None
    return visit_returns.cancelled_by(site, visitor.actor, asked.get("visite", ""))


@post("/semaine/visites/{visit:str}/retablir", opt=may("coordinator"))
async def restore_visit(
    request: Request[Any, Any, Any],
    visit: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)

    def restore() -> str:
        visit_returns.restore(site, visitor.actor, visit, revision=form.revision)
        return week_view.address_of(site, visitor.actor, visit)

    return Redirect(f"{await sync_to_thread(restore)}&fait=restored_visit", status_code=303)


HANDLERS = [restore_visit]

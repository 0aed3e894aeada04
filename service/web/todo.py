"""Where the coordinator's day begins."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from service import todo
from service.access import Visitor
from service.site import Site
from service.web import drawings, todo_words
from service.web.doors import may
from service.web.pages import page

SHOWN_AT_ONCE = 6
"""Lines of a group that stand open; the rest is one click away."""


@get("/aujourdhui", opt=may("coordinator"), sync_to_thread=True)
def today_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """What needs a decision, the most pressing first; beside it the week and the waits."""
    return page(
        request,
        "todo.html",
        day=todo.today(site, visitor.actor),
        at_once=SHOWN_AT_ONCE,
        words=todo_words,
        bar=drawings.bar,
    )


HANDLERS = [today_page]

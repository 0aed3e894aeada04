"""Whom to call, for peer helpers and people accompanied."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from service import access
from service.access import Visitor
from service.site import Site
from service.web.doors import SIGNED_IN
from service.web.pages import page


@get("/aide", opt=SIGNED_IN, sync_to_thread=True)
def help_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return page(request, "help.html", coordinators=access.coordinators(site, visitor.actor))


HANDLERS = [help_page]

"""One line for each request, with allowed fields only: the route's template, never the path (`security.md` F3)."""

from __future__ import annotations

import logging

from litestar.types import Message, Scope

log = logging.getLogger("lefil.access_line")


class Journal:
    """A `before_send` hook that writes method, route template, status; paths may hold secrets and never appear."""

    async def __call__(self, message: Message, scope: Scope) -> None:
        if scope["type"] == "http" and message["type"] == "http.response.start":
            route = str(scope.get("path_template", "") or "unknown")
            log.info("%s %s %s", scope["method"], route, message["status"])

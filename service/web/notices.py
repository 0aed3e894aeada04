"""What was said or read is no longer to be told."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import notices
from service.access import Visitor
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, read


class MarkForm(Form):
    back: Literal["", "today"] = ""


@post("/messages/{notice:str}/fait", opt=may("coordinator", "peer_helper", "person", "professional"))
async def mark(
    request: Request[Any, Any, Any],
    notice: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, MarkForm)
    await sync_to_thread(notices.mark, site, visitor.actor, notice)
    if visitor.actor.role == "coordinator":
        return Redirect(f"{'/aujourdhui' if form.back else '/binomes'}?fait=told", status_code=303)
    return Redirect("/agenda?fait=notice_read", status_code=303)


HANDLERS = [mark]

"""Sign-in by link, log-out, language and theme, the first page of each role."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import access
from service.site import Site
from service.web.doors import ANYONE, SIGNED_IN, address_of, ended_cookie, session_cookie, visitor_of
from service.web.forms import Form, Line, read
from service.web.pages import page
from service.web.speech import LANGUAGE_COOKIE

FIRST_PAGE = {
    "coordinator": "/demandes",
    "peer_helper": "/agenda",
    "person": "/agenda",
    "professional": "/mes-demandes",
}


class LinkForm(Form):
    token: Line


@get("/", opt=ANYONE, sync_to_thread=True)
def home(request: Request[Any, Any, Any]) -> Redirect:
    """The first page of whoever comes."""
    visitor = visitor_of(request)
    return Redirect(FIRST_PAGE.get(visitor.actor.role, "/aide") if visitor is not None else "/entrer", status_code=303)


@get("/entrer", opt=ANYONE, sync_to_thread=True)
def sign_in_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "sign_in.html", token="")


@get("/entrer/{token:str}", opt=ANYONE, sync_to_thread=True)
def link_page(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[str]:
    """A button only: mail scanners open links, and must not use them up."""
    return page(request, "sign_in.html", token=token)


@post("/session", opt=ANYONE)
async def sign_in(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Redirect:
    """Use the link; the session is new whatever cookie came."""
    form = await read(request, LinkForm)
    token = form.token.strip().rsplit("/", 1)[-1]
    session, account = await sync_to_thread(access.enter, site, token, address_of(request))
    if request.scope.get("auth"):
        await sync_to_thread(access.leave, site, request.scope["auth"])
    answer = Redirect(FIRST_PAGE.get(account.role, "/aide") + "?fait=entered", status_code=303)
    answer.set_cookie(session_cookie(site, session))
    return answer


@post("/sortir", opt=SIGNED_IN, sync_to_thread=True)
def sign_out(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Redirect:
    access.leave(site, request.scope["auth"])
    answer = Redirect("/entrer?fait=left", status_code=303)
    answer.set_cookie(ended_cookie(site))
    # Not "cookies": that would also forget the language.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@get("/langue/{tag:str}", opt=ANYONE, sync_to_thread=True)
def choose_language(
    request: Request[Any, Any, Any], tag: FromPath[Literal["fr", "nl", "de", "en"]], site: NamedDependency[Site]
) -> Redirect:
    return _remember(request, site, LANGUAGE_COOKIE, tag)


@get("/theme/{name:str}", opt=ANYONE, sync_to_thread=True)
def choose_theme(
    request: Request[Any, Any, Any], name: FromPath[Literal["clair", "sombre"]], site: NamedDependency[Site]
) -> Redirect:
    return _remember(request, site, "theme", name)


def _remember(request: Request[Any, Any, Any], site: Site, key: str, value: str) -> Redirect:
    back = request.query_params.get("retour", "/")
    # Only a path of ours: `//elsewhere` and `/\\elsewhere` would leave the site.
    if not back.startswith("/") or back.startswith(("//", "/\\")) or "\n" in back or "\r" in back:
        back = "/"
    answer = Redirect(back, status_code=303)
    answer.set_cookie(key=key, value=value, path="/", max_age=31536000, samesite="lax", secure=not site.settings.demo)
    return answer


HANDLERS = [home, sign_in_page, link_page, sign_in, sign_out, choose_language, choose_theme]

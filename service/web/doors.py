"""The doors of the web: who comes in, by which rule, and that forms come from our own pages (`security.md` B, C1)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException, ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from service import access, codes
from service.access import Visitor
from service.errors import NotAllowed
from service.site import Site
from service.web.route_records import check_record

RULE = "rule"
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Rule:
    """
    Who may use a handler; `roles` empty means everybody, signed in or not.

    `fresh` asks that they proved within the last five minutes who they are (`security.md` A6).
    """

    roles: frozenset[str]
    fresh: bool = False

    def allows(self, visitor: Visitor | None) -> bool:
        return not self.roles or (visitor is not None and visitor.actor.role in self.roles)


def may(*roles: str, fresh: bool = False) -> dict[str, Any]:
    """The `opt` of a handler that only these roles may use."""
    return {RULE: Rule(frozenset(roles), fresh)}


ANYONE: dict[str, Any] = {RULE: Rule(frozenset())}
"""The `opt` of a handler that needs no session."""
SIGNED_IN = may(*codes.ROLES)


class SignInNeeded(Exception):
    """The page is for people who signed in; a browser is taken to the sign-in page."""


class ProofNeeded(Exception):
    """The page is for people who have just proved who they are; a browser is taken to where they do."""


def site_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Site:
    return connection.app.state.site


def cookie_name(site: Site) -> str:
    """`__Host-` wherever the service runs on https; a plain name in demo mode on localhost (`settled.md` 4)."""
    return "lefil" if site.settings.demo else "__Host-lefil"


def form_cookie_name(site: Site) -> str:
    return cookie_name(site) + "-form"


def session_cookie(site: Site, token: str) -> Cookie:
    return own_cookie(site, cookie_name(site), token)


def ended_cookie(site: Site) -> Cookie:
    return own_cookie(site, cookie_name(site), "", max_age=0)


def own_cookie(site: Site, name: str, value: str, *, max_age: int | None = None) -> Cookie:
    """A cookie that no script reads and no other site sends."""
    return Cookie(
        key=name,
        value=value,
        max_age=max_age,
        path="/",
        secure=not site.settings.demo,
        httponly=True,
        samesite="lax",
    )


class Doors(ASGIMiddleware):
    """Says who comes; makes no row for visitors, adopts no session id it did not give."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] == "http":
            if not host_allowed(site_of(Request(scope)), Request(scope).headers.get("host", "")):
                raise HTTPException(status_code=400, detail="another host was asked for")
            connection: Request[Any, Any, Any] = Request(scope)
            token = connection.cookies.get(cookie_name(site_of(connection)), "")
            found = await sync_to_thread(access.visitor, site_of(connection), token) if token else None
            scope["user"] = found
            scope["auth"] = token if found is not None else None
        await next_app(scope, receive, send)


def visitor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Visitor | None:
    """Who came, also on pages that no handler answers (404): there nobody is known."""
    return connection.scope.get("user")


def obey(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Hold a handler to its rule."""
    rule: Rule = handler.opt[RULE]
    visitor = visitor_of(connection)
    if visitor is None and not rule.allows(visitor):
        raise SignInNeeded
    if not rule.allows(visitor):
        raise NotAllowed("this page is not for this role")
    if rule.fresh and not (visitor is not None and visitor.is_fresh):
        raise ProofNeeded


def check_rules(app: Litestar) -> None:
    """
    No start with a handler that forgot its rule, or that looks at forms before we did (`security.md` C1).

    Nor with one about a record that its rule opens to whom the table of access does not (`check_record`).
    """
    for route in app.routes:
        handlers: list[BaseRouteHandler] = (
            list(route.route_handlers) if isinstance(route, HTTPRoute) else [route.route_handler]
        )
        for handler in handlers:
            methods = getattr(handler, "http_methods", set())
            if methods == {"OPTIONS"}:
                continue
            if not isinstance(handler.opt.get(RULE), Rule):
                raise ImproperlyConfiguredException(f"no rule says who may use {sorted(methods)} {route.path}")
            if isinstance(route, HTTPRoute):
                check_record(route.path_format, methods, handler.opt[RULE].roles)
            if isinstance(handler, HTTPRouteHandler) and handler.before_request is not None:
                raise ImproperlyConfiguredException(f"the check of forms does not reach {route.path}")


def form_token(connection: ASGIConnection[Any, Any, Any, Any]) -> tuple[str, Cookie | None]:
    """
    The value for the hidden field of this visitor's forms, and the cookie to set with it.

    A visitor without a session gets a random cookie instead, which makes no row.
    """
    site = site_of(connection)
    token = connection.scope.get("auth")
    if token:
        return access.form_seal(site, token), None
    nonce = connection.cookies.get(form_cookie_name(site), "")
    if nonce:
        return access.form_seal(site, nonce), None
    nonce = secrets.token_urlsafe(32)
    cookie = Cookie(
        key=form_cookie_name(site), value=nonce, path="/", secure=not site.settings.demo, httponly=True, samesite="lax"
    )
    return access.form_seal(site, nonce), cookie


async def check_form(request: Request[Any, Any, Any]) -> None:
    """Refuse what was not sent from one of our own pages (`settled.md` 23)."""
    if request.method in SAFE:
        return
    site = site_of(request)
    came_from = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if came_from not in (None, "same-origin", "none"):
        raise HTTPException(status_code=403, detail="the form came from another site")
    if origin not in (None, "null") and not same_origin(site, request, origin):
        raise HTTPException(status_code=403, detail="the form came from another site")
    form = await request.form()
    given = form.get("csrf") or request.headers.get("x-csrf-token") or ""
    token = request.scope.get("auth") or request.cookies.get(form_cookie_name(site), "")
    if (
        not isinstance(given, str)
        or not token
        or not hmac.compare_digest(given.encode("utf-8", "replace"), access.form_seal(site, token).encode())
    ):
        raise HTTPException(status_code=403, detail="the form is too old")


def same_origin(site: Site, request: Request[Any, Any, Any], origin: str) -> bool:
    base = urlsplit(site.settings.base_url)
    given = urlsplit(origin)
    if (given.scheme, given.netloc) == (base.scheme, base.netloc):
        return True
    return site.settings.demo and given.scheme == "http" and given.netloc == request.headers.get("host", "")


def host_allowed(site: Site, host: str) -> bool:
    """The one configured host; in demo mode this machine under its usual names as well."""
    allowed = {urlsplit(site.settings.base_url).netloc}
    if site.settings.demo:
        return host in allowed or host.rsplit(":", 1)[0] in ("localhost", "127.0.0.1")
    return host in allowed


def address_of(request: Request[Any, Any, Any]) -> str:
    """
    From where somebody came.

    Only a listed proxy is believed, and of what it hands on only the last address that is not a listed one: whatever
    stands before it was written by the caller (`security.md` B6).
    """
    came_from = request.client.host if request.client is not None else ""
    trusted = {one.strip() for one in site_of(request).settings.proxies.split(",")} - {""}
    if came_from not in trusted:
        return came_from
    told = [one.strip() for one in ",".join(request.headers.getall("x-forwarded-for", [])).split(",")]
    return next((one for one in reversed(told) if one and one not in trusted), came_from)

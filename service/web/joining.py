"""The page of an invitation: what the invited comes in with, all of it on one page."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath

from service import access, invitations_to_join
from service.errors import NotAcceptable
from service.site import Site
from service.web.doors import ANYONE, address_of, session_cookie
from service.web.forms import Form, Line, read
from service.web.hashing import apart
from service.web.pages import page
from service.web.sign_in import FIRST_PAGE, Short, browser_of, let_in
from service.web.staff_doors import Credential, Typed, json_answer
from service.web.subscription import qr


class TokenForm(Form):
    token: Line


class JoinForm(TokenForm):
    password: Typed
    code: Short
    email: Line = ""


class KeyForm(TokenForm):
    credential: Credential
    name: Line = ""


def _shown(
    request: Request[Any, Any, Any], site: Site, token: str, *, status: int = 200, fault: str = "", field: str = ""
) -> Response[str]:
    invited = invitations_to_join.joining(site, token)
    return page(
        request,
        "joining.html",
        status=status,
        token=token,
        invited=invited,
        qr=qr(invited.address),
        fault=fault,
        field=field,
    )


@get("/rejoindre/{token:str}", opt=ANYONE, sync_to_thread=True)
def joining_page(request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site]) -> Response[str]:
    """Shows, and uses nothing up: mail scanners open links."""
    return _shown(request, site, token)


@post("/rejoindre", opt=ANYONE, status_code=200)
async def join(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """Password and first code; then the ten codes for paper, this once."""
    form = await read(request, JoinForm)

    def joined() -> Response[Any]:
        try:
            session, account, codes = invitations_to_join.join(
                site,
                form.token,
                form.password,
                form.code,
                address_of(request),
                email=form.email,
                browser=browser_of(request),
            )
        except NotAcceptable as error:
            return _shown(request, site, form.token, status=422, fault=str(error), field=error.field)
        if request.scope.get("auth"):
            access.leave(site, request.scope["auth"])
        # The page that follows is of the new session: its forms carry its seal.
        request.scope["auth"] = session
        answer = page(request, "paper_codes.html", codes=codes, onward=FIRST_PAGE.get(account.role, "/aide"))
        answer.set_cookie(session_cookie(site, session))
        return answer

    return await apart(joined)


@post("/rejoindre/cle/demander", opt=ANYONE, status_code=200)
async def ask_for_passkey(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    form = await read(request, TokenForm)
    return json_answer(await sync_to_thread(invitations_to_join.ask_for_passkey, site, form.token, address_of(request)))


@post("/rejoindre/cle", opt=ANYONE)
async def join_with_passkey(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    form = await read(request, KeyForm)
    name = form.name or browser_of(request)
    try:
        session, account = await sync_to_thread(
            invitations_to_join.join_with_passkey,
            site,
            form.token,
            form.credential,
            name,
            address_of(request),
            browser=browser_of(request),
        )
    except NotAcceptable as error:
        fault, field = str(error), error.field
        return await sync_to_thread(_shown, request, site, form.token, status=422, fault=fault, field=field)
    return await let_in(request, site, session, account, "joined")


@post("/rejoindre/simple", opt=ANYONE)
async def join_as_helper(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    form = await read(request, TokenForm)
    session, account = await sync_to_thread(
        invitations_to_join.join_as_helper, site, form.token, address_of(request), browser=browser_of(request)
    )
    return await let_in(request, site, session, account, "joined")


HANDLERS = [joining_page, join, ask_for_passkey, join_with_passkey, join_as_helper]

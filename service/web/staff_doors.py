"""The door of those who see several people's data: password and code, or a passkey; a forgotten password."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import mailed_links, passkeys, sign_ins
from service.errors import NotAcceptable, SignInFailed
from service.site import Site
from service.web.doors import ANYONE, address_of, cookie_name, own_cookie
from service.web.forms import Form, Line, read
from service.web.hashing import apart
from service.web.pages import page
from service.web.sign_in import CodeForm, MailForm, browser_of, let_in

HALF_SECONDS = int(sign_ins.HALF_LIVES.total_seconds())
Typed = Annotated[str, msgspec.Meta(max_length=1024)]
"""A password, as typed; longer ones than are taken get a sentence, not an error."""
Credential = Annotated[str, msgspec.Meta(max_length=20_000)]


class PasswordForm(Form):
    email: Line
    password: Typed


class CredentialForm(Form):
    credential: Credential


class NewPasswordForm(Form):
    token: Line
    password: Typed


def half_cookie(site: Site) -> str:
    return cookie_name(site) + "-half"


def json_answer(body: str) -> Response[str]:
    return Response(body, media_type=MediaType.JSON)


@get("/entrer/mot-de-passe", opt=ANYONE, sync_to_thread=False)
def password_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "sign_in_password.html", fault="")


@post("/entrer/mot-de-passe/verifier", opt=ANYONE)
async def check_password(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """The first factor opens nothing but the page of the second."""
    form = await read(request, PasswordForm)
    try:
        half = await apart(lambda: sign_ins.with_password(site, form.email, form.password, address_of(request)))
    except SignInFailed as error:
        return page(request, "sign_in_password.html", status=403, fault=str(error))
    answer = Redirect("/entrer/second", status_code=303)
    answer.set_cookie(own_cookie(site, half_cookie(site), half, max_age=HALF_SECONDS))
    return answer


@get("/entrer/second", opt=ANYONE, sync_to_thread=True)
def second_page(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    if sign_ins.half_way(site, request.cookies.get(half_cookie(site), "")) is None:
        return Redirect("/entrer/mot-de-passe", status_code=303)
    return page(request, "sign_in_second.html", fault="")


@post("/entrer/second/verifier", opt=ANYONE)
async def check_code(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    form = await read(request, CodeForm)
    half = request.cookies.get(half_cookie(site), "")
    try:
        session, account = await sync_to_thread(
            sign_ins.with_code, site, half, form.code, address_of(request), browser=browser_of(request)
        )
    except SignInFailed as error:
        template = "sign_in_password.html" if error.facts.get("again") else "sign_in_second.html"
        return page(request, template, status=403, fault=str(error))
    answer = await let_in(request, site, session, account)
    answer.set_cookie(own_cookie(site, half_cookie(site), "", max_age=0))
    return answer


@post("/entrer/cle/demander", opt=ANYONE, status_code=200)
async def ask_for_passkey(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    await read(request, Form)
    return json_answer(await sync_to_thread(passkeys.ask_to_sign_in, site))


@post("/entrer/cle", opt=ANYONE)
async def enter_with_passkey(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    form = await read(request, CredentialForm)
    try:
        session, account = await sync_to_thread(
            passkeys.enter, site, form.credential, address_of(request), browser=browser_of(request)
        )
    except SignInFailed as error:
        return page(request, "sign_in_password.html", status=403, fault=str(error))
    return await let_in(request, site, session, account)


@get("/mot-de-passe/oublie", opt=ANYONE, sync_to_thread=False)
def forgotten_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "password_forgotten.html", sent=False)


@post("/mot-de-passe/oublie/demander", opt=ANYONE, status_code=200)
async def ask_for_reset(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    """The same answer whether anybody has this address or not."""
    form = await read(request, MailForm)
    await sync_to_thread(mailed_links.ask_for_reset, site, form.email, address_of(request))
    return page(request, "password_forgotten.html", sent=True)


@get("/mot-de-passe/nouveau/{token:str}", opt=ANYONE, sync_to_thread=False)
def new_password_page(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[str]:
    """A form only: mail scanners open links, and must not use them up."""
    return page(request, "password_new.html", token=token, fault="")


@post("/mot-de-passe/nouveau", opt=ANYONE)
async def reset_password(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    form = await read(request, NewPasswordForm)
    token = form.token.rsplit("/", 1)[-1]
    try:
        await apart(lambda: mailed_links.reset_password(site, token, form.password, address_of(request)))
    except NotAcceptable as error:
        return page(request, "password_new.html", status=422, token=token, fault=str(error))
    return Redirect("/entrer/mot-de-passe?fait=password_reset", status_code=303)


HANDLERS = [
    password_page,
    check_password,
    second_page,
    check_code,
    ask_for_passkey,
    enter_with_passkey,
    forgotten_page,
    ask_for_reset,
    new_password_page,
    reset_password,
]

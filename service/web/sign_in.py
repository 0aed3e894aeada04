"""The doors: by link, paper code or e-mail; log-out, language and theme, the first page of each role."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import access, first_network, mailed_links, own_keys
from service.access import Visitor
from service.errors import LinkNotValid, SignInFailed
from service.site import Site
from service.tables.access import Account
from service.web.browsers import kind_of
from service.web.doors import (
    ANYONE,
    SIGNED_IN,
    address_of,
    cookie_name,
    ended_cookie,
    own_cookie,
    session_cookie,
    visitor_of,
)
from service.web.easy import READING_COOKIE
from service.web.forms import Form, Line, read
from service.web.hashing import apart
from service.web.pages import page
from service.web.speech import LANGUAGE_COOKIE

FIRST_PAGE = {
    "coordinator": "/aujourdhui",
    "peer_helper": "/agenda",
    "person": "/ma-page",
    "professional": "/mes-demandes",
}
DEVICE_SECONDS = 10 * 60
Short = Annotated[str, msgspec.Meta(max_length=40)]


TYPED_WRONG = N_("Cela n’ouvre pas. Vérifiez ce que vous avez écrit, puis réessayez.")


class LinkForm(Form):
    """`typed` says that some of it was written by hand: the code, or the PIN beside a link that was opened."""

    token: Line
    pin: Short = ""
    typed: Literal["", "code", "pin"] = ""


class MailForm(Form):
    email: Line


class CodeForm(Form):
    code: Short


def browser_of(request: Request[Any, Any, Any]) -> str:
    return kind_of(request.headers.get("user-agent", ""))


async def let_in(
    request: Request[Any, Any, Any], site: Site, session: str, account: Account, done: str = "entered"
) -> Redirect:
    """To their first page, with a new cookie, whatever cookie came: its session ends."""
    if request.scope.get("auth"):
        await sync_to_thread(access.leave, site, request.scope["auth"])
    answer = Redirect(f"{FIRST_PAGE.get(account.role, '/aide')}?fait={done}", status_code=303)
    answer.set_cookie(session_cookie(site, session))
    return answer


@get("/", opt=ANYONE, sync_to_thread=True)
def home(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Redirect:
    """The first page of whoever comes."""
    visitor = visitor_of(request)
    if visitor is None:
        return Redirect("/creer-le-reseau" if first_network.is_open(site) else "/entrer", status_code=303)
    return Redirect(FIRST_PAGE.get(visitor.actor.role, "/aide"), status_code=303)


@get("/entrer", opt=ANYONE, sync_to_thread=True)
def sign_in_page(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    if first_network.is_open(site):
        return Redirect("/creer-le-reseau", status_code=303)
    return page(request, "sign_in.html", token="", pin=False, fault="", given="")


@get("/entrer/{token:str}", opt=ANYONE, sync_to_thread=True)
def link_page(request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site]) -> Response[str]:
    """A button only: mail scanners open links, and must not use them up."""
    return page(request, "sign_in.html", token=token, pin=own_keys.asks_for_pin(site, token), fault="", given="")


@post("/session", opt=ANYONE)
async def sign_in(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """Use the link or code; the session is new whatever cookie came. What was typed can be corrected."""
    form = await read(request, LinkForm)
    given = form.token.strip()
    if "/rejoindre/" in given:
        # Pasted into the wrong field: an invitation has a page of its own.
        return Redirect("/rejoindre/" + given.rsplit("/", 1)[-1], status_code=303)
    token = given.rsplit("/", 1)[-1]
    # A PIN is hashed; whoever has none costs nothing there.
    try:
        session, account = await apart(
            lambda: access.enter(site, token, address_of(request), pin=form.pin, browser=browser_of(request))
        )
    except LinkNotValid:
        if not form.typed:
            raise
        # The same whatever was wrong with it: nobody learns which codes there are, or whose has a PIN.
        opened = {"token": token, "pin": True, "given": ""} if form.typed == "pin" else {"token": "", "pin": False}
        answer = page(request, "sign_in.html", status=403, fault=TYPED_WRONG, **({"given": given} | opened))
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return await let_in(request, site, session, account)


@get("/entrer/courriel", opt=ANYONE, sync_to_thread=False)
def mail_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "sign_in_mail.html", sent=False, fault="")


@post("/entrer/courriel/demander", opt=ANYONE, status_code=200)
async def ask_for_link(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    """The same answer whether anybody has this address or not."""
    form = await read(request, MailForm)
    device = secrets.token_urlsafe(32)
    await sync_to_thread(mailed_links.ask_for_link, site, form.email, device, address_of(request))
    answer = page(request, "sign_in_mail.html", sent=True, fault="")
    answer.set_cookie(own_cookie(site, device_cookie(site), device, max_age=DEVICE_SECONDS))
    return answer


@post("/entrer/courriel/code", opt=ANYONE)
async def enter_with_code(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """The code works only where it was asked for."""
    form = await read(request, CodeForm)
    device = request.cookies.get(device_cookie(site), "")
    try:
        session, account = await sync_to_thread(
            mailed_links.enter_with_code, site, device, form.code, address_of(request), browser=browser_of(request)
        )
    except SignInFailed as error:
        return page(request, "sign_in_mail.html", status=403, sent=True, fault=str(error))
    answer = await let_in(request, site, session, account)
    answer.set_cookie(own_cookie(site, device_cookie(site), "", max_age=0))
    return answer


def device_cookie(site: Site) -> str:
    return cookie_name(site) + "-device"


@post("/sortir", opt=SIGNED_IN, sync_to_thread=True)
def sign_out(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    """Whoever is accompanied lands on a page that tells nothing of where they were."""
    access.leave(site, request.scope["auth"])
    answer = Redirect("/fin" if visitor.actor.role == "person" else "/entrer?fait=left", status_code=303)
    answer.set_cookie(ended_cookie(site))
    # Not "cookies": that would also forget the language.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@get("/fin", opt=ANYONE, sync_to_thread=True)
def nothing_here(request: Request[Any, Any, Any]) -> Response[str]:
    """A page without name, mark or link: nobody who looks over a shoulder learns anything."""
    return page(request, "neutral.html")


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


@get("/lecture/{name:str}", opt=ANYONE, sync_to_thread=True)
def choose_reading(
    request: Request[Any, Any, Any], name: FromPath[Literal["facile", "courante"]], site: NamedDependency[Site]
) -> Redirect:
    """Easy to read, or as usual; the choice is kept by the browser alone."""
    return _remember(request, site, READING_COOKIE, name)


def path_of_ours(back: str, otherwise: str = "/") -> str:
    """Only a path of ours: `//elsewhere` and `/\\\\elsewhere` would leave the site."""
    if not back.startswith("/") or back.startswith(("//", "/\\")) or "\n" in back or "\r" in back:
        return otherwise
    return back


def _remember(request: Request[Any, Any, Any], site: Site, key: str, value: str) -> Redirect:
    answer = Redirect(path_of_ours(request.query_params.get("retour", "/")), status_code=303)
    answer.set_cookie(key=key, value=value, path="/", max_age=31536000, samesite="lax", secure=not site.settings.demo)
    return answer


HANDLERS = [
    home,
    sign_in_page,
    link_page,
    sign_in,
    mail_page,
    ask_for_link,
    enter_with_code,
    sign_out,
    nothing_here,
    choose_language,
    choose_theme,
    choose_reading,
]

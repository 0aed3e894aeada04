"""One's own account: where one is signed in, and what one comes in with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import access, accounts, own_keys, passkeys, sign_ins
from service import post as post_
from service.access import Visitor
from service.errors import NotAcceptable, SignInFailed
from service.site import Site
from service.web.doors import SIGNED_IN, address_of, may, session_cookie
from service.web.forms import Form, Line, read
from service.web.hashing import apart
from service.web.pages import page
from service.web.sign_in import Short, browser_of, path_of_ours
from service.web.speech import LANGUAGE_COOKIE
from service.web.staff_doors import Credential, Typed, json_answer
from service.web.subscription import qr

STAFF = (
    "coordinator",
    "professional",
    "support_team",
    "hf_selector",
    "host",
    "supervisor",
    "partner_admin",
    "steering",
    "sysadmin",
)
STAFF_FRESH = may(*STAFF, fresh=True)
STAFF_ONLY = may(*STAFF)
PERSON_FRESH = may("person", fresh=True)


class PasswordForm(Form):
    password: Typed


class ConfirmForm(PasswordForm):
    back: Line = "/compte"


class ConfirmKeyForm(Form):
    credential: Credential
    back: Line = "/compte"


class EmailForm(Form):
    email: Line


class CodeForm(Form):
    code: Short


class KeyForm(Form):
    credential: Credential
    name: Line = ""


class PinForm(Form):
    pin: Short = ""


class LanguageForm(Form):
    language: Literal["fr", "nl", "de", "en"]


def _home(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, *, status: int = 200, fault: str = ""
) -> Response[str]:
    return page(
        request,
        "account.html",
        status=status,
        own=accounts.own(site, visitor.actor),
        sessions=accounts.own_sessions(site, visitor.actor, request.scope["auth"]),
        passkeys=passkeys.held(site, visitor.actor),
        two_factors=access.two_factors(site, visitor.actor.role),
        letters=len(post_.waiting(site, visitor.actor)) if visitor.actor.role == "coordinator" else 0,
        fault=fault,
    )


@get("/compte", opt=SIGNED_IN, sync_to_thread=True)
def account_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _home(request, site, visitor)


@get("/compte/confirmer", opt=SIGNED_IN, sync_to_thread=True)
def confirm_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _confirm(request, site, visitor, request.query_params.get("retour", "/compte"))


def _confirm(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, back: str, *, status: int = 200, fault: str = ""
) -> Response[str]:
    return page(
        request,
        "account_confirm.html",
        status=status,
        back=path_of_ours(back, "/compte"),
        own=accounts.own(site, visitor.actor),
        passkeys=passkeys.held(site, visitor.actor),
        fault=fault,
    )


@post("/compte/confirmer/mot-de-passe", opt=STAFF_ONLY)
async def confirm_with_password(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, ConfirmForm)
    token = request.scope["auth"]

    def confirm() -> Response[Any]:
        try:
            sign_ins.confirm_with_password(site, visitor.actor, token, form.password, address_of(request))
        except SignInFailed as error:
            return _confirm(request, site, visitor, form.back, status=403, fault=str(error))
        return _back(form.back)

    return await apart(confirm)


@post("/compte/confirmer/cle/demander", opt=STAFF_ONLY, status_code=200)
async def ask_to_confirm(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    await read(request, Form)
    return json_answer(await sync_to_thread(passkeys.ask_to_sign_in, site, "confirm", visitor.actor.account_id))


@post("/compte/confirmer/cle", opt=STAFF_ONLY)
async def confirm_with_passkey(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, ConfirmKeyForm)
    token = request.scope["auth"]

    def confirm() -> Response[Any]:
        try:
            passkeys.confirm(site, visitor.actor, token, form.credential, address_of(request))
        except SignInFailed as error:
            return _confirm(request, site, visitor, form.back, status=403, fault=str(error))
        return _back(form.back)

    return await sync_to_thread(confirm)


def _back(back: str) -> Redirect:
    return Redirect(path_of_ours(back, "/compte") + "?fait=confirmed", status_code=303)


@get("/compte/mot-de-passe", opt=STAFF_FRESH, sync_to_thread=False)
def password_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "account_password.html", fault="")


@post("/compte/mot-de-passe/changer", opt=STAFF_FRESH)
async def change_password(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, PasswordForm)
    token = request.scope["auth"]
    try:
        new = await apart(lambda: accounts.change_password(site, visitor.actor, token, form.password))
    except NotAcceptable as error:
        return page(request, "account_password.html", status=422, fault=str(error))
    return _renewed(site, Redirect("/compte?fait=password_changed", status_code=303), new)


@get("/compte/adresse", opt=STAFF_FRESH, sync_to_thread=True)
def email_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return page(request, "account_email.html", email=accounts.own(site, visitor.actor).email, fault="")


@post("/compte/adresse/changer", opt=STAFF_FRESH)
async def change_email(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, EmailForm)
    try:
        new = await sync_to_thread(accounts.change_email, site, visitor.actor, request.scope["auth"], form.email)
    except NotAcceptable as error:
        return await sync_to_thread(page, request, "account_email.html", status=422, email=form.email, fault=str(error))
    return _renewed(site, Redirect("/compte?fait=email_changed", status_code=303), new)


def _application(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, *, status: int = 200, fault: str = ""
) -> Response[str]:
    secret, address = accounts.proposed_application(site, visitor.actor, request.scope["auth"])
    own = accounts.own(site, visitor.actor)
    return page(request, "account_application.html", status=status, secret=secret, qr=qr(address), own=own, fault=fault)


@get("/compte/codes", opt=STAFF_FRESH, sync_to_thread=True)
def application_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _application(request, site, visitor)


@post("/compte/codes/application", opt=STAFF_FRESH, status_code=200)
async def set_application(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, CodeForm)
    token = request.scope["auth"]

    def begin() -> Response[Any]:
        try:
            made = accounts.set_application(site, visitor.actor, token, form.code)
        except NotAcceptable as error:
            return _application(request, site, visitor, status=422, fault=str(error))
        return _paper(request, site, *made)

    return await sync_to_thread(begin)


@post("/compte/codes/papier", opt=STAFF_FRESH, status_code=200)
async def renew_codes(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    await read(request, Form)
    token = request.scope["auth"]
    return await sync_to_thread(lambda: _paper(request, site, *accounts.renew_codes(site, visitor.actor, token)))


def _paper(request: Request[Any, Any, Any], site: Site, new: str, codes: list[str]) -> Response[str]:
    """Ten codes, this once, on a page of the renewed session."""
    request.scope["auth"] = new
    return _renewed(site, page(request, "paper_codes.html", codes=codes, onward="/compte"), new)


def _renewed(site: Site, answer: Response[Any], token: str) -> Response[Any]:
    answer.set_cookie(session_cookie(site, token))
    return answer


@get("/compte/cles", opt=STAFF_FRESH, sync_to_thread=True)
def passkeys_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _passkeys(request, site, visitor)


def _passkeys(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, *, status: int = 200, fault: str = ""
) -> Response[str]:
    return page(
        request, "account_passkeys.html", status=status, passkeys=passkeys.held(site, visitor.actor), fault=fault
    )


@post("/compte/cles/demander", opt=STAFF_FRESH, status_code=200)
async def ask_for_passkey(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    await read(request, Form)
    account = visitor.actor.account_id or 0
    return json_answer(await sync_to_thread(passkeys.ask_to_register, site, account, "register"))


@post("/compte/cles/ajouter", opt=STAFF_FRESH)
async def add_passkey(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, KeyForm)
    token, name = request.scope["auth"], form.name.strip() or browser_of(request)

    def add() -> None:
        passkeys.add(site, visitor.actor, token, form.credential, name)

    return await _with_passkeys(request, site, visitor, add, "passkey_added")


@post("/compte/cles/{public_id:str}/retirer", opt=STAFF_FRESH)
async def remove_passkey(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    await read(request, Form)
    token = request.scope["auth"]

    def remove() -> None:
        passkeys.remove(site, visitor.actor, token, public_id)

    return await _with_passkeys(request, site, visitor, remove, "passkey_removed")


async def _with_passkeys(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, change: Callable[[], None], done: str
) -> Response[Any]:
    try:
        await sync_to_thread(change)
    except (NotAcceptable, SignInFailed) as error:
        fault = str(error)
        return await sync_to_thread(_passkeys, request, site, visitor, status=422, fault=fault)
    return Redirect(f"/compte/cles?fait={done}", status_code=303)


@post("/compte/code-secret", opt=PERSON_FRESH)
async def set_pin(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    form = await read(request, PinForm)

    def choose() -> Response[Any]:
        try:
            own_keys.set_pin(site, visitor.actor, form.pin)
        except NotAcceptable as error:
            return _home(request, site, visitor, status=422, fault=str(error))
        return Redirect(f"/compte?fait={'pin_set' if form.pin.strip() else 'pin_removed'}", status_code=303)

    return await apart(choose)


@post("/compte/langue", opt=SIGNED_IN)
async def choose_language(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, LanguageForm)
    await sync_to_thread(accounts.choose_language, site, visitor.actor, form.language)
    answer = Redirect("/compte?fait=language_set", status_code=303)
    # What this browser chose before would hide the choice.
    answer.set_cookie(
        key=LANGUAGE_COOKIE,
        value=form.language,
        path="/",
        max_age=31536000,
        samesite="lax",
        secure=not site.settings.demo,
    )
    return answer


@post("/compte/sessions/{public_id:str}/terminer", opt=SIGNED_IN)
async def end_session(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(accounts.end_session, site, visitor.actor, public_id)
    return Redirect("/compte?fait=session_ended", status_code=303)


@post("/compte/sessions/terminer-les-autres", opt=SIGNED_IN)
async def end_others(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(accounts.end_other_sessions, site, visitor.actor, request.scope["auth"])
    return Redirect("/compte?fait=sessions_ended", status_code=303)


HANDLERS = [
    account_page,
    confirm_page,
    confirm_with_password,
    ask_to_confirm,
    confirm_with_passkey,
    password_page,
    change_password,
    email_page,
    change_email,
    application_page,
    set_application,
    renew_codes,
    passkeys_page,
    ask_for_passkey,
    add_passkey,
    remove_passkey,
    set_pin,
    choose_language,
    end_session,
    end_others,
]

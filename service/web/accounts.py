"""The coordinator's page of accounts: invite, close, links and codes of persons, messages to hand over."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import accounts, invitations_to_join, own_keys
from service import post as letters
from service.access import Visitor
from service.errors import NotAcceptable
from service.invitations_to_join import Invited
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.subscription import qr

COORDINATOR = may("coordinator")


class InviteForm(Form):
    role: Literal["coordinator", "professional", "peer_helper"] = "professional"
    party: Line = ""
    name: Line = ""
    email: Line = ""


def _shown(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    *,
    status: int = 200,
    form: InviteForm | None = None,
    fault: str = "",
    field: str = "",
    invited: Invited | None = None,
) -> Response[str]:
    directory = accounts.directory(site, visitor.actor)
    return page(
        request,
        "accounts.html",
        status=status,
        directory=directory,
        letters=letters.waiting(site, visitor.actor),
        form=form or _for(request.query_params.get("qui", ""), directory),
        fault=fault,
        field=field,
        invited=invited,
        qr=qr(invited.link) if invited is not None else None,
    )


def _for(public_id: str, directory: accounts.Directory) -> InviteForm:
    """The form of an invitation, with whom it is for where that is known."""
    for one in directory.without:
        if one.public_id == public_id and one.role in ("professional", "peer_helper"):
            return InviteForm(role=one.role, party=public_id)
    return InviteForm()


@get("/comptes", opt=COORDINATOR, sync_to_thread=True)
def accounts_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return _shown(request, site, visitor)


@post("/comptes/inviter", opt=COORDINATOR, status_code=200)
async def invite(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Make an invitation and show its link, this once."""
    form = await read(request, InviteForm)

    def send() -> Response[str]:
        try:
            invited = invitations_to_join.invite(
                site, visitor.actor, form.role, party_id=form.party, name=form.name, email=form.email
            )
        except NotAcceptable as error:
            return _shown(request, site, visitor, status=422, form=form, fault=str(error), field=error.field)
        return _shown(request, site, visitor, invited=invited)

    return await sync_to_thread(send)


@post("/comptes/{public_id:str}/renouveler", opt=COORDINATOR, status_code=200)
async def renew(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    await read(request, Form)

    def send() -> Response[str]:
        invited = invitations_to_join.renew(site, visitor.actor, public_id)
        return _shown(request, site, visitor, invited=invited)

    return await sync_to_thread(send)


@post("/comptes/{public_id:str}/fermer", opt=COORDINATOR)
async def close(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(accounts.set_active, site, visitor.actor, public_id, active=False)
    return Redirect("/comptes?fait=account_closed", status_code=303)


@post("/comptes/{public_id:str}/ouvrir", opt=COORDINATOR)
async def open_again(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(accounts.set_active, site, visitor.actor, public_id, active=True)
    return Redirect("/comptes?fait=account_opened", status_code=303)


@post("/comptes/personnes/{person_id:str}/{kind:str}", opt=COORDINATOR, status_code=200)
async def make_own_key(
    request: Request[Any, Any, Any],
    person_id: FromPath[str],
    kind: FromPath[Literal["link", "code"]],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """A page to print or read aloud, this once."""
    await read(request, Form)

    def make() -> Response[str]:
        made = own_keys.make(site, visitor.actor, person_id, kind)
        return page(request, "own_key.html", made=made, qr=qr(made.address))

    return await sync_to_thread(make)


@post("/comptes/personnes/{person_id:str}/terminer", opt=COORDINATOR)
async def end_own_keys(
    request: Request[Any, Any, Any],
    person_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(own_keys.end, site, visitor.actor, person_id)
    return Redirect("/comptes?fait=keys_ended", status_code=303)


@post("/comptes/messages/{public_id:str}", opt=COORDINATOR, status_code=200)
async def hand_over(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """The text of a message, this once: whoever reads it hands it over."""
    await read(request, Form)

    def show() -> Response[str]:
        template, values = letters.hand_over(site, visitor.actor, public_id)
        to = values.pop("to", "")
        text = speech_of(request).gettext(letters.TEXTS[template], **values)
        return page(request, "letter.html", text=text, to=to)

    return await sync_to_thread(show)


HANDLERS = [accounts_page, invite, renew, close, open_again, make_own_key, end_own_keys, hand_over]

"""Invitations by mail: whether one gets them, and what the coordinator should know of mails."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import codes, invitation_choices, mail_replies, mailing, outbox_desk
from service.access import Visitor
from service.clock import RealClock
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, read
from service.web.pages import page
from service.web.speech import LANGUAGES

OWNERS = may(*invitation_choices.ROLES)
COORDINATOR = may("coordinator")


class ChoiceForm(Form):
    by_mail: Literal["yes", "no"] = "no"
    level: Literal["minimal", "busy"] = "minimal"
    language: Literal["fr", "nl", "de", "en"] = "fr"


@get("/invitations", opt=OWNERS, sync_to_thread=True)
def invitations_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return page(
        request,
        "invitations.html",
        choice=invitation_choices.choice(site, visitor.actor),
        levels=codes.INVITATION_LEVELS,
        mail_languages=LANGUAGES,
        sends=mailing.server_of(site.settings) is not None,
    )


@post("/invitations/choisir", opt=OWNERS)
async def choose(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, ChoiceForm)
    active = form.by_mail == "yes"

    def note() -> None:
        invitation_choices.choose(site, visitor.actor, active=active, level=form.level, language=form.language)

    await sync_to_thread(note)
    return Redirect(f"/invitations?fait={'mails_chosen' if active else 'mails_stopped'}", status_code=303)


@get("/courriels", opt=COORDINATOR, sync_to_thread=True)
def mails_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """What waits, what did not arrive and what came back; never what a mail says."""
    chosen, without_address = invitation_choices.chosen_by(site, visitor.actor.territory_id or 0)
    return page(
        request,
        "mails.html",
        standing=outbox_desk.standing(site, visitor.actor),
        replies=mail_replies.to_read(site, visitor.actor),
        strangers=mail_replies.without_sender(site),
        chosen=chosen,
        without_address=without_address,
        sends=mailing.server_of(site.settings) is not None,
    )


@post("/courriels/{mail:str}/renvoyer", opt=COORDINATOR)
async def send_again(
    request: Request[Any, Any, Any],
    mail: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(outbox_desk.send_again, site, visitor.actor, mail, RealClock().now())
    return Redirect("/courriels?fait=mail_again", status_code=303)


@post("/courriels/{mail:str}/regler", opt=COORDINATOR)
async def settle(
    request: Request[Any, Any, Any],
    mail: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(outbox_desk.settle, site, visitor.actor, mail, RealClock().now())
    return Redirect("/courriels?fait=told", status_code=303)


@post("/courriels/reponses/{reply:str}/vu", opt=COORDINATOR)
async def seen(
    request: Request[Any, Any, Any],
    reply: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(mail_replies.seen, site, visitor.actor, reply)
    return Redirect("/courriels?fait=told", status_code=303)


HANDLERS = [invitations_page, choose, mails_page, send_again, settle, seen]

"""Messages: how somebody wants to hear of what is new, and what the coordinator says herself."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from service import mailing, message_ways, messages
from service.access import Visitor
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Id, Line, read
from service.web.pages import page
from service.web.speech import LANGUAGES

OWNERS = may(*message_ways.ROLES)
COORDINATOR = may("coordinator")


class ChoiceForm(Form):
    way: Literal["email", "sms", "none"]
    reminders: Literal["yes", "no"] = "no"
    language: Literal["fr", "nl", "de", "en"] = "fr"


class SaidForm(Form):
    party: Id
    code: Line
    about: Line


@get("/mes-messages", opt=OWNERS, sync_to_thread=True)
def own_messages(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return page(
        request,
        "own_messages.html",
        choice=message_ways.choice(site, visitor.actor),
        gateways=mailing.gateways(site.settings),
        message_languages=LANGUAGES,
    )


@post("/mes-messages/choisir", opt=OWNERS)
async def choose(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, ChoiceForm)

    def note() -> None:
        message_ways.choose(
            site, visitor.actor, way=form.way, reminders=form.reminders == "yes", language=form.language
        )

    await sync_to_thread(note)
    return Redirect("/mes-messages?fait=messages_chosen", status_code=303)


@get("/a-prevenir", opt=COORDINATOR, sync_to_thread=True)
def to_say(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Whom no message reaches, with the words to say or copy."""
    gateways = mailing.gateways(site.settings)
    return page(request, "to_say.html", waiting=messages.to_say(site, visitor.actor, gateways), gateways=gateways)


@post("/a-prevenir/dit", opt=COORDINATOR)
async def say(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, SaidForm)
    await sync_to_thread(messages.say, site, visitor.actor, form.party, form.code, form.about)
    return Redirect("/a-prevenir?fait=told", status_code=303)


HANDLERS = [own_messages, choose, to_say, say]

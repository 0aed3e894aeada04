"""Consent on the person's own page, and as the coordinator enters it."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import consents, own_pairings, pairing_desk
from service.access import Visitor
from service.pairing_rows import BY_HAND
from service.requests import CONSENT_BY_HAND
from service.site import Site
from service.web.doors import may
from service.web.easy import own_page
from service.web.forms import Form, read
from service.web.help_numbers import duty_line
from service.web.pages import page

COORDINATOR = may("coordinator")
PERSON = may("person")


class WithdrawForm(Form):
    how: Literal["phone", "paper", "in_person"]


class RenewForm(Form):
    how: Literal["signed", "spoken_with_witness"]


@get("/mon-accord", opt=PERSON, sync_to_thread=True)
def own_consent(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return own_page(
        request,
        "own_consent.html",
        consent=own_pairings.own_consent(site, visitor.actor),
        duty=duty_line(request, site, visitor),
    )


@get("/mon-accord/retirer", opt=PERSON, sync_to_thread=True)
def before_withdrawing(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """What happens at once, before anything happens."""
    return own_page(request, "own_consent_end.html", consent=own_pairings.own_consent(site, visitor.actor))


@post("/mon-accord/retirer/maintenant", opt=PERSON)
async def withdraw_own(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(consents.withdraw, site, visitor.actor)
    return Redirect("/mon-accord?fait=consent_withdrawn", status_code=303)


@post("/mon-accord/renouveler", opt=PERSON)
async def renew_own(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(consents.renew, site, visitor.actor)
    return Redirect("/mon-accord?fait=consent_renewed", status_code=303)


@get("/accords/{person:str}", opt=COORDINATOR, sync_to_thread=True)
def consent_page(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """A person's consent: renew it, or note that they take it back, and what that does at once."""
    return page(
        request,
        "consent.html",
        consent=pairing_desk.consent_file(site, visitor.actor, person),
        ways=BY_HAND,
        given_ways=CONSENT_BY_HAND,
    )


@post("/accords/{person:str}/retirer", opt=COORDINATOR)
async def withdraw(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, WithdrawForm)
    await sync_to_thread(consents.withdraw, site, visitor.actor, person, form.how)
    return Redirect("/binomes?fait=consent_withdrawn_for", status_code=303)


@post("/accords/{person:str}/renouveler", opt=COORDINATOR)
async def renew(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RenewForm)
    await sync_to_thread(consents.renew, site, visitor.actor, person, form.how)
    return Redirect(f"/accords/{person}?fait=consent_renewed", status_code=303)


@post("/accords/{person:str}/redemander", opt=COORDINATOR)
async def ask_again(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """They came back to us: a new request waits for their consent."""
    await read(request, Form)
    await sync_to_thread(consents.ask_again, site, visitor.actor, person)
    return Redirect("/demandes?fait=asked_again", status_code=303)


HANDLERS = [own_consent, before_withdrawing, withdraw_own, renew_own, consent_page, withdraw, renew, ask_again]

"""The proposals that somebody answers for themselves, on the phone."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import choices, own_pairings, pairings, proposal_returns, proposals
from service.access import Visitor
from service.site import Site
from service.web.doors import may
from service.web.easy import own_page
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of

BOTH_SIDES = may("peer_helper", "person")
DONE = {"accepted": "answered_yes", "declined": "answered_no", "talk_first": "answered_talk"}


class AnswerForm(Form):
    said: Literal["accepted", "declined", "talk_first"]
    revision: int


@get("/propositions", opt=BOTH_SIDES, sync_to_thread=True)
def proposal_list(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    speech = speech_of(request)
    shown = own_page if visitor.actor.role == "person" else page
    return shown(
        request,
        "proposals.html",
        language_names=lambda tags: [speech.language_name(tag) for tag in tags],
        proposals=proposals.proposals(site, visitor.actor, speech.lang),
        lately_no=proposal_returns.lately_no(site, visitor.actor),
        accepted=[one for one in own_pairings.own_pairings(site, visitor.actor) if one.first_visit_by is not None],
    )


@post("/propositions/{public_id:str}/repondre", opt=BOTH_SIDES)
async def answer_proposal(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Oui, Je ne peux pas, or J’aimerais en parler; there is no field for a reason."""
    form = await read(request, AnswerForm)
    await sync_to_thread(
        pairings.answer, site, visitor.actor, public_id, visitor.actor.role, form.said, "own_page", form.revision
    )
    return Redirect(f"/propositions?fait={DONE[form.said]}", status_code=303)


class OtherForm(Form):
    revision: int
    named: Line = ""


class RevisionForm(Form):
    revision: int


@post("/propositions/{public_id:str}/reprendre", opt=BOTH_SIDES)
async def take_answer_back(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """The question stands again as before."""
    form = await read(request, RevisionForm)
    role = visitor.actor.role
    await sync_to_thread(proposal_returns.take_back, site, visitor.actor, public_id, role, "own_page", form.revision)
    return Redirect("/propositions?fait=answer_back", status_code=303)


@post("/propositions/{public_id:str}/autre", opt=may("person"))
async def ask_for_another(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Somebody else, and whom the person has in mind, if anybody; there is no field for a reason."""
    form = await read(request, OtherForm)

    def ask() -> None:
        choices.ask_for_another(site, visitor.actor, public_id, form.named, revision=form.revision)

    await sync_to_thread(ask)
    return Redirect("/propositions?fait=asked_another", status_code=303)


HANDLERS = [proposal_list, answer_proposal, take_answer_back, ask_for_another]

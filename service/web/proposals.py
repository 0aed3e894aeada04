"""The proposals that somebody answers for themselves, on the phone."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from service import pairings, proposals
from service.access import Visitor
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, read
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
    return page(
        request,
        "proposals.html",
        proposals=proposals.proposals(site, visitor.actor, speech_of(request).lang),
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


HANDLERS = [proposal_list, answer_proposal]

"""From a calculation to the live plan: the differences are shown, the coordinator takes over what she accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import visit_calculations, visit_plan
from service.access import Visitor
from service.site import Site
from service.travel_words import sentences
from service.visit_plan import Change
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.notice_words import whom
from service.web.pages import page, speech_of
from service.web.runs import page_of
from service.web.speech import Speech

COORDINATOR = may("coordinator")
KINDS = {
    "new": N_("Nouvelle"),
    "moved": N_("Déplacée"),
    "company": N_("Accompagnée autrement"),
    "gone": N_("Retirée"),
}
TAGS = {"new": "ok", "moved": "info", "company": "info", "gone": "warn"}


class WeekForm(Form):
    week: date


class KeepForm(Form):
    keep: list[Line] = msgspec.field(default_factory=list)
    plan: Literal["plan", "first", "fewest", "better"] = "plan"


@dataclass(frozen=True)
class ChangeLine:
    """One difference as a line with a box to tick; `told` says whom to tell and how, empty when nobody knew of it."""

    value: str
    kind: str
    tag: str
    who: str
    text: str
    told: str


def change_line(change: Change, speech: Speech) -> ChangeLine:
    """« Chardon, avec Amina : mardi 12 janvier, 14 h au lieu de lundi 11 janvier, 10 h »."""
    before = speech.moment(change.before) if change.before is not None else ""
    after = speech.moment(change.after) if change.after is not None else ""
    if change.kind == "moved":
        text = speech.gettext(
            "avec %(helper)s : %(after)s au lieu de %(before)s.", helper=change.helper, after=after, before=before
        )
    else:
        text = speech.gettext("avec %(helper)s : %(moment)s.", helper=change.helper, moment=after or before)
    if change.kind == "gone":
        text += " " + speech.gettext("Elle n’a plus de place.")
    if change.along:
        text += " " + speech.gettext("Vient aussi : %(names)s.", names=speech.and_list(change.along))
    return ChangeLine(
        change.id,
        speech.gettext(KINDS[change.kind]),
        TAGS[change.kind],
        change.pseudonym,
        text,
        speech.gettext("À prévenir : %(names)s.", names=whom(change.told, speech)) if change.told else "",
    )


@post("/semaine/recalculer", opt=COORDINATOR)
async def recalculate(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    """Ask for a plan of the four weeks from the one shown."""
    form = await read(request, WeekForm)
    return Redirect(
        page_of(await sync_to_thread(visit_calculations.ask_for_plan, site, visitor.actor, form.week)), status_code=303
    )


@get("/semaine/calculs/{run:str}", opt=COORDINATOR, sync_to_thread=True)
def changes_page(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    draft = visit_plan.draft(site, visitor.actor, run)
    speech = speech_of(request)
    return page(
        request,
        "changes.html",
        run=run,
        back=f"/semaine/{draft.start}",
        changes=[change_line(one, speech) for one in draft.changes if one.kind in KINDS],
        unplaced=len(draft.unplanned),
        ways=sentences(draft.travel, speech),
        is_over=draft.is_outdated or draft.applied_at is not None,
    )


def take_over(site: Site, visitor: Visitor, run: str, form: KeepForm) -> str:
    """Write the ticked differences of one plan of a calculation; the week to show then."""
    draft = visit_plan.draft(site, visitor.actor, run, form.plan)
    offered = {one.id for one in draft.changes if one.kind in KINDS}
    kept = set(form.keep) & offered
    # None takes all of them: then the plan was judged as a whole.
    count = visit_plan.apply_draft(site, visitor.actor, run, None if kept == offered else sorted(kept), which=form.plan)
    return f"/semaine/{draft.start}?fait={'applied' if count else 'nothing_applied'}"


@post("/semaine/calculs/{run:str}/appliquer", opt=COORDINATOR)
async def apply_changes(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """Take over the ticked differences; what is not ticked stays as it is."""
    form = await read(request, KeepForm)
    return Redirect(await sync_to_thread(take_over, site, visitor, run, form), status_code=303)


HANDLERS = [recalculate, changes_page, apply_changes]

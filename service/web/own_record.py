"""« Mes données » for the person, and « Droits » where the coordination answers."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import codes, own_erasure, own_record, right_requests
from service.access import Visitor
from service.errors import NotFound
from service.site import Site
from service.web import own_record_lines, own_record_words
from service.web.doors import may
from service.web.easy import own_page
from service.web.forms import Form, Line, read
from service.web.help_numbers import duty_line
from service.web.pages import page, speech_of

PERSON, PERSON_FRESH = may("person"), may("person", fresh=True)
COORDINATOR = may("coordinator")
KINDS = {
    "you": N_("Vous : votre pseudonyme, vos langues, votre quartier, ce que vous souhaitez"),
    "consent": N_("Votre accord, et ce que vous avez demandé sur vos données"),
    "requests": N_("Vos demandes et leurs thèmes"),
    "pairings": N_("Vos rencontres et vos visites : quand, où, dans quel état"),
    "network": N_("Votre situation, vos objectifs, vos réponses"),
    "hours": N_("Vos moments libres et vos absences"),
    "messages": N_("Les messages que vous avez reçus, et par quel moyen"),
    "doors": N_("Vos manières d’entrer et vos abonnements à l’agenda"),
}
RIGHTS, STATES, REFUSALS = (
    own_record_lines.WORDS[name] for name in ("own_right", "own_right_state", "own_right_refusal")
)
EASY_KINDS = {
    "you": N_("Votre fiche"),
    "consent": N_("Votre accord"),
    "requests": N_("Vos demandes"),
    "pairings": N_("Vos rencontres"),
    "network": N_("Vos objectifs"),
    "hours": N_("Vos moments libres"),
    "messages": N_("Vos messages"),
    "doors": N_("Comment vous entrez"),
}
"""The same in few words, for a title."""
CARD = {
    "phone": N_("Téléphone"),
    "email": N_("E-mail"),
    "address": N_("Adresse"),
    "name": N_("Nom"),
    "notes": N_("Indications"),
}
WORDS: dict[str, Any] = {"rights": RIGHTS, "states": STATES, "refusals": REFUSALS}


class AskForm(Form):
    kind: Literal["correction", "erasure", "restriction"]
    words: Line = ""


class RevisionForm(Form):
    revision: int


class RefuseForm(RevisionForm):
    reason: Literal["already_right", "kept_by_law", "not_held_here"]


@get("/mes-donnees", opt=PERSON, sync_to_thread=True)
def own_data(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return own_page(
        request,
        "own_record.html",
        **_told(request, site, visitor),
        asked=right_requests.asked(site, visitor.actor),
        most=right_requests.MOST_CHARACTERS,
        **WORDS,
    )


@get("/mes-donnees/papier", opt=PERSON, sync_to_thread=True)
def own_data_on_paper(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """All of it on a sheet that is folded with the writing inside."""
    return own_page(request, "own_record_paper.html", **_told(request, site, visitor))


def _told(request: Request[Any, Any, Any], site: Site, visitor: Visitor) -> dict[str, Any]:
    held, speech = own_record.held(site, visitor.actor), speech_of(request)
    themes = own_record.theme_names(site, speech.lang)
    return {
        "held": held,
        "facts": own_record_words.facts(speech, held, themes),
        "kept": own_record_lines.by_kind(speech, held, themes),
        "kinds": KINDS,
        "easy_kinds": EASY_KINDS,
        "card_words": CARD,
        "duty": duty_line(request, site, visitor),
    }


@post("/mes-donnees/copie", opt=PERSON_FRESH, status_code=200)
async def copy_of_own_data(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[bytes]:
    """A POST, since the log hears of it."""
    await read(request, Form)
    held = await sync_to_thread(lambda: own_record.held(site, visitor.actor, handed_out=True))
    return Response(
        msgspec.json.format(msgspec.json.encode(held), indent=2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="mes-donnees.json"'},
    )


@post("/mes-donnees/demander", opt=PERSON)
async def ask(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, AskForm)
    await sync_to_thread(right_requests.ask, site, visitor.actor, form.kind, form.words)
    return Redirect("/mes-donnees?fait=right_asked", status_code=303)


@post("/mes-donnees/demandes/{right:str}/reprendre", opt=PERSON)
async def take_back(
    request: Request[Any, Any, Any],
    right: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(lambda: right_requests.take_back(site, visitor.actor, right, revision=form.revision))
    return Redirect("/mes-donnees?fait=right_taken_back", status_code=303)


@get("/droits", opt=COORDINATOR, sync_to_thread=True)
def rights_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    asked = right_requests.asked(site, visitor.actor)
    return page(request, "own_record_rights.html", asked=asked, reasons=codes.RIGHT_REFUSALS, **WORDS)


@get("/droits/{right:str}/effacer", opt=COORDINATOR, sync_to_thread=True)
def before_erasing(
    request: Request[Any, Any, Any],
    right: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """What goes and what stays, before anything goes."""
    for one in right_requests.asked(site, visitor.actor):
        if one.public_id == right and one.kind == "erasure" and one.state == "open":
            return page(request, "own_record_erase.html", right=one)
    raise NotFound


@post("/droits/{right:str}/effacer/maintenant", opt=COORDINATOR)
async def erase(
    request: Request[Any, Any, Any],
    right: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(lambda: own_erasure.erase(site, visitor.actor, right, revision=form.revision))
    return Redirect("/droits?fait=right_erased", status_code=303)


@post("/droits/{right:str}/fait", opt=COORDINATOR)
async def note_done(
    request: Request[Any, Any, Any],
    right: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RevisionForm)
    await sync_to_thread(lambda: right_requests.note_done(site, visitor.actor, right, revision=form.revision))
    return Redirect("/droits?fait=right_done", status_code=303)


@post("/droits/{right:str}/refuser", opt=COORDINATOR)
async def refuse(
    request: Request[Any, Any, Any],
    right: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, RefuseForm)
    await sync_to_thread(lambda: right_requests.refuse(site, visitor.actor, right, form.reason, revision=form.revision))
    return Redirect("/droits?fait=right_refused", status_code=303)


HANDLERS = [
    own_data,
    own_data_on_paper,
    copy_of_own_data,
    ask,
    take_back,
    rights_page,
    before_erasing,
    erase,
    note_done,
    refuse,
]

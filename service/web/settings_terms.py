"""`/reglages/mots`: the network's own words, searched, read before they count, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from locales import N_
from service import terms
from service.access import Visitor
from service.codes import Lang
from service.errors import NotAcceptable
from service.site import Site
from service.terms import Found
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.speech import LANGUAGES

COORDINATOR = may("coordinator")
PAGE = "/reglages/mots"
TERMS = {
    "peer_helper": N_("Pair-aidant ou pair-aidante"),
    "person": N_("Personne accompagnée"),
    "coordination": N_("Coordination"),
    "pairing": N_("Appariement, binôme"),
    "visit": N_("Visite"),
    "consent": N_("Accord de la personne"),
    "recovery": N_("Rétablissement"),
}
Text = Annotated[str, msgspec.Meta(max_length=terms.LONGEST)]


class TermsForm(Form, kw_only=True):
    """Beside each other: a message and the network's own text, empty to say what the program says."""

    language: Lang
    seen: Line
    wanted: Line = ""
    do: Literal["preview", "save"] = "preview"
    msgid: list[Text] = msgspec.field(default_factory=list)
    text: list[Text] = msgspec.field(default_factory=list)


@get(PAGE, opt=COORDINATOR, sync_to_thread=True)
def terms_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """What is said otherwise here; `?cherche=` finds messages, `?terme=` those with a term and proposes texts."""
    asked = request.query_params
    language = asked.get("langue", "")
    language = language if language in LANGUAGES else speech_of(request).lang
    term = asked.get("terme", "")
    if term in TERMS:
        try:
            found = terms.proposals(
                site, visitor.actor, language, term, asked.get("un", "")[:80], asked.get("plusieurs", "")[:80]
            )
        except NotAcceptable as refused:
            found = terms.proposals(site, visitor.actor, language, term, "")
            return _page(request, language, found, fault=refused)
    else:
        found = terms.search(site, visitor.actor, language, asked.get("cherche", "")[:80])
    return _page(request, language, found)


def _page(
    request: Request[Any, Any, Any],
    language: str,
    found: Found,
    *,
    fault: NotAcceptable | None = None,
    typed: Mapping[str, str] | None = None,
    preview: tuple[terms.Seen, ...] | None = None,
) -> Response[str]:
    speech, asked = speech_of(request), request.query_params
    return page(
        request,
        "settings_terms.html",
        status=422 if fault is not None else 200,
        language=language,
        found=found,
        terms=TERMS,
        term=asked.get("terme", ""),
        wanted=asked.get("cherche", ""),
        one=asked.get("un", ""),
        several=asked.get("plusieurs", ""),
        typed=typed or {},
        preview=preview,
        fault=speech.gettext(str(fault), **fault.facts) if fault is not None else "",
    )


@post(f"{PAGE}/changer", opt=COORDINATOR, status_code=200)
async def change(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Show what would be said, or say it from now on."""
    form = await read(request, TermsForm)
    texts = dict(zip(form.msgid, form.text, strict=False))

    def work() -> Response[Any]:
        try:
            if form.do == "save":
                terms.replace(site, visitor.actor, form.language, texts, form.seen)
                return Redirect(f"{PAGE}?langue={form.language}&fait=terms_changed", status_code=303)
            seen = terms.preview(site, visitor.actor, form.language, texts)
        except NotAcceptable as refused:
            return _page(request, form.language, _again(site, visitor, form), fault=refused, typed=texts)
        return _page(request, form.language, _again(site, visitor, form), typed=texts, preview=seen)

    return await sync_to_thread(work)


def _again(site: Site, visitor: Visitor, form: TermsForm) -> Found:
    """The messages of the form; its mark stays the one it was shown with."""
    return terms.these(site, visitor.actor, form.language, form.msgid, form.seen)


HANDLERS = [terms_page, change]

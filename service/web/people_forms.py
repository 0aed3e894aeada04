"""A person is written down or changed, a request added for them, two records of one person joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import codes, people_compare, people_form, people_merge, people_requests, people_twins
from service.access import Visitor
from service.offered import PREFERENCES, ForPerson
from service.people_compare import Comparison
from service.people_form import MINUTES, NAMES, FormView, Said
from service.people_requests import Ask, AskView
from service.requests import CONSENT_BY_HAND
from service.site import Site
from service.web import words
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.people_words import CHANNELS, EXPERIENCES, FIELDS, FLAGS, GENDERS
from service.web.speech import Speech

COORDINATOR = may("coordinator")
ID_LENGTH = 32
Codes = Annotated[list[Line], msgspec.Meta(max_length=60)]


class PersonForm(Form):
    """The fields of `Said`, and what is confirmed."""

    pseudonym: Line = ""
    pseudonym_sure: Line = ""
    age_band: Line = ""
    gender: Line = ""
    first_language: Line = ""
    languages: Codes = msgspec.field(default_factory=list[Line])
    interpreter: Line = ""
    neighbourhood: Line = ""
    street: Line = ""
    latitude: Line = ""
    longitude: Line = ""
    living: Line = "home"
    place: Line = ""
    channel: Line = "phone"
    preference: Line = "none"
    age_proximity: Line = ""
    experiences: Codes = msgspec.field(default_factory=list[Line])
    named_helper: Line = ""
    flags: Codes = msgspec.field(default_factory=list[Line])
    two_persons: Line = ""
    frequency: Line = "weekly"
    minutes: Line = "60"
    school_holidays: Line = ""

    def said(self) -> Said:
        told = {name: _trimmed(getattr(self, name)) for name in NAMES}
        first = self.first_language.strip()
        told["languages"] = [*([first] if first else []), *(tag for tag in self.languages if tag != first)]
        return Said(**told)


class AskForm(Form):
    themes: Codes = msgspec.field(default_factory=list[Line])
    urgency: Line = "normal"
    asked_by: Line = "person"
    wished_by: Line = ""
    agreed: Line = ""
    how: Line = ""


class NewForm(PersonForm):
    wanted: Line = ""
    themes: Codes = msgspec.field(default_factory=list[Line])
    urgency: Line = "normal"
    asked_by: Line = "person"
    wished_by: Line = ""
    agreed: Line = ""
    how: Line = ""
    somebody_else: Line = ""


class ChangeForm(PersonForm, kw_only=True):
    revision: int


MergeForm: type[Any] = msgspec.defstruct(
    "MergeForm",
    [
        ("revision", int),
        ("other_revision", int),
        ("sure", Line, ""),
        *((f"take_{name}", Line, "") for name in (*NAMES, *people_merge.CHOSEN_WHOLE)),
    ],
    bases=(Form,),
    kw_only=True,
    forbid_unknown_fields=True,
)
"""`take_…` is `other` for what comes from the record that goes."""


class ApartForm(Form):
    apart: Line = "yes"


def _trimmed(value: str | list[str]) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _ask_of(form: NewForm | AskForm, wanted: str) -> Ask:
    return Ask(wanted, form.themes, form.urgency, form.asked_by, form.wished_by.strip(), form.agreed, form.how)


def age(speech: Speech, band: str) -> str:
    """« 35 à 44 ans »"""
    low, _, high = band.partition("-")
    if not high:
        return speech.gettext("75 ans et plus")
    return speech.gettext("%(low)s à %(high)s ans", low=low, high=high)


def labels(speech: Speech, offered: ForPerson) -> dict[str, dict[str, str]]:
    """What can be chosen in each field, in words."""

    def told(table: Mapping[str, str]) -> dict[str, str]:
        return {code: speech.gettext(text) for code, text in table.items()}

    yes = {people_form.YES: speech.gettext("oui")}
    named = told(EXPERIENCES)
    return {
        "age_band": {band: age(speech, band) for band in codes.AGE_BANDS},
        "gender": told(GENDERS),
        "languages": {tag: speech.language_name(tag) for tag in offered.languages},
        "neighbourhood": dict(offered.neighbourhoods),
        "living": told(words.LIVING_ENVIRONMENTS),
        "place": dict(offered.places),
        "channel": told(CHANNELS),
        "preference": {code: speech.gettext(words.PREFERENCES[code]) for code in PREFERENCES},
        "experiences": {code: speech.at_start(named.get(code, code)) for code in offered.experiences},
        "named_helper": dict(offered.helpers),
        "flags": told(FLAGS),
        "frequency": told(words.FREQUENCIES),
        "minutes": {str(number): speech.duration(number) for number in MINUTES},
        **dict.fromkeys(("interpreter", "age_proximity", "two_persons", "school_holidays"), yes),
    }


def in_words(speech: Speech, known: Mapping[str, Mapping[str, str]], name: str, value: str | list[str]) -> str:
    """What a field says, for somebody who compares."""
    table = known.get(name, {})
    if isinstance(value, list):
        return speech.and_list(table.get(one, one) for one in value) if value else speech.gettext("rien")
    if not value:
        empty = name in ("interpreter", "age_proximity", "two_persons", "school_holidays")
        return speech.gettext("non") if empty else speech.gettext("rien")
    return table.get(value, value)


def _form(request: Request[Any, Any, Any], view: FormView, **more: Any) -> Response[str]:
    speech = speech_of(request)
    known = labels(speech, view.offered)
    status = 409 if view.is_stale else 422 if view.wrong or view.twins else 200
    held = view.said.minutes
    if held.isascii() and held.isdecimal() and len(held) <= 3:
        # What a file said may lie between the choices.
        choices = known["minutes"] | {held: speech.duration(int(held))}
        known["minutes"] = dict(sorted(choices.items(), key=lambda one: int(one[0])))
    return page(
        request,
        "person_form.html",
        status=status,
        view=view,
        told=asdict(view.said),
        ask=view.ask,
        wrong=view.wrong,
        options=known,
        theirs={name: in_words(speech, known, name, value) for name, value in view.theirs.items()},
        fields=FIELDS,
        themes=view.offered.themes,
        professionals=view.offered.professionals,
        urgencies=codes.URGENCIES,
        ways=CONSENT_BY_HAND,
        sure=more.get("sure", False),
    )


@get("/personnes/nouvelle", opt=COORDINATOR)
async def new_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    def show() -> Response[str]:
        return _form(request, people_form.blank(site, visitor.actor, speech_of(request).lang))

    return await sync_to_thread(show)


@post("/personnes/nouvelle", opt=COORDINATOR)
async def add(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Write somebody down; what lacks something comes back whole."""
    form = await read(request, NewForm)
    language = speech_of(request).lang

    def write() -> Response[Any]:
        view = people_form.add(
            site,
            visitor.actor,
            form.said(),
            _ask_of(form, form.wanted),
            name_sure=form.pseudonym_sure == people_form.YES,
            somebody_else=form.somebody_else == people_form.YES,
            language=language,
        )
        if view.saved:
            return Redirect(f"/personnes/{view.public_id}?fait=person_made", status_code=303)
        return _form(request, view, sure=form.pseudonym_sure == people_form.YES)

    return await sync_to_thread(write)


@get("/personnes/{person:str}/modifier", opt=COORDINATOR)
async def change_page(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    def show() -> Response[str]:
        return _form(request, people_form.of(site, visitor.actor, person, speech_of(request).lang))

    return await sync_to_thread(show)


@post("/personnes/{person:str}/modifier", opt=COORDINATOR)
async def change(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    """Keep the changes; when somebody else was faster, both versions are shown."""
    form = await read(request, ChangeForm)
    language = speech_of(request).lang

    def write() -> Response[Any]:
        sure = form.pseudonym_sure == people_form.YES
        view = people_form.change(
            site, visitor.actor, person, form.said(), form.revision, name_sure=sure, language=language
        )
        if view.saved:
            return Redirect(f"/personnes/{view.public_id}?fait=person_changed", status_code=303)
        return _form(request, view, sure=sure)

    return await sync_to_thread(write)


def _ask_form(request: Request[Any, Any, Any], view: AskView) -> Response[str]:
    return page(
        request,
        "person_request.html",
        status=422 if view.wrong else 200,
        view=view,
        ask=view.ask,
        theirs={},
        wrong=view.wrong,
        themes=view.themes,
        professionals=view.professionals,
        urgencies=codes.URGENCIES,
        ways=CONSENT_BY_HAND,
    )


@get("/personnes/{person:str}/demande", opt=COORDINATOR)
async def request_page(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    def show() -> Response[str]:
        return _ask_form(request, people_requests.form(site, visitor.actor, person, speech_of(request).lang))

    return await sync_to_thread(show)


@post("/personnes/{person:str}/demande", opt=COORDINATOR)
async def add_request(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    form = await read(request, AskForm)
    language = speech_of(request).lang

    def write() -> Response[Any]:
        view = people_requests.add(site, visitor.actor, person, _ask_of(form, people_form.YES), language)
        if view.saved:
            return Redirect(f"/personnes/{view.public_id}?fait=request_added", status_code=303)
        return _ask_form(request, view)

    return await sync_to_thread(write)


NOT_FOUND = N_("Une de ces deux personnes n’est pas trouvée. Vérifiez l’orthographe.")
ONE_ONLY = N_("Ce sont deux personnes différentes qu’il faut indiquer.")


@get("/personnes/doublons", opt=COORDINATOR, sync_to_thread=True)
def twins_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Likely duplicates; two of one's own choice, named in the address, lead to their comparison."""

    def said(name: str) -> str:
        return str(request.query_params.get(name) or "").strip()[:80]

    chosen = (said("un"), said("autre"))
    wrong, field = "", ""
    if all(chosen):
        one, two = people_twins.named(site, visitor.actor, *chosen)
        if one and two and one != two:
            return Redirect(f"/personnes/{one}/doublons/{two}", status_code=303)
        wrong = ONE_ONLY if one and two else NOT_FOUND
        field = "autre" if one else "un"
    undo = (said("de"), said("et"))
    return page(
        request,
        "people_twins.html",
        pairs=people_twins.likely(site, visitor.actor),
        chosen=chosen,
        wrong=wrong,
        field=field,
        undo=undo if all(len(one) == ID_LENGTH and one.isalnum() for one in undo) else (),
    )


@get("/personnes/{person:str}/doublons/{other:str}", opt=COORDINATOR)
async def compare_page(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    other: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    """Both records side by side; the first one stays."""

    def show() -> Response[str]:
        pair = people_compare.compare(site, visitor.actor, person, other)
        return page(request, "person_merge.html", pair=pair, lines=_lines(request, site, visitor, pair))

    return await sync_to_thread(show)


def _lines(
    request: Request[Any, Any, Any], site: Site, visitor: Visitor, pair: Comparison
) -> list[tuple[str, str, str, str]]:
    """Code, name and both values of each field in which the two differ, in words."""
    speech = speech_of(request)
    known = labels(speech, people_form.offered(site, visitor.actor, speech.lang, pair.kept.said, pair.other.said))
    mine, theirs = asdict(pair.kept.said), asdict(pair.other.said)
    lines: list[tuple[str, str, str, str]] = []
    for name in pair.fields:
        if name in ("latitude", "longitude"):
            continue
        one, two = (in_words(speech, known, name, side[name]) for side in (mine, theirs))
        lines.append((name, speech.gettext(FIELDS[name]), one, two))
    if {"latitude", "longitude"} & set(pair.fields):
        one, two = (
            f"{side['latitude']} / {side['longitude']}" if side["latitude"] else speech.gettext("rien")
            for side in (mine, theirs)
        )
        lines.append(("latitude", speech.gettext("Point sur la carte"), one, two))
    return lines


@post("/personnes/{person:str}/doublons/{other:str}", opt=COORDINATOR)
async def merge(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    other: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, MergeForm)
    choices = {name: getattr(form, f"take_{name}") for name in (*NAMES, *people_merge.CHOSEN_WHOLE)}
    choices["longitude"] = choices["latitude"]

    def join() -> str:
        return people_merge.merge(
            site,
            visitor.actor,
            person,
            other,
            choices,
            (form.revision, form.other_revision),
            sure=form.sure == people_form.YES,
        )

    kept = await sync_to_thread(join)
    return Redirect(f"/personnes/{kept}?fait=people_merged", status_code=303)


@post("/personnes/{person:str}/doublons/{other:str}/deux", opt=COORDINATOR)
async def keep_apart(
    request: Request[Any, Any, Any],
    person: FromPath[str],
    other: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    """They are two people; or, taken back, the question comes again."""
    form = await read(request, ApartForm)
    apart = form.apart == people_form.YES

    def note() -> None:
        people_twins.keep_apart(site, visitor.actor, person, other, apart=apart)

    await sync_to_thread(note)
    done = f"people_apart&de={person}&et={other}" if apart else "people_not_apart"
    return Redirect(f"/personnes/doublons?fait={done}", status_code=303)


HANDLERS = [
    new_page,
    add,
    twins_page,
    change_page,
    change,
    request_page,
    add_request,
    compare_page,
    merge,
    keep_apart,
]

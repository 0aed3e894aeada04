"""The page « Et si… »: a question asked before anything is sent, and today beside what would be."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import pairing_board, pairing_comparison, pairing_suppositions, pairing_words
from service.access import Visitor
from service.pairing_suppositions import Choices, Mistake, Newcomer, Wish
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.runs import ended_or_told
from service.web.speech import Speech

COORDINATOR = may("coordinator")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
MOMENTS = 3
PLACES = 2
"""Lines of the form for moments, and for choices and departures."""


class WhatIfForm(Form):
    """A question; fields that stay empty suppose nothing."""

    person: list[Line] = msgspec.field(default_factory=list)
    helper: list[Line] = msgspec.field(default_factory=list)
    criterion: list[Line] = msgspec.field(default_factory=list)
    weight: list[Line] = msgspec.field(default_factory=list)
    newcomer: Literal["", "1"] = ""
    languages: list[Line] = msgspec.field(default_factory=list)
    themes: list[Line] = msgspec.field(default_factory=list)
    gender: Line = ""
    weekday: list[Line] = msgspec.field(default_factory=list)
    start: list[Line] = msgspec.field(default_factory=list)
    end: list[Line] = msgspec.field(default_factory=list)
    area: Line = ""
    transport: Line = "car"
    hours: Line = ""
    people: Line = ""
    km: Line = ""
    leave: list[Line] = msgspec.field(default_factory=list)


@dataclass(frozen=True)
class Read:
    """What a form supposes, and what of it could not be read."""

    wish: Wish
    faults: tuple[Mistake, ...]


@get("/appariements/et-si", opt=COORDINATOR, sync_to_thread=True)
def question_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """An empty question; `?de=` takes one that was asked, `?manque=` the newcomer whom the calculation misses."""
    offered = pairing_suppositions.choices(site, visitor.actor, speech_of(request).lang)
    wish = Wish()
    asked, missing = request.query_params.get("de", ""), request.query_params.get("manque", "")
    if asked:
        wish = pairing_suppositions.wish_of(site, visitor.actor, asked)
    elif missing.isdecimal():
        wish = _missing(request, site, visitor, int(missing), offered)
    return _form(request, offered, wish)


def _missing(request: Request[Any, Any, Any], site: Site, visitor: Visitor, number: int, offered: Choices) -> Wish:
    """The newcomer whom the last calculation found most useful, with the limits of the middle."""
    shown = pairing_board.board(site, visitor.actor, None, speech_of(request).lang)
    recruits = shown.whole.recruits if shown.whole else ()
    if not 1 <= number <= len(recruits):
        return Wish()
    one = recruits[number - 1]
    newcomer = replace(
        offered.middle,
        languages=one.known.languages,
        themes=one.known.themes,
        gender=one.known.gender,
        moments=one.known.moments,
        area=one.area,
    )
    return Wish(newcomers=(newcomer,))


def _form(
    request: Request[Any, Any, Any], offered: Choices, wish: Wish, faults: tuple[Mistake, ...] = (), status: int = 200
) -> Response[str]:
    newcomer = wish.newcomers[0] if wish.newcomers else offered.middle
    moments = [*newcomer.moments, *[(0, 0, 0)] * MOMENTS][: max(MOMENTS, len(newcomer.moments))]
    return page(
        request,
        "what_if_form.html",
        status=status,
        offered=offered,
        wish=wish,
        chosen=[*wish.choose, *[("", "")] * PLACES][: max(PLACES, len(wish.choose))],
        leaving=[*wish.leave, *[""] * PLACES][: max(PLACES, len(wish.leave))],
        newcomer=newcomer,
        moments=[(day, _clock(start), _clock(end)) if day else (0, "", "") for day, start, end in moments],
        criteria=pairing_words.CRITERIA,
        genders=pairing_words.GENDERS,
        transports=TRANSPORTS,
        faults=[said(one, speech_of(request)) for one in faults],
    )


def said(fault: Mistake, speech: Speech) -> str:
    """The sentence of a fault; words among its facts come from our tables and are translated too."""
    facts = {name: speech.gettext(fact) if isinstance(fact, str) else fact for name, fact in fault.facts.items()}
    return speech.gettext(fault.message, **facts)


TRANSPORTS = {
    "walk": N_("à pied"),
    "bike": N_("à vélo"),
    "bus": N_("en bus"),
    "car": N_("en voiture"),
}


@post("/appariements/et-si/demander", opt=COORDINATOR)
async def ask(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Ask the question, and show what it was answered if that takes a moment only; nothing of the record changes."""
    form = await read(request, WhatIfForm)

    def put() -> str | Response[str]:
        offered = pairing_suppositions.choices(site, visitor.actor, speech_of(request).lang)
        asked = _read(form, offered)
        faults = asked.faults or pairing_suppositions.faults_of(site, visitor.actor, asked.wish)
        if faults:
            return _form(request, offered, asked.wish, faults, 422)
        return pairing_suppositions.ask(site, visitor.actor, asked.wish)

    run = await sync_to_thread(put)
    if isinstance(run, Response):
        return run
    await ended_or_told(site, visitor.actor, run)
    return Redirect(f"/appariements/et-si/{run}", status_code=303)


@get("/appariements/et-si/{run:str}", opt=COORDINATOR, sync_to_thread=True)
def answer_page(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    shown = pairing_comparison.comparison(site, visitor.actor, run, speech_of(request).lang)
    return page(request, "what_if.html", shown=shown, run=shown.run, before="/appariements/et-si")


def _read(form: WhatIfForm, offered: Choices) -> Read:
    faults: list[Mistake] = []
    pairs = [(person, helper) for person, helper in zip(form.person, form.helper, strict=False) if person or helper]
    return Read(
        Wish(
            choose=tuple(pairs),
            weights=_weights(form, offered, faults),
            newcomers=(_newcomer(form, offered.middle, faults),) if form.newcomer else (),
            leave=tuple(one for one in form.leave if one),
        ),
        tuple(faults),
    )


def _weights(form: WhatIfForm, offered: Choices, faults: list[Mistake]) -> dict[str, float]:
    """Only those that are not as today."""
    found: dict[str, float] = {}
    for code, typed in zip(form.criterion, form.weight, strict=False):
        if not typed.strip() or code not in offered.weights:
            continue
        weight = _number(typed)
        if weight is None:
            message = N_("Le poids du critère « %(criterion)s » n’est pas un nombre.")
            faults.append(Mistake("weights", message, {"criterion": pairing_words.CRITERIA[code]}))
        elif weight != offered.weights[code]:
            found[code] = weight
    return found


def _newcomer(form: WhatIfForm, middle: Newcomer, faults: list[Mistake]) -> Newcomer:
    moments: list[tuple[int, int, int]] = []
    for weekday, start, end in zip(form.weekday, form.start, form.end, strict=False):
        if not (start or end):
            continue
        begins, ends = _minutes(start), _minutes(end)
        if not weekday.isdecimal() or begins is None or ends is None:
            faults.append(
                Mistake("moments", N_("Un moment a un jour, un début et une fin, comme lundi de 9:00 à 12:00."))
            )
        else:
            moments.append((int(weekday), begins, ends))
    hours = _limit(form.hours, middle.weekly_minutes / 60, "hours", faults)
    return Newcomer(
        languages=tuple(form.languages),
        themes=tuple(form.themes),
        gender=form.gender or None,
        moments=tuple(moments),
        area=form.area,
        transport=form.transport,
        weekly_minutes=round(60 * hours),
        people=round(_limit(form.people, middle.people, "people", faults)),
        km=_limit(form.km, middle.km, "km", faults),
    )


def _limit(typed: str, middle: float, part: str, faults: list[Mistake]) -> float:
    if not typed.strip():
        return middle
    number = _number(typed)
    if number is None:
        faults.append(Mistake(part, N_("« %(typed)s » n’est pas un nombre."), {"typed": typed}))
        return middle
    return number


def _number(typed: str) -> float | None:
    try:
        number = float(typed.strip().replace(",", "."))
    except ValueError:
        return None
    # What is not finite is no number either.
    return number if abs(number) < 1e9 else None


def _minutes(typed: str) -> int | None:
    found = CLOCK.fullmatch(typed.strip())
    return int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes < 24 * 60 else "23:59"


HANDLERS = [question_page, ask, answer_page]

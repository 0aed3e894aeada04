"""Pairing for programs: ask for a calculation, follow it, read the shortlists, ask what would be."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from service import pairing_comparison, pairing_results, pairing_suppositions, pairing_whole, pairings, runs
from service.access import Visitor
from service.errors import NotFound
from service.pairing_comparison import ComparisonView, SideView
from service.pairing_suppositions import Choices, Newcomer, Wish
from service.site import Site
from service.web.api import ASKING, READING, STOPPING, faults
from service.web.api_shapes import (
    DetailShape,
    NewcomerShape,
    RowsShape,
    RunShape,
    SolveRequest,
    WhatIfRequest,
    WhatIfShape,
    shaped,
)
from service.web.doors import may
from service.web.pages import speech_of
from service.web.speech import Speech

COORDINATOR = may("coordinator")
KEY_LENGTH = 200
RUNS = "/api/pairings/runs"
WHAT_IFS = "/api/pairings/what-ifs"

Page = Annotated[int, QueryParameter(ge=1, description="Number of the page, from 1.", required=False)]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        description="A name for this request: within 24 hours, sending it again is answered with the same run.",
    ),
]


@post("/api/pairings/solve", opt=COORDINATOR, status_code=202, responses=faults(*ASKING))
async def solve(
    request: Request[Any, Any, Any],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    data: JSONBody[SolveRequest | None] = None,
    key: IdempotencyKey = None,
) -> Response[RunShape]:
    """
    Ask for the shortlists of everybody who waits.

    The answer comes at once and names the run in `Location`; a first answer follows within a moment, the proof later.
    """
    asked = data or SolveRequest()
    named = _key(key, asked)
    run = await sync_to_thread(pairings.ask_for_shortlists, site, visitor.actor, _limits(asked), named)
    return await sync_to_thread(_run, site, visitor, run, speech_of(request), 202)


@get("/api/pairings/runs/{run:str}", opt=COORDINATOR, sync_to_thread=True, responses=faults(*READING))
def read_run(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[RunShape]:
    """How far a calculation is: state, value and bound of each aim, the first answer or the last one."""
    return _run(site, visitor, run, speech_of(request), 200)


@post("/api/pairings/runs/{run:str}/stop", opt=COORDINATOR, status_code=200, responses=faults(*STOPPING))
async def stop_run(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[RunShape]:
    """Ask a calculation to stop: it keeps its best answer, which is then not proven. One that has ended stays so."""

    def stop() -> Response[RunShape]:
        runs.get(site, visitor.actor, run, pairing_results.KIND)
        runs.stop(site, visitor.actor, run)
        return _run(site, visitor, run, speech_of(request), 200)

    return await sync_to_thread(stop)


@get(
    "/api/pairings/runs/{run:str}/shortlists",
    opt=COORDINATOR,
    sync_to_thread=True,
    responses=faults(400, 409, *READING),
)
def read_shortlists(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    page: Page = 1,
) -> Response[RowsShape]:
    """The shortlists of those who wait today, 100 at most on a page, with the score by criterion."""
    found = pairing_results.rows(site, visitor.actor, run, page, speech_of(request).lang)
    return Response(shaped(found, RowsShape))


@get(
    "/api/pairings/runs/{run:str}/shortlists/{person:str}",
    opt=COORDINATOR,
    sync_to_thread=True,
    responses=faults(409, *READING),
)
def read_shortlist(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    person: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[DetailShape]:
    """One person's shortlist, and why each other helper is not on it."""
    found = pairing_results.detail(site, visitor.actor, run, person, speech_of(request).lang)
    return Response(shaped(found, DetailShape))


@post("/api/pairings/what-ifs", opt=COORDINATOR, status_code=202, responses=faults(*ASKING))
async def ask_what_if(
    request: Request[Any, Any, Any],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    data: JSONBody[WhatIfRequest | None] = None,
    key: IdempotencyKey = None,
) -> Response[WhatIfShape]:
    """Ask what would be; nothing of the record changes, whatever the answer."""
    asked = data or WhatIfRequest()
    named = _key(key, asked)

    def ask() -> Response[WhatIfShape]:
        speech = speech_of(request)
        offered = pairing_suppositions.choices(site, visitor.actor, speech.lang)
        run = pairing_suppositions.ask(site, visitor.actor, _wish(asked, offered), _limits(asked), named)
        return _what_if(site, visitor, run, 1, speech, 202)

    return await sync_to_thread(ask)


@get("/api/pairings/what-ifs/{run:str}", opt=COORDINATOR, sync_to_thread=True, responses=faults(400, *READING))
def read_what_if(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    page: Page = 1,
) -> Response[WhatIfShape]:
    """Today beside what would be, and for whom something changes."""
    return _what_if(site, visitor, run, page, speech_of(request), 200)


def _limits(asked: SolveRequest | WhatIfRequest) -> dict[str, float]:
    given: dict[str, float] = {"seed": asked.seed}
    if asked.limits.work is not None:
        given["work"] = asked.limits.work
    if asked.limits.seconds is not None:
        given["seconds"] = asked.limits.seconds
    return given


def _key(name: str | None, asked: SolveRequest | WhatIfRequest) -> runs.Key | None:
    if name is None:
        return None
    if not 1 <= len(name) <= KEY_LENGTH or not name.isascii() or not name.isprintable():
        raise HTTPException(status_code=400, detail="the key is empty, too long or not plain text")
    return runs.Key(name, hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest())


def _progress(run: runs.RunView) -> dict[str, Any]:
    return {"stage": run.stage, "value": run.value, "bound": run.bound}


def _run(site: Site, visitor: Visitor, run: str, speech: Speech, status: int) -> Response[RunShape]:
    found = pairing_results.result(site, visitor.actor, run, speech.lang)
    view = found.run
    shape = {
        "id": view.public_id,
        "state": view.status,
        "proof": found.proof,
        "progress": _progress(view),
        "stopped": view.stopped,
        "reason": speech.gettext(view.reason) if view.reason else "",
        "asked_at": view.asked_at,
        "seconds": view.seconds,
        "answer": found.answer,
    }
    return _located(shaped(shape, RunShape), f"{RUNS}/{run}", status)


def _what_if(site: Site, visitor: Visitor, run: str, page: int, speech: Speech, status: int) -> Response[WhatIfShape]:
    found = pairing_comparison.comparison(site, visitor.actor, run, speech.lang)
    pages = max(1, -(-len(found.differences) // pairing_results.ROWS))
    if page > pages:
        raise NotFound
    first = (page - 1) * pairing_results.ROWS
    shape = {
        "id": found.run.public_id,
        "state": found.run.status,
        "proof": _proof(found),
        "progress": _progress(found.run),
        "reason": speech.gettext(found.run.reason) if found.run.reason else "",
        "is_outdated": found.is_outdated,
        "refused": found.refused,
        "today": _side(found.today, speech),
        "then": _side(found.then, speech),
        "page": page,
        "pages": pages,
        "count": len(found.differences),
        "differences": [
            vars(one) | {"before": one.helper_before, "after": one.helper_after}
            for one in found.differences[first : first + pairing_results.ROWS]
        ],
    }
    return _located(shaped(shape, WhatIfShape), f"{WHAT_IFS}/{run}", status)


def _located(shape: Any, address: str, status: int) -> Response[Any]:
    """With the address to follow, where something was begun."""
    return Response(shape, status_code=status, headers={"Location": address} if status == 202 else {})


def _proof(found: ComparisonView) -> str:
    if found.today is None:
        return "none"
    return "proven" if found.is_proven else "unproven"


def _side(side: SideView | None, speech: Speech) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "served": side.served,
        "people": side.people,
        "aims": [
            {"aim": one.code, "value": one.value, "bound": one.bound, "gap": one.percent / 100}
            for one in pairing_whole.aims(speech, side.answer)
        ],
        "evenness": side.answer.evenness,
    }


def _wish(asked: WhatIfRequest, offered: Choices) -> Wish:
    return Wish(
        choose=tuple((one.person, one.helper) for one in asked.choose),
        weights=asked.weights,
        newcomers=tuple(_newcomer(one, offered.middle) for one in asked.newcomers),
        leave=tuple(asked.leave),
    )


def _newcomer(given: NewcomerShape, middle: Newcomer) -> Newcomer:
    return Newcomer(
        languages=tuple(given.languages),
        themes=tuple(given.themes),
        experience=tuple(given.experience),
        gender=given.gender,
        moments=tuple((one.weekday, one.start, one.end) for one in given.moments),
        area=given.area or "",
        transport=given.transport or middle.transport,
        weekly_minutes=middle.weekly_minutes if given.weekly_minutes is None else given.weekly_minutes,
        people=middle.people if given.people is None else given.people,
        km=middle.km if given.km is None else given.km,
    )


HANDLERS = [solve, read_run, stop_run, read_shortlists, read_shortlist, ask_what_if, read_what_if]

"""What programs send and receive: structs with known fields only, never a row of a table (`security.md` C5)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="The id of a record, as pages and answers show it.")]
Code = Annotated[str, Meta(max_length=60)]
Share = Annotated[float, Meta(description="A share: 1 is all of it.")]
State = Literal["queued", "running", "done", "failed", "cancelled"]
Place = Literal["offered", "when_free", "nobody", "not_calculated"]
Proof = Annotated[
    Literal["none", "under_way", "proven", "unproven"],
    Meta(description="`proven` only when no answer serves everybody better; a run that was ended early never says so."),
]


class Asked(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a program may send."""


class Limits(Asked):
    """How far the search may go; `work` is the solver's own measure, equal on every machine."""

    work: Annotated[float, Meta(gt=0, le=60)] | None = None
    seconds: Annotated[float, Meta(gt=0, le=600)] | None = None


class SolveRequest(Asked):
    """`seed` decides between equal answers of a search that is ended early."""

    limits: Limits = msgspec.field(default_factory=Limits)
    seed: Annotated[int, Meta(ge=0, le=2_147_483_647)] = 0


class Choice(Asked):
    """This helper is proposed to this person."""

    person: Id
    helper: Id


class MomentShape(Asked):
    """Minutes since midnight; Monday is 1."""

    weekday: Annotated[int, Meta(ge=1, le=7)]
    start: Annotated[int, Meta(ge=0, le=1440)]
    end: Annotated[int, Meta(ge=0, le=1440)]


class NewcomerShape(Asked):
    """A peer helper who is not there yet; limits that are left out are those in the middle of the team."""

    languages: Annotated[list[Code], Meta(max_length=30)] = msgspec.field(default_factory=list)
    themes: Annotated[list[Code], Meta(max_length=60)] = msgspec.field(default_factory=list)
    experience: Annotated[list[Code], Meta(max_length=30)] = msgspec.field(default_factory=list)
    gender: Literal["f", "m", "x"] | None = None
    moments: Annotated[list[MomentShape], Meta(max_length=50)] = msgspec.field(default_factory=list)
    area: Id | None = None
    transport: Literal["walk", "bike", "bus", "car"] | None = None
    weekly_minutes: int | None = None
    people: int | None = None
    km: float | None = None


class WhatIfRequest(Asked):
    """What is supposed, all at once."""

    choose: Annotated[list[Choice], Meta(max_length=20)] = msgspec.field(default_factory=list)
    weights: dict[str, float] = msgspec.field(default_factory=dict)
    newcomers: Annotated[list[NewcomerShape], Meta(max_length=20)] = msgspec.field(default_factory=list)
    leave: Annotated[list[Id], Meta(max_length=20)] = msgspec.field(default_factory=list)
    limits: Limits = msgspec.field(default_factory=Limits)
    seed: Annotated[int, Meta(ge=0, le=2_147_483_647)] = 0


class Problem(Struct, kw_only=True):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class Progress(Struct, kw_only=True):
    """Best value and proven bound of the stage that runs; null while unknown."""

    stage: str
    value: float | None
    bound: float | None


class AimShape(Struct, kw_only=True):
    """One aim, in the order of the answer: `gap` is how far it may be from the best, as a share of the bound."""

    aim: Literal["served", "score", "load"]
    value: float
    bound: float
    gap: Share


class EvennessShape(Struct, kw_only=True):
    """Loads of the helpers: the largest share of their places taken, and how far they lie apart."""

    largest: Share
    spread: Share


class WeightShape(Struct, kw_only=True):
    criterion: str
    weight: float


class RecruitShape(Struct, kw_only=True):
    """A newcomer who would help most; `serves` are people."""

    languages: list[str]
    themes: list[str]
    gender: str | None
    moments: list[MomentShape]
    area: Id | None
    serves: list[Id]


class MoveShape(Struct, kw_only=True):
    """An open proposal that would have to change, from one helper to another, so that `gains` get one."""

    person: Id
    before: Id
    after: Id
    gains: list[Id]


class Summary(Struct, kw_only=True):
    """An answer as a whole; `is_first`: it came before the proof."""

    is_first: bool
    is_outdated: bool
    offered: int
    when_free: int
    nobody: int
    aims: list[AimShape]
    evenness: EvennessShape
    seed: int
    weights: list[WeightShape]
    steps: str
    recruits: list[RecruitShape]
    moves: list[MoveShape]


class RunShape(Struct, kw_only=True):
    """A calculation; `reason` says why it ended without a result, `stopped` who or what ended it early."""

    id: Id
    state: State
    proof: Proof
    progress: Progress
    stopped: Literal["", "person", "time"]
    reason: str
    asked_at: datetime
    seconds: float
    answer: Summary | None


class CriterionShape(Struct, kw_only=True):
    criterion: str
    value: Annotated[float, Meta(ge=0, le=100)]
    weight: float
    points: float


class CostShape(Struct, kw_only=True):
    """What a choice costs the others: who would lose, gain or change their first helper; not exact: at least that."""

    losers: list[Id]
    gainers: list[Id]
    movers: list[Id]
    exact: bool


class OfferShape(Struct, kw_only=True):
    """A helper on a shortlist; `when_free`: once a place is free. `cost` is null while it is not worked out."""

    helper: Id
    name: str
    rank: Annotated[int, Meta(ge=1)]
    score: Annotated[float, Meta(ge=0, le=100)]
    when_free: bool
    criteria: list[CriterionShape]
    cost: CostShape | None


class RemovedShape(Struct, kw_only=True):
    """How many helpers a rule removes; what must not be told apart is `PAIR_EXCLUDED`."""

    rule: str
    helpers: int


class ChangeShape(Struct, kw_only=True):
    """A smallest change that opens a helper."""

    rules: list[str]
    says: str


class NobodyShape(Struct, kw_only=True):
    """What stands in the way of somebody whom nobody suits; without changes only somebody new can help."""

    removed: list[RemovedShape]
    rules: list[str]
    changes: list[ChangeShape]


class RowShape(Struct, kw_only=True):
    """Somebody who waits; `is_new`: worked out at once, after the run."""

    person: Id
    pseudonym: str
    state: Place
    is_new: bool
    offers: list[OfferShape]
    nobody: NobodyShape | None


class RowsShape(Struct, kw_only=True):
    """One page of shortlists, 100 rows at most."""

    run: Id
    is_first: bool
    page: int
    pages: int
    count: int
    rows: list[RowShape]


class LeftOutShape(Struct, kw_only=True):
    """A helper who is not on the list: the rules against the pair, none when others come first."""

    helper: Id
    name: str
    rules: list[str]
    overridable: list[str]


class DetailShape(Struct, kw_only=True):
    run: Id
    is_first: bool
    row: RowShape
    left_out: list[LeftOutShape]


class RefusalShape(Struct, kw_only=True):
    """A part of a question that cannot be; empty ids: it is not about anybody."""

    person: str
    helper: str
    rules: list[str]
    says: str


class SideShape(Struct, kw_only=True):
    """One of the two answers: how many have a first proposal, of how many."""

    served: int
    people: int
    aims: list[AimShape]
    evenness: EvennessShape


class DifferenceShape(Struct, kw_only=True):
    """The first helper today and then: an id, `+1`… for a newcomer, null for none."""

    person: Id
    pseudonym: str
    before: str | None
    after: str | None
    offers_before: int
    offers_after: int
    waits: bool
    says: str


class WhatIfShape(Struct, kw_only=True):
    """A question and what it was answered, one page of differences, 100 at most."""

    id: Id
    state: State
    proof: Proof
    progress: Progress
    reason: str
    is_outdated: bool
    refused: list[RefusalShape]
    today: SideShape | None
    then: SideShape | None
    page: int
    pages: int
    count: int
    differences: list[DifferenceShape]


def shaped(value: object, kind: Any) -> Any:
    """A value of the use cases in the shape that programs receive."""
    return msgspec.convert(value, kind, from_attributes=True)

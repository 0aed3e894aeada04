"""The coordinator's requests by what is looked for: state, theme, who asked, age, urgency, a name or a reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, String, cast, func
from sqlmodel import Session, col, select

from service import clock, codes, network_themes
from service.access_scope import only_coordinator, scope
from service.request_turns import answer_days
from service.request_views import NEW, OPEN, RequestView, views
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import Person, Professional
from service.tables.request_threads import RequestQuestion
from service.tables.territory import Territory

PER_PAGE = 20
AGES = (7, 14, 30, 90)
"""Days: shown are requests that came earlier."""
BY_THEMSELVES = "person"
"""As who asked: the person themselves."""
ENDED = "ended"
"""As a state: those that went elsewhere or were closed."""
ASKED = "asked"
"""As a state: those that wait for an answer of whoever asked."""
STATES: Mapping[str, tuple[str, ...]] = {
    "": OPEN,
    "new": ("received", "consent_pending"),
    **{state: (state,) for state in codes.REQUEST_STATES},
    ENDED: ("redirected", "closed"),
    ASKED: OPEN,
}


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means whatever. What makes no sense is looked for as whatever."""

    words: str = ""
    state: str = ""
    theme: str = ""
    source: str = ""
    age: int = 0
    urgency: str = ""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.state or self.theme or self.source or self.age or self.urgency)


@dataclass(frozen=True)
class Found:
    """
    One page of what was found, with how many there are in all and how many of them are new.

    `sources` and `themes` are what can be chosen: names by public id or code.
    """

    requests: tuple[RequestView, ...]
    count: int
    new: int
    page: int
    pages: int
    themes: Mapping[str, str] = field(default_factory=dict[str, str])
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    answer_days: int = 0


def search(site: Site, actor: Actor, wanted: Wanted, language: str = "fr") -> Found:
    """Requests for an accompaniment: new ones first, then the urgent ones, then by the day they came."""
    only_coordinator(actor)
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        today = clock.today(site.clock, territory.timezone)
        here = scope(actor).of(Request) & (col(Request.kind) == "pairing")
        where = here & col(Request.status).in_(STATES.get(wanted.state, OPEN))
        if wanted.state == ASKED:
            where &= col(Request.id).in_(
                select(RequestQuestion.request_id).where(
                    col(RequestQuestion.answered_at).is_(None), col(RequestQuestion.closed_at).is_(None)
                )
            )
        if wanted.urgency in codes.URGENCIES:
            where &= col(Request.urgency) == wanted.urgency
        if wanted.age in AGES:
            where &= col(Request.received_on) < today - timedelta(days=wanted.age)
        where &= _from(wanted.source)
        themes = network_themes.names_of(network_themes.known(tx, actor.territory_id), language)
        if wanted.theme in themes:
            # A list of plain codes: each stands between quotation marks, on both databases.
            where &= cast(col(Request.themes), String).contains(f'"{wanted.theme}"', autoescape=True)
        numbers, new = _numbers(tx, where, wanted.words)
        pages = max(1, -(-len(numbers) // PER_PAGE))
        page = min(max(1, wanted.page), pages)
        shown = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
        rows = {row.id: row for row in tx.exec(select(Request).where(col(Request.id).in_(shown))).all()}
        return Found(
            requests=tuple(views(site, tx, [rows[number] for number in shown], language)),
            count=len(numbers),
            new=new,
            page=page,
            pages=pages,
            themes=themes,
            sources=_sources(tx, here),
            answer_days=answer_days(tx, actor.territory_id),
        )


def _from(source: str) -> ColumnElement[bool]:
    if source == BY_THEMSELVES:
        return col(Request.requested_by) == "person"
    if not source:
        return col(Request.id).is_not(None)
    return col(Request.professional_id).in_(select(Professional.id).where(Professional.public_id == source))


def _numbers(tx: Session, where: ColumnElement[bool], words: str) -> tuple[list[int], int]:
    """The numbers in order, and how many are new; words are compared here, as SQLite lowers ASCII only."""
    found = tx.exec(
        select(Request, Person.pseudonym)
        .join(Person, col(Request.person_id) == Person.id)
        .where(where)
        .order_by(col(Request.received_on), Request.ref)
    ).all()
    sought = words.casefold().split()
    fitting = [row for row, pseudonym in found if all(word in f"{pseudonym} {row.ref}".casefold() for word in sought)]
    fitting.sort(key=lambda row: (row.status not in NEW, -codes.URGENCIES.index(row.urgency)))
    return [row.id or 0 for row in fitting], sum(row.status in NEW for row in fitting)


def _sources(tx: Session, here: ColumnElement[bool]) -> dict[str, str]:
    """Professionals who ever asked here."""
    asked = select(Request.professional_id).where(here)
    rows = tx.exec(
        select(Professional.public_id, Professional.display_name)
        .where(col(Professional.id).in_(asked))
        .order_by(func.lower(Professional.display_name), Professional.public_id)
    ).all()
    return dict(rows)

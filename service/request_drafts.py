"""
A professional asks for an accompaniment: four short steps, kept as a draft for seven days, then sent.

The draft lies sealed under the professional's key; nothing of it is known to anybody else before it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock
from service.access_scope import scope
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.offered import ForRequest, for_organisation, without_request
from service.request_answers import ANSWERS, Answers, free_name, is_taken, lacking, make
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import DataKey, Person, Professional
from service.tables.requests import RequestDraft
from service.tables.territory import Territory

KEPT_DAYS = 7
REMEMBERED_HOURS = 24
"""A sent form that comes again within this time makes no second request (`security.md` J5)."""
MOST_DRAFTS = 20
STEPS = (1, 2, 3)
"""Those with questions; the fourth shows them all."""


@dataclass(frozen=True)
class LinkVisitor(Actor):
    """Somebody without an account who came by a partner's link, known by a cookie; `party_id` carries their request."""

    link_id: int = 0
    cookie_hash: str = ""


@dataclass(frozen=True)
class Draft:
    """
    A draft as its writer sees it.

    `wrong` tells for each step which fields lack something, in sentences; `sent` is the request it became, if any.
    """

    public_id: str
    answers: Answers
    offered: ForRequest
    wrong: Mapping[int, Mapping[str, str]]
    expires_at: datetime
    sent: str | None = None

    @property
    def name(self) -> str:
        return self.offered.people.get(self.answers.whom, self.answers.pseudonym)

    @property
    def next_step(self) -> int:
        """The first step that lacks something, else the last one."""
        return next((step for step in STEPS if self.wrong[step]), 4)


def start(site: Site, actor: Actor) -> str:
    """
    Begin a request; its public id.

    Raises
    ------
    StepNotAllowed
        When so many are begun already that this is no writing any more.
    """
    owner = _owner(actor)
    now = site.clock.now()
    with site.db.begin() as tx:
        count = tx.exec(select(func.count()).select_from(RequestDraft).where(*_open(actor, now))).one()
        if count >= MOST_DRAFTS:
            raise StepNotAllowed(N_("Vous avez déjà beaucoup de brouillons. Effacez-en un d’abord."))
        row = RequestDraft(
            public_id=site.ids.new(),
            territory_id=actor.territory_id or 0,
            owner_id=owner,
            made_at=now,
            changed_at=now,
            expires_at=now + timedelta(days=KEPT_DAYS),
        )
        if isinstance(actor, LinkVisitor):
            row.link_id, row.cookie_hash = actor.link_id, actor.cookie_hash
        _write(site, tx, row, Answers())
        tx.add(row)
        return row.public_id


def mine(site: Site, actor: Actor, language: str = "fr") -> list[Draft]:
    """The drafts that can be taken up, the last one first."""
    owner = _owner(actor)
    with site.db() as tx:
        rows = tx.exec(
            select(RequestDraft).where(*_open(actor, site.clock.now())).order_by(col(RequestDraft.changed_at).desc())
        ).all()
        if not rows:
            return []
        offered, day = _offered(tx, actor, language), _today(site, tx, actor)
        held = tx.get_one(DataKey, owner)  # as long as it is held, opening each draft asks for it no more
        drafts = [_draft(site, tx, row, offered, day, None) for row in rows]
        del held
        return drafts


def one(site: Site, actor: Actor, public_id: str, language: str = "fr") -> Draft:
    """One draft of one's own; hidden, out of date and absent look the same."""
    with site.db() as tx:
        row = _own(site, tx, actor, public_id)
        taken = _pseudonym_taken(site, tx, actor, row)
        return _draft(site, tx, row, _offered(tx, actor, language), _today(site, tx, actor), taken)


def save(site: Site, actor: Actor, public_id: str, said: Mapping[str, Any]) -> None:
    """Keep what one step says, also where it lacks something; seven days from now."""
    with site.db.begin() as tx:
        row = _own(site, tx, actor, public_id)
        if row.request_id is not None:
            raise StepNotAllowed(N_("Cette demande est déjà envoyée."))
        held = _read(site, tx, row)
        _write(site, tx, row, Answers(**({name: getattr(held, name) for name in ANSWERS} | dict(said))))
        row.changed_at = site.clock.now()
        row.expires_at = row.changed_at + timedelta(days=KEPT_DAYS)
        tx.add(row)


def discard(site: Site, actor: Actor, public_id: str) -> None:
    """Throw a draft away."""
    with site.db.begin() as tx:
        row = _own(site, tx, actor, public_id)
        if row.request_id is None:
            tx.delete(row)


def send(site: Site, actor: Actor, public_id: str) -> str:
    """
    Send the request to the coordination; the request's public id, the same one when it is sent again.

    Raises
    ------
    StepNotAllowed
        When an answer is still missing, or no longer possible.
    """
    if isinstance(actor, LinkVisitor):
        raise NotAllowed
    with site.db.begin() as tx:
        row = _own(site, tx, actor, public_id)
        if row.request_id is not None:
            return tx.get_one(Request, row.request_id).public_id
        return become_request(site, tx, actor, row).public_id


def become_request(site: Site, tx: Session, actor: Actor, row: RequestDraft) -> Request:
    """
    The request that a draft asks for, with its person; the draft loses its answers.

    By a link nothing of a consent is written down but that it is still to be asked: nobody knows who says so.
    """
    day = _today(site, tx, actor)
    offered = _offered(tx, actor, "fr")
    draft = _draft(site, tx, row, offered, day, _pseudonym_taken(site, tx, actor, row))
    if draft.next_step != 4:
        raise StepNotAllowed(N_("Il manque encore une réponse dans cette demande."))
    said = draft.answers
    if isinstance(actor, LinkVisitor):
        said = replace(said, pseudonym=free_name(tx, actor, said.pseudonym), agreed="not_yet")
    request = make(site, tx, actor, said, day, row.owner_id)
    row.content_sealed, row.request_id = None, request.id
    row.expires_at = site.clock.now() + timedelta(hours=REMEMBERED_HOURS)
    tx.add(row)
    audit.note(tx, site, actor, "request.made", "request", request.public_id)
    return request


def ready(site: Site, tx: Session, actor: Actor, public_id: str) -> RequestDraft:
    """
    A draft of one's own that lacks nothing.

    Raises
    ------
    StepNotAllowed
        When an answer is still missing, or it was sent.
    """
    row = _own(site, tx, actor, public_id)
    if row.request_id is not None:
        raise StepNotAllowed(N_("Cette demande est déjà envoyée."))
    draft = _draft(site, tx, row, _offered(tx, actor, "fr"), _today(site, tx, actor), None)
    if draft.next_step != 4:
        raise StepNotAllowed(N_("Il manque encore une réponse dans cette demande."))
    return row


def expire_due(site: Site) -> int:
    """Delete the drafts that nobody took up in time, and what is remembered of those sent; how many."""
    with site.db.begin() as tx:
        rows = tx.exec(select(RequestDraft).where(col(RequestDraft.expires_at) <= site.clock.now())).all()
        for row in rows:
            tx.delete(row)
        return len(rows)


def _offered(tx: Session, actor: Actor, language: str) -> ForRequest:
    asker = tx.get_one(Professional, actor.party_id)
    return for_organisation(tx, actor.territory_id, language, _people(tx, actor), asker.organisation_id)


def _people(tx: Session, actor: Actor) -> dict[str, str]:
    """Those for whom this professional asked before and nothing is under way now; none for whoever has no account."""
    if isinstance(actor, LinkVisitor):
        return {}
    asked = select(Request.person_id).where(scope(actor).of(Request))
    return without_request(tx, col(Person.id).in_(asked))


def _pseudonym_taken(site: Site, tx: Session, actor: Actor, row: RequestDraft) -> bool:
    said = _read(site, tx, row)
    # By a link nobody is told who is known here: another pseudonym is found when the request comes in.
    if said.whom != "new" or not said.pseudonym or isinstance(actor, LinkVisitor):
        return False
    return is_taken(tx, actor, said.pseudonym)


def _draft(site: Site, tx: Session, row: RequestDraft, offered: ForRequest, day: date, taken: bool | None) -> Draft:
    answers = _read(site, tx, row)
    return Draft(
        public_id=row.public_id,
        answers=answers,
        offered=offered,
        wrong=lacking(answers, offered, day, taken=bool(taken)),
        expires_at=row.expires_at,
        sent=tx.get_one(Request, row.request_id).public_id if row.request_id is not None else None,
    )


def _read(site: Site, tx: Session, row: RequestDraft) -> Answers:
    if row.content_sealed is None:
        return Answers()
    held = site.seals.open(tx, row.owner_id, _place(row), row.content_sealed)
    return Answers(**{name: value for name, value in held.items() if name in ANSWERS})


def _write(site: Site, tx: Session, row: RequestDraft, answers: Answers) -> None:
    held = {name: getattr(answers, name) for name in ANSWERS}
    row.content_sealed = site.seals.seal(tx, row.owner_id, _place(row), held)


def _place(row: RequestDraft) -> str:
    return f"request_draft.content_sealed:{row.public_id}"


def _whose(actor: Actor) -> tuple[Any, ...]:
    """The drafts of one writer: those by a link are nobody's but of the browser that wrote them."""
    mine = (scope(actor).of(RequestDraft),)
    if isinstance(actor, LinkVisitor):
        return (*mine, RequestDraft.link_id == actor.link_id, RequestDraft.cookie_hash == actor.cookie_hash)
    return (*mine, col(RequestDraft.link_id).is_(None))


def _open(actor: Actor, now: datetime) -> tuple[Any, ...]:
    return (
        *_whose(actor),
        col(RequestDraft.request_id).is_(None),
        col(RequestDraft.expires_at) > now,
    )


def _own(site: Site, tx: Session, actor: Actor, public_id: str) -> RequestDraft:
    found = tx.exec(
        select(RequestDraft).where(
            *_whose(actor),
            RequestDraft.public_id == public_id,
            col(RequestDraft.expires_at) > site.clock.now(),
        )
    ).first()
    if found is None:
        raise NotFound(N_("Ce brouillon n’existe plus. Un brouillon est gardé 7 jours."))
    return found


def _owner(actor: Actor) -> int:
    if actor.role != "professional" or actor.party_id is None:
        raise NotAllowed
    return actor.party_id


def _today(site: Site, tx: Session, actor: Actor) -> date:
    return clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)

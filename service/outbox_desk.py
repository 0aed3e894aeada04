"""Mails that did not arrive, before the coordination: what is stuck, sent again, or told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from locales import N_
from service import audit, codes, notices
from service.access_scope import only_coordinator, scope
from service.errors import NotFound, StepNotAllowed
from service.notices import Reached
from service.site import Actor, Site
from service.tables.mail import OutboxMessage
from service.tables.people import Party


@dataclass(frozen=True)
class Stuck:
    """A mail that the coordinator should know of, and how its recipient is reached otherwise; never its content."""

    public_id: str
    kind: str
    state: str
    reason: str
    at: datetime
    to: Reached | None
    can_be_sent: bool


@dataclass(frozen=True)
class Standing:
    """What the coordinator sees of the outbox."""

    waiting: int
    sent: int
    stuck: tuple[Stuck, ...]


def standing(site: Site, actor: Actor) -> Standing:
    """
    How the outbox of a territory stands.

    Raises
    ------
    NotAllowed
        When the actor does not coordinate it.
    """
    only_coordinator(actor)
    here = scope(actor).of(OutboxMessage)
    with site.db() as tx:
        counted = select(OutboxMessage.state, func.count()).where(here).group_by(OutboxMessage.state)
        states: dict[str, int] = dict(tx.exec(counted).all())
        rows = tx.exec(
            select(OutboxMessage)
            .where(here, col(OutboxMessage.state).in_(codes.OPEN_MAIL_STATES), col(OutboxMessage.settled_at).is_(None))
            .order_by(col(OutboxMessage.ended_at), col(OutboxMessage.id))
        ).all()
        return Standing(
            waiting=states.get("waiting", 0) + states.get("sending", 0),
            sent=states.get("sent", 0),
            stuck=tuple(_stuck(tx, row) for row in rows),
        )


def send_again(site: Site, actor: Actor, public_id: str, now: datetime) -> None:
    """
    Send a mail again that did not arrive, or of which nobody knows; the coordinator decides.

    Raises
    ------
    StepNotAllowed
        When its content is gone, or it is too late for it.
    """
    with site.db.begin() as tx:
        row = _own(tx, actor, public_id)
        if row.content_sealed is None or (row.expires_at is not None and row.expires_at <= now):
            raise StepNotAllowed(N_("Cet e-mail ne peut plus partir. Prévenez la personne autrement."))
        row.state, row.attempts, row.reason, row.next_try_at = "waiting", 0, None, now
        row.data_at = row.ended_at = None
        tx.add(row)
        audit.note(tx, site, actor, "mail.sent_again", "mail", row.public_id)


def settle(site: Site, actor: Actor, public_id: str, now: datetime) -> None:
    """Note that the recipient was told otherwise."""
    with site.db.begin() as tx:
        row = _own(tx, actor, public_id)
        row.settled_at = now
        tx.add(row)
        audit.note(tx, site, actor, "mail.settled", "mail", row.public_id)


def _stuck(tx: Session, row: OutboxMessage) -> Stuck:
    party = tx.get(Party, row.party_id) if row.party_id is not None else None
    return Stuck(
        public_id=row.public_id,
        kind=row.kind,
        state=row.state,
        reason=row.reason or "",
        at=row.made_at,
        to=notices.reached(tx, party) if party is not None else None,
        can_be_sent=row.content_sealed is not None,
    )


def _own(tx: Session, actor: Actor, public_id: str) -> OutboxMessage:
    only_coordinator(actor)
    row = tx.exec(
        select(OutboxMessage).where(
            OutboxMessage.public_id == public_id,
            scope(actor).of(OutboxMessage),
            col(OutboxMessage.state).in_(codes.OPEN_MAIL_STATES),
            col(OutboxMessage.settled_at).is_(None),
        )
    ).first()
    if row is None:
        raise NotFound(N_("Cet e-mail n’attend plus rien."))
    return row

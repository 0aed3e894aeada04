"""
Answers to invitations that came back by mail.

Whoever the mail says it is from proves nothing. What counts is the secret in the address that it was sent to, which
only the recipient's calendar knows, and that the entry and the attendee are those of that invitation.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from locales import N_
from service import audit, invitation_choices, invitations, notices, visits
from service.access_scope import only_coordinator, scope
from service.errors import NotAllowed, NotFound, Outdated, Refused
from service.mail_process import read_apart
from service.mail_reading import Read
from service.notices import Reached
from service.site import Actor, Site
from service.tables.mail import Invitation, MailReply
from service.tables.pairings import Visit
from service.tables.people import Party

log = logging.getLogger("lefil.mail")

KEPT = timedelta(days=30)
KEPT_UNSEEN = timedelta(days=90)
TRIES = 3


@dataclass(frozen=True)
class ReplyView:
    """
    An answer that the coordinator should know of: from whom, what, about which hour.

    `start` and `end` are another time that they propose.
    """

    public_id: str
    who: Reached | None
    said: str
    at: datetime
    about: datetime | None
    start: datetime | None
    end: datetime | None


def receive(site: Site, content: bytes, now: datetime, recipient: str = "") -> str:
    """
    Take one mail that came to the network's address; what became of it, as a code.

    The same mail may come again: it changes nothing more. Whatever is in it, this does not raise; when the database is
    away it does, and the mail should be kept and brought again.
    """
    read = read_apart(content, recipient)
    reply, invitation_id = _noted(site, read, now)
    if reply.outcome == "received":
        outcome = _acted(site, read, invitation_id)
        _conclude(site, reply, invitation_id, read, outcome)
        reply.outcome = outcome
    log.info("a mail came in: %s, %s", reply.said, reply.outcome)
    return reply.outcome


def to_read(site: Site, actor: Actor) -> list[ReplyView]:
    """What the coordinator has to deal with, the oldest first."""
    only_coordinator(actor)
    with site.db() as tx:
        rows = tx.exec(
            select(MailReply)
            .where(
                scope(actor).of(MailReply),
                MailReply.outcome == "to_read",
                col(MailReply.seen_at).is_(None),
            )
            .order_by(col(MailReply.at), col(MailReply.id))
        ).all()
        return [_view(tx, row) for row in rows]


def without_sender(site: Site) -> int:
    """How many mails of the last weeks belong to no invitation; they are of no territory."""
    with site.db() as tx:
        return tx.exec(select(func.count()).select_from(MailReply).where(MailReply.outcome == "unknown")).one()


def seen(site: Site, actor: Actor, public_id: str) -> None:
    """Note that the coordinator dealt with it."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = tx.exec(select(MailReply).where(MailReply.public_id == public_id, scope(actor).of(MailReply))).first()
        if row is None:
            raise NotFound(N_("Cette réponse n’existe pas."))
        if row.seen_at is None:
            row.seen_at = site.clock.now()
            tx.add(row)
            audit.note(tx, site, actor, "mail.reply_seen", "mail", row.public_id)


def forget(site: Site, now: datetime) -> None:
    """Answers that nobody needs any more go after 30 days, those that nobody looked at after 90."""
    waits = (col(MailReply.outcome) == "to_read") & col(MailReply.seen_at).is_(None)
    old = (~waits & (col(MailReply.at) < now - KEPT)) | (col(MailReply.at) < now - KEPT_UNSEEN)
    with site.db.begin() as tx:
        for row in tx.exec(select(MailReply).where(old)):
            tx.delete(row)


def _noted(site: Site, read: Read, now: datetime) -> tuple[MailReply, int | None]:
    """The row of this mail, made when it comes for the first time, and the invitation it belongs to."""
    with site.db() as tx:
        found = tx.exec(select(MailReply).where(MailReply.message_hash == read.mark)).first()
        if found is not None:
            return found, found.invitation_id
        hashes = [invitations.hashed(token) for token in read.tokens]
        of = tx.exec(select(Invitation).where(col(Invitation.token_hash).in_(hashes))).first()
    row = MailReply(
        public_id=site.ids.new(),
        message_hash=read.mark,
        territory_id=of.territory_id if of is not None else None,
        party_id=of.party_id if of is not None else None,
        invitation_id=of.id if of is not None else None,
        said=read.said,
        outcome="received" if of is not None else "unknown",
        starts_at=read.start,
        ends_at=read.end,
        at=now,
    )
    try:
        with site.db.begin() as tx:
            tx.add(row)
    except IntegrityError:  # the same mail came twice at once: the other one sees to it
        with site.db() as tx:
            row = tx.exec(select(MailReply).where(MailReply.message_hash == read.mark)).one()
    return row, row.invitation_id


def _acted(site: Site, read: Read, invitation_id: int | None) -> str:
    for _ in range(TRIES):
        try:
            return _act(site, read, invitation_id)
        except Outdated:  # somebody changed the visit meanwhile: look anew
            continue
    return "to_read"


def _act(site: Site, read: Read, invitation_id: int | None) -> str:
    """Do what the answer says, as if it had been said on the own page; what became of it."""
    with site.db() as tx:
        row = tx.get(Invitation, invitation_id) if invitation_id is not None else None
        if row is None:
            return "unknown"
        visit = tx.get(Visit, row.visit_id) if row.visit_id is not None else None
        party = tx.get_one(Party, row.party_id)
        address = invitation_choices.address_of(tx, site, row.party_id)
    if read.said == "automatic":
        return "done"
    if read.said in ("bounced", "unreadable"):
        return "to_read"
    if read.uid != row.uid or address is None or read.attendee.casefold() != address.casefold() or read.stamp is None:
        return "to_read"
    if row.reply_stamp is not None and read.stamp <= row.reply_stamp:
        return "stale"
    if row.told == "CANCEL" or row.ends_at <= site.clock.now():
        return "too_late"
    if read.said == "again":
        with site.db.begin() as tx:
            invitations.send_once_more(tx, tx.get_one(Invitation, row.id))
        return "done"
    if read.said == "tentative":
        return "done"
    if visit is None:  # a meeting asks nobody; that somebody will not come is for its coordinator
        return "done" if read.said == "accepted" else "to_read"
    as_told = (visit.starts_at, visit.ends_at) == (row.starts_at, row.ends_at)
    if read.sequence < row.sequence or not as_told:
        # What they say is about another hour than the one that holds. A yes goes by; a no should not go unheard.
        return "stale" if read.said == "accepted" else "to_read"
    return _answer(site, Actor(party.kind, row.territory_id, party_id=row.party_id), visit, read.said)


def _answer(site: Site, actor: Actor, visit: Visit, said: str) -> str:
    given = visit.helper_answer if actor.party_id == visit.peer_helper_id else visit.person_answer
    if given != said:
        try:
            visits.answer_visit(site, actor, visit.public_id, said, revision=visit.revision)
        except Outdated:
            raise
        except NotAllowed:  # they come along, and are not asked
            return "done" if said == "accepted" else "to_read"
        except Refused:
            return "too_late" if said == "accepted" else "to_read"
    return "to_read" if said == "other_time" else "done"


def _conclude(site: Site, reply: MailReply, invitation_id: int | None, read: Read, outcome: str) -> None:
    with site.db.begin() as tx:
        row = tx.get_one(MailReply, reply.id)
        row.outcome = outcome
        tx.add(row)
        of = tx.get(Invitation, invitation_id) if invitation_id is not None else None
        if of is None or read.stamp is None or read.uid != of.uid or outcome not in ("done", "to_read"):
            return
        # A clock that runs ahead must not make its later answers look old.
        stamp = min(read.stamp, row.at)
        if of.reply_stamp is None or stamp > of.reply_stamp:
            of.reply_stamp = stamp
            tx.add(of)


def _view(tx: Session, row: MailReply) -> ReplyView:
    party = tx.get(Party, row.party_id) if row.party_id is not None else None
    of = tx.get(Invitation, row.invitation_id) if row.invitation_id is not None else None
    return ReplyView(
        public_id=row.public_id,
        who=notices.reached(tx, party) if party is not None else None,
        said=row.said,
        at=row.at,
        about=of.starts_at if of is not None else None,
        start=row.starts_at,
        end=row.ends_at,
    )

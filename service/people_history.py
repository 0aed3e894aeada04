"""What happened to a person's record, from the log: who, when, what kind of change; never what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service import audit
from service.rows import by_id
from service.site import Actor
from service.tables.access import Account
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import PeerHelper, Person, Professional
from service.tables.work import AuditEntry

AT_MOST = 60


@dataclass(frozen=True)
class Change:
    """One line of the log in codes; `who` is a name, empty for the program itself and for people accompanied."""

    at: datetime
    action: str
    role: str
    who: str


def changes(tx: Session, actor: Actor, person: Person, merged: Sequence[Person]) -> list[Change]:
    """The last changes of a record, of its requests, pairings and visits, the newest first."""
    people = [person.public_id, *(row.public_id for row in merged)]
    requests = select(Request.public_id).where(Request.person_id == person.id)
    pairings = select(Pairing.public_id).where(Pairing.person_id == person.id)
    visits = select(Visit.public_id).where(Visit.person_id == person.id)
    kind, record = col(AuditEntry.record_kind), col(AuditEntry.record_id)
    entries = tx.exec(
        select(AuditEntry)
        .where(
            or_(
                kind.in_(("person", "contact_card")) & record.in_(people),
                (kind == "request") & record.in_(requests),
                (kind == "pairing") & record.in_(pairings),
                (kind == "visit") & record.in_(visits),
            ),
            col(AuditEntry.action).not_in(audit.LOOKS),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(AT_MOST)
    ).all()
    names = _names(tx, actor, {entry.account_id for entry in entries})
    return [Change(entry.at, entry.action, entry.role, names.get(entry.account_id or 0, "")) for entry in entries]


def _names(tx: Session, actor: Actor, accounts: set[int | None]) -> dict[int, str]:
    """Names of those of the territory who work in it, by account; a person's pseudonym is no name of an author."""
    rows = [row for row in by_id(tx, Account, accounts).values() if row.territory_id == actor.territory_id]
    parties = {row.party_id for row in rows}
    shown = {number: one.display_name for number, one in by_id(tx, Professional, parties).items()} | {
        number: one.display_name for number, one in by_id(tx, PeerHelper, parties).items()
    }
    return {row.id or 0: shown.get(row.party_id or 0, "") for row in rows}

"""
The log: an entry for each change and each look at a record, in the same transaction (`security.md` D1, D2).

An entry holds no content. It carries a code made from itself and the code before, under a key that is not in the
database: an entry that is changed, removed, added or moved breaks the chain. Only the head, kept elsewhere, tells that
the end was cut off.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from service.sealing import Seals
from service.site import Actor, Site
from service.tables.work import AuditEntry

PURPOSE = "audit-chain"
READ, READ_IN_EMERGENCY = LOOKS = ("read", "read_in_emergency")
"""Actions that change nothing: somebody looked, or the coordination of another territory did (`emergencies`)."""
ORDER = 0x1EF10  # of PostgreSQL's advisory locks; never change


@dataclass(frozen=True)
class Head:
    """How many entries there are, and the last one's code: kept apart, it shows a log cut short."""

    count: int
    chain: str


def note(
    tx: Session,
    site: Site,
    actor: Actor,
    action: str,
    record_kind: str = "",
    record_id: str = "",
    *,
    result: str = "done",
    request_id: str = "",
    organisation_id: int | None = None,
) -> None:
    """
    Write down who did what to which record; it stays or goes with the transaction.

    `action` and `record_kind` are codes, `record_id` is opaque: never a pseudonym, a name or a reason. The time is the
    machine's, not the domain clock's.
    """
    if not site.db.is_sqlite:
        # Whoever writes an entry waits for the entry before, so that the chain has one order.
        tx.connection().execute(text(f"SELECT pg_advisory_xact_lock({ORDER})"))
    entry = AuditEntry(
        at=datetime.now(UTC),
        account_id=actor.account_id,
        role=actor.role,
        organisation_id=organisation_id,
        action=action,
        record_kind=record_kind,
        record_id=record_id,
        request_id=request_id,
        result=result,
    )
    last = tx.exec(select(AuditEntry.chain).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    entry.chain = _code(site.seals.derive(PURPOSE), site.seals.key_id, last or "", entry)
    tx.add(entry)
    tx.flush()


def head(tx: Session) -> Head:
    """What to keep in a separate place."""
    last = tx.exec(select(AuditEntry.chain).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return Head(tx.exec(select(func.count()).select_from(AuditEntry)).one(), last or "")


def verify(tx: Session, seals: Seals, kept: Head | None = None) -> str | None:
    """
    Walk the whole chain.

    Parameters
    ----------
    kept
        A head from before: it must still be in its place.

    Returns
    -------
    What is wrong first, with the entry's number; None when the log is whole.
    """
    keys = seals.derivations(PURPOSE)
    before, count = "", 0
    for entry in tx.exec(select(AuditEntry).order_by(col(AuditEntry.id))).yield_per(1000):
        key_id = entry.chain.partition(":")[0]
        if key_id not in keys:
            return f"entry {entry.id}: written under a key that is not at hand"
        if not hmac.compare_digest(entry.chain, _code(keys[key_id], key_id, before, entry)):
            return f"entry {entry.id}: changed, added, moved, or the one before is missing"
        before, count = entry.chain, count + 1
        if kept is not None and count == kept.count and entry.chain != kept.chain:
            return f"entry {entry.id}: not the one that the kept head names"
    if kept is not None and count < kept.count:
        return f"{kept.count - count} entries are missing at the end"
    return None


def _code(key: bytes, key_id: str, before: str, entry: AuditEntry) -> str:
    told = [
        before,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.account_id,
        entry.role,
        entry.organisation_id,
        entry.action,
        entry.record_kind,
        entry.record_id,
        entry.request_id,
        entry.result,
    ]
    return f"{key_id}:{hmac.new(key, json.dumps(told).encode(), 'sha256').hexdigest()}"

"""A visit that the coordination just cancelled, or noted a no for, stands again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from locales import N_
from service import audit, bookings, visit_notices
from service.access_scope import scope
from service.errors import StepNotAllowed
from service.lifecycles import step
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import Person
from service.tables.work import AuditEntry
from service.visit_changes import ANSWER_OPEN, SIDES, is_agreed, may_stand_again
from service.visit_rows import coordinating, own_visit, touch

ENDS = ("visit.cancelled", "visit.answered.declined")
TOO_LATE = N_("Cette visite ne peut plus être rétablie. Placez-la à nouveau.")


@dataclass(frozen=True)
class Cancelled:
    """A visit that can stand again; `who` is the person."""

    public_id: str
    revision: int
    who: str


def cancelled_by(site: Site, actor: Actor, visit: str) -> Cancelled | None:
    """The visit, as long as the coordination can take back that it was cancelled; None otherwise."""
    with site.db() as tx:
        row = tx.exec(select(Visit).where(Visit.public_id == visit, scope(actor).of(Visit))).first()
        if row is None or not _is_open(tx, site, actor, row):
            return None
        return Cancelled(row.public_id, row.revision, tx.get_one(Person, row.person_id).pseudonym)


def restore(site: Site, actor: Actor, visit: str, *, revision: int) -> None:
    """
    Take back that a visit was cancelled, with the answers that nobody refused.

    Only within a day, and only what the coordination did itself: what somebody said on their own page stays.

    Raises
    ------
    StepNotAllowed
        When somebody else cancelled it, the visit has begun, or the pairing no longer goes on.
    DoubleBooking
        When somebody was given something else to do at that time.
    """
    with site.db.begin() as tx:
        coordinating(tx, actor)
        row = own_visit(tx, actor, visit, revision)
        if not _is_open(tx, site, actor, row):
            raise StepNotAllowed(TOO_LATE)
        may_stand_again(tx, row, TOO_LATE)
        step("visit", row.status, "planned")
        row.status, row.reason = "planned", None
        if row.helper_answer == "declined":
            row.helper_answer = "pending"
        if row.person_answer == "declined":
            row.person_answer = "pending"
        if is_agreed(row):
            step("visit", row.status, "confirmed")
            row.status = "confirmed"
        touch(row, site, tells=True)
        tx.add(row)
        bookings.book(tx, row)
        visit_notices.tell_of_return(tx, site, actor, row)
        audit.note(tx, site, actor, "visit.restored", "visit", row.public_id)


def _is_open(tx: Session, site: Site, actor: Actor, row: Visit) -> bool:
    now = site.clock.now()
    if row.status != "cancelled" or row.reason not in SIDES.values() or row.starts_at <= now:
        return False
    if now - row.changed_at >= ANSWER_OPEN:
        return False
    last = tx.exec(
        select(AuditEntry)
        .where(AuditEntry.record_kind == "visit", AuditEntry.record_id == row.public_id)
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    ).first()
    return last is not None and last.action in ENDS and last.role == "coordinator"

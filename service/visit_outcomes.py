"""What became of a visit: it took place, or it did not; and what is cancelled when a pairing changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from service import audit, bookings, codes, notices, visit_notices
from service.errors import NotAllowed, StepNotAllowed
from service.lifecycles import step
from service.pairing_rows import hold_person
from service.pairing_rows import step as step_pairing
from service.site import Actor, Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import Person
from service.tables.territory import Territory
from service.visit_rows import own_visit, touch

TRIAL_DAYS = 28
"""A trial lasts four weeks and at least three visits (section 4)."""
CANCELLED_BY = {"person": "by_person", "peer_helper": "by_helper"}
"""The reason code of a visit that is cancelled, by the side that asked; the service otherwise."""
IN_A_ROW = 2
"""Visits that did not take place, one after another, before the coordinator is asked to look."""


def note_held(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> str:
    """
    Note that a visit took place; the pairing's state.

    The joint first visit begins the trial: four weeks from its day.

    Raises
    ------
    StepNotAllowed
        Before the visit's hour, or when it was noted or cancelled already.
    NotAllowed
        For anybody but the coordinator and the helper whose visit it is.
    """
    with site.db.begin() as tx:
        row, pairing = _begun(tx, site, actor, visit, revision)
        _end(tx, site, row, "done")
        if row.kind == "first_joint" and pairing.status == "accepted":
            step_pairing(tx, site, pairing, "trial")
            zone = ZoneInfo(tx.get_one(Territory, row.territory_id).timezone)
            pairing.trial_start = row.starts_at.astimezone(zone).date()
            pairing.trial_end = pairing.trial_start + timedelta(days=TRIAL_DAYS)
            audit.note(tx, site, actor, "pairing.trial_begun", "pairing", pairing.public_id)
        audit.note(tx, site, actor, "visit.held", "visit", row.public_id)
        return pairing.status


def note_not_held(site: Site, actor: Actor, visit: str, reason: str, *, revision: int | None = None) -> None:
    """
    Note that a visit did not take place, as somebody was not there; nothing follows but a word with the coordinator.

    After two in a row the coordinator is asked to get in touch. Nobody is sanctioned, and no cause is asked.
    """
    if reason not in codes.VISIT_NOT_HELD_REASONS:
        raise StepNotAllowed(N_("Il faut choisir un motif dans la liste."))
    with site.db.begin() as tx:
        row, pairing = _begun(tx, site, actor, visit, revision)
        _end(tx, site, row, "not_held", reason)
        last = tx.exec(
            select(Visit.status)
            .where(Visit.pairing_id == row.pairing_id, col(Visit.status).in_(("done", "not_held")))
            .order_by(col(Visit.starts_at).desc(), col(Visit.id).desc())
            .limit(IN_A_ROW)
        ).all()
        if list(last) == ["not_held"] * IN_A_ROW:
            notices.tell(tx, site, "two_absences", tx.get_one(Person, row.person_id), pairing=pairing)
        audit.note(tx, site, actor, "visit.not_held", "visit", row.public_id)


def _begun(tx: Session, site: Site, actor: Actor, visit: str, revision: int | None) -> tuple[Visit, Pairing]:
    """A visit from its first minute on, and its pairing, held for the rest of the transaction."""
    hold_person(tx, own_visit(tx, actor, visit).person_id)
    row = own_visit(tx, actor, visit, revision)
    if actor.role != "coordinator" and (actor.role != "peer_helper" or row.peer_helper_id != actor.party_id):
        raise NotAllowed(N_("Le pair-aidant ou la coordination note si la visite a eu lieu."))
    if site.clock.now() < row.starts_at:
        raise StepNotAllowed(N_("Cette visite n’a pas encore commencé."))
    wanted = select(Pairing).where(Pairing.id == row.pairing_id).with_for_update()
    return row, tx.exec(wanted.execution_options(populate_existing=True)).one()


def _end(tx: Session, site: Site, row: Visit, state: str, reason: str | None = None) -> None:
    step("visit", row.status, state, reason)
    row.status, row.reason = state, reason
    touch(row, site, tells=True)
    tx.add(row)
    bookings.book(tx, row)


def ahead(
    tx: Session,
    site: Site,
    person: Person,
    *,
    pairing: Pairing | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[Visit]:
    """The person's visits still to come, of one pairing, and on these days only when they are given; both included."""
    wanted = select(Visit).where(
        Visit.person_id == person.id,
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.starts_at) > site.clock.now(),
    )
    if pairing is not None:
        wanted = wanted.where(Visit.pairing_id == pairing.id)
    zone = ZoneInfo(tx.get_one(Territory, person.territory_id).timezone)
    rows = tx.exec(wanted.order_by(col(Visit.starts_at), Visit.ref).with_for_update()).all()
    days = [(row, row.starts_at.astimezone(zone).date()) for row in rows]
    return [
        row for row, day in days if (first is None or day >= first) and (last is None or day <= last)
    ]  # by the day there, not in UTC


def cancel(tx: Session, site: Site, actor: Actor, rows: Sequence[Visit], asked_by: str) -> None:
    """
    Cancel visits in the open transaction: bookings are freed, calendars hear of it, and whoever came along is told.

    `asked_by` is the side whose wish it is; anything else stands for the service.
    """
    reason = CANCELLED_BY.get(asked_by, "by_service")
    for row in rows:
        step("visit", row.status, "cancelled", reason)
        row.status, row.reason = "cancelled", reason
        touch(row, site, tells=True)
        tx.add(row)
        audit.note(tx, site, actor, "visit.cancelled", "visit", row.public_id)
        visit_notices.tell_of_cancelled(tx, site, actor, row, pair=False)
    bookings.book(tx, *rows)

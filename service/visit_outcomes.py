"""What became of a visit: it took place, or it did not; and what is cancelled when a pairing changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from service import audit, bookings, codes, notices, visit_notices
from service.errors import NotAllowed, StepNotAllowed
from service.lifecycles import step
from service.pairing_rows import hold_person
from service.pairing_rows import step as step_pairing
from service.site import Actor, Site
from service.tables.pairings import Notice, Pairing, Visit
from service.tables.people import Person
from service.tables.presence import VisitReport
from service.tables.territory import Territory
from service.visit_rows import own_visit, shown_otherwise, touch

TRIAL_DAYS = 28
"""A trial lasts four weeks and at least three visits (section 4)."""
CANCELLED_BY = {"person": "by_person", "peer_helper": "by_helper"}
"""The reason code of a visit that is cancelled, by the side that asked; the service otherwise."""
TAKEN_BACK_WITHIN = timedelta(days=1)
WORD_LENGTH = 280
IN_A_ROW = 2
"""Visits that did not take place, one after another, before the coordinator is asked to look."""


def note_held(site: Site, actor: Actor, visit: str, *, word: str = "", revision: int | None = None) -> str:
    """
    Note that a visit took place; the pairing's state.

    The joint first visit begins the trial: four weeks from its day. `word` is for the coordination alone.

    Raises
    ------
    StepNotAllowed
        Before the visit's hour, or when it was noted or cancelled already.
    NotAllowed
        For anybody but the coordinator and the helper whose visit it is.
    """
    with site.db.begin() as tx:
        row, pairing = _begun(tx, site, actor, visit, revision)
        before = row.status
        _end(tx, site, row, "done")
        report = _report(tx, site, row, before, word)
        if row.kind == "first_joint" and pairing.status == "accepted":
            step_pairing(tx, site, pairing, "trial")
            zone = ZoneInfo(tx.get_one(Territory, row.territory_id).timezone)
            report.began_trial = True
            pairing.trial_start = row.starts_at.astimezone(zone).date()
            pairing.trial_end = pairing.trial_start + timedelta(days=TRIAL_DAYS)
            audit.note(tx, site, actor, "pairing.trial_begun", "pairing", pairing.public_id)
        tx.add(report)
        audit.note(tx, site, actor, "visit.held", "visit", row.public_id)
        return pairing.status


def note_not_held(
    site: Site, actor: Actor, visit: str, reason: str, *, word: str = "", revision: int | None = None
) -> None:
    """
    Note that a visit did not take place, as somebody was not there; nothing follows but a word with the coordinator.

    After two in a row the coordinator is asked to get in touch. Nobody is sanctioned, and no cause is asked.
    """
    if reason not in codes.VISIT_NOT_HELD_REASONS:
        raise StepNotAllowed(N_("Il faut choisir un motif dans la liste."))
    with site.db.begin() as tx:
        row, pairing = _begun(tx, site, actor, visit, revision)
        before = row.status
        _end(tx, site, row, "not_held", reason)
        tx.add(_report(tx, site, row, before, word))
        last = tx.exec(
            select(Visit.status)
            .where(Visit.pairing_id == row.pairing_id, col(Visit.status).in_(("done", "not_held")))
            .order_by(col(Visit.starts_at).desc(), col(Visit.id).desc())
            .limit(IN_A_ROW)
        ).all()
        if list(last) == ["not_held"] * IN_A_ROW:
            notices.tell(tx, site, "two_absences", tx.get_one(Person, row.person_id), pairing=pairing)
        audit.note(tx, site, actor, "visit.not_held", "visit", row.public_id)


def take_back(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """
    Take back that a visit took place, or did not, within a day: it stands again as before and can be noted anew.

    Whatever followed from it goes too: the trial that began with it, the word about two absences in a row. A word for
    the coordination stays until another one is written.

    Raises
    ------
    StepNotAllowed
        After a day, or when more has followed since: the trial went on.
    NotAllowed
        For anybody but the coordinator and the helper whose visit it is.
    DoubleBooking
        When somebody was given something else to do at that time.
    """
    with site.db.begin() as tx:
        row, pairing = _begun(tx, site, actor, visit, revision)
        report = report_of(tx, row)
        if report is None or report.noted_at is None or report.noted_from is None:
            raise StepNotAllowed(N_("Il n’y a rien à reprendre pour cette visite."))
        if not can_take_back(report, site.clock.now()):
            raise StepNotAllowed(N_("C’est noté depuis plus d’un jour. Appelez la coordination pour le changer."))
        if row.status == "not_held":
            _forget_absences(tx, pairing)
        step("visit", row.status, report.noted_from)
        before, row.status, row.reason = row.status, report.noted_from, None
        touch(row, site, tells=shown_otherwise(before, row.status))
        tx.add(row)
        bookings.book(tx, row)
        if report.began_trial:
            _trial_not_begun(tx, site, row, pairing)
        report.noted_at = report.noted_from = None
        report.began_trial = False
        tx.add(report)
        audit.note(tx, site, actor, "visit.outcome_taken_back", "visit", row.public_id)


def can_take_back(report: VisitReport, now: datetime) -> bool:
    return report.noted_at is not None and now - report.noted_at < TAKEN_BACK_WITHIN


def new_report(row: Visit) -> VisitReport:
    """What is written about a visit for the first time."""
    return VisitReport(visit_id=row.id or 0)


def report_of(tx: Session, row: Visit) -> VisitReport | None:
    return tx.exec(select(VisitReport).where(VisitReport.visit_id == row.id)).first()


def word_place(visit: Visit) -> str:
    """Where a word about a visit stands, for its seal."""
    return f"visit_report.word_sealed:{visit.public_id}"


def sealed_word(tx: Session, site: Site, row: Visit, word: str) -> bytes:
    """
    A word for the coordination, under the person's key.

    Raises
    ------
    StepNotAllowed
        When it is longer than 280 characters.
    """
    if len(word) > WORD_LENGTH:
        raise StepNotAllowed(N_("Ce mot est trop long : 280 signes au plus."))
    return site.seals.seal(tx, row.person_id, word_place(row), word)


def _report(tx: Session, site: Site, row: Visit, before: str, word: str) -> VisitReport:
    """What is kept of a visit that was `before` in another state, to go back to it."""
    report = report_of(tx, row) or new_report(row)
    report.noted_at, report.noted_from = site.clock.now(), before
    if word.strip():
        report.word_sealed = sealed_word(tx, site, row, word.strip())
    return report


def _forget_absences(tx: Session, pairing: Pairing) -> None:
    """The coordinator need not look after all."""
    for told in tx.exec(
        select(Notice).where(
            Notice.pairing_id == pairing.id, Notice.code == "two_absences", col(Notice.told_at).is_(None)
        )
    ).all():
        tx.delete(told)
    tx.flush()


def _trial_not_begun(tx: Session, site: Site, row: Visit, pairing: Pairing) -> None:
    """The pairing waits for its first visit again, unless its trial went on meanwhile."""
    later = tx.exec(
        select(Visit.id).where(Visit.pairing_id == pairing.id, Visit.status == "done", Visit.id != row.id)
    ).first()
    if pairing.status != "trial" or later is not None:
        raise StepNotAllowed(N_("La période d’essai a déjà continué. Appelez la coordination pour le changer."))
    step_pairing(tx, site, pairing, "accepted")
    pairing.trial_start = pairing.trial_end = None


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
    before, row.status, row.reason = row.status, state, reason
    touch(row, site, tells=shown_otherwise(before, state))
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

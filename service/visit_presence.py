"""
Arrived and left, by one tap each (`domain.md`, story H4), and who has not said yet that they left.

No position is kept and nothing is measured: a helper who does not use the buttons is only asked after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from locales import N_
from service import audit, codes
from service.access_scope import scope
from service.errors import NotAllowed, NotFound, Outdated, StepNotAllowed
from service.overdue import OVERDUE_AFTER, is_overdue
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import DataKey, PeerHelper, Person, Place, Professional
from service.tables.presence import VisitReport
from service.tables.territory import Neighbourhood
from service.visit_outcomes import new_report, report_of, word_place
from service.visit_rows import coordinating, own_visit

EARLY, LATE = timedelta(hours=1), timedelta(hours=12)
"""From before the start to after the end, the buttons are there."""
MISTAKEN_WITHIN = timedelta(minutes=30)
"""A tap by mistake is taken back in this time."""
WORDS_SHOWN = timedelta(days=14)
WENT = (*codes.LIVE_VISIT_STATES, "done")


@dataclass(frozen=True)
class Overdue:
    """
    A visit whose helper has not said that they left, half an hour after its expected end.

    `arrived_at` is None when they had not said either that they arrived; `going` are the others who went.
    """

    public_id: str
    revision: int
    helper: str
    who: str
    going: tuple[str, ...]
    place: str
    start: datetime
    end: datetime
    arrived_at: datetime | None


@dataclass(frozen=True)
class Word:
    """What a helper wrote for the coordination after a visit."""

    public_id: str
    helper: str
    who: str
    start: datetime
    text: str


def arrive(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """Note that somebody who goes has arrived; a second tap changes nothing."""
    with site.db.begin() as tx:
        row = going(tx, site, actor, visit)
        if row.checked_in_at is not None:
            return
        _seen(row, revision)
        row.checked_in_at = site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "visit.arrived", "visit", row.public_id)


def leave(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """Note that somebody who went has left, also when they forgot to say that they arrived."""
    with site.db.begin() as tx:
        row = going(tx, site, actor, visit)
        if row.checked_out_at is not None:
            return
        _seen(row, revision)
        if site.clock.now() < row.starts_at and row.checked_in_at is None:
            raise StepNotAllowed(N_("Cette visite n’a pas encore commencé."))
        row.checked_out_at = site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "visit.left", "visit", row.public_id)


def mistaken(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """Take back the last tap within half an hour."""
    with site.db.begin() as tx:
        row = going(tx, site, actor, visit)
        _seen(row, revision)
        if not was_just_said(row, site.clock.now()):
            raise StepNotAllowed(N_("Il n’y a rien à reprendre pour cette visite."))
        if row.checked_out_at is not None:
            row.checked_out_at = None
        else:
            row.checked_in_at = None
        tx.add(row)
        audit.note(tx, site, actor, "visit.presence_taken_back", "visit", row.public_id)


def was_just_said(row: Visit, now: datetime) -> bool:
    """Whether the last tap can still be taken back."""
    last = row.checked_out_at or row.checked_in_at
    return last is not None and now - last < MISTAKEN_WITHIN


def is_open(row: Visit, now: datetime) -> bool:
    """Whether it is the time to arrive or leave."""
    return row.status in WENT and row.starts_at - EARLY <= now <= row.ends_at + LATE


def going(tx: Session, site: Site, actor: Actor, visit: str) -> Visit:
    """A published visit, around its time, of a helper who goes to it."""
    row = own_visit(tx, actor, visit)
    if actor.role != "peer_helper":
        raise NotAllowed(N_("Seul le pair-aidant qui y va dit qu’il arrive ou qu’il part."))
    if row.published_at is None:
        raise NotFound(N_("Cette visite n’existe pas."))
    if not is_open(row, site.clock.now()):
        raise StepNotAllowed(N_("Ce n’est pas le moment de cette visite."))
    return row


def _seen(row: Visit, revision: int | None) -> None:
    if revision is not None and row.revision != revision:
        raise Outdated(N_("Quelqu’un d’autre a changé cette visite entre-temps."), visit=row.public_id)


def overdue(site: Site, actor: Actor) -> tuple[Overdue, ...]:
    """Visits that should have ended half an hour ago, of helpers who have not said they left; the oldest first."""
    with site.db() as tx:
        coordinating(tx, actor)
        rows = tx.exec(
            select(Visit)
            .where(scope(actor).of(Visit), is_overdue(site.clock.now()))
            .order_by(col(Visit.ends_at), col(Visit.ref))
        ).all()
        persons = by_id(tx, Person, (row.person_id for row in rows))
        helpers = by_id(tx, PeerHelper, (one for row in rows for one in (row.peer_helper_id, row.second_helper_id)))
        professionals = by_id(tx, Professional, (row.professional_id for row in rows))
        places = by_id(tx, Place, (row.place_id for row in rows))
        areas = by_id(tx, Neighbourhood, (one.neighbourhood_id for one in persons.values()))

        def where(row: Visit) -> str:
            if row.place_id is not None:
                return places[row.place_id].name
            area = areas.get(persons[row.person_id].neighbourhood_id or 0)
            return area.name if area is not None else ""

        return tuple(
            Overdue(
                public_id=row.public_id,
                revision=row.revision,
                helper=helpers[row.peer_helper_id].display_name,
                who=persons[row.person_id].pseudonym,
                going=tuple(
                    name
                    for name in (
                        professionals[row.professional_id].display_name if row.professional_id else "",
                        helpers[row.second_helper_id].display_name if row.second_helper_id else "",
                    )
                    if name
                ),
                place=where(row),
                start=row.starts_at,
                end=row.ends_at,
                arrived_at=row.checked_in_at,
            )
            for row in rows
        )


def note_safe(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """Note that the coordination reached the helper, and that all is well; by whom and when is kept."""
    with site.db.begin() as tx:
        coordinating(tx, actor)
        row = own_visit(tx, actor, visit, revision)
        if row.status not in codes.LIVE_VISIT_STATES or site.clock.now() < row.ends_at + OVERDUE_AFTER:
            raise StepNotAllowed(N_("Cette visite n’est pas en retard."))
        report = report_of(tx, row) or new_report(row)
        report.safe_at, report.safe_by = site.clock.now(), actor.account_id
        tx.add(report)
        audit.note(tx, site, actor, "visit.helper_reached", "visit", row.public_id)


def not_reached_after_all(site: Site, actor: Actor, visit: str) -> None:
    """Take back that the helper was reached: the visit is in the list again."""
    with site.db.begin() as tx:
        coordinating(tx, actor)
        row = own_visit(tx, actor, visit)
        report = report_of(tx, row)
        if report is None or report.safe_at is None:
            raise StepNotAllowed(N_("Il n’y a rien à reprendre pour cette visite."))
        report.safe_at = report.safe_by = None
        tx.add(report)
        audit.note(tx, site, actor, "visit.helper_not_reached", "visit", row.public_id)


def words(site: Site, actor: Actor) -> tuple[Word, ...]:
    """What helpers wrote after visits of the last two weeks, the latest first; each look is noted."""
    with site.db.begin() as tx:
        coordinating(tx, actor)
        rows = tx.exec(
            select(Visit, VisitReport)
            .join(VisitReport, col(VisitReport.visit_id) == Visit.id)
            .where(
                scope(actor).of(Visit),
                col(VisitReport.word_sealed).is_not(None),
                col(Visit.starts_at) > site.clock.now() - WORDS_SHOWN,
            )
            .order_by(col(Visit.starts_at).desc(), col(Visit.ref))
        ).all()
        persons = by_id(tx, Person, (row.person_id for row, _ in rows))
        helpers = by_id(tx, PeerHelper, (row.peer_helper_id for row, _ in rows))
        keys = _with_key(tx, [row.person_id for row, _ in rows])
        found = tuple(
            Word(
                row.public_id,
                helpers[row.peer_helper_id].display_name,
                persons[row.person_id].pseudonym,
                row.starts_at,
                site.seals.open(tx, row.person_id, word_place(row), report.word_sealed or b""),
            )
            for row, report in rows
            if row.person_id in keys
        )
        if found:
            audit.note(tx, site, actor, "read", "visit_word")
        return found


def _with_key(tx: Session, parties: list[int]) -> dict[int, DataKey]:
    """Data keys that are still there; as long as they are held, opening asks the database no more."""
    return {row.party_id: row for row in tx.exec(select(DataKey).where(col(DataKey.party_id).in_(set(parties))))}

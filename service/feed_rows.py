"""Rows that one feed shows, read in one go each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from calendars.horizon import Horizon
from service import holidays
from service.rows import by_id
from service.tables.network import Meeting, MeetingParticipant, OpenSession, OpenSessionDay, OpenSessionHost, Situation
from service.tables.pairings import Pairing, Visit
from service.tables.people import Absence, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory


def visits(tx: Session, horizon: Horizon, owner_id: int) -> Sequence[Visit]:
    """
    Visits that the owner takes part in and knows of: a plan that is not published yet stays with the coordinator.

    What was called off stays as long as a feed looks back.
    """
    mine = (Visit.person_id, Visit.peer_helper_id, Visit.second_helper_id, Visit.professional_id)
    return tx.exec(_known(horizon).where(or_(*(col(column) == owner_id for column in mine)))).all()


def team_visits(tx: Session, horizon: Horizon, territory_id: int) -> Sequence[Visit]:
    """The visits of a territory, those of a draft left out as in every feed."""
    return tx.exec(_known(horizon).where(Visit.territory_id == territory_id)).all()


def _known(horizon: Horizon) -> SelectOfScalar[Visit]:
    return (
        select(Visit)
        .where(Visit.starts_at >= horizon.begins, Visit.starts_at < horizon.ends)
        .where(or_(Visit.status != "planned", col(Visit.published_at).is_not(None)))
        .where(or_(col(Visit.status).not_in(("cancelled", "moved")), Visit.changed_at >= horizon.begins))
        .order_by(Visit.uid)
    )


@dataclass(frozen=True)
class Around:
    """What the visits of one feed speak of, by internal number."""

    pairings: dict[int, Pairing]
    persons: dict[int, Person]
    helpers: dict[int, PeerHelper]
    professionals: dict[int, Professional]
    places: dict[int, Place]

    @classmethod
    def of(cls, tx: Session, found: Sequence[Visit]) -> Around:
        return cls(
            pairings=by_id(tx, Pairing, (visit.pairing_id for visit in found)),
            persons=by_id(tx, Person, (visit.person_id for visit in found)),
            helpers=by_id(
                tx, PeerHelper, (n for visit in found for n in (visit.peer_helper_id, visit.second_helper_id))
            ),
            professionals=by_id(tx, Professional, (visit.professional_id for visit in found)),
            places=by_id(tx, Place, (visit.place_id for visit in found)),
        )


def meetings_of(tx: Session, owner_id: int) -> Sequence[Meeting]:
    """Meetings that the owner takes part in; a person also the concertations about them to which they are invited."""
    taking_part = select(MeetingParticipant.meeting_id).where(MeetingParticipant.party_id == owner_id)
    about = select(Situation.id).where(Situation.person_id == owner_id)
    invited = col(Meeting.situation_id).in_(about) & col(Meeting.person_invited).is_(True)
    return tx.exec(select(Meeting).where(or_(col(Meeting.id).in_(taking_part), invited)).order_by(Meeting.uid)).all()


def meetings_at(tx: Session, place_id: int) -> Sequence[Meeting]:
    return tx.exec(select(Meeting).where(Meeting.place_id == place_id).order_by(Meeting.uid)).all()


def meetings_in(tx: Session, territory_id: int) -> Sequence[Meeting]:
    return tx.exec(select(Meeting).where(Meeting.territory_id == territory_id).order_by(Meeting.uid)).all()


def meetings_of_group(tx: Session, meeting: Meeting) -> Sequence[Meeting]:
    """A working group has no row of its own: it is all meetings of that kind with the same title."""
    return tx.exec(
        select(Meeting)
        .where(Meeting.territory_id == meeting.territory_id, Meeting.kind == "working_group")
        .where(Meeting.title == meeting.title)
        .order_by(Meeting.uid)
    ).all()


def public_events(tx: Session, territory_id: int) -> Sequence[Meeting]:
    return tx.exec(
        select(Meeting)
        .where(Meeting.territory_id == territory_id, Meeting.kind == "public_event")
        .order_by(Meeting.uid)
    ).all()


def open_sessions(tx: Session, territory_id: int, place_id: int | None = None) -> Sequence[OpenSession]:
    query = select(OpenSession).where(OpenSession.territory_id == territory_id).order_by(OpenSession.uid)
    return tx.exec(query if place_id is None else query.where(OpenSession.place_id == place_id)).all()


def host_slots(tx: Session, horizon: Horizon, owner_id: int) -> Sequence[tuple[OpenSessionHost, OpenSession]]:
    return tx.exec(
        select(OpenSessionHost, OpenSession)
        .where(OpenSessionHost.open_session_id == OpenSession.id)
        .where(OpenSessionHost.host_id == owner_id)
        .where(OpenSessionHost.on >= horizon.first_day, OpenSessionHost.on <= horizon.last_day)
        .order_by(col(OpenSessionHost.on), OpenSession.uid)
    ).all()


def days_called_off(tx: Session, session_ids: Iterable[int | None]) -> dict[tuple[int, date], OpenSessionDay]:
    """Days of series that are called off, and those that were once and take place after all."""
    rows = tx.exec(
        select(OpenSessionDay).where(
            col(OpenSessionDay.open_session_id).in_(sorted({n for n in session_ids if n})),
            or_(OpenSessionDay.status == "cancelled", OpenSessionDay.sequence > 0),
        )
    )
    return {(row.open_session_id, row.on): row for row in rows}


@dataclass(frozen=True)
class Closures:
    """Days on which series do not take place."""

    public: frozenset[date]
    school: frozenset[date]
    absences: dict[int, tuple[Absence, ...]]

    @classmethod
    def of(cls, tx: Session, territory: Territory, horizon: Horizon, place_ids: Iterable[int | None]) -> Closures:
        rest = holidays.days_of(tx, territory, horizon.first_day, horizon.last_day)
        away: dict[int, tuple[Absence, ...]] = {}
        wanted = sorted({n for n in place_ids if n})
        for absence in tx.exec(select(Absence).where(col(Absence.owner_id).in_(wanted)).order_by(col(Absence.id))):
            away[absence.owner_id] = (*away.get(absence.owner_id, ()), absence)
        return cls(frozenset(rest.public), frozenset(rest.school), away)

    def shut(self, place_id: int | None, day: date, start: int, end: int) -> bool:
        """The place is closed on that day for part of these minutes."""
        return any(
            absence.first_day <= day <= absence.last_day
            and (absence.start_minute is None or (absence.start_minute < end and start < (absence.end_minute or 0)))
            for absence in self.absences.get(place_id or 0, ())
        )

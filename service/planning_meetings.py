"""Meetings and host slots of a period, each occurrence with its local hours turned to moments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from calendars.recurrence import occurrences, read_rule
from service.tables.network import Meeting, MeetingParticipant, OpenSession, OpenSessionDay, OpenSessionHost, Situation
from service.tables.territory import Territory

LIVE_MEETINGS = ("planned", "invited", "held")


@dataclass(frozen=True)
class Occurrence:
    """One time that takes people: `participants` go, `people` are invited persons; `maybe` are only proposed."""

    kind: str
    start: datetime
    end: datetime
    place_id: int | None
    participants: tuple[int, ...]
    people: tuple[int, ...] = ()
    maybe: frozenset[int] = field(default=frozenset())

    def proposed(self, party: int) -> bool:
        return party in self.maybe


def meetings_between(tx: Session, territory: Territory, first: date, last: date) -> tuple[Occurrence, ...]:
    """Every meeting of these days, series included, in order of time."""
    # A series may reach these days from any earlier one; a single meeting has to touch them, a day to spare for zones.
    midnight = datetime.combine(first - timedelta(days=1), time(), ZoneInfo(territory.timezone))
    end = datetime.combine(last + timedelta(days=2), time(), ZoneInfo(territory.timezone))
    near = and_(col(Meeting.starts_at) < end, or_(col(Meeting.ends_at) >= midnight, col(Meeting.rrule) != ""))
    rows = tx.exec(
        select(Meeting).where(Meeting.territory_id == territory.id, col(Meeting.status).in_(LIVE_MEETINGS), near)
    ).all()
    going: dict[int, list[int]] = {}
    members = tx.exec(
        select(MeetingParticipant.meeting_id, MeetingParticipant.party_id)
        .join(Meeting, col(Meeting.id) == MeetingParticipant.meeting_id)
        .where(Meeting.territory_id == territory.id, col(Meeting.status).in_(LIVE_MEETINGS), near)
        .order_by(col(MeetingParticipant.party_id))
    )
    for meeting, party in members:
        going.setdefault(meeting, []).append(party)
    situations = select(Situation.id, Situation.person_id).where(Situation.territory_id == territory.id)
    people = dict(tx.exec(situations).all())
    found: list[tuple[str, Occurrence]] = []
    for row in rows:
        invited = (people[row.situation_id],) if row.person_invited and row.situation_id is not None else ()
        for start, end in _times(row, territory.timezone, first, last):
            members = tuple(going.get(row.id or 0, ()))
            found.append((row.ref, Occurrence(row.kind, start, end, row.place_id, members, invited)))
    return tuple(one for _, one in sorted(found, key=lambda pair: (pair[1].start, pair[0])))


def _times(row: Meeting, zone: str, first: date, last: date) -> list[tuple[datetime, datetime]]:
    """Starts and ends of a meeting or series, on the wall clock of the territory."""
    local = row.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    lasts = row.ends_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - local
    starts = occurrences(read_rule(row.rrule, zone), local, last_day=last) if row.rrule else iter([local])
    at = ZoneInfo(zone)
    return [
        (start.replace(tzinfo=at), (start + lasts).replace(tzinfo=at))
        for start in starts
        if first <= (start + lasts).date() and start.date() <= last
    ]


def sessions_between(
    tx: Session, territory: Territory, first: date, last: date, closed: Collection[date]
) -> tuple[Occurrence, ...]:
    """Host slots of open places on these days, one occurrence for each session."""
    at = ZoneInfo(territory.timezone)
    series = tx.exec(
        select(OpenSession).where(OpenSession.territory_id == territory.id).order_by(col(OpenSession.ref))
    ).all()
    known = [row.id for row in series]
    cancelled = set(
        tx.exec(
            select(OpenSessionDay.open_session_id, col(OpenSessionDay.on)).where(
                col(OpenSessionDay.open_session_id).in_(known), OpenSessionDay.status == "cancelled"
            )
        ).all()
    )
    hosting: dict[tuple[int, date], list[OpenSessionHost]] = {}
    for row in tx.exec(
        select(OpenSessionHost)
        .where(
            col(OpenSessionHost.open_session_id).in_(known),
            col(OpenSessionHost.on) >= first,
            col(OpenSessionHost.on) <= last,
        )
        .order_by(col(OpenSessionHost.on), col(OpenSessionHost.host_id))
    ):
        hosting.setdefault((row.open_session_id, row.on), []).append(row)
    found: list[Occurrence] = []
    for one in series:
        for day in sorted(day for number, day in hosting if number == one.id):
            if (one.id, day) in cancelled or (day in closed and not one.on_public_holidays):
                continue
            hosts = hosting[one.id or 0, day]
            midnight = datetime.combine(day, time())
            found.append(
                Occurrence(
                    "open_session",
                    (midnight + timedelta(minutes=one.start_minute)).replace(tzinfo=at),
                    (midnight + timedelta(minutes=one.end_minute)).replace(tzinfo=at),
                    one.place_id,
                    tuple(row.host_id for row in hosts),
                    maybe=frozenset(row.host_id for row in hosts if row.status == "proposed"),
                )
            )
    return tuple(found)

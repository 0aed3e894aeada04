"""Meetings and host slots of a period, each occurrence with its local hours turned to moments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

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
    rows = tx.exec(
        select(Meeting).where(Meeting.territory_id == territory.id, col(Meeting.status).in_(LIVE_MEETINGS))
    ).all()
    going: dict[int, list[int]] = {}
    for member in tx.exec(select(MeetingParticipant).order_by(col(MeetingParticipant.party_id))):
        going.setdefault(member.meeting_id, []).append(member.party_id)
    people = {row.id: row.person_id for row in tx.exec(select(Situation))}
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
    cancelled = {
        (row.open_session_id, row.on)
        for row in tx.exec(select(OpenSessionDay).where(OpenSessionDay.status == "cancelled"))
    }
    found: list[Occurrence] = []
    for series in tx.exec(
        select(OpenSession).where(OpenSession.territory_id == territory.id).order_by(col(OpenSession.ref))
    ):
        rows = tx.exec(
            select(OpenSessionHost)
            .where(
                OpenSessionHost.open_session_id == series.id,
                col(OpenSessionHost.on) >= first,
                col(OpenSessionHost.on) <= last,
            )
            .order_by(col(OpenSessionHost.on), col(OpenSessionHost.host_id))
        ).all()
        for day in sorted({row.on for row in rows}):
            if (series.id, day) in cancelled or (day in closed and not series.on_public_holidays):
                continue
            hosts = [row for row in rows if row.on == day]
            midnight = datetime.combine(day, time())
            found.append(
                Occurrence(
                    "open_session",
                    (midnight + timedelta(minutes=series.start_minute)).replace(tzinfo=at),
                    (midnight + timedelta(minutes=series.end_minute)).replace(tzinfo=at),
                    series.place_id,
                    tuple(row.host_id for row in hosts),
                    maybe=frozenset(row.host_id for row in hosts if row.status == "proposed"),
                )
            )
    return tuple(found)

"""The rows of one territory that planning looks at, and the weeks it plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from calendars.availability import Away, Window, free_on, without
from matching.planning.spans import Span, shared, tidy
from matching.travel import Point, great_circle_km
from service import codes, holidays, other_calendar_rows
from service.planning_meetings import Occurrence, meetings_between, sessions_between
from service.planning_places import Places
from service.tables.calendars import BusyInterval, OtherCalendar
from service.tables.network import NetworkMember, Situation
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import (
    Absence,
    Availability,
    Conflict,
    Consent,
    Party,
    PeerHelper,
    Person,
    Place,
    Professional,
    Refusal,
)
from service.tables.territory import Neighbourhood, Organisation, Territory

DAY = 1440

Owned = TypeVar("Owned", PeerHelper, Person, Professional, Place, Request, Neighbourhood, Organisation)


@dataclass(frozen=True)
class Horizon:
    """The weeks of a plan, in the territory's wall-clock minutes from 00:00 of the first day."""

    first: date
    days: int
    zone: str

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    def day(self, day: date) -> int:
        return (day - self.first).days

    def date(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def tick(self, moment: datetime) -> int:
        """Wall-clock minute of a moment; whoever is inside the hour that comes twice shares its minutes."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return self.day(local.date()) * DAY + local.hour * 60 + local.minute

    def moment(self, tick: int) -> datetime:
        """The moment of a wall-clock minute, with its zone."""
        day, minute = divmod(tick, DAY)
        return datetime.combine(self.date(day), time(minute // 60, minute % 60), ZoneInfo(self.zone))

    def span(self, start: datetime, end: datetime) -> Span:
        """Whole minutes that hold both moments, cut to the horizon; empty when it lies outside."""
        last = self.tick(end) + (end.second > 0 or end.microsecond > 0)
        return max(0, self.tick(start)), min(last, self.days * DAY)

    def moments(self) -> tuple[datetime, datetime]:
        return self.moment(0), self.moment(self.days * DAY)


OF_ANY_WEEK = frozenset(
    (
        *("people", "helpers", "professionals", "places", "requests", "pairings", "visits"),
        *("agreed", "coordinators", "consents", "apart", "_windows", "_absences"),
    )
)
"""Rows of `Records` that do not depend on its horizon."""


class Records:
    """The rows of one territory that planning looks at, read once."""

    def __init__(self, tx: Session, territory: Territory, horizon: Horizon, now: datetime) -> None:
        self.tx, self.territory, self.horizon, self.now = tx, territory, horizon, now
        self.zone = ZoneInfo(territory.timezone)
        self.today = now.astimezone(self.zone).date()

    def over(self, horizon: Horizon) -> Records:
        """The same territory over other weeks; rows that are the same in any week are not read again."""
        other = Records(self.tx, self.territory, horizon, self.now)
        vars(other).update({name: rows for name, rows in vars(self).items() if name in OF_ANY_WEEK})
        return other

    @cached_property
    def people(self) -> Mapping[int, Person]:
        return {row.id: row for row in self._all(Person)}

    @cached_property
    def helpers(self) -> Mapping[int, PeerHelper]:
        return {row.id: row for row in self._all(PeerHelper)}

    @cached_property
    def professionals(self) -> Mapping[int, Professional]:
        return {row.id: row for row in self._all(Professional)}

    @cached_property
    def places(self) -> Mapping[int, Place]:
        return {row.id: row for row in self._all(Place)}

    @cached_property
    def requests(self) -> Mapping[int, Request]:
        return {row.id or 0: row for row in self._all(Request)}

    @property
    def names(self) -> dict[str, str]:
        """Pseudonyms and first names by reference."""
        known = {row.ref: row.pseudonym for row in self.people.values()}
        return known | {row.ref: row.display_name for row in (*self.helpers.values(), *self.professionals.values())}

    @cached_property
    def pairings(self) -> tuple[Pairing, ...]:
        """Those that may have visits: accepted, in trial, active, or paused until a known day."""
        rows = self.tx.exec(
            select(Pairing)
            .where(
                col(Pairing.territory_id) == self.territory.id,
                col(Pairing.status).in_(("accepted", "trial", "active", "paused")),
            )
            .order_by(col(Pairing.ref))
        )
        return tuple(row for row in rows if row.status != "paused" or row.paused_until is not None)

    @cached_property
    def visits(self) -> Mapping[int, tuple[Visit, ...]]:
        """Visits of each pairing in order of time: held, standing, or past."""
        wanted = (*codes.LIVE_VISIT_STATES, "done")
        rows = self.tx.exec(
            select(Visit)
            .where(col(Visit.territory_id) == self.territory.id, col(Visit.status).in_(wanted))
            .order_by(col(Visit.starts_at), col(Visit.ref))
        )
        found: dict[int, list[Visit]] = {}
        for row in rows:
            found.setdefault(row.pairing_id, []).append(row)
        return {pairing: tuple(visits) for pairing, visits in found.items()}

    @cached_property
    def fallen(self) -> frozenset[tuple[int, date]]:
        """Pairing and day of visits of the horizon that were cancelled or did not take place: they are due again."""
        first, end = self.horizon.moments()
        rows = self.tx.exec(
            select(Visit.pairing_id, Visit.starts_at).where(
                col(Visit.territory_id) == self.territory.id,
                col(Visit.status).in_(("cancelled", "not_held")),
                col(Visit.starts_at) >= first,
                col(Visit.starts_at) < end,
            )
        )
        return frozenset((pairing, start.astimezone(self.zone).date()) for pairing, start in rows)

    @cached_property
    def farewells(self) -> tuple[Visit, ...]:
        """Visits of the horizon that stand though their pairing has ended: the last meeting of both takes its time."""
        planned = {row.id for row in self.pairings}
        first, end = self.horizon.moments()
        return tuple(
            visit
            for pairing, visits in self.visits.items()
            if pairing not in planned
            for visit in visits
            if visit.status in codes.LIVE_VISIT_STATES and visit.starts_at < end and visit.ends_at > first
        )

    @cached_property
    def agreed(self) -> Mapping[int, tuple[int, ...]]:
        """Professionals of each person's situation whom the person agreed to, in the order they joined."""
        rows = self.tx.exec(
            select(Situation.person_id, NetworkMember.member_id)
            .join(NetworkMember, col(NetworkMember.situation_id) == Situation.id)
            .where(
                col(Situation.territory_id) == self.territory.id,
                col(Situation.status) != "closed",
                col(NetworkMember.kind) == "professional",
                col(NetworkMember.person_agreed).is_(True),
            )
            .order_by(col(NetworkMember.id))
        )
        found: dict[int, list[int]] = {}
        for person, member in rows:
            if member is not None:
                found.setdefault(person, []).append(member)
        return {person: tuple(members) for person, members in found.items()}

    @cached_property
    def coordinators(self) -> Mapping[int, int]:
        """The coordinator of each person's open situation."""
        rows = self.tx.exec(
            select(Situation.person_id, Situation.coordinator_id)
            .where(col(Situation.territory_id) == self.territory.id, col(Situation.status) != "closed")
            .order_by(col(Situation.id).desc())
        )
        return {row[0]: row[1] for row in rows}

    @cached_property
    def consents(self) -> Mapping[int, Consent]:
        rows = self.tx.exec(
            select(Consent).where(col(Consent.ended_at).is_(None), col(Consent.person_id).in_(self._parties))
        )
        return {row.person_id: row for row in rows}

    @cached_property
    def apart(self) -> frozenset[tuple[int, int]]:
        """(helper, person) who never meet: conflicts and refusals."""
        refused = select(Refusal.peer_helper_id, Refusal.person_id).where(
            col(Refusal.peer_helper_id).in_(self._parties)
        )
        pairs = {(helper, person) for helper, person in self.tx.exec(refused)}
        against = select(Conflict.peer_helper_id, Conflict.person_id, Conflict.neighbourhood_id).where(
            col(Conflict.peer_helper_id).in_(self._parties)
        )
        for helper, target, area in self.tx.exec(against):
            for person in self.people.values():
                if person.id == target or (area is not None and person.neighbourhood_id == area):
                    pairs.add((helper, person.id))
        return frozenset(pairs)

    @cached_property
    def meetings(self) -> tuple[Occurrence, ...]:
        return meetings_between(self.tx, self.territory, min(self.today, self.horizon.first), self.horizon.last)

    @cached_property
    def hosting(self) -> tuple[Occurrence, ...]:
        return sessions_between(self.tx, self.territory, self.horizon.first, self.horizon.last, self.closed(False))

    @cached_property
    def points(self) -> Places:
        areas = {row.id: Point(row.lat, row.lon) for row in self._all(Neighbourhood)}
        organisations = {row.id: row for row in self._all(Organisation)}
        return Places(areas, self.places, organisations)

    @cached_property
    def _windows(self) -> Mapping[int, list[Window]]:
        found: dict[int, list[Window]] = {}
        # Columns, not whole rows: there are hundreds of them, and nobody changes them here.
        names = ("owner_id", "weekday", "start_minute", "end_minute", "valid_from", "valid_until", "recurrence")
        columns: list[Any] = [getattr(Availability, name) for name in names]
        rows = self.tx.exec(
            select(*columns).where(col(Availability.owner_id).in_(self._parties)).order_by(col(Availability.id))
        )
        for owner, *window in rows:
            found.setdefault(owner, []).append(Window(*window))
        return found

    @cached_property
    def _absences(self) -> Mapping[int, list[Away]]:
        found: dict[int, list[Away]] = {}
        of_here = select(Absence).where(col(Absence.owner_id).in_(self._parties))
        for row in self.tx.exec(of_here.order_by(col(Absence.id))):
            part = None
            if row.start_minute is not None and row.end_minute is not None:
                part = (row.start_minute, row.end_minute)
            found.setdefault(row.owner_id, []).append(Away(row.first_day, row.last_day, part))
        return found

    @cached_property
    def _elsewhere(self) -> Mapping[int, tuple[Span, ...]]:
        """When people are taken by agendas that they keep elsewhere, as far as the network wants to know."""
        if not other_calendar_rows.is_on(self.tx, self.territory.id or 0):
            return {}
        first, end = self.horizon.moments()
        rows = self.tx.exec(
            select(OtherCalendar.owner_id, BusyInterval.starts_at, BusyInterval.ends_at)
            .join(BusyInterval, col(BusyInterval.calendar_id) == OtherCalendar.id)
            .where(
                col(OtherCalendar.territory_id) == self.territory.id,
                col(BusyInterval.starts_at) < end,
                col(BusyInterval.ends_at) > first,
            )
        )
        found: dict[int, list[Span]] = {}
        for owner, starts, ends in rows:
            found.setdefault(owner, []).append(self.horizon.span(starts, ends))
        return {owner: tidy(spans) for owner, spans in found.items()}

    @cached_property
    def _rest(self) -> holidays.Days:
        return holidays.days_of(self.tx, self.territory, self.horizon.first, self.horizon.last)

    def walk(self, helper: PeerHelper, person: Person, index: Places) -> int:
        """Metres between a helper's base and where a person is met; far away when the base is not known."""
        base, at = index.helper(helper), index.person(person)
        if base is None or at is None:
            return 10**6
        return round(1000 * great_circle_km(index.stops[base].point, index.stops[at].point))

    def closed(self, school: bool) -> frozenset[date]:
        """Public holidays of the horizon; school holidays only for those who say so."""
        return frozenset(self._rest.public.keys() | self._rest.school.keys() if school else self._rest.public)

    def is_away(self, owner: int, day: date) -> bool:
        """Whether an absence takes some of that day."""
        return any(away.span_on(day) is not None for away in self._absences.get(owner, ()))

    def free(self, owner: int, *, school: bool = False, always: bool = False) -> tuple[Span, ...]:
        """
        An owner's windows over the horizon, less absences, closed days and what their own agenda takes.

        With `always` an owner without windows is open all day.
        """
        open_time, taken = self._open(owner, school, always), self._elsewhere.get(owner)
        return without(open_time, taken) if taken else open_time

    def elsewhere(self, owner: int, *, school: bool = False) -> tuple[Span, ...]:
        """What an owner's agenda takes of their windows; of the rest of their life nothing is told."""
        taken = self._elsewhere.get(owner)
        return shared(self._open(owner, school, False), taken) if taken else ()

    def _open(self, owner: int, school: bool, always: bool) -> tuple[Span, ...]:
        whole_day = [Window(day, 0, DAY, date.min) for day in range(1, 8)] if always else []
        windows = self._windows.get(owner, whole_day)
        closed, absences = self.closed(school), self._absences.get(owner, ())
        of_weekday: dict[int, list[Window]] = {}
        for window in windows:
            of_weekday.setdefault(window.weekday, []).append(window)
        dates = [(number, self.horizon.date(number)) for number in range(self.horizon.days)]
        return tidy(
            (number * DAY + start, number * DAY + end)
            for number, day in dates
            if day.isoweekday() in of_weekday
            for start, end in free_on(day, of_weekday[day.isoweekday()], absences, closed)
        )

    @property
    def _parties(self) -> SelectOfScalar[Any]:
        """Whoever belongs to this territory: in one network's database there are others beside it."""
        return select(Party.id).where(Party.territory_id == self.territory.id)

    def _all(self, table: type[Owned]) -> list[Owned]:
        return list(self.tx.exec(select(table).where(table.territory_id == self.territory.id).order_by(table.ref)))

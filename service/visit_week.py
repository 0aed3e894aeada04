"""What the page Semaine shows: helpers by days, visits to place with their reasons, rounds for the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from calendars.availability import without
from matching.planning.spans import Span, shared
from matching.travel import Point
from service import codes
from service.planning_data import CONTACT_PERCENT
from service.planning_places import Places
from service.planning_records import DAY, Horizon, Records
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import PeerHelper
from service.tables.territory import Neighbourhood, Territory
from service.travel_ways import Told, Ways, ways_of
from service.visit_rows import coordinating, planned_weeks, week_of
from service.visit_solutions import Waiting, waiting

OPENS, CLOSES = 480, 1200
"""The strip of a day: 8 h to 20 h."""
OWN_CALENDAR = "own_calendar"
SHOWN = (*codes.LIVE_VISIT_STATES, "done", "not_held")


@dataclass(frozen=True)
class Chip:
    """One visit in the table; `order` counts the stops of the helper's day from 1; `place` is an area or a place."""

    public_id: str
    ref: str
    revision: int
    order: int
    start: datetime
    end: datetime
    pseudonym: str
    place: str
    kind: str
    status: str
    helper_answer: str
    person_answer: str
    pinned: bool
    published: bool
    going: tuple[str, ...]
    is_second: bool = False


@dataclass(frozen=True)
class Appointment:
    """
    Where somebody is expected besides visits: a meeting, or `open_session` for a slot as host.

    On the coordinator's week also `own_calendar`: taken by an agenda of their own, nobody knows by what.
    """

    kind: str
    start: datetime
    end: datetime
    place: str
    place_id: int | None
    is_proposed: bool


@dataclass(frozen=True)
class DayCell:
    """A helper's day: free and taken time in minutes from 8 h, at most 720; `hours` the free time of the day."""

    day: date
    free: tuple[Span, ...]
    taken: tuple[Span, ...]
    hours: tuple[Span, ...]
    is_absent: bool
    is_closed: bool
    chips: tuple[Chip, ...]
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True)
class HelperRow:
    """A helper's week; minutes of contact against the share of the weekly hours that contact may fill."""

    public_id: str
    ref: str
    name: str
    contact_minutes: int
    contact_limit: int
    cells: tuple[DayCell, ...]


@dataclass(frozen=True)
class Stop:
    """A stop of a round, at the centre of its neighbourhood; `way` is the minutes from the stop before."""

    order: int
    point: Point | None
    start: datetime
    pseudonym: str
    place: str
    way: int


@dataclass(frozen=True)
class Round:
    """A helper's stops of one day; `back` is the way home, `travel` all of it, in minutes."""

    day: date
    helper: str
    name: str
    stops: tuple[Stop, ...]
    back: int
    travel: int


@dataclass(frozen=True)
class Counts:
    placed: int
    to_place: int
    pinned: int
    to_confirm: int
    to_publish: int
    travel_minutes: int


@dataclass(frozen=True)
class WeekView:
    monday: date
    days: tuple[date, ...]
    rows: tuple[HelperRow, ...]
    to_place: tuple[Waiting, ...]
    to_move: tuple[Chip, ...]
    rounds: tuple[Round, ...]
    counts: Counts
    travel: Told


def week(site: Site, actor: Actor, monday: date, *, with_due: bool = True) -> WeekView:
    """
    A week of the territory, from its Monday.

    Without `with_due`, what is to place is left out: working out its solutions takes longer than all the rest.
    """
    monday = week_of(monday)
    with site.db() as tx:
        territory = coordinating(tx, actor)
        horizon = Horizon(monday, 7, territory.timezone)
        records = Records(tx, territory, horizon, site.clock.now())
        visits = visits_between(tx, territory, horizon)
        ways = ways_of(tx, territory)
        board = Board(records, ways)
        rows = tuple(
            board.row(helper, visits)
            for helper in records.helpers.values()
            if helper.status == "active" or any(helper.id in board.party(visit) for visit in visits)
        )
        planned = planned_weeks(tx, territory) if with_due else None
        to_place = waiting(records, ways, planned) if planned is not None else ()
        rounds = tuple(
            found
            for day in range(7)
            for helper in records.helpers.values()
            if (found := board.round(helper, horizon.date(day), visits)) is not None
        )
        chips = [chip for row in rows for cell in row.cells for chip in cell.chips if not chip.is_second]
        live = [chip for chip in chips if chip.status in codes.LIVE_VISIT_STATES]
        return WeekView(
            monday=monday,
            days=tuple(horizon.date(day) for day in range(7)),
            rows=rows,
            to_place=to_place,
            to_move=tuple(chip for chip in live if "other_time" in (chip.helper_answer, chip.person_answer)),
            rounds=rounds,
            counts=Counts(
                placed=len(chips),
                to_place=len(to_place),
                pinned=sum(chip.pinned for chip in live),
                to_confirm=sum(chip.status == "planned" for chip in live),
                to_publish=sum(not chip.published for chip in live),
                travel_minutes=sum(one.travel for one in rounds),
            ),
            travel=board.ways.told(),
        )


def visits_between(tx: Session, territory: Territory, horizon: Horizon) -> list[Visit]:
    """Visits of these days that take or took place, in order of time."""
    start, end = horizon.moments()
    rows = tx.exec(
        select(Visit)
        .where(
            Visit.territory_id == territory.id,
            col(Visit.status).in_(SHOWN),
            col(Visit.starts_at) >= start,
            col(Visit.starts_at) < end,
        )
        .order_by(col(Visit.starts_at), col(Visit.ref))
    )
    return list(rows)


class Board:
    """Turns the rows of some days into what is shown of them."""

    def __init__(self, records: Records, ways: Ways) -> None:
        self.records, self.ways = records, ways
        areas = records.tx.exec(select(Neighbourhood).where(Neighbourhood.territory_id == records.territory.id))
        self.areas: Mapping[int | None, Neighbourhood] = {row.id: row for row in areas}

    @staticmethod
    def party(visit: Visit) -> tuple[int | None, ...]:
        return (visit.peer_helper_id, visit.second_helper_id)

    def row(self, helper: PeerHelper, visits: Iterable[Visit]) -> HelperRow:
        own = [visit for visit in visits if helper.id in self.party(visit)]
        free = self.records.free(helper.id, school=helper.off_in_school_holidays)
        return HelperRow(
            public_id=helper.public_id,
            ref=helper.ref,
            name=helper.display_name,
            contact_minutes=sum(self._minutes(visit) for visit in own if visit.status != "not_held"),
            contact_limit=helper.weekly_minutes_max * CONTACT_PERCENT // 100,
            cells=tuple(self._cell(helper, day, own, free) for day in range(self.records.horizon.days)),
        )

    def _cell(self, helper: PeerHelper, number: int, own: Iterable[Visit], free: Iterable[Span]) -> DayCell:
        horizon = self.records.horizon
        day = horizon.date(number)
        visits = [visit for visit in own if self.day(visit) == day]
        hours = tuple((start - number * DAY, end - number * DAY) for start, end in free if start // DAY == number)
        taken = [
            (horizon.tick(visit.starts_at) - number * DAY, horizon.tick(visit.ends_at) - number * DAY)
            for visit in visits
        ]
        appointments = self.appointments(helper.id, day)
        taken += [
            (horizon.tick(one.start) - number * DAY, horizon.tick(one.end) - number * DAY) for one in appointments
        ]
        elsewhere = [
            Appointment(OWN_CALENDAR, horizon.moment(start), horizon.moment(end), "", None, is_proposed=False)
            for start, end in shared(((number * DAY, (number + 1) * DAY),), self.elsewhere(helper))
        ]
        taken += [(horizon.tick(one.start) - number * DAY, horizon.tick(one.end) - number * DAY) for one in elsewhere]
        chips = tuple(self.chip(visit, order, helper) for order, visit in enumerate(visits, 1))
        return DayCell(
            day=day,
            free=_strip(hours),
            taken=_strip(taken),
            hours=hours,
            is_absent=not hours and self.records.is_away(helper.id, day),
            is_closed=day in self.records.closed(helper.off_in_school_holidays),
            chips=chips,
            appointments=(*appointments, *elsewhere),
        )

    def elsewhere(self, helper: PeerHelper) -> tuple[Span, ...]:
        """What a helper's own agenda takes of their windows: that they are taken, and nothing of why."""
        return self.records.elsewhere(helper.id, school=helper.off_in_school_holidays)

    def appointments(self, party: int, day: date) -> tuple[Appointment, ...]:
        """Meetings and host slots of somebody on a day, in order of time."""
        found = [
            Appointment(
                one.kind,
                one.start,
                one.end,
                self.records.places[one.place_id].name if one.place_id is not None else "",
                one.place_id,
                one.proposed(party),
            )
            for one in (*self.records.meetings, *self.records.hosting)
            if party in one.participants and one.start.date() == day
        ]
        return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind)))

    def chip(self, visit: Visit, order: int, helper: PeerHelper | None = None) -> Chip:
        person = self.records.people[visit.person_id]
        zone = self.records.zone
        going = [self.records.professionals[visit.professional_id].display_name] if visit.professional_id else []
        going += [self.records.helpers[visit.second_helper_id].display_name] if visit.second_helper_id else []
        return Chip(
            public_id=visit.public_id,
            ref=visit.ref,
            revision=visit.revision,
            order=order,
            start=visit.starts_at.astimezone(zone),
            end=visit.ends_at.astimezone(zone),
            pseudonym=person.pseudonym,
            place=self.place(visit),
            kind=visit.kind,
            status=visit.status,
            helper_answer=visit.helper_answer,
            person_answer=visit.person_answer,
            pinned=visit.pinned,
            published=visit.published_at is not None,
            going=tuple(going),
            is_second=helper is not None and visit.peer_helper_id != helper.id,
        )

    def place(self, visit: Visit) -> str:
        """The name of the place, or of the person's neighbourhood; never an address."""
        if visit.place_id is not None:
            return self.records.places[visit.place_id].name
        area = self.areas.get(self.records.people[visit.person_id].neighbourhood_id)
        return "" if area is None else area.name

    def round(self, helper: PeerHelper, day: date, visits: Iterable[Visit]) -> Round | None:
        """A helper's stops of a day with the ways between; None without any."""
        own = [visit for visit in visits if helper.id in self.party(visit) and self.day(visit) == day]
        if not own:
            return None
        index = self.records.points
        here = index.helper(helper)
        stops: list[Stop] = []
        base = here
        for order, visit in enumerate(own, 1):
            there = index.person(self.records.people[visit.person_id])
            way = self.way(helper, index, here, there)
            chip = self.chip(visit, order)
            stops.append(Stop(order, self._centre(visit), chip.start, chip.pseudonym, chip.place, way))
            here = there
        back = self.way(helper, index, here, base)
        travel = back + sum(stop.way for stop in stops)
        return Round(day, helper.ref, helper.display_name, tuple(stops), back, travel)

    def way(self, helper: PeerHelper, index: Places, origin: int | None, target: int | None) -> int:
        """Minutes by the helper's own way to travel; 0 when one end is not known."""
        if origin is None or target is None:
            return 0
        return self.ways.minutes(helper.transport, index.stops[origin], index.stops[target])

    def _centre(self, visit: Visit) -> Point | None:
        area_id = self.records.people[visit.person_id].neighbourhood_id
        if visit.place_id is not None:
            area_id = self.records.places[visit.place_id].neighbourhood_id
        area = self.areas.get(area_id)
        return None if area is None else Point(area.lat, area.lon)

    def day(self, visit: Visit) -> date:
        return visit.starts_at.astimezone(self.records.zone).date()

    @staticmethod
    def _minutes(visit: Visit) -> int:
        return round((visit.ends_at - visit.starts_at) / timedelta(minutes=1))


def _strip(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of a day as minutes from 8 h, cut at 20 h, joined."""
    day = without(spans, ((0, OPENS), (CLOSES, DAY)))
    return tuple((start - OPENS, end - OPENS) for start, end in day)

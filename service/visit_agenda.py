"""What a peer helper's Agenda shows: what to confirm, today, and the next days with the ways between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service import codes
from service.errors import NotAllowed
from service.planning_records import Horizon, Records
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import PeerHelper
from service.tables.territory import Territory
from service.travel_ways import ways_of
from service.visit_presence import is_open
from service.visit_rows import today_of
from service.visit_week import Appointment, Board, Chip, visits_between

AHEAD_DAYS = 28


@dataclass(frozen=True)
class AgendaStop:
    """
    A visit, or a meeting or host slot, and the minutes of way before it.

    `is_now` says that it is the time to arrive or leave, and they have not left; `has_arrived` that they said so.
    """

    what: Chip | Appointment
    way: int
    is_now: bool = False
    has_arrived: bool = False


@dataclass(frozen=True)
class AgendaDay:
    day: date
    stops: tuple[AgendaStop, ...]


@dataclass(frozen=True)
class Agenda:
    """
    Published visits, meetings and host slots of the next four weeks.

    `to_confirm` are the visits that wait for the helper's answer, and have not begun.
    """

    helper: str
    means: str
    today: AgendaDay
    next_days: tuple[AgendaDay, ...]
    to_confirm: tuple[Chip, ...]


def agenda(site: Site, actor: Actor) -> Agenda:
    """The agenda of the helper who asks: only their own visits, once they are published."""
    if actor.role != "peer_helper" or actor.party_id is None or actor.territory_id is None:
        raise NotAllowed
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        today = today_of(site, territory)
        horizon = Horizon(today, AHEAD_DAYS, territory.timezone)
        board = Board(Records(tx, territory, horizon, site.clock.now()), ways_of(tx, territory))
        helper = board.records.helpers[actor.party_id]
        own = [
            visit
            for visit in visits_between(tx, territory, horizon)
            if helper.id in board.party(visit) and visit.published_at is not None
        ]
        days = {
            day: day_of(board, helper, day, [visit for visit in own if board.day(visit) == day], site.clock.now())
            for day in (today + timedelta(days=number) for number in range(AHEAD_DAYS))
        }
        waiting = [
            stop.what
            for day in days.values()
            for stop in day.stops
            if isinstance(stop.what, Chip)
            and stop.what.status in codes.LIVE_VISIT_STATES
            and stop.what.helper_answer == "pending"
            and not stop.what.is_second
            and stop.what.start > site.clock.now()
        ]
        later = tuple(found for day, found in days.items() if day != today and found.stops)
        return Agenda(helper.display_name, helper.transport, days[today], later, tuple(waiting))


def _is_under_way(row: Visit, now: datetime) -> bool:
    """Not left yet; once it is noted, nobody arrives any more."""
    return (
        is_open(row, now)
        and row.checked_out_at is None
        and (row.checked_in_at is not None or row.status in codes.LIVE_VISIT_STATES)
    )


def day_of(board: Board, helper: PeerHelper, day: date, visits: list[Visit], now: datetime | None = None) -> AgendaDay:
    """A helper's stops of a day, and the ways between; without `now`, none of them is under way."""
    index = board.records.points
    entries: list[tuple[Chip | Appointment, int | None]] = [
        (board.chip(visit, order, helper), index.person(board.records.people[visit.person_id]))
        for order, visit in enumerate(visits, 1)
    ]
    entries += [(one, index.place(one.place_id)) for one in board.appointments(helper.id, day)]
    here = index.helper(helper)
    rows = {visit.public_id: visit for visit in visits}
    stops: list[AgendaStop] = []
    for what, there in sorted(entries, key=lambda entry: (entry[0].start, entry[0].end)):
        row = rows[what.public_id] if isinstance(what, Chip) else None
        stops.append(
            AgendaStop(
                what,
                board.way(helper, index, here, there),
                row is not None and now is not None and _is_under_way(row, now),
                row is not None and row.checked_in_at is not None,
            )
        )
        here = there
    return AgendaDay(day, tuple(stops))

"""Rows of a territory to an instance of `matching.planning` for some weeks; people go by their reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from calendars.availability import without
from matching.pairing.rules import CONTACT_PERCENT, SUPERVISION_DAYS
from matching.planning.instance import Busy, Client, Instance, Prices, Room, Worker
from matching.planning.spans import Span, tidy
from service import codes
from service.other_calendar_rows import is_on
from service.planning_due import Due, due_of
from service.planning_places import Places, matrices
from service.planning_records import DAY, Horizon, Records
from service.tables.pairings import Visit
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import NetworkSetting, Territory
from service.travel_ways import Ways, ways_of

HOST_PRICE = 40
"""A visit that clashes with a proposed host slot (`domain.md`, 12.11)."""
PRICES_SETTING = "planning_prices"


def read_instance(
    tx: Session,
    territory: Territory,
    *,
    now: datetime,
    start: date,
    weeks: int,
    stand: bool = False,
    free: frozenset[str] | None = frozenset(),
    keep: bool = False,
    added: tuple[str, str] | None = None,
    ways: Ways | None = None,
) -> Instance:
    """
    What is due in these weeks, and everything that decides when it can be.

    With `stand` every visit of the live plan is fixed where it is and nothing else is due, but for the tasks named in
    `free`: to look at one visit among all others, or to judge the plan as it stands. With `free` None everything that
    has no visit yet is due beside them: what is still to place. Without `stand`, `free` names visits that have to move
    though they are fixed, and with `keep` a plan goes on as it is. `added` names a pairing and the kind of a visit that
    is asked for by hand; it is the last task. `ways` are the travel times, when the caller asks afterwards where they
    came from.
    """
    records = Records(tx, territory, Horizon(start, weeks * 7, territory.timezone), now)
    return instance_of(records, ways or ways_of(tx, territory), stand=stand, free=free, keep=keep, added=added)


def instance_of(
    records: Records,
    ways: Ways,
    *,
    stand: bool = False,
    free: frozenset[str] | None = frozenset(),
    keep: bool = False,
    added: tuple[str, str] | None = None,
) -> Instance:
    """`read_instance` of rows that somebody has read already."""
    horizon = records.horizon
    dues = due_of(records, stand=stand, free=free, keep=keep)
    index = records.points
    unwanted = _unwanted(dues)
    clients = [_client(records, person, index, unwanted) for person in _in_order(dues, lambda due: due.person)]
    workers = [_helper(records, helper, index, unwanted) for helper in records.helpers.values()]
    workers += [_professional(records, professional, index) for professional in records.professionals.values()]
    rooms = [_room(records, place) for place in records.places.values()]
    tasks = [task for due in dues for task in due.tasks(index)]
    if added is not None:
        ref, kind = added
        tasks += [due.added(index, kind) for due in dues if due.pairing.ref == ref]
    return Instance(
        first_day=horizon.first.isoformat(),
        days=horizon.days,
        places=index.refs,
        travel=matrices(ways, index),
        workers=tuple(workers),
        clients=tuple(clients),
        series=tuple(due.series for due in dues),
        rooms=tuple(rooms),
        tasks=tuple(tasks),
        prices=_prices(records.tx, records.territory),
    )


def _in_order(dues: Iterable[Due], of: Callable[[Due], Person]) -> list[Person]:
    people = {of(due).id: of(due) for due in dues}
    return sorted(people.values(), key=lambda person: person.ref)


def _unwanted(dues: Iterable[Due]) -> Mapping[int, tuple[Span, ...]]:
    """Hours at which each party said that they cannot."""
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for due in dues:
        for party, span in due.unwanted():
            found[party].append(span)
    return {party: tidy(spans) for party, spans in found.items()}


def _client(records: Records, person: Person, index: Places, unwanted: Mapping[int, tuple[Span, ...]]) -> Client:
    horizon = records.horizon
    busy = [
        Busy(horizon.tick(one.start), horizon.tick(one.end), index.place(one.place_id))
        for one in records.meetings
        if person.id in one.people and one.end > horizon.moment(0)
    ]
    busy += [_farewell(records, one, index) for one in records.farewells if one.person_id == person.id]
    consent = records.consents.get(person.id)
    spans: tuple[Span, ...] = ()
    if consent is not None and consent.status == "given" and "pairing" in consent.scope:
        last = horizon.days if consent.expires_on is None else horizon.day(consent.expires_on) + 1
        spans = tidy([(0, min(last, horizon.days) * DAY)])
    windows = without(records.free(person.id, school=person.off_in_school_holidays), unwanted.get(person.id, ()))
    weekly = person.living_environment == "housing_first"
    return Client(person.ref, windows, "person", tuple(busy), spans, weekly)


def _helper(records: Records, helper: PeerHelper, index: Places, unwanted: Mapping[int, tuple[Span, ...]]) -> Worker:
    return Worker(
        id=helper.ref,
        kind="helper",
        windows=without(records.free(helper.id, school=helper.off_in_school_holidays), unwanted.get(helper.id, ())),
        mode=helper.transport,
        base=index.helper(helper),
        busy=_busy(records, helper.id, index),
        fit=fit_days(records, helper),
        max_visits_per_day=helper.max_visits_per_day,
        max_minutes_per_week=helper.weekly_minutes_max * CONTACT_PERCENT // 100,
        alone_ok=helper.lone_visit_ok,
    )


def _professional(records: Records, professional: Professional, index: Places) -> Worker:
    return Worker(
        id=professional.ref,
        kind="professional",
        windows=records.free(professional.id) if professional.status == "active" else (),
        mode="car",
        base=index.professional(professional),
        busy=_busy(records, professional.id, index),
        returns=True,
        balanced=False,
    )


def taken_elsewhere(
    tx: Session, territory: Territory, horizon: Horizon, now: datetime
) -> Mapping[str, tuple[Span, ...]]:
    """What the agendas of helpers and professionals take of their windows, by reference; empty while none is read."""
    if not is_on(tx, territory.id or 0):
        return {}
    records = Records(tx, territory, horizon, now)
    found = {one.ref: records.elsewhere(one.id, school=one.off_in_school_holidays) for one in records.helpers.values()}
    found |= {one.ref: records.elsewhere(one.id) for one in records.professionals.values()}
    return {ref: spans for ref, spans in found.items() if spans}


def fit_days(records: Records, helper: PeerHelper) -> tuple[Span, ...]:
    """HELPER_STATUS day by day: active, trained, with a supervisor, supervised at most 62 days before."""
    if helper.status != "active" or helper.initial_training_completed_on is None or helper.supervisor_id is None:
        return ()
    horizon = records.horizon
    held = [one.start.date() for one in records.meetings if one.kind == "supervision" and helper.id in one.participants]
    if helper.last_supervision_on is not None:
        held.append(helper.last_supervision_on)
    first = max(0, horizon.day(helper.initial_training_completed_on))
    spans = [(horizon.day(day), horizon.day(day) + SUPERVISION_DAYS + 1) for day in held]
    return tidy((max(first, start) * DAY, min(end, horizon.days) * DAY) for start, end in spans)


def _busy(records: Records, party: int, index: Places) -> tuple[Busy, ...]:
    horizon = records.horizon
    found: list[Busy] = []
    for one in (*records.meetings, *records.hosting):
        if party in one.participants and one.end > horizon.moment(0):
            rule = "V12" if one.kind in ("supervision", "intervision", "peer_intervision") else "V2"
            price = HOST_PRICE if one.proposed(party) else 0
            found.append(Busy(horizon.tick(one.start), horizon.tick(one.end), index.place(one.place_id), rule, price))
    for visit in records.farewells:
        if party in (visit.peer_helper_id, visit.second_helper_id, visit.professional_id):
            found.append(_farewell(records, visit, index))
    return tuple(sorted(found, key=lambda busy: (busy.start, busy.end, busy.rule, busy.price)))


def _farewell(records: Records, visit: Visit, index: Places) -> Busy:
    """The last meeting of a pairing that has ended; nothing of the rhythm stands for it."""
    horizon = records.horizon
    at = index.person(records.people[visit.person_id])
    return Busy(horizon.tick(visit.starts_at), horizon.tick(visit.ends_at), at)


def _room(records: Records, place: Place) -> Room:
    horizon = records.horizon
    busy = [
        Busy(horizon.tick(one.start), horizon.tick(one.end), people=len(one.participants) + len(one.people))
        for one in records.meetings
        if one.place_id == place.id and one.end > horizon.moment(0)
    ]
    windows = records.free(place.id, always=True)
    single = place.kind in codes.SINGLE_BOOKING_PLACES
    return Room(place.ref, windows, single, place.capacity, tuple(busy))


def _prices(tx: Session, territory: Territory) -> Prices:
    row = tx.exec(
        select(NetworkSetting)
        .where(col(NetworkSetting.territory_id) == territory.id, col(NetworkSetting.name) == PRICES_SETTING)
        .order_by(col(NetworkSetting.id).desc())
    ).first()
    return Prices() if row is None else Prices(**{name: int(str(value)) for name, value in row.value.items()})

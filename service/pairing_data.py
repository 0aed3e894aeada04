"""Rows of a territory to an instance of `matching.pairing` on one domain day; in it people go by their reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from sqlmodel import Session, SQLModel, col, select

from calendars.recurrence import occurrences, read_rule
from locales import N_
from matching.pairing import instance as pairing
from matching.travel import Point, Travel
from matching.weekly import HORIZON_DAYS, Window
from service import codes
from service.errors import NotCalculable
from service.pairing_words import CRITERIA
from service.tables.network import Meeting, MeetingParticipant
from service.tables.pairings import Override, Pairing, Request, SetAside, Visit
from service.tables.people import (
    Availability,
    Conflict,
    Consent,
    MetBefore,
    PeerHelper,
    Person,
    Place,
    Refusal,
    Separation,
)
from service.tables.territory import Neighbourhood, NetworkSetting, Territory

LAPSE_DAYS = 14
"""A proposal of day D lapses at the start of D + 14 (`settled.md` 12)."""
BARRING_ENDS = ("ended_in_trial_by_person", "ended_in_trial_by_helper", "asked_by_person", "asked_by_helper")
"""An end by own wish: the pair is not proposed again (section 12.10)."""
GOOD_ENDS = ("goals_reached", "needs_changed", "moved_away", "helper_left", "other_help_found")
"""Nobody turned away: an earlier pairing that ended so counts for continuity."""
WEIGHTS_SETTING = "pairing_weights"
TRAVEL_SETTING = "travel"
OPEN_REQUESTS = ("waiting", "proposed", "consent_pending", "received")

Row = TypeVar("Row", bound=SQLModel)


def is_open(row: Pairing, day: date) -> bool:
    """A proposal that still holds its place."""
    return row.status == "proposed" and day < row.proposed_on + timedelta(days=LAPSE_DAYS)


def is_live(row: Pairing, day: date) -> bool:
    """A pairing that holds a place on this day: a proposal that lapsed holds none."""
    return is_open(row, day) or (row.status != "proposed" and row.status in codes.LIVE_PAIRING_STATES)


@dataclass(frozen=True)
class Records:
    """The rows of one territory that pairing looks at, on one day."""

    territory: Territory
    day: date
    people: Mapping[int, Person]
    helpers: Mapping[int, PeerHelper]
    requests: Mapping[int, tuple[Request, ...]]
    pairings: tuple[Pairing, ...]

    @property
    def live(self) -> tuple[Pairing, ...]:
        return tuple(row for row in self.pairings if is_live(row, self.day))

    @property
    def live_by_person(self) -> dict[int, list[Pairing]]:
        """The live pairings and open proposals of each person who has one, as they are now."""
        found: dict[int, list[Pairing]] = {}
        for row in self.live:
            found.setdefault(row.person_id, []).append(row)
        return found

    def request_of(self, person: Person) -> Request | None:
        """The request that counts: the open one that came first, else the latest."""
        rows = self.requests.get(person.id, ())
        still_open = [row for row in rows if row.status in OPEN_REQUESTS]
        return next(iter(still_open), rows[-1] if rows else None)


def read_records(tx: Session, territory_id: int, day: date) -> Records:
    """The people, helpers, requests for accompaniment and pairings of a territory, by reference."""
    people = _of(tx, Person, territory_id)
    requests: dict[int, tuple[Request, ...]] = {}
    asked = tx.exec(
        select(Request)
        .where(Request.territory_id == territory_id, Request.kind == "pairing")
        .order_by(col(Request.received_on), col(Request.ref))
    )
    for row in asked:
        requests[row.person_id] = (*requests.get(row.person_id, ()), row)
    return Records(
        territory=tx.get_one(Territory, territory_id),
        day=day,
        people={row.id: row for row in people},
        helpers={row.id: row for row in _of(tx, PeerHelper, territory_id)},
        requests=requests,
        pairings=tuple(_of(tx, Pairing, territory_id)),
    )


def is_waiting(person: Person, live: Mapping[int, Sequence[Pairing]]) -> bool:
    """Waits, or had only proposals that have lapsed (section 12.1); `live` is `Records.live_by_person`."""
    return person.status == "waiting" or (person.status == "proposed" and person.id not in live)


def instance_of_waiting(tx: Session, records: Records) -> pairing.Instance:
    """Those who wait with a request, against all helpers; beside them whoever has a helper or an open proposal."""
    live = records.live_by_person
    waiting = [person for person in records.people.values() if is_waiting(person, live)]
    with_helper = live.keys() - {person.id for person in waiting}
    accompanied = [person for person in records.people.values() if person.id in with_helper]
    return _instance(tx, records, waiting, accompanied)


def instance_with(tx: Session, records: Records, person: Person) -> pairing.Instance:
    """One person against all helpers, whether they wait or have an open shortlist already."""
    return _instance(tx, records, [person])


def instance_of_live(tx: Session, records: Records) -> pairing.Instance:
    """Those of the live pairings, to be judged; hours as a second person are the plan's affair (V6)."""
    accompanied = {row.person_id for row in records.live}
    people = [person for person in records.people.values() if person.id in accompanied]
    return _instance(tx, records, people, second_visits=False)


def _instance(
    tx: Session,
    records: Records,
    people: Sequence[Person],
    accompanied: Sequence[Person] = (),
    *,
    second_visits: bool = True,
) -> pairing.Instance:
    asked = [(person, request) for person in people if (request := records.request_of(person)) is not None]
    beside = [(person, request) for person in accompanied if (request := records.request_of(person)) is not None]
    person_ref = {row.id: row.ref for row in records.people.values()}
    helper_ref = {row.id: row.ref for row in records.helpers.values()}
    territory_id = records.territory.id or 0
    places = {row.id: row for row in _of(tx, Place, territory_id)}
    areas = {row.id: row for row in _of(tx, Neighbourhood, territory_id) if row.id is not None}
    windows = _windows(tx, [*(person.id for person, _ in asked + beside), *helper_ref])
    consents = _consents(tx, [person.id for person, _ in asked + beside])
    supervised = supervisions(tx, records)
    second = second_contact(tx, records) if second_visits else {}

    def pairs(rows: Iterable[Refusal | MetBefore | SetAside | Pairing]) -> list[pairing.Pair]:
        found = {(person_ref[row.person_id], helper_ref[row.peer_helper_id]) for row in rows}
        return [pairing.Pair(*pair) for pair in sorted(found)]

    def persons(rows: Sequence[tuple[Person, Request]]) -> tuple[pairing.Person, ...]:
        return tuple(
            _person(person, request, consents.get(person.id), windows.get(person.id, ()), places, areas, helper_ref)
            for person, request in rows
        )

    barring = [
        row
        for row in records.pairings
        if row.status == "declined" or (row.status == "ended" and row.reason in BARRING_ENDS)
    ]
    good = [row for row in records.pairings if row.status == "ended" and row.reason in GOOD_ENDS]
    return pairing.Instance(
        day=records.day,
        people=persons(asked),
        helpers=tuple(
            _helper(row, windows.get(row.id, ()), areas, supervised.get(row.id), second.get(row.id, 0))
            for row in records.helpers.values()
        ),
        live=tuple(
            pairing.LivePairing(
                person_ref[row.person_id],
                helper_ref[row.peer_helper_id],
                row.status,
                records.people[row.person_id].visit_frequency,
                records.people[row.person_id].visit_minutes,
                answered=(row.person_answer, row.helper_answer) != ("pending", "pending"),
            )
            for row in records.live
        ),
        accompanied=persons(beside),
        conflicts=_conflicts(tx, person_ref, helper_ref, areas),
        refused=tuple(pairs([*_with_person(tx, Refusal, person_ref), *barring])),
        known=tuple(pairs([*_with_person(tx, MetBefore, person_ref), *good])),
        set_aside=tuple(pairs(_with_person(tx, SetAside, person_ref))),
        separations=tuple(
            pairing.Separation(*sorted((person_ref[row.person_id], person_ref[row.other_person_id])))
            for row in _with_person(tx, Separation, person_ref)
        ),
        overrides=tuple(
            pairing.Override(person_ref[row.person_id], helper_ref[row.peer_helper_id], row.rule)
            for row in _with_person(tx, Override, person_ref)
        ),
        weights=weights(tx, territory_id),
        travel=_travel(tx, territory_id),
    )


def weights(tx: Session, territory_id: int) -> dict[str, float]:
    """
    The network's weights of the criteria, else those of section 5.

    Raises
    ------
    NotCalculable
        When what was set cannot be calculated with; `facts["criterion"]` names the one that is wrong.
    """
    chosen = _setting(tx, territory_id, WEIGHTS_SETTING)
    if not chosen:
        return dict(pairing.DEFAULT_WEIGHTS)
    weights: dict[str, float] = {}
    for criterion in pairing.DEFAULT_WEIGHTS:
        weight = chosen.get(criterion)
        if not isinstance(weight, int | float) or not 0 <= weight <= pairing.MOST_WEIGHT:
            raise NotCalculable(
                N_("Le poids du critère « %(criterion)s » doit être entre 0 et 1000."), criterion=CRITERIA[criterion]
            )
        weights[criterion] = weight
    if not any(weights.values()):
        raise NotCalculable(N_("Tous les poids sont à zéro : aucun critère ne compterait."))
    return weights


def _travel(tx: Session, territory_id: int) -> Travel:
    chosen = _setting(tx, territory_id, TRAVEL_SETTING)
    return msgspec.convert(chosen, Travel) if chosen else Travel()


def _setting(tx: Session, territory_id: int, name: str) -> dict[str, object] | None:
    """The last value of a choice of the network."""
    row = tx.exec(
        select(NetworkSetting)
        .where(NetworkSetting.territory_id == territory_id, NetworkSetting.name == name)
        .order_by(col(NetworkSetting.id).desc())
        .limit(1)
    ).first()
    return row.value if row is not None else None


def _person(
    row: Person,
    request: Request,
    consent: Consent | None,
    windows: tuple[Window, ...],
    places: Mapping[int, Place],
    areas: Mapping[int, Neighbourhood],
    helper_ref: Mapping[int, str],
) -> pairing.Person:
    area = areas.get(row.neighbourhood_id or 0)
    place = places.get(row.meeting_place_id or 0)
    return pairing.Person(
        id=row.ref,
        themes=tuple(request.themes),
        languages=tuple(row.languages),
        waiting_since=request.received_on,
        urgency=request.urgency,
        consent=pairing.Consent(consent.status, tuple(consent.scope), consent.expires_on)
        if consent
        else pairing.Consent(),
        windows=windows,
        visit_minutes=row.visit_minutes,
        visit_frequency=row.visit_frequency,
        neighbourhood=area.ref if area else None,
        coordinates=_point(row.lat, row.lon),
        meeting_point=_place_point(place, areas) if place else None,
        neighbourhood_point=_area_point(area),
        meets_elsewhere=place is not None,
        wished_gender=row.preferred_gender,
        gender_preference=row.gender_preference,
        age_band=row.age_band,
        age_proximity=row.age_proximity,
        experience_wished=tuple(row.experience_wished),
        named_helper=helper_ref.get(row.named_helper_id or 0),
        environment_flags=tuple(row.environment_flags),
        two_person_visits=row.two_person_visits,
        interpreter_accepted=row.interpreter_accepted,
    )


def _helper(
    row: PeerHelper,
    windows: tuple[Window, ...],
    areas: Mapping[int, Neighbourhood],
    supervised_on: date | None,
    second_contact: int,
) -> pairing.Helper:
    dates = [day for day in (row.last_supervision_on, supervised_on) if day is not None]
    return pairing.Helper(
        id=row.ref,
        languages=tuple(row.languages),
        themes=tuple(row.themes),
        experience=tuple(row.lived_experience),
        gender=row.gender,
        age_band=row.age_band,
        windows=windows,
        weekly_minutes_max=row.weekly_minutes_max,
        max_persons=row.max_persons,
        max_travel_km=row.max_travel_km,
        transport=row.transport,
        base=_point(row.base_lat, row.base_lon) or _area_point(areas.get(row.neighbourhood_id or 0)),
        cannot_visit=tuple(row.cannot_visit),
        status=row.status,
        trained_on=row.initial_training_completed_on,
        has_supervisor=row.supervisor_id is not None,
        last_supervision_on=max(dates, default=None),
        second_contact=second_contact,
    )


def _point(lat: float | None, lon: float | None) -> Point | None:
    return Point(lat, lon) if lat is not None and lon is not None else None


def _area_point(area: Neighbourhood | None) -> Point | None:
    return Point(area.lat, area.lon) if area is not None else None


def _place_point(place: Place, areas: Mapping[int, Neighbourhood]) -> Point | None:
    return _point(place.lat, place.lon) or _area_point(areas.get(place.neighbourhood_id or 0))


def _windows(tx: Session, owners: Sequence[int]) -> dict[int, tuple[Window, ...]]:
    rows = tx.exec(
        select(Availability)
        .where(col(Availability.owner_id).in_(owners))
        .order_by(col(Availability.weekday), col(Availability.start_minute), col(Availability.id))
    )
    found: dict[int, tuple[Window, ...]] = {}
    for row in rows:
        window = Window(row.weekday, row.start_minute, row.end_minute, row.valid_from, row.recurrence, row.valid_until)
        found[row.owner_id] = (*found.get(row.owner_id, ()), window)
    return found


def _consents(tx: Session, people: Sequence[int]) -> dict[int, Consent]:
    rows = tx.exec(select(Consent).where(col(Consent.person_id).in_(people), col(Consent.ended_at).is_(None)))
    return {row.person_id: row for row in rows}


def supervisions(tx: Session, records: Records) -> dict[int, date]:
    """The last day, up to the day of the run, of a planned supervision that includes the helper (`settled.md` 13)."""
    zone = records.territory.timezone
    rows = tx.exec(
        select(MeetingParticipant.party_id, Meeting)
        .join(Meeting)
        .where(
            Meeting.territory_id == records.territory.id,
            Meeting.kind == "supervision",
            Meeting.status != "cancelled",
            col(MeetingParticipant.party_id).in_(records.helpers),
        )
    )
    last: dict[int, date] = {}
    held: dict[int | None, list[date]] = {}
    for helper, meeting in rows:
        if meeting.id not in held:
            held[meeting.id] = [day for day in _days(meeting, zone, records.day) if day <= records.day]
        if days := held[meeting.id]:
            last[helper] = max([*days, *([last[helper]] if helper in last else [])])
    return last


def _days(meeting: Meeting, zone: str, until: date) -> list[date]:
    start = meeting.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if not meeting.rrule:
        return [start.date()]
    return [at.date() for at in occurrences(read_rule(meeting.rrule, zone), start, last_day=until)]


def second_contact(tx: Session, records: Records) -> dict[int, int]:
    """Minutes in 52 weeks as the second person of others' visits, from those planned in the next four weeks."""
    zone = ZoneInfo(records.territory.timezone)
    first = datetime.combine(records.day, datetime.min.time(), zone)
    rows = tx.exec(
        select(Visit).where(
            Visit.territory_id == records.territory.id,
            col(Visit.second_helper_id).is_not(None),
            col(Visit.status).in_(codes.LIVE_VISIT_STATES),
            Visit.starts_at >= first,
            Visit.starts_at < first + timedelta(days=HORIZON_DAYS),
        )
    )
    minutes: dict[int, int] = {}
    for row in rows:
        helper = row.second_helper_id or 0
        minutes[helper] = minutes.get(helper, 0) + int((row.ends_at - row.starts_at).total_seconds()) // 60
    return {helper: total * 364 // HORIZON_DAYS for helper, total in minutes.items()}


def _conflicts(
    tx: Session, person_ref: Mapping[int, str], helper_ref: Mapping[int, str], areas: Mapping[int, Neighbourhood]
) -> tuple[pairing.Conflict, ...]:
    rows = tx.exec(select(Conflict).where(col(Conflict.peer_helper_id).in_(helper_ref)).order_by(col(Conflict.id)))
    return tuple(
        pairing.Conflict(helper_ref[row.peer_helper_id], neighbourhood=areas[row.neighbourhood_id].ref)
        if row.neighbourhood_id is not None
        else pairing.Conflict(helper_ref[row.peer_helper_id], person=person_ref[row.person_id or 0])
        for row in rows
    )


def _with_person(tx: Session, table: type[Row], people: Mapping[int, str]) -> list[Row]:
    """All rows of a table about people of the territory, oldest first."""
    person_id, row_id = getattr(table, "person_id"), getattr(table, "id")  # noqa: B009
    return list(tx.exec(select(table).where(person_id.in_(people)).order_by(row_id)))


def _of(tx: Session, table: type[Row], territory_id: int) -> list[Row]:
    """All rows of a table in a territory, by reference."""
    territory, ref = getattr(table, "territory_id"), getattr(table, "ref")  # noqa: B009
    return list(tx.exec(select(table).where(territory == territory_id).order_by(ref)))

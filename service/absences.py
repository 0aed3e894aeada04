"""
Absences: somebody is away or a place is closed, and what that touches.

No cause is asked and none is stored. An absence changes no visit by itself: replanning does (`replans.py`), once the
coordinator has seen what it touches.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from calendars.availability import Away
from locales import N_
from service import audit, codes, notices
from service.access_scope import scope
from service.errors import AbsenceNotValid, NotFound, StepNotAllowed
from service.planning_meetings import Occurrence
from service.planning_records import DAY, Horizon, Records
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import Absence, Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory
from service.visit_notices import parties_of
from service.visit_rows import coordinating, today_of, week_of

LONGEST_DAYS = 366
FARTHEST_DAYS = 366
"""An absence begins at most so many days before or after today: what is beyond is a slip of the pen."""

Owner = Person | PeerHelper | Professional | Place
TABLES: Mapping[str, type[Owner]] = {
    "peer_helper": PeerHelper,
    "person": Person,
    "professional": Professional,
    "place": Place,
}


@dataclass(frozen=True)
class OwnerLine:
    """Who can be away, or which place can be closed."""

    public_id: str
    kind: str
    name: str


@dataclass(frozen=True)
class AbsenceLine:
    """An absence; `hours` are minutes of each of its days, None for whole days."""

    public_id: str
    owner: str
    owner_kind: str
    first_day: date
    last_day: date
    hours: tuple[int, int] | None
    kind: str


@dataclass(frozen=True)
class TouchedVisit:
    """A visit that cannot stand; local hours."""

    public_id: str
    start: datetime
    end: datetime
    pseudonym: str
    helper: str
    kind: str
    status: str
    pinned: bool
    published: bool


@dataclass(frozen=True)
class TouchedTime:
    """A meeting or a slot as host; local hours."""

    kind: str
    start: datetime
    end: datetime
    place: str
    is_proposed: bool


@dataclass(frozen=True)
class Touched:
    """What falls into an absence from now on, in order of time."""

    absence: AbsenceLine
    visits: tuple[TouchedVisit, ...]
    meetings: tuple[TouchedTime, ...]
    slots: tuple[TouchedTime, ...]


def owners(site: Site, actor: Actor) -> list[OwnerLine]:
    """Everybody of the territory who can be away, and its places: helpers first, each by name."""
    with site.db() as tx:
        territory = coordinating(tx, actor)
        rows: list[Owner] = []
        for table, gone in ((PeerHelper, "left"), (Person, "closed"), (Professional, "left")):
            found = tx.exec(select(table).where(table.territory_id == territory.id, table.status != gone)).all()
            rows += sorted(found, key=lambda row: (_name(row).casefold(), row.ref))
        places = tx.exec(select(Place).where(Place.territory_id == territory.id)).all()
        rows += sorted(places, key=lambda row: (row.name.casefold(), row.ref))
        return [OwnerLine(row.public_id, _kind(row), _name(row)) for row in rows]


def coming(site: Site, actor: Actor) -> list[AbsenceLine]:
    """Absences that are not over, the first one first: the territory's, or the helper's own."""
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        rows = tx.exec(
            select(Absence)
            .where(scope(actor).of(Absence), col(Absence.last_day) >= today_of(site, territory))
            .order_by(col(Absence.first_day), col(Absence.last_day), col(Absence.id))
        ).all()
        kinds = by_id(tx, Party, (row.owner_id for row in rows))
        held = [by_id(tx, table, (n for n, one in kinds.items() if one.kind == kind)) for kind, table in TABLES.items()]
        known: dict[int, Owner] = {number: owner for part in held for number, owner in part.items()}
        return [_line(row, known[row.owner_id]) for row in rows]


def enter(
    site: Site,
    actor: Actor,
    owner: str | None,
    first_day: date,
    last_day: date,
    *,
    hours: tuple[int, int] | None = None,
    kind: str | None = None,
) -> str:
    """
    Note that somebody is away, or that a place is closed; the absence's public id.

    The days are included; `hours` are minutes of each of them. Without a `kind` it is planned when it begins after
    today. A peer helper enters their own (`owner` None), and the coordination hears of it.

    Raises
    ------
    AbsenceNotValid
        When the days or hours run backwards, lie too far away, or an absence is noted for them already; for a
        helper also when the days are over, which are only of use to the coordination's figures.
    NotFound
        When the territory has no such owner.
    """
    if kind is not None and kind not in codes.ABSENCE_KINDS:
        raise AbsenceNotValid(N_("Choisissez dans la liste : prévue, imprévue ou formation."))
    with site.db.begin() as tx:
        party = _owner(tx, actor, owner)
        territory = tx.get_one(Territory, party.territory_id)
        today = today_of(site, territory)
        _must_make_sense(first_day, last_day, hours, today)
        if actor.role == "peer_helper" and last_day < today:
            raise AbsenceNotValid(N_("Ces jours sont déjà passés. Choisissez un jour à partir d’aujourd’hui."))
        _must_be_new(tx, party, Away(first_day, last_day, hours))
        row = Absence(
            public_id=site.ids.new(),
            owner_id=party.id or 0,
            first_day=first_day,
            last_day=last_day,
            start_minute=hours[0] if hours is not None else None,
            end_minute=hours[1] if hours is not None else None,
            kind=kind or ("planned" if first_day > today else "unplanned"),
        )
        tx.add(row)
        tx.flush()
        if actor.role == "peer_helper":
            notices.tell_of_absence(tx, site, row, party.territory_id)
        audit.note(tx, site, actor, "absence.entered", "absence", row.public_id)
        return row.public_id


def end(site: Site, actor: Actor, public_id: str) -> None:
    """
    Take an absence back: one that has not begun is gone, one that has begun ended yesterday.

    Visits that were moved because of it stay where they are now.

    Raises
    ------
    StepNotAllowed
        When it is over.
    """
    with site.db.begin() as tx:
        row = _absence(tx, actor, public_id)
        today = today_of(site, tx.get_one(Territory, tx.get_one(Party, row.owner_id).territory_id))
        if row.last_day < today:
            raise StepNotAllowed(N_("Cette absence est déjà passée."))
        if row.first_day < today:
            row.last_day = today - timedelta(days=1)
            tx.add(row)
        else:
            tx.delete(row)
        audit.note(tx, site, actor, "absence.ended", "absence", public_id)


def touched(site: Site, actor: Actor, public_id: str) -> Touched:
    """What an absence touches from now on: visits that cannot stand, meetings, slots as host."""
    now = site.clock.now()
    with site.db() as tx:
        territory = coordinating(tx, actor)
        row = _absence(tx, actor, public_id)
        horizon = horizon_of_absence(site, territory, row)
        records = Records(tx, territory, horizon, now)
        away = _away(row)
        times = [
            (one, _touched_time(one, records, row.owner_id))
            for one in (*records.meetings, *records.hosting)
            if row.owner_id in (*one.participants, *one.people, one.place_id)
            and one.end > now
            and _falls_into(away, one.start, one.end, horizon)
        ]
        visits = [_touched_visit(tx, visit, horizon) for visit in cannot_stand(tx, territory, horizon, now, [row])]
        return Touched(
            _line(row, _row(tx, tx.get_one(Party, row.owner_id))),
            tuple(visits),
            tuple(shown for one, shown in times if not _is_session(one)),
            tuple(shown for one, shown in times if _is_session(one)),
        )


def cannot_stand(
    tx: Session, territory: Territory, horizon: Horizon, now: datetime, absences: Collection[Absence] | None = None
) -> list[Visit]:
    """
    Visits of the horizon that have not begun and that somebody, or the place, is away from; in order of time.

    All absences count unless some are given. A visit that is pinned or confirmed cannot stand either.
    """
    first, end = horizon.moments()
    if absences is None:
        absences = tx.exec(
            select(Absence).where(col(Absence.last_day) >= horizon.first, col(Absence.first_day) <= horizon.last)
        ).all()
    away: dict[int, list[Away]] = {}
    for row in absences:
        away.setdefault(row.owner_id, []).append(_away(row))
    rows = tx.exec(
        select(Visit)
        .where(
            Visit.territory_id == territory.id,
            col(Visit.status).in_(codes.LIVE_VISIT_STATES),
            col(Visit.starts_at) >= max(first, now),
            col(Visit.starts_at) < end,
        )
        .order_by(col(Visit.starts_at), col(Visit.ref))
    ).all()
    return [
        row
        for row in rows
        for needed in [(*parties_of(row), *([row.place_id] if row.place_id is not None else []))]
        if row.starts_at > now
        and any(
            _falls_into(one, row.starts_at, row.ends_at, horizon) for party in needed for one in away.get(party, ())
        )
    ]


def horizon_of_absence(site: Site, territory: Territory, row: Absence) -> Horizon:
    """The weeks of an absence from today on."""
    first = week_of(max(row.first_day, min(row.last_day, today_of(site, territory))))
    return Horizon(first, ((row.last_day - first).days // 7 + 1) * 7, territory.timezone)


def _must_make_sense(first_day: date, last_day: date, hours: tuple[int, int] | None, today: date) -> None:
    if last_day < first_day:
        raise AbsenceNotValid(N_("Le dernier jour est avant le premier. Corrigez l’un des deux."))
    if hours is not None and not 0 <= hours[0] < hours[1] <= DAY:
        raise AbsenceNotValid(N_("L’heure de fin est avant l’heure de début. Corrigez l’une des deux."))
    if abs((first_day - today).days) > FARTHEST_DAYS:
        raise AbsenceNotValid(N_("Le premier jour est à plus d’un an d’aujourd’hui. Vérifiez l’année."))
    if (last_day - first_day).days >= LONGEST_DAYS:
        raise AbsenceNotValid(N_("Une absence dure un an au plus. Vérifiez le dernier jour."))


def _must_be_new(tx: Session, party: Party, new: Away) -> None:
    """One absence at a time: who reads the list sees each day once."""
    tx.exec(select(Party.id).where(Party.id == party.id).with_for_update()).one()
    rows = tx.exec(
        select(Absence).where(
            Absence.owner_id == party.id,
            col(Absence.first_day) <= new.last_day,
            col(Absence.last_day) >= new.first_day,
        )
    ).all()
    for part in (_away(row).part for row in rows):
        if new.part is None or part is None or (part[0] < new.part[1] and new.part[0] < part[1]):
            raise AbsenceNotValid(
                N_("Une absence est déjà notée pour ces jours. Supprimez-la d’abord, ou changez-les.")
            )


def _owner(tx: Session, actor: Actor, public_id: str | None) -> Party:
    if actor.role == "peer_helper" and public_id is None and actor.party_id is not None:
        return tx.get_one(Party, actor.party_id)
    coordinating(tx, actor)
    for table in (PeerHelper, Person, Professional, Place):
        row = tx.exec(select(table).where(scope(actor).of(table), table.public_id == public_id)).first()
        if row is not None:
            return tx.get_one(Party, row.id)
    raise NotFound(N_("Cette personne ou ce lieu n’existe pas."))


def _absence(tx: Session, actor: Actor, public_id: str) -> Absence:
    row = tx.exec(select(Absence).where(scope(actor).of(Absence), Absence.public_id == public_id)).first()
    if row is None:
        raise NotFound(N_("Cette absence n’existe pas."))
    return row


def _away(row: Absence) -> Away:
    whole = row.start_minute is None or row.end_minute is None
    return Away(row.first_day, row.last_day, None if whole else (row.start_minute or 0, row.end_minute or 0))


def _falls_into(away: Away, start: datetime, end: datetime, horizon: Horizon) -> bool:
    """Whether an absence takes some of these hours, on the wall clock of the territory."""
    first, last = horizon.tick(start), horizon.tick(end)
    for day in range(first // DAY, (last - 1) // DAY + 1):
        span = away.span_on(horizon.date(day))
        if span is not None and day * DAY + span[0] < last and first < day * DAY + span[1]:
            return True
    return False


def _is_session(one: Occurrence) -> bool:
    return one.kind == "open_session"


def _touched_time(one: Occurrence, records: Records, owner: int) -> TouchedTime:
    place = records.places[one.place_id].name if one.place_id is not None else ""
    return TouchedTime(one.kind, one.start, one.end, place, one.proposed(owner))


def _touched_visit(tx: Session, visit: Visit, horizon: Horizon) -> TouchedVisit:
    zone = horizon.moment(0).tzinfo
    return TouchedVisit(
        public_id=visit.public_id,
        start=visit.starts_at.astimezone(zone),
        end=visit.ends_at.astimezone(zone),
        pseudonym=tx.get_one(Person, visit.person_id).pseudonym,
        helper=tx.get_one(PeerHelper, visit.peer_helper_id).display_name,
        kind=visit.kind,
        status=visit.status,
        pinned=visit.pinned,
        published=visit.published_at is not None,
    )


def _line(row: Absence, owner: Owner) -> AbsenceLine:
    return AbsenceLine(
        public_id=row.public_id,
        owner=_name(owner),
        owner_kind=_kind(owner),
        first_day=row.first_day,
        last_day=row.last_day,
        hours=_away(row).part,
        kind=row.kind,
    )


def _row(tx: Session, party: Party) -> Owner:
    return tx.get_one(TABLES[party.kind], party.id)


def _kind(row: Owner) -> str:
    return next(kind for kind, table in TABLES.items() if isinstance(row, table))


def _name(row: Owner) -> str:
    if isinstance(row, Place):
        return row.name
    return row.pseudonym if isinstance(row, Person) else row.display_name

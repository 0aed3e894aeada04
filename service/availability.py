"""
The weekly windows of a helper, a person, a professional or a place: shown, changed, taken back one step.

A change moves no visit. It says before which ones no longer fit, and tells the coordination after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from calendars.availability import Recurrence, Window, without
from calendars.windows_text import MOMENTS, Hours, tidy
from locales import N_
from service import audit, codes, notices
from service.access_scope import scope
from service.availability_windows import covers, digest, hours_of, must_not_overlap, packed, unpacked
from service.errors import NotFound, Outdated, StepNotAllowed
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import (
    Availability,
    AvailabilityBefore,
    Party,
    PeerHelper,
    Person,
    Place,
    Professional,
)
from service.tables.territory import Territory
from service.visit_rows import today_of

OwnerKind = Literal["peer_helper", "person", "professional", "place"]
Owner = PeerHelper | Person | Professional | Place
TABLES: dict[str, type[Owner]] = {
    "peer_helper": PeerHelper,
    "person": Person,
    "professional": Professional,
    "place": Place,
}


@dataclass(frozen=True)
class Whose:
    """Whose windows: one's own, or by the coordinator those of a record of the territory."""

    kind: OwnerKind
    public_id: str = ""


@dataclass(frozen=True)
class Cell:
    """One moment of one day; `part` are its hours where not all of the moment is free every week."""

    weekday: int
    moment: str
    is_free: bool
    part: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class Week:
    """
    An owner's windows that are not over.

    `usual` have begun and have no end; `limited` are the others. `seen` is their digest, for a form to send back.
    """

    name: str
    kind: str
    is_own: bool
    usual: tuple[Window, ...]
    limited: tuple[Window, ...]
    seen: str
    has_step_back: bool

    @property
    def cells(self) -> list[Cell]:
        hours = hours_of(self.usual)
        return [_cell(hours, weekday, moment) for weekday in range(1, 8) for moment in MOMENTS]


@dataclass(frozen=True)
class OutsideVisit:
    """A visit that fitted and will fit no longer; local hours. `other` is the one at the other end, as known there."""

    start: datetime
    end: datetime
    other: str
    status: str


@dataclass(frozen=True)
class Change:
    """What a change would make of the windows, and the visits that it touches, in order of time."""

    windows: tuple[Window, ...]
    outside: tuple[OutsideVisit, ...] = field(default=())


def week(site: Site, actor: Actor, whose: Whose) -> Week:
    """
    Somebody's windows.

    Raises
    ------
    NotFound
        When there is no such owner in what the actor may see.
    """
    with site.db() as tx:
        owner = _owner(tx, actor, whose)
        today = today_of(site, tx.get_one(Territory, owner.territory_id))
        windows = _windows(_rows(tx, owner.id, today))
        before = tx.get(AvailabilityBefore, owner.id)
        seal = digest(windows)
        return Week(
            name=name_of(owner),
            kind=whose.kind,
            is_own=not whose.public_id,
            usual=tuple(one for one in windows if _is_usual(one, today)),
            limited=tuple(one for one in windows if not _is_usual(one, today)),
            seen=seal,
            has_step_back=before is not None and before.after == seal,
        )


def try_change(site: Site, actor: Actor, whose: Whose, windows: Iterable[Window]) -> Change:
    """
    What these windows would change, without changing anything.

    Raises
    ------
    HoursNotValid
        When two of them overlap, or there are too many.
    """
    wanted = must_not_overlap(windows)
    with site.db() as tx:
        owner = _owner(tx, actor, whose)
        territory = tx.get_one(Territory, owner.territory_id)
        today = today_of(site, territory)
        known = _windows(_rows(tx, owner.id, today))
        return Change(wanted, tuple(_outside(tx, site, actor, territory, owner, known, wanted)))


def change(site: Site, actor: Actor, whose: Whose, windows: Iterable[Window], seen: str) -> None:
    """
    Put these windows in the place of those that are not over; the ones before are kept for one step back.

    Raises
    ------
    Outdated
        When they are no longer the ones that the form showed.
    HoursNotValid
        When two of them overlap, or there are too many.
    """
    wanted = must_not_overlap(windows)
    with site.db.begin() as tx:
        owner, today = _held(tx, site, actor, whose)
        rows = _rows(tx, owner.id, today)
        known = _windows(rows)
        if digest(known) != seen:
            raise Outdated(N_("Quelqu’un d’autre a changé ces heures entre-temps. Voici celles d’aujourd’hui."))
        if digest(wanted) == seen:
            return
        _replace(tx, owner.id, rows, wanted, today)
        before = tx.get(AvailabilityBefore, owner.id) or AvailabilityBefore(
            owner_id=owner.id, after="", changed_at=site.clock.now()
        )
        before.windows, before.after = [packed(one) for one in known], digest(wanted)
        before.changed_at = site.clock.now()
        tx.add(before)
        _told(tx, site, actor, owner, whose, "availability.changed")


def step_back(site: Site, actor: Actor, whose: Whose, seen: str) -> None:
    """
    Bring back the windows from before the last change.

    Raises
    ------
    StepNotAllowed
        When somebody changed them since, or there was no change.
    """
    with site.db.begin() as tx:
        owner, today = _held(tx, site, actor, whose)
        rows = _rows(tx, owner.id, today)
        before = tx.get(AvailabilityBefore, owner.id)
        seal = digest(_windows(rows))
        if before is None or before.after != seal or seal != seen:
            raise StepNotAllowed(N_("Ces heures ont changé depuis. Il n’y a plus de retour en arrière."))
        back = [unpacked(one) for one in before.windows]
        _replace(tx, owner.id, rows, [one for one in back if not _is_over(one, today)], today)
        tx.delete(before)
        _told(tx, site, actor, owner, whose, "availability.taken_back")


def with_cells(week: Week, chosen: Collection[tuple[int, str]], today: date) -> list[Window]:
    """The windows when these moments are ticked: only what was ticked or unticked changes."""
    hours = list(hours_of(week.usual))
    for cell in week.cells:
        span = MOMENTS[cell.moment]
        ticked = (cell.weekday, cell.moment) in chosen
        if ticked and not cell.is_free:
            hours.append(Hours(cell.weekday, *span))
        elif not ticked and cell.is_free:
            hours = [
                Hours(one.weekday, *piece, one.recurrence)
                for one in hours
                for piece in (
                    without([(one.start, one.end)], [span]) if one.weekday == cell.weekday else [(one.start, one.end)]
                )
            ]
    return with_hours(week, hours, today)


def with_hours(
    week: Week, hours: Iterable[Hours], today: date, dropped: Collection[int] = (), added: Iterable[Window] = ()
) -> list[Window]:
    """
    The windows when these are the usual hours.

    A usual window that stays keeps its first day, the others begin today. `dropped` are places in `week.limited`;
    `added` have days of their own, and say only what the others do not.
    """
    since = {(one.weekday, one.start, one.end, one.recurrence): one.valid_from for one in week.usual}
    windows = [
        Window(one.weekday, one.start, one.end, since.get(_key(one), today), None, one.recurrence)
        for one in tidy(hours)
    ]
    windows += [one for place, one in enumerate(week.limited) if place not in dropped]
    for one in added:
        said = [
            (other.start, other.end)
            for other in windows
            if other.weekday == one.weekday
            and other.recurrence in ("weekly", one.recurrence)
            and other.valid_from <= one.valid_from
            and (other.valid_until is None or (one.valid_until is not None and other.valid_until >= one.valid_until))
        ]
        windows += [
            Window(one.weekday, *piece, one.valid_from, one.valid_until, one.recurrence)
            for piece in without([(one.start, one.end)], said)
        ]
    return windows


def name_of(owner: Owner) -> str:
    if isinstance(owner, Place):
        return owner.name
    return owner.pseudonym if isinstance(owner, Person) else owner.display_name


def _cell(hours: Iterable[Hours], weekday: int, moment: str) -> Cell:
    start, end = MOMENTS[moment]
    inside = [
        Hours(weekday, max(one.start, start), min(one.end, end), one.recurrence)
        for one in hours
        if one.weekday == weekday and one.start < end and start < one.end
    ]
    whole = any((one.start, one.end, one.recurrence) == (start, end, "weekly") for one in inside)
    return Cell(weekday, moment, bool(inside), () if whole else tuple(inside))


def _key(one: Hours) -> tuple[int, int, int, Recurrence]:
    return one.weekday, one.start, one.end, one.recurrence


def _is_usual(window: Window, today: date) -> bool:
    return window.valid_from <= today and window.valid_until is None


def _is_over(window: Window, today: date) -> bool:
    return window.valid_until is not None and window.valid_until < today


def _owner(tx: Session, actor: Actor, whose: Whose) -> Owner:
    table = TABLES[whose.kind]
    named = table.public_id == whose.public_id if whose.public_id else table.id == actor.party_id
    row = tx.exec(select(table).where(scope(actor).of(table), named)).first()
    if row is None:
        raise NotFound(N_("Cette personne ou ce lieu n’existe pas."))
    return row


def _held(tx: Session, site: Site, actor: Actor, whose: Whose) -> tuple[Owner, date]:
    """The owner, whom nobody else changes until this is done, and today's date there."""
    owner = _owner(tx, actor, whose)
    tx.exec(select(Party.id).where(Party.id == owner.id).with_for_update()).one()
    return owner, today_of(site, tx.get_one(Territory, owner.territory_id))


def _rows(tx: Session, owner: int, today: date) -> list[Availability]:
    going_on = or_(col(Availability.valid_until).is_(None), col(Availability.valid_until) >= today)
    return list(tx.exec(select(Availability).where(Availability.owner_id == owner, going_on)).all())


def _windows(rows: Iterable[Availability]) -> tuple[Window, ...]:
    windows = (
        Window(
            row.weekday,
            row.start_minute,
            row.end_minute,
            row.valid_from,
            row.valid_until,
            cast("Recurrence", row.recurrence),
        )
        for row in rows
    )
    return tuple(sorted(windows, key=packed))


def _replace(tx: Session, owner: int, rows: Iterable[Availability], wanted: Iterable[Window], today: date) -> None:
    for row in rows:
        tx.delete(row)
    tx.flush()
    for one in wanted:
        tx.add(
            Availability(
                owner_id=owner,
                weekday=one.weekday,
                start_minute=one.start,
                end_minute=one.end,
                recurrence=one.recurrence,
                valid_from=one.valid_from,
                valid_until=one.valid_until,
            )
        )
    tx.flush()


def _told(tx: Session, site: Site, actor: Actor, owner: Owner, whose: Whose, action: str) -> None:
    if actor.role != "coordinator":  # who changed it knows of it
        notices.tell_of_change(tx, site, "hours_changed", tx.get_one(Party, owner.id))
    audit.note(tx, site, actor, action, whose.kind, owner.public_id)


def _outside(
    tx: Session,
    site: Site,
    actor: Actor,
    territory: Territory,
    owner: Owner,
    known: Collection[Window],
    wanted: Collection[Window],
) -> list[OutsideVisit]:
    """Visits to come that the owner may see, inside of the old windows and outside of the new ones."""
    theirs = or_(*(col(one) == owner.id for one in (
        Visit.person_id, Visit.peer_helper_id, Visit.second_helper_id, Visit.professional_id, Visit.place_id
    )))  # fmt: skip
    seen = scope(actor).of(Visit)
    if actor.role != "coordinator":
        seen &= col(Visit.published_at).is_not(None)
    rows = tx.exec(
        select(Visit)
        .where(seen, theirs, col(Visit.status).in_(codes.LIVE_VISIT_STATES), col(Visit.starts_at) > site.clock.now())
        .order_by(col(Visit.starts_at), col(Visit.ref))
    ).all()
    zone = ZoneInfo(territory.timezone)
    helpers = by_id(tx, PeerHelper, (row.peer_helper_id for row in rows))
    people = by_id(tx, Person, (row.person_id for row in rows))
    found: list[OutsideVisit] = []
    for row in rows:
        start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        if covers(known, start, end) and not covers(wanted, start, end):
            with_person = row.person_id != owner.id
            other = people[row.person_id].pseudonym if with_person else helpers[row.peer_helper_id].display_name
            found.append(OutsideVisit(start, end, other, row.status))
    return found

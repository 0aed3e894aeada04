"""A week as the page draws it: words, colours and drawings around what the use cases tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import col, select

from service import clock, codes, network_areas, network_map, runs, travel_words, visits
from service.access_scope import scope
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood, Territory
from service.visit_changes import Before, Moved
from service.visit_rows import own_visit, week_of
from service.visit_week import OWN_CALENDAR, Chip, DayCell, Round, WeekView
from service.web import drawings
from service.web.drawings import Area, Stop
from service.web.marks import color_of
from service.web.speech import Speech
from service.web.words import APPOINTMENTS

WORKDAYS = 5


@dataclass(frozen=True)
class ChipLine:
    """One visit in a cell; `at` is its hour as forms write it, `number` its stop on the map when its day is shown."""

    public_id: str
    hour: str
    at: str
    who: str
    place: str
    status: str
    pinned: bool
    second: bool
    number: int | None


@dataclass(frozen=True)
class AppointmentLine:
    """A meeting or host slot in a cell."""

    hour: str
    what: str
    place: str
    is_proposed: bool


@dataclass(frozen=True)
class CellLine:
    """A helper's day: its strip and words, or why they are `off`; visits and appointments in order of time."""

    day: date
    strip: Markup
    text: str
    off: str
    entries: tuple[ChipLine | AppointmentLine, ...]


@dataclass(frozen=True)
class RowLine:
    name: str
    color: str
    load: str
    cells: tuple[CellLine, ...]


@dataclass(frozen=True)
class ToPlaceLine:
    """
    A due visit without a place, or one that somebody asked to move; `href` leads to its slots.

    `solutions` is how many slots there are; None when they were not counted.
    """

    who: str
    about: str
    reason: str
    href: str
    solutions: int | None


@dataclass(frozen=True)
class RoundLine:
    name: str
    color: str
    count: int
    minutes: int


@dataclass(frozen=True)
class WeekPage:
    """Everything that the template of the week shows."""

    days: tuple[date, ...]
    shown: date
    previous: date
    next: date
    placed: int
    pinned: int
    travel: int
    to_publish: int
    rows: tuple[RowLine, ...]
    unplaced: tuple[ToPlaceLine, ...]
    rounds: tuple[RoundLine, ...]
    map: Markup
    legend: Markup
    run: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class VisitLine:
    """One visit as the page that moves it shows it."""

    public_id: str
    revision: int
    who: str
    helper: str
    kind: str
    place: str
    moment: str
    pinned: bool
    may_move: bool
    waits: bool
    back: str


def week(site: Site, actor: Actor, monday: date, shown: date | None, speech: Speech) -> WeekPage:
    """The week from this Monday; `shown` is the day on the map, the first with visits when it is not of the week."""
    view = visits.week(site, actor, monday)
    busy = [one.day for one in view.rounds]
    # Saturday and Sunday only when there is something to see on them.
    days = view.days[: max(WORKDAYS, *(day.weekday() + 1 for day in busy), 0)]
    if shown is None or shown not in days:
        shown = min(busy, default=view.monday)
    colors = {row.ref: color_of(number) for number, row in enumerate(view.rows)}
    rounds = [one for one in view.rounds if one.day == shown]
    running = runs.current(site, actor, "planning")
    return WeekPage(
        days=days,
        shown=shown,
        previous=view.monday - timedelta(days=7),
        next=view.monday + timedelta(days=7),
        placed=view.counts.placed,
        pinned=view.counts.pinned,
        travel=view.counts.travel_minutes,
        to_publish=view.counts.to_publish,
        rows=tuple(
            RowLine(
                row.name,
                colors[row.ref],
                speech.gettext(
                    "%(time)s sur %(limit)s",
                    time=speech.duration(row.contact_minutes),
                    limit=speech.duration(row.contact_limit),
                ),
                tuple(_cell(cell, cell.day == shown, speech) for cell in row.cells if cell.day in days),
            )
            for row in view.rows
        ),
        unplaced=tuple(_to_place(view, speech)),
        rounds=tuple(RoundLine(one.name, colors[one.helper], len(one.stops), one.travel) for one in rounds),
        map=_map(site, actor, rounds, view, colors, shown, speech),
        legend=drawings.strip([(480, 1200)], [(620, 840)]),
        run=running.public_id if running is not None else "",
        ways=tuple(travel_words.sentences(view.travel, speech)),
    )


def _cell(cell: DayCell, on_map: bool, speech: Speech) -> CellLine:
    free = [(start + drawings.DAY_FROM, end + drawings.DAY_FROM) for start, end in cell.free]
    taken = [(start + drawings.DAY_FROM, end + drawings.DAY_FROM) for start, end in cell.taken]
    return CellLine(
        day=cell.day,
        strip=drawings.strip(free, taken),
        text=", ".join(speech.span(start, end) for start, end in cell.hours),
        off=why_off(cell, speech),
        entries=tuple(
            _chip(one, on_map, speech)
            if isinstance(one, Chip)
            else AppointmentLine(
                # All that is known of an agenda kept elsewhere is from when to when.
                speech.span(one.start, one.end) if one.kind == OWN_CALENDAR else speech.time_of_day(one.start),
                speech.gettext(APPOINTMENTS[one.kind]),
                one.place,
                one.is_proposed,
            )
            for one in sorted((*cell.chips, *cell.appointments), key=lambda one: (one.start, one.end))
        ),
    )


def why_off(cell: DayCell, speech: Speech) -> str:
    """Why a helper's day is empty; nothing to say when they are free at some hour."""
    if cell.is_absent:
        return speech.gettext("Absence")
    if cell.is_closed:
        return speech.gettext("Jour férié ou congé")
    return "" if cell.hours else speech.gettext("Non disponible")


def _chip(chip: Chip, on_map: bool, speech: Speech) -> ChipLine:
    return ChipLine(
        public_id=chip.public_id,
        hour=speech.time_of_day(chip.start),
        at=speech.local(chip.start).strftime("%H:%M"),
        who=chip.pseudonym,
        place=chip.place,
        status=chip.status,
        pinned=chip.pinned,
        second=chip.is_second or bool(chip.going),
        number=chip.order if on_map else None,
    )


def _to_place(view: WeekView, speech: Speech) -> list[ToPlaceLine]:
    lines = [
        ToPlaceLine(
            chip.pseudonym,
            speech.day_short(chip.start),
            speech.gettext("Un autre moment est demandé."),
            f"/semaine/visites/{chip.public_id}",
            None,
        )
        for chip in view.to_move
    ]
    for one in view.to_place:
        about = speech.gettext(
            "%(time)s, avec %(helper)s", time=speech.duration(one.visit.minutes), helper=one.visit.helper
        )
        reasons = " ".join(speech.gettext(text) for text in one.reasons)
        if one.solutions:
            reasons = speech.gettext("Pas encore de moment choisi.")
        href = f"/semaine/a-placer?visite={quote(one.visit.id, safe='')}"
        lines.append(ToPlaceLine(one.visit.pseudonym, about, reasons, href, one.solutions))
    return lines


def _map(
    site: Site,
    actor: Actor,
    rounds: Sequence[Round],
    view: WeekView,
    colors: dict[str, str],
    shown: date,
    speech: Speech,
) -> Markup:
    ids = {
        (row.ref, chip.order): chip.public_id
        for row in view.rows
        for cell in row.cells
        if cell.day == shown
        for chip in cell.chips
    }
    drawn = [
        drawings.Round(
            colors[one.helper],
            tuple(
                Stop(
                    stop.point.lat,
                    stop.point.lon,
                    stop.order,
                    speech.gettext(
                        "%(helper)s, arrêt %(number)s, %(hour)s, %(who)s, %(place)s",
                        helper=one.name,
                        number=stop.order,
                        hour=speech.time_of_day(stop.start),
                        who=stop.pseudonym,
                        place=stop.place,
                    ),
                    f"/semaine/visites/{ids[one.helper, stop.order]}",
                )
                for stop in one.stops
                if stop.point is not None
            ),
        )
        for one in rounds
    ]
    with site.db() as tx:
        areas = [Area(row.name, row.lat, row.lon) for row in network_areas.offered(tx, actor.territory_id)]
        borders = network_map.borders_of(tx, actor.territory_id)
    title = speech.gettext("Carte schématique des visites du %(day)s", day=speech.day(shown))
    return drawings.day_map(areas, drawn, title, borders)


def one_visit(site: Site, actor: Actor, public_id: str, speech: Speech) -> VisitLine:
    """A visit of the actor's scope, with the way back to its week."""
    with site.db() as tx:
        row = own_visit(tx, actor, public_id)
        person, helper = tx.get_one(Person, row.person_id), tx.get_one(PeerHelper, row.peer_helper_id)
        area = tx.get(Neighbourhood, person.neighbourhood_id) if person.neighbourhood_id is not None else None
        place = tx.get(Place, row.place_id) if row.place_id is not None else None
        day = speech.local(row.starts_at).date()
        return VisitLine(
            public_id=row.public_id,
            revision=row.revision,
            who=person.pseudonym,
            helper=helper.display_name,
            kind=row.kind,
            place=place.name if place is not None else area.name if area is not None else "",
            moment=f"{speech.day(day)}, {speech.hours(row.starts_at, row.ends_at)}",
            pinned=row.pinned,
            may_move=row.status in codes.LIVE_VISIT_STATES,
            waits=row.status == "planned",
            back=_address(day),
        )


def address_of(site: Site, actor: Actor, public_id: str) -> str:
    """The week in which a visit stands, with its day on the map; ends in a query, so that more can follow."""
    with site.db() as tx:
        row = own_visit(tx, actor, public_id)
        territory = tx.get_one(Territory, row.territory_id)
        return _address(_local(row.starts_at, territory))


def week_address(day: date) -> str:
    """The week of a day."""
    return f"/semaine/{week_of(day)}"


def _address(day: date) -> str:
    return f"/semaine/{week_of(day)}?jour={day}"


def _local(moment: datetime, territory: Territory) -> date:
    return moment.astimezone(ZoneInfo(territory.timezone)).date()


@dataclass(frozen=True)
class Undo:
    """A move that was just made: its sentence, and the fields that bring the visit back."""

    visit: str
    who: str
    said: str
    revision: int
    before: Before


def undo_query(visit: str, moved: Moved) -> str:
    """What the address of the week carries so that a move can be taken back; no names."""
    before = moved.before
    return urlencode(
        {
            "visite": visit,
            "revision": moved.revision,
            "avant": before.slot,
            "fixee": int(before.pinned),
            "helper": before.helper_answer,
            "person": before.person_answer,
        }
    )


def undo_of(site: Site, actor: Actor, asked: Mapping[str, str], speech: Speech) -> Undo | None:
    """The move that the address speaks of, as long as nobody changed the visit since."""
    revision = asked.get("revision", "")
    if asked.get("fait") != "moved" or not revision.isdecimal():
        return None
    with site.db() as tx:
        row = tx.exec(select(Visit).where(Visit.public_id == asked.get("visite", ""), scope(actor).of(Visit))).first()
        if row is None or str(row.revision) != revision:
            return None
        moment = f"{speech.day_of(row.starts_at)}, {speech.hour(row.starts_at)}"
        said = speech.gettext("Visite déplacée au %(moment)s.", moment=moment)
        before = Before(
            asked.get("avant", ""), asked.get("fixee") == "1", asked.get("helper", ""), asked.get("person", "")
        )
        return Undo(row.public_id, tx.get_one(Person, row.person_id).pseudonym, said, row.revision, before)


def first_week(site: Site, actor: Actor) -> date:
    """The Monday of the first week from today on that has visits, else of this week."""
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        monday = week_of(clock.today(site.clock, territory.timezone))
        first = tx.exec(
            select(Visit.starts_at)
            .where(
                scope(actor).of(Visit),
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.starts_at) >= site.clock.now() - timedelta(days=7),
            )
            .order_by(col(Visit.starts_at))
        ).first()
        return max(monday, week_of(_local(first, territory))) if first is not None else monday


def unpublished(site: Site, actor: Actor, monday: date) -> int:
    """How many visits of a week nobody was told of yet."""
    return visits.week(site, actor, monday, with_due=False).counts.to_publish


def names(site: Site, actor: Actor) -> dict[str, str]:
    """Whom a visit may concern, by reference: those who go, the person, the place."""
    with site.db() as tx:
        seen = scope(actor).of
        found = dict(tx.exec(select(Person.ref, Person.pseudonym).where(seen(Person))).all())
        found |= dict(tx.exec(select(Place.ref, Place.name).where(seen(Place))).all())
        for table in (PeerHelper, Professional):
            found |= dict(tx.exec(select(table.ref, table.display_name).where(seen(table))).all())
        return found

"""
On which days a territory rests: the one place that planning, feeds and pages ask.

Public holidays are those of the library for the territory's country and region, and what the network added to them or
took out of them. School holidays are those that come with the program, each with its source; a period that the network
took over itself replaces those that it overlaps.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, col, select

from calendars.holidays import public_holidays, ready, subdivision
from locales import N_
from service import clock
from service.site import Actor, Site
from service.tables.network import OpenSession
from service.tables.people import PeerHelper, Person
from service.tables.territory import PublicHoliday, SchoolHoliday, Territory

__all__ = ["WARNINGS", "Days", "Period", "Source", "Warned", "days_of", "ready", "shipped", "sources", "warnings"]

CALENDARS = Path(__file__).parent / "school_calendars"
SOON = relativedelta(months=6)
"""School holidays that are known for less than this are asked for."""
LONGEST_TERM_DAYS = 120
"""No school goes on for longer without a holiday: a longer gap means that nothing is known."""

WARNINGS: Mapping[str, str] = {
    "school_ends": N_(
        "Les vacances scolaires du calendrier %(subject)s sont connues jusqu’au %(day)s. Reprenez un fichier "
        "school_holidays.csv avec la suite, ou attendez la mise à jour du programme."
    ),
    "school_missing": N_(
        "Les vacances scolaires à venir du calendrier %(subject)s ne sont pas connues. Reprenez un fichier "
        "school_holidays.csv."
    ),
    "calendar_missing": N_(
        "Quelqu’un est en congé pendant les vacances scolaires, mais le territoire n’a pas de calendrier scolaire. "
        "Complétez la colonne school_calendar de territory.csv."
    ),
    "region_unknown": N_(
        "La région « %(subject)s » n’est pas connue : seuls les jours fériés de tout le pays comptent. Corrigez la "
        "colonne region de territory.csv, par exemple avec un département."
    ),
}
"""What is missing and what to do about it, by code."""


@dataclass(frozen=True)
class Days:
    """Days of rest with their names."""

    public: Mapping[date, str]
    school: Mapping[date, str]


@dataclass(frozen=True)
class Source:
    """Who says so, dated when, and from which day to which it tells everything."""

    name: str
    school_calendars: tuple[str, ...]
    title: str
    dated: date
    url: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class Period:
    """School holidays; both days are among them. `source` is empty for those of the network."""

    first: date
    last: date
    label: str
    source: str = ""

    def overlaps(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last

    def days(self) -> Iterable[date]:
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class Warned:
    """Something about holidays that the coordinator has to see to: a code of `WARNINGS`, its subject and day."""

    code: str
    subject: str = ""
    day: date | None = None


def days_of(tx: Session, territory: Territory, first: date, last: date, language: str = "fr") -> Days:
    """Every day of rest of a territory between two days, ends included; names are in the reader's language."""
    asked = Period(first, last, "")
    periods = [one for one in _periods(tx, territory.school_calendar) if one.overlaps(asked)]
    return Days(
        public=_public(tx, territory, first, last, language),
        school={day: one.label for one in periods for day in one.days() if first <= day <= last},
    )


def warnings(site: Site, actor: Actor) -> tuple[Warned, ...]:
    """What the coordinator is to see to, so that the days of rest stay known; nothing for anybody else."""
    if actor.role != "coordinator" or actor.territory_id is None:
        return ()
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        today = clock.today(site.clock, territory.timezone)
        return (*_of_school(tx, territory, today), *_of_region(territory))


@cache
def sources() -> Mapping[str, Source]:
    """Where the school holidays that come with the program are from."""
    return {
        row["source"]: Source(
            name=row["source"],
            school_calendars=tuple(row["school_calendars"].split("|")),
            title=row["title"],
            dated=date.fromisoformat(row["dated"]),
            url=row["url"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_until=date.fromisoformat(row["valid_until"]),
        )
        for row in _told("sources")
    }


@cache
def shipped() -> Mapping[str, tuple[Period, ...]]:
    """The school holidays that come with the program, by calendar and in order."""
    found: dict[str, list[Period]] = {}
    for row in _told("periods"):
        first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
        found.setdefault(row["school_calendar"], []).append(Period(first, last, row["label"], row["source"]))
    return {name: tuple(sorted(periods, key=lambda one: one.first)) for name, periods in found.items()}


def applies(region: str, territory: Territory) -> bool:
    """
    Whether a row with this region is about that territory.

    The region is empty for the whole country, the territory's reference, its region in the same words, or another
    name of the part of France in which the territory lies.
    """
    if not region or region.casefold() in (territory.ref.casefold(), territory.region.casefold()):
        return True
    return bool(part := subdivision(territory.country, region)) and part == subdivision(
        territory.country, territory.region
    )


def _public(tx: Session, territory: Territory, first: date, last: date, language: str) -> dict[date, str]:
    part = subdivision(territory.country, territory.region) or ""
    found = public_holidays(territory.country, part, range(first.year, last.year + 1), language)
    rows = tx.exec(
        select(PublicHoliday)
        .where(PublicHoliday.country == territory.country, PublicHoliday.day >= first, PublicHoliday.day <= last)
        .order_by(col(PublicHoliday.region), col(PublicHoliday.day))
    )
    for row in rows:  # those of the whole country first: what is said of a region counts more
        if not applies(row.region, territory):
            continue
        if row.closed:
            found.setdefault(row.day, row.label)
        else:
            found.pop(row.day, None)
    return {day: found[day] for day in sorted(found) if first <= day <= last}


def _periods(tx: Session, school_calendar: str) -> Sequence[Period]:
    """All that is known of a calendar, in order."""
    if not school_calendar:
        return ()
    rows = tx.exec(select(SchoolHoliday).where(SchoolHoliday.school_calendar == school_calendar))
    own = [Period(row.first_day, row.last_day, row.label) for row in rows]
    ours = [one for one in shipped().get(school_calendar, ()) if not any(one.overlaps(other) for other in own)]
    return sorted((*own, *ours), key=lambda one: (one.first, one.last))


def _known_until(periods: Iterable[Period], valid: Iterable[tuple[date, date]], today: date) -> date | None:
    """The last day up to which holidays are known without a gap; None when nothing is known from today on."""
    known: date | None = None
    for first, last in sorted([*((one.first, one.last) for one in periods), *valid]):
        if last < today:
            continue
        if first - (known or today) > timedelta(days=LONGEST_TERM_DAYS):
            break
        known = max(last, known or last)
    return known


def _of_school(tx: Session, territory: Territory, today: date) -> Iterable[Warned]:
    name = territory.school_calendar
    if not name:
        return (Warned("calendar_missing"),) if _is_asked_for(tx, territory) else ()
    valid = [(one.valid_from, one.valid_until) for one in sources().values() if name in one.school_calendars]
    until = _known_until(_periods(tx, name), valid, today)
    if until is None:
        return (Warned("school_missing", name),)
    return (Warned("school_ends", name, until),) if until < today + SOON else ()


def _of_region(territory: Territory) -> Iterable[Warned]:
    known = subdivision(territory.country, territory.region) is not None
    return () if known else (Warned("region_unknown", territory.region),)


def _is_asked_for(tx: Session, territory: Territory) -> bool:
    """Somebody, or a series of an open place, rests in school holidays."""
    asking = (
        select(Person.id).where(Person.territory_id == territory.id, col(Person.off_in_school_holidays).is_(True)),
        select(PeerHelper.id).where(
            PeerHelper.territory_id == territory.id, col(PeerHelper.off_in_school_holidays).is_(True)
        ),
        select(OpenSession.id).where(
            OpenSession.territory_id == territory.id, col(OpenSession.on_school_holidays).is_(False)
        ),
    )
    return any(tx.exec(query.limit(1)).first() is not None for query in asking)


def _told(name: str) -> list[dict[str, str]]:
    with (CALENDARS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

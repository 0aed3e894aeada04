"""The small network of the feeds, its territory moved elsewhere."""

from __future__ import annotations

from datetime import date

from service import holidays
from service.tables.territory import PublicHoliday, SchoolHoliday, Territory
from tests.service.feeds.builders import Network, network

YEAR = (date(2027, 1, 1), date(2027, 12, 31))


def placed(**where: object) -> Network:
    """The network in a territory with these columns."""
    of = network()
    with of.site.db.begin() as tx:
        territory = tx.get_one(Territory, of.territory)
        for name, value in where.items():
            setattr(territory, name, value)
    return of


def in_france(region: str, **where: object) -> Network:
    return placed(country="FR", region=region, school_calendar="", ref="FR-XYZ", **where)


def rest(of: Network, first: date = YEAR[0], last: date = YEAR[1], language: str = "fr") -> holidays.Days:
    with of.site.db() as tx:
        return holidays.days_of(tx, tx.get_one(Territory, of.territory), first, last, language)


def public(country: str, day: str, label: str = "Fête du lieu", region: str = "", *, closed: bool = True):
    return PublicHoliday(country=country, region=region, day=date.fromisoformat(day), label=label, closed=closed)


def school(calendar: str, first: str, last: str, label: str = "Vacances du réseau") -> SchoolHoliday:
    return SchoolHoliday(
        school_calendar=calendar, first_day=date.fromisoformat(first), last_day=date.fromisoformat(last), label=label
    )

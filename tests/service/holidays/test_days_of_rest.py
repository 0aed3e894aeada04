"""The days of rest of a territory: the library's, the program's and the network's own."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import holidays as library
from calendars.horizon import Horizon as Shown
from service import holidays
from service.feed_rows import Closures
from service.imports import shipped
from service.planning_records import Horizon, Records
from service.tables.territory import Territory
from tests.service.holidays.builders import in_france, placed, public, rest, school

CARNIVAL = (date(2027, 2, 22), date(2027, 3, 7))
"""In the French Community of Belgium."""


def told(name: str) -> list[dict[str, str]]:
    with (shipped.DEMO_DATA / "common" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_territory_rests_on_the_days_of_its_country_and_region():
    reunion, meuse = in_france("La Réunion"), in_france("Meuse, Grand Est")

    assert rest(reunion).public.keys() - rest(meuse).public.keys() == {date(2027, 12, 20)}
    assert rest(placed()).public[date(2027, 7, 21)] == "Fête nationale"


def test_only_the_days_that_were_asked_for_are_told_ends_included():
    found = rest(placed(), date(2026, 12, 25), date(2027, 1, 1))

    assert list(found.public) == [date(2026, 12, 25), date(2027, 1, 1)]
    assert list(found.school) == [date(2026, 12, 25) + timedelta(days=number) for number in range(8)]


def test_names_are_in_the_readers_language():
    assert rest(placed(), language="nl").public[date(2027, 7, 21)] == "Nationale feestdag"


def test_what_a_network_adds_rests_too():
    of = placed()
    of.add(public("BE", "2027-09-27", "Fête de la Fédération"), public("FR", "2027-09-28"))

    assert rest(of).public[date(2027, 9, 27)] == "Fête de la Fédération"
    assert date(2027, 9, 28) not in rest(of).public


def test_a_day_that_the_network_does_not_keep_is_a_day_like_others():
    of = placed()
    before = set(rest(of).public)
    of.add(public("BE", "2027-05-17", closed=False))

    assert before - set(rest(of).public) == {date(2027, 5, 17)}


@pytest.mark.parametrize(
    ("region", "applies"),
    [
        ("", True),
        ("FR-57", True),
        ("moselle", True),
        ("Metz, Moselle", True),
        ("fr-xyz", True),
        ("Meuse", False),
        ("974", False),
        ("FR-ABC", False),
    ],
)
def test_a_row_is_for_the_country_a_region_or_one_territory(region: str, applies: bool):
    of = in_france("Metz, Moselle")
    of.add(public("FR", "2027-02-02", region=region))

    assert (date(2027, 2, 2) in rest(of).public) is applies


def test_what_is_said_of_the_region_counts_more_than_what_is_said_of_the_country():
    of = in_france("Moselle")
    of.add(public("FR", "2027-05-17", closed=False, region="Moselle"), public("FR", "2027-05-17"))

    assert date(2027, 5, 17) not in rest(of).public
    assert date(2027, 5, 17) in rest(in_france("Meuse")).public


def test_a_region_that_nobody_knows_has_the_days_of_the_country():
    assert rest(in_france("Atlantide")).public == rest(in_france("Meuse")).public


def test_school_holidays_come_with_the_program():
    found = rest(placed()).school

    assert found[CARNIVAL[0]] == found[CARNIVAL[1]] == "Vacances de carnaval"
    assert CARNIVAL[0] - timedelta(days=1) not in found
    assert CARNIVAL[1] + timedelta(days=1) not in found


@pytest.mark.parametrize("calendar", ["", "FR-Corse", "FR-Mayotte"])
def test_of_a_calendar_without_a_source_nothing_is_invented(calendar: str):
    assert rest(placed(school_calendar=calendar)).school == {}


def test_a_period_of_the_network_replaces_those_it_overlaps_and_no_others():
    of = placed()
    of.add(school("BE-FWB", "2027-03-01", "2027-03-12"), school("BE-VL", "2027-06-01", "2027-06-02"))
    found = rest(of).school

    assert CARNIVAL[0] not in found
    assert {day for day, label in found.items() if label == "Vacances du réseau"} == {
        date(2027, 3, 1) + timedelta(days=number) for number in range(12)
    }
    assert date(2027, 4, 26) in found


def test_planning_and_feeds_read_the_same_days():
    of = placed()
    of.add(public("BE", "2027-01-20"), public("BE", "2027-05-06", closed=False))
    of.add(school("BE-FWB", "2027-01-25", "2027-01-26"))
    with of.site.db() as tx:
        territory = tx.get_one(Territory, of.territory)
        shown = Shown.of(date(2027, 1, 4), territory.timezone)
        weeks = Horizon(shown.first_day, (shown.last_day - shown.first_day).days + 1, territory.timezone)
        planning = Records(tx, territory, weeks, datetime(2027, 1, 4, tzinfo=UTC))
        feeds = Closures.of(tx, territory, shown, [])

        assert planning.closed(school=False) == feeds.public
        assert planning.closed(school=True) == feeds.public | feeds.school
    assert date(2027, 1, 20) in feeds.public
    assert date(2027, 5, 6) not in feeds.public
    assert date(2027, 1, 25) in feeds.school


def test_the_shared_files_of_the_demonstration_tell_what_the_library_knows():
    rows = told("public_holidays")
    for country in ("BE", "FR"):
        days = [date.fromisoformat(row["date"]) for row in rows if row["country"] == country]
        known = library.public_holidays(country, "", (2026, 2027))

        assert days == [day for day in known if days[0] <= day <= days[-1]]


def test_the_school_holidays_of_the_demonstration_are_those_of_the_program():
    ours = {(name, one.first, one.last) for name, periods in holidays.shipped().items() for one in periods}
    rows = {
        (row["school_calendar"], date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
        for row in told("school_holidays")
    }

    assert len(rows) == 8
    assert rows <= ours

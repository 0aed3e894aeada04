"""Holidays, regions and clocks in the files of a territory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import select

from calendars import timezones
from service import holidays
from service.database import Database
from service.imports.export import export
from service.imports.report import Report
from service.site import Site
from service.tables.territory import PublicHoliday, Territory
from tests import sites
from tests.service.imports.builders import (
    COORDINATOR,
    Files,
    errors,
    load,
    look,
    places,
    small,
    told,
    with_cell,
    with_column,
    with_row,
    without_row,
)

REGION = ("territory.csv", 2, "region")
ROW = 23
"""The line of a row added to public_holidays.csv."""


@pytest.fixture
def site(schema_in_memory: Database) -> Iterator[Site]:
    with sites.copied(schema_in_memory) as db:
        yield sites.a_site(db)


def in_france(region: str) -> Files:
    return with_cell(with_cell(small(), "territory", 2, "country", "FR"), "territory", 2, "region", region)


def with_holiday(files: Files, **values: str) -> Files:
    """One more public holiday, with the columns that a file may leave out."""
    for column in ("region", "closed"):
        if column not in told(files, "public_holidays")[0]:
            files = with_column(files, "public_holidays", column)
    return with_row(
        files, "public_holidays", **{"label": "Fête du lieu", "date": "2027-09-27", "country": "BE"} | values
    )


def warned(report: Report) -> list[tuple[str, int, str, str]]:
    return [(one.file, one.line, one.column, one.code) for one in report.findings if one.severity == "warning"]


def rests(site: Site, day: date) -> bool:
    with site.db() as tx:
        return day in holidays.days_of(tx, tx.exec(select(Territory)).one(), day, day).public


@pytest.mark.parametrize("zone", sorted(timezones.ZONES))
def test_each_zone_that_feeds_can_tell_is_taken(site: Site, zone: str):
    assert places(look(site, with_cell(small(), "territory", 2, "timezone", zone)), "UNKNOWN_CODE") == []


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "UTC", "CET", "europe/brussels", "Indian/Kerguelen"]
)
def test_a_zone_that_no_feed_can_tell_is_refused_with_the_list_of_those_that_can(site: Site, zone: str):
    report = look(site, with_cell(small(), "territory", 2, "timezone", zone))
    [found] = [one for one in report.findings if one.column == "timezone"]

    assert (found.code, found.severity) == ("UNKNOWN_CODE", "error")
    assert f"« {zone} »" in found.message(str)
    assert all(name in found.message(str) for name in timezones.ZONES)


@pytest.mark.parametrize("region", ["", "Morbihan, Bretagne", "Moselle", "FR-974", "Saint-Barthélemy"])
def test_a_region_of_france_by_name_or_code_is_no_finding(site: Site, region: str):
    assert REGION not in [one[:3] for one in warned(look(site, in_france(region)))]


@pytest.mark.parametrize("region", ["Grand Est", "Province de Liège", "Atlantide"])
def test_a_region_whose_holidays_nobody_knows_is_a_warning_and_comes_in(site: Site, region: str):
    report = look(site, in_france(region))

    assert (*REGION, "UNKNOWN_CODE") in warned(report)
    assert errors(report) == []
    assert report.accepted["territory.csv"] == 1


def test_any_region_of_belgium_is_no_finding(site: Site):
    assert warned(look(site, with_cell(small(), "territory", 2, "region", "Cantons de l’Est"))) == []


def test_a_day_that_the_network_adds_and_one_that_it_does_not_keep(site: Site):
    files = with_holiday(with_holiday(small()), label="", date="2027-05-06", closed="false")
    files = without_row(files, "public_holidays", 8)
    load(site, files)

    assert rests(site, date(2027, 9, 27))
    assert not rests(site, date(2027, 5, 6))
    assert rests(site, date(2027, 7, 21))


@pytest.mark.parametrize("region", ["Liège", "liège", "BE-TST"])
def test_a_day_of_the_territorys_own_region_or_of_itself_is_no_finding(site: Site, region: str):
    files = with_holiday(small(), region=region)

    assert look(site, files).findings == ()
    load(site, files)
    assert rests(site, date(2027, 9, 27))


@pytest.mark.parametrize(("country", "region"), [("BE", "Namur"), ("FR", "Bretagne"), ("FR", "Atlantide")])
def test_a_day_of_a_region_that_nobody_here_lives_in_is_a_warning(site: Site, country: str, region: str):
    files = with_holiday(small(), country=country, region=region)

    assert warned(look(site, files)) == [("public_holidays.csv", ROW, "region", "UNKNOWN_CODE")]


def test_one_day_may_be_told_for_the_country_and_for_a_region(site: Site):
    files = with_row(
        with_holiday(small()), "public_holidays", country="BE", date="2027-09-27", label="x", region="BE-TST"
    )
    load(site, files)

    with site.db() as tx:
        rows = tx.exec(select(PublicHoliday).where(PublicHoliday.day == date(2027, 9, 27))).all()
    assert sorted(row.region for row in rows) == ["", "BE-TST"]
    assert look(site, files).differences == ()


def test_one_day_told_twice_for_one_region_is_found(site: Site):
    files = with_holiday(with_holiday(small(), region="BE-TST"), region="be-tst", label="autre")

    assert ("public_holidays.csv", ROW + 1, "", "DUPLICATE_ROW") in errors(look(site, files))


def test_regions_and_days_not_kept_come_out_as_they_went_in(site: Site, schema_in_memory: Database):
    load(site, with_holiday(small(), region="BE-TST", closed="false"))
    out = export(site, COORDINATOR)
    with sites.copied(schema_in_memory) as db:
        second = sites.a_site(db)
        load(second, out)

        assert export(second, COORDINATOR) == out
    assert ["BE", "2027-09-27", "Fête du lieu", "BE-TST", "false"] in told(out, "public_holidays")


def test_a_file_without_the_new_columns_leaves_what_they_told(site: Site):
    load(site, small())
    load(site, with_cell(small(), "public_holidays", 2, "label", "Fête de tous les saints"))

    assert look(site, small()).findings == ()
    assert rests(site, date(2026, 11, 1))

"""The coordinator is told half a year before school holidays run out, and what to do."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from service import holidays
from service.holidays import Warned
from service.site import Actor
from service.tables.people import Person
from tests.service.feeds.builders import Network, open_session
from tests.service.holidays.builders import in_france, placed, school


def warned(of: Network, day: date) -> tuple[Warned, ...]:
    moved = of.on(day)
    return holidays.warnings(moved.site, moved.coordinator())


@pytest.mark.parametrize("calendar", ["BE-FWB", "BE-VL", "FR-A", "FR-B", "FR-C"])
def test_in_the_demonstration_nothing_is_missing(calendar: str):
    assert warned(placed(school_calendar=calendar), date(2027, 1, 4)) == ()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2028, 2, 29), ()),  # to the day, six months before 31 August
        (date(2028, 3, 1), (Warned("school_ends", "FR-B", date(2028, 8, 31)),)),
        (date(2028, 8, 31), (Warned("school_ends", "FR-B", date(2028, 8, 31)),)),
        (date(2028, 9, 1), (Warned("school_missing", "FR-B"),)),
        (date(2040, 1, 1), (Warned("school_missing", "FR-B"),)),
    ],
)
def test_the_warning_comes_half_a_year_before_and_stays(day: date, expected: tuple[Warned, ...]):
    assert warned(placed(school_calendar="FR-B"), day) == expected


def test_a_file_of_the_network_with_what_follows_ends_the_warning():
    of, day = placed(school_calendar="FR-B"), date(2028, 6, 1)
    assert warned(of, day) == (Warned("school_ends", "FR-B", date(2028, 8, 31)),)

    of.add(school("FR-B", "2028-10-21", "2028-11-05"), school("FR-B", "2028-12-23", "2029-01-07"))

    assert warned(of, day) == ()
    assert warned(of, date(2028, 8, 1)) == (Warned("school_ends", "FR-B", date(2029, 1, 7)),)


def test_a_file_that_leaves_a_gap_does_not():
    of = placed(school_calendar="FR-B")
    of.add(school("FR-B", "2029-10-20", "2029-11-04"))

    assert warned(of, date(2028, 6, 1)) == (Warned("school_ends", "FR-B", date(2028, 8, 31)),)


@pytest.mark.parametrize("calendar", ["FR-Corse", "FR-Guadeloupe", "BE-XX"])
def test_a_calendar_without_a_source_is_asked_for(calendar: str):
    assert warned(placed(school_calendar=calendar), date(2027, 1, 4)) == (Warned("school_missing", calendar),)


def test_a_network_may_tell_a_calendar_that_the_program_does_not_know():
    of = placed(school_calendar="FR-Corse")
    of.add(school("FR-Corse", "2027-02-13", "2027-02-28"), school("FR-Corse", "2027-04-17", "2027-05-02"))

    assert warned(of, date(2027, 1, 4)) == (Warned("school_ends", "FR-Corse", date(2027, 5, 2)),)


def test_without_a_calendar_it_is_asked_for_once_somebody_rests_in_school_holidays():
    of = placed(school_calendar="")
    assert warned(of, date(2027, 1, 4)) == ()

    with of.site.db.begin() as tx:
        tx.get_one(Person, of.dalia).off_in_school_holidays = True

    assert warned(of, date(2027, 1, 4)) == (Warned("calendar_missing"),)


def test_a_series_that_rests_in_school_holidays_asks_for_a_calendar_too():
    of = placed(school_calendar="")
    of.add(open_session(of, on_school_holidays=False))

    assert warned(of, date(2027, 1, 4)) == (Warned("calendar_missing"),)


def test_a_region_that_nobody_knows_is_asked_for():
    assert warned(in_france("Atlantide"), date(2027, 1, 4)) == (Warned("region_unknown", "Atlantide"),)


@pytest.mark.parametrize("role", ["peer_helper", "person", "professional"])
def test_nobody_else_is_told(role: str):
    of = placed(school_calendar="BE-XX")

    assert holidays.warnings(of.site, Actor(role, of.territory)) == ()


def test_starting_the_program_does_not_load_the_library_of_holidays():
    code = "import sys, service.app, service.cli; print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"

"""School holidays that come with the program: each with its source, none beyond what that source tells."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from holidays.countries.belgium import Belgium
from holidays.countries.france import France

from service.holidays import Period, shipped, sources

CALENDARS = ("BE-DG", "BE-FWB", "BE-VL", "FR-A", "FR-B", "FR-C")
LIBRARY = {
    "BE-DG": (Belgium, "German"),
    "BE-FWB": (Belgium, "French"),
    "BE-VL": (Belgium, "Flemish"),
    "FR-A": (France, "Zone A"),
    "FR-B": (France, "Zone B"),
    "FR-C": (France, "Zone C"),
}


def test_these_calendars_are_known():
    assert tuple(sorted(shipped())) == CALENDARS
    assert {name for one in sources().values() for name in one.school_calendars} == set(CALENDARS)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_each_period_is_within_what_its_source_tells(calendar: str):
    for period in shipped()[calendar]:
        source = sources()[period.source]

        assert calendar in source.school_calendars
        assert source.valid_from <= period.first <= period.last <= source.valid_until
        assert source.url.startswith("https://")


@pytest.mark.parametrize("calendar", CALENDARS)
def test_periods_of_a_calendar_follow_each_other(calendar: str):
    for before, after in pairwise(shipped()[calendar]):
        assert not before.overlaps(after)
        assert before.last + timedelta(days=1) < after.first


@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_library_has_classes_on_none_of_these_days(calendar: str):
    """The library works them out from the rules of the decrees, another way than these files came to be."""
    country, part = LIBRARY[calendar]
    years = range(2026, 2030)
    known: Any = country(years=years, subdiv=part, categories=("school", "public"))

    assert [day for period in shipped()[calendar] for day in period.days() if day not in known] == []


@pytest.mark.parametrize("calendar", CALENDARS)
def test_no_long_holiday_of_the_library_is_missing_while_the_source_tells(calendar: str):
    country, part = LIBRARY[calendar]
    known: Any = country(years=range(2026, 2030), subdiv=part, categories="school")
    ours = {day for period in shipped()[calendar] for day in period.days()}
    of_calendar = [one for one in sources().values() if calendar in one.school_calendars]
    days = sorted(day for day in known if any(one.valid_from <= day <= one.valid_until for one in of_calendar))
    runs: list[list[Any]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])

    assert [run for run in runs if len(run) >= 7 and not ours & set(run)] == []


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [(1, 4, False), (1, 5, True), (6, 7, True), (5, 9, True), (4, 10, True), (9, 12, True), (10, 12, False)],
)
def test_periods_overlap_when_they_share_a_day(first: int, last: int, overlaps: bool):
    start = shipped()["FR-A"][0].first
    period = Period(start + timedelta(days=5), start + timedelta(days=9), "")
    other = Period(start + timedelta(days=first), start + timedelta(days=last), "")

    assert period.overlaps(other) is other.overlaps(period) is overlaps

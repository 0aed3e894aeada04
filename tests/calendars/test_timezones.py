from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import tzical

from calendars.timezones import ZONES, Season, vtimezone

COUNTRIES = ("BE", "FR", "GF", "GP", "MQ", "YT", "RE", "PM", "BL", "MF", "NC", "PF", "WF")
TRUE_SINCE = {
    "America/Martinique": 1981,  # summer time in 1980
    "America/Miquelon": 2007,  # since then from the second Sunday of March to the first of November
    "Europe/Brussels": 1996,  # summer time ended in September until 1995
    "Europe/Paris": 1996,
    "Pacific/Noumea": 1998,  # summer time in three years, last from December 1996 to March 1997
}
"""The first whole year from which on the rules tell the past as well; 1970 for the other zones."""
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)


def changes_by_the_database(tzid):
    """Every change of offset in 20 years, to the hour: moment, offset after it, name after it."""
    zone, found, day = ZoneInfo(tzid), [], FIRST
    while day < LAST:
        if offset(zone, day) != offset(zone, day - timedelta(days=1)):
            hours = (day - timedelta(hours=n) for n in range(24))
            at = next(at for at in hours if offset(zone, at) != offset(zone, at - timedelta(hours=1)))
            found.append((at, offset(zone, at), at.astimezone(zone).tzname()))
        day += timedelta(days=1)
    return found


def offset(zone, at):
    return at.astimezone(zone).utcoffset()


def changes_by_the_rules(tzid):
    zone = ZONES[tzid]
    if zone.summer is None:
        return []
    pairs = ((zone.standard, zone.summer), (zone.summer, zone.standard))
    found = [change for season, before in pairs for change in changes_to(season, before)]
    return sorted(change for change in found if FIRST <= change[0] < LAST)


def changes_to(season: Season, before: Season):
    start = datetime.strptime(season.since, "%Y%m%dT%H%M%S")  # noqa: DTZ007  (local)
    for local in rrulestr(season.rule, dtstart=start).between(datetime(2024, 1, 1), datetime(2046, 1, 1)):  # noqa: DTZ001
        at = (local - timedelta(minutes=before.offset)).replace(tzinfo=UTC)
        yield at, timedelta(minutes=season.offset), season.name


@pytest.mark.parametrize("tzid", sorted(ZONES))
def test_the_rules_say_what_the_time_zone_database_says_for_twenty_years(tzid):
    standard = ZONES[tzid].standard
    january = FIRST.astimezone(ZoneInfo(tzid))

    assert changes_by_the_rules(tzid) == changes_by_the_database(tzid)
    assert (january.utcoffset(), january.tzname()) == (timedelta(minutes=standard.offset), standard.name)


def read_back(tzid):
    """The zone as another program reads it in what we write."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test", *vtimezone(tzid), "END:VCALENDAR", ""]
    return tzical(StringIO("\r\n".join(lines))).get(tzid)


def wall(at, zone):
    """What the clock shows, and what its time is called."""
    local = at.astimezone(zone)
    return local.replace(tzinfo=None), local.utcoffset(), local.tzname()


@pytest.mark.parametrize("tzid", sorted(ZONES))
def test_who_reads_the_written_zone_has_the_right_time_at_each_hour_around_each_change(tzid):
    """Three days around each change of 20 years, those of the database and those of the rules, by the half hour."""
    changes = {change[0] for change in (*changes_by_the_database(tzid), *changes_by_the_rules(tzid))}
    half_hours = [timedelta(minutes=30 * number) for number in range(-72, 73)]
    read, zone = read_back(tzid), ZoneInfo(tzid)
    wrong = [
        at
        for change in sorted(changes)
        for at in (change + one for one in half_hours)
        if wall(at, read) != wall(at, zone)
    ]

    assert len(changes) == (40 if ZONES[tzid].summer else 0)
    assert wrong == []


@pytest.mark.parametrize("tzid", sorted(ZONES))
def test_who_reads_the_written_zone_has_the_right_time_all_year_since_the_law_is_as_it_is(tzid):
    read, zone, at = read_back(tzid), ZoneInfo(tzid), datetime(TRUE_SINCE.get(tzid, 1970), 1, 2, tzinfo=UTC)
    wrong = []
    while at < LAST:
        if wall(at, read) != wall(at, zone):
            wrong.append(at)
        at += timedelta(hours=85)  # twice a week, by and by at each hour of the day

    assert wrong == []


@pytest.mark.parametrize("tzid", sorted(TRUE_SINCE))
def test_a_zone_whose_law_changed_is_written_by_the_law_of_today(tzid):
    """The year before is told otherwise, or the table above is out of date."""
    read, zone, year = read_back(tzid), ZoneInfo(tzid), TRUE_SINCE[tzid] - 1
    days = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=number) for number in range(365)]

    assert any(wall(day, read) != wall(day, zone) for day in days)


@pytest.mark.parametrize("tzid", sorted(ZONES))
def test_each_season_begins_in_1970_and_a_zone_without_summer_time_has_one_season(tzid):
    lines = vtimezone(tzid)
    starts = [line for line in lines if line.startswith("DTSTART:")]

    assert all(line.startswith("DTSTART:1970") for line in starts)
    assert len(starts) == sum(line.startswith("RRULE:") for line in lines) or len(starts) == 1
    assert len(starts) == (2 if ZONES[tzid].summer else 1)
    assert not any(line.startswith(("RDATE", "EXDATE", "UNTIL")) for line in lines)


def test_every_zone_in_which_somebody_lives_in_belgium_or_france_is_on_the_list():
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]

    assert {row[2] for row in rows if row[0] in COUNTRIES} == ZONES.keys()


def test_each_first_change_is_an_occurrence_of_its_rule():
    for zone in ZONES.values():
        for season in (zone.standard, zone.summer):
            if season is not None and season.rule:
                start = datetime.strptime(season.since, "%Y%m%dT%H%M%S")  # noqa: DTZ007  (local)
                assert rrulestr(season.rule, dtstart=start)[0] == start


def test_a_zone_with_half_hours_is_written_in_hours_and_minutes():
    assert "TZOFFSETTO:-0930" in vtimezone("Pacific/Marquesas")


def test_a_zone_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match="Mars/Olympus"):
        vtimezone("Mars/Olympus")

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from calendars.timezones import ZONES, Season, vtimezone

COUNTRIES = ("BE", "FR", "GF", "GP", "MQ", "YT", "RE", "PM", "BL", "MF", "NC", "PF", "WF")
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

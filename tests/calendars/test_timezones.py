from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from calendars.timezones import ZONES, Season, vtimezone

FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)


def changes_by_the_database(tzid):
    """Every change of offset in 20 years, to the hour: moment, offset after it, name after it."""
    zone, found, at = ZoneInfo(tzid), [], FIRST
    while at < LAST:
        local, before = at.astimezone(zone), (at - timedelta(hours=1)).astimezone(zone)
        if local.utcoffset() != before.utcoffset():
            found.append((at, local.utcoffset(), local.tzname()))
        at += timedelta(hours=1)
    return found


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

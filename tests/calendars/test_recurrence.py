from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.recurrence import Rule, in_utc, occurrences, read_rule, weekly, within


def at(year, month, day, hour=0, minute=0, second=0) -> datetime:
    """A local time."""
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001


def test_a_rule_is_read_as_partners_write_it():
    assert read_rule("FREQ=MONTHLY;BYDAY=2TH;UNTIL=20270630T235959") == Rule(
        "FREQ=MONTHLY;BYDAY=2TH", until=at(2027, 6, 30, 23, 59, 59)
    )
    assert read_rule("BYDAY=TU;INTERVAL=2;FREQ=WEEKLY") == Rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    assert read_rule("RRULE:freq=weekly;count=4") == Rule("FREQ=WEEKLY", count=4)
    assert read_rule("FREQ=DAILY;UNTIL=20270630").until == at(2027, 6, 30, 23, 59, 59)
    assert read_rule("FREQ=DAILY;UNTIL=20270630T215959Z", "Europe/Brussels").until == at(2027, 6, 30, 23, 59, 59)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weekly",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=many",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;UNTIL=tomorrow",
        "FREQ=WEEKLY;COLOUR=RED",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_what_is_not_a_rule_of_a_series_is_refused(text):
    with pytest.raises(ValueError):
        read_rule(text)


def test_a_weekly_series_begins_on_its_first_day():
    rule = weekly(2, until=at(2027, 1, 20))

    assert list(occurrences(rule, at(2027, 1, 6, 16, 30))) == [at(2027, 1, 12, 16, 30), at(2027, 1, 19, 16, 30)]


def test_ten_o_clock_stays_ten_o_clock_when_summer_time_begins():
    found = list(islice(occurrences(weekly(7), at(2027, 3, 21, 10)), 2))

    assert found == [at(2027, 3, 21, 10), at(2027, 3, 28, 10)]
    assert in_utc(found[1], "Europe/Brussels") - in_utc(found[0], "Europe/Brussels") == timedelta(days=7, hours=-1)


def test_the_hour_that_comes_twice_is_its_first_pass():
    assert f"{in_utc(at(2026, 10, 25, 2, 30), 'Europe/Brussels'):%H:%M}" == "00:30"


def test_nothing_of_a_series_before_or_after_the_period_is_shown():
    rule = Rule("FREQ=WEEKLY", until=at(2027, 2, 1))

    assert within(rule, at(2027, 1, 5, 9), date(2027, 2, 1), date(2027, 3, 1)) is None
    assert within(rule, at(2027, 1, 5, 9), date(2026, 1, 1), date(2027, 1, 4)) is None


@given(
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=TU,FR", "FREQ=MONTHLY;BYDAY=-1TH", "FREQ=MONTHLY", "FREQ=YEARLY"]
    ),
    st.integers(1, 4),
    st.integers(1, 30) | st.none(),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_a_part_of_a_series_has_the_same_days_as_the_whole(pattern, interval, count, start, first_day):
    rule = Rule(f"{pattern};INTERVAL={interval}", count=count)
    last_day = first_day + timedelta(days=200)
    begin = datetime.combine(start, datetime.min.time()).replace(hour=9)
    wanted = [found for found in occurrences(rule, begin, last_day=last_day) if found.date() >= first_day]
    part = within(rule, begin, first_day, last_day)
    assume(part is not None)

    assert list(occurrences(part[0], part[1])) == wanted

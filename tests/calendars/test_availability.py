from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.availability import Away, Window, common, free_on, merged, without

TUESDAY = date(2027, 1, 12)
SINCE = date(2026, 9, 1)
TEN_TO_NOON = Window(2, 600, 720, SINCE)


def test_a_window_comes_back_every_week():
    days = [TUESDAY + timedelta(weeks=n) for n in range(5)]

    assert [free_on(day, [TEN_TO_NOON]) for day in days] == [((600, 720),)] * 5
    assert free_on(TUESDAY + timedelta(days=1), [TEN_TO_NOON]) == ()


def test_weeks_53_and_1_are_two_odd_weeks_in_a_row():
    odd, even = Window(2, 600, 720, SINCE, recurrence="odd_weeks"), Window(2, 600, 720, SINCE, recurrence="even_weeks")
    days = [date(2026, 12, 22) + timedelta(weeks=n) for n in range(4)]

    assert [day.isocalendar().week for day in days] == [52, 53, 1, 2]
    assert [bool(free_on(day, [odd])) for day in days] == [False, True, True, False]
    assert [bool(free_on(day, [even])) for day in days] == [True, False, False, True]


def test_the_first_and_the_last_valid_day_count():
    window = Window(2, 600, 720, TUESDAY, TUESDAY + timedelta(weeks=1))

    assert [bool(free_on(TUESDAY + timedelta(weeks=n), [window])) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_an_absence_takes_its_first_and_its_last_day():
    away = Away(TUESDAY, TUESDAY + timedelta(weeks=1))

    assert [bool(free_on(TUESDAY + timedelta(weeks=n), [TEN_TO_NOON], [away])) for n in (-1, 0, 1, 2)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_closed_day_has_no_free_time():
    assert free_on(TUESDAY, [TEN_TO_NOON], closed=[TUESDAY]) == ()


def test_a_window_may_reach_midnight():
    assert free_on(TUESDAY, [Window(2, 1380, 1440, SINCE)]) == ((1380, 1440),)


def test_touching_windows_become_one():
    assert free_on(TUESDAY, [TEN_TO_NOON, Window(2, 720, 780, SINCE)]) == ((600, 780),)


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ((540, 570), ((600, 720),)),
        ((540, 600), ((600, 720),)),
        ((540, 630), ((630, 720),)),
        ((630, 660), ((600, 630), (660, 720))),
        ((600, 720), ()),
        ((540, 780), ()),
        ((690, 780), ((600, 690),)),
        ((720, 780), ((600, 720),)),
        ((780, 800), ((600, 720),)),
    ],
    ids=[
        "before",
        "touching the start",
        "over the start",
        "inside",
        "equal",
        "around",
        "over the end",
        "touching the end",
        "after",
    ],
)
def test_a_partial_absence_takes_its_minutes(part, left):
    assert free_on(TUESDAY, [TEN_TO_NOON], [Away(TUESDAY, TUESDAY, part)]) == left


@pytest.mark.parametrize(
    ("weekday", "start", "end"), [(0, 600, 720), (8, 600, 720), (2, 720, 600), (2, 600, 1441), (2, -1, 5)]
)
def test_an_impossible_window_is_refused(weekday, start, end):
    with pytest.raises(ValueError, match="is not"):
        Window(weekday, start, end, SINCE)


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))), max_size=6)


def minutes(found):
    return {minute for start, end in found for minute in range(start, end)}


@given(spans, spans)
def test_spans_say_the_same_as_counting_minutes(one, other):
    assert minutes(merged(one)) == minutes(one)
    assert minutes(without(one, other)) == minutes(one) - minutes(other)
    assert minutes(common(one, other)) == minutes(one) & minutes(other)
    for found in (merged(one), without(one, other), common(one, other)):
        assert all(left[1] < right[0] for left, right in pairwise(found))
        assert all(start < end for start, end in found)

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matching.weekly import Common, Window, joined, lay_out, longest, meet, moments, total
from tests.matching.pairing.builders import DAY, SEPTEMBER, window

DECEMBER_28 = date(2026, 12, 28)
"""Monday of ISO week 53 of 2026; week 1 of 2027 follows."""


@pytest.mark.parametrize(
    ("other", "common"),
    [
        pytest.param((480, 540), (), id="before"),
        pytest.param((540, 600), (), id="touching-the-start"),
        pytest.param((540, 610), ((600, 610),), id="over-the-start"),
        pytest.param((610, 620), ((610, 620),), id="inside"),
        pytest.param((600, 660), ((600, 660),), id="equal"),
        pytest.param((500, 700), ((600, 660),), id="around"),
        pytest.param((650, 700), ((650, 660),), id="over-the-end"),
        pytest.param((660, 700), (), id="touching-the-end"),
        pytest.param((700, 720), (), id="after"),
    ],
)
def test_two_spans_meet_where_both_are_free(other: tuple[int, int], common: tuple[tuple[int, int], ...]):
    assert meet((((600, 660),),), ((other,),)) == (common,)


def test_spans_that_touch_are_one_and_others_are_not():
    assert joined([(60, 90), (0, 60), (91, 95), (80, 85)]) == ((0, 90), (91, 95))


def test_a_window_may_end_at_midnight():
    late = lay_out((Window(1, 1380, 1440, SEPTEMBER),), DAY)

    assert longest(late) == 60
    assert total(late) == 4 * 60


def test_week_53_and_week_1_are_two_odd_weeks_in_a_row():
    odd = lay_out((window(1, recurrence="odd_weeks"),), DECEMBER_28)
    even = lay_out((window(1, recurrence="even_weeks"),), DECEMBER_28)

    assert [bool(spans) for spans in odd[::7]] == [True, True, False, True]
    assert [bool(spans) for spans in even[::7]] == [False, False, True, False]


def test_a_window_holds_from_its_first_to_its_last_day():
    tuesday = DAY + timedelta(days=1)
    once = lay_out((window(2, valid_from=tuesday, valid_until=tuesday),), DAY)

    assert [offset for offset, spans in enumerate(once) if spans] == [1]


def test_moments_say_in_which_weeks_they_come_back():
    free = lay_out(
        (
            window(1, 540, 600),
            window(2, 540, 600, recurrence="odd_weeks"),
            window(3, 540, 600, recurrence="even_weeks"),
            window(4, 540, 600, valid_from=DAY + timedelta(days=20)),
            window(5, 540, 599),
        ),
        DAY,
    )

    assert moments(free, DAY, 60) == (
        Common(1, 540, 600, "weekly"),
        Common(2, 540, 600, "odd_weeks"),
        Common(3, 540, 600, "even_weeks"),
        Common(4, 540, 600, "some_weeks"),
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"weekday": 0}, "weekday 0"),
        ({"weekday": 8}, "weekday 8"),
        ({"start": 600, "end": 600}, "600-600"),
        ({"start": -1}, "does not lie within one day"),
        ({"end": 1441}, "does not lie within one day"),
        ({"recurrence": "daily"}, "daily"),
    ],
)
def test_a_window_that_cannot_be_is_refused(wrong: dict[str, object], why: str):
    with pytest.raises(ValueError, match=why):
        window(**wrong)  # type: ignore[arg-type]

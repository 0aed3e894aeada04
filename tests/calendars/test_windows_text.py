"""Weekly hours as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.windows_text import Hours, read, tidy, write

HOUR = 60


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "lun 9h-12h, mar et jeu 14h-17h30, sem. impaires ven 10h-12h"),
        ("fr", "Lundi de 9 h à 12 h ; mardi, jeudi 14:00–17:30. Semaines impaires : vendredi 10h-12h"),
        ("nl", "ma 9.00-12.00, di en do 14u-17u30, oneven weken vr 10 uur tot 12 uur"),
        ("de", "Mo 9-12 Uhr, Di und Do 14:00-17:30 Uhr, ungerade Wochen Fr 10 bis 12"),
        ("en", "Mon 9:00-12:00, Tue and Thu 14:00 to 17:30, odd weeks Fri 10-12"),
    ],
)
def test_the_same_week_is_understood_in_each_language(lang: str, text: str):
    found = read(text, lang)

    assert found.unknown == ()
    assert found.hours == (
        Hours(1, 9 * HOUR, 12 * HOUR),
        Hours(2, 14 * HOUR, 17 * HOUR + 30),
        Hours(4, 14 * HOUR, 17 * HOUR + 30),
        Hours(5, 10 * HOUR, 12 * HOUR, "odd_weeks"),
    )


def test_what_two_languages_call_by_one_name_is_what_the_reader_says():
    assert [read("ma 9-10", lang).hours[0].weekday for lang in ("fr", "nl")] == [2, 1]
    assert [read("di 9-10", lang).hours[0].weekday for lang in ("fr", "nl", "de")] == [7, 2, 2]


def test_words_that_are_not_understood_are_handed_back_as_typed():
    assert read("lundi peut-être 9h-12h sauf Noël", "fr").unknown == ("peut-être", "sauf", "Noël")


@pytest.mark.parametrize("text", ["lun 12h-9h", "lun 9h", "lun 25h-26h", "lun 9h-12h70", "9h-12h", "lun 9h-9h"])
def test_hours_that_make_no_sense_are_not_guessed(text: str):
    found = read(text, "fr")

    assert found.unknown
    assert found.hours == ()


def test_a_day_may_end_at_midnight_and_days_may_run_over_sunday():
    assert read("sam 20h-24h", "fr").hours == read("sam 20h-minuit", "fr").hours == (Hours(6, 1200, 1440),)
    assert [one.weekday for one in read("ven au lun 9h-10h", "fr").hours] == [1, 5, 6, 7]


def test_moments_have_their_hours():
    assert read("lun matin et soir, en semaine midi", "fr").hours[:2] == (
        Hours(1, 8 * HOUR, 14 * HOUR),
        Hours(1, 18 * HOUR, 21 * HOUR),
    )


def test_odd_weeks_say_only_what_every_week_does_not():
    assert tidy([Hours(1, 0, 60, "odd_weeks"), Hours(1, 30, 90)]) == (Hours(1, 0, 30, "odd_weeks"), Hours(1, 30, 90))


some_hours = st.builds(
    lambda day, start, length, weeks: Hours(day, start * 5, min(start * 5 + length * 5, 1440), weeks),
    st.integers(1, 7),
    st.integers(0, 287),
    st.integers(1, 100),
    st.sampled_from(["weekly", "odd_weeks", "even_weeks"]),
)


@given(st.lists(some_hours, max_size=8), st.sampled_from(["fr", "nl", "de", "en"]))
def test_what_is_written_is_read_back(hours: list[Hours], lang: str):
    known = tidy(hours)

    assert set(read(write(known, lang), lang).hours) == set(known)
    assert read(write(known, lang), lang).unknown == ()


@given(st.text(max_size=60), st.sampled_from(["fr", "nl", "de", "en"]))
def test_no_text_is_too_strange(text: str, lang: str):
    assert all(0 <= one.start < one.end <= 1440 and 1 <= one.weekday <= 7 for one in read(text, lang).hours)

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from locales import negotiate, translator

fr, nl, de, en = (translator(lang) for lang in ("fr", "nl", "de", "en"))
BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY = date(2026, 11, 24)


def test_the_day_comes_before_the_date_in_every_language():
    assert [texts.day(TUESDAY) for texts in (fr, nl, de, en)] == [
        "mardi 24 novembre",
        "dinsdag 24 november",
        "Dienstag, 24. November",
        "Tuesday 24 November",
    ]
    assert fr.day(TUESDAY, year=True) == "mardi 24 novembre 2026"
    assert [texts.day_short(TUESDAY) for texts in (fr, nl, de, en)] == [
        "mar. 24 nov.",
        "di 24 nov",
        "Di., 24. Nov.",
        "Tue 24 Nov",
    ]


def test_a_day_begins_a_sentence_with_one_capital():
    assert [texts.at_start(texts.day(TUESDAY)) for texts in (fr, nl, de, en)] == [
        "Mardi 24 novembre",
        "Dinsdag 24 november",
        "Dienstag, 24. November",
        "Tuesday 24 November",
    ]
    assert fr.at_start("") == ""


def test_weekdays_are_cut_as_each_language_cuts_them():
    assert [texts.weekday_short(2) for texts in (fr, nl, de, en)] == ["mar.", "di", "Di", "Tue"]


def test_the_first_of_the_month_is_the_first_in_french():
    assert fr.day(date(2027, 1, 1)) == "vendredi 1er janvier"


def test_hours_are_written_as_people_write_them():
    assert [texts.time_of_day(14 * 60 + 30) for texts in (fr, nl, de, en)] == [
        "14\u00a0h\u00a030",
        "14.30\u00a0uur",
        "14:30\u00a0Uhr",
        "14:30",
    ]
    assert fr.time_of_day(time(9, 5)) == "9\u00a0h\u00a005"
    assert fr.time_of_day(datetime(2027, 1, 1, 14, tzinfo=BRUSSELS)) == "14\u00a0h"
    assert fr.span(840, 930) == "14\u00a0h\u00a0–\u00a015\u00a0h\u00a030"
    assert nl.span(840, 930) == "14.00–15.30\u00a0uur"
    assert fr.moment(datetime(2026, 11, 24, 14, 30, tzinfo=BRUSSELS)) == "mardi 24 novembre, 14\u00a0h\u00a030"


def test_durations_are_short():
    assert [fr.duration(minutes) for minutes in (45, 60, 90)] == ["45\u00a0min", "1\u00a0h", "1\u00a0h\u00a030"]


def test_lists_dates_and_numbers_follow_the_language():
    assert fr.and_list(["Ana", "Bob", "Chloé"]) == "Ana, Bob et Chloé"
    assert de.or_list(["Ana", "Bob"]) == "Ana oder Bob"
    assert (
        nl.date_list([date(2027, 1, 19), date(2027, 1, 12), date(2027, 1, 12)])
        == "dinsdag 12 januari en dinsdag 19 januari"
    )
    assert [texts.number(1234.5) for texts in (fr, nl, de, en)] == ["1\u202f234,5", "1.234,5", "1.234,5", "1,234.5"]
    assert fr.number(3, digits=1) == "3,0"
    assert fr.number(3.4, digits=0) == "3"
    assert fr.weekday(2) == "mardi"
    assert fr.month(TUESDAY) == "novembre 2026"


def test_languages_have_the_names_people_know():
    assert fr.language_name("ti") == "tigrigna"
    assert en.language_name("ti") == "Tigrinya"
    assert fr.language_name("fr-BE") == "français"
    assert fr.language_name("qqq") == "qqq"


def test_a_network_replaces_a_term_by_its_own():
    texts = translator("fr", terms={"Visite": "Rencontre"})

    assert texts.gettext("Visite") == "Rencontre"
    assert fr.gettext("Visite") == "Visite"


def test_placeholders_are_filled_and_plurals_follow_french():
    one, many = "%(num)d visite de %(name)s", "%(num)d visites de %(name)s"

    assert fr.gettext("Bonjour %(name)s", name="Nadia") == "Bonjour Nadia"
    assert fr.gettext("100\u00a0%") == "100\u00a0%"
    assert fr.ngettext(one, many, 2, name="Nadia") == "2 visites de Nadia"
    assert fr.ngettext(one, many, 1, name="Nadia") == "1 visite de Nadia"


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, "fr"),
        ("", "fr"),
        ("nl", "nl"),
        ("nl-BE,nl;q=0.8", "nl"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("ti, en;q=0.2", "en"),
        ("DE-at", "de"),
        ("fr;q=0, *", "nl"),
        ("*", "fr"),
        ("en;q=0", "fr"),
        ("en;q=nonsense, de;q=0.1", "de"),
        ("de;q=7, en", "en"),
        ("ti", "fr"),
        (",;,;q=1", "fr"),
    ],
)
def test_the_reader_gets_the_language_they_like_best(header, wanted):
    assert negotiate(header, ("fr", "nl", "de", "en")) == wanted


@pytest.mark.parametrize("lang", ["fr", "nl", "de", "en"])
def test_a_name_that_ends_with_a_full_stop_ends_its_sentence(lang: str):
    texts = translator(lang)

    assert texts.gettext("Votre coordination : %(names)s.", names="Hélène D.").endswith("Hélène D.")
    assert texts.gettext("Votre coordination : %(names)s.", names="Hélène").endswith("Hélène.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Amina", "Absence d’Amina"),
        ("Écume", "Absence d’Écume"),
        ("Nadia", "Absence de Nadia"),
        ("Héron", "Absence de Héron"),
        ("11", "Absence de 11"),
        ("", "Absence de "),
    ],
)
def test_french_elides_before_a_name_that_begins_with_a_vowel(name: str, said: str):
    assert translator("fr").gettext("Absence de %(name)s", name=name) == said


def test_only_french_elides():
    assert translator("nl", terms={"x": "de %(name)s"}).gettext("x", name="Amina") == "de Amina"

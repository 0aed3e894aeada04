"""
Public holidays held against the texts that make them, worked out without the library.

Belgium: loi du 4 janvier 1974 relative aux jours fériés; arrêté royal du 18 avril 1974, art. 1 (ten days).
France: Code du travail, art. L3133-1 (eleven days) and L3422-2, décrets n° 83-1003 and 2012-553 (abolition of slavery,
by collectivity); art. L3134-13, ordonnance du 16 août 1892 (Alsace and Moselle).
French Polynesia: days of its assembly; since its vote of 30 April 2024 Matāri’i, 20 November, instead of 29 June.
New Caledonia: 24 September. Wallis and Futuna: the prefect’s order of each year (28 April, 29 June, 29 July).
By custom of the place, without a law for all: Good Friday, mid-Lent and 21 July in Guadeloupe, 21 July in Martinique
and Saint-Martin.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendars.holidays import SUBDIVISIONS, public_holidays, subdivision

YEARS = range(2024, 2031)
GOOD_FRIDAY, MID_LENT, EASTER_MONDAY, ASCENSION, WHIT_MONDAY = -2, -24, 1, 39, 50
"""Days from Easter Sunday."""
BELGIUM = ((1, 1), EASTER_MONDAY, (5, 1), ASCENSION, WHIT_MONDAY, (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
FRANCE = ((1, 1), EASTER_MONDAY, (5, 1), (5, 8), ASCENSION, WHIT_MONDAY, (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
REGIONS: dict[str, tuple[object, ...]] = {
    "": (),
    "57": (GOOD_FRIDAY, (12, 26)),
    "6AE": (GOOD_FRIDAY, (12, 26)),
    "971": (MID_LENT, GOOD_FRIDAY, (5, 27), (7, 21)),
    "972": ((5, 22), (7, 21)),
    "973": ((6, 10),),
    "974": ((12, 20),),
    "976": ((4, 27),),
    "BL": ((10, 9),),
    "MF": ((5, 28), (7, 21)),
    "NC": ((9, 24),),
    "PF": ((3, 5), GOOD_FRIDAY),
    "PM": (),
    "WF": ((4, 28), (6, 29), (7, 29)),
}


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Anonymous, Nature 13, 1876; Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, g = b // 4, b % 4, (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    shift = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * shift) // 451
    month, day = divmod(h + shift - 7 * m + 114, 31)
    return date(year, month, day + 1)


def by_law(year: int, rules: tuple[object, ...]) -> set[date]:
    sunday = easter(year)
    return {sunday + timedelta(days=rule) if isinstance(rule, int) else date(year, *rule) for rule in rules}  # type: ignore[misc]


def matarii(year: int) -> set[date]:
    return {date(year, 11, 20) if year >= 2025 else date(year, 6, 29)}


def test_easter_itself_is_where_the_almanacs_have_it():
    known = ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21"]

    assert [easter(year).isoformat() for year in YEARS] == known


@pytest.mark.parametrize("year", YEARS)
def test_belgium_rests_on_the_ten_days_of_the_royal_decree(year: int):
    assert set(public_holidays("BE", "", [year])) == by_law(year, BELGIUM)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("part", REGIONS)
def test_each_part_of_france_rests_on_the_eleven_days_and_its_own(part: str, year: int):
    more = matarii(year) if part == "PF" else set()

    assert set(public_holidays("FR", part, [year])) == by_law(year, FRANCE + REGIONS[part]) | more


def test_every_part_that_is_offered_is_held_against_its_law():
    assert set(SUBDIVISIONS["FR"]) == set(REGIONS)
    assert SUBDIVISIONS["BE"] == ("",)


def test_years_are_told_in_order_whatever_the_order_asked():
    found = list(public_holidays("FR", "974", [2028, 2027]))

    assert found == sorted(found)
    assert (found[0], found[-1]) == (date(2027, 1, 1), date(2028, 12, 25))


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("BE", "fr", "Fête nationale"),
        ("BE", "nl", "Nationale feestdag"),
        ("BE", "de", "Nationalfeiertag"),
        ("BE", "en", "National Day"),
        ("FR", "en", "National Day"),
        ("FR", "nl", "Fête nationale"),
    ],
)
def test_names_are_in_the_readers_language_where_the_library_has_it(country: str, language: str, name: str):
    day = date(2027, 7, 21 if country == "BE" else 14)

    assert public_holidays(country, "", [2027], language)[day] == name


@pytest.mark.parametrize(
    ("region", "part"),
    [
        ("", ""),
        ("Morbihan, Bretagne", ""),
        ("Côte-d’Or", ""),
        ("Côtes d'Armor", ""),
        ("FR-IDF", ""),
        ("35", ""),
        ("2A", ""),
        ("Moselle", "57"),
        ("Metz (Moselle), Grand Est", "57"),
        ("FR-57", "57"),
        ("Bas-Rhin", "6AE"),
        ("67", "6AE"),
        ("Guadeloupe", "971"),
        ("GP", "971"),
        ("Martinique", "972"),
        ("GUYANE", "973"),
        ("La Réunion", "974"),
        ("fr-974", "974"),
        ("Mayotte", "976"),
        ("Saint Barthélemy", "BL"),
        ("Saint-Martin", "MF"),
        ("Nouvelle-Calédonie", "NC"),
        ("Polynésie française", "PF"),
        ("Saint-Pierre-et-Miquelon", "PM"),
        ("Wallis-et-Futuna", "WF"),
        ("Grand Est", None),
        ("Atlantide", None),
    ],
)
def test_a_region_is_known_by_name_number_or_code(region: str, part: str | None):
    assert subdivision("FR", region) == part


@pytest.mark.parametrize("region", ["", "Province de Liège", "Moselle", "anything"])
def test_all_of_belgium_has_the_same_days(region: str):
    assert subdivision("BE", region) == ""

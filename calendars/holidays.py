"""
Public holidays of Belgium and France, regions and overseas included, by the library `holidays`.

A region is what people write in their files: a name, a department, a code of INSEE or of ISO 3166-2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from typing import Any

from dateutil.easter import easter

COUNTRIES = {"BE": ("holidays.countries.belgium", "Belgium"), "FR": ("holidays.countries.france", "France")}

_LANGUAGES = {"BE": {"nl": "nl", "de": "de", "en": "en_US"}, "FR": {"en": "en_US"}}
"""Ours to the library's; it has no Dutch or German names of French holidays: French ones stand then."""

_OWN_DAYS = {
    "57": "57 moselle alsace-moselle",
    "6AE": "6ae 67 68 alsace bas-rhin haut-rhin",
    "971": "971 gp gua guadeloupe",
    "972": "972 mq mtq martinique",
    "973": "973 gf guf gy guyane guyane-francaise",
    "974": "974 re lre reunion la-reunion",
    "976": "976 yt may mayotte",
    "BL": "bl 977 saint-barthelemy",
    "MF": "mf 978 saint-martin",
    "NC": "nc 988 nouvelle-caledonie",
    "PF": "pf 987 polynesie polynesie-francaise",
    "PM": "pm 975 saint-pierre-et-miquelon",
    "WF": "wf 986 wallis-et-futuna",
}
"""Parts of France by the library's code: all with days of their own but Saint-Pierre-et-Miquelon."""
_ELSEWHERE = """
    ain aisne allier alpes-de-haute-provence hautes-alpes alpes-maritimes ardeche ardennes ariege aube aude aveyron
    bouches-du-rhone calvados cantal charente charente-maritime cher correze corse-du-sud haute-corse cote-d-or
    cotes-d-armor creuse dordogne doubs drome eure eure-et-loir finistere gard haute-garonne gers gironde herault
    ille-et-vilaine indre indre-et-loire isere jura landes loir-et-cher loire haute-loire loire-atlantique loiret lot
    lot-et-garonne lozere maine-et-loire manche marne haute-marne mayenne meurthe-et-moselle meuse morbihan nievre nord
    oise orne pas-de-calais puy-de-dome pyrenees-atlantiques hautes-pyrenees pyrenees-orientales rhone
    metropole-de-lyon haute-saone saone-et-loire sarthe savoie haute-savoie paris seine-maritime seine-et-marne yvelines
    deux-sevres somme tarn tarn-et-garonne var vaucluse vendee vienne haute-vienne vosges yonne territoire-de-belfort
    essonne hauts-de-seine seine-saint-denis val-de-marne val-d-oise
    auvergne-rhone-alpes bourgogne-franche-comte bretagne centre-val-de-loire corse hauts-de-france ile-de-france
    normandie nouvelle-aquitaine occitanie pays-de-la-loire provence-alpes-cote-d-azur
    ara bfc bre cvl cor 20r hdf idf nor naq occ pdl pac 2a 2b 69m 75c lorraine champagne-ardenne
"""
"""Departments and regions without days of their own. Grand Est is not among them: some of it keeps Alsatian law."""
_NUMBERS = {f"{number:02}" for number in range(1, 96) if number not in (20, 57, 67, 68)}
_PARTS: Mapping[str, str] = dict.fromkeys((*_ELSEWHERE.split(), *_NUMBERS), "") | {
    word: code for code, words in _OWN_DAYS.items() for word in words.split()
}

SUBDIVISIONS: Mapping[str, tuple[str, ...]] = {"BE": ("",), "FR": ("", *_OWN_DAYS)}
"""What `public_holidays` takes, by country; empty is the country without the days of any one part."""


def subdivision(country: str, region: str) -> str | None:
    """
    The part of a country that a region lies in, as far as holidays go.

    Several words may stand there (« Morbihan, Bretagne »); one that is known is enough.

    Returns
    -------
    str | None
        A code of `SUBDIVISIONS`; empty where the days of the whole country apply, None when no word is known.
    """
    if country != "FR" or not region.strip():
        return ""  # all of Belgium has the same days
    words = (_plain(part) for part in re.split(r"[,;/|()]", region))
    known = {_PARTS[word] for word in words if word in _PARTS}
    return max(known) if known else None


def public_holidays(country: str, part: str, years: Iterable[int], language: str = "fr") -> dict[date, str]:
    """
    The days on which work rests by law or by custom of the place, in order, each with its name.

    Parameters
    ----------
    country, part
        BE or FR, and a code of `SUBDIVISIONS`.
    language
        fr, nl, de or en; French where the library lacks a name.
    """
    return dict(pair for year in sorted(set(years)) for pair in _year(country, part, year, language))


def ready() -> None:
    """Load the library now, so that nobody waits for it later."""
    for country in COUNTRIES:
        _loaded(country)


@cache
def _loaded(country: str) -> Any:
    # To load one country the library loads all 250: about a second and 45 MB. Commands that need no holiday go without.
    module, name = COUNTRIES[country]
    return getattr(import_module(module), name)


@cache
def _year(country: str, part: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    spoken = _LANGUAGES[country].get(language, "fr")
    found = dict(_loaded(country)(subdiv=part or None, years=year, language=spoken))
    if country == "BE":
        # The library counts two Sundays that the royal decree of 18 April 1974 (art. 1) does not have.
        for sunday in (easter(year), easter(year) + timedelta(days=49)):
            found.pop(sunday, None)
    return tuple(sorted(found.items()))


def _plain(words: str) -> str:
    """Lower case, without accents, with hyphens between words and without the country of an ISO code."""
    straight = unicodedata.normalize("NFKD", words.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", straight).strip("-").removeprefix("fr-")

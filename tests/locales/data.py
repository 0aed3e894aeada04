"""What may stand outside of the catalogs: what people entered, and what CLDR says. Nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from babel import Locale
from babel.dates import get_timezone_location
from sqlmodel import SQLModel, select

from service.first_network import ZONES
from service.imports.files import FILES
from service.site import Site
from service.web.marks import initials
from service.web.speech import LANGUAGES
from tests.locales.brackets import LANG

NAMING = {"display_name", "pseudonym", "name", "locality", "ref", "street", "title", f"label_{LANG}", "own_words"}
"""Columns that hold names or words of people."""
SIGNS = {"Le Fil", "CSV", *LANGUAGES.values(), *(file.file_name for file in FILES)}
"""The program's own name, a language's name in itself, the files that are handed over."""
BY_CLDR = {"and", "or", "min", "h", "km"}
NO_WORD = re.compile(r"https?://\S+|[\w.…-]+@[\w.-]+|\b(?:X-)?[0-9a-f]{8,}")
"""Addresses, the ids in them, and what an erased record is called by."""


class Data:
    """The words of a site that no catalog holds, whatever page they stand on."""

    def __init__(self, site: Site, also: Iterable[str] = ()) -> None:
        self._know({*SIGNS, *BY_CLDR, *also, *_entered(site), *_calendar()})

    def and_also(self, words: Iterable[str]) -> Data:
        """The same, and these words."""
        more = object.__new__(Data)
        more._know({*self.names, *words})
        return more

    def _know(self, names: set[str]) -> None:
        self.names = names
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        self._known = re.compile(
            r"(?<![^\W\d_])(?:" + "|".join(re.escape(name) for name in longest_first) + r")(?![^\W\d_])", re.IGNORECASE
        )

    def left_of(self, text: str) -> str:
        """What a text says besides data; "" when that is nothing."""
        left = " ".join(self._known.sub(" ", NO_WORD.sub(" ", text)).split())
        return left if re.search(r"[^\W\d_]", left) else ""


def _entered(site: Site) -> set[str]:
    names: set[str] = set()
    with site.db() as tx:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                if column.name in NAMING:
                    names |= {str(value) for value in tx.connection().execute(select(column)).scalars() if value}
    return names | {initials(name) for name in names} | {name[:1] + "." for name in names}


def _calendar() -> set[str]:
    english = Locale("en", "GB")
    said = {
        word
        for kind in (english.days, english.months)
        for context in kind.values()
        for length in ("wide", "abbreviated")
        for word in context[length].values()
    }
    zones = {get_timezone_location(zone, english, return_city=True) for zone in ZONES}
    return said | zones | set(english.languages.values())

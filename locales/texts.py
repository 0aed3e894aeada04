"""Texts, dates, hours and lists in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import cast

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal

from locales.compile import compiled
from locales.typography import elided, ended_once, french

LANGS = ("fr", "nl", "de", "en")
DOMAIN = "lefil"
_HERE = Path(__file__).parent
# English as it is read in Europe: day before month, Monday first.
_REGIONS = {"en": "en_GB"}
_DAY = {"fr": "EEEE d MMMM", "nl": "EEEE d MMMM", "de": "EEEE, d. MMMM", "en": "EEEE d MMMM"}
_DAY_SHORT = {"fr": "EEE d MMM", "nl": "EEE d MMM", "de": "EEE, d. MMM", "en": "EEE d MMM"}
# Hours as the design guide writes them (section 7), with no-break spaces so that they stay in one piece.
_NBSP = "\N{NO-BREAK SPACE}"
_CLOCK = {
    "fr": f"{{hour}}{_NBSP}h{_NBSP}{{minute:02}}",
    "nl": "{hour}.{minute:02}",
    "de": "{hour}:{minute:02}",
    "en": "{hour}:{minute:02}",
}
_OCLOCK = {"fr": "", "nl": f"{_NBSP}uur", "de": f"{_NBSP}Uhr", "en": ""}
_HOURS = {"fr": f"{_NBSP}h", "nl": f"{_NBSP}u", "de": f"{_NBSP}Std.", "en": f"{_NBSP}h"}


class Texts:
    """
    What one reader sees, in their language.

    Parameters
    ----------
    lang
        One of `LANGS`.
    terms
        Texts that a network replaces by its own: message id to the text in this language. A message with a plural
        has two: the id of its singular and that of its plural.
    """

    def __init__(self, lang: str, terms: Mapping[str, str] | None = None) -> None:
        self.lang = lang
        self.locale = Locale.parse(_REGIONS.get(lang, lang))
        self._terms = dict(terms or {})
        self._catalog = catalog(lang)

    def gettext(self, message: str, /, **values: object) -> str:
        """The text of a message id; values fill its `%(name)s`."""
        return self._said(self._terms.get(message) or self._catalog.gettext(message), values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Singular or plural by this language's rule; `%(num)d` is the count, as in templates."""
        values.setdefault("num", count)
        return self._said(self._counted(one, many, count) or self._catalog.ngettext(one, many, count), values)

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """The text of a message id that means different things in different places."""
        return self._said(self._terms.get(message) or self._catalog.pgettext(context, message), values)

    def npgettext(self, context: str, one: str, many: str, count: int, /, **values: object) -> str:
        values.setdefault("num", count)
        found = self._counted(one, many, count) or self._catalog.npgettext(context, one, many, count)
        return self._said(found, values)

    def shown(self, text: str) -> str:
        """A text that no catalog holds, with the spaces of this language."""
        return self._said(text, {})

    def day(self, day: date, *, year: bool = False) -> str:
        """« mardi 24 novembre »; with the year when asked."""
        return self._date(day, _DAY[self.lang] + (" y" if year else ""))

    def day_short(self, day: date) -> str:
        """« mar. 24 nov. »"""
        return self._date(day, _DAY_SHORT[self.lang])

    def weekday(self, number: int) -> str:
        """« mardi »; 1 = Monday … 7 = Sunday."""
        return self.locale.days["stand-alone"]["wide"][number - 1]

    def weekday_short(self, number: int) -> str:
        """« mar. »; 1 = Monday … 7 = Sunday."""
        return self.locale.days["stand-alone"]["abbreviated"][number - 1]

    def month(self, day: date) -> str:
        """« novembre 2026 »"""
        return format_date(day, "LLLL y", self.locale)

    def time_of_day(self, at: int | time | datetime) -> str:
        """« 14 h 30 », « 14.30 uur », « 14:30 Uhr », "14:30"; minutes since midnight or a local time."""
        return self._clock(at) + _OCLOCK[self.lang]

    def span(self, start: int | time | datetime, end: int | time | datetime) -> str:
        """« 14 h – 15 h 30 », « 14.00–15.30 uur »."""
        dash = f"{_NBSP}–{_NBSP}" if self.lang == "fr" else "–"
        return f"{self._clock(start)}{dash}{self._clock(end)}{_OCLOCK[self.lang]}"

    def moment(self, at: datetime) -> str:
        """« mardi 24 novembre, 14 h 30 », for a local time."""
        return f"{self.day(at)}, {self.time_of_day(at)}"

    def duration(self, minutes: int) -> str:
        """« 45 min », « 1 h 30 »."""
        hours, rest = divmod(minutes, 60)
        if not hours:
            return f"{rest}{_NBSP}min"
        return f"{hours}{_HOURS[self.lang]}" + (f"{_NBSP}{rest:02}" if rest else "")

    def date_list(self, days: Iterable[date]) -> str:
        """« mardi 12 janvier et mardi 19 janvier », in order, each once."""
        return self.and_list(self.day(day) for day in sorted(set(days)))

    def and_list(self, items: Iterable[str]) -> str:
        return format_list(list(items), "standard", self.locale)

    def or_list(self, items: Iterable[str]) -> str:
        return format_list(list(items), "or", self.locale)

    def number(self, value: float, digits: int | None = None) -> str:
        """A number as people write it here; `digits` after the comma when it matters."""
        return format_decimal(value, None if digits is None else f"#,##0.{'0' * digits}".rstrip("."), self.locale)

    def at_start(self, text: str) -> str:
        """« Mardi 24 novembre »: the text with a capital, as at the start of a sentence; the rest stays as it is."""
        return text[:1].upper() + text[1:]

    def language_name(self, tag: str) -> str:
        """« tigrigna » for `ti`; the tag itself when nobody has named it."""
        names = cast("Mapping[str, str]", self.locale.languages)
        return names.get(tag.replace("-", "_")) or names.get(tag.split("-")[0]) or tag

    def zone_name(self, zone: str) -> str:
        """« Bruxelles » for Europe/Brussels."""
        return get_timezone_location(zone, self.locale, return_city=True)

    def _counted(self, one: str, many: str, count: int) -> str | None:
        return self._terms.get(one if self.locale.plural_form(count) == "one" else many)

    def _said(self, text: str, values: Mapping[str, object]) -> str:
        # Before the values come in: a code, an address or a name stays as it is.
        spaced = french(text) if self.lang == "fr" else text
        for name, value in values.items():
            mark = f"%({name})s"
            if str(value).endswith("."):
                spaced = ended_once(spaced, mark)
            if self.lang == "fr":
                spaced = elided(spaced, mark, str(value))
        return spaced % values if values else spaced

    def _clock(self, at: int | time | datetime) -> str:
        hour, minute = divmod(at, 60) if isinstance(at, int) else (at.hour, at.minute)
        if self.lang == "fr" and not minute:
            return f"{hour}{_NBSP}h"
        return _CLOCK[self.lang].format(hour=hour, minute=minute)

    def _date(self, day: date, pattern: str) -> str:
        if self.lang == "fr" and day.day == 1:
            pattern = pattern.replace(" d ", " d'er' ")
        return format_date(day, pattern, self.locale)


def translator(lang: str, *, terms: Mapping[str, str] | None = None) -> Texts:
    """The texts of one language; a network's own terms come first."""
    return Texts(lang, terms)


@cache
def catalog(lang: str) -> GNUTranslations:
    """The compiled messages of a language."""
    return GNUTranslations(BytesIO(catalog_bytes(lang)))


def catalog_bytes(lang: str) -> bytes:
    """
    The catalog of a language in its compiled form.

    A wheel brings them compiled; in a checkout the compiled file is ignored by git, so one that is missing or older
    than its source is compiled on the spot.
    """
    po = _HERE / lang / "LC_MESSAGES" / f"{DOMAIN}.po"
    mo = po.with_suffix(".mo")
    fresh = mo.exists() and (not po.exists() or mo.stat().st_mtime >= po.stat().st_mtime)
    return mo.read_bytes() if fresh else compiled(po)

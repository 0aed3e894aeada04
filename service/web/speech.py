"""How a page speaks: the reader's language in the territory's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from locales import Texts

LANGUAGES = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}
LANGUAGE_COOKIE = "langue"


class Speech(Texts):
    """Texts of one reader, who reads points in time in one zone."""

    def __init__(self, lang: str, zone: ZoneInfo, terms: Mapping[str, str] | None = None) -> None:
        super().__init__(lang, terms)
        self.zone = zone

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def day_and_month(self, day: date) -> str:
        """« 24 novembre »"""
        return format_date(day, "d. MMMM" if self.lang == "de" else "d MMMM", self.locale)

    def hour(self, moment: datetime) -> str:
        """« 14 h 30 » there."""
        return self.time_of_day(self.local(moment))

    def day_of(self, moment: datetime) -> str:
        """« mardi 24 novembre » there."""
        return self.day(self.local(moment))

    def hours(self, start: datetime, end: datetime) -> str:
        """« 14 h – 15 h » there."""
        return self.span(self.local(start), self.local(end))

"""
Weekly hours as people write them, to windows and back: « lun 9h-12h, mar et jeu 14h-17h30, sem. impaires ven 10h-12h ».

Days, hours, moments and odd or even weeks are understood in French, Dutch, German and English at once; where two
languages give one abbreviation to two days (« ma », « di »), the reader's language decides. What is not understood is
never guessed: it is handed back word by word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calendars.availability import Recurrence, Span, merged

LONGEST = 2000
"""Characters of a text that are read; nobody's week is longer."""
MOMENTS: Mapping[str, Span] = {
    "morning": (8 * 60, 12 * 60),
    "noon": (12 * 60, 14 * 60),
    "afternoon": (14 * 60, 18 * 60),
    "evening": (18 * 60, 21 * 60),
}
"""The moments of a day, in order; they touch and never overlap."""

_DAYS: Mapping[str, tuple[str, ...]] = {
    "fr": (
        "lundi lundis lun lu",
        "mardi mardis mar ma",
        "mercredi mercredis mer me",
        "jeudi jeudis jeu je",
        "vendredi vendredis ven ve",
        "samedi samedis sam sa",
        "dimanche dimanches dim di",
    ),
    "nl": (
        "maandag maandags maan maa ma",
        "dinsdag dinsdags din di",
        "woensdag woensdags woe wo",
        "donderdag donderdags don do",
        "vrijdag vrijdags vrij vri vr",
        "zaterdag zaterdags zat za",
        "zondag zondags zon zo",
    ),
    "de": (
        "montag montags mon mo",
        "dienstag dienstags die di",
        "mittwoch mittwochs mit mi",
        "donnerstag donnerstags don do",
        "freitag freitags fre fr",
        "samstag samstags sonnabend sam sa",
        "sonntag sonntags son so",
    ),
    "en": (
        "monday mondays mon mo",
        "tuesday tuesdays tues tue tu",
        "wednesday wednesdays wed we",
        "thursday thursdays thurs thur thu th",
        "friday fridays fri fr",
        "saturday saturdays sat sa",
        "sunday sundays sun su",
    ),
}
_GROUPS: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("tous les jours", "elke dag", "jeden tag", "every day", "alle dagen"), (1, 2, 3, 4, 5, 6, 7)),
    **dict.fromkeys(("en semaine", "weekdays", "werktags", "weekdagen", "werkdagen"), (1, 2, 3, 4, 5)),
    **dict.fromkeys(("week-end", "weekend", "wochenende", "week-ends"), (6, 7)),
}
_MOMENT_WORDS: Mapping[str, str] = {
    **dict.fromkeys(
        ("le matin", "matin", "ochtend", "voormiddag", "morgens", "vormittags", "vormittag", "morning"), "morning"
    ),
    **dict.fromkeys(("le midi", "midi", "middag", "mittags", "mittag", "noon"), "noon"),
    **dict.fromkeys(
        ("l'apres-midi", "apres-midi", "apres midi", "namiddag", "nachmittags", "nachmittag", "afternoon"),
        "afternoon",
    ),
    **dict.fromkeys(("le soir", "soir", "soiree", "avond", "abends", "abend", "evening"), "evening"),
}
_WEEKS: Mapping[str, Recurrence] = {
    **dict.fromkeys(("impaires", "impaire", "oneven", "ungerade", "ungeraden", "odd"), "odd_weeks"),
    **dict.fromkeys(("paires", "paire", "even", "gerade", "geraden"), "even_weeks"),
    **dict.fromkeys(("chaque semaine", "toutes les semaines", "elke week", "jede woche", "every week"), "weekly"),
}
_JOINS = ("a", "au", "jusqu'a", "tot", "bis", "to", "until", "till")
_FILLERS = (
    "et", "en", "und", "and", "le", "la", "les", "l", "de", "du", "des", "d", "von", "van", "from", "am", "op", "om",
    "on", "at", "um", "in", "der", "den", "dem", "s", "sem", "semaine", "semaines", "week", "weeks", "weken", "woche",
    "wochen", "puis", "dan", "dann", "then", "uur", "uhr", "aussi", "ook", "auch", "also",
)  # fmt: skip
_TOKEN = re.compile(
    r"(?P<time>\d{1,2}\s*(?:h|u)\s*\d{2}(?!\d)|\d{1,2}[:.]\d{2}(?:\s*(?:uur|uhr|u|h))?|\d{1,2}\s*(?:heures|heure|uur|uhr|h|u)\b"
    r"|\d{1,2}(?![\d:.]))|(?P<dash>[-–—])|(?P<stop>[,;:.\n/+&])|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*)|(?P<other>\S)"
)
_ORDER = ("weekly", "odd_weeks", "even_weeks")
"""Every week first: what is said of odd or even weeks holds for all that follows."""
_LETTERS = {
    "fr": ("sem. impaires", "sem. paires"),
    "nl": ("oneven weken", "even weken"),
    "de": ("ungerade Wochen", "gerade Wochen"),
    "en": ("odd weeks", "even weeks"),
}


@dataclass(frozen=True, order=True)
class Hours:
    """Minutes of a weekday, half-open; from no date to no date."""

    weekday: int
    start: int
    end: int
    recurrence: Recurrence = "weekly"


@dataclass(frozen=True)
class Understood:
    """What a text says: hours in order, none twice; and the words, as typed, that it did not give up."""

    hours: tuple[Hours, ...]
    unknown: tuple[str, ...]


def read(text: str, lang: str, weekday: int | None = None) -> Understood:
    """
    The hours that a text says.

    Parameters
    ----------
    lang
        Decides what abbreviations mean that are two days in two languages.
    weekday
        The day that is meant where the text begins without one.
    """
    return _Reader(lang, weekday).read(text[:LONGEST])


def write(hours: Iterable[Hours], lang: str, *, with_day: bool = True) -> str:
    """The same hours as a text that `read` gives back unchanged in that language."""
    parts: list[str] = []
    for one in sorted(hours, key=lambda each: (_ORDER.index(each.recurrence), each.weekday, each.start)):
        span = f"{_hour(one.start, lang)}-{_hour(one.end, lang)}"
        odd, even = _LETTERS[lang]
        weeks = {"weekly": "", "odd_weeks": f"{odd} ", "even_weeks": f"{even} "}[one.recurrence]
        day = f"{_DAYS[lang][one.weekday - 1].split()[0]} " if with_day else ""
        parts.append(f"{weeks}{day}{span}")
    return ", ".join(parts)


def _hour(minute: int, lang: str) -> str:
    if lang == "fr":
        return f"{minute // 60}h" + (f"{minute % 60:02}" if minute % 60 else "")
    return f"{minute // 60}:{minute % 60:02}"


def tidy(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """Each hour once: touching ones as one, and odd or even weeks only where not every week is said already."""
    spans: dict[tuple[int, Recurrence], list[Span]] = {}
    for one in hours:
        spans.setdefault((one.weekday, one.recurrence), []).append((one.start, one.end))
    found: list[Hours] = []
    for (weekday, recurrence), some in spans.items():
        every = merged(spans.get((weekday, "weekly"), ())) if recurrence != "weekly" else ()
        left = list(merged(some))
        for start, end in every:
            left = [
                piece
                for span in left
                for piece in ((span[0], min(span[1], start)), (max(span[0], end), span[1]))
                if piece[0] < piece[1]
            ]
        found += [Hours(weekday, start, end, recurrence) for start, end in left]
    return tuple(sorted(found))


def _plain(text: str) -> str:
    """Without accents, in small letters, one kind of apostrophe."""
    bare = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


class _Reader:
    """Goes through a text once, from left to right: days and weeks last until others are said."""

    def __init__(self, lang: str, weekday: int | None) -> None:
        self.days: tuple[int, ...] = (weekday,) if weekday is not None else ()
        self.weeks: Recurrence = "weekly"
        self.fresh = True  # hours were said since the days: the next day begins anew
        self.hours: list[Hours] = []
        self.unknown: list[str] = []
        self.known: dict[str, int] = {}
        for one in (*(tag for tag in _DAYS if tag != lang), lang):
            for number, words in enumerate(_DAYS[one], start=1):
                self.known.update(dict.fromkeys(words.split(), number))

    def read(self, text: str) -> Understood:
        # The letters keep their number, so that words are handed back as typed.
        tokens = [
            (found.lastgroup or "", _plain(found[0]), found[0])
            for found in _TOKEN.finditer(unicodedata.normalize("NFC", text))
        ]
        position = 0
        while position < len(tokens):
            position = self._step(tokens, position)
        return Understood(tidy(self.hours), tuple(self.unknown))

    def _step(self, tokens: list[tuple[str, str, str]], at: int) -> int:
        for length in (3, 2, 1):
            phrase = " ".join(token[1] for token in tokens[at : at + length])
            if at + length > len(tokens):
                continue
            if phrase in _WEEKS:
                self.weeks = _WEEKS[phrase]
                return at + length
            if phrase in _GROUPS:
                self._say_days(_GROUPS[phrase])
                return at + length
            if phrase in _MOMENT_WORDS:
                self._say_hours(MOMENTS[_MOMENT_WORDS[phrase]], tokens[at][2])
                return at + length
        kind, word, typed = tokens[at]
        if word in self.known and kind == "word":
            return self._days(tokens, at)
        if kind == "time":
            return self._times(tokens, at)
        if kind == "stop" or (kind == "word" and word in _FILLERS):
            return at + 1
        self.unknown.append(typed)
        return at + 1

    def _days(self, tokens: list[tuple[str, str, str]], at: int) -> int:
        first = self.known[tokens[at][1]]
        after = at + 1
        if after < len(tokens) and tokens[after][1] == ".":
            after += 1
        if after + 1 < len(tokens) and _joins(tokens[after]) and tokens[after + 1][1] in self.known:
            last = self.known[tokens[after + 1][1]]
            self._say_days(tuple((first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1)))
            return after + 2
        self._say_days((first,))
        return after

    def _times(self, tokens: list[tuple[str, str, str]], at: int) -> int:
        start = _minute(tokens[at][1])
        if at + 2 < len(tokens) and _joins(tokens[at + 1]):
            typed = tokens[at][2] + tokens[at + 1][2] + tokens[at + 2][2]
            end = _minute(tokens[at + 2][1])
            if end == 0:
                end = 24 * 60
            if start is not None and end is not None and start < end:
                self._say_hours((start, end), typed)
            else:
                self.unknown.append(typed)
            return at + 3
        self.unknown.append(tokens[at][2])
        return at + 1

    def _say_days(self, days: tuple[int, ...]) -> None:
        self.days = days if self.fresh else tuple(dict.fromkeys((*self.days, *days)))
        self.fresh = False

    def _say_hours(self, span: Span, typed: str) -> None:
        if not self.days:
            self.unknown.append(typed)
        self.hours += [Hours(day, *span, self.weeks) for day in self.days]
        self.fresh = True


def _joins(token: tuple[str, str, str]) -> bool:
    return token[0] == "dash" or token[1] in _JOINS


def _minute(text: str) -> int | None:
    """The minute of the day; 24:00 is 1440, noon and midnight have their words."""
    if text in ("midi", "noon", "mittag", "middag"):
        return 12 * 60
    if text in ("minuit", "midnight", "mitternacht", "middernacht"):
        return 0
    found = re.match(r"(\d{1,2})\D*(\d{2})?", text)
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2] or 0)
    return minute if int(found[2] or 0) < 60 and minute <= 24 * 60 else None

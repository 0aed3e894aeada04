"""An ordinary Monday in January, an ordinary person who waits, an ordinary helper who suits them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from matching.pairing.instance import Consent, Helper, Instance, LivePairing, Pair, Person
from matching.travel import Point
from matching.weekly import Window

DAY = date(2027, 1, 4)
SEPTEMBER = date(2026, 9, 1)
HERE = Point(50.6, 5.5)


def window(weekday: int = 2, start: int = 780, end: int = 960, **other: Any) -> Window:
    """Tuesday from 13:00 to 16:00."""
    return Window(weekday, start, end, other.pop("valid_from", SEPTEMBER), **other)


def person(id: str = "ada", **other: Any) -> Person:
    given: dict[str, Any] = {
        "themes": ("housing",),
        "languages": ("fr",),
        "waiting_since": DAY - timedelta(days=42),
        "consent": Consent("given", ("pairing",), DAY + timedelta(days=100)),
        "windows": (window(),),
        "neighbourhood": "N1",
        "coordinates": HERE,
    }
    return Person(id, **given | other)


def helper(id: str = "nadia", **other: Any) -> Helper:
    given: dict[str, Any] = {
        "languages": ("fr",),
        "themes": ("housing",),
        "gender": "f",
        "windows": (window(),),
        "weekly_minutes_max": 20 * 60,
        "max_persons": 4,
        "max_travel_km": 8.0,
        "base": HERE,
        "trained_on": DAY - timedelta(days=365),
        "has_supervisor": True,
        "last_supervision_on": DAY - timedelta(days=20),
    }
    return Helper(id, **given | other)


def instance(*who: Person | Helper, **other: Any) -> Instance:
    people = tuple(one for one in who if isinstance(one, Person)) or (person(),)
    helpers = tuple(one for one in who if isinstance(one, Helper)) or (helper(),)
    return Instance(other.pop("day", DAY), people=people, helpers=helpers, **other)


def live(person: str, helper: str = "nadia", status: str = "active", **other: Any) -> LivePairing:
    return LivePairing(person, helper, status, other.get("frequency", "weekly"), other.get("minutes", 60))


def pair(person: str = "ada", helper: str = "nadia") -> Pair:
    return Pair(person, helper)

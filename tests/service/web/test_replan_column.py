"""The head of a plan counts all that it would change, what is new too."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.travel_ways import Told
from service.visit_plan import Change, Draft
from service.web.replans import column
from service.web.speech import Speech

ZONE = ZoneInfo("Europe/Brussels")


def change(kind: str) -> Change:
    at = datetime(2027, 1, 11, 10, tzinfo=ZONE)
    return Change(kind, kind, "SER-P001", "Yann", "Ana", "regular", 60, None if kind == "new" else at, at, ())


def test_new_visits_are_counted_beside_those_that_change():
    changes = tuple(map(change, ("new", "moved", "unchanged")))
    draft = Draft("1", "fewest", date(2027, 1, 11), 1, "optimal", {}, changes, (), False, None, Told())
    head = column(draft, None, Speech("fr", ZONE))

    assert (head.added, head.changed, len(head.lines)) == (1, 1, 2)

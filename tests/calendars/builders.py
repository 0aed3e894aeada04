"""An ordinary entry of a calendar, so that a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from calendars.feed import Event

WRITTEN = datetime(2027, 1, 2, 9, tzinfo=UTC)
NINE = datetime(2027, 1, 12, 8, tzinfo=UTC)


def event(**changes) -> Event:
    values = {
        "uid": "v1@fil.example",
        "changed": WRITTEN,
        "sequence": 0,
        "start": NINE,
        "end": NINE + timedelta(hours=1),
        "summary": "Rencontre",
    }
    return Event(**(values | changes))

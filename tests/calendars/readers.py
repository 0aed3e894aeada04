"""Calendars as other programs read them: ical.js (Thunderbird, Nextcloud), vobject (Radicale) and icalendar."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import vobject

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Entry:
    """One VEVENT; moments in UTC. `replaces` is the start in the series that it stands for."""

    uid: str
    replaces: str | None
    start: str
    end: str
    summary: str
    location: str
    status: str
    sequence: int


@dataclass(frozen=True)
class Understood:
    """`occurrences` are those of series, less the skipped ones; None where the reader leaves them to others."""

    entries: list[Entry]
    occurrences: list[str] | None


Read = Callable[[bytes], Understood]


@contextmanager
def ical_js() -> Iterator[Read]:
    """ical.js in one process of node for all calendars of a test module."""
    command = [
        sys.executable,
        str(ROOT / ".ci" / "run_node.py"),
        str(Path(__file__).with_name("read_with_ical_js.mjs")),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        asked, answers = process.stdin, process.stdout
        assert asked is not None
        assert answers is not None

        def read(feed: bytes) -> Understood:
            asked.write(json.dumps(feed.decode()) + "\n")
            asked.flush()
            found = json.loads(answers.readline())
            return Understood([Entry(**entry) for entry in found["entries"]], found["occurrences"])

        yield read
        asked.close()


def with_vobject(feed: bytes) -> Understood:
    calendar = vobject.readOne(feed.decode())
    events = calendar.contents["vevent"]
    return Understood(
        [
            Entry(
                event.uid.value,
                _told(event.recurrence_id.value) if hasattr(event, "recurrence_id") else None,
                _told(event.dtstart.value),
                _told(event.dtend.value),
                event.summary.value,
                event.location.value if hasattr(event, "location") else "",
                event.status.value,
                int(event.sequence.value),
            )
            for event in events
        ],
        [_told(start) for event in events if "rrule" in event.contents for start in event.getrruleset(addRDate=True)],
    )


def with_icalendar(feed: bytes) -> Understood:
    calendar = icalendar.Calendar.from_ical(feed)
    return Understood(
        [
            Entry(
                str(event["UID"]),
                _told(event["RECURRENCE-ID"].dt) if "RECURRENCE-ID" in event else None,
                _told(event["DTSTART"].dt),
                _told(event["DTEND"].dt),
                str(event["SUMMARY"]),
                str(event.get("LOCATION", "")),
                str(event["STATUS"]),
                event["SEQUENCE"],
            )
            for event in calendar.walk("VEVENT")
        ],
        None,
    )


def _told(when: datetime | date) -> str:
    return when.astimezone(UTC).isoformat() if isinstance(when, datetime) else when.isoformat()

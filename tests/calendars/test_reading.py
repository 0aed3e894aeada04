"""
Foreign calendars, read: `nasty/*.ics`, each beside what it should give.

The `.json` beside each file was worked out by hand from RFC 5545; `how` says how.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.reading import busy
from calendars.reading_lines import MOST_BYTES, MOST_COMPONENTS, Unreadable

NASTY = sorted((Path(__file__).parent / "nasty").glob("*.ics"))
FROM, TO = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", *lines, "END:VEVENT"]


def midnight(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), zone)


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        busy(content, FROM, TO, BRUSSELS)
    return refused.value.code


@pytest.mark.parametrize("path", NASTY, ids=lambda path: path.stem)
def test_a_nasty_file_gives_what_was_worked_out_by_hand(path: Path):
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    zone = ZoneInfo(told["timezone"])
    period = midnight(told["from"], zone), midnight(told["to"], zone)

    if "refused" in told:
        with pytest.raises(Unreadable) as refused:
            busy(path.read_bytes(), *period, zone)
        assert refused.value.code == told["refused"]
    else:
        found = busy(path.read_bytes(), *period, zone)
        assert [[f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in interval] for interval in found] == told["busy"]

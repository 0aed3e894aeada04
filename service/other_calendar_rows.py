"""Rows of agendas kept elsewhere: whether the network wants them, what one reading leaves, what goes by itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from service.tables.calendars import BusyInterval, OtherCalendar
from service.tables.territory import NetworkSetting

SETTING = "other_calendars"
BACK = timedelta(days=7)
AHEAD = timedelta(weeks=26)
"""What is kept around today: the week on the screen, and as far as anybody plans."""
EVERY = timedelta(minutes=30)
SLOWEST = timedelta(hours=24)

Interval = tuple[datetime, datetime]


def is_on(tx: Session, territory_id: int) -> bool:
    """Whether the network wants such agendas to be read; it has to say so (`settled.md` 22)."""
    row = tx.exec(
        select(NetworkSetting)
        .where(col(NetworkSetting.territory_id) == territory_id, col(NetworkSetting.name) == SETTING)
        .order_by(col(NetworkSetting.id).desc())
    ).first()
    return row is not None and row.value.get("on") is True


def replace(tx: Session, row: OtherCalendar, found: Iterable[Interval], now: datetime) -> None:
    """What was read takes the place of the reading before, all at once."""
    tx.exec(delete(BusyInterval).where(col(BusyInterval.calendar_id) == row.id))
    tx.add_all(BusyInterval(calendar_id=row.id or 0, starts_at=start, ends_at=end) for start, end in found)
    row.read_at = row.changed_at = now


def after_a_while(failures: int, asked_seconds: int = 0) -> timedelta:
    """
    How long until the next reading: half an hour, twice as long after each failure, a day at most.

    A tenth more or less by chance, so that agendas of one site are not all asked for at once. What the other side asked
    for is waited out in full.
    """
    pause = min(EVERY * 2 ** min(failures, 10), SLOWEST / 1.1)
    return max(pause * (900 + secrets.randbelow(201)) / 1000, timedelta(seconds=asked_seconds))


def forget_the_past(tx: Session, now: datetime) -> int:
    """Intervals that are over; how many. A broken source and a file would keep them for ever."""
    return tx.exec(delete(BusyInterval).where(col(BusyInterval.ends_at) < now - BACK - timedelta(days=1))).rowcount

"""The days that a feed shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BACK = timedelta(days=30)
AHEAD = timedelta(weeks=26)


@dataclass(frozen=True)
class Horizon:
    """
    First and last day shown, both included.

    It moves on Mondays only, so that a feed whose rows do not change is the same all week.
    """

    monday: date
    zone: str

    @classmethod
    def of(cls, today: date, zone: str) -> Horizon:
        return cls(today - timedelta(days=today.weekday()), zone)

    @property
    def first_day(self) -> date:
        return self.monday - BACK

    @property
    def last_day(self) -> date:
        return self.monday + AHEAD

    @property
    def begins(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.first_day, self.zone)

    @property
    def ends(self) -> datetime:
        """The moment after the last one, in UTC."""
        return _midnight(self.last_day + timedelta(days=1), self.zone)

    @property
    def moved(self) -> datetime:
        """Since when it shows these days, in UTC."""
        return _midnight(self.monday, self.zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

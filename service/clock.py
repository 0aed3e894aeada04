"""Two clocks: the domain's (today, due, lapse, consent) is passed in; sign-in and audit use the real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Says what time it is; always with a zone, in UTC."""

    def now(self) -> datetime: ...


class RealClock:
    """The machine's clock: sign-in, sessions, leases, HTTP dates and audit always use it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A domain clock that stands still (``--today``, tests)."""

    moment: datetime

    @classmethod
    def at_eight(cls, day: date, zone: str) -> FixedClock:
        """08:00 in the territory's zone."""
        return cls(datetime.combine(day, time(8), ZoneInfo(zone)).astimezone(UTC))

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class ShiftedClock:
    """The domain clock of demo mode: real time moved by a constant, so that it goes on across restarts."""

    shift: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


def today(clock: Clock, zone: str) -> date:
    """The local day of a territory."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def local_day(moment: datetime, zone: str) -> date:
    """The day of a point in time in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """When a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

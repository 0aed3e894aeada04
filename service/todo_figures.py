"""Two small pictures in figures: how long people have been waiting, and what becomes of this week's visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlmodel import Session, col, select

from service import clock
from service.tables.pairings import Request, Visit
from service.todo_kinds import LONG_DAYS, Day

STATES = ("received", "consent_pending", "waiting", "proposed")


@dataclass(frozen=True)
class Wait:
    """Requests in one state: how many, and for how many days since they came: the one in the middle, the longest."""

    status: str
    count: int
    middle: int
    longest: int
    long: int


@dataclass(frozen=True)
class DayOfWeek:
    """Visits of a day: still to come or to be noted, held, cancelled or not held."""

    day: date
    planned: int = 0
    held: int = 0
    not_held: int = 0
    is_today: bool = False

    @property
    def all(self) -> int:
        return self.planned + self.held + self.not_held


def waits(tx: Session, day: Day) -> tuple[Wait, ...]:
    """How long people have been waiting, by the state of their request; states without any are left out."""
    rows = tx.exec(
        select(col(Request.status), col(Request.received_on)).where(
            Request.territory_id == day.territory_id, Request.kind == "pairing", col(Request.status).in_(STATES)
        )
    ).all()
    ages: dict[str, list[int]] = {}
    for status, received in rows:
        ages.setdefault(status, []).append(max(0, (day.today - received).days))
    return tuple(
        Wait(
            state,
            len(ages[state]),
            round(median(ages[state])),
            max(ages[state]),
            sum(age > LONG_DAYS for age in ages[state]),
        )
        for state in STATES
        if state in ages
    )


BECAME = {
    "planned": "planned",
    "confirmed": "planned",
    "done": "held",
    "cancelled": "not_held",
    "not_held": "not_held",
}
"""A visit that was moved is counted where it is now."""


def week_of_visits(tx: Session, day: Day) -> tuple[DayOfWeek, ...]:
    """The seven days of this week."""
    monday = day.today - timedelta(days=day.today.weekday())
    start, end = (clock.midnight(monday + timedelta(days=days), day.zone) for days in (0, 7))
    rows = tx.exec(
        select(Visit.starts_at, Visit.status).where(
            Visit.territory_id == day.territory_id, col(Visit.starts_at) >= start, col(Visit.starts_at) < end
        )
    ).all()
    counts: dict[date, dict[str, int]] = {}
    for starts_at, status in rows:
        if status in BECAME:
            of_day = counts.setdefault(clock.local_day(starts_at, day.zone), {})
            of_day[BECAME[status]] = of_day.get(BECAME[status], 0) + 1
    days = [monday + timedelta(days=number) for number in range(7)]
    return tuple(DayOfWeek(one, **counts.get(one, {}), is_today=one == day.today) for one in days)

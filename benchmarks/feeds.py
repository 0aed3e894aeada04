"""
`python -m benchmarks.feeds [--events N] [--subscriptions N] [--database URL]`: calendars written, and calendars polled.

First how many events a second are written, and icalendar's figure.

Visits of a person, half of them with a place whose line is folded. Ours is `render`, from values to bytes. Of icalendar
both ways are told: `to_ical` alone, of components that lie ready, and with their making, which is what stands against
ours. Both are read back and must hold the same entries. Seconds are of the processor, the best of three rounds each, so
that other work on the machine disturbs them least.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import icalendar

from benchmarks import feed_polls
from calendars.feed import Calendar, Event, render

EVENTS = 5_000
ROUNDS = 3
WRITTEN = datetime(2027, 1, 2, 9, tzinfo=UTC)
FIRST = datetime(2027, 1, 12, 8, tzinfo=UTC)
PLACE = "Café Bavard – place des Verriers, rue Gony, au fond de la cour à gauche"
ROW = "{:<36} {:>9} {:>10}"
Made = TypeVar("Made")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--subscriptions", type=int, default=feed_polls.PHONES, help="addresses polled; 0 = none")
    parser.add_argument("--database", help="an empty database for them; a SQLite file of the moment without it")
    asked = parser.parse_args()
    events = tuple(_event(n) for n in range(asked.events))
    print(ROW.format(f"{len(events)} events", "seconds", "events/s"))
    ours = _measured("ours, values to bytes", events, lambda: render(Calendar("Le Fil", "Europe/Brussels", events)))
    made = _components(events)
    theirs = _measured("icalendar, to_ical of components", events, made.to_ical)
    _measured("icalendar, components and to_ical", events, lambda: _components(events).to_ical())
    if _read(ours) != _read(theirs):
        raise SystemExit("the two do not hold the same entries")
    if asked.subscriptions:
        feed_polls.measure(asked.subscriptions, asked.database)


def _event(n: int) -> Event:
    start = FIRST + timedelta(minutes=15 * n)
    return Event(
        uid=f"{n:032x}@fil.example",
        changed=WRITTEN,
        sequence=n % 3,
        start=start,
        end=start + timedelta(hours=1),
        summary=f"Rencontre SER-B{n % 200:03}",
        status="TENTATIVE" if n % 5 == 0 else "CONFIRMED",
        location=PLACE if n % 2 else "",
    )


def _components(events: tuple[Event, ...]) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Le Fil//Agenda//FR")
    for event in events:
        component = icalendar.Event()
        component.add("UID", event.uid)
        component.add("DTSTAMP", event.changed)
        component.add("DTSTART", event.start)
        component.add("DTEND", event.end)
        component.add("SUMMARY", event.summary)
        if event.location:
            component.add("LOCATION", event.location)
        component.add("STATUS", event.status)
        component.add("SEQUENCE", event.sequence)
        component.add("LAST-MODIFIED", event.changed)
        component.add("CLASS", "PRIVATE")
        component.add("TRANSP", "OPAQUE")
        calendar.add_component(component)
    return calendar


def _measured(name: str, events: tuple[Event, ...], write: Callable[[], Made]) -> Made:
    best, made = min((_timed(write) for _ in range(ROUNDS)), key=lambda one: one[0])
    print(ROW.format(name, f"{best:.3f}", f"{len(events) / best:,.0f}"), flush=True)
    return made


def _timed(write: Callable[[], Made]) -> tuple[float, Made]:
    began = time.process_time()
    made = write()
    return time.process_time() - began, made


def _read(feed: bytes) -> list[list[tuple[str, bytes]]]:
    found = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    return [sorted((name, value.to_ical()) for name, value in entry.items()) for entry in found]


if __name__ == "__main__":
    main()

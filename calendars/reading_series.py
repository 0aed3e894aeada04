"""
All components of one UID to the moments when they take somebody (RFC 5545, 3.8.4.4 and 3.8.5).

A component without RECURRENCE-ID is the series, one with it changes an occurrence, or with RANGE=THISANDFUTURE also all
that follow. `recurring-ical-events` does this too; decision 0016 tells why it is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from calendars.reading_lines import Component
from calendars.reading_rules import ForeignRule, Work, read_foreign_rule
from calendars.reading_times import NO_TIME, Length, Time, Zones, in_utc, later, length

Interval = tuple[datetime, datetime]
"""Half-open, in UTC."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """What is asked for, in UTC, half-open, and the zone of who asks: floating times and whole days are in it."""

    begins: datetime
    ends: datetime
    zone: tzinfo

    def holds(self, start: datetime, end: datetime) -> bool:
        return start < end and start < self.ends and end > self.begins


@dataclass(frozen=True)
class Entry:
    """
    A VEVENT, or an occurrence of one.

    Parameters
    ----------
    zone
        Of its local times.
    end
        From its local start to its end in UTC.
    taken
        It takes somebody's time: not cancelled, not shown as free.
    rank
        Of two versions, the higher one holds: SEQUENCE, then DTSTAMP.
    """

    start: Time
    zone: tzinfo
    end: Callable[[datetime], datetime]
    taken: bool
    cancelled: bool
    rank: tuple[int, str]
    component: Component
    zones: Zones

    @property
    def changes(self) -> Time | None:
        """The occurrence that this one stands for; None for a series or an event by itself."""
        written = self.component.first("RECURRENCE-ID")
        return self.zones.time(written.value, written.parameters) if written else None

    @property
    def and_what_follows(self) -> bool:
        written = self.component.first("RECURRENCE-ID")
        return written is not None and written.parameters.get("RANGE", "").upper() == "THISANDFUTURE"

    def moment(self, time: Time) -> datetime:
        return in_utc(time.local, time.zone or self.zone)

    def span(self, local: datetime) -> Interval:
        """When it is, if it starts at this local time."""
        return in_utc(local, self.zone), self.end(local)


def read_entry(component: Component, zones: Zones, called_off: bool, period: Period) -> Entry | None:
    """
    A VEVENT; None when it has no time.

    Raises
    ------
    Unreadable
        BAD_TIME.
    """
    written = component.first("DTSTART")
    if written is None:
        return None
    start = zones.time(written.value, written.parameters)
    zone = start.zone or period.zone
    cancelled = called_off or component.text("STATUS").upper() == "CANCELLED"
    free = (
        component.text("TRANSP").upper() == "TRANSPARENT"
        or component.text("X-MICROSOFT-CDO-BUSYSTATUS").upper() == "FREE"
    )
    sequence = component.text("SEQUENCE")
    return Entry(
        start,
        zone,
        _end(component, start, zone, zones),
        not (cancelled or free),
        cancelled,
        (int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 19 else 0, _stamp(component)),
        component,
        zones,
    )


def taken_by(entries: Iterable[Entry], period: Period, work: Work) -> Iterator[Interval]:
    """
    When the components of one UID take somebody, in no order.

    Raises
    ------
    Unreadable
        BAD_TIME, BAD_RULE, TOO_FREQUENT, TOO_MANY.
    """
    series: Entry | None = None
    changing: list[tuple[Time, Entry]] = []
    for entry in entries:
        changes = entry.changes
        if changes is None:
            series = _newer(entry, series)
        else:
            changing.append((changes, entry))
    changed: dict[datetime | date, Entry] = {}
    for changes, entry in changing:
        key = changes.local.date() if changes.whole_day else (series or entry).moment(changes)
        changed[key] = _newer(entry, changed.get(key))
    for entry in changed.values():
        # A series called off afterwards takes its changed occurrences with it.
        if entry.taken and not (series and series.cancelled and series.rank >= entry.rank):
            yield entry.span(entry.start.local)
    if series is not None:
        yield from _Series(series, changed, period, work).spans()


class _Series:
    """A series less the occurrences that others stand for."""

    def __init__(self, entry: Entry, changed: dict[datetime | date, Entry], period: Period, work: Work) -> None:
        self.entry, self.period, self.work = entry, period, work
        self.changed = changed
        following = [(change, one) for one in changed.values() if one.and_what_follows and (change := one.changes)]
        self.following = sorted(
            ((self._here(change), one) for change, one in following), key=lambda pair: pair[0], reverse=True
        )
        """Changes that hold from a local time on, the last one first."""

    def spans(self) -> Iterator[Interval]:
        if not self.entry.taken and not any(one.taken for _, one in self.following):
            return
        component, zones = self.entry.component, self.entry.zones
        self.work.take_up([*component.every("EXDATE"), *component.every("RDATE")])
        without = zones.times(component.every("EXDATE"))
        days = {self._here(time).date() for time in without if time.whole_day or self.entry.start.whole_day}
        moments = {self.entry.moment(time) for time in without if not time.whole_day}
        # Shifted and long occurrences may reach into the period from outside.
        reach = max([DAY, *(abs(one.start.local - since) + DAY for since, one in self.following)])
        last = later(self._local(self.period.ends), reach)
        spent = max(_lasting(entry) for entry in (self.entry, *(one for _, one in self.following)))
        first = later(later(self._local(self.period.begins), -reach), -spent)
        excluded = {start for rule in self._rules("EXRULE") for start in self._starts(rule, last)}
        for local, end in self._all(last):
            if (local < first and end is None) or local in excluded or local.date() in days:
                continue
            moment = in_utc(local, self.entry.zone)
            if moment not in moments and moment not in self.changed and local.date() not in self.changed:
                yield from self._one(local, end)

    def _one(self, local: datetime, end: datetime | None) -> Iterator[Interval]:
        since, entry = next((pair for pair in self.following if pair[0] <= local), (None, self.entry))
        if not entry.taken:
            return
        if since is None:
            start, usual = entry.span(local)
            yield start, end or usual
        else:
            yield entry.span(later(entry.start.local, local - since))

    def _all(self, last: datetime) -> Iterator[tuple[datetime, datetime | None]]:
        """Local starts, with the end in UTC of those that bring their own."""
        component, zones = self.entry.component, self.entry.zones
        rules = self._rules("RRULE")
        for rule in rules:
            for start in self._starts(rule, last):
                yield start, None
        if not rules:
            yield self.entry.start.local, None
        for line in component.every("RDATE"):
            if line.parameters.get("VALUE", "").upper() == "PERIOD" or "/" in line.value:
                for start, until in zones.spans([line]):
                    yield self._here(start), _end_of(self.entry, start, until)
            else:
                for start in zones.times([line]):
                    yield self._here(start), None

    def _rules(self, name: str) -> list[ForeignRule]:
        lines = self.entry.component.every(name)
        return [read_foreign_rule(line.value, self.entry.zone, self.entry.zones) for line in lines]

    def _starts(self, rule: ForeignRule, last: datetime) -> Iterator[datetime]:
        return rule.starts(self.entry.start.local, last, self.work)

    def _here(self, time: Time) -> datetime:
        """On the clock of the series."""
        if time.zone is None or time.whole_day:
            return time.local
        return self._local(in_utc(time.local, time.zone))

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.entry.zone).replace(tzinfo=None)


def _lasting(entry: Entry) -> timedelta:
    """How long an occurrence is, with room for changes of clock."""
    start, end = entry.span(entry.start.local)
    return max(end - start, NO_TIME) + DAY


def _newer(entry: Entry, other: Entry | None) -> Entry:
    """Of two versions the one that holds; of equal ones the later in the file."""
    return entry if other is None or entry.rank >= other.rank else other


def _end(component: Component, start: Time, zone: tzinfo, zones: Zones) -> Callable[[datetime], datetime]:
    """
    How an occurrence's end follows from its start.

    With DTEND all last the same time; with DURATION its days are days on the calendar (3.8.5.3). A whole day that ends
    on the day it begins is that day; what ends before it begins takes no time.
    """
    written, duration = component.first("DTEND"), component.first("DURATION")
    if written is not None:
        end = zones.time(written.value, written.parameters)
        if start.whole_day and end.whole_day:
            days = end.local - start.local or DAY
            return lambda local: in_utc(later(local, days), zone)
        lasts = in_utc(end.local, end.zone or zone) - in_utc(start.local, zone)
        return lambda local: later(in_utc(local, zone), lasts)
    if duration is not None:
        lasting = length(duration.value)
        return lambda local: _after(local, lasting, zone)
    days = DAY if start.whole_day else NO_TIME
    return lambda local: in_utc(later(local, days), zone)


def _end_of(entry: Entry, start: Time, until: Time | Length) -> datetime:
    zone = start.zone or entry.zone
    if isinstance(until, Length):
        return _after(start.local, until, zone)
    return in_utc(until.local, until.zone or zone)


def _after(local: datetime, lasting: Length, zone: tzinfo) -> datetime:
    return later(in_utc(later(local, lasting.days), zone), lasting.rest)


def _stamp(component: Component) -> str:
    """DTSTAMP: digits in one order."""
    return component.text("DTSTAMP").upper().removesuffix("Z")


def free_busy(component: Component, zones: Zones, period: Period, work: Work) -> Iterator[Interval]:
    """The taken periods of a VFREEBUSY; its own start and end only say what it is about."""
    taken = [line for line in component.every("FREEBUSY") if line.parameters.get("FBTYPE", "BUSY").upper() != "FREE"]
    work.take_up(taken)
    for start, until in zones.spans(taken):
        zone = start.zone or period.zone
        begins = in_utc(start.local, zone)
        if isinstance(until, Length):
            yield begins, _after(start.local, until, zone)
        else:
            yield begins, in_utc(until.local, until.zone or zone)

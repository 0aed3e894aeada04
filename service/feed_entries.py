"""From rows to the entries of one feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from calendars.feed import Event, Series, Status
from calendars.horizon import Horizon
from calendars.recurrence import Rule, in_utc, read_rule, weekly, within
from locales import Texts
from service import codes, feed_rows, feed_texts
from service.feed_rows import Around, Closures
from service.feed_texts import Company, Told
from service.rows import by_id
from service.tables.network import Meeting, OpenSession, OpenSessionDay
from service.tables.pairings import Visit
from service.tables.people import Place
from service.tables.territory import Territory


@dataclass(frozen=True)
class Reader:
    """For whom the entries are written, and how much they say."""

    territory: Territory
    horizon: Horizon
    texts: Texts
    level: str


def visits(tx: Session, reader: Reader, kind: str, owner_id: int) -> list[Event]:
    """The visits of a person, helper or professional."""
    found = feed_rows.visits(tx, reader.horizon, owner_id)
    around = Around.of(tx, found)
    return [_visit(reader, visit, around, kind) for visit in found]


def team_visits(tx: Session, reader: Reader) -> list[Event]:
    """The visits of the territory, for those who coordinate them."""
    found = feed_rows.team_visits(tx, reader.horizon, reader.territory.id or 0)
    around = Around.of(tx, found)
    events: list[Event] = []
    for visit in found:
        told = feed_texts.team_visit(
            reader.texts,
            _level_of(reader, visit),
            around.pairings[visit.pairing_id].ref,
            around.helpers[visit.peer_helper_id].display_name,
            around.places.get(visit.place_id or 0),
        )
        events.append(_event(reader, visit, told))
    return events


def host_slots(tx: Session, reader: Reader, owner_id: int) -> list[Event]:
    """The slots in which somebody keeps an open place."""
    found = feed_rows.host_slots(tx, reader.horizon, owner_id)
    places = by_id(tx, Place, (session.place_id for _, session in found))
    days = feed_rows.days_called_off(tx, (session.id for _, session in found))
    events: list[Event] = []
    for slot, session in found:
        told = feed_texts.host_slot(reader.texts, reader.level, session.name, session.ref, places[session.place_id])
        day = days.get((session.id or 0, slot.on))
        off = day is not None and day.status == "cancelled"
        status: Status = "CANCELLED" if off else "CONFIRMED" if slot.status == "confirmed" else "TENTATIVE"
        events.append(
            Event(
                uid=f"{slot.on:%Y%m%d}-{session.uid}",
                changed=max([session.changed_at, slot.changed_at, *([day.changed_at] if day else [])]),
                sequence=session.sequence + slot.sequence + _counted(day),
                start=_moment(reader, slot.on, session.start_minute),
                end=_moment(reader, slot.on, session.end_minute),
                summary=feed_texts.called_off(reader.texts, told.summary) if off else told.summary,
                location=told.location,
                status=status,
            )
        )
    return events


def open_sessions(tx: Session, reader: Reader, place_id: int | None) -> list[Series]:
    """The drop-in series of a place, or of the whole territory."""
    found = feed_rows.open_sessions(tx, reader.territory.id or 0, place_id)
    places = by_id(tx, Place, (session.place_id for session in found))
    closures = Closures.of(tx, reader.territory, reader.horizon, places)
    days = feed_rows.days_called_off(tx, (session.id for session in found))
    series: list[Series] = []
    for session in found:
        told = feed_texts.open_session(reader.texts, reader.level, session.name, places[session.place_id])
        own_days = {on: row for (number, on), row in days.items() if number == session.id}
        made = _open_session(reader, session, told, closures, own_days)
        series += [made] if made else []
    return series


def meetings(tx: Session, reader: Reader, owner_id: int) -> tuple[list[Event], list[Series]]:
    """The meetings that somebody takes part in."""
    return _told_to_members(tx, reader, feed_rows.meetings_of(tx, owner_id))


def public_meetings(tx: Session, reader: Reader, place_id: int | None) -> tuple[list[Event], list[Series]]:
    """The meetings in a room, or the territory's public events."""
    found = (
        feed_rows.public_events(tx, reader.territory.id or 0)
        if place_id is None
        else feed_rows.meetings_at(tx, place_id)
    )
    places = by_id(tx, Place, (meeting.place_id for meeting in found))
    return _meetings(
        tx,
        reader,
        (
            (
                meeting,
                feed_texts.public_meeting(
                    reader.texts, reader.level, meeting.kind, meeting.title, places.get(meeting.place_id or 0)
                ),
            )
            for meeting in found
        ),
    )


def team_meetings(tx: Session, reader: Reader) -> tuple[list[Event], list[Series]]:
    """The meetings of the territory, for those who coordinate them."""
    return _told_to_members(tx, reader, feed_rows.meetings_in(tx, reader.territory.id or 0))


def group_meetings(tx: Session, reader: Reader, meeting: Meeting) -> tuple[list[Event], list[Series]]:
    """The meetings of a working group, which is known by one of them."""
    found = feed_rows.meetings_of_group(tx, meeting)
    places = by_id(tx, Place, (one.place_id for one in found))
    return _meetings(
        tx,
        reader,
        (
            (one, feed_texts.group_meeting(reader.texts, reader.level, one.title, places.get(one.place_id or 0)))
            for one in found
        ),
    )


def without_cancelled(events: list[Event], series: list[Series]) -> tuple[list[Event], list[Series]]:
    """The same entries less what is called off; a day of a series that is becomes a day it skips."""
    kept: list[Series] = []
    for one in series:
        if one.first.status != "CANCELLED":
            off = [at for at, _ in one.cancelled]
            kept += _without(replace(one, cancelled=()), [*one.skipped, *off])
    return [event for event in events if event.status != "CANCELLED"], kept


def _visit(reader: Reader, visit: Visit, around: Around, kind: str) -> Event:
    helper = around.helpers[visit.peer_helper_id].display_name
    names = (around.persons[visit.person_id].pseudonym,)
    if kind == "person":
        second = around.helpers.get(visit.second_helper_id or 0)
        joint = around.professionals.get(visit.professional_id or 0)
        names = (helper, *(one.display_name for one in (second, joint) if one))
    told = feed_texts.visit(
        reader.texts,
        _level_of(reader, visit),
        Company(around.pairings[visit.pairing_id].ref, names),
        first=visit.kind == "first_joint",
        place=around.places.get(visit.place_id or 0),
        home=visit.place_kind == "home",
    )
    return _event(reader, visit, told)


def _level_of(reader: Reader, visit: Visit) -> str:
    """Of a visit called off, perhaps since a consent was withdrawn, others keep no more than the hour."""
    off = codes.VISIT_STATES_IN_CALENDARS[visit.status] == "CANCELLED"
    return "minimal" if off and reader.level in ("initials", "place") else reader.level


def _event(reader: Reader, visit: Visit, told: Told) -> Event:
    status = codes.VISIT_STATES_IN_CALENDARS[visit.status]
    return Event(
        uid=visit.uid,
        changed=visit.changed_at,
        sequence=visit.sequence,
        start=visit.starts_at,
        end=visit.ends_at,
        summary=feed_texts.called_off(reader.texts, told.summary) if status == "CANCELLED" else told.summary,
        location=told.location,
        status=status,
    )


def _told_to_members(tx: Session, reader: Reader, found: Sequence[Meeting]) -> tuple[list[Event], list[Series]]:
    places = by_id(tx, Place, (meeting.place_id for meeting in found))
    return _meetings(
        tx,
        reader,
        (
            (
                meeting,
                feed_texts.meeting(
                    reader.texts, reader.level, meeting.kind, meeting.ref, places.get(meeting.place_id or 0)
                ),
            )
            for meeting in found
        ),
    )


def _meetings(tx: Session, reader: Reader, found: Iterable[tuple[Meeting, Told]]) -> tuple[list[Event], list[Series]]:
    told = list(found)
    closures = Closures.of(tx, reader.territory, reader.horizon, (meeting.place_id for meeting, _ in told))
    events: list[Event] = []
    series: list[Series] = []
    for meeting, text in told:
        off = meeting.status == "cancelled"
        if off and meeting.changed_at < reader.horizon.begins:
            continue
        event = Event(
            uid=meeting.uid,
            changed=meeting.changed_at,
            sequence=meeting.sequence,
            start=meeting.starts_at,
            end=meeting.ends_at,
            summary=feed_texts.called_off(reader.texts, text.summary) if off else text.summary,
            location=text.location,
            status="CANCELLED" if off else "CONFIRMED",
        )
        if not meeting.rrule:
            if reader.horizon.begins <= meeting.starts_at < reader.horizon.ends:
                events.append(event)
            continue
        start = meeting.starts_at.astimezone(ZoneInfo(reader.territory.timezone)).replace(tzinfo=None)
        made = _series(reader, event, read_rule(meeting.rrule, reader.territory.timezone), start)
        if made is None:
            continue
        shown = [
            at
            for at in made.starts()
            if at.date() in closures.public
            or closures.shut(meeting.place_id, at.date(), *_minutes(at, meeting.ends_at - meeting.starts_at))
        ]
        series += _without(made, shown)
    return events, series


def _open_session(
    reader: Reader, session: OpenSession, told: Told, closures: Closures, days: Mapping[date, OpenSessionDay]
) -> Series | None:
    start = datetime.combine(session.valid_from, time()) + timedelta(minutes=session.start_minute)
    until = datetime.combine(session.valid_until, time.max) if session.valid_until else None
    event = Event(
        uid=session.uid,
        changed=max([session.changed_at, *(day.changed_at for day in days.values())]),
        sequence=session.sequence,
        start=_moment(reader, session.valid_from, session.start_minute),
        end=_moment(reader, session.valid_from, session.end_minute),
        summary=told.summary,
        location=told.location,
    )
    made = _series(reader, event, weekly(session.weekday, until), start)
    if made is None:
        return None
    starts = list(made.starts())
    skipped = [
        at
        for at in starts
        if (at.date() in closures.public and not session.on_public_holidays)
        or (at.date() in closures.school and not session.on_school_holidays)
        or closures.shut(session.place_id, at.date(), session.start_minute, session.end_minute)
    ]
    for kept in _without(made, skipped):
        length = timedelta(minutes=session.end_minute - session.start_minute)
        off = tuple(
            (
                at,
                replace(
                    event,
                    start=in_utc(at, made.zone),
                    end=in_utc(at + length, made.zone),
                    summary=feed_texts.called_off(reader.texts, told.summary),
                    status="CANCELLED",
                    changed=max(session.changed_at, days[at.date()].changed_at),
                    sequence=session.sequence + _counted(days[at.date()]),
                ),
            )
            for at in starts
            if at.date() in days and days[at.date()].status == "cancelled" and at not in skipped
        )
        return replace(kept, cancelled=off)
    return None


def _series(reader: Reader, event: Event, rule: Rule, start: datetime) -> Series | None:
    """The part of a series inside the horizon; None when nothing of it is."""
    found = within(rule, start, reader.horizon.first_day, reader.horizon.last_day)
    if found is None or not isinstance(event.start, datetime) or not isinstance(event.end, datetime):
        return None
    shown, first = found
    zone = reader.territory.timezone
    here = ZoneInfo(zone)
    length = event.end.astimezone(here).replace(tzinfo=None) - event.start.astimezone(here).replace(tzinfo=None)
    # A client that keeps an old copy of a series cut by the horizon must learn that it goes on.
    cut = within(rule, start, date.min, reader.horizon.last_day + timedelta(days=366)) != found
    changed = max(event.changed, reader.horizon.moved) if cut else event.changed
    shifted = replace(event, start=in_utc(first, zone), end=in_utc(first + length, zone), changed=changed)
    return Series(shifted, shown, zone)


def _without(series: Series, skipped: list[datetime]) -> list[Series]:
    """The series less some days; nothing when no day is left."""
    if len(skipped) == sum(1 for _ in series.starts()):
        return []
    return [replace(series, skipped=tuple(skipped))]


def _counted(day: OpenSessionDay | None) -> int:
    """How often a day of a series was called off or taken back, less what it says of itself otherwise."""
    return 0 if day is None else day.sequence + int(day.status == "cancelled" or day.sequence > 0)


def _minutes(start: datetime, length: timedelta) -> tuple[int, int]:
    first = start.hour * 60 + start.minute
    return first, first + int(length.total_seconds()) // 60


def _moment(reader: Reader, day: date, minute: int) -> datetime:
    """The moment of a local time; minute 1440 is midnight at the end of the day."""
    return in_utc(datetime.combine(day, time()) + timedelta(minutes=minute), reader.territory.timezone)

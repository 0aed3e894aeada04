"""What each calendar address shows (`settled.md` 19-20, `security.md` F1); addresses: `subscriptions.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from calendars import freebusy
from calendars.feed import Calendar, Event, Series, render
from calendars.horizon import Horizon
from calendars.uids import own_uid
from locales import N_, translator
from service import feed_entries, feed_levels, feed_texts
from service.calendar_choices import choices_of
from service.errors import NotFound
from service.feed_entries import Reader
from service.tables.access import Subscription
from service.tables.network import Meeting
from service.tables.people import Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory
from service.terms import texts_of

FALLS_ASLEEP = timedelta(days=180)

OWNERS: tuple[tuple[str, type[PeerHelper | Professional | Person | Place]], ...] = (
    ("helper", PeerHelper),
    ("professional", Professional),
    ("person", Person),
    ("place", Place),
)
NAME = N_("Le Fil : mes rencontres")
BUSY = N_("Le Fil : heures prises")
GROUP = N_("Le Fil : groupe de travail")
TEAM = N_("Le Fil : toute l’équipe")
ENDED = N_("Abonnement arrêté")
RENEWED = N_("Adresse changée")
ASLEEP = N_("Abonnement en veille")


@dataclass(frozen=True)
class Shown:
    """
    What an address says of its calendar: with the rows and the week, all that the calendar depends on.

    Parameters
    ----------
    kind
        One of `codes.FEED_KINDS`.
    owner_id
        Whose calendar it is; None for the territory, a working group and the team.
    level
        As chosen; what the network forbids is read at a level that says less.
    meeting_id
        A meeting of the working group.
    with_cancelled
        What is called off stays for 30 days and says so, or goes at once.
    key
        Public id of the subscription, for the UIDs that nothing else gives.
    """

    territory_id: int
    kind: str
    owner_id: int | None = None
    level: str = "minimal"
    language: str = "fr"
    meeting_id: int | None = None
    with_cancelled: bool = True
    key: str = ""

    @classmethod
    def of(cls, row: Subscription) -> Shown:
        return cls(
            territory_id=row.territory_id,
            kind=row.kind,
            owner_id=row.owner_id,
            level=row.level,
            language=row.language,
            meeting_id=row.meeting_id,
            with_cancelled=row.with_cancelled,
            key=row.public_id,
        )


def calendar_for(tx: Session, shown: Shown, day: date) -> Calendar:
    """
    The calendar behind an address.

    The same rows give the same calendar all week: `day` counts by its Monday only.
    """
    territory = _territory(tx, shown.territory_id)
    choices = choices_of(tx, shown.territory_id)
    reader = Reader(
        territory,
        Horizon.of(day, territory.timezone),
        texts_of(tx, shown.territory_id, shown.language),
        feed_levels.read_at(shown.level, choices.forbidden),
    )
    if shown.kind == "team" and not choices.team:
        return Calendar(reader.texts.gettext(TEAM), territory.timezone)
    name, events, series = CONTENTS[shown.kind](tx, reader, shown)
    if shown.kind == "busy":
        events, series = _merged(reader, shown, events, series), []
    elif not shown.with_cancelled:
        events, series = feed_entries.without_cancelled(events, series)
    return Calendar(name, territory.timezone, tuple(events), tuple(series))


def freebusy_for(tx: Session, shown: Shown, day: date) -> bytes:
    """
    The same taken hours as the calendar of a *busy* address, as a VFREEBUSY.

    Raises
    ------
    NotFound
        When the address shows more than taken hours.
    """
    if shown.kind != "busy":
        raise NotFound("this address is a calendar")
    calendar = calendar_for(tx, shown, day)
    horizon = Horizon.of(day, calendar.zone)
    return freebusy.render(
        freebusy.FreeBusy(
            uid=own_uid(f"{shown.key}-freebusy"),
            changed=max([horizon.moved, *(event.changed for event in calendar.events)]),
            begins=horizon.begins,
            ends=horizon.ends,
            taken=tuple((start, min(end, horizon.ends)) for start, end in freebusy.taken(calendar.events, ())),
        )
    )


Contents = tuple[str, list[Event], list[Series]]
"""Name, single entries and series of a feed."""


def _own(tx: Session, reader: Reader, shown: Shown) -> Contents:
    owner = tx.get_one(Party, shown.owner_id)
    events, series = feed_entries.meetings(tx, reader, owner.id or 0)
    events += feed_entries.visits(tx, reader, owner.kind, owner.id or 0)
    events += feed_entries.host_slots(tx, reader, owner.id or 0)
    name = BUSY if shown.kind == "busy" else NAME
    return reader.texts.gettext(name), events, series


def _place(tx: Session, reader: Reader, shown: Shown) -> Contents:
    events, series = feed_entries.public_meetings(tx, reader, shown.owner_id)
    series += feed_entries.open_sessions(tx, reader, shown.owner_id)
    place = tx.get_one(Place, shown.owner_id)
    return place.name if reader.level == "place" else feed_texts.without_street(place.name, place), events, series


def _public_life(tx: Session, reader: Reader, _: Shown) -> Contents:
    events, series = feed_entries.public_meetings(tx, reader, None)
    series += feed_entries.open_sessions(tx, reader, None)
    return reader.territory.name, events, series


def _group(tx: Session, reader: Reader, shown: Shown) -> Contents:
    meeting = tx.get_one(Meeting, shown.meeting_id)
    name = reader.texts.gettext(GROUP)
    events, series = feed_entries.group_meetings(tx, reader, meeting)
    return meeting.title or name if reader.level == "place" else name, events, series


def _team(tx: Session, reader: Reader, _: Shown) -> Contents:
    events, series = feed_entries.team_meetings(tx, reader)
    events += feed_entries.team_visits(tx, reader)
    return reader.texts.gettext(TEAM), events, series


CONTENTS: Mapping[str, Callable[[Session, Reader, Shown], Contents]] = {
    "own": _own,
    "busy": _own,
    "place": _place,
    "territory": _public_life,
    "working_group": _group,
    "team": _team,
}


def _merged(reader: Reader, shown: Shown, events: list[Event], series: list[Series]) -> list[Event]:
    """
    Taken hours only, each stretch one entry.

    A stretch is known by its start; its stamp is the last change of anything behind the feed, since the newest change
    may be of what no longer lies in it. The SEQUENCE stays, and of equal ones the later stamp counts (RFC 5546, 2.1.5).
    """
    changed = max([reader.horizon.moved, *(event.changed for event in (*events, *(one.first for one in series)))])
    return [
        Event(
            uid=own_uid(f"{shown.key}-{start:%Y%m%dT%H%M%SZ}"),
            changed=changed,
            sequence=0,
            start=start,
            end=end,
            summary=feed_texts.busy(reader.texts).summary,
        )
        for start, end in freebusy.taken(events, series)
    ]


def every_feed(tx: Session, territory_id: int, language: str, day: date) -> Iterator[tuple[str, bytes]]:
    """File name and calendar of everybody, of every place and of the territory, at the minimal level."""
    for kind, table in OWNERS:
        rows = tx.exec(select(table).where(table.territory_id == territory_id).order_by(table.ref)).all()
        for row in rows:
            shown = Shown(territory_id, "place" if kind == "place" else "own", row.id, language=language)
            yield f"{kind}-{row.ref}.ics", render(calendar_for(tx, shown, day))
    public = calendar_for(tx, Shown(territory_id, "territory", language=language), day)
    yield f"territory-{_territory(tx, territory_id).ref}.ics", render(public)


def hashed(secret: str) -> str:
    """What is stored of a secret: 32 random bytes need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _territory(tx: Session, territory_id: int) -> Territory:
    found = tx.get(Territory, territory_id)
    if found is None:
        raise NotFound("no such territory")
    return found


def notice(subscription: Subscription, zone: str, text: str, since: datetime) -> Calendar:
    """One all-day event and nothing else: it takes the place of the copies that calendars keep."""
    texts = translator(subscription.language)
    day = since.astimezone(UTC).date()
    event = Event(
        uid=own_uid(f"{subscription.public_id}-notice"),
        changed=since,
        sequence=0,
        start=day,
        end=day + timedelta(days=1),
        summary=texts.gettext(text),
    )
    return Calendar("Le Fil", zone, (event,))

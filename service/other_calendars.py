"""Agendas that helpers and professionals keep elsewhere: given, tried at once, shown, taken back (decision 0021)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from calendars.reading_lines import Unreadable
from locales import N_
from service import other_calendar_rows as rows
from service.access_attempts import TooManyTries
from service.access_scope import scope
from service.audit import note
from service.busy_process import read_apart
from service.clock import RealClock
from service.errors import CalendarRefused, NotAllowed, NotFound, StepNotAllowed
from service.other_calendar_rows import AHEAD, BACK, Interval
from service.other_calendar_words import WHY
from service.remote_addresses import NotFetched, address_of
from service.remote_fetch import Fetched, Outside, fetch
from service.site import Actor, Site
from service.tables.access import Attempt
from service.tables.calendars import BusyInterval, OtherCalendar
from service.tables.people import PeerHelper, Professional
from service.tables.territory import Territory

OWNERS = ("peer_helper", "professional")
MOST = 5
"""Agendas of one person."""
MOST_INTERVALS = 10_000
"""Fifty a day: more is nobody's life, and each is a row."""
TRIES, WINDOW = 10, timedelta(minutes=15)
"""Each try makes this service ask somebody else's."""
SOON = timedelta(weeks=4)
GUARD = "other_calendar"


@dataclass(frozen=True)
class OwnCalendar:
    """
    Parameters
    ----------
    host
        The site it stands on; empty for a file. Its address is never shown again.
    taken
        Intervals that begin or go on within the four weeks to come.
    until
        The last moment that is known: later, a file says nothing.
    why
        The sentence about what keeps it from being read; empty while all is well.
    next_at
        When it is read again; None for a file.
    """

    public_id: str
    source: str
    host: str
    read_at: datetime
    taken: int
    until: datetime
    why: str
    broken_since: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class Own:
    """A person's agendas kept elsewhere; they count only while the network is `on`."""

    on: bool
    calendars: tuple[OwnCalendar, ...]


def own(site: Site, actor: Actor) -> Own:
    """One's own agendas, the oldest first."""
    now = site.clock.now()
    with site.db() as tx:
        found = [_shown(tx, row, now) for row in tx.exec(_mine(actor).order_by(col(OtherCalendar.id)))]
        return Own(rows.is_on(tx, actor.territory_id or 0), tuple(found))


def add_address(site: Site, actor: Actor, url: str, outside: Outside | None = None) -> str:
    """
    Read the agenda at an address, and keep the address when that went well.

    Returns
    -------
    Its public id.

    Raises
    ------
    CalendarRefused
        When it cannot be read; nothing is kept.
    StepNotAllowed
        When the network does not read such agendas, or there are enough.
    TooManyTries
    """
    now = site.clock.now()
    territory = _may_add(site, actor, now)
    try:
        host = address_of(url).host
        fetched = fetch(url, RealClock().now(), outside=outside)
        found = intervals(fetched.content or b"", territory, now)
    except (NotFetched, Unreadable) as error:
        raise CalendarRefused(error.code, WHY["url"][error.code]) from error
    return _keep(site, actor, found, now, (url.strip(), host, fetched))


def add_file(site: Site, actor: Actor, content: bytes) -> str:
    """
    Read an agenda sent as a file; what it says takes the place of the file before. The file itself is not kept.

    Raises
    ------
    CalendarRefused, StepNotAllowed, TooManyTries
        As for an address.
    """
    now = site.clock.now()
    territory = _may_add(site, actor, now)
    try:
        found = intervals(content, territory, now)
    except Unreadable as error:
        raise CalendarRefused(error.code, WHY["file"][error.code]) from error
    return _keep(site, actor, found, now, None)


def remove(site: Site, actor: Actor, public_id: str) -> None:
    """Take an agenda back; all that was read of it goes with it."""
    with site.db.begin() as tx:
        row = tx.exec(_mine(actor).where(OtherCalendar.public_id == public_id)).first()
        if row is None:
            raise NotFound("no such agenda")
        tx.delete(row)
        note(tx, site, actor, "other_calendar.removed", "other_calendar", public_id)


def make_due(site: Site, actor: Actor, public_id: str) -> None:
    """One of one's own agendas is due now; it counts as a try. Raises as `service.other_calendar_turns.read_now`."""
    now = site.clock.now()
    with site.db.begin() as tx:
        row = tx.exec(_mine(actor).where(OtherCalendar.public_id == public_id)).first()
        if row is None or row.source != "url":
            raise NotFound("no such agenda")
        _check_on(tx, actor)
        _count_try(tx, f"party:{actor.party_id}", now)
        row.next_at = now


def forget(tx: Session, owner_id: int) -> None:
    """All agendas of somebody whose record is erased go, with what was read of them."""
    for row in tx.exec(select(OtherCalendar).where(OtherCalendar.owner_id == owner_id)):
        tx.delete(row)


def intervals(content: bytes, territory: Territory, now: datetime) -> list[Interval]:
    """
    When an agenda takes its owner, around today; worked out in a process with limits.

    Raises
    ------
    Unreadable
    """
    zone = ZoneInfo(territory.timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    found = read_apart(content, midnight - BACK, midnight + AHEAD, territory.timezone)
    if len(found) > MOST_INTERVALS:
        raise Unreadable("TOO_MANY")
    return found


def remove_of_those_who_left(site: Site) -> int:
    """Nobody plans around somebody who has left: their agendas go; how many."""
    with site.db.begin() as tx:
        left = [
            *tx.exec(select(PeerHelper.id).where(PeerHelper.status == "left")),
            *tx.exec(select(Professional.id).where(Professional.status == "left")),
        ]
        gone = tx.exec(select(OtherCalendar).where(col(OtherCalendar.owner_id).in_(left))).all()
        for row in gone:
            tx.delete(row)
            actor = Actor("system", row.territory_id)
            note(tx, site, actor, "other_calendar.removed", "other_calendar", row.public_id)
        return len(gone)


def _mine(actor: Actor):
    if actor.role not in OWNERS or actor.party_id is None:
        raise NotAllowed("agendas are of helpers and professionals")
    return select(OtherCalendar).where(scope(actor).of(OtherCalendar))


def _may_add(site: Site, actor: Actor, now: datetime) -> Territory:
    """Whether somebody may have an agenda read now; the try is counted."""
    mine = _mine(actor)
    with site.db.begin() as tx:
        _check_on(tx, actor)
        if len(tx.exec(mine).all()) >= MOST:
            raise StepNotAllowed(N_("Vous avez donné assez d’agendas. Enlevez-en un d’abord."))
        _count_try(tx, f"party:{actor.party_id}", now)
        return tx.get_one(Territory, actor.territory_id)


def _check_on(tx: Session, actor: Actor) -> None:
    if not rows.is_on(tx, actor.territory_id or 0):
        raise StepNotAllowed(N_("Votre réseau n’a pas ouvert cette possibilité."))


def _count_try(tx: Session, subject: str, now: datetime) -> None:
    row = tx.exec(select(Attempt).where(Attempt.guard == GUARD, Attempt.subject == subject)).first()
    if row is None:
        tx.add(Attempt(guard=GUARD, subject=subject, count=1, window_from=now))
    elif now >= row.window_from + WINDOW:
        row.count, row.window_from = 1, now
    elif row.count >= TRIES:
        raise TooManyTries(max(1, int((row.window_from + WINDOW - now).total_seconds())))
    else:
        row.count += 1


def _keep(
    site: Site, actor: Actor, found: list[Interval], now: datetime, address: tuple[str, str, Fetched] | None
) -> str:
    owner = actor.party_id or 0
    with site.db.begin() as tx:
        _check_on(tx, actor)  # it may have been switched off while it was read
        public_id = site.ids.new()
        row = OtherCalendar(
            public_id=public_id,
            territory_id=actor.territory_id or 0,
            owner_id=owner,
            source="file" if address is None else "url",
            read_at=now,
            changed_at=now,
        )
        if address is None:
            for before in tx.exec(_mine(actor).where(OtherCalendar.source == "file")):
                tx.delete(before)
        else:
            url, row.host, fetched = address
            row.url_sealed = site.seals.seal(tx, owner, sealed_at(public_id), url)
            row.etag, row.last_modified = fetched.etag, fetched.last_modified
            row.next_at = now + rows.after_a_while(0)
        tx.add(row)
        tx.flush()
        rows.replace(tx, row, found, now)
        note(tx, site, actor, "other_calendar.added", "other_calendar", public_id)
        return public_id


def sealed_at(public_id: str) -> str:
    """Where an address is sealed: moved to another row it does not open."""
    return f"other_calendar.url_sealed:{public_id}"


def _shown(tx: Session, row: OtherCalendar, now: datetime) -> OwnCalendar:
    taken = tx.exec(
        select(func.count())
        .select_from(BusyInterval)
        .where(
            col(BusyInterval.calendar_id) == row.id,
            col(BusyInterval.starts_at) < now + SOON,
            col(BusyInterval.ends_at) > now,
        )
    ).one()
    return OwnCalendar(
        public_id=row.public_id,
        source=row.source,
        host=row.host,
        read_at=row.read_at,
        taken=taken,
        until=row.changed_at + AHEAD,
        why=WHY[row.source][row.problem] if row.problem else "",
        broken_since=row.broken_since,
        next_at=row.next_at,
    )

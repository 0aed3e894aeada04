"""
Agendas kept elsewhere, read again: each every half hour, more seldom while it is broken, by one process at a time.

A reading takes the agenda for a while (`lease`), asks outside with no transaction open, and writes only when the agenda
is still its own. What was read last stays as long as the source is broken.
"""

from __future__ import annotations

import logging
import secrets
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from calendars.reading_lines import Unreadable
from service import beside
from service import other_calendar_rows as rows
from service.clock import Clock, RealClock
from service.other_calendar_rows import Interval
from service.other_calendars import intervals, make_due, remove_of_those_who_left, sealed_at
from service.remote_addresses import NotFetched
from service.remote_fetch import Fetched, Outside, fetch
from service.site import Actor, Site
from service.tables.calendars import OtherCalendar
from service.tables.territory import Territory

log = logging.getLogger("lefil.calendars")

LOOK_SECONDS = 30.0
LEASE = timedelta(minutes=2)
"""Longer than a reading may take: ten seconds outside, fifteen in its process."""
WHOLE_AGAIN = timedelta(days=7)
"""An agenda that never changes is still read whole once a week: what lies 26 weeks ahead moves on."""
PATIENCE_SECONDS = 5.0
"""A reading under way when the server stops is left; its lease runs out."""


@dataclass(frozen=True)
class Taken:
    """An agenda that this process reads now."""

    public_id: str
    lease: str
    owner_id: int
    url_sealed: bytes
    etag: str
    last_modified: str
    territory: Territory


@dataclass(frozen=True)
class Outcome:
    """What a reading gave: intervals, None for the same as before, or why there are none."""

    found: list[Interval] | None = None
    fetched: Fetched | None = None
    problem: str = ""
    retry_seconds: int = 0


def read_due(
    site: Site,
    outside: Outside | None = None,
    machine: Clock | None = None,
    ending: threading.Event | None = None,
) -> int:
    """
    Read every agenda that is due, one after the other; how many this process read.

    `machine` is the clock of leases and of dates that the other side names; `ending` stops between two of them.
    """
    machine = machine or RealClock()
    _tidy(site)
    count = 0
    for public_id in _due(site):
        if ending is not None and ending.is_set():
            break
        taken = _take(site, public_id, machine)
        if taken is not None:
            count += _write(site, taken, _read(site, taken, outside, machine.now()))
    return count


def read_now(site: Site, actor: Actor, public_id: str, outside: Outside | None = None) -> None:
    """
    Read one of one's own agendas at once, whenever it was due.

    Raises
    ------
    NotFound
        When the actor has no such agenda at an address.
    StepNotAllowed
        When the network does not read agendas.
    TooManyTries
    """
    machine = RealClock()
    make_due(site, actor, public_id)
    taken = _take(site, public_id, machine)
    if taken is not None:
        _write(site, taken, _read(site, taken, outside, machine.now()))


def watched(site: Site) -> AbstractContextManager[None]:
    """While the block lasts, agendas are read as they become due."""
    return beside.repeated(
        "agendas", lambda ending: read_due(site, ending=ending), LOOK_SECONDS, patience=PATIENCE_SECONDS
    )


def _tidy(site: Site) -> None:
    with site.db() as tx:
        if tx.exec(select(OtherCalendar.id).limit(1)).first() is None:
            return  # nothing to take the one writer's place for
    remove_of_those_who_left(site)
    with site.db.begin() as tx:
        rows.forget_the_past(tx, site.clock.now())


def _due(site: Site) -> list[str]:
    """Agendas whose time has come, of networks that want them, the longest due first."""
    with site.db() as tx:
        on = [row.id or 0 for row in tx.exec(select(Territory)) if rows.is_on(tx, row.id or 0)]
        wanted = select(OtherCalendar.public_id).where(
            col(OtherCalendar.territory_id).in_(on), col(OtherCalendar.next_at) <= site.clock.now()
        )
        return list(tx.exec(wanted.order_by(col(OtherCalendar.next_at), col(OtherCalendar.id))))


def _take(site: Site, public_id: str, machine: Clock) -> Taken | None:
    """Hold an agenda for this process; None when another has it, or was there first."""
    now, lease = machine.now(), secrets.token_hex(8)
    with site.db.begin() as tx:
        # One statement: of two processes the second finds nothing left to change.
        got = tx.exec(
            update(OtherCalendar)
            .where(
                col(OtherCalendar.public_id) == public_id,
                col(OtherCalendar.next_at) <= site.clock.now(),
                or_(col(OtherCalendar.leased_until).is_(None), col(OtherCalendar.leased_until) <= now),
            )
            .values(lease=lease, leased_until=now + LEASE)
        )
        if got.rowcount != 1:
            return None
        row = tx.exec(select(OtherCalendar).where(OtherCalendar.public_id == public_id)).one()
        whole = row.changed_at + WHOLE_AGAIN <= site.clock.now()
        return Taken(
            public_id,
            lease,
            row.owner_id,
            row.url_sealed or b"",
            "" if whole else row.etag,
            "" if whole else row.last_modified,
            tx.get_one(Territory, row.territory_id),
        )


def _read(site: Site, taken: Taken, outside: Outside | None, now: datetime) -> Outcome:
    try:
        with site.db() as tx:
            url = site.seals.open(tx, taken.owner_id, sealed_at(taken.public_id), taken.url_sealed)
        fetched = fetch(url, now, etag=taken.etag, last_modified=taken.last_modified, outside=outside)
        if fetched.content is None:
            return Outcome(fetched=fetched)
        return Outcome(intervals(fetched.content, taken.territory, site.clock.now()), fetched)
    except NotFetched as error:
        return Outcome(problem=error.code, retry_seconds=error.retry_seconds)
    except Unreadable as error:
        return Outcome(problem=error.code)
    except ValueError:
        log.warning("the address of an agenda does not open")
        return Outcome(problem="FAILED")


def _write(site: Site, taken: Taken, outcome: Outcome) -> bool:
    """Note what a reading gave, unless the agenda was taken back, switched off or read by another meanwhile."""
    now = site.clock.now()
    with site.db.begin() as tx:
        row = _still_ours(tx, taken)
        if row is None:
            return False
        if outcome.problem:
            row.problem, row.broken_since = outcome.problem, row.broken_since or now
            row.failures += 1
        else:
            row.problem, row.broken_since, row.failures = "", None, 0
            row.read_at = now
        if outcome.found is not None and outcome.fetched is not None:
            row.etag, row.last_modified = outcome.fetched.etag, outcome.fetched.last_modified
            rows.replace(tx, row, outcome.found, now)
        row.next_at = now + rows.after_a_while(row.failures, outcome.retry_seconds)
        row.lease, row.leased_until = "", None
        return True


def _still_ours(tx: Session, taken: Taken) -> OtherCalendar | None:
    held = select(OtherCalendar).where(OtherCalendar.public_id == taken.public_id, OtherCalendar.lease == taken.lease)
    row = tx.exec(held.with_for_update()).first()
    return row if row is not None and rows.is_on(tx, row.territory_id) else None

"""
Calendars kept as they were written: read ten thousand times, written once (`docs/decisions/0018-calendars-kept.md`).

A change leaves a mark in its own transaction (`service/tables/feed_marks.py`). The marks tell which addresses are
behind (`settle`), and each of these is written anew by whoever comes first: its reader, or the thread that looks every
few seconds. What comes out the same keeps its digest and its date, so that its readers still hear that nothing changed.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import ColumnElement, Row
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, exists, or_, select, update

from calendars.feed import render
from service import beside, feed_clients, feeds
from service.clock import today
from service.errors import NotFound
from service.site import Site
from service.tables.access import Subscription
from service.tables.feeds import FeedBody, FeedChange
from service.tables.people import Party
from service.tables.territory import Territory

log = logging.getLogger("lefil.feeds")

TELLS_OF_ITS_END = timedelta(days=30)
LOOK_SECONDS = 5.0
"""Between two looks for what changed."""
KEPT_WARM = timedelta(days=7)
"""An address read within these days is written anew before its reader comes; others when they are read."""
ROOT = Path(__file__).parents[1]
WRITTEN_BY = (
    ("calendars", ("*.py",)),
    ("locales", ("*.py", "**/*.mo")),
    ("service", ("feed*.py", "holidays.py", "calendar_choices.py", "school_calendars/*.csv")),
)
MARKS_AT_ONCE = 5_000
NUMBERS_AT_ONCE = 500
WRITTEN_AT_ONCE = 50


@dataclass(frozen=True)
class Seen:
    """
    What an address has for its reader.

    Parameters
    ----------
    digest
        Of the calendar's bytes; the same as long as these are the same. None = the address is over for good.
    changed
        Since when it says this, by the machine's clock, in whole seconds; no two contents share one.
    body
        The calendar, compressed by gzip; None = still to be fetched by `body_of`.
    """

    subscription_id: int
    digest: str | None
    changed: datetime
    body: bytes | None = None


def look(site: Site, secret: str, user_agent: str = "") -> Seen:
    """
    What the address with this secret shows now: one question to the database when nothing has changed.

    Raises
    ------
    NotFound
        When no address has this secret.
    """
    with site.db() as tx:
        found = tx.execute(_ADDRESS.where(col(Subscription.secret_hash) == feeds.hashed(secret))).first()
    if found is None:
        raise NotFound("no such address")
    subscription: Subscription = found.Subscription
    day = today(site.clock, found.timezone)
    ending = _ending(site, subscription, found.timezone, day)
    if ending is not None:
        return ending
    if subscription.last_read_on != day:
        _was_read(site, subscription, day, user_agent)
    if found.pending or _behind(found, day):
        if found.pending:
            settle(site)
        return write(site, subscription.id or 0)
    return Seen(subscription.id or 0, found.digest, found.changed_at)


def body_of(site: Site, seen: Seen) -> Seen:
    """The same with its body; with a later one when it was written anew in between."""
    if seen.body is not None or seen.digest is None:
        return seen
    with site.db() as tx:
        kept = tx.get_one(FeedBody, seen.subscription_id)
    return Seen(seen.subscription_id, kept.digest, kept.changed_at, kept.body)


def taken_hours(site: Site, secret: str, user_agent: str = "") -> Seen:
    """
    The same address as a VFREEBUSY (RFC 5545, 3.6.4), for programs that look for a common hour.

    Written at each read, which is rare; over at once when the address ends, since it cannot say why.

    Raises
    ------
    NotFound
        When no address has this secret, or it shows more than taken hours.
    """
    seen = look(site, secret, user_agent)
    with site.db() as tx:
        subscription = tx.get_one(Subscription, seen.subscription_id)
        if subscription.kind != "busy":
            raise NotFound("this address is a calendar")
        zone = tx.get_one(Territory, subscription.territory_id).timezone
        day = today(site.clock, zone)
        if _ending(site, subscription, zone, day) is not None:
            return Seen(seen.subscription_id, None, seen.changed)
        content = feeds.freebusy_for(tx, feeds.Shown.of(subscription), day)
    return Seen(
        seen.subscription_id, hashlib.sha256(content).hexdigest()[:32], seen.changed, gzip.compress(content, mtime=0)
    )


def write(site: Site, subscription_id: int) -> Seen:
    """Write the calendar of an address anew, and keep it; equal bytes keep their digest and their date."""
    _begin(site, subscription_id)
    with site.db() as tx:
        # Asked first: what changes from here on raises it again, and is written by the next one.
        wanted = tx.get_one(FeedBody, subscription_id).wanted
        subscription = tx.get_one(Subscription, subscription_id)
        zone = tx.get_one(Territory, subscription.territory_id).timezone
        day = today(site.clock, zone)
        calendar = feeds.calendar_for(tx, feeds.Shown.of(subscription), day)
    content = render(calendar)
    digest = hashlib.sha256(content).hexdigest()[:32]
    with site.db.begin() as tx:
        kept = tx.get_one(FeedBody, subscription_id, with_for_update=True)
        if kept.built <= wanted:
            if kept.digest != digest:
                kept.digest, kept.body = digest, gzip.compress(content, mtime=0)
                kept.revision += 1
                # Whole seconds, each later than the last, as HTTP dates have no fractions.
                now = datetime.now(UTC).replace(microsecond=0)
                kept.changed_at = max(now, kept.changed_at + timedelta(seconds=1))
            kept.built, kept.monday, kept.writer = wanted, _monday(day), writer()
    return Seen(subscription_id, kept.digest, kept.changed_at, kept.body)


def settle(site: Site) -> int:
    """Tell the addresses what has changed since the last time; how many marks there were."""
    count = 0
    while True:
        with site.db.begin() as tx:
            first = select(FeedChange.id).order_by(col(FeedChange.id)).limit(MARKS_AT_ONCE)
            gone = tx.exec(
                delete(FeedChange)
                .where(col(FeedChange.id).in_(first))
                .returning(col(FeedChange.territory_id), col(FeedChange.party_id))
            ).all()
            whole = {territory for territory, party in gone if party is None}
            touched = {territory for territory, _ in gone}
            parties = {party for territory, party in gone if party is not None and territory not in whole}
            for numbers in _portions(sorted(whole)):
                _raise(tx, col(Subscription.territory_id).in_(numbers))
            for numbers in _portions(sorted(touched - whole)):
                _raise(tx, col(Subscription.territory_id).in_(numbers), col(Subscription.owner_id).is_(None))
            for numbers in _portions(sorted(parties)):
                _raise(tx, col(Subscription.owner_id).in_(numbers))
        count += len(gone)
        if len(gone) < MARKS_AT_ONCE:
            return count


def turn(site: Site) -> int:
    """What a look of the thread does: settle, write anew what is read often, forget what is over; how many written."""
    settle(site)
    with site.db.begin() as tx:
        over = select(Subscription.id).where(col(Subscription.ended_at).is_not(None))
        tx.exec(delete(FeedBody).where(col(FeedBody.subscription_id).in_(over)))
    with site.db() as tx:
        behind: list[int] = []
        for territory in tx.exec(select(Territory)).all():
            day = today(site.clock, territory.timezone)
            behind += tx.exec(
                select(FeedBody.subscription_id)
                .join(Subscription, col(Subscription.id) == FeedBody.subscription_id)
                .where(Subscription.territory_id == territory.id, col(Subscription.ended_at).is_(None))
                .where(col(Subscription.last_read_on) >= day - KEPT_WARM)
                .where(
                    or_(
                        FeedBody.built < FeedBody.wanted,
                        FeedBody.monday != _monday(day),
                        FeedBody.writer != writer(),
                    )
                )
                .limit(WRITTEN_AT_ONCE)
            ).all()
    for subscription_id in behind:
        write(site, subscription_id)
    return len(behind)


@cache
def writer() -> str:
    """
    What calendars depend on beside their rows, as a digest: the code that writes them, its texts, holidays and zones.

    Another version of the program thus finds every calendar behind, and its readers hear of it only where bytes differ.
    """
    found = hashlib.sha256()
    for name in ("holidays", "tzdata", "icalendar", "python-dateutil"):
        found.update(f"{name} {version(name)}".encode())
    for folder, patterns in WRITTEN_BY:
        for path in sorted(path for pattern in patterns for path in (ROOT / folder).glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def watched(site: Site) -> AbstractContextManager[None]:
    """While the block lasts, calendars are written anew soon after what they show has changed."""

    def look(ending: threading.Event) -> None:
        while turn(site) >= WRITTEN_AT_ONCE and not ending.wait(0.1):
            pass

    return beside.repeated("feeds", look, LOOK_SECONDS)


_PENDING = (
    exists()
    .where(col(FeedChange.territory_id) == Subscription.territory_id)
    .where(
        or_(
            col(FeedChange.party_id).is_(None),
            col(Subscription.owner_id).is_(None),
            col(FeedChange.party_id) == Subscription.owner_id,
        )
    )
)
_ADDRESS = (
    columns(
        Subscription,
        col(Territory.timezone).label("timezone"),
        col(FeedBody.wanted).label("wanted"),
        col(FeedBody.built).label("built"),
        col(FeedBody.monday).label("monday"),
        col(FeedBody.writer).label("writer"),
        col(FeedBody.digest).label("digest"),
        col(FeedBody.changed_at).label("changed_at"),
        _PENDING.label("pending"),
    )
    .join(Territory, col(Territory.id) == Subscription.territory_id)
    .outerjoin(FeedBody, col(FeedBody.subscription_id) == Subscription.id)
    # Whoever belongs to another territory now has no calendar of this one (`security.md` C4).
    .outerjoin(Party, col(Party.id) == Subscription.owner_id)
    .where(or_(col(Party.id).is_(None), col(Party.territory_id) == Subscription.territory_id))
)


def _behind(found: Row, day: date) -> bool:
    return (
        found.wanted is None or found.built < found.wanted or found.monday != _monday(day) or found.writer != writer()
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _begin(site: Site, subscription_id: int) -> None:
    """Make sure that the address has a row that changes can raise, before anything is read for it."""
    with site.db() as tx:
        if tx.get(FeedBody, subscription_id) is not None:
            return
    try:
        with site.db.begin() as tx:
            tx.add(FeedBody(subscription_id=subscription_id, changed_at=datetime(2000, 1, 1, tzinfo=UTC)))
    except IntegrityError:  # another reader was faster, or the address is gone
        log.debug("a calendar was begun twice")


def _raise(tx: Session, *which: ColumnElement[bool]) -> None:
    concerned = select(Subscription.id).where(*which)
    tx.exec(
        update(FeedBody)
        .where(col(FeedBody.subscription_id).in_(concerned))
        .values(wanted=FeedBody.wanted + 1)
        .execution_options(synchronize_session=False)
    )


def _portions(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + NUMBERS_AT_ONCE] for start in range(0, len(numbers), NUMBERS_AT_ONCE))


def _ending(site: Site, subscription: Subscription, zone: str, day: date) -> Seen | None:
    """What an address says that is over or asleep; None while it is in use."""
    if subscription.ended_at is not None:
        if site.clock.now() >= subscription.ended_at + TELLS_OF_ITS_END:
            return Seen(subscription.id or 0, None, _real(site, subscription.ended_at))
        text = feeds.RENEWED if subscription.renewed else feeds.ENDED
        return _notice(site, subscription, zone, text, subscription.ended_at)
    asleep = (subscription.last_read_on or subscription.created_at.date()) + feeds.FALLS_ASLEEP
    if day > asleep:
        return _notice(site, subscription, zone, feeds.ASLEEP, datetime.combine(asleep, time(), UTC))
    return None


def _notice(site: Site, subscription: Subscription, zone: str, text: str, since: datetime) -> Seen:
    content = render(feeds.notice(subscription, zone, text, since))
    return Seen(
        subscription.id or 0,
        hashlib.sha256(content).hexdigest()[:32],
        _real(site, since),
        gzip.compress(content, mtime=0),
    )


def _real(site: Site, moment: datetime) -> datetime:
    """A moment of the domain on the machine's clock, which HTTP speaks; the two differ in demo mode."""
    now = datetime.now(UTC)
    minutes = round((now - site.clock.now()).total_seconds() / 60)
    return min(now, moment.astimezone(UTC) + timedelta(minutes=minutes)).replace(microsecond=0)


def _was_read(site: Site, subscription: Subscription, day: date, user_agent: str) -> None:
    """Note the day, not the hour: enough to see that an address sleeps, too little to follow anybody."""
    with site.db.begin() as tx:
        row = tx.get(Subscription, subscription.id)
        if row is not None:
            row.last_read_on = day
            row.client = feed_clients.kind(user_agent) or row.client

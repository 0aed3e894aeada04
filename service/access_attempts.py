"""Counters of failed tries on a secret, kept in the database so that a restart forgives nothing (`security.md` A3)."""

from __future__ import annotations

import ipaddress
import logging
import math
from datetime import datetime, timedelta

from sqlalchemy import and_, not_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from service.errors import Refused
from service.site import Site
from service.tables.access import Attempt

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 30
PER_SITE = 300
PER_ACCOUNT = 5
FIRST_DELAY = timedelta(minutes=1)
"""After the last free try on one account; each failure after it doubles the delay, up to `WINDOW`."""
REMEMBERED = timedelta(days=1)
"""How long an account that was tried too often keeps its delay, so that waiting earns one try, not five."""
ACCOUNT = "account:"
"""What the subject of a counter by account begins with."""

log = logging.getLogger("lefil.access")


class TooManyTries(Refused):
    """There were too many tries; this works again a little later."""

    def __init__(self, seconds: int) -> None:
        super().__init__("", seconds=seconds)
        self.seconds = seconds


def subject(address: str) -> str:
    """Who is counted: the address, or the whole /64 of an IPv6 one, which one household owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def check(site: Site, guard: str, address: str, now: datetime) -> None:
    """Refuse whoever failed too often in the last quarter of an hour."""
    limits = {subject(address): PER_ADDRESS, "": PER_SITE}
    with site.db() as tx:
        rows = tx.exec(select(Attempt).where(Attempt.guard == guard, col(Attempt.subject).in_(limits))).all()
    for row in rows:
        ends = row.window_from + WINDOW
        if now < ends and row.count >= limits[row.subject]:
            raise TooManyTries(max(1, int((ends - now).total_seconds())))


def count(site: Site, guard: str, address: str, now: datetime) -> None:
    """Count one failed try, by address and for the whole site."""
    with site.db.begin() as tx:
        for who in (subject(address), ""):
            row = tx.exec(select(Attempt).where(Attempt.guard == guard, Attempt.subject == who)).first()
            if row is None:
                tx.add(Attempt(guard=guard, subject=who, count=1, window_from=now))
            elif now >= row.window_from + WINDOW:
                row.count, row.window_from = 1, now
            else:
                row.count += 1
                if who == "" and row.count == PER_SITE:
                    log.warning("many failed tries on the whole site: %s", guard)


def take(site: Site, guard: str, address: str, now: datetime, *, whom: str = "") -> None:
    """
    Count a try before it is looked at, so that of many at once no more than allowed are looked at.

    `whom` names the account, known or not; a try that was right is given back by `give_back`.

    Raises
    ------
    TooManyTries
        When the account, the address or all together failed too often; such a try does not count.
    """
    with site.db.begin() as tx:
        for row in _rows(tx, site, guard, _subjects(address, whom), now):
            wait = _wait(row, now)
            if wait > timedelta():
                raise TooManyTries(max(1, math.ceil(wait.total_seconds())))
            row.count = _so_far(row, now) + 1
            if row.count == 1 or row.subject.startswith(ACCOUNT):
                row.window_from = now
            if row.subject == "" and row.count == PER_SITE:
                log.warning("many failed tries on the whole site: %s", guard)


def give_back(site: Site, guard: str, address: str, now: datetime, *, whom: str = "") -> None:
    """Whoever came in did not fail: their account is free again, and the others are counted one less."""
    with site.db.begin() as tx:
        for row in _rows(tx, site, guard, _subjects(address, whom), now):
            row.count = 0 if row.subject.startswith(ACCOUNT) else max(0, row.count - 1)


def _subjects(address: str, whom: str) -> list[str]:
    # The same order for everybody, so that nobody waits for a counter that waits for theirs.
    return sorted({subject(address), ""} | ({ACCOUNT + whom} if whom else set()), reverse=True)


def _rows(tx: Session, site: Site, guard: str, subjects: list[str], now: datetime) -> list[Attempt]:
    """The counters, made when missing and held until the end of the transaction."""
    insert = sqlite.insert if site.db.is_sqlite else postgresql.insert
    rows: list[Attempt] = []
    for who in subjects:
        new = insert(Attempt).values(guard=guard, subject=who, count=0, window_from=now)
        tx.connection().execute(new.on_conflict_do_nothing())
        rows.append(
            tx.exec(select(Attempt).where(Attempt.guard == guard, Attempt.subject == who).with_for_update()).one()
        )
    return rows


def _so_far(row: Attempt, now: datetime) -> int:
    """Failures that still count."""
    lasts = REMEMBERED if row.subject.startswith(ACCOUNT) and row.count >= PER_ACCOUNT else WINDOW
    return row.count if now < row.window_from + lasts else 0


def _wait(row: Attempt, now: datetime) -> timedelta:
    """How long until the next try is looked at."""
    count = _so_far(row, now)
    if row.subject.startswith(ACCOUNT):
        if count < PER_ACCOUNT:
            return timedelta()
        # Four doublings are past the longest: more would only make large numbers.
        delay = min(WINDOW, FIRST_DELAY * 2 ** min(count - PER_ACCOUNT, 4))
        return row.window_from + delay - now
    limit = PER_SITE if row.subject == "" else PER_ADDRESS
    return row.window_from + WINDOW - now if count >= limit else timedelta()


def sweep(site: Site, now: datetime) -> None:
    by_account = col(Attempt.subject).startswith(ACCOUNT)
    with site.db.begin() as tx:
        tx.exec(delete(Attempt).where(and_(not_(by_account), col(Attempt.window_from) <= now - WINDOW)))
        tx.exec(delete(Attempt).where(and_(by_account, col(Attempt.window_from) <= now - REMEMBERED)))

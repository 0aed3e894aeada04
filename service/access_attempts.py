"""Counters of failed tries on a secret, kept in the database so that a restart forgives nothing (`security.md` A3)."""

from __future__ import annotations

import ipaddress
import logging
from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from service.errors import Refused
from service.site import Site
from service.tables.access import Attempt

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 30
PER_SITE = 300

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


def sweep(site: Site, now: datetime) -> None:
    with site.db.begin() as tx:
        tx.exec(delete(Attempt).where(col(Attempt.window_from) <= now - WINDOW))

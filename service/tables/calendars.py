"""Calendars that helpers and professionals keep elsewhere: when they are taken, and nothing else (decision 0021)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from service import codes
from service.tables.base import key, moment, one_of, public_key, sealed, to


class OtherCalendar(SQLModel, table=True):
    """
    A source: an address that is read again and again, or a file that was read once.

    `read_at` is the last time it could be read, also when nothing had changed; `changed_at` the last time its intervals
    were written. While it is read, `lease` names whose reading counts, until `leased_until` of the machine's clock.
    """

    __tablename__ = "other_calendar"
    __table_args__ = (
        one_of("source", codes.CALENDAR_SOURCES),
        CheckConstraint("(source = 'url') = (url_sealed IS NOT NULL)", name="address"),
        CheckConstraint("(source = 'url') = (next_at IS NOT NULL)", name="read_again"),
        CheckConstraint("(problem = '') = (broken_since IS NULL)", name="broken"),
        CheckConstraint("failures >= 0", name="failures"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    owner_id: int = to("party", ondelete="CASCADE")
    source: str
    url_sealed: bytes | None = sealed()
    host: str = ""
    etag: str = ""
    last_modified: str = ""
    read_at: dt.datetime = moment()
    changed_at: dt.datetime = moment()
    broken_since: dt.datetime | None = moment(nullable=True)
    problem: str = ""
    failures: int = 0
    next_at: dt.datetime | None = moment(nullable=True, index=True)
    lease: str = ""
    leased_until: dt.datetime | None = moment(nullable=True)


class BusyInterval(SQLModel, table=True):
    """When the owner of a calendar is taken; no more is known."""

    __tablename__ = "busy_interval"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="times"),)
    id: int | None = key()
    calendar_id: int = to("other_calendar", ondelete="CASCADE")
    starts_at: dt.datetime = moment()
    ends_at: dt.datetime = moment(index=True)

"""Calendars as they were last written, and what has changed since (`service/feed_bodies.py`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Column, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from service.tables.base import key, moment, to


class FeedBody(SQLModel, table=True):
    """
    What one address shows: compressed, with its digest, since when, and for which week it was written.

    Each change that the address may show raises `wanted`; it is written anew while `built` is behind, and when another
    version of the program (`writer`) finds it.
    """

    __tablename__ = "feed_body"
    subscription_id: int = to("subscription", primary_key=True, ondelete="CASCADE")
    wanted: int = 1
    built: int = 0
    monday: dt.date | None = None
    writer: str = ""
    digest: str = ""
    revision: int = 0
    body: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    changed_at: dt.datetime = moment()


class FeedChange(SQLModel, table=True):
    """
    A row that calendars show has changed: for one of those who take part, or for the whole territory.

    Written by triggers (`feed_marks.py`) in the transaction of the change, whoever makes it; gone as soon as the
    calendars that may show it know. Without references: a row of a day, which must never hold up its transaction.
    """

    __tablename__ = "feed_change"
    id: int | None = key()
    territory_id: int = Field(sa_column=Column(Integer, nullable=False, index=True))
    party_id: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))

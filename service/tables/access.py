"""Accounts, sessions, links, calendar subscriptions: secrets only as SHA-256 (`security.md` A5, B1, F1)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Dated, key, moment, one_of, public_key, to


class Account(SQLModel, table=True):
    """Somebody who may sign in, in one role; `party_id` is the person, helper or professional they are."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", codes.ROLES),
        one_of("language", codes.LANGS),
        UniqueConstraint("role", "party_id"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int | None = to("territory", nullable=True)
    role: str
    party_id: int | None = to("party", nullable=True)
    email: str | None = Field(default=None, index=True)
    language: str = "fr"
    active: bool = True


class SignInLink(SQLModel, table=True):
    """A link that lets an account in, once."""

    __tablename__ = "sign_in_link"
    id: int | None = key()
    account_id: int = to("account")
    token_hash: str = Field(unique=True)
    made_at: dt.datetime = moment()
    expires_at: dt.datetime | None = moment(nullable=True)
    used_at: dt.datetime | None = moment(nullable=True)


class WebSession(SQLModel, table=True):
    __tablename__ = "web_session"
    id: int | None = key()
    account_id: int = to("account")
    token_hash: str = Field(unique=True)
    made_at: dt.datetime = moment()
    seen_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()


class Attempt(SQLModel, table=True):
    """Counters of tries on a secret, by what is guarded and by address (`security.md` A3)."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("guard", "subject"),)
    id: int | None = key()
    guard: str
    subject: str
    count: int
    window_from: dt.datetime = moment()


class Subscription(Dated, table=True):
    """
    A calendar address, and what it shows.

    `owner_id` is the person, helper, professional or place it is about. A working group is known by one of its
    meetings: it meets whenever the territory has one of the same title. `with_cancelled` also shows what is called off.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("kind", codes.FEED_KINDS),
        one_of("level", codes.FEED_LEVELS),
        one_of("language", codes.LANGS),
        one_of("client", codes.FEED_CLIENTS),
        CheckConstraint("(kind IN ('own', 'busy', 'place')) = (owner_id IS NOT NULL)", name="owner"),
        CheckConstraint("(kind = 'working_group') = (meeting_id IS NOT NULL)", name="meeting"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    kind: str = "own"
    owner_id: int | None = to("party", nullable=True)
    meeting_id: int | None = to("meeting", nullable=True)
    name: str = ""
    level: str = "minimal"
    language: str = "fr"
    with_cancelled: bool = True
    secret_hash: str = Field(unique=True)
    created_at: dt.datetime = moment()
    last_read_on: dt.date | None = None
    client: str | None = None
    ended_at: dt.datetime | None = moment(nullable=True)
    renewed: bool = False

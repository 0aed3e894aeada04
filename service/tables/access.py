"""Accounts, sessions, links, calendar subscriptions: secrets only as SHA-256 (`security.md` A5, B1, F1)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Dated, key, moment, one_of, public_key, sealed, to


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
    email_hash: str | None = Field(default=None, unique=True)
    email_sealed: bytes | None = sealed()
    password_hash: str | None = None
    pin_hash: str | None = None
    language: str = "fr"
    active: bool = True


class SignInLink(SQLModel, table=True):
    """
    A link for one purpose, used once.

    `code_hash` is of the short code that came with it: it works only where the link was asked for.
    """

    __tablename__ = "sign_in_link"
    __table_args__ = (one_of("purpose", codes.LINK_PURPOSES),)
    id: int | None = key()
    account_id: int = to("account")
    purpose: str = "sign_in"
    token_hash: str = Field(unique=True)
    code_hash: str | None = Field(default=None, unique=True)
    device_hash: str | None = Field(default=None, index=True)
    made_by: int | None = to("account", nullable=True)
    made_at: dt.datetime = moment()
    expires_at: dt.datetime | None = moment(nullable=True)
    used_at: dt.datetime | None = moment(nullable=True)


class WebSession(SQLModel, table=True):
    """`confirmed_at` is when its owner last proved who they are."""

    __tablename__ = "web_session"
    id: int | None = key()
    public_id: str = public_key()
    account_id: int = to("account")
    token_hash: str = Field(unique=True)
    browser: str = ""
    made_at: dt.datetime = moment()
    seen_at: dt.datetime = moment()
    confirmed_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()


class HalfSignIn(SQLModel, table=True):
    """Somebody whose password was right and whose second factor is still to come: no session."""

    __tablename__ = "half_sign_in"
    id: int | None = key()
    account_id: int = to("account")
    token_hash: str = Field(unique=True)
    made_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()


class Authenticator(SQLModel, table=True):
    """The application that shows a new code every half minute; `last_step` is the last one used."""

    __tablename__ = "authenticator"
    account_id: int = to("account", primary_key=True)
    secret_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: dt.datetime = moment()
    last_step: int | None = None


class RecoveryCode(SQLModel, table=True):
    """One of ten codes on paper, each for one sign-in without the application."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)
    id: int | None = key()
    account_id: int = to("account")
    code_hash: str
    used_at: dt.datetime | None = moment(nullable=True)


class Passkey(SQLModel, table=True):
    """A key of a phone, computer or stick (WebAuthn)."""

    __tablename__ = "passkey"
    id: int | None = key()
    public_id: str = public_key()
    account_id: int = to("account")
    credential_id: str = Field(unique=True)
    public_key: str
    sign_count: int = 0
    name: str = ""
    made_at: dt.datetime = moment()
    used_at: dt.datetime | None = moment(nullable=True)


class PasskeyChallenge(SQLModel, table=True):
    """What a passkey is asked to sign, once, within five minutes."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (one_of("purpose", codes.CHALLENGE_PURPOSES),)
    id: int | None = key()
    challenge_hash: str = Field(unique=True)
    purpose: str
    account_id: int | None = to("account", nullable=True)
    ends_at: dt.datetime = moment()
    used_at: dt.datetime | None = moment(nullable=True)


class ProviderLink(SQLModel, table=True):
    """Who an account is for an identity provider: the issuer and its subject, never an address of mail."""

    __tablename__ = "provider_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    account_id: int = to("account", primary_key=True)
    issuer: str
    subject: str
    made_at: dt.datetime = moment()
    used_at: dt.datetime | None = moment(nullable=True)


class ProviderTrip(SQLModel, table=True):
    """
    Somebody who left for the identity provider and is to come back, once, within ten minutes, in the same browser.

    `invitation_hash` is of the invitation that they take up, `back` the page where they were asked who they are.
    """

    __tablename__ = "provider_trip"
    __table_args__ = (one_of("purpose", codes.TRIP_PURPOSES),)
    id: int | None = key()
    state_hash: str = Field(unique=True)
    browser_hash: str
    purpose: str
    account_id: int | None = to("account", nullable=True)
    invitation_hash: str | None = None
    back: str = ""
    made_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()
    used_at: dt.datetime | None = moment(nullable=True)


class OwnKey(SQLModel, table=True):
    """The personal link or paper code of a person accompanied: works until it is renewed or ended."""

    __tablename__ = "own_key"
    __table_args__ = (
        one_of("kind", codes.OWN_KEYS),
        Index(
            "uq_own_key_one_of_a_kind",
            "account_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = key()
    account_id: int = to("account")
    kind: str
    secret_hash: str = Field(unique=True)
    made_by: int | None = to("account", nullable=True)
    made_at: dt.datetime = moment()
    expires_at: dt.datetime = moment()
    used_on: dt.date | None = None
    ended_at: dt.datetime | None = moment(nullable=True)


class Letter(SQLModel, table=True):
    """A message to an account that somebody is to hand over; its values are sealed, since they may hold a link."""

    __tablename__ = "letter"
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int | None = to("territory", nullable=True)
    account_id: int = to("account")
    template: str
    values_sealed: bytes | None = sealed()
    made_at: dt.datetime = moment(index=True)
    handed_at: dt.datetime | None = moment(nullable=True)


class SetupCode(SQLModel, table=True):
    """The code that the server printed for whoever creates the network; there is one, the last."""

    __tablename__ = "setup_code"
    id: int | None = key()
    code_hash: str
    made_at: dt.datetime = moment()


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

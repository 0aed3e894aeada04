"""Mail that goes out, invitations that were sent, and answers that came back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Dated, Editable, key, moment, one_of, public_key, sealed, to


class OutboxMessage(SQLModel, table=True):
    """
    One mail to one recipient, written in the transaction of whatever it tells.

    `thread` names what the mail is about: a later one of the same thread takes the place of an earlier one that has not
    begun to leave. `claim` is the sender that has it in hand until `claimed_until`; `data_at` is set before the first
    byte of its content leaves, so that whoever finds it later knows that it may have arrived. `reason` is a code, never
    what a server said.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        one_of("kind", codes.MAIL_KINDS),
        one_of("state", codes.MAIL_STATES),
        one_of("reason", codes.MAIL_FAULTS),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state = 'sending') = (claim IS NOT NULL)", name="claimed"),
        CheckConstraint("state NOT IN ('waiting', 'sending') OR content_sealed IS NOT NULL", name="content"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int | None = to("territory", nullable=True)
    party_id: int | None = to("party", nullable=True)
    kind: str
    thread: str = Field(index=True)
    message_id: str = Field(unique=True)
    content_sealed: bytes | None = sealed()
    state: str = Field(default="waiting", index=True)
    attempts: int = 0
    reason: str | None = None
    made_at: dt.datetime = moment()
    next_try_at: dt.datetime = moment()
    expires_at: dt.datetime | None = moment(nullable=True)
    claim: str | None = None
    claimed_until: dt.datetime | None = moment(nullable=True)
    data_at: dt.datetime | None = moment(nullable=True)
    ended_at: dt.datetime | None = moment(nullable=True)
    settled_at: dt.datetime | None = moment(nullable=True)


class MailPreference(Dated, table=True):
    """Somebody chose to get invitations by mail; without a row, or `active` false, they get none."""

    __tablename__ = "mail_preference"
    __table_args__ = (one_of("level", codes.INVITATION_LEVELS), one_of("language", codes.LANGS))
    party_id: int = to("party", primary_key=True)
    territory_id: int = to("territory")
    active: bool = False
    level: str = "minimal"
    language: str = "fr"


class MessagePreference(Dated, table=True):
    """How somebody wants to hear of what is new; without a row the first way that is known of them."""

    __tablename__ = "message_preference"
    __table_args__ = (one_of("way", codes.MESSAGE_CHOICES), one_of("language", codes.LANGS))
    party_id: int = to("party", primary_key=True)
    territory_id: int = to("territory")
    way: str
    reminders: bool = True
    language: str = "fr"


class MessageTold(SQLModel, table=True):
    """
    What somebody was told, so that nobody is told twice: by a message, or said by the coordinator.

    `about` names the one thing it is about by public ids or days; `on` is the territory's day.
    """

    __tablename__ = "message_told"
    __table_args__ = (UniqueConstraint("party_id", "code", "about"), one_of("way", codes.MESSAGE_WAYS))
    id: int | None = key()
    territory_id: int = to("territory")
    party_id: int = to("party")
    code: str
    about: str
    way: str
    on: dt.date
    at: dt.datetime = moment()
    by: int | None = to("account", nullable=True)


class Invitation(Editable, table=True):
    """
    What one recipient was told of one entry last: the answers that come back are held against it.

    `told` is the method of that mail, `digest` stands for what they see. The address that answers go to holds a secret:
    sealed here, since each later mail names the same one, and found by its hash.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("party_id", "uid"),
        one_of("told", codes.INVITATION_METHODS),
        CheckConstraint("ends_at > starts_at", name="times"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    party_id: int = to("party")
    visit_id: int | None = to("visit", nullable=True, ondelete="SET NULL")
    uid: str = Field(index=True)
    told: str
    sequence: int
    digest: str
    starts_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()
    token_sealed: bytes | None = sealed()
    token_hash: str = Field(unique=True)
    reply_stamp: dt.datetime | None = moment(nullable=True)
    made_at: dt.datetime = moment()
    told_at: dt.datetime = moment()


class MailReply(SQLModel, table=True):
    """
    One mail that came back: what it said and what became of it; its text is kept nowhere.

    `starts_at` and `ends_at` are another time that it proposes. `seen_at` is set once a coordinator has dealt with it.
    """

    __tablename__ = "mail_reply"
    __table_args__ = (one_of("said", codes.MAIL_ANSWERS), one_of("outcome", codes.REPLY_OUTCOMES))
    id: int | None = key()
    public_id: str = public_key()
    message_hash: str = Field(unique=True)
    territory_id: int | None = to("territory", nullable=True)
    party_id: int | None = to("party", nullable=True)
    invitation_id: int | None = to("invitation", nullable=True, ondelete="SET NULL")
    said: str
    outcome: str
    starts_at: dt.datetime | None = moment(nullable=True)
    ends_at: dt.datetime | None = moment(nullable=True)
    at: dt.datetime = moment()
    seen_at: dt.datetime | None = moment(nullable=True)

"""What follows a request: messages about it, its withdrawal, the moment wished for the first visit, partners' links."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Editable, key, moment, one_of, public_key, sealed, to


class RequestMessage(SQLModel, table=True):
    """
    A short message about a request, sealed under the person's key.

    The coordination reads each of them; the two marks say who else may. A helper reads as long as the pairing named
    here goes on, so that whoever comes after them finds nothing that was not written to them.
    """

    __tablename__ = "request_message"
    __table_args__ = (
        one_of("author_side", codes.MESSAGE_SIDES),
        CheckConstraint("for_helper = (pairing_id IS NOT NULL)", name="helper"),
        CheckConstraint("author_side != 'professional' OR for_professional", name="own_professional"),
        CheckConstraint("author_side != 'peer_helper' OR for_helper", name="own_helper"),
        CheckConstraint("author_side != 'coordinator' OR for_professional OR for_helper", name="somebody"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    request_id: int = to("request", ondelete="CASCADE")
    pairing_id: int | None = to("pairing", nullable=True)
    author_side: str
    author_id: int | None = to("account", nullable=True)
    for_professional: bool
    for_helper: bool
    content_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: dt.datetime = moment()


class MessageMark(SQLModel, table=True):
    """How far an account has read the messages about a request; `last_id` is the last one read."""

    __tablename__ = "message_mark"
    __table_args__ = (UniqueConstraint("account_id", "request_id"),)
    id: int | None = key()
    account_id: int = to("account", ondelete="CASCADE")
    request_id: int = to("request", ondelete="CASCADE")
    last_id: int


class RequestWithdrawal(SQLModel, table=True):
    """
    Whoever asked took their request back; it can be undone for a day while nothing followed.

    `revision` is the request's right after: another one tells that something followed.
    """

    __tablename__ = "request_withdrawal"
    __table_args__ = (
        one_of("state_before", ("received", "consent_pending", "waiting")),
        one_of("person_before", codes.PERSON_STATES),
    )
    id: int | None = key()
    request_id: int = to("request", ondelete="CASCADE")
    state_before: str
    person_before: str
    revision: int
    by: int | None = to("account", nullable=True)
    at: dt.datetime = moment()
    undone_at: dt.datetime | None = moment(nullable=True)


class SlotWish(SQLModel, table=True):
    """Which of the common moments suits the professional for the first visit; None: none of them."""

    __tablename__ = "slot_wish"
    __table_args__ = (UniqueConstraint("pairing_id", "professional_id"),)
    id: int | None = key()
    pairing_id: int = to("pairing", index=False, ondelete="CASCADE")
    professional_id: int = to("professional")
    starts_at: dt.datetime | None = moment(nullable=True)
    at: dt.datetime = moment()


class PartnerLink(Editable, table=True):
    """
    A link by which people of an organisation ask without an account.

    Their requests are carried by `professional_id`, who works there; `phone` is the coordination's, shown to them.
    """

    __tablename__ = "partner_link"
    __table_args__ = (CheckConstraint("per_day BETWEEN 1 AND 100", name="per_day"),)
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    organisation_id: int = to("organisation")
    professional_id: int = to("professional")
    token_hash: str = Field(unique=True)
    phone: str = ""
    per_day: int = 10
    made_by: int | None = to("account", nullable=True)
    made_at: dt.datetime = moment()
    expires_at: dt.datetime = moment()
    ended_at: dt.datetime | None = moment(nullable=True)


class PartnerRequest(SQLModel, table=True):
    """
    A request by a partner's link: it waits for its confirmation by mail, and is then followed by the same link.

    The writer's address lies under the network's key until it is confirmed, then under the person's.
    """

    __tablename__ = "partner_request"
    __table_args__ = (CheckConstraint("(request_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),)
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    link_id: int = to("partner_link")
    draft_id: int | None = to("request_draft", nullable=True, ondelete="SET NULL")
    request_id: int | None = to("request", nullable=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    email_sealed: bytes | None = sealed()
    made_at: dt.datetime = moment()
    expires_at: dt.datetime = moment()
    confirmed_at: dt.datetime | None = moment(nullable=True)

"""What happens to a request before anybody is proposed: decisions that can be undone, questions to whoever asked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from service import codes
from service.tables.base import key, listed, moment, one_of, public_key, sealed, to


class RequestStep(SQLModel, table=True):
    """
    One line of a request's thread.

    `revision` is the request's right after a decision: as long as it has it still, nothing has followed and the
    decision can be undone. `person_before` is the state of the person when the decision moved it, `where_sealed` the
    other service in free words, under the person's key.
    """

    __tablename__ = "request_step"
    __table_args__ = (
        one_of("deed", codes.REQUEST_DEEDS),
        one_of("before", codes.REQUEST_STATES),
        one_of("after", codes.REQUEST_STATES),
        one_of("person_before", codes.PERSON_STATES),
        one_of("reason", codes.REQUEST_REASONS + codes.REDIRECT_REASONS),
    )
    id: int | None = key()
    request_id: int = to("request", ondelete="CASCADE")
    deed: str
    before: str
    after: str
    person_before: str | None = None
    reason: str | None = None
    organisation_id: int | None = to("organisation", nullable=True)
    where_sealed: bytes | None = sealed()
    revision: int
    at: dt.datetime = moment()
    by: int | None = to("account", nullable=True)
    undone_at: dt.datetime | None = moment(nullable=True)


class RequestQuestion(SQLModel, table=True):
    """
    What the coordination asked whoever made a request, and what they said; the words lie under the person's key.

    Open until it has an answer or `closed_at`: taken back, or the request ended. One open question for a request.
    """

    __tablename__ = "request_question"
    __table_args__ = (
        Index(
            "uq_request_question_open",
            "request_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL AND closed_at IS NULL"),
            postgresql_where=text("answered_at IS NULL AND closed_at IS NULL"),
        ),
    )
    id: int | None = key()
    public_id: str = public_key()
    request_id: int = to("request", ondelete="CASCADE")
    asks: list[str] = listed()
    text_sealed: bytes | None = sealed()
    asked_at: dt.datetime = moment()
    asked_by: int | None = to("account", nullable=True)
    answer_sealed: bytes | None = sealed()
    answered_at: dt.datetime | None = moment(nullable=True)
    answered_by: int | None = to("account", nullable=True)
    reminded_at: dt.datetime | None = moment(nullable=True)
    warned_at: dt.datetime | None = moment(nullable=True)
    closed_at: dt.datetime | None = moment(nullable=True)

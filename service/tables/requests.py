"""Requests on their way in: what a professional has begun to write."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from service.tables.base import key, moment, public_key, sealed, to


class RequestDraft(SQLModel, table=True):
    """
    A request that a professional is writing, sealed under their key.

    By a partner's link it is somebody without an account: `link_id`, and the hash of the cookie that they alone have.

    Once sent its answers are gone and it names the request, so that sending the same form again makes no second one.
    """

    __tablename__ = "request_draft"
    __table_args__ = (
        CheckConstraint("(content_sealed IS NULL) = (request_id IS NOT NULL)", name="open_or_sent"),
        CheckConstraint("(link_id IS NULL) = (cookie_hash IS NULL)", name="by_link"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    owner_id: int = to("professional", ondelete="CASCADE")
    content_sealed: bytes | None = sealed()
    request_id: int | None = to("request", nullable=True, ondelete="CASCADE")
    made_at: dt.datetime = moment()
    changed_at: dt.datetime = moment()
    expires_at: dt.datetime = moment(index=True)
    link_id: int | None = to("partner_link", nullable=True, ondelete="CASCADE")
    cookie_hash: str | None = None

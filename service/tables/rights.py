"""What a person asks of the data that is held about them (`security.md` G4)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from service import codes
from service.tables.base import Editable, key, moment, one_of, public_key, sealed, to


class RightRequest(Editable, table=True):
    """A correction, erasure or restriction that a person asked for; of each kind at most one is open."""

    __tablename__ = "right_request"
    __table_args__ = (
        one_of("kind", codes.RIGHT_KINDS),
        one_of("state", codes.RIGHT_STATES),
        one_of("reason", codes.RIGHT_REFUSALS),
        CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused_has_reason"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        Index(
            "uq_right_request_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    person_id: int = to("person")
    kind: str
    state: str = Field(default="open")
    reason: str | None = None
    words_sealed: bytes | None = sealed()
    asked_at: dt.datetime = moment()
    ended_at: dt.datetime | None = moment(nullable=True)
    ended_by: int | None = to("account", nullable=True)

"""One record of another territory, opened for an hour (`security.md` C7)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from service import codes
from service.tables.base import Editable, key, moment, one_of, public_key, to


class EmergencyOpening(Editable, table=True):
    """
    A coordinator asked for the record of one person of another territory; the row opens it.

    `territory_id` is the person's. A try that found nobody is kept as well, in the state `nobody`, and counts.
    """

    __tablename__ = "emergency_opening"
    __table_args__ = (
        one_of("reason", codes.EMERGENCY_REASONS),
        one_of("state", codes.EMERGENCY_STATES),
        CheckConstraint("(state = 'nobody') = (person_id IS NULL)", name="somebody"),
        CheckConstraint("(state IN ('justified', 'not_justified')) = (reviewed_at IS NOT NULL)", name="reviewed"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    person_id: int | None = to("person", nullable=True)
    opened_by: int = to("account")
    reason: str
    state: str = Field(default="open")
    opened_at: dt.datetime = moment()
    reviewed_at: dt.datetime | None = moment(nullable=True)
    reviewed_by: int | None = to("account", nullable=True)

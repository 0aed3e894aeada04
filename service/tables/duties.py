"""Who coordinates when somebody of the coordination is away."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from service.tables.base import key, moment, public_key, to


class CoordinatorDuty(SQLModel, table=True):
    """
    A coordinator hands the matters of their territory to another one, from the first to the last day, both included.

    Ended early it holds no more; the row stays, so that the log can be read.
    """

    __tablename__ = "coordinator_duty"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("deputy_id != account_id", name="two_people"),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    account_id: int = to("account")
    deputy_id: int = to("account")
    first_day: dt.date
    last_day: dt.date
    made_at: dt.datetime = moment()
    ended_at: dt.datetime | None = moment(nullable=True)

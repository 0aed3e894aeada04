"""What is noted about a visit after it: by whom nothing, but from where, so that it can be taken back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint

from service import codes
from service.tables.base import Editable, key, moment, one_of, sealed, to


class VisitReport(Editable, table=True):
    """
    What followed a visit.

    `noted_from` is the state before the outcome was noted at `noted_at`, to go back to; `began_trial` when the trial
    began with it. `word_sealed` is a word for the coordination, under the person's key. `safe_at` is when somebody of
    the coordination reached a helper who had not said they left.
    """

    __tablename__ = "visit_report"
    __table_args__ = (
        UniqueConstraint("visit_id"),
        one_of("noted_from", codes.LIVE_VISIT_STATES),
        CheckConstraint("(noted_at IS NULL) = (noted_from IS NULL)", name="noted"),
    )
    id: int | None = key()
    visit_id: int = to("visit", index=False, ondelete="CASCADE")
    noted_at: dt.datetime | None = moment(nullable=True)
    noted_from: str | None = None
    began_trial: bool = False
    word_sealed: bytes | None = sealed()
    safe_at: dt.datetime | None = moment(nullable=True)
    safe_by: int | None = to("account", nullable=True)

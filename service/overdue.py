"""Visits that nobody has left: one rule for every page that shows them (`domain.md`, section 6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col

from service import codes
from service.tables.pairings import Visit
from service.tables.presence import VisitReport

OVERDUE_AFTER = timedelta(minutes=30)
"""Beyond the expected end, lone-working safety asks after whoever has not said that they left."""


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Told or confirmed, ended half an hour ago, left by nobody, and nobody knows that all is well."""
    return not_left_since(now - OVERDUE_AFTER)


def not_left_since(moment: datetime) -> ColumnElement[bool]:
    """The same of visits that ended by this moment."""
    safe = exists().where(col(VisitReport.visit_id) == col(Visit.id), col(VisitReport.safe_at).is_not(None))
    return and_(
        # An outcome that was noted says as well that they are back.
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        or_(col(Visit.published_at).is_not(None), col(Visit.status) == "confirmed"),
        col(Visit.checked_out_at).is_(None),
        col(Visit.ends_at) <= moment,
        ~safe,
    )

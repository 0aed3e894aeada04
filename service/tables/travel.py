"""Travel between places as somebody else worked it out."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from service import codes
from service.tables.base import key, one_of, plain_data, to


class TravelMatrix(SQLModel, table=True):
    """
    Figures between places for one mode: minutes of a file, or seconds on streets.

    `stamp` tells one file or one build of streets from the next; `dated_on` is the day that pages name. `figures` holds
    the keys of the places (references in a file, rounded points on streets) and the square of figures, packed
    (`matching.travel_table`).
    """

    __tablename__ = "travel_matrix"
    __table_args__ = (
        UniqueConstraint("territory_id", "source", "mode"),
        one_of("source", codes.TRAVEL_SOURCES),
        one_of("mode", codes.TRANSPORTS),
    )
    id: int | None = key()
    territory_id: int = to("territory")
    source: str
    mode: str
    stamp: str
    dated_on: dt.date
    figures: dict[str, object] = plain_data()

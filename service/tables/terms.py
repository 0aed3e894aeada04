"""What a network says in its own words."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint

from service import codes
from service.tables.base import Editable, key, moment, one_of, to


class Term(Editable, table=True):
    """A network's own text in place of the one of a catalog; `msgid` is the text in French as the program knows it."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("territory_id", "language", "msgid"), one_of("language", codes.LANGS))
    id: int | None = key()
    territory_id: int = to("territory")
    language: str
    msgid: str
    text: str
    changed_at: dt.datetime = moment()
    changed_by: int | None = to("account", nullable=True)

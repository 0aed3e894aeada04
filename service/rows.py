"""Rows of one table at once, for pages that show many: the number of questions must not grow with what they show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, col, select


class Numbered(Protocol):
    id: Any


Row = TypeVar("Row", bound=Numbered)


def by_id(tx: Session, table: type[Row], ids: Iterable[int | None]) -> dict[int, Row]:
    """
    Rows of one table by internal number; None among the numbers is passed over.

    As long as the answer is held, `tx.get` of one of them asks the database no more.
    """
    wanted = sorted({number for number in ids if number is not None})
    if not wanted:
        return {}
    return {row.id: row for row in tx.exec(select(table).where(col(table.id).in_(wanted))).all()}

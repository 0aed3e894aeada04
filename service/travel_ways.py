"""How long somebody is on the way: by a file, else by streets, else by the formula of `domain.md`, section 6."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlmodel import Session, col, select

from matching.travel import Point, Travel
from matching.travel_table import Table, key_of, unpacked
from service.kept_answers import KeptAnswers
from service.tables.territory import NetworkSetting, Territory
from service.tables.travel import TravelMatrix

TRAVEL_SETTING = "travel"


class Figures(msgspec.Struct, frozen=True):
    """What `TravelMatrix.figures` holds."""

    keys: list[str]
    cells: str

    def table(self) -> Table:
        return unpacked(self.keys, self.cells)

    @classmethod
    def of(cls, table: Table) -> Figures:
        return cls(list(table.keys), table.packed())


class Told(msgspec.Struct, frozen=True):
    """
    Where travel times come from, for a page.

    Parameters
    ----------
    file_on, streets_on
        Day of the file or of the map; None when there is none.
    by_formula
        Ways that the file or the streets should tell and do not: the formula stands in.
    stopped
        The calculation on streets failed or took too long.
    """

    file_on: date | None = None
    streets_on: date | None = None
    by_formula: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class Stop:
    """A place by its reference, its point, and the rounded point that stands for it on streets."""

    ref: str
    point: Point
    key: str

    @classmethod
    def at(cls, ref: str, point: Point) -> Stop:
        return cls(ref, point, key_of(point))


@dataclass(frozen=True)
class Source:
    """The tables of a file or of streets by mode, and their day."""

    dated_on: date
    tables: Mapping[str, Table]


_BY_FORMULA = KeptAnswers[Mapping[str, tuple[tuple[int, ...], ...]]](64)
"""Minutes between all places of a territory: two thousand ways that seldom change, some millions of bytes at most."""


class Ways:
    """Travel times of a territory; counts the ways for which the formula stands in."""

    def __init__(self, formula: Travel, file: Source | None, streets: Source | None) -> None:
        self.formula = formula
        self._file, self._streets = file, streets
        self.file: Mapping[str, Table] = {} if file is None else file.tables
        """Minutes by mode, between references."""
        self.streets: Mapping[str, Table] = {} if streets is None else streets.tables
        """Seconds by mode, between rounded points."""
        self._by_formula = 0

    def minutes(self, mode: str, origin: Stop, target: Stop) -> int:
        """Whole minutes, rounded up; on streets with the minutes lost at each trip as in the formula."""
        minutes, seconds = self.file.get(mode), self.streets.get(mode)
        if minutes is not None and (found := minutes.get(origin.ref, target.ref)) is not None:
            return found
        if origin.point == target.point:
            return 0
        if seconds is not None and (found := seconds.get(origin.key, target.key)) is not None:
            return self.formula.modes[mode].overhead_minutes + math.ceil(found / 60)
        if minutes is not None or seconds is not None:
            self._by_formula += 1
        return self.formula.minutes(mode, origin.point, target.point)

    def between(self, stops: Sequence[Stop]) -> dict[str, tuple[tuple[int, ...], ...]]:
        """Whole minutes between all of these, by mode."""
        points = [stop.point for stop in stops]
        formula = _BY_FORMULA.of((self.formula, points), lambda: self.formula.between(points))
        return {
            mode: found
            if mode not in self.file and mode not in self.streets
            else tuple(tuple(self.minutes(mode, one, other) for other in stops) for one in stops)
            for mode, found in formula.items()
        }

    def told(self, *, stopped: bool = False) -> Told:
        """Where the times asked so far come from."""
        return Told(
            None if self._file is None else self._file.dated_on,
            None if self._streets is None else self._streets.dated_on,
            self._by_formula,
            stopped,
        )


def formula_of(tx: Session, territory: Territory) -> Travel:
    """The formula of section 6 with the network's own values, if it set any."""
    row = tx.exec(
        select(NetworkSetting)
        .where(col(NetworkSetting.territory_id) == territory.id, col(NetworkSetting.name) == TRAVEL_SETTING)
        .order_by(col(NetworkSetting.id).desc())
    ).first()
    return msgspec.convert(row.value, Travel) if row is not None else Travel()


def ways_of(tx: Session, territory: Territory) -> Ways:
    """What is known in this territory; nothing is worked out for it."""
    rows = tx.exec(select(TravelMatrix).where(TravelMatrix.territory_id == territory.id).order_by(col(TravelMatrix.id)))
    found: dict[str, Source] = {}
    for row in rows:
        table = msgspec.convert(row.figures, Figures).table()
        known = found.get(row.source, Source(row.dated_on, {}))
        found[row.source] = Source(row.dated_on, {**known.tables, row.mode: table})
    return Ways(formula_of(tx, territory), found.get("file"), found.get("streets"))

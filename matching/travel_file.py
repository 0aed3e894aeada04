"""A matrix of minutes that somebody else worked out: lines of `mode,from,to,minutes` (`docs/travel.md`)."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matching.travel import MODES
from matching.travel_table import UNKNOWN, Table

COLUMNS = ("mode", "from", "to", "minutes")
LONGEST = 1440
"""Minutes; a way that takes more than a day is a slip."""
MAX_BYTES = 128 * 1024 * 1024
MAX_PLACES = 3000
SHOWN_FAULTS = 100
"""After so many faults the rest of the file is not read."""


@dataclass(frozen=True)
class Fault:
    """
    What cannot be used, and where; the header is line 1.

    `code` is one of `header`, `cells`, `mode`, `empty`, `number`, `negative`, `too_long`, `same_place`, `twice`,
    `places`, `text`, `size`; `value` is what stands there.
    """

    line: int
    column: str
    code: str
    value: str = ""


class Unusable(ValueError):
    """The file cannot be used; `faults` tells why, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class TravelFile:
    """Minutes by mode, and where each reference first stands: its line and column."""

    tables: Mapping[str, Table]
    seen: Mapping[str, tuple[int, str]]


def read(content: bytes) -> TravelFile:
    """
    The tables of a file, minutes rounded up.

    Raises
    ------
    Unusable
        When a line is wrong; nothing of the file is used then.
    """
    if len(content) > MAX_BYTES:
        raise Unusable([Fault(0, "", "size", f"{len(content)} B")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unusable([Fault(line, "", "text")]) from error
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []
        self.seen: dict[str, tuple[int, str]] = {}

    def read(self) -> TravelFile:
        header = tuple(cell.strip().lower() for cell in next(self._rows(), (1, [""]))[1])
        if header != COLUMNS:
            raise Unusable([Fault(1, "", "header", ",".join(header)[:80])])
        # Line by line into short arrays: a file of a region has more than a million lines.
        modes = tuple(MODES)
        found = {mode: (array("L"), array("L"), array("H"), array("L")) for mode in modes}
        numbers: dict[str, int] = {}
        for line, cells in self._rows():
            if line == 1 or not any(cells):
                continue
            if len(self.faults) >= SHOWN_FAULTS:
                break
            way = self._way(line, [cell.strip() for cell in cells])
            if way is None:
                continue
            mode, origin, target, minutes = way
            if len(numbers) > MAX_PLACES:
                self._wrong(line, "from", "places", str(MAX_PLACES))
                break
            for kept, one in zip(
                found[mode],
                (numbers.setdefault(origin, len(numbers)), numbers.setdefault(target, len(numbers)), minutes, line),
                strict=True,
            ):
                kept.append(one)
        keys = tuple(numbers)
        tables = {mode: self._table(keys, *found[mode]) for mode in modes if len(found[mode][0])}
        if self.faults:
            raise Unusable(sorted(self.faults, key=lambda fault: fault.line))
        return TravelFile(tables, self.seen)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        lines = self.text.splitlines()
        separator = ";" if lines and ";" in lines[0] else ","
        rows = csv.reader(lines, delimiter=separator, strict=True)
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:
                self._wrong(rows.line_num, "", "cells", "")
                return
            yield rows.line_num, cells

    def _way(self, line: int, cells: list[str]) -> tuple[str, str, str, int] | None:
        """The cells of a line, or None when it is wrong."""
        if len(cells) != len(COLUMNS):
            return self._wrong(line, "", "cells", str(len(cells)))
        mode, origin, target, said = cells
        if mode not in MODES:
            return self._wrong(line, "mode", "mode", mode)
        for column, ref in (("from", origin), ("to", target)):
            if not ref:
                return self._wrong(line, column, "empty", "")
            self.seen.setdefault(ref, (line, column))
        try:
            minutes = float(said)
        except ValueError:
            return self._wrong(line, "minutes", "number", said)
        if not math.isfinite(minutes) or "_" in said:
            return self._wrong(line, "minutes", "number", said)
        if minutes < 0:
            return self._wrong(line, "minutes", "negative", said)
        if minutes > LONGEST:
            return self._wrong(line, "minutes", "too_long", said)
        if origin == target and minutes:
            return self._wrong(line, "minutes", "same_place", said)
        return mode, origin, target, math.ceil(minutes)

    def _table(
        self, keys: tuple[str, ...], origins: array[int], targets: array[int], minutes: array[int], lines: array[int]
    ) -> Table:
        table = Table(keys)
        size = len(keys)
        for origin, target, figure, line in zip(origins, targets, minutes, lines, strict=True):
            if table.cells[origin * size + target] != UNKNOWN:
                self._wrong(line, "to", "twice", f"{keys[origin]} → {keys[target]}")
                if len(self.faults) >= SHOWN_FAULTS:
                    break
            table.cells[origin * size + target] = figure
        for number in range(size):
            table.cells[number * (size + 1)] = 0
        return table

    def _wrong(self, line: int, column: str, code: str, value: str) -> None:
        self.faults.append(Fault(line, column, code, value[:80]))

"""Travel between places as figures in a square, for what no formula gives: a file, or streets."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence

from matching.travel import Point

UNKNOWN = 65535
"""Nobody has said yet."""
NO_WAY = 65534
"""It was looked for, and there is none."""
LARGEST = 65533


def key_of(point: Point) -> str:
    """A point to three decimals, about 100 m: people are never placed more exactly (`domain.md`, section 3)."""
    return f"{point.lat:.3f},{point.lon:.3f}"


class Table:
    """Whole figures (minutes or seconds) from each key to each, two bytes each; not the same both ways."""

    def __init__(self, keys: Iterable[str], cells: array[int] | None = None) -> None:
        self.place = {key: number for number, key in enumerate(keys)}
        """Number of each key, in their order."""
        size = len(self.place)
        self.cells = array("H", [UNKNOWN]) * (size * size) if cells is None else cells
        if len(self.cells) != size * size:
            raise ValueError(f"{len(self.cells)} figures for {size} places")

    def __len__(self) -> int:
        return len(self.place)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.place)

    def get(self, origin: str, target: str) -> int | None:
        """The figure, None when there is none or no such place."""
        at, to = self.place.get(origin), self.place.get(target)
        if at is None or to is None:
            return None
        found = self.cells[at * len(self.place) + to]
        return found if found <= LARGEST else None

    def put(self, origin: str, target: str, figure: int) -> None:
        self.cells[self.place[origin] * len(self.place) + self.place[target]] = figure

    def cut_off(self, key: str) -> None:
        """No way leads from here to another place, or back, as far as nobody has said otherwise."""
        size, at = len(self.place), self.place[key]
        for number in range(size):
            for cell in (at * size + number, number * size + at):
                if self.cells[cell] == UNKNOWN:
                    self.cells[cell] = NO_WAY if number != at else 0

    def unknown(self, origin: str) -> tuple[str, ...]:
        """Where nobody has said yet how to come to from here."""
        size = len(self.place)
        row = self.cells[self.place[origin] * size : (self.place[origin] + 1) * size]
        return tuple(key for key, figure in zip(self.place, row, strict=True) if figure == UNKNOWN)

    def missing(self) -> int:
        """Ways between two places without a figure."""
        size = len(self.place)
        on_the_way = (figure for number, figure in enumerate(self.cells) if number % (size + 1))
        return sum(figure > LARGEST for figure in on_the_way)

    def over(self, keys: Sequence[str]) -> Table:
        """The same for these places alone; what nobody has said of a new one is unknown."""
        if tuple(keys) == self.keys:
            return self
        table = Table(keys)
        kept = [(self.place[key], number) for key, number in table.place.items() if key in self.place]
        for old_row, row in kept:
            for old_column, column in kept:
                table.cells[row * len(table) + column] = self.cells[old_row * len(self) + old_column]
        return table

    def packed(self) -> str:
        """The figures as text, row by row, low byte first."""
        return b64encode(_low_byte_first(self.cells).tobytes()).decode()


def unpacked(keys: Sequence[str], packed: str) -> Table:
    """The table that `Table.packed` wrote for these keys."""
    return Table(keys, _low_byte_first(array("H", b64decode(packed))))


def _low_byte_first(cells: array[int]) -> array[int]:
    """Also where the machine has it the other way; twice is back again."""
    if sys.byteorder == "little":
        return cells
    turned = array("H", cells)
    turned.byteswap()
    return turned

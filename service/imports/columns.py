"""What a column of a partners' file is: one declaration drives reading, checking, writing and export."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

OWNER_FILES = {
    "peer_helper": "peer_helpers",
    "person": "persons",
    "professional": "professionals",
    "place": "places",
    "neighbourhood": "neighbourhoods",
}
"""The file that an `owner_type`, `host_type`, `member_type` or `target_type` points to; a relative points nowhere."""


@dataclass(frozen=True)
class Column:
    """
    One column.

    Parameters
    ----------
    name
        The header's text.
    kind
        How a cell is read and written (`values.py`): id, ref, refs, text, code, codes, theme, themes, language,
        languages, bool, int, number, date, time, moment, instant, weekday, zone, members, signatures, quarter.
    field
        The attribute of the file's table; empty: a door of `doors.py` moves it in and out.
    filled
        An empty cell is an error.
    optional
        The column may be absent: then nothing is known, and nothing known is touched.
    empty
        The value of an empty cell.
    codes
        The closed list; with `open_list`, other words are kept with a warning.
    to, to_by
        The file that an id points to; `to_by` names the column of the row that says which file.
    low, high
        The range allowed, ends included.
    also
        Other spellings of a code that partners use.
    private
        Free text and contact data: written in an export only when asked for.
    """

    name: str
    kind: str
    field: str = ""
    filled: bool = False
    optional: bool = False
    empty: Any = None
    codes: tuple[str, ...] = ()
    open_list: bool = False
    to: str = ""
    to_by: str = ""
    low: float | None = None
    high: float | None = None
    also: Mapping[str, str] = dataclasses.field(default_factory=dict)
    private: bool = False


@dataclass(frozen=True)
class File:
    """
    One file of the set.

    Parameters
    ----------
    name
        Without `.csv`.
    table
        Where its rows live.
    key
        The columns that tell one row from another; one column of kind `id` when the rows have a reference.
    needed
        A folder without it is refused.
    common
        Stands in the folder `common` beside the territory's.
    order
        Pairs of columns of which the second may not come before the first; with `True` not at the same time either.
    latitude, longitude
        The columns that hold a position.
    """

    name: str
    table: type[SQLModel]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    needed: bool = True
    common: bool = False
    order: tuple[tuple[str, str, bool], ...] = ()
    latitude: str = ""
    longitude: str = ""
    by_name: Mapping[str, Column] = dataclasses.field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def has_reference(self) -> bool:
        """Rows are known by one id."""
        return self.by_name[self.key[0]].kind == "id"

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"


def ident(name: str) -> Column:
    return Column(name, "id", "ref", filled=True)


def ref(name: str, to: str, field: str, *, filled: bool = False, optional: bool = False) -> Column:
    return Column(name, "ref", field, to=to, filled=filled, optional=optional)


def typed_ref(name: str, to_by: str, *, field: str = "", filled: bool = True) -> Column:
    return Column(name, "ref", field, to_by=to_by, filled=filled)


def text(
    name: str, field: str = "", *, filled: bool = False, optional: bool = False, high: int = 280, empty: str | None = ""
) -> Column:
    return Column(name, "text", field or name, filled=filled, optional=optional, empty=empty, high=high)


def private(name: str, *, high: int = 280) -> Column:
    """Sealed text: free words, phone, e-mail."""
    return Column(name, "text", optional=True, empty=None, high=high, private=True)


def code(
    name: str,
    codes: tuple[str, ...],
    field: str = "",
    *,
    filled: bool = False,
    optional: bool = False,
    empty: str | None = None,
    also: Mapping[str, str] | None = None,
) -> Column:
    return Column(
        name, "code", field or name, filled=filled, optional=optional, empty=empty, codes=codes, also=dict(also or {})
    )


def listed(
    name: str, kind: str, *, codes: tuple[str, ...] = (), open_list: bool = False, filled: bool = False
) -> Column:
    return Column(name, kind, name, filled=filled, empty=(), codes=codes, open_list=open_list)


def yes_no(name: str, field: str = "", *, empty: bool = False, optional: bool = False, filled: bool = False) -> Column:
    return Column(name, "bool", field or name, empty=empty, optional=optional, filled=filled)


def day(name: str, field: str = "", *, filled: bool = False, optional: bool = False) -> Column:
    return Column(name, "date", field or name, filled=filled, optional=optional)


def hour(name: str, field: str, *, filled: bool = False, ends: bool = False) -> Column:
    """A local time; `ends` allows 24:00."""
    return Column(name, "time", field, filled=filled, high=1440 if ends else 1439)


def number(
    name: str,
    field: str = "",
    *,
    kind: str = "number",
    low: float | None = None,
    high: float | None = None,
    filled: bool = False,
    optional: bool = False,
    empty: float | None = None,
) -> Column:
    return Column(name, kind, field or name, filled=filled, optional=optional, low=low, high=high, empty=empty)


def position(latitude: str = "lat", longitude: str = "lon", *, filled: bool = False) -> tuple[Column, Column]:
    return (
        number(latitude, low=-90, high=90, filled=filled),
        number(longitude, low=-180, high=180, filled=filled),
    )

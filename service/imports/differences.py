"""Import again: what the files change, what was edited in the application since, what vanished (`settled.md` 30)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from service.imports.columns import File
from service.imports.record import Record, Stored
from service.imports.rows import Parsed
from service.tables.work import ImportedValue


@dataclass(frozen=True)
class Difference:
    """
    A field that the file and the application tell otherwise.

    `edited`: the application's value is not what the last import left, so it stays unless the reader takes the file's.
    """

    file: str
    line: int
    key: str
    column: str
    application: str
    imported: str
    edited: bool

    @property
    def choice(self) -> tuple[str, str, str]:
        return self.file, self.key, self.column


@dataclass(frozen=True)
class Vanished:
    """A row of an earlier import that its file no longer has; it stays in the application."""

    file: str
    key: str


@dataclass(frozen=True)
class Choices:
    """
    What the reader decided.

    Parameters
    ----------
    take
        Differences (`Difference.choice`) whose file value replaces an edit made in the application.
    remove
        Vanished windows and absences to delete; other rows keep their history and are never deleted here.
    """

    take: frozenset[tuple[str, str, str]] = frozenset()
    remove: frozenset[tuple[str, str]] = frozenset()


REMOVABLE = ("availability.csv", "absences.csv")


class Memory:
    """What the last import said of each cell, as keyed hashes: enough to notice an edit, nothing to read."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._key = record.seals.derive("imported-values")
        territory = record.territory
        rows = (
            record.tx.exec(select(ImportedValue).where(col(ImportedValue.territory_id) == territory.id)).all()
            if territory is not None
            else []
        )
        self.rows: dict[tuple[str, str], ImportedValue] = {(row.file, row.row_key): row for row in rows}

    def hashed(self, file: str, key: str, column: str, text: str) -> str:
        said = "\x1f".join((file, key, column, text)).encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:32]

    def said(self, file: str, key: str, column: str) -> str | None:
        row = self.rows.get((file, key))
        return row.values_hash.get(column) if row else None

    def keep(self, parsed: Parsed) -> None:
        """Remember what the file says of this row."""
        territory = self.record.territory
        hashes = {
            name: self.hashed(parsed.name, parsed.key, name, self.record.cells.write(parsed.file.by_name[name], value))
            for name, value in parsed.values.items()
        }
        row = self.rows.get((parsed.name, parsed.key))
        if row is None:
            row = ImportedValue(
                territory_id=(territory.id if territory else None) or 0, file=parsed.name, row_key=parsed.key
            )
            self.rows[(parsed.name, parsed.key)] = row
        held = dict(row.values_hash or {})
        if held != held | hashes:
            row.values_hash = held | hashes
        self.record.tx.add(row)


def differences(parsed: Parsed, stored: Stored, memory: Memory) -> list[Difference]:
    """The fields of a row that the file would change."""
    found: list[Difference] = []
    cells = memory.record.cells
    for name, value in parsed.values.items():
        column = parsed.file.by_name[name]
        imported, application = cells.write(column, value), cells.write(column, stored.values.get(name))
        if column.kind == "uid" and not imported:
            continue
        if name == parsed.file.key[0] and parsed.file.has_reference:
            continue
        if imported != application:
            left = memory.said(parsed.name, parsed.key, name)
            edited = left is None or left != memory.hashed(parsed.name, parsed.key, name, application)
            found.append(Difference(parsed.name, parsed.line, parsed.key, name, application, imported, edited))
    return found


def vanished(files: Mapping[str, tuple[File, set[str]]], record: Record, memory: Memory) -> list[Vanished]:
    """Rows of earlier imports that are still in the application and no longer in their file."""
    found: list[Vanished] = []
    for name, key in sorted(memory.rows):
        file, keys = files.get(name, (None, set()))
        if file is not None and key not in keys and key in record.rows[file.name]:
            found.append(Vanished(name, key))
    return found

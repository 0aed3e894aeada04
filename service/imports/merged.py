"""The territory as it would be after the import: the record with the files laid over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.imports.files import FILES
from service.imports.findings import Findings
from service.imports.record import Record
from service.imports.rows import Parsed, Row


@dataclass(frozen=True)
class Entry:
    """A row after the import; `line` 0 when no file tells it."""

    file: str
    line: int
    key: str
    values: Row

    @property
    def name(self) -> str:
        return f"{self.file}.csv"


class Merged:
    """Rows by file and key."""

    def __init__(
        self,
        parsed: Mapping[str, list[Parsed]],
        record: Record,
        kept: Mapping[tuple[str, str], set[str]],
        headers: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.record = record
        self.parsed = parsed
        self.headers = headers
        self.rows: dict[str, dict[str, Entry]] = {}
        for file in FILES:
            entries = {key: Entry(file.name, 0, key, stored.values) for key, stored in record.rows[file.name].items()}
            for row in parsed.get(file.name, ()):
                stays = kept.get((row.name, row.key), set())
                told = {name: value for name, value in row.values.items() if name not in stays}
                empty = {column.name: column.empty for column in file.columns}
                held = entries[row.key].values if row.key in entries else empty
                entries[row.key] = Entry(file.name, row.line, row.key, {**held, **told})
            self.rows[file.name] = entries

    def all(self, file: str) -> Iterator[Entry]:
        yield from self.rows[file].values()

    def sound(self, file: str, findings: Findings) -> Iterator[Entry]:
        """Rows of the record, and rows of the files without an error so far."""
        for entry in self.rows[file].values():
            if not entry.line or not findings.is_out(entry.name, entry.line):
                yield entry

    def get(self, file: str, ref: str | None) -> Entry | None:
        return self.rows[file].get(ref.casefold()) if ref else None

    def header(self, file: str, column: str) -> str:
        return self.headers.get(file, {}).get(column, column)

    def say(self, findings: Findings, entry: Entry, column: str, code: str, **facts: Any) -> None:
        """A finding on a row of a file; what the record alone holds is not judged by an import."""
        if entry.line:
            findings.add(entry.name, entry.line, self.header(entry.file, column) if column else "", code, **facts)

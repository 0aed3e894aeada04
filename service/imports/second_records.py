"""Files that still name a second record of somebody whose two records were made one (`service.people_merge`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.imports.columns import Column
from service.imports.findings import Findings
from service.imports.record import Record
from service.imports.references import pointed
from service.imports.rows import Parsed, Row, key_of, separated

PERSONS = "persons"


def followed(
    parsed: Mapping[str, list[Parsed]], record: Record, headers: Mapping[str, Mapping[str, str]], findings: Findings
) -> dict[str, list[Parsed]]:
    """
    The rows, with everything that points to a second record pointing to the one that was kept.

    What the file says of the second record itself is left aside, with a warning: nobody would see it there.
    """
    if not record.merged:
        return dict(parsed)
    return {
        name: _people(rows, record, headers, findings) if name == PERSONS else list(_rows(rows, record))
        for name, rows in parsed.items()
    }


def _people(
    rows: Iterable[Parsed], record: Record, headers: Mapping[str, Mapping[str, str]], findings: Findings
) -> list[Parsed]:
    stay: list[Parsed] = []
    for row in rows:
        kept = record.merged.get(row.key)
        if kept is None:
            stay.append(row)
            continue
        column = row.file.key[0]
        header = headers.get(row.file.name, {}).get(column, column)
        findings.add(row.name, row.line, header, "MERGED_RECORD", value=row.values[column], kept=kept)
    return stay


def _rows(rows: list[Parsed], record: Record) -> Iterator[Parsed]:
    moved = {row.line: values for row in rows if (values := _moved(row, record.merged)) is not None}
    seen = {row.key for row in rows if row.line not in moved}
    for row in rows:
        values = moved.get(row.line)
        if values is None:
            yield row
            continue
        if row.file.name == "separations":
            if values["person_id"] == values["other_person_id"]:
                continue
            values = separated(values["person_id"], values["other_person_id"])
        key = key_of(row.file, values, record.cells)
        # What both records have alike is said once.
        if key not in seen:
            seen.add(key)
            yield Parsed(row.file, row.line, key, values)


def _moved(row: Parsed, merged: Mapping[str, str]) -> Row | None:
    """The row's values with each reference to a second record changed; None when it has none."""
    changed: Row = {}
    for column in row.file.columns:
        if column.name in row.values:
            value = _value(row.values, column, merged)
            if value != row.values[column.name]:
                changed[column.name] = value
    return row.values | changed if changed else None


def _value(values: Row, column: Column, merged: Mapping[str, str]) -> Any:
    value = values[column.name]
    said = [
        text.replace(ref, merged[ref.casefold()], 1) if to == PERSONS and ref.casefold() in merged else text
        for to, ref, text in pointed(values, column)
    ]
    if not said:
        return value
    return tuple(dict.fromkeys(said)) if isinstance(value, tuple) else said[0]

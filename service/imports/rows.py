"""Typed rows of a file, with what was found in each cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from service.imports.columns import File
from service.imports.findings import Findings
from service.imports.reading import Line, Sheet
from service.imports.values import Cells

Row = dict[str, Any]
"""Values by column; a column that the file does not have is absent."""

COARSE = 3
"""Decimals of a person's position: about 100 m (`domain.md`, section 3)."""
PEOPLE = ("persons", "peer_helpers")
_HOUSE_NUMBER = re.compile(
    r"(?:,\s*|\s+)(?:n[o°]\s*)?[0-9]{1,4}\s?(?:[a-zA-Z]|bis|ter)?\s*$|^\s*[0-9]{1,4}\s?(?:bis|ter|[a-zA-Z](?=[\s,]))?\s*[\s,]\s*",
    re.IGNORECASE,
)
_DATED_STREET = re.compile(
    r"\b(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\s+[0-9]{4}\s*$",
    re.IGNORECASE,
)


@dataclass
class Parsed:
    """A row of a file that may be imported."""

    file: File
    line: int
    key: str
    values: Row

    @property
    def name(self) -> str:
        return self.file.file_name


def key_of(file: File, values: Row, cells: Cells) -> str:
    """What tells this row from the others, case aside."""
    return "|".join(cells.write(file.by_name[name], values.get(name)) for name in file.key).casefold()


def typed(sheet: Sheet, cells: Cells, findings: Findings) -> list[Parsed]:
    """The rows of a sheet whose key can be read; rows with an error are among them, for what points to them."""
    rows: list[Parsed] = []
    seen: dict[str, int] = {}
    whole: dict[tuple[str, ...], int] = {}
    name, key_column = sheet.file.file_name, sheet.header(sheet.file.key[0])
    for line in sheet.lines:
        values = _values(sheet, line, cells, findings)
        key = key_of(sheet.file, values, cells)
        same = tuple(cell.strip() for cell in line.cells)
        if same in whole:
            findings.add(name, line.number, "", "DUPLICATE_ROW", first_line=whole[same])
        whole.setdefault(same, line.number)
        if not key.replace("|", ""):
            continue
        if key in seen:
            if sheet.file.has_reference:
                value = cells.write(sheet.file.by_name[sheet.file.key[0]], values[sheet.file.key[0]])
                findings.add(name, line.number, key_column, "DUPLICATE_ID", value=value, first_line=seen[key])
            elif (name, line.number) not in findings.faulty:
                findings.add(name, line.number, "", "DUPLICATE_ROW", first_line=seen[key])
            continue
        seen[key] = line.number
        rows.append(Parsed(sheet.file, line.number, key, values))
    return rows


def _values(sheet: Sheet, line: Line, cells: Cells, findings: Findings) -> Row:
    name = sheet.file.file_name
    values: Row = {}
    for column in sheet.file.columns:
        place = sheet.places.get(column.name)
        if place is None:
            continue
        say = _saying(findings, name, line.number, sheet.header(column.name))
        cell = unicodedata.normalize("NFC", line.cells[place])
        if column.kind in ("id", "ref") and cell != cell.strip() and cell.strip():
            say("UNTRIMMED_ID", value=cell.strip())
        values[column.name] = cells.read(column, cell, say)
    if sheet.file.name in PEOPLE:
        _made_coarse(sheet, line, values, findings)
    if sheet.file.name == "persons":
        _completed_consent(values)
    if sheet.file.name == "situation_network" and values.get("member_type") == "relative":
        values["member_id"] = None  # a relative is a role only
    if sheet.file.name == "separations" and None not in values.values():
        values = separated(values["person_id"], values["other_person_id"])
    return values


def _saying(findings: Findings, name: str, line: int, column: str) -> Callable[..., None]:
    def say(code: str, **facts: Any) -> None:
        findings.add(name, line, column, code, **facts)

    return say


def _made_coarse(sheet: Sheet, line: Line, values: Row, findings: Findings) -> None:
    """A position of a person says an area, not a door."""
    name = sheet.file.file_name
    for column in (sheet.file.latitude, sheet.file.longitude):
        value = values.get(column)
        if value is not None and round(value, COARSE) != value:
            findings.add(name, line.number, sheet.header(column), "TOO_PRECISE", value=f"{value}")
            values[column] = round(value, COARSE)
    street = values.get("street")
    if street and _HOUSE_NUMBER.search(street) and not _DATED_STREET.search(street):
        values["street"] = _HOUSE_NUMBER.sub("", street).strip()
        findings.add(name, line.number, sheet.header("street"), "TOO_PRECISE", value=street)


def separated(one: str, other: str) -> Row:
    """Two people in one order, whichever way a file tells them."""
    first, second = sorted((one, other), key=str.casefold)
    return {"person_id": first, "other_person_id": second}


def _completed_consent(values: Row) -> None:
    """Without another date, a consent lasts 12 months (`domain.md`, section 3)."""
    given: date | None = values.get("consent_given_on")
    if values.get("consent_status") == "given" and given is not None and values.get("consent_expires_on") is None:
        values["consent_expires_on"] = given + relativedelta(years=1)

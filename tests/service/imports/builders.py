"""A small territory as partners' files: two people, two helpers, and one row of everything else."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

from service.imports import shipped
from service.imports.accept import Accepted, accept
from service.imports.differences import Choices
from service.imports.report import Report, examine
from service.site import Actor, Site

TODAY = date(2027, 1, 4)
COORDINATOR = Actor("coordinator", None)

Files = dict[str, bytes]

SMALL = Path(__file__).parent / "small"
COMMON = ("themes.csv", "public_holidays.csv", "school_holidays.csv")


def small() -> Files:
    """The small territory, with the common tables that are shipped."""
    common = shipped.DEMO_DATA / "common"
    return {name: (common / name).read_bytes() for name in COMMON} | {
        path.name: path.read_bytes() for path in sorted(SMALL.glob("*.csv"))
    }


def told(files: Files, name: str) -> list[list[str]]:
    """Header and rows of a file."""
    return list(csv.reader(io.StringIO(files[f"{name}.csv"].decode())))


def written(files: Files, name: str, rows: list[list[str]]) -> Files:
    """The files with other rows in one of them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return files | {f"{name}.csv": out.getvalue().encode()}


def with_cell(files: Files, name: str, line: int, column: str, value: str) -> Files:
    """The files with another value in one cell; line 2 is the first row."""
    rows = told(files, name)
    rows[line - 1][rows[0].index(column)] = value
    return written(files, name, rows)


def with_column(files: Files, name: str, column: str, *values: str) -> Files:
    """The files with one more column in one of them; rows beyond `values` have it empty."""
    rows = told(files, name)
    cells = [column, *values, *[""] * (len(rows) - 1 - len(values))]
    return written(files, name, [[*row, cell] for row, cell in zip(rows, cells, strict=True)])


def with_row(files: Files, name: str, **values: str) -> Files:
    """The files with one more row, its other cells empty."""
    rows = told(files, name) if f"{name}.csv" in files else [list(values)]
    return written(files, name, [*rows, [values.get(column, "") for column in rows[0]]])


def again(files: Files, name: str, line: int, **values: str) -> Files:
    """The files with a row repeated at the end, with other values in some cells."""
    rows = told(files, name)
    repeated = dict(zip(rows[0], rows[line - 1], strict=True)) | values
    return written(files, name, [*rows, list(repeated.values())])


def without_row(files: Files, name: str, line: int) -> Files:
    rows = told(files, name)
    return written(files, name, [*rows[: line - 1], *rows[line:]])


def as_bytes(files: Files, name: str, content: bytes) -> Files:
    return files | {f"{name}.csv": content}


def look(site: Site, files: Files, **more: Any) -> Report:
    return examine(site, files, today=TODAY, **more)


def load(site: Site, files: Files, choices: Choices | None = None) -> Accepted:
    """Look and accept."""
    return accept(site, COORDINATOR, look(site, files), choices)


def places(report: Report, code: str) -> list[tuple[str, int, str]]:
    """File, line and column of each finding of a code."""
    return [(one.file, one.line, one.column) for one in report.findings if one.code == code]


def errors(report: Report) -> list[tuple[str, int, str, str]]:
    return [(one.file, one.line, one.column, one.code) for one in report.findings if one.severity == "error"]

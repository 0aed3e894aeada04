"""What spreadsheets make of a file, what attackers make of it, and what random bytes do: findings, never a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.database import Database
from service.errors import ImportNotAccepted
from service.imports import reading
from service.imports.columns import Column, File
from service.imports.files import BY_NAME, FILES
from service.imports.findings import Findings
from service.imports.rows import typed
from service.imports.values import Cells, is_live, local_instant, neutralised, restored
from service.site import Site
from tests import sites
from tests.service.imports.builders import as_bytes, errors, look, places, small, told, with_cell

BRUSSELS = ZoneInfo("Europe/Brussels")
REFUSALS = BY_NAME["refusals"]
HEADER = b"person_id,peer_helper_id,since\n"


@pytest.fixture(scope="module")
def empty_site(schema_in_memory: Database) -> Iterator[Site]:
    with sites.copied(schema_in_memory) as db:
        yield sites.a_site(db)


def sheet(content: bytes) -> tuple[reading.Sheet | None, Findings]:
    findings = Findings()
    return reading.read(REFUSALS, content, findings), findings


def codes_of(content: bytes) -> list[str]:
    return [one.code for one in sheet(content)[1].listed]


def french(text: str) -> str:
    """As a French spreadsheet writes it: semicolons, decimal commas, DD/MM/YYYY, 9h30, VRAI and FAUX."""
    lines = []
    for line in text.splitlines():
        cells = []
        for cell in line.split(","):
            if len(cell) == 10 and cell[4] == cell[7] == "-":
                cell = f"{cell[8:]}/{cell[5:7]}/{cell[:4]}"
            elif len(cell) == 5 and cell[2] == ":":
                cell = cell.replace(":", "h")
            elif cell.replace(".", "", 1).isdigit():
                cell = cell.replace(".", ",")
            cells.append({"true": "VRAI", "false": "FAUX"}.get(cell, cell))
        lines.append(";".join(cells))
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_french_spreadsheet_says_the_same_as_the_clean_file(empty_site: Site, encoding: str) -> None:
    clean = look(empty_site, small())
    names = ("persons", "professionals", "availability", "requests", "pairings", "peer_helpers", "absences", "visits")
    files = small()
    for name in names:
        files = as_bytes(files, name, french(files[f"{name}.csv"].decode()).encode(encoding))
    report = look(empty_site, files)

    assert errors(report) == []
    assert report.accepted == clean.accepted
    said = {one.code for one in report.findings}
    assert {"DELIMITER", "DATE_FORMAT", "TIME_FORMAT", "DECIMAL_COMMA", "AMBIGUOUS_DATE"} <= said
    assert ("BOM" if encoding == "utf-8-sig" else "ENCODING_NOT_UTF8") in said


def test_lines_are_counted_as_a_spreadsheet_counts_them() -> None:
    content = b'sep=;\r\nperson_id;peer_helper_id;since\r\n"P\r\n1";H1;2026-12-15\r\nP2;H1\r\n'
    found = sheet(content)[1].listed

    assert [(one.code, one.line) for one in found if one.code == "RAGGED_ROW"] == [("RAGGED_ROW", 4)]


def test_an_unclosed_quote_costs_its_own_line_only() -> None:
    read, findings = sheet(HEADER + b'P1,"H1,2026-12-15\nP2,H2,2026-12-15\nP3,"H3",2026-12-15\n')

    assert [(one.code, one.line) for one in findings.listed] == [("UNCLOSED_QUOTE", 2)]
    assert read is not None
    assert [line.cells[0] for line in read.lines] == ["P2", "P3"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEADER + b"x" * reading.MAX_BYTES, "OUT_OF_RANGE"),
        (HEADER + b"P1,H1,2026-12-15\n" * (reading.MAX_ROWS + 1), "OUT_OF_RANGE"),
        (b",".join(b"c%d" % n for n in range(reading.MAX_COLUMNS + 1)), "OUT_OF_RANGE"),
        (HEADER + b"P1,H1," + b"x" * (reading.MAX_CELL + 1), "OUT_OF_RANGE"),
        (b"\xff\xfe\x00\xd8", "NOT_TEXT"),
        (b"\x81\x8d\x8f\x90", "NOT_TEXT"),
        (b"\x00" * 10_000, "NOT_TEXT"),
        (b"\xef\xbb\xbf", "EMPTY_FILE"),
        (b"", "EMPTY_FILE"),
    ],
    ids=["bytes", "rows", "columns", "cell", "utf16", "cp1252", "nul", "bom", "empty"],
)
def test_a_file_beyond_the_limits_is_left_out(content: bytes, code: str) -> None:
    assert code in codes_of(content)


def test_exactly_the_limit_is_read() -> None:
    rows = b"".join(b"P%d,H1,2026-12-15\n" % n for n in range(reading.MAX_ROWS))
    read, findings = sheet(HEADER + rows)

    assert findings.listed == []
    assert read is not None
    assert read.count == reading.MAX_ROWS


BOMBS: dict[str, bytes] = {
    "quotes": HEADER + b'"' * 1_000_000,
    "quotes on each line": HEADER + b'"""""""\n' * 100_000,
    "openings": HEADER + b'a,"b\n' * 200_000,
    "pairs": HEADER + (b'"' + b'""' * 4_000 + b"\n") * 500,
    "delimiters": HEADER + b"," * 2_000_000,
    "delimiters between quotes": HEADER + b'"",' * 1_000_000,
    "line ends": HEADER + b"\n" * 4_000_000,
    "carriage returns": b"person_id,peer_helper_id,since\r" + b"\r" * 4_000_000,
    "header": b",".join(b"person_id" for _ in range(400_000)),
    "nul": HEADER + b"P1,\0,2026-12-15\n" * 15_000,
    "long cells": HEADER + (b"x" * 20_000 + b"\n") * 200,
    "controls": HEADER + b"P1,\x01,x\n" * 19_000,
    "accents": HEADER + "P1,é,x\n".encode("cp1252") * 19_000,
    "utf-16": (HEADER.decode() + "P1,é,x\n" * 19_000).encode("utf-16"),
    "marks": HEADER + "P1,e\u0301\u0301\u0301,x\n".encode() * 15_000,
    "sep": b"sep=" * 1_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_longer_than_its_size(name: str) -> None:
    started = time.process_time()
    codes_of(BOMBS[name])

    assert time.process_time() - started < 8


@settings(max_examples=400)
@given(st.sampled_from(FILES), st.binary(max_size=400) | st.binary(max_size=60).map(HEADER.__add__))
def test_random_bytes_never_crash_it(file: File, content: bytes) -> None:
    findings = Findings()
    read = reading.read(file, content, findings)
    if read is not None:
        typed(read, Cells(frozenset(), BRUSSELS), findings)

    assert read is not None or [one for one in findings.listed if one.severity == "error"]


@settings(max_examples=15)
@given(st.binary(max_size=200))
def test_random_bytes_in_a_folder_are_findings(empty_site: Site, content: bytes) -> None:
    report = look(empty_site, as_bytes(small(), "persons", content))

    assert {"persons.csv"} & {one.file for one in report.findings}


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=40)
@given(st.data())
def test_random_cells_never_crash_it(empty_site: Site, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(file.name for file in FILES if file.needed)))
    rows = told(small(), name)
    column = data.draw(st.sampled_from(rows[0]))
    line = data.draw(st.integers(2, len(rows)))
    likely = st.sampled_from(
        ["0", "-1", "24:00", "2027-01-04", "nan", "|", "a|b", "true", "home", "P1", "H1", "9h", "ended"]
    )

    # A territory that cannot be told is refused in one sentence; every other cell is a finding at most.
    with suppress(ImportNotAccepted) if name == "territory" else nullcontext():
        look(empty_site, with_cell(small(), name, line, column, data.draw(TEXTS | likely)))


@settings(max_examples=1000)
@given(st.text(st.sampled_from("=+-@|%\t\r\n'\"，＝＋－＠｜％ a1"), max_size=8))
def test_what_is_neutralised_is_dead_and_comes_back(text: str) -> None:
    assert not is_live(neutralised(text))
    assert restored(neutralised(text)) == text


def test_an_international_phone_number_is_no_formula(empty_site: Site) -> None:
    files = small()
    rows = told(files, "persons")
    content = "\n".join([",".join([*rows[0], "phone"]), *(",".join([*row, "+33 6 12 34 56 78"]) for row in rows[1:])])

    assert places(look(empty_site, as_bytes(files, "persons", content.encode())), "FORMULA_INJECTION") == []


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("date", "4/1/2027", date(2027, 1, 4)),
        ("date", "2027-01-04T00:00:00", date(2027, 1, 4)),
        ("date", "31.12.2026", date(2026, 12, 31)),
        ("time", "9h30", 570),
        ("time", "9 h", 540),
        ("time", "09:30:00", 570),
        ("time", "24:00", None),
        ("time", "10:60", None),
        ("int", "3,0", 3),
        ("int", "3.5", None),
        ("number", "-2,835", -2.835),
        ("number", "1e3", None),
        ("number", "inf", None),
        ("number", "١٢", None),
        ("moment", "2027-03-28T02:30", None),
        ("moment", "2027-07-01 09:30", datetime(2027, 7, 1, 7, 30, tzinfo=UTC)),
        ("instant", "2027-01-04T08:00:00+01:00", datetime(2027, 1, 4, 7, tzinfo=UTC)),
        ("instant", "2027-01-04T08:00:00", None),
        ("bool", "FAUX", False),
        ("bool", "0", None),
        ("weekday", "0", None),
        ("date", "0001-01-01", None),
        ("rrule", "FREQ=SECONDLY", None),
        ("quarter", "2026-Q5", None),
    ],
)
def test_a_cell_as_spreadsheets_write_it(kind: str, cell: str, value: object) -> None:
    said: list[str] = []
    read = Cells(frozenset(), BRUSSELS).read(Column("x", kind), cell, lambda code, **_: said.append(code))

    assert read == value
    assert (value is None) == any(not code.endswith("_FORMAT") for code in said if code not in HARMLESS)


HARMLESS = ("AMBIGUOUS_DATE", "DECIMAL_COMMA")


def test_the_first_of_the_two_hours_counts_when_clocks_go_back() -> None:
    assert local_instant(date(2026, 10, 25), 150, BRUSSELS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_last_minute_of_a_day_is_midnight_of_the_next() -> None:
    assert local_instant(date(2027, 1, 4), 1440, BRUSSELS) == datetime(2027, 1, 4, 23, tzinfo=UTC)


def test_a_thousand_findings_of_a_code_are_listed_and_the_rest_is_counted() -> None:
    findings = Findings()
    for line in range(2, 1203):
        findings.add("persons.csv", line, "status", "UNKNOWN_CODE", value="x", allowed="y")

    assert len(findings.listed) == 1000
    assert findings.unlisted == {("persons.csv", "UNKNOWN_CODE"): 201}
    assert findings.is_out("persons.csv", 1202)


def test_every_reader_of_a_kind_exists() -> None:
    kinds: set[str] = {column.kind for file in FILES for column in file.columns}
    missing: list[Callable[..., object] | str] = [kind for kind in sorted(kinds) if not hasattr(Cells, f"_read_{kind}")]

    assert missing == []

"""Bytes to cells: encodings, separators, quotes and limits of what spreadsheets write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from locales import N_
from service.imports.columns import File
from service.imports.findings import Findings

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 64
MAX_CELL = 10_000
"""`security.md` H2."""
MAX_UNCLOSED = 100
"""After so many unclosed quotes the rest of a file is not read: each costs a look ahead of `MAX_CELL` characters."""

_OTHER_FORMATS = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\xff\xd8\xff", b"GIF8")
_SEP_LINE = re.compile(r"sep=([,;\t])[,;\t]*\r?", re.IGNORECASE)
# C0 and C1 except tab and line ends, which quoted text may hold, and characters that turn the direction of reading.
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NAMES = {",": ",", ";": ";", "\t": N_("tabulation")}


@dataclass(frozen=True)
class Line:
    """A row as it stands: its line (the header is 1) and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A file that could be read: the place of each known column, and the rows as long as the header."""

    file: File
    places: dict[str, int]
    headers: dict[str, str]
    lines: tuple[Line, ...]
    count: int

    def header(self, column: str) -> str:
        """The header's text as it stands in the file."""
        return self.headers.get(column, column)


def read(file: File, content: bytes, findings: Findings) -> Sheet | None:
    """The cells of one file; None when it is left out. Takes time in proportion to its size."""
    name = file.file_name
    if len(content) > MAX_BYTES:
        findings.add(name, 0, "", "OUT_OF_RANGE", value=f"{len(content)} B", allowed=N_("5 Mio au plus"))
        return None
    text = _decoded(name, content, findings)
    if text is None:
        return None
    if not text.strip():
        findings.add(name, 0, "", "EMPTY_FILE")
        return None
    text, delimiter = _delimited(file, text, findings)
    records = _records(name, text, delimiter, findings)
    header, rows = (records[0], records[1:]) if records else (Line(1, ()), [])
    places, headers = _columns(file, header, findings)
    if name in findings.left_out_files:
        return None
    if not rows and not any(at[0] == name for at in findings.faulty):
        findings.add(name, 0, "", "HEADER_ONLY")
    if len(rows) > MAX_ROWS:
        findings.add(name, 0, "", "OUT_OF_RANGE", value=f"{len(rows)}", allowed=N_("20 000 lignes au plus"))
        return None
    kept = [line for line in rows if _is_sound(file, header, line, findings)]
    return Sheet(file, places, headers, tuple(kept), len(rows))


def _decoded(name: str, content: bytes, findings: Findings) -> str | None:
    if content.startswith(_OTHER_FORMATS):
        findings.add(name, 0, "", "NOT_TEXT")
        return None
    text, encoding = _text(content)
    if text is None or _is_binary(text):
        findings.add(name, 0, "", "NOT_TEXT")
        return None
    if encoding != "UTF-8":
        findings.add(name, 0, "", "ENCODING_NOT_UTF8", encoding=encoding)
    elif text.startswith("\ufeff"):
        findings.add(name, 0, "", "BOM")
    return text.removeprefix("\ufeff")


def _text(content: bytes) -> tuple[str | None, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(content, "utf-16"), "UTF-16"
    text = _try(content, "utf-8")
    # Every other byte a NUL: UTF-16 of Western text whose mark got lost.
    if len(content) > 3 and content.count(0) * 3 > len(content):
        little = content[1::2].count(0) > content[0::2].count(0)
        return _try(content, "utf-16-le" if little else "utf-16-be"), "UTF-16"
    if text is not None:
        return text, "UTF-8"
    return _try(content, "cp1252"), "cp1252"


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_binary(text: str) -> bool:
    strange = text.count("\0") + sum(1 for _ in _CONTROL.finditer(text))
    return strange > 8 and strange * 20 > len(text)


def _delimited(file: File, text: str, findings: Findings) -> tuple[str, str]:
    """The text from its header on, and what separates its columns."""
    first, _, rest = text.partition("\n")
    said = _SEP_LINE.fullmatch(first)
    if said:
        findings.add(file.file_name, 0, "", "EXCEL_SEP_LINE")
        text, delimiter = rest, said[1]
    else:
        header = first.replace('"', "")
        known = set(file.by_name)
        delimiter = max(
            ",;\t",
            key=lambda sign: (
                len(known & {cell.strip().casefold() for cell in header.split(sign)}),
                header.count(sign),
            ),
        )
    if delimiter != ",":
        findings.add(file.file_name, 0, "", "DELIMITER", delimiter=_NAMES[delimiter])
    return text, delimiter


def _records(name: str, text: str, delimiter: str, findings: Findings) -> list[Line]:
    """Rows in order, blank lines passed; a quote that never closes costs its own line only."""
    newline = "\n" if "\n" in text else "\r"
    records: list[Line] = []
    position, number, unclosed = 0, 1, 0
    while position < len(text) and len(records) <= MAX_ROWS + 1:
        end = text.find(newline, position)
        end = len(text) if end < 0 else end
        line = text[position:end].removesuffix("\r")
        if '"' not in line:
            if line.strip():
                records.append(Line(number, tuple(line.split(delimiter))))
            position, number = end + 1, number + 1
            continue
        quoted = _quoted(text, position, delimiter, newline)
        if quoted is None:
            findings.add(name, number if records else 1, "", "UNCLOSED_QUOTE")
            unclosed += 1
            if unclosed >= MAX_UNCLOSED or not records:
                break
            position, number = end + 1, number + 1
            continue
        cells, after = quoted
        records.append(Line(number, tuple(cells)))
        number += text.count(newline, position, after)
        position = after
    return records


def _quoted(text: str, start: int, delimiter: str, newline: str) -> tuple[list[str], int] | None:
    """The cells of a row that has quotes and where the next row starts; None when a quote does not close."""
    cells: list[str] = []
    position = start
    while True:
        if text.startswith('"', position):
            closed = _closing(text, position + 1)
            if closed < 0:
                return None
            cells.append(text[position + 1 : closed].replace('""', '"'))
            position = closed + 1
            if text.startswith("\r\n", position):
                position += 1
        else:
            ends = [at for at in (text.find(delimiter, position), text.find(newline, position)) if at >= 0]
            end = min(ends, default=len(text))
            cells.append(text[position:end].removesuffix("\r"))
            position = end
        if position >= len(text):
            return cells, position
        if text.startswith(newline, position):
            return cells, position + 1
        if not text.startswith(delimiter, position) or len(cells) > MAX_COLUMNS:
            return None
        position += 1


def _closing(text: str, position: int) -> int:
    """Where the quoted cell ends, two quotes standing for one; -1 when it does not within a cell's greatest length."""
    limit = position + 2 * MAX_CELL
    while True:
        at = text.find('"', position, limit)
        if at < 0 or not text.startswith('"', at + 1):
            return at
        position = at + 2


def _columns(file: File, header: Line, findings: Findings) -> tuple[dict[str, int], dict[str, str]]:
    name = file.file_name
    places: dict[str, int] = {}
    headers: dict[str, str] = {}
    if len(header.cells) > MAX_COLUMNS:
        findings.add(name, 0, "", "OUT_OF_RANGE", value=f"{len(header.cells)}", allowed=N_("64 colonnes au plus"))
        return places, headers
    for place, title in enumerate(header.cells):
        column = title.strip().casefold()
        if column in places:
            findings.add(name, 1, title, "DUPLICATE_COLUMN")
        elif column in file.by_name:
            places[column], headers[column] = place, title
        else:
            findings.add(name, 1, title, "UNKNOWN_COLUMN")
    for column in file.columns:
        if column.name not in places and not column.optional:
            findings.add(name, 1, column.name, "MISSING_COLUMN")
    return places, headers


def _is_sound(file: File, header: Line, line: Line, findings: Findings) -> bool:
    """The row has as many cells as the header, and each holds readable text of an ordinary length."""
    name = file.file_name
    if len(line.cells) != len(header.cells):
        findings.add(name, line.number, "", "RAGGED_ROW", found=len(line.cells), expected=len(header.cells))
        return False
    for title, cell in zip(header.cells, line.cells, strict=True):
        if len(cell) > MAX_CELL:
            findings.add(
                name, line.number, title, "OUT_OF_RANGE", value=f"{cell[:20]}…", allowed=N_("10 000 signes au plus")
            )
        elif "\0" in cell:
            findings.add(name, line.number, title, "NUL_CHARACTER")
        elif not (cell.isascii() and cell.isprintable()) and _CONTROL.search(cell):
            findings.add(name, line.number, title, "CONTROL_CHARACTER")
    return (name, line.number) not in findings.faulty

"""Do references lead somewhere, and which rows wait for a row that is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from locales import N_
from service.imports.columns import OWNER_FILES, Column
from service.imports.findings import Findings
from service.imports.record import Record
from service.imports.rows import Parsed, Row

NAMES: Mapping[str, str] = {
    "themes": N_("les thèmes"),
    "territory": N_("le territoire"),
    "neighbourhoods": N_("les quartiers"),
    "organisations": N_("les organisations"),
    "places": N_("les lieux"),
    "professionals": N_("les professionnels"),
    "peer_helpers": N_("les pairs-aidants"),
    "persons": N_("les personnes"),
    "requests": N_("les demandes"),
    "pairings": N_("les appariements"),
    "visits": N_("les visites"),
    "situations": N_("les situations"),
    "open_sessions": N_("les permanences"),
    "meetings": N_("les réunions"),
}
"""What a file's rows are called."""


@dataclass(frozen=True)
class LeftOut:
    """A row without an error of its own that points to a row that is left out."""

    file: str
    line: int
    because_file: str
    because_line: int


@dataclass
class References:
    """The rows of all files by reference, and of the record."""

    parsed: Mapping[str, list[Parsed]]
    record: Record
    headers: Mapping[str, Mapping[str, str]]
    rows: dict[str, dict[str, Parsed]] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = {
            name: {row.key: row for row in rows}
            for name, rows in self.parsed.items()
            if rows and rows[0].file.has_reference
        }

    def check(self, findings: Findings) -> None:
        """Put each reference in the spelling of the row it points to; UNKNOWN_REFERENCE when there is none."""
        for rows in self.parsed.values():
            for row in rows:
                for column in row.file.columns:
                    if column.name in row.values:
                        self._check_cell(row, column, findings)

    def _check_cell(self, row: Parsed, column: Column, findings: Findings) -> None:
        value = row.values[column.name]
        if not value:
            return
        spelled: list[str] = []
        for to, ref, said in pointed(row.values, column):
            found = self._spelling(to, ref)
            if found is None:
                header = self.headers.get(row.file.name, {}).get(column.name, column.name)
                target = NAMES.get(to, to)
                findings.add(row.name, row.line, header, "UNKNOWN_REFERENCE", value=ref[:60], target=target)
                continue
            spelled.append(said.replace(ref, found, 1) if said != ref else found)
        if isinstance(value, tuple) and column.kind in ("refs", "members", "signatures"):
            row.values[column.name] = tuple(dict.fromkeys(spelled))
        elif column.kind == "ref" and spelled:
            row.values[column.name] = spelled[0]

    def _spelling(self, to: str, ref: str) -> str | None:
        parsed = self.rows.get(to, {}).get(ref.casefold())
        if parsed is not None:
            return parsed.values[parsed.file.key[0]]
        number = self.record.number(to, ref)
        return None if number is None else self.record.refs[to][number]

    def waiting(self, findings: Findings) -> list[LeftOut]:
        """Rows that point to a row which is left out and not in the record either; and those that point to them."""
        pointing: dict[tuple[str, int], list[Parsed]] = defaultdict(list)
        for rows in self.parsed.values():
            for row in rows:
                for target in self._targets(row):
                    pointing[(target.name, target.line)].append(row)
        out: dict[tuple[str, int], LeftOut] = {}
        ahead = [at for at in pointing if findings.is_out(*at)]
        while ahead:
            because = ahead.pop()
            for row in pointing.get(because, ()):
                at = (row.name, row.line)
                if at not in out and not findings.is_out(*at):
                    out[at] = LeftOut(*at, *because)
                    ahead.append(at)
        return sorted(out.values(), key=lambda one: (one.file, one.line))

    def _targets(self, row: Parsed) -> Iterator[Parsed]:
        """The rows of files that a row needs: those that the record does not hold yet."""
        for column in row.file.columns:
            for to, ref, _ in pointed(row.values, column):
                target = self.rows.get(to, {}).get(ref.casefold())
                if target is not None and self.record.number(to, ref) is None:
                    yield target


def pointed(values: Row, column: Column) -> Iterator[tuple[str, str, str]]:
    """What a cell points to: file, reference, and the text that holds it."""
    value = values.get(column.name)
    if not value:
        return
    if column.kind == "ref":
        to = OWNER_FILES.get(values.get(column.to_by) or "", "") if column.to_by else column.to
        if to and value not in column.codes:
            yield to, value, value
    elif column.kind == "refs":
        for part in value:
            yield column.to, part, part
    elif column.kind == "members":
        for part in value:
            kind, _, ref = part.partition(":")
            yield OWNER_FILES[kind], ref, part
    elif column.kind == "signatures":
        for part in value:
            yield column.to, part.partition(":")[0], part

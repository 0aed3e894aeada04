"""What an import would do: findings, rows, differences; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_, translator
from service.clock import today as local_day
from service.errors import ImportNotAccepted
from service.imports.checks import check
from service.imports.differences import Choices, Difference, Memory, Vanished, differences, vanished
from service.imports.files import FILES
from service.imports.findings import Finding, Findings
from service.imports.merged import Merged
from service.imports.reading import Sheet, read
from service.imports.record import Record, Stored, open_record
from service.imports.references import LeftOut, References
from service.imports.rows import Parsed, Row, typed
from service.imports.second_records import followed
from service.imports.values import ZONES, Cells
from service.site import Site
from service.tables.territory import Territory, Theme

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Report:
    """
    What an import would do.

    Parameters
    ----------
    territory
        Reference of the territory; empty when it is not known.
    today
        The day on which consents and rules were judged.
    read, accepted
        Rows by file: those that stand in it, those that would be imported.
    left_out
        Rows without an error of their own that wait for one that has.
    unlisted
        Findings beyond the first thousand of a code in a file, by file and code.
    """

    territory: str
    today: date
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    read: Mapping[str, int]
    accepted: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    differences: tuple[Difference, ...]
    vanished: tuple[Vanished, ...]
    new_rows: Mapping[str, int]
    unlisted: Mapping[tuple[str, str], int]
    language: str = "fr"

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def as_json(self, language: str | None = None) -> dict[str, Any]:
        """The shape of `lefil import --dry-run --json`."""
        translate = translator(language or self.language).gettext
        return {
            "territory": self.territory,
            "findings": [
                {
                    "file": finding.file,
                    "line": finding.line,
                    "column": finding.column,
                    "code": finding.code,
                    "severity": finding.severity,
                    "message": finding.message(translate),
                }
                for finding in self.findings
            ],
            "rows": dict(self.read),
            "accepted": dict(self.accepted),
            "left_out": [
                {"file": one.file, "line": one.line, "because_file": one.because_file, "because_line": one.because_line}
                for one in self.left_out
            ],
            "differences": [
                {
                    "file": one.file,
                    "line": one.line,
                    "key": one.key,
                    "column": one.column,
                    "application": one.application,
                    "imported": one.imported,
                    "edited": one.edited,
                }
                for one in self.differences
            ],
            "vanished": [{"file": one.file, "key": one.key} for one in self.vanished],
        }


@dataclass
class Examined:
    """A report with what accepting it needs, bound to one transaction."""

    report: Report
    record: Record
    memory: Memory
    rows: Mapping[str, list[Parsed]]
    kept: Mapping[tuple[str, str], set[str]]
    """Columns of a row (file, key) that keep the application's value."""
    removed: Mapping[str, Mapping[str, Stored]]

    def changes(self, row: Parsed, stored: Stored | None) -> Row:
        """The columns of a row that are to be written; all of a new one."""
        if stored is None:
            return row.values
        stays = self.kept.get((row.name, row.key), set())
        told = {one.column for one in differences(row, stored, self.memory)} - stays
        together = set(row.file.by_name) if told & TOGETHER.get(row.file.name, set()) else set()
        written = told | (together & TOGETHER.get(row.file.name, set()))
        return {name: value for name, value in row.values.items() if name in written and name not in stays}


TOGETHER: Mapping[str, set[str]] = {
    "situation_network": {"member_type", "member_id"},
}
"""Columns that are written together when one of them changes."""


def examine(
    site: Site,
    files: Mapping[str, bytes],
    *,
    territory: str | None = None,
    today: date | None = None,
    language: str = "fr",
) -> Report:
    """
    Look at files without writing anything.

    Parameters
    ----------
    files
        Content by file name (`persons.csv`); others than those of the set are passed over.
    territory
        Reference of the territory that they must belong to; the database's own when there is one.
    today
        The day on which live states are judged; the site's clock by default.

    Raises
    ------
    ImportNotAccepted
        When the files are those of another territory, or none is known.
    """
    with site.db() as tx:
        return examined(tx, site, files, territory=territory, today=today, language=language).report


def examined(
    tx: Session,
    site: Site,
    files: Mapping[str, bytes],
    *,
    territory: str | None = None,
    today: date | None = None,
    language: str = "fr",
    choices: Choices | None = None,
) -> Examined:
    """`examine` inside a transaction, with the reader's choices."""
    choices = choices or Choices()
    translate = translator(language).gettext
    findings = Findings()
    sheets = _sheets(files, findings)
    parsed, cells = _parsed(tx, sheets, findings)
    place = _territory_of(tx, parsed, territory, sheets, findings, translate)
    record = open_record(tx, site.seals, cells=cells, territory=place)
    day = today or local_day(site.clock, cells.zone.key)
    memory = Memory(record)
    removed = _removed(record, memory, choices)
    headers = {sheet.file.name: sheet.headers for sheet in sheets.values()}
    parsed = followed(parsed, record, headers, findings)
    references = References(parsed, record, headers)
    references.check(findings)
    changed, kept = _changed(parsed, record, memory, choices)
    merged = Merged(parsed, record, kept, headers)
    check(merged, findings, day)
    waiting = references.waiting(findings)
    out = {(one.file, one.line) for one in waiting}
    rows = {
        name: [row for row in rows if not findings.is_out(row.name, row.line) and (row.name, row.line) not in out]
        for name, rows in parsed.items()
    }
    present = {sheet.file.file_name: (sheet.file, {row.key for row in parsed[name]}) for name, sheet in sheets.items()}
    order = {file.file_name: index for index, file in enumerate(FILES)}
    report = Report(
        territory=_reference(parsed, place, territory),
        today=day,
        files=files,
        findings=tuple(sorted(findings.listed, key=lambda one: (order[one.file], one.line))),
        read={sheet.file.file_name: sheet.count for sheet in sheets.values()},
        accepted={sheets[name].file.file_name: len(rows[name]) for name in rows},
        left_out=tuple(waiting),
        differences=tuple(changed),
        vanished=tuple(vanished(present, record, memory)),
        new_rows={
            sheets[name].file.file_name: sum(row.key not in record.rows[name] for row in rows[name]) for name in rows
        },
        unlisted=dict(findings.unlisted),
        language=language,
    )
    return Examined(report, record, memory, rows, kept, removed)


def _sheets(files: Mapping[str, bytes], findings: Findings) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    for file in FILES:
        content = files.get(file.file_name)
        if content is not None:
            sheet = read(file, content, findings)
            if sheet is not None:
                sheets[file.name] = sheet
    return sheets


def _parsed(tx: Session, sheets: Mapping[str, Sheet], findings: Findings) -> tuple[dict[str, list[Parsed]], Cells]:
    """Themes and the territory's clock are read first: other cells need them."""
    parsed: dict[str, list[Parsed]] = {}
    bare = Cells(frozenset(), UTC_ZONE)
    for name in ("themes", "territory"):
        if name in sheets:
            parsed[name] = typed(sheets[name], bare, findings)
    themes = {row.values["theme_id"] for row in parsed.get("themes", ()) if row.values.get("theme_id")}
    themes |= set(tx.exec(select(Theme.ref)).all())
    zones = [row.values.get("timezone") for row in parsed.get("territory", ())]
    zones += tx.exec(select(Territory.timezone).order_by(col(Territory.id))).all()
    zone = next((zone for zone in zones if zone in ZONES), "UTC")
    cells = Cells(frozenset(themes), ZoneInfo(zone))
    for name, sheet in sheets.items():
        if name not in parsed:
            parsed[name] = typed(sheet, cells, findings)
    return {file.name: parsed[file.name] for file in FILES if file.name in parsed}, cells


def _reference(parsed: Mapping[str, list[Parsed]], place: Territory | None, territory: str | None) -> str:
    said = next((row.values["territory_id"] for row in parsed.get("territory", ()) if row.values["territory_id"]), "")
    return place.ref if place else said or territory or ""


def _territory_of(
    tx: Session,
    parsed: Mapping[str, list[Parsed]],
    territory: str | None,
    sheets: Mapping[str, Sheet],
    findings: Findings,
    translate: Callable[[str], str],
) -> Territory | None:
    """The database's territory, None when it holds none; the files may not be those of another."""
    held = tx.exec(select(Territory).order_by(col(Territory.id))).all()
    wanted = territory or (held[0].ref if held else None)
    rows = parsed.get("territory", [])
    for row in rows[1:]:
        findings.add(
            row.name, row.line, sheets["territory"].header("territory_id"), "OUT_OF_RANGE", value=row.key, allowed="1"
        )
    said = rows[0].values["territory_id"] if rows else None
    if wanted is not None and said is not None and said.casefold() != wanted.casefold():
        message = translate(
            N_("Ces fichiers sont ceux du territoire %(said)s ; la base contient %(held)s. Rien n’est repris.")
        )
        raise ImportNotAccepted(message % {"said": said, "held": wanted}, said=said, held=wanted)
    place = next((one for one in held if wanted is not None and one.ref.casefold() == wanted.casefold()), None)
    if place is None and said is None:
        raise ImportNotAccepted(
            translate(N_("Le fichier territory.csv manque ou n’est pas lisible. Rien n’est repris."))
        )
    return place


def _removed(record: Record, memory: Memory, choices: Choices) -> dict[str, dict[str, Stored]]:
    """Vanished windows and absences that the reader wants deleted, taken out of the record."""
    from_file = {file.file_name: file for file in FILES}
    removed: dict[str, dict[str, Stored]] = {}
    for name, key in sorted(choices.remove):
        file = from_file.get(name)
        if file is not None and (name, key) in memory.rows and key in record.rows[file.name]:
            removed.setdefault(name, {})[key] = record.rows[file.name].pop(key)
    return removed


def _changed(
    parsed: Mapping[str, list[Parsed]], record: Record, memory: Memory, choices: Choices
) -> tuple[list[Difference], dict[tuple[str, str], set[str]]]:
    """What the files would change, and the columns that keep the application's value."""
    changed: list[Difference] = []
    kept: dict[tuple[str, str], set[str]] = {}
    for name, rows in parsed.items():
        for row in rows:
            stored = record.rows[name].get(row.key)
            if stored is None:
                continue
            for one in differences(row, stored, memory):
                changed.append(one)
                if one.edited and one.choice not in choices.take:
                    kept.setdefault((one.file, one.key), set()).add(one.column)
    return changed, kept

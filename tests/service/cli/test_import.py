from __future__ import annotations

import json

from service.imports import shipped
from tests.service.cli.builders import Terminal, territory_files

TODAY = ("--today", "2027-01-04")


def test_a_dry_run_writes_findings_and_rows_as_json_and_leaves_nothing(terminal: Terminal):
    said = terminal.lefil("import", shipped.path("seraing"), *TODAY, "--dry-run", "--json")
    report = json.loads(said.out)

    assert said.code == 0
    assert report["rows"]["persons.csv"] == 60
    assert [one for one in report["findings"] if one["severity"] == "error"] == []
    assert list(terminal.folder.iterdir()) == []


def test_a_dry_run_ends_with_another_number_when_a_row_has_an_error(terminal: Terminal):
    folder = territory_files(terminal.folder)
    absences = folder / "absences.csv"
    absences.write_text(absences.read_text(encoding="utf-8").replace("SER-H03", "SER-H99"), encoding="utf-8")
    said = terminal.lefil("import", folder, *TODAY, "--dry-run", "--json")
    [finding] = json.loads(said.out)["findings"]

    assert said.code == 1
    assert set(finding) == {"file", "line", "column", "code", "severity", "message"}
    assert (finding["file"], finding["line"], finding["code"]) == ("absences.csv", 3, "UNKNOWN_REFERENCE")


def test_imported_twice_the_record_is_the_same(seraing: Terminal):
    before = seraing.rows(without="audit_entry")
    said = seraing.lefil("import", shipped.path("seraing"), *TODAY, "--accept")

    assert said.code == 0
    assert seraing.rows(without="audit_entry") == before


def test_what_was_imported_passes_the_check(seraing: Terminal):
    said = seraing.lefil("check", *TODAY)

    assert (said.code, said.out) == (0, "Tout est en ordre.\n")


def test_the_check_judges_the_live_pairings_on_its_day(seraing: Terminal):
    said = seraing.lefil("check", "--today", "2027-06-30")

    assert said.code == 1
    assert "CONSENT: SER-P001 and SER-H02" in said.out


def test_the_log_is_whole(seraing: Terminal):
    assert seraing.lefil("audit", "verify").code == 0

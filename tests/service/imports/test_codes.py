"""Each code of section 11: files that trip it, and files that just do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from locales import LANGS
from service.database import Database
from service.imports.findings import KINDS
from service.imports.report import Report
from service.site import Site
from tests import sites
from tests.service.imports.builders import (
    Files,
    again,
    as_bytes,
    look,
    places,
    small,
    told,
    with_cell,
    with_column,
    with_row,
    without_row,
    written,
)

Change = Callable[[Files], Files]


@dataclass(frozen=True)
class Case:
    """What trips a code, where it is then found, and what comes close without tripping it."""

    code: str
    trips: Change
    at: tuple[str, int, str]
    not_quite: Change
    severity: str = ""


def cell(name: str, line: int, column: str, value: str) -> Change:
    return lambda files: with_cell(files, name, line, column, value)


def content(name: str, change: Callable[[str], str | bytes]) -> Change:
    def changed(files: Files) -> Files:
        new = change(files[f"{name}.csv"].decode())
        return as_bytes(files, name, new.encode() if isinstance(new, str) else new)

    return changed


def both(*changes: Change) -> Change:
    def changed(files: Files) -> Files:
        for change in changes:
            files = change(files)
        return files

    return changed


def row(name: str, **values: str) -> Change:
    return lambda files: with_row(files, name, **values)


def repeated(name: str, line: int, **values: str) -> Change:
    return lambda files: again(files, name, line, **values)


def column(name: str, title: str, *values: str) -> Change:
    return lambda files: with_column(files, name, title, *values)


def dropped(name: str, title: str) -> Change:
    def changed(files: Files) -> Files:
        rows = told(files, name)
        place = rows[0].index(title)
        return written(files, name, [[*line[:place], *line[place + 1 :]] for line in rows])

    return changed


def unchanged(files: Files) -> Files:
    return files


def semicolons(text: str) -> str:
    return text.replace(",", ";")


PAIR = {"person_id": "P2", "peer_helper_id": "H2", "request_id": "R2"}
LIVE = {"status": "active", "ended_on": "", "reason": ""}

CASES = (
    Case("EMPTY_FILE", content("refusals", lambda _: " \n"), ("refusals.csv", 0, ""), unchanged),
    Case(
        "HEADER_ONLY",
        content("refusals", lambda text: text.splitlines()[0]),
        ("refusals.csv", 0, ""),
        unchanged,
        "warning",
    ),
    Case(
        "NOT_TEXT",
        content("refusals", lambda _: b"PK\x03\x04" + bytes(range(256))),
        ("refusals.csv", 0, ""),
        content("organisations", lambda text: text.replace("Asbl", "PK")),
    ),
    Case(
        "ENCODING_NOT_UTF8",
        content("professionals", lambda text: text.encode("cp1252")),
        ("professionals.csv", 0, ""),
        content("professionals", lambda text: text.replace("é", "e").replace("è", "e").encode("cp1252")),
        "warning",
    ),
    Case(
        "BOM",
        content("professionals", lambda text: text.encode("utf-8-sig")),
        ("professionals.csv", 0, ""),
        content("professionals", lambda text: text.replace("Karim", "Ka\ufeffrim")),
        "info",
    ),
    Case(
        "DELIMITER",
        content("refusals", semicolons),
        ("refusals.csv", 0, ""),
        content("professionals", lambda text: text.replace("Karim O.", "Karim; O.")),
        "info",
    ),
    Case(
        "EXCEL_SEP_LINE",
        content("refusals", lambda text: "sep=;\r\n" + semicolons(text)),
        ("refusals.csv", 0, ""),
        content("refusals", semicolons),
        "info",
    ),
    Case("MISSING_COLUMN", dropped("refusals", "since"), ("refusals.csv", 1, "since"), dropped("goals", "title")),
    Case(
        "DUPLICATE_COLUMN",
        column("refusals", "Since", "2026-12-15"),
        ("refusals.csv", 1, "Since"),
        column("refusals", "since when", "2026-12-15"),
    ),
    Case(
        "UNKNOWN_COLUMN",
        column("persons", "diagnosis", "x"),
        ("persons.csv", 1, "diagnosis"),
        column("persons", "phone", "0470000000"),
        "warning",
    ),
    Case(
        "RAGGED_ROW",
        content("refusals", lambda text: text.replace("2026-12-15", "2026-12-15,")),
        ("refusals.csv", 2, ""),
        content("refusals", lambda text: text + "\n\n"),
    ),
    Case(
        "UNCLOSED_QUOTE",
        content("goals", lambda text: text.replace("Mettre", '"Mettre')),
        ("goals.csv", 2, ""),
        content("goals", lambda text: text.replace("Mettre mes papiers en ordre", '"Mettre ""tout"", en\nordre"')),
    ),
    Case(
        "CONTROL_CHARACTER",
        cell("persons", 3, "pseudonym", "Til\u202eleul"),
        ("persons.csv", 3, "pseudonym"),
        cell("persons", 3, "pseudonym", "Ти́лл"),
    ),
    Case(
        "NUL_CHARACTER",
        cell("persons", 3, "pseudonym", "Til\0leul"),
        ("persons.csv", 3, "pseudonym"),
        cell("persons", 3, "pseudonym", "Til0leul"),
    ),
    Case(
        "DUPLICATE_ID",
        repeated("persons", 3, person_id=" p2 ", pseudonym="Saule"),
        ("persons.csv", 4, "person_id"),
        repeated("persons", 3, person_id="P22", pseudonym="Saule"),
    ),
    Case(
        "DUPLICATE_ROW",
        repeated("refusals", 2),
        ("refusals.csv", 3, ""),
        repeated("refusals", 2, peer_helper_id="H2"),
    ),
    Case(
        "UNTRIMMED_ID",
        cell("requests", 3, "person_id", " P2"),
        ("requests.csv", 3, "person_id"),
        cell("requests", 3, "status", " waiting"),
        "warning",
    ),
    Case(
        "MISSING_VALUE",
        cell("requests", 2, "professional_id", ""),
        ("requests.csv", 2, "professional_id"),
        cell("requests", 3, "professional_id", ""),
    ),
    Case(
        "UNKNOWN_REFERENCE",
        cell("requests", 3, "person_id", "P9"),
        ("requests.csv", 3, "person_id"),
        cell("requests", 3, "person_id", "p2"),
    ),
    Case(
        "UNKNOWN_CODE",
        cell("requests", 3, "urgency", "yesterday"),
        ("requests.csv", 3, "urgency"),
        cell("requests", 3, "urgency", "urgent"),
    ),
    Case(
        "UNKNOWN_THEME",
        cell("requests", 3, "themes", "social|astrology"),
        ("requests.csv", 3, "themes"),
        cell("requests", 3, "themes", "social|leisure"),
    ),
    Case(
        "UNKNOWN_LANGUAGE",
        cell("persons", 3, "languages", "fr|xx"),
        ("persons.csv", 3, "languages"),
        cell("persons", 3, "languages", "fr|sfb|ti"),
    ),
    Case(
        "BAD_NUMBER",
        cell("peer_helpers", 3, "max_travel_km", "nan"),
        ("peer_helpers.csv", 3, "max_travel_km"),
        cell("peer_helpers", 3, "max_travel_km", "8.50"),
    ),
    Case(
        "OUT_OF_RANGE",
        cell("persons", 3, "visit_duration_min", "181"),
        ("persons.csv", 3, "visit_duration_min"),
        cell("persons", 3, "visit_duration_min", "180"),
    ),
    Case(
        "DECIMAL_COMMA",
        cell("persons", 3, "lat", "50,604"),
        ("persons.csv", 3, "lat"),
        cell("persons", 3, "street", "rue des Six-Bonniers, Seraing"),
        "info",
    ),
    Case(
        "BAD_DATE",
        cell("refusals", 2, "since", "2026-02-29"),
        ("refusals.csv", 2, "since"),
        cell("refusals", 2, "since", "2024-02-29"),
    ),
    Case(
        "DATE_FORMAT",
        cell("refusals", 2, "since", "15/12/2026"),
        ("refusals.csv", 2, "since"),
        cell("refusals", 2, "since", "2026-12-15"),
        "info",
    ),
    Case(
        "AMBIGUOUS_DATE",
        cell("refusals", 2, "since", "05/12/2026"),
        ("refusals.csv", 2, "since"),
        cell("refusals", 2, "since", "13/12/2026"),
        "warning",
    ),
    Case(
        "BAD_TIME",
        cell("visits", 3, "start", "24:00"),
        ("visits.csv", 3, "start"),
        cell("visits", 3, "end", "24:00"),
    ),
    Case(
        "TIME_FORMAT",
        cell("visits", 3, "end", "10h30"),
        ("visits.csv", 3, "end"),
        cell("visits", 3, "end", "10:30"),
        "info",
    ),
    Case(
        "BAD_WEEKDAY",
        cell("availability", 4, "weekday", "8"),
        ("availability.csv", 4, "weekday"),
        cell("availability", 4, "weekday", "7"),
    ),
    Case(
        "END_BEFORE_START",
        cell("availability", 4, "end", "09:00"),
        ("availability.csv", 4, "end"),
        cell("availability", 4, "end", "09:01"),
    ),
    Case(
        "OVERLAP",
        repeated("availability", 4, start="11:59", end="13:00", recurrence="weekly"),
        ("availability.csv", 5, "start"),
        both(
            repeated("availability", 4, start="12:00", end="13:00", recurrence="weekly"),
            repeated("availability", 4, recurrence="even_weeks"),
        ),
    ),
    Case(
        "MISSING_COORDINATES",
        both(cell("persons", 3, "lat", ""), cell("persons", 3, "lon", "")),
        ("persons.csv", 3, "lat"),
        both(cell("organisations", 2, "lat", ""), cell("organisations", 2, "lon", "")),
        "warning",
    ),
    Case(
        "MISSING_COORDINATES",
        both(*(cell("persons", 3, name, "") for name in ("lat", "lon", "neighbourhood_id", "meeting_place_id"))),
        ("persons.csv", 3, "lat"),
        cell("persons", 3, "neighbourhood_id", ""),
        "error",
    ),
    Case(
        "COORDINATES_SWAPPED",
        both(cell("persons", 3, "lat", "5.505"), cell("persons", 3, "lon", "50.604")),
        ("persons.csv", 3, "lat"),
        both(cell("persons", 3, "lat", "50.604"), cell("persons", 3, "lon", "5.405")),
    ),
    Case(
        "COORDINATES_OUTSIDE_TERRITORY",
        cell("persons", 3, "lat", "50.964"),
        ("persons.csv", 3, "lat"),
        cell("persons", 3, "lat", "50.961"),
    ),
    Case(
        "TOO_PRECISE",
        cell("persons", 3, "lat", "50.6041"),
        ("persons.csv", 3, "lat"),
        cell("persons", 3, "lat", "50.6040"),
        "warning",
    ),
    Case(
        "TOO_PRECISE",
        cell("persons", 3, "street", "rue Cockerill, 12 bis"),
        ("persons.csv", 3, "street"),
        cell("persons", 3, "street", "rue du 11 Novembre 1918"),
        "warning",
    ),
    Case(
        "MOJIBAKE",
        cell("goals", 2, "title", "Garder ma santÃ©"),
        ("goals.csv", 2, "title"),
        cell("goals", 2, "title", "São Paulo, la santé"),
        "warning",
    ),
    Case(
        "FORMULA_INJECTION",
        cell("goals", 2, "title", '=HYPERLINK("http://x")'),
        ("goals.csv", 2, "title"),
        cell("goals", 2, "title", "'=HYPERLINK"),
        "warning",
    ),
    Case(
        "DIRECT_IDENTIFIER",
        cell("persons", 3, "pseudonym", "85.07.30-033 28"),
        ("persons.csv", 3, "pseudonym"),
        cell("persons", 3, "pseudonym", "Tilleul 2027"),
    ),
    Case(
        "DIRECT_IDENTIFIER",
        cell("persons", 3, "pseudonym", "tilleul@jardin.example"),
        ("persons.csv", 3, "pseudonym"),
        cell("persons", 3, "pseudonym", "Tilleul @ jardin"),
    ),
    Case(
        "CONSENT_MISSING",
        cell("persons", 2, "consent_expires_on", "2027-01-03"),
        ("pairings.csv", 2, "person_id"),
        cell("persons", 2, "consent_expires_on", "2027-01-04"),
    ),
    Case(
        "CONSENT_MISSING",
        cell("persons", 2, "consent_scope", "pairing|network"),
        ("outcomes.csv", 2, "person_id"),
        cell("persons", 2, "consent_scope", "outcomes|network|pairing"),
    ),
    Case(
        "CONSENT_MISSING",
        cell("persons", 2, "consent_scope", "pairing|outcomes"),
        ("meetings.csv", 2, "situation_id"),
        both(
            cell("persons", 2, "consent_scope", "pairing|outcomes"),
            cell("meetings", 2, "kind", "exchange_table"),
        ),
    ),
    Case(
        "SECOND_LIVE_PAIRING",
        repeated("pairings", 2, pairing_id="B3", peer_helper_id="H2"),
        ("pairings.csv", 4, "person_id"),
        both(
            repeated("pairings", 3, pairing_id="B3", status="proposed", proposed_on="2027-01-02"),
            cell("conflicts", 2, "target_id", "N1"),
            cell("pairings", 2, "status", "lapsed"),
            cell("refusals", 2, "person_id", "P1"),
            repeated("pairings", 3, pairing_id="B4", peer_helper_id="H1", status="proposed", proposed_on="2027-01-02"),
        ),
    ),
    Case(
        "HARD_RULE",
        cell("pairings", 3, "reason", ""),
        ("pairings.csv", 3, "reason"),
        cell("pairings", 3, "reason", "goals_reached"),
    ),
)


@pytest.fixture(scope="module")
def empty_site(schema_in_memory: Database) -> Iterator[Site]:
    """One site for all: looking writes nothing."""
    with sites.copied(schema_in_memory) as db:
        yield sites.a_site(db)


@pytest.fixture(scope="module")
def tripped(empty_site: Site) -> dict[int, Report]:
    """The report of each case, by its place in `CASES`."""
    return {index: look(empty_site, case.trips(small())) for index, case in enumerate(CASES)}


@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda index: f"{CASES[index].code}-{CASES[index].at[0]}")
def test_a_code_is_found_where_it_is_and_not_next_to_it(
    empty_site: Site, tripped: dict[int, Report], index: int
) -> None:
    case = CASES[index]
    close = look(empty_site, case.not_quite(small()))

    found = [
        one for one in tripped[index].findings if (one.code, one.file, one.line, one.column) == (case.code, *case.at)
    ]
    assert len(found) == 1
    assert found[0].severity == (case.severity or KINDS[case.code].severity)
    assert case.code not in {one.code for one in close.findings if one.severity == found[0].severity}


def test_every_code_of_section_11_has_its_case() -> None:
    # `MERGED_RECORD` needs a record: `test_second_records.py`.
    assert {case.code for case in CASES} | {"MERGED_RECORD"} == set(KINDS)


def test_the_small_territory_gives_no_finding(empty_site: Site) -> None:
    assert look(empty_site, small()).findings == ()


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_is_a_sentence_in_the_language_of_its_reader(tripped: dict[int, Report], lang: str) -> None:
    said = [one["message"] for report in tripped.values() for one in report.as_json(lang)["findings"]]

    assert all(sentence.endswith(".") and "%(" not in sentence for sentence in said)


def test_an_error_leaves_its_row_out_and_the_rows_that_wait_for_it(empty_site: Site) -> None:
    report = look(empty_site, with_cell(small(), "persons", 3, "visit_duration_min", "181"))

    assert places(report, "UNKNOWN_REFERENCE") == []
    assert report.accepted["persons.csv"] == 1
    left = {(one.file, one.line, one.because_file, one.because_line) for one in report.left_out}
    assert ("requests.csv", 3, "persons.csv", 3) in left
    assert ("pairings.csv", 3, "persons.csv", 3) in left
    assert ("availability.csv", 4, "persons.csv", 3) in left


def test_an_info_is_said_once_for_each_file(empty_site: Site) -> None:
    files = with_cell(
        with_cell(small(), "requests", 2, "received_on", "16/09/2026"), "requests", 3, "received_on", "20/12/2026"
    )

    assert places(look(empty_site, files), "DATE_FORMAT") == [("requests.csv", 2, "received_on")]


def test_the_row_of_a_missing_person_is_not_repeated_for_each_of_its_rows(empty_site: Site) -> None:
    report = look(empty_site, without_row(small(), "persons", 3))

    assert ("requests.csv", 3, "person_id") in places(report, "UNKNOWN_REFERENCE")
    assert ("visits.csv", 3, "pairing_id") not in places(report, "UNKNOWN_REFERENCE")

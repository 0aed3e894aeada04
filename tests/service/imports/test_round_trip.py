"""What comes out goes in again unchanged, and no cell of it is a live formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.cli_folder import leave
from service.database import Database
from service.errors import ImportNotAccepted
from service.imports import folder, shipped
from service.imports.export import export
from service.imports.files import FILES
from service.imports.values import is_live, neutralised
from service.site import Site
from tests import sites
from tests.service.imports.builders import (
    COORDINATOR,
    Files,
    load,
    look,
    small,
    told,
    with_cell,
    with_column,
    with_row,
    written,
)


@contextmanager
def another(schema: Database) -> Iterator[Site]:
    with sites.copied(schema) as db:
        yield sites.a_site(db)


def everything() -> Files:
    """The small territory with every optional file and column."""
    files = with_row(small(), "separations", person_id="P2", other_person_id="P1")
    files = with_row(
        files, "documents", kind="charter", version="2", adopted_on="2020-01-01", signatures="O1:2020-02-01"
    )
    files = with_row(
        files,
        "overrides",
        person_id="P2",
        peer_helper_id="H2",
        rule="DISTANCE",
        reason="wish",
        at="2026-12-01T10:00:00Z",
    )
    files = with_row(files, "certificates", peer_helper_id="H1", kind="first aid", date="2025-03-01")
    files = with_row(files, "open_session_days", series_id="S1", date="2026-12-15", status="held", attendance="14")
    files = with_row(files, "meeting_attendance", meeting_id="M1", organisation_id="O1", present="true")
    alert = {"raised_by_type": "person", "raised_by_id": "P1", "first_reaction_at": ""}
    files = with_row(files, "alerts", situation_id="T1", raised_at="2026-12-01T10:00:00Z", **alert)
    files = with_row(files, "outreach_rounds", date="2026-12-02", neighbourhood_id="N1", place_id="", team_size="2")
    files = with_row(files, "gaps", theme="leisure", neighbourhood_id="N2", period="2026-Q4", count="3")
    for name, column, *values in (
        ("persons", "phone", "+33 6 12 34 56 78"),
        ("persons", "email", "", "-x@y.example"),
        ("persons", "interpreter_accepted", "true", "false"),
        ("persons", "off_in_school_holidays", "false", "true"),
        ("persons", "met_before", "H2", "H1|H2"),
        ("persons", "consent_how", "signed", "own_page"),
        ("peer_helpers", "own_words", '=1+1, "et"\nla suite', "'@moi"),
        ("organisations", "conventions", "stage|local"),
        ("visits", "second_helper_id", "", "H2"),
        ("visits", "pinned", "false", "true"),
        ("visits", "published_at", "", "2027-01-02T10:00:30.250000+00:00"),
        ("visits", "uid", "one@lefil", "two@lefil"),
        ("visits", "sequence", "0", "3"),
        ("meetings", "status", "invited", "planned"),
        ("pairings", "person_answer_how", "phone", "paper"),
    ):
        files = with_column(files, name, column, *values)
    return files


@pytest.mark.parametrize("name", shipped.NAMES)
def test_a_shipped_territory_comes_out_as_it_went_in(schema_in_memory: Database, name: str) -> None:
    with another(schema_in_memory) as first, another(schema_in_memory) as second:
        shipped.load(first, COORDINATOR, name)
        out = export(first, COORDINATOR, private=True)
        report = look(second, out)
        load(second, out)

        assert report.findings == ()
        assert export(second, COORDINATOR, private=True) == out
        assert report.read == look(first, folder.read(shipped.path(name))).read


def test_every_optional_column_and_file_survives(site: Site, schema_in_memory: Database) -> None:
    load(site, everything())
    out = export(site, COORDINATOR, private=True)
    with another(schema_in_memory) as second:
        load(second, out)
        assert export(second, COORDINATOR, private=True) == out

    for name in (file.name for file in FILES if not file.needed):
        assert len(told(out, name)) == 2
    assert told(out, "peer_helpers")[1][-1] == '\'=1+1, "et"\nla suite'
    assert look(site, out).differences == ()
    assert look(site, everything()).differences == ()


def test_no_cell_of_an_export_is_a_live_formula(schema_in_memory: Database) -> None:
    with another(schema_in_memory) as site:
        shipped.load(site, COORDINATOR, "locmine")
        out = export(site, COORDINATOR, private=True)

    assert any(b"'-2." in content for content in out.values())
    for content in out.values():
        assert not any(is_live(cell) for row in csv.reader(io.StringIO(content.decode())) for cell in row)


@settings(max_examples=12)
@given(
    st.lists(
        st.text(st.sampled_from("=+-@|%'\"\n\r\t,;é＝＋ ab1"), min_size=1, max_size=12).map(lambda text: f"{text}x"),
        min_size=1,
        max_size=100,
    )
)
def test_hostile_titles_come_back_to_the_letter(schema_in_memory: Database, titles: list[str]) -> None:
    header = told(small(), "goals")[0]
    rows = [
        [f"G{n}", "T1", "social", neutralised(title), "2026-09-18", "true", "open", ""]
        for n, title in enumerate(titles)
    ]
    with another(schema_in_memory) as first, another(schema_in_memory) as second:
        load(first, written(small(), "goals", [header, *rows]))
        out = export(first, COORDINATOR, private=True)
        load(second, out)

        assert export(second, COORDINATOR, private=True) == out
        place = told(out, "goals")[0].index("title")
        assert [row[place] for row in told(out, "goals")[1:]] == [row[3] for row in rows]


def test_an_export_without_private_words_leaves_them_where_they_are(site: Site) -> None:
    load(site, everything())
    before = export(site, COORDINATOR, private=True)
    load(site, export(site, COORDINATOR))

    assert export(site, COORDINATOR, private=True) == before


def test_a_folder_that_was_written_is_read_again(sqlite_site: Site, tmp_path: Path) -> None:
    load(sqlite_site, small())
    out = export(sqlite_site, COORDINATOR)
    leave(tmp_path / "essai", folder.laid_out(out))

    assert folder.read(tmp_path / "essai") == out


def test_a_territory_without_a_needed_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    leave(tmp_path, folder.laid_out(small()))
    for file in FILES:
        place = tmp_path / ("common" if file.common else "") / file.file_name
        if not file.needed:
            continue
        content = place.read_bytes()
        place.unlink()
        with pytest.raises(ImportNotAccepted, match=file.file_name) as refused:
            folder.read(tmp_path)
        assert str(refused.value).count(". ") <= 1
        place.write_bytes(content)


def test_a_folder_in_place_of_a_file_cannot_be_read(tmp_path: Path) -> None:
    leave(tmp_path, folder.laid_out(small()))
    (tmp_path / "persons.csv").unlink()
    (tmp_path / "persons.csv").mkdir()

    with pytest.raises(ImportNotAccepted, match=r"persons\.csv"):
        folder.read(tmp_path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ImportNotAccepted, match="nowhere"):
        folder.read(tmp_path / "nowhere")


def test_a_file_that_is_too_large_is_left_out_and_not_read_whole(sqlite_site: Site, tmp_path: Path) -> None:
    leave(tmp_path, folder.laid_out(small()))
    with (tmp_path / "goals.csv").open("ab") as stream:
        stream.write(b"\n" * 12_000_000)
    files = folder.read(tmp_path)

    assert len(files["goals.csv"]) == 5 * 1024 * 1024 + 1
    assert [(one.file, one.line, one.code) for one in look(sqlite_site, files).findings] == [
        ("goals.csv", 0, "OUT_OF_RANGE")
    ]


def test_a_position_of_a_person_is_kept_at_a_hundred_metres(sqlite_site: Site) -> None:
    files = with_cell(with_cell(small(), "persons", 3, "lat", "50.60449"), "persons", 3, "street", "12, rue Cockerill")
    load(sqlite_site, files)
    rows = told(export(sqlite_site, COORDINATOR), "persons")

    assert rows[2][rows[0].index("lat")] == "50.604"
    assert rows[2][rows[0].index("street")] == "rue Cockerill"
    assert look(sqlite_site, files).differences == ()

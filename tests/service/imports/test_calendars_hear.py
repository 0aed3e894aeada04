"""A file that moves or calls off something raises its sequence, so that calendars take the change."""

from __future__ import annotations

from sqlmodel import SQLModel, select

from service.site import Site
from service.tables.network import Meeting, OpenSession, OpenSessionDay, OpenSessionHost
from service.tables.pairings import Visit
from tests.service.imports.builders import load, small, with_cell, with_column, with_row


def sequences(site: Site, table: type[SQLModel]) -> list[int]:
    with site.db() as tx:
        return [row.sequence for row in tx.exec(select(table).order_by("id"))]  # type: ignore[attr-defined]


def test_a_time_a_place_or_a_status_of_a_file_raises_the_sequence(sqlite_site: Site) -> None:
    load(sqlite_site, small())
    before = {table: sequences(sqlite_site, table) for table in (Visit, Meeting, OpenSession, OpenSessionHost)}
    files = with_cell(small(), "visits", 3, "end", "11:30")
    files = with_cell(files, "meetings", 3, "start", "2027-01-19T13:00")
    files = with_cell(files, "open_sessions", 2, "end", "18:00")
    files = with_cell(files, "open_session_hosts", 2, "status", "proposed")
    load(sqlite_site, files)

    assert before == {Visit: [0, 0], Meeting: [0, 0], OpenSession: [0], OpenSessionHost: [0]}
    assert sequences(sqlite_site, Visit) == [0, 1]
    assert sequences(sqlite_site, Meeting) == [0, 1]
    assert sequences(sqlite_site, OpenSession) == [1]
    assert sequences(sqlite_site, OpenSessionHost) == [1]


def test_a_status_that_calendars_do_not_tell_apart_leaves_the_sequence_as_it_was(sqlite_site: Site) -> None:
    seen: list[list[int]] = []
    for status in ("planned", "confirmed", "done"):
        load(sqlite_site, with_cell(small(), "visits", 3, "status", status))
        seen.append(sequences(sqlite_site, Visit))

    assert seen == [[0, 0], [0, 1], [0, 1]]


def test_a_title_or_a_name_leaves_the_sequence_as_it_was(sqlite_site: Site) -> None:
    load(sqlite_site, small())
    files = with_cell(small(), "meetings", 3, "title", "Supervision de janvier")
    load(sqlite_site, with_cell(files, "open_sessions", 2, "name", "Café du mardi"))

    assert sequences(sqlite_site, Meeting) == [0, 0]
    assert sequences(sqlite_site, OpenSession) == [0]


def test_a_sequence_that_the_file_names_is_taken_as_it_is(sqlite_site: Site) -> None:
    load(sqlite_site, with_column(small(), "meetings", "sequence", "0", "3"))
    files = with_column(small(), "meetings", "sequence", "0", "7")
    load(sqlite_site, with_cell(files, "meetings", 3, "start", "2027-01-19T13:00"))

    assert sequences(sqlite_site, Meeting) == [0, 7]


def test_a_day_of_a_series_rises_when_it_is_called_off_and_when_it_takes_place_after_all(sqlite_site: Site) -> None:
    seen: list[list[int]] = []
    for status in ("planned", "staffed", "cancelled", "held"):
        day = {"series_id": "S1", "date": "2026-12-15", "status": status, "attendance": ""}
        load(sqlite_site, with_row(small(), "open_session_days", **day))
        seen.append(sequences(sqlite_site, OpenSessionDay))

    assert seen == [[0], [0], [1], [2]]

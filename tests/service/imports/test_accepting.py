"""What is written: everything or nothing, again and again without duplicates, never over an edit unseen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func
from sqlmodel import SQLModel, col, select

import service.tables  # noqa: F401  (registers every table)
from service.errors import ImportNotAccepted, NotAllowed, NotFound, Outdated
from service.imports import kept, shipped
from service.imports.accept import accept
from service.imports.differences import Choices
from service.imports.export import export
from service.imports.report import examine
from service.site import Actor, Site
from service.tables.pairings import Booking, Pairing, Visit
from service.tables.people import Availability, Consent, ContactCard, Person
from service.tables.work import AuditEntry, ImportReport
from tests.service.imports.builders import (
    COORDINATOR,
    as_bytes,
    load,
    look,
    small,
    with_cell,
    with_column,
    with_row,
    without_row,
)

LOGS = ("audit_entry",)
STARTS, ENDS = datetime(2027, 1, 11, 9, 30, tzinfo=UTC), datetime(2027, 1, 11, 10, 30, tzinfo=UTC)
"""10:30 to 11:30 in Seraing."""


def counts(site: Site) -> dict[str, int]:
    """Rows by table, the log left out."""
    with site.db() as tx:
        return {
            table.name: tx.exec(select(func.count()).select_from(table)).one()
            for table in SQLModel.metadata.sorted_tables
            if table.name not in LOGS
        }


def person(site: Site, ref: str) -> Person:
    with site.db() as tx:
        return tx.exec(select(Person).where(Person.ref == ref)).one()


@pytest.mark.parametrize("name", shipped.NAMES)
def test_the_shipped_territories_give_no_finding_at_all(sqlite_site: Site, name: str) -> None:
    files = {path.name: path.read_bytes() for path in sorted(shipped.path(name).glob("*.csv"))}
    files |= {path.name: path.read_bytes() for path in sorted((shipped.DEMO_DATA / "common").glob("*.csv"))}

    assert look(sqlite_site, files).findings == ()


def test_looking_writes_nothing(site: Site) -> None:
    before = counts(site)
    look(site, small())

    assert counts(site) == before


def test_everything_is_imported_once_however_often(site: Site) -> None:
    first = load(site, small())
    before = counts(site)
    second = load(site, small())

    assert first.created["persons.csv"] == 2
    assert sum(second.created.values()) == sum(second.changed.values()) == 0
    assert counts(site) == before


def test_nothing_is_written_when_the_database_refuses_one_row(site: Site) -> None:
    load(site, small())
    before, exported = counts(site), export(site, COORDINATOR, private=True)
    # The person of a pairing that has visits cannot change: only the database knows.
    files = with_cell(small(), "persons", 3, "pseudonym", "Saule")
    files = with_cell(with_cell(files, "pairings", 2, "status", "declined"), "pairings", 2, "person_answer", "declined")
    files = without_row(with_cell(files, "pairings", 2, "person_id", "P2"), "visits", 3)
    with pytest.raises(ImportNotAccepted):
        load(site, files)

    assert counts(site) == before
    assert export(site, COORDINATOR, private=True) == exported


def test_rows_without_an_error_are_imported_beside_those_with_one(site: Site) -> None:
    done = load(site, with_cell(small(), "persons", 3, "visit_duration_min", "9"))

    assert done.created["persons.csv"] == 1
    assert done.created["requests.csv"] == 1
    with site.db() as tx:
        assert tx.exec(select(Person.ref)).all() == ["P1"]


def test_a_visit_to_come_takes_its_people_and_its_room(site: Site) -> None:
    load(site, small())

    with site.db() as tx:
        visit = tx.exec(select(Visit).where(Visit.ref == "V2")).one()
        booked = tx.exec(select(Booking).where(Booking.visit_id == visit.id)).all()
        assert sorted(row.party_id for row in booked) == sorted([visit.person_id, visit.peer_helper_id, visit.place_id])
        assert {row.live for row in booked} == {True}
        assert tx.exec(select(Booking).where(col(Booking.visit_id) != visit.id)).all() == []


def test_a_visit_made_in_the_application_stands_against_one_in_a_file(site: Site) -> None:
    load(site, without_row(small(), "visits", 3))
    with site.db.begin() as tx:
        pairing = tx.exec(select(Pairing).where(Pairing.ref == "B1")).one()
        done = tx.exec(select(Visit)).one()
        visit = Visit.model_validate(done.model_dump() | {"id": None, "ref": "A1", "public_id": "a1", "uid": "a1"})
        visit.status = "planned"
        tx.add(visit)
        tx.flush()
        tx.add(Booking(party_id=pairing.person_id, visit_id=visit.id or 0, starts_at=STARTS, ends_at=ENDS))
        visit.starts_at, visit.ends_at = STARTS, ENDS

    report = look(site, small())
    assert [(one.file, one.line, one.code) for one in report.findings] == [("visits.csv", 3, "HARD_RULE")]


def test_an_edit_in_the_application_stays_unless_the_reader_takes_the_file(site: Site) -> None:
    load(site, small())
    _edit(site, "P2", visit_frequency="monthly")

    report = look(site, small())
    [difference] = report.differences
    assert (difference.column, difference.application, difference.imported) == ("visit_frequency", "monthly", "weekly")
    assert difference.edited
    accept(site, COORDINATOR, report)
    assert person(site, "P2").visit_frequency == "monthly"

    accept(site, COORDINATOR, look(site, small()), Choices(take=frozenset({difference.choice})))
    assert person(site, "P2").visit_frequency == "weekly"


def test_a_change_in_the_file_alone_is_taken_over(site: Site) -> None:
    load(site, small())
    changed = with_cell(small(), "persons", 3, "visit_frequency", "fortnightly")
    report = look(site, changed)

    assert [(one.column, one.edited) for one in report.differences] == [("visit_frequency", False)]
    done = accept(site, COORDINATOR, report)
    assert done.changed["persons.csv"] == 1
    assert person(site, "P2").visit_frequency == "fortnightly"
    assert look(site, changed).differences == ()


def test_a_choice_does_not_hold_for_a_field_that_changed_since_the_report(site: Site) -> None:
    load(site, small())
    _edit(site, "P2", visit_frequency="monthly")
    report = look(site, small())
    _edit(site, "P2", visit_frequency="twice_weekly")

    with pytest.raises(Outdated):
        accept(site, COORDINATOR, report, Choices(take=frozenset({report.differences[0].choice})))
    assert person(site, "P2").visit_frequency == "twice_weekly"


def test_rows_that_vanished_are_listed_and_stay(site: Site) -> None:
    load(site, small())
    files = without_row(small(), "absences", 3)
    report = look(site, files)

    assert [one.file for one in report.vanished] == ["absences.csv"]
    before = counts(site)
    accept(site, COORDINATOR, report)
    assert counts(site)["absence"] == before["absence"] == 2


def test_a_window_that_moved_replaces_the_old_one_when_the_reader_says_so(site: Site) -> None:
    load(site, small())
    files = with_cell(small(), "availability", 4, "start", "09:30")
    report = look(site, files)
    assert [one.code for one in report.findings] == ["OVERLAP"]

    [gone] = report.vanished
    done = accept(site, COORDINATOR, report, Choices(remove=frozenset({(gone.file, gone.key)})))
    assert done.removed == {"availability.csv": 1}
    with site.db() as tx:
        assert sorted(tx.exec(select(Availability.start_minute))) == [540, 540, 570]


def test_a_withdrawn_consent_ends_the_one_before_and_keeps_it(site: Site) -> None:
    load(site, small())
    files = with_cell(small(), "persons", 2, "consent_status", "withdrawn")
    files = with_cell(with_cell(files, "pairings", 2, "status", "ended"), "pairings", 2, "reason", "consent_withdrawn")
    files = with_cell(with_cell(files, "pairings", 2, "ended_on", "2027-01-04"), "persons", 2, "status", "closed")
    files = with_cell(with_cell(files, "visits", 3, "status", "cancelled"), "visits", 3, "reason", "by_person")
    files = with_cell(with_cell(files, "meetings", 2, "kind", "exchange_table"), "meetings", 2, "situation_id", "")
    files = as_bytes(files, "outcomes", files["outcomes.csv"].splitlines(keepends=True)[0])
    load(site, files)

    with site.db() as tx:
        held = tx.exec(
            select(Consent).where(Consent.person_id == person(site, "P1").id).order_by(col(Consent.id))
        ).all()
        assert [(one.status, one.ended_at is None) for one in held] == [("given", False), ("withdrawn", True)]
        assert {row.live for row in tx.exec(select(Booking))} == {False}
    assert person(site, "P1").status == "closed"


def test_phone_and_words_lie_sealed_and_come_out_only_when_asked_for(site: Site) -> None:
    files = with_column(
        with_column(small(), "persons", "phone", "+32 470 00 00 00"), "peer_helpers", "own_words", "Bonjour"
    )
    load(site, files)

    with site.db() as tx:
        card = tx.exec(select(ContactCard)).one()
        assert b"470" not in card.card_sealed
    assert b"470" not in export(site, COORDINATOR)["persons.csv"]
    told = export(site, COORDINATOR, private=True)
    assert b"'+32 470 00 00 00" in told["persons.csv"]
    assert b"Bonjour" in told["peer_helpers.csv"]


def test_only_the_coordinator_takes_files_in_and_out(sqlite_site: Site) -> None:
    helper = Actor("peer_helper", None, account_id=1)
    with pytest.raises(NotAllowed):
        accept(sqlite_site, helper, look(sqlite_site, small()))
    with pytest.raises(NotAllowed):
        export(sqlite_site, helper)
    with pytest.raises(NotAllowed):
        kept.keep_report(sqlite_site, helper, small(), look(sqlite_site, small()))


def test_each_import_and_each_export_leaves_its_line_in_the_log(site: Site) -> None:
    load(site, small())
    export(site, COORDINATOR)
    export(site, COORDINATOR, private=True)

    with site.db() as tx:
        assert tx.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all() == [
            "import",
            "export",
            "export_private",
        ]


def test_files_wait_sealed_until_they_are_accepted_once(site: Site) -> None:
    address = kept.keep_report(site, COORDINATOR, small(), look(site, small()))
    with site.db() as tx:
        assert b"Hirondelle" not in tx.exec(select(ImportReport)).one().files_sealed
    assert kept.open_report(site, COORDINATOR, address).read["persons.csv"] == 2

    kept.accept_report(site, COORDINATOR, address)
    assert person(site, "P1").pseudonym == "Hirondelle"
    with site.db() as tx:
        assert tx.exec(select(ImportReport)).one().files_sealed == b""
    with pytest.raises(NotFound):
        kept.accept_report(site, COORDINATOR, address)


def test_files_are_forgotten_after_24_hours(sqlite_site: Site) -> None:
    address = kept.keep_report(sqlite_site, COORDINATOR, small(), look(sqlite_site, small()))
    with sqlite_site.db.begin() as tx:
        waiting = tx.exec(select(ImportReport)).one()
        waiting.made_at -= kept.KEPT_FOR
        tx.add(waiting)

    with pytest.raises(NotFound):
        kept.open_report(sqlite_site, COORDINATOR, address)
    kept.forget_reports(sqlite_site)
    assert counts(sqlite_site)["import_report"] == 0


def test_files_of_another_territory_are_refused(sqlite_site: Site) -> None:
    load(sqlite_site, small())
    before = counts(sqlite_site)
    with pytest.raises(ImportNotAccepted, match="BE-XYZ"):
        look(sqlite_site, with_cell(small(), "territory", 2, "territory_id", "BE-XYZ"))
    assert counts(sqlite_site) == before


def test_a_territory_with_an_error_is_said_and_nothing_is_imported(sqlite_site: Site) -> None:
    before = counts(sqlite_site)
    report = look(sqlite_site, with_cell(small(), "territory", 2, "max_travel_km", "far"))

    assert [(one.file, one.line, one.code) for one in report.findings] == [("territory.csv", 2, "BAD_NUMBER")]
    with pytest.raises(ImportNotAccepted, match="territoire"):
        accept(sqlite_site, COORDINATOR, report)
    assert counts(sqlite_site) == before


def test_one_file_alone_is_enough_once_the_territory_is_there(site: Site) -> None:
    load(site, small())
    only = {
        "absences.csv": with_row(
            small(), "absences", owner_type="person", owner_id="P2", start_date="2027-02-01", end_date="2027-02-02"
        )["absences.csv"]
    }
    report = examine(site, only)

    assert report.findings == ()
    assert accept(site, COORDINATOR, report).created == {"absences.csv": 1}


def test_a_line_twice_in_a_list_of_members_counts_once(sqlite_site: Site) -> None:
    files = with_cell(small(), "meetings", 2, "participants", "professional:W2|professional:w2|peer_helper:H1")
    load(sqlite_site, files)

    assert b"professional:W2|peer_helper:H1" in export(sqlite_site, COORDINATOR)["meetings.csv"]


def _edit(site: Site, ref: str, **values: object) -> None:
    with site.db.begin() as tx:
        row = tx.exec(select(Person).where(Person.ref == ref)).one()
        for name, value in values.items():
            setattr(row, name, value)
        tx.add(row)

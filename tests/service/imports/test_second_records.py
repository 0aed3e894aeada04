"""After two records were made one, files that still name the second go on with the one that was kept."""

from __future__ import annotations

from sqlmodel import select

from service import people_merge
from service.imports.export import export
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import Availability, Person
from tests.service.imports.builders import Files, again, load, look, places, small, with_row


def with_a_second_record() -> Files:
    """P3 is P2 once more, with one hour of their own beside the one that both files of hours have."""
    files = again(small(), "persons", 3, person_id="P3", pseudonym="Tilleuls")
    files = with_row(
        files,
        "availability",
        owner_type="person",
        owner_id="P3",
        weekday="2",
        start="09:00",
        end="12:00",
        recurrence="odd_weeks",
        valid_from="2026-09-01",
    )
    return again(files, "requests", 3, request_id="R3", person_id="p3", status="fulfilled")


def made_one(site: Site) -> Person:
    """Of P2 and P3, as a coordinator makes them one; the record that was kept."""
    with site.db() as tx:
        kept, second = (tx.exec(select(Person).where(Person.ref == ref)).one() for ref in ("P2", "P3"))
    actor = Actor("coordinator", kept.territory_id)
    revisions = (kept.revision, second.revision)
    people_merge.merge(site, actor, kept.public_id, second.public_id, {}, revisions, sure=True)
    return kept


def test_the_same_files_change_nothing_and_say_what_became_of_the_second(sqlite_site: Site):
    files = with_a_second_record()
    load(sqlite_site, files)
    made_one(sqlite_site)

    report = look(sqlite_site, files)
    assert places(report, "MERGED_RECORD") == [("persons.csv", 4, "person_id")]
    assert [one.severity for one in report.findings] == ["warning"]
    done = load(sqlite_site, files)
    assert set(done.created.values()) | set(done.changed.values()) == {0}


def test_what_is_new_for_the_second_comes_to_the_one_that_was_kept(sqlite_site: Site):
    files = with_a_second_record()
    load(sqlite_site, files)
    kept = made_one(sqlite_site)
    files = again(files, "requests", 4, request_id="R4", person_id="P3")
    hour = {"weekday": "4", "start": "14:00", "end": "16:00", "recurrence": "weekly", "valid_from": "2026-09-01"}
    files = with_row(files, "availability", owner_type="person", owner_id="P3", **hour)
    done = load(sqlite_site, files)

    assert {name: count for name, count in done.created.items() if count} == {"requests.csv": 1, "availability.csv": 1}
    with sqlite_site.db() as tx:
        assert tx.exec(select(Request.person_id).where(Request.ref == "R4")).one() == kept.id
        weekdays = tx.exec(select(Availability.weekday).where(Availability.owner_id == kept.id)).all()
    assert sorted(weekdays) == [2, 4]


def test_an_export_holds_everybody_once(sqlite_site: Site):
    load(sqlite_site, with_a_second_record())
    made_one(sqlite_site)
    with sqlite_site.db() as tx:
        actor = Actor("coordinator", tx.exec(select(Person.territory_id)).first())

    files = export(sqlite_site, actor)
    assert b"P3" not in files["persons.csv"]
    assert b"P3" not in files["requests.csv"]

"""`lefil check` on the database: quiet when all is well, and each fault that only a hand can make is found."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import text

from service import audit
from service.checking import CHECKS, Problem, problems
from service.clock import FixedClock
from service.sealing import Seals
from service.site import Actor, Site
from service.tables import guards
from service.tables.network import Meeting, MeetingParticipant, NetworkMember
from service.tables.people import Party
from tests.service.record import builders
from tests.service.record.builders import Tandem


@pytest.fixture
def tandem(site: Site) -> Tandem:
    """A pairing with visits, a card, a log and a concertation: an ordinary network."""
    tandem = builders.a_pairing(site)
    town_hall = builders.a_place(site, tandem.territory_id, "town_hall")
    tandem.planned_visit(10, place_kind="place", place_id=town_hall, professional_id=tandem.professional_id)
    tandem.planned_visit(14, status="cancelled", reason="by_person")
    with site.db.begin() as tx:
        site.seals.seal(tx, tandem.person_id, "contact_card.card_sealed:1", "secret")
        site.seals.seal_shared(tx, "meeting.decisions_sealed:1", "secret")
        for number in range(3):
            audit.note(tx, site, Actor("coordinator", tandem.territory_id), "read", "person", str(number))
    return tandem


def by_hand(site: Site, *statements: str) -> None:
    with site.db.begin() as tx:
        guards.remove(tx.connection())
        for statement in statements:
            tx.connection().execute(text(statement))


def found(site: Site) -> list[tuple[str, str]]:
    return [(problem.check, problem.record) for problem in problems(site)]


def test_an_ordinary_network_has_no_problem(tandem: Tandem):
    assert problems(tandem.site) == []


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("DELETE FROM booking WHERE id = 1", "booking"),
        ("UPDATE booking SET live = false WHERE id = 1", "booking"),
        ("UPDATE booking SET starts_at = '2027-01-11 09:30:00.000000' WHERE id = 1", "booking"),
        ("UPDATE booking SET live = true WHERE visit_id = 2", "booking"),
        ("UPDATE visit SET status = 'done' WHERE id = 1", "booking"),
        ("UPDATE consent SET status = 'withdrawn'", "consent"),
        ("UPDATE consent SET scope = '[\"network\"]'", "consent"),
        ("UPDATE consent SET ended_at = recorded_at", "consent"),
        ("UPDATE consent SET expires_on = '2027-01-03'", "consent"),
        ("DELETE FROM consent", "consent"),
        ("UPDATE person SET status = 'closed'", "state"),
        ("UPDATE person SET status = 'paused'", "state"),
        ("UPDATE pairing SET status = 'ended', reason = 'safety', ended_on = '2027-01-04'", "state"),
        ("UPDATE data_key SET key_id = 'other'", "key"),
        ("UPDATE network_key SET key_id = 'other'", "key"),
        ("UPDATE audit_entry SET role = 'sysadmin' WHERE id = 2", "audit"),
        ("DELETE FROM audit_entry WHERE id = 2", "audit"),
    ],
)
def test_each_fault_is_found(tandem: Tandem, statement: str, check: str):
    by_hand(tandem.site, statement)

    assert check in {name for name, _ in found(tandem.site)}


def test_the_last_day_of_a_consent_counts_and_the_next_does_not(tandem: Tandem):
    last = FixedClock.at_eight(dt.date(2027, 8, 31), "Europe/Brussels")
    next_day = FixedClock(dt.datetime(2027, 8, 31, 22, tzinfo=dt.UTC))  # midnight in Seraing

    assert problems(replace(tandem.site, clock=last)) == []
    assert found(replace(tandem.site, clock=next_day)) == [("consent", f"SER-B{tandem.person_id:03}")]


def test_a_master_key_of_another_place_is_found(tandem: Tandem):
    strange = replace(tandem.site, seals=Seals(b"\x01\x02" * 16))

    assert {name for name, _ in found(strange)} == {"key", "audit"}


def test_a_concertation_without_agreement_is_found(tandem: Tandem):
    site = tandem.site
    situation = builders.a_situation(site, tandem)
    by_hand(site)
    with site.db.begin() as tx:
        tx.add(
            NetworkMember(situation_id=situation, kind="peer_helper", member_id=tandem.helper_id, role="peer_helper")
        )
        meeting = Meeting(
            public_id=site.ids.new(),
            ref="SER-M001",
            uid="m1",
            territory_id=tandem.territory_id,
            kind="concertation",
            situation_id=situation,
            starts_at=builders.EARLIER + dt.timedelta(days=200),
            ends_at=builders.EARLIER + dt.timedelta(days=200, hours=1),
            changed_at=builders.EARLIER,
        )
        tx.add(meeting)
        tx.flush()
        assert meeting.id is not None
        tx.add(MeetingParticipant(meeting_id=meeting.id, party_id=tandem.helper_id))

    assert found(site) == [("concertation", "SER-M001")]


def test_a_pairing_over_a_border_is_found(tandem: Tandem):
    other = builders.a_territory(tandem.site, "FR-LOC")
    by_hand(tandem.site)
    with tandem.site.db.begin() as tx:
        tx.get_one(Party, tandem.helper_id).territory_id = other

    assert {name for name, _ in found(tandem.site)} == {"territory"}


def test_a_row_that_refers_to_nothing_is_found_on_sqlite(sqlite_site: Site):
    builders.a_pairing(sqlite_site)
    with sqlite_site.db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("UPDATE pairing SET request_id = 99")
        raw.execute("PRAGMA foreign_keys=ON")

    assert ("reference", "pairing 1") in found(sqlite_site)


def test_a_damaged_file_is_found(sqlite_file_site: Site):
    builders.a_pairing(sqlite_file_site)
    with sqlite_file_site.db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'visit'")
        raw.execute("PRAGMA writable_schema=RESET")

    assert "file" in {name for name, _ in found(sqlite_file_site)}


def test_another_room_adds_its_judge(tandem: Tandem, monkeypatch: pytest.MonkeyPatch):
    problem = Problem("plan", "SER-V001", "V7")
    monkeypatch.setattr("service.checking.CHECKS", [*CHECKS, lambda tx, site: iter([problem])])

    assert problems(tandem.site) == [problem]

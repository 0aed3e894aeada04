"""Nobody, and no room for one at a time, is at two things at once: the database itself refuses, on both engines."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from service import bookings, errors
from service.site import Site
from service.tables.pairings import Booking, Visit
from tests.service.record import builders
from tests.service.record.builders import Tandem


@pytest.fixture
def tandem(site: Site) -> Tandem:
    return builders.a_pairing(site)


def plan_again(site: Site, visit: Visit) -> None:
    with site.db.begin() as tx:
        row = tx.get_one(Visit, visit.id)
        row.status = "planned"
        bookings.book(tx, row)


def change_by_hand(site: Site, visit: Visit, party: int, **fields: object) -> None:
    with site.db.begin() as tx:
        row = tx.exec(select(Booking).where(Booking.visit_id == visit.id, Booking.party_id == party)).one()
        for name, value in fields.items():
            setattr(row, name, value)


def live(site: Site) -> int:
    with site.db() as tx:
        return tx.exec(select(func.count()).select_from(Booking).where(col(Booking.live))).one()


@pytest.mark.parametrize(
    ("name", "start", "minutes", "taken"),
    [
        ("before", 8, 60, False),
        ("touching the start", 9, 60, False),
        ("over the start", 9.5, 60, True),
        ("inside", 10.25, 30, True),
        ("equal", 10, 60, True),
        ("around", 9.5, 120, True),
        ("over the end", 10.5, 60, True),
        ("touching the end", 11, 60, False),
        ("after", 12, 60, False),
    ],
)
def test_a_second_visit_at_ten(tandem: Tandem, name: str, start: float, minutes: int, taken: bool):
    tandem.planned_visit(10)

    if not taken:
        tandem.planned_visit(start, minutes=minutes)
        return
    with pytest.raises(errors.DoubleBooking):
        tandem.planned_visit(start, minutes=minutes)
    assert live(tandem.site) == 2


@pytest.mark.parametrize("role", ["peer_helper_id", "second_helper_id", "professional_id"])
def test_nobody_goes_to_two_people_at_once(tandem: Tandem, role: str):
    other = builders.a_pairing(tandem.site, territory_id=tandem.territory_id, pseudonym="Tilleul")
    shared = tandem.professional_id if role == "professional_id" else tandem.helper_id
    tandem.planned_visit(10, professional_id=tandem.professional_id)

    with pytest.raises(errors.DoubleBooking):
        other.planned_visit(10.5, **{role: shared})
    other.planned_visit(11, **{role: shared})


@pytest.mark.parametrize(("kind", "alone"), [("town_hall", True), ("partner_premises", True), ("open_place", False)])
def test_only_rooms_for_one_at_a_time_are_taken(tandem: Tandem, kind: str, alone: bool):
    other = builders.a_pairing(tandem.site, territory_id=tandem.territory_id, pseudonym="Tilleul")
    place = builders.a_place(tandem.site, tandem.territory_id, kind)
    tandem.planned_visit(10, place_kind="place", place_id=place)

    if alone:
        with pytest.raises(errors.DoubleBooking):
            other.planned_visit(10, place_kind="place", place_id=place)
    else:
        other.planned_visit(10, place_kind="place", place_id=place)


def test_an_open_place_is_never_booked_even_by_hand(tandem: Tandem):
    visit = tandem.planned_visit()
    place = builders.a_place(tandem.site, tandem.territory_id, "open_place")

    with pytest.raises(errors.RuleBroken) as refused, tandem.site.db.begin() as tx:
        tx.add(Booking(party_id=place, visit_id=visit.id, starts_at=visit.starts_at, ends_at=visit.ends_at))
    assert refused.value.facts == {"guard": "room_booking"}


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "done"},
        {"status": "cancelled", "reason": "by_person"},
        {"status": "not_held", "reason": "person_absent"},
        {"status": "moved"},
    ],
)
def test_a_visit_that_is_over_takes_nobody(tandem: Tandem, fields: dict[str, str]):
    tandem.planned_visit(10, **fields)

    tandem.planned_visit(10)
    assert live(tandem.site) == 2


def test_a_cancelled_visit_cannot_come_back_over_another(tandem: Tandem):
    first = tandem.planned_visit(10, status="cancelled", reason="by_person")
    tandem.planned_visit(10)

    with pytest.raises(errors.DoubleBooking):
        plan_again(tandem.site, first)
    with tandem.site.db() as tx:
        assert tx.get_one(Visit, first.id).status == "cancelled"


@pytest.mark.parametrize("change", ["starts_at", "ends_at", "live", "party_id"])
def test_no_update_by_hand_passes_the_guard(tandem: Tandem, change: str):
    other = builders.a_pairing(tandem.site, territory_id=tandem.territory_id, pseudonym="Tilleul")
    before = tandem.planned_visit(10)
    after = tandem.planned_visit(11)
    over = tandem.planned_visit(10, status="done")
    elsewhere = other.planned_visit(10)
    which, of, value = {
        "starts_at": (after, tandem.person_id, after.starts_at - dt.timedelta(minutes=30)),
        "ends_at": (before, tandem.person_id, after.ends_at),
        "live": (over, tandem.person_id, True),
        "party_id": (elsewhere, other.person_id, tandem.person_id),
    }[change]

    with pytest.raises(errors.DoubleBooking):
        change_by_hand(tandem.site, which, of, **{change: value})


def test_two_visits_change_places_in_one_transaction(tandem: Tandem):
    ten, eleven = tandem.planned_visit(10), tandem.planned_visit(11)

    with tandem.site.db.begin() as tx:
        first, second = tx.get_one(Visit, ten.id), tx.get_one(Visit, eleven.id)
        first.starts_at, first.ends_at, second.starts_at, second.ends_at = (
            second.starts_at,
            second.ends_at,
            first.starts_at,
            first.ends_at,
        )
        bookings.book(tx, first, second)

    with tandem.site.db() as tx:
        rows = tx.exec(select(Booking).where(Booking.visit_id == ten.id)).all()
        assert {row.starts_at for row in rows} == {eleven.starts_at}
        assert live(tandem.site) == 4


def test_whoever_no_longer_comes_is_let_go(tandem: Tandem):
    visit = tandem.planned_visit(10, professional_id=tandem.professional_id)
    other = builders.a_pairing(tandem.site, territory_id=tandem.territory_id, pseudonym="Tilleul")

    with tandem.site.db.begin() as tx:
        alone = tx.get_one(Visit, visit.id)
        alone.professional_id = None
        bookings.book(tx, alone)

    other.planned_visit(10, professional_id=tandem.professional_id)


def race(tandem: Tandem, threads: int = 4, tries: int = 6) -> int:
    """Everybody asks for the same hours of the same helper at once; how many visits were written."""
    others = [
        builders.a_pairing(tandem.site, territory_id=tandem.territory_id, pseudonym=f"Oiseau {number}")
        for number in range(threads)
    ]
    written: list[int] = []
    start = threading.Barrier(threads)

    def ask(mine: Tandem) -> None:
        start.wait()
        for number in range(tries):
            try:
                mine.planned_visit(8 + number, peer_helper_id=tandem.helper_id)
            except errors.DoubleBooking:
                continue
            written.append(number)

    workers = [threading.Thread(target=ask, args=(other,)) for other in others]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(written)


def test_of_many_who_ask_at_once_one_is_first(tandem: Tandem):
    assert race(tandem) == 6


def test_the_race_finds_a_missing_guard(tandem: Tandem):
    with tandem.site.db.begin() as tx:
        connection = tx.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE booking DROP CONSTRAINT double_booking")
        else:
            connection.exec_driver_sql("DROP TRIGGER double_booking_insert")
            connection.exec_driver_sql("DROP TRIGGER double_booking_update")

    assert race(tandem) > 6

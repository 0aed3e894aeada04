"""What is due when, on Seraing's record with a few rows changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from matching.planning.instance import Instance, Task
from matching.planning.judge import violations
from matching.planning.solve import solve
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.site import Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import Absence, Availability, PeerHelper, Person
from service.tables.territory import PublicHoliday, Territory
from tests.service.visits.seraing import START, pairing_of

DAY = 1440


def instance(tx: Session, site: Site, start: date = START, weeks: int = 4) -> Instance:
    return read_instance(tx, tx.exec(select(Territory)).one(), now=site.clock.now(), start=start, weeks=weeks)


def days_due(where: Instance, series: str) -> list[tuple[str, str]]:
    """First and last day of each due visit of a pairing, as ISO dates."""
    return [(iso(task.due[0]), iso(task.due[1] - 1)) for task in tasks(where, series)]


def tasks(where: Instance, series: str) -> list[Task]:
    return [task for task in where.tasks if task.series == series]


def iso(tick: int) -> str:
    return (START + timedelta(days=tick // DAY)).isoformat()


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (
            "weekly",
            [
                ("2027-01-11", "2027-01-12"),
                ("2027-01-13", "2027-01-19"),
                ("2027-01-20", "2027-01-26"),
                ("2027-01-27", "2027-02-02"),
            ],
        ),
        ("fortnightly", [("2027-01-11", "2027-01-12"), ("2027-01-13", "2027-01-26")]),
        ("monthly", [("2027-01-11", "2027-01-26")]),
    ],
)
def test_periods_are_counted_from_the_last_visit_held(site: Site, rhythm: str, expected: list[tuple[str, str]]):
    pairing = pairing_of(site, "SER-P001")
    with site.db.begin() as tx:
        tx.get_one(Person, pairing.person_id).visit_frequency = rhythm
        for row in tx.exec(select(Visit).where(Visit.pairing_id == pairing.id, Visit.status == "done")):
            if row.starts_at.date() > date(2026, 12, 29):
                row.status, row.reason = "cancelled", "by_service"
        tx.flush()

        assert days_due(instance(tx, site), pairing.ref) == expected


def test_half_weeks_are_three_and_four_days(site: Site):
    pairing = pairing_of(site, "SER-P001")
    with site.db.begin() as tx:
        tx.get_one(Person, pairing.person_id).visit_frequency = "twice_weekly"
        tx.flush()
        where = instance(tx, site)
        lengths = [(task.due[1] - task.due[0]) // DAY for task in tasks(where, pairing.ref)][1:]

    assert set(lengths) == {3, 4}
    assert where.one_series[pairing.ref].gap_days == 2


def test_an_absence_does_not_cancel_what_is_due(site: Site):
    pairing = pairing_of(site, "SER-P002")
    with site.db() as tx:
        where = instance(tx, site)
    listed = {one.task: one.rules for one in solve(where).unplanned}

    assert ("2027-01-16", "2027-01-22") in days_due(where, pairing.ref)
    assert listed[f"{pairing.ref}/2027-01-22"] == ("V1",)


def test_a_public_holiday_closes_the_day_for_everybody(site: Site):
    with site.db.begin() as tx:
        tx.add(PublicHoliday(country="BE", day=date(2027, 1, 12), label="essai"))
        tx.flush()
        where = instance(tx, site)

    for owner in (*where.workers, *where.clients):
        assert not any(DAY <= start < 2 * DAY for start, _ in owner.windows)


def test_odd_weeks_are_those_of_the_calendar_also_after_week_53(site: Site):
    """2026 ends with week 53; weeks 53 and 1 are two odd weeks in a row."""
    with site.db() as tx:
        odd = tx.exec(select(Availability).where(Availability.recurrence == "odd_weeks")).all()
        where = instance(tx, site, date(2026, 12, 28), 3)
        karin = where.worker["SER-W03"]

    assert odd
    fridays = [start // DAY for start, _ in karin.windows if start // DAY % 7 == 4]
    # Friday 2027-01-01 of week 53 is a public holiday; 2027-01-08 is in week 1, 2027-01-15 in week 2.
    assert fridays == [11]


def test_an_absence_of_some_hours_leaves_the_rest_of_the_day(site: Site):
    with site.db() as tx:
        where = instance(tx, site)
        taken = tx.exec(select(Absence).where(Absence.start_minute == 810)).one()

    chantal = where.worker["SER-H05"]
    assert taken.end_minute == 930
    assert (3 * DAY + 930, 3 * DAY + 1020) in chantal.windows


def test_a_person_without_coordinates_is_met_in_the_middle_of_the_neighbourhood(site: Site):
    pairing = pairing_of(site, "SER-P002")
    with site.db.begin() as tx:
        person = tx.get_one(Person, pairing.person_id)
        person.lat = person.lon = None
        tx.flush()
        where = instance(tx, site)

    assert violations(where, solve(where)) == ()
    assert where.travel["car"][tasks(where, pairing.ref)[0].place][0] > 0


def test_somebody_met_at_a_place_is_visited_there(site: Site):
    pairing = pairing_of(site, "SER-P004")
    with site.db() as tx:
        where = instance(tx, site)

    assert {task.room for task in tasks(where, pairing.ref)} == {"SER-L07"}
    assert {where.places[task.place] for task in tasks(where, pairing.ref)} == {"SER-L07"}


def test_a_first_visit_is_asked_of_the_referring_professional_then_of_the_coordinator(paired_site: Site):
    pairing = pairing_of(paired_site, "SER-P029")
    with paired_site.db() as tx:
        where = instance(tx, paired_site)
    first = tasks(where, pairing.ref)[0]

    assert (first.kind, first.minutes) == ("first_joint", 90)
    assert first.parts[1].workers == ("SER-W07", "SER-W01")
    # Accepted on 2027-01-04: late after 2027-01-18.
    assert first.late[0].after == 8 * DAY - 1
    assert [task.after for task in tasks(where, pairing.ref)[1:]] == [first.id]


def test_a_helper_who_never_goes_alone_gets_a_second_person(site: Site):
    pairing = pairing_of(site, "SER-P010")
    with site.db() as tx:
        where = instance(tx, site)
        assert tx.get_one(Pairing, pairing.id).peer_helper_id

    second = tasks(where, pairing.ref)[0].parts[1]
    assert second.role == "second"
    assert "SER-H13" not in second.workers
    # Giulia (H03) is in conflict with P010.
    assert "SER-H03" not in second.workers
    assert second.workers[-1] == "SER-W02"


def test_meetings_take_their_people_and_supervision_is_kept_free(site: Site):
    with site.db() as tx:
        where = instance(tx, site)
    nadia = [(one.start, one.end, one.rule) for one in where.worker["SER-H01"].busy]

    assert (DAY + 600, DAY + 690, "V12") in nadia  # supervision, every second Tuesday
    assert (15 * DAY + 600, 15 * DAY + 690, "V12") in nadia
    assert (8 * DAY + 540, 8 * DAY + 600, "V2") in nadia  # a concertation
    assert [(one.start, one.end) for one in where.client["SER-P001"].busy] == [(540, 600)]


def test_a_proposed_host_slot_has_a_price_and_a_confirmed_one_has_none(site: Site):
    with site.db() as tx:
        where = instance(tx, site)
    hosting = [(one.start // DAY, one.price) for one in where.worker["SER-H08"].busy if one.start % DAY == 990]

    assert hosting == [(8, 0), (22, 40)]


def test_rooms_booked_one_at_a_time_are_those_of_the_list(site: Site):
    with site.db() as tx:
        where = instance(tx, site)

    assert {room.id for room in where.rooms if room.single} == {f"SER-L{n:02d}" for n in (3, 4, 5, 6, 10)}
    assert where.room["SER-L08"].windows is not None
    assert len(where.room["SER-L08"].windows) == 1  # no windows: open day and night


@pytest.mark.parametrize("who", ["helper_answer", "person_answer"])
@pytest.mark.parametrize("answer", ["declined", "other_time"])
@pytest.mark.parametrize("keep", [False, True], ids=["anew", "going on"])
def test_who_cannot_come_is_not_given_the_same_hours_again(live: Site, who: str, answer: str, keep: bool):
    """Whether everything is planned anew or a plan goes on as it is (`domain.md`, 6 V1)."""
    with live.db.begin() as tx:
        visit = tx.exec(
            select(Visit).where(Visit.status == "planned", Visit.kind == "regular").order_by(col(Visit.starts_at))
        ).first()
        assert visit is not None
        visit.published_at = live.clock.now()
        setattr(visit, who, answer)
        tx.flush()
        where = read_instance(
            tx, tx.exec(select(Territory)).one(), now=live.clock.now(), start=START, weeks=4, keep=keep
        )
        ref, party = visit.ref, visit.person_id if who == "person_answer" else visit.peer_helper_id
        table = Person if who == "person_answer" else PeerHelper
        name = tx.get_one(table, party).ref
        stood = (visit.starts_at, visit.ends_at)
    found = solve(where)

    horizon = Horizon(START, 28, "Europe/Brussels")
    start, end = (horizon.tick(moment) for moment in stood)
    owner = where.client[name] if who == "person_answer" else where.worker[name]
    assert not any(first < end and start < last for first, last in owner.windows)
    assert violations(where, found) == ()
    assert all(one.slot.starts[0] != start for one in found.visits if one.task == ref)


def test_a_plan_that_is_looked_at_as_it_stands_keeps_a_visit_that_somebody_cannot_come_to(live: Site):
    with live.db.begin() as tx:
        territory = tx.exec(select(Territory)).one()
        told = {"now": live.clock.now(), "start": START, "weeks": 4, "stand": True}
        before = read_instance(tx, territory, **told)
        visit = tx.exec(select(Visit).where(Visit.status == "planned", Visit.kind == "regular")).first()
        assert visit is not None
        visit.helper_answer = "declined"
        tx.flush()

        assert read_instance(tx, territory, **told) == before
        assert read_instance(tx, territory, **told | {"free": frozenset({visit.ref})}).worker != before.worker

"""
Story C4: somebody is away on a Tuesday of Seraing's plan. What that touches is listed, the plan goes on with few
changes, and whoever was told of a visit that changes is to be told, each by their own channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlmodel import col, select

from matching.planning.instance import Instance
from service import absences, codes, errors, notices, pairing_life, replans, runs, visit_notices, visits
from service.clock import FixedClock
from service.database import Database
from service.ids import SeededIds
from service.site import Actor, Site
from service.tables.network import OpenSession, OpenSessionHost
from service.tables.pairings import Notice, Pairing, Visit
from service.tables.people import Absence, Party, PeerHelper, Person, Place
from service.tables.work import Run
from service.visit_changes import Moved
from service.visit_plan import Change, Draft
from tests import sites
from tests.service.visits.seraing import START, carry_out, coordinator, visits_of
from tests.service.visits.unruly import as_it_stands

TUESDAY = START + timedelta(days=1)
AWAY = "SER-H02"


def helper(site: Site, ref: str = AWAY) -> PeerHelper:
    with site.db() as tx:
        return tx.exec(select(PeerHelper).where(PeerHelper.ref == ref)).one()


def of_helper(site: Site, day: date, ref: str = AWAY) -> list[Visit]:
    who = helper(site, ref).id
    found = [one for one in visits_of(site) if one.starts_at.date() == day and one.peer_helper_id == who]
    return sorted(found, key=lambda one: one.starts_at)


def published(site: Site) -> None:
    for number in range(4):
        visits.publish(site, coordinator(site), START + timedelta(days=7 * number))


def away(site: Site, first: date = TUESDAY, last: date | None = None, **more: object) -> str:
    owner = helper(site).public_id
    return absences.enter(site, coordinator(site), owner, first, last or first, **more)  # type: ignore[arg-type]


def standing(site: Site) -> dict[str, tuple[object, ...]]:
    """Where every visit that stands is, and with whom."""
    return {
        one.ref: (one.starts_at, one.ends_at, one.status, one.pinned, one.professional_id, one.second_helper_id)
        for one in visits_of(site)
        if one.status in codes.LIVE_VISIT_STATES
    }


@pytest.fixture(scope="module")
def answered(planned: Database) -> Iterator[Database]:
    """
    Everything is published; one visit of the day is pinned and one confirmed, and so are two of others; then the
    helper is away, and the search has answered.
    """
    with sites.copied(planned) as db:
        site = replace(sites.a_site(db), ids=SeededIds(3))
        published(site)
        pinned, confirmed = of_helper(site, TUESDAY)[:2]
        others = [one for one in visits_of(site) if one.peer_helper_id != pinned.peer_helper_id][:2]
        for one in (pinned, others[0]):
            visits.pin(site, coordinator(site), one.public_id)
        for one in (confirmed, others[1]):
            actor = Actor("peer_helper", coordinator(site).territory_id, party_id=one.peer_helper_id)
            visits.answer_visit(site, actor, one.public_id, "accepted")
        made = away(site)
        run = replans.ask_after(site, coordinator(site), absences.touched(site, coordinator(site), made))
        carry_out(site, run)
        yield db


@pytest.fixture
def site(answered: Database) -> Iterator[Site]:
    with sites.copied(answered) as db:
        yield replace(sites.a_site(db), ids=SeededIds(4))


def last_run(site: Site) -> str:
    found = runs.last(site, coordinator(site), "replan")
    assert found is not None
    return found.public_id


def absence_of(site: Site) -> str:
    with site.db() as tx:
        return tx.exec(
            select(Absence.public_id).where(Absence.owner_id == helper(site).id, Absence.first_day == TUESDAY)
        ).one()


def plans(site: Site) -> replans.Drafts:
    found = replans.drafts(site, coordinator(site), last_run(site))
    assert found is not None
    return found


def changed(draft: Draft) -> list[Change]:
    return [one for one in draft.changes if one.kind != "unchanged"]


def test_exactly_the_visits_meetings_and_host_slots_of_the_absence_are_listed(site: Site):
    host = helper(site).id
    with site.db.begin() as tx:
        series = tx.exec(select(OpenSession).where(OpenSession.weekday == 2)).first()
        assert series is not None
        begins = series.start_minute
        for day in (TUESDAY, TUESDAY + timedelta(days=7)):
            tx.add(
                OpenSessionHost(
                    open_session_id=series.id or 0,
                    on=day,
                    host_id=host,
                    status="confirmed",
                    changed_at=site.clock.now(),
                )
            )
    found = absences.touched(site, coordinator(site), absence_of(site))

    assert [one.public_id for one in found.visits] == [one.public_id for one in of_helper(site, TUESDAY)]
    assert [(one.kind, one.start.date()) for one in found.meetings] == [("supervision", TUESDAY)]
    assert [(one.start.date(), one.start.hour * 60 + one.start.minute) for one in found.slots] == [(TUESDAY, begins)]


def test_only_what_cannot_stand_changes_and_pinned_and_confirmed_visits_of_others_stay(site: Site):
    before = standing(site)
    freed = {one.ref for one in of_helper(site, TUESDAY)}
    draft = plans(site).fewest

    assert {one.id for one in changed(draft)} == freed
    visits.apply_draft(site, coordinator(site), last_run(site), which="fewest")
    after = standing(site)
    assert {ref: where for ref, where in after.items() if ref not in freed} == {
        ref: where for ref, where in before.items() if ref not in freed
    }
    assert absences.touched(site, coordinator(site), absence_of(site)).visits == ()
    assert visits.judge_live(site) == []


def test_what_is_not_accepted_stays_and_whoever_was_told_is_told_by_their_own_channel(site: Site):
    draft = plans(site).fewest
    one, other = changed(draft)
    announced = {(reached.who, reached.how) for reached in one.told}
    visits.apply_draft(site, coordinator(site), last_run(site), [one.id], which="fewest")

    told = [row for row in notices.to_tell(site, coordinator(site)) if row.to is not None]
    assert {(row.to.who, row.to.how) for row in told if row.to is not None} == announced
    assert len(announced) == 2
    with site.db() as tx:
        person = tx.exec(select(Person).where(Person.pseudonym == one.pseudonym)).one()
        left = tx.exec(select(Visit).where(Visit.ref == other.id)).one()
    assert (person.pseudonym, person.contact_channel) in announced
    assert (one.helper, "own_page") in announced
    assert left.status in codes.LIVE_VISIT_STATES
    assert {row.before.date() for row in told if row.before is not None} == {TUESDAY}


def test_a_plan_that_changed_meanwhile_is_not_applied_and_one_is_applied_once(site: Site):
    actor, run = coordinator(site), last_run(site)
    visits.apply_draft(site, actor, run, [], which="fewest")
    with pytest.raises(errors.Outdated):
        visits.apply_draft(site, actor, run, which="fewest")
    assert plans(site).fewest.applied_at is not None


def test_somebody_who_changes_a_visit_makes_the_plans_outdated(site: Site):
    before = standing(site)
    one = next(row for row in visits_of(site) if row.status == "planned" and not row.pinned)
    visits.pin(site, coordinator(site), one.public_id)

    assert plans(site).fewest.is_outdated
    with pytest.raises(errors.Outdated):
        visits.apply_draft(site, coordinator(site), last_run(site), which="fewest")
    assert standing(site).keys() == before.keys()


def test_the_plan_that_was_looked_at_is_applied_also_when_another_was_found_since(site: Site):
    before = standing(site)
    with site.db.begin() as tx:
        run = tx.exec(select(Run).where(Run.kind == "replan")).one()
        run.draft = msgspec.to_builtins(as_it_stands(msgspec.convert(run.snapshot, Instance)))
        tx.add(run)

    assert changed(visits.draft(site, coordinator(site), last_run(site), "first")) == []
    assert visits.apply_draft(site, coordinator(site), last_run(site), which="first") == 0
    assert standing(site) == before


def test_what_was_declined_or_ended_meanwhile_does_not_come_back(site: Site):
    ended = changed(plans(site).fewest)[0]
    with site.db() as tx:
        visit = tx.exec(select(Visit).where(Visit.ref == ended.id)).one()
        pairing = tx.exec(select(Visit.pairing_id).where(Visit.ref == ended.id)).one()
    person = Actor("person", coordinator(site).territory_id, party_id=visit.person_id)
    with site.db() as tx:
        row = tx.get_one(Pairing, pairing)
    pairing_life.stop(site, person, row.public_id, revision=row.revision)

    draft = plans(site).fewest
    assert draft.is_outdated
    assert ended.pseudonym not in {one.pseudonym for one in draft.changes}
    assert ended.pseudonym not in {one.pseudonym for one in draft.unplanned}


def test_what_has_begun_is_never_touched(site: Site):
    [first, *_] = of_helper(site, TUESDAY)
    begun = replace(site, clock=FixedClock(first.starts_at + timedelta(minutes=1)))
    found = absences.touched(begun, coordinator(begun), absence_of(begun))

    assert first.public_id not in {one.public_id for one in found.visits}


def test_a_late_bus_touches_only_its_hours(live: Site):
    first, second = of_helper(live, TUESDAY)[:2]
    local = first.starts_at.hour + 1  # winter in Seraing
    made = away(live, hours=(0, local * 60 + 30), kind="unplanned")
    found = absences.touched(live, coordinator(live), made)

    assert [one.public_id for one in found.visits] == [first.public_id]
    assert second.public_id not in {one.public_id for one in found.visits}


@pytest.mark.parametrize(("start", "end", "touches"), [(0, 0, False), (0, 1, True), (59, 120, True), (60, 120, False)])
def test_an_absence_that_only_touches_a_visit_at_its_edge_leaves_it(live: Site, start: int, end: int, touches: bool):
    first = of_helper(live, TUESDAY)[0]
    begins = (first.starts_at.hour + 1) * 60 + first.starts_at.minute
    lasts = int((first.ends_at - first.starts_at).total_seconds() // 60)
    hours = {
        (0, 0): (begins - 60, begins),
        (0, 1): (begins - 60, begins + 1),
        (59, 120): (begins + lasts - 1, begins + lasts),
        (60, 120): (begins + lasts, begins + lasts + 5),
    }[start, end]
    found = absences.touched(live, coordinator(live), away(live, hours=hours))

    assert (first.public_id in {one.public_id for one in found.visits}) == touches


def test_a_place_that_closes_touches_the_visits_in_it(live: Site):
    with live.db() as tx:
        visit = tx.exec(
            select(Visit).where(
                col(Visit.place_id).is_not(None), col(Visit.starts_at) >= datetime(2027, 1, 11, tzinfo=UTC)
            )
        ).first()
        assert visit is not None
        place = tx.get_one(Place, visit.place_id)
    day = visit.starts_at.date()
    made = absences.enter(live, coordinator(live), place.public_id, day, day)
    found = absences.touched(live, coordinator(live), made)

    assert visit.public_id in {one.public_id for one in found.visits}
    assert found.absence.owner == place.name


WRONG = {
    "backwards": (TUESDAY, START, None, "avant le premier"),
    "hours": (TUESDAY, TUESDAY, (720, 600), "avant l’heure de début"),
    "no time": (TUESDAY, TUESDAY, (600, 600), "avant l’heure de début"),
    "another year": (date(2072, 1, 12), date(2072, 1, 12), None, "plus d’un an"),
    "too long": (TUESDAY, date(2029, 1, 12), None, "un an au plus"),
}


@pytest.mark.parametrize("name", WRONG)
def test_days_that_make_no_sense_are_refused_with_what_to_do(live: Site, name: str):
    first, last, hours, says = WRONG[name]
    with live.db() as tx:
        before = len(tx.exec(select(Absence)).all())
    with pytest.raises(errors.AbsenceNotValid, match=says):
        away(live, first, last, hours=hours)
    with live.db() as tx:
        assert len(tx.exec(select(Absence)).all()) == before


def test_an_absence_over_another_is_refused_and_beside_it_is_not(live: Site):
    away(live, hours=(600, 720))
    with pytest.raises(errors.AbsenceNotValid, match="déjà notée"):
        away(live, START, TUESDAY)
    with pytest.raises(errors.AbsenceNotValid, match="déjà notée"):
        away(live, hours=(660, 780))
    away(live, hours=(720, 780))


def test_an_absence_that_is_taken_back_is_gone_and_one_that_began_ended_yesterday(live: Site):
    made = away(live, TUESDAY, TUESDAY + timedelta(days=3))
    later = replace(live, clock=FixedClock.at_eight(TUESDAY + timedelta(days=2), "Europe/Brussels"))
    absences.end(later, coordinator(later), made)
    with live.db() as tx:
        assert tx.exec(select(Absence.last_day).where(Absence.public_id == made)).one() == TUESDAY + timedelta(days=1)
    with pytest.raises(errors.StepNotAllowed):
        absences.end(later, coordinator(later), made)
    absences.end(live, coordinator(live), made)
    with live.db() as tx:
        assert tx.exec(select(Absence).where(Absence.public_id == made)).first() is None


def test_a_helper_says_when_they_are_away_and_only_the_coordination_hears_of_it(live: Site):
    own = Actor("peer_helper", coordinator(live).territory_id, party_id=helper(live).id)
    made = absences.enter(live, own, None, TUESDAY, TUESDAY)
    [told] = [one for one in notices.to_tell(live, coordinator(live)) if one.absence == made]

    assert (told.code, told.to, told.name) == ("helper_away", None, helper(live).display_name)
    assert notices.own(live, own) == []
    with pytest.raises(errors.NotAllowed):
        absences.enter(live, own, helper(live, "SER-H03").public_id, TUESDAY, TUESDAY)
    other = replace(own, party_id=helper(live, "SER-H03").id)
    with pytest.raises(errors.NotFound):
        absences.end(live, other, made)
    absences.end(live, own, made)
    assert [one for one in notices.to_tell(live, coordinator(live)) if one.absence == made] == []


def test_nobody_of_another_territory_can_be_away_here(live: Site):
    stranger = Actor("coordinator", 99)
    made = away(live)

    with pytest.raises(errors.NotFound):
        absences.end(live, Actor("peer_helper", 99, party_id=1), made)
    with pytest.raises(Exception):  # noqa: B017
        absences.touched(live, stranger, made)


# Who is told when a visit moves by hand, or with an ordinary plan


def told_of(site: Site, visit: Visit) -> set[tuple[str, str]]:
    with site.db() as tx:
        rows = tx.exec(select(Notice).where(Notice.visit_id == visit.id, col(Notice.told_at).is_(None))).all()
        return {(row.code, tx.get_one(Party, row.party_id).kind) for row in rows}


def a_moved_visit(site: Site) -> tuple[Visit, Moved]:
    """A visit as it was, and its move to the best of its other slots."""
    with site.db() as tx:
        party = tx.exec(select(Person.id).where(Person.ref == "SER-P013")).one()
    row = next(one for one in visits_of(site) if one.person_id == party)
    choice = visits.slots_for(site, coordinator(site), row.public_id)[0]
    return row, visits.move(site, coordinator(site), row.public_id, choice.id)


def test_a_published_visit_moved_by_hand_is_told_to_both_with_the_hour_they_know(live: Site):
    published(live)
    row, _ = a_moved_visit(live)

    assert told_of(live, row) == {("visit_moved", "person"), ("visit_moved", "peer_helper")}
    for one in notices.to_tell(live, coordinator(live)):
        assert one.before == row.starts_at
        assert one.after != row.starts_at


def test_a_visit_moved_back_leaves_nothing_to_say_and_one_that_is_not_published_neither(live: Site):
    row, _ = a_moved_visit(live)
    assert told_of(live, row) == set()
    published(live)
    row, moved = a_moved_visit(live)
    assert told_of(live, row) != set()
    visits.take_back(live, coordinator(live), row.public_id, moved.before, revision=moved.revision)

    assert told_of(live, row) == set()


def test_a_moved_visit_that_is_cancelled_is_told_with_the_hour_they_know(live: Site):
    published(live)
    row, _ = a_moved_visit(live)
    visits.cancel(live, coordinator(live), row.public_id)

    assert told_of(live, row) == {("visit_cancelled", "person"), ("visit_cancelled", "peer_helper")}
    assert {one.before for one in notices.to_tell(live, coordinator(live))} == {row.starts_at}


def test_whoever_comes_along_instead_is_told_and_nobody_once_it_is_as_it_was(live: Site):
    published(live)
    row = next(one for one in visits_of(live) if one.second_helper_id is not None and one.status == "planned")
    party = {row.person_id, row.peer_helper_id, row.second_helper_id}
    other = next(ref for ref in ("SER-H01", "SER-H03", "SER-H04") if helper(live, ref).id not in party)

    newcomer, actor = helper(live, other), coordinator(live)

    def along(who: int | None) -> None:
        with live.db.begin() as tx:
            visit = tx.get_one(Visit, row.id)
            known = visit_notices.known(visit)
            visit.second_helper_id = who
            tx.flush()
            visit_notices.tell_of_change(tx, live, actor, visit, known)

    along(newcomer.id)
    assert {(one.to.who, one.code) for one in notices.to_tell(live, coordinator(live)) if one.to is not None} == {
        (name_of(live, row.person_id), "visit_company"),
        (name_of(live, row.peer_helper_id), "visit_company"),
        (name_of(live, row.second_helper_id or 0), "visit_left"),
        (newcomer.display_name, "visit_joined"),
    }
    along(row.second_helper_id)
    assert told_of(live, row) == set()


def name_of(site: Site, party: int) -> str:
    with site.db() as tx:
        person = tx.get(Person, party)
        return person.pseudonym if person is not None else tx.get_one(PeerHelper, party).display_name

"""An outcome is taken back within a day, an answer as long as it is open; what followed from it goes too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import bookings, visit_outcomes, visits
from service.errors import DoubleBooking, NotFound, StepNotAllowed
from service.site import Actor
from service.tables.pairings import Visit
from tests.service.agenda.a_visit import END, START, AVisit
from tests.service.web.network import MOMENT, Network

DAY = timedelta(days=1)


@pytest.mark.parametrize("before", ["planned", "confirmed"])
def test_a_visit_noted_as_held_stands_as_before_once_taken_back(network: Network, before: str):
    visit = AVisit(network, status=before)
    visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id)
    visit_outcomes.take_back(visit.at(END + DAY - timedelta(minutes=1)), visit.helper, visit.public_id)

    assert (visit.row.status, visit.row.reason) == (before, None)
    assert visit.actions()[-1] == "visit.outcome_taken_back"
    visit_outcomes.note_not_held(visit.at(END + DAY), visit.helper, visit.public_id, "person_absent")
    assert visit.row.status == "not_held"


@pytest.mark.parametrize(("before", "rises"), [("planned", [1, 2, 3]), ("confirmed", [0, 0, 0])])
def test_calendars_hear_only_of_what_they_then_say_otherwise(network: Network, before: str, rises: list[int]):
    visit = AVisit(network, status=before)
    seen: list[int] = []
    visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id)
    seen.append(visit.row.sequence)
    visit_outcomes.take_back(visit.at(END), visit.helper, visit.public_id)
    seen.append(visit.row.sequence)
    visit_outcomes.note_not_held(visit.at(END), visit.helper, visit.public_id, "person_absent")
    seen.append(visit.row.sequence)

    assert seen == rises


def test_after_a_day_it_stays(network: Network):
    visit = AVisit(network)
    visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id)

    with pytest.raises(StepNotAllowed):
        visit_outcomes.take_back(visit.at(END + DAY), visit.helper, visit.public_id)
    assert visit.row.status == "done"


def test_what_was_never_noted_here_is_not_taken_back(network: Network):
    visit = AVisit(network)

    with pytest.raises(StepNotAllowed):
        visit_outcomes.take_back(visit.at(END), visit.helper, visit.public_id)


def test_the_trial_that_began_with_it_did_not_begin(network: Network):
    visit = AVisit(network, pairing="accepted", kind="first_joint", person_answer="accepted")
    visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id)
    assert (visit.pairing.status, visit.pairing.trial_start) == ("trial", START.date())
    visit_outcomes.take_back(visit.at(END), visit.helper, visit.public_id)

    assert (visit.pairing.status, visit.pairing.trial_start, visit.pairing.trial_end) == ("accepted", None, None)


def test_another_territory_takes_nothing_back(network: Network):
    visit, other = AVisit(network), AVisit(network, "OTH")
    visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id)

    with pytest.raises(NotFound):
        visit_outcomes.take_back(visit.at(END), other.helper, visit.public_id)


def test_a_yes_is_taken_back_and_the_visit_waits_again(network: Network):
    visit = AVisit(network, status="planned", helper_answer="pending")
    site = network.site
    visits.answer_visit(site, visit.helper, visit.public_id, "accepted")
    assert visit.row.status == "confirmed"
    visits.take_back_answer(site, visit.helper, visit.public_id)

    assert (visit.row.status, visit.row.helper_answer) == ("planned", "pending")


def test_a_no_is_taken_back_and_whoever_had_not_heard_of_it_need_not(network: Network):
    visit = AVisit(network)
    visits.answer_visit(network.site, visit.helper, visit.public_id, "declined")
    assert (visit.row.status, len(visit.notices("visit_cancelled"))) == ("cancelled", 1)
    assert [one.who for one in visits.open_refusals(network.site, visit.helper)] == ["Yann"]
    visits.take_back_answer(network.site, visit.helper, visit.public_id)

    assert (visit.row.status, visit.row.helper_answer, visit.row.reason) == ("planned", "pending", None)
    assert visit.notices("visit_cancelled") == []
    assert visits.open_refusals(network.site, visit.helper) == ()


@pytest.mark.parametrize("role", ["helper", "person"])
def test_a_visit_that_somebody_cancelled_is_taken_back_by_them_like_a_no(network: Network, role: str):
    visit = AVisit(network)
    actor: Actor = getattr(visit, role)
    visits.cancel(network.site, actor, visit.public_id)
    assert [one.public_id for one in visits.open_refusals(network.site, actor)] == [visit.public_id]
    visits.take_back_answer(network.site, actor, visit.public_id)

    # Only the helper's yes is needed, and after the person's change of mind it still holds.
    assert visit.row.status == ("planned" if role == "helper" else "confirmed")
    assert visit.notices("visit_cancelled") == []


def test_a_visit_that_the_coordinator_cancelled_is_nobodys_no(network: Network):
    visit = AVisit(network)
    visits.cancel(network.site, visit.coordinator, visit.public_id)

    assert visits.open_refusals(network.site, visit.helper) == visits.open_refusals(network.site, visit.person) == ()


def test_a_no_whose_hour_went_to_somebody_else_stays(network: Network):
    visit = AVisit(network)
    visits.answer_visit(network.site, visit.helper, visit.public_id, "declined")
    row = visit.row
    with network.site.db.begin() as tx:
        taken = row.model_dump(exclude={"id"}) | {
            "public_id": "f" * 32,
            "ref": "SER-V10",
            "uid": "another@lefil",
            "status": "planned",
            "reason": None,
        }
        other = Visit(**taken)
        tx.add(other)
        bookings.book(tx, other)

    with pytest.raises(DoubleBooking):
        visits.take_back_answer(network.site, visit.helper, visit.public_id)
    assert visit.row.status == "cancelled"


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_other_side_and_a_visit_that_began_are_left_alone(network: Network, hours: int):
    visit = AVisit(network)
    actor = visit.person if hours < 0 else visit.helper

    with pytest.raises(StepNotAllowed):
        visits.take_back_answer(visit.at(START + timedelta(hours=hours)), actor, visit.public_id)
    assert visit.row.helper_answer == "accepted"
    assert MOMENT < START


@pytest.mark.parametrize(("role", "name"), [("peer_helper", "Ana"), ("person", "Yann")])
def test_a_visit_that_has_begun_is_not_asked_about_any_more(network: Network, role: str, name: str):
    visit = AVisit(network, status="planned", helper_answer="pending")

    assert "Oui, j’accepte" in visit.browser(START - timedelta(minutes=5), role, name).read("/agenda").text
    later = visit.browser(START + timedelta(minutes=5), role, name)
    assert "Oui, j’accepte" not in later.read("/agenda").text
    if role == "person":
        assert "Avec Ana" in later.read("/ma-page").text
        assert "/ma-page/rencontres/" not in later.read("/ma-page").text

"""Visits that took place, and those that did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service import errors, visit_outcomes
from service.clock import FixedClock
from service.tables.people import PeerHelper
from tests.service.pairings.builders import TODAY, Network
from tests.service.pairings.life import FIRST_MEETING, TRIAL_END, Tandem, accepted, live

DAY = timedelta(days=1)


def at(pair: Tandem, moment: datetime) -> Tandem:
    """The same pairing at a moment."""
    network = Network(replace(pair.network.site, clock=FixedClock(moment)))
    return Tandem(network, pair.person_ref, pair.helper_ref, pair.public_id)


def test_the_joint_first_visit_held_begins_the_trial_on_its_day(seraing: Network):
    pair = accepted(seraing)
    visit = pair.visit(FIRST_MEETING, kind="first_joint")
    late = pair.on(FIRST_MEETING + 3 * DAY)

    assert visit_outcomes.note_held(late.network.site, late.helper, visit.public_id) == "trial"
    assert (pair.row.trial_start, pair.row.trial_end) == (FIRST_MEETING, TRIAL_END)
    assert (pair.again(visit).status, pair.again(visit).sequence) == ("done", 1)
    assert pair.booked(visit) == {False}
    assert seraing.actions()[-2:] == ["pairing.trial_begun", "visit.held"]


def test_the_day_of_a_first_visit_late_in_the_evening_is_the_one_there(seraing: Network):
    pair = accepted(seraing)
    visit = pair.visit(FIRST_MEETING, hour=23, kind="first_joint")  # past midnight in Seraing
    visit_outcomes.note_held(pair.on(FIRST_MEETING + 2 * DAY).network.site, pair.helper, visit.public_id)

    assert pair.row.trial_start == FIRST_MEETING + DAY


def test_a_first_visit_that_did_not_take_place_leaves_the_pairing_accepted(seraing: Network):
    pair = accepted(seraing)
    visit = pair.visit(FIRST_MEETING, kind="first_joint")
    visit_outcomes.note_not_held(
        pair.on(FIRST_MEETING + DAY).network.site, pair.helper, visit.public_id, "person_absent"
    )

    assert (pair.row.status, pair.row.trial_start) == ("accepted", None)


@pytest.mark.parametrize(("minute", "allowed"), [(-1, False), (0, True), (1, True)])
def test_a_visit_is_noted_from_its_first_minute_on(seraing: Network, minute: int, allowed: bool):
    pair = live(seraing, "SER-P007")
    visit = pair.visit(TODAY + DAY, hour=9)
    then = at(pair, datetime(2027, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=minute))
    if not allowed:
        with pytest.raises(errors.StepNotAllowed):
            visit_outcomes.note_held(then.network.site, then.helper, visit.public_id)
        with pytest.raises(errors.StepNotAllowed):
            visit_outcomes.note_not_held(then.network.site, then.helper, visit.public_id, "helper_absent")
    else:
        visit_outcomes.note_held(then.network.site, then.helper, visit.public_id)
    assert pair.again(visit).status == ("done" if allowed else "planned")


def test_two_in_a_row_are_a_task_for_the_coordinator_and_nothing_else(seraing: Network):
    pair = live(seraing, "SER-P007")
    missed = [pair.visit(TODAY + number * DAY, hour=9) for number in (1, 3, 5)]
    helper = seraing.helper(pair.helper_ref)
    late = pair.on(TODAY + 7 * DAY)
    visit_outcomes.note_not_held(late.network.site, late.helper, missed[0].public_id, "person_absent")
    assert ("", "two_absences") not in late.told()

    visit_outcomes.note_not_held(late.network.site, late.coordinator, missed[1].public_id, "helper_absent")
    assert ("", "two_absences") in late.told()
    visit_outcomes.note_not_held(late.network.site, late.helper, missed[2].public_id, "person_absent")
    assert sorted(late.told()) == [("", "two_absences")]
    assert (pair.row.status, pair.person_row.status) == ("active", "paired")
    assert seraing.row(PeerHelper, pair.helper_ref) == helper


def test_one_that_took_place_in_between_breaks_the_row(seraing: Network):
    pair = live(seraing, "SER-P007")
    first, second, third = (pair.visit(TODAY + number * DAY, hour=9) for number in (1, 3, 5))
    late = pair.on(TODAY + 7 * DAY)
    visit_outcomes.note_not_held(late.network.site, late.helper, first.public_id, "person_absent")
    visit_outcomes.note_held(late.network.site, late.helper, second.public_id)
    visit_outcomes.note_not_held(late.network.site, late.helper, third.public_id, "person_absent")

    assert late.told() == set()


def test_a_visit_is_noted_once_and_a_cancelled_one_never(seraing: Network):
    pair = live(seraing, "SER-P007")
    visit, gone = pair.visit(TODAY + DAY, hour=9), pair.visit(TODAY + 2 * DAY, status="cancelled", reason="by_person")
    late = pair.on(TODAY + 7 * DAY)
    visit_outcomes.note_held(late.network.site, late.helper, visit.public_id)
    for noted in (visit, gone):
        with pytest.raises(errors.StepNotAllowed):
            visit_outcomes.note_held(late.network.site, late.helper, noted.public_id)
        with pytest.raises(errors.StepNotAllowed):
            visit_outcomes.note_not_held(late.network.site, late.helper, noted.public_id, "person_absent")


@pytest.mark.parametrize("reason", ["", "by_person", "ill"])
def test_who_was_not_there_is_one_of_two_and_no_cause(seraing: Network, reason: str):
    pair = live(seraing, "SER-P007")
    visit = pair.visit(TODAY + DAY, hour=9)
    late = pair.on(TODAY + 7 * DAY)
    with pytest.raises(errors.StepNotAllowed):
        visit_outcomes.note_not_held(late.network.site, late.helper, visit.public_id, reason)


def test_only_the_helper_whose_visit_it_is_and_the_coordinator_note_it(seraing: Network):
    pair = live(seraing, "SER-P007")
    second = seraing.helper("SER-H01")
    visit = pair.visit(TODAY + DAY, hour=9, second_helper_id=second.id)
    late = pair.on(TODAY + 7 * DAY)
    for actor in (late.person, seraing.as_helper("SER-H01")):
        with pytest.raises(errors.NotAllowed):
            visit_outcomes.note_held(late.network.site, actor, visit.public_id)
    with pytest.raises(errors.NotFound):
        visit_outcomes.note_held(late.network.site, seraing.as_helper("SER-H02"), visit.public_id)
    with pytest.raises(errors.Outdated):
        visit_outcomes.note_held(late.network.site, late.helper, visit.public_id, revision=visit.revision + 1)
    visit_outcomes.note_held(late.network.site, late.coordinator, visit.public_id, revision=visit.revision)

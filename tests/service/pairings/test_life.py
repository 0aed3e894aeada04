"""Pause, resume, end, hand over, settle, and what a day brings by itself: each step allowed and not allowed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service import checking, days, errors, notices, pairing_life, pairings, visits
from service.planning_data import read_instance
from service.tables.pairings import Pairing
from service.tables.territory import Territory
from tests.service.pairings.builders import TODAY, Network
from tests.service.pairings.life import Tandem, accepted, in_trial, live

DAY = timedelta(days=1)


@pytest.fixture
def active(seraing: Network) -> Tandem:
    return live(seraing, "SER-P007")


def pause(pair: Tandem, first: date = TODAY, last: date | None = None, **fields: object) -> str:
    return pairing_life.pause(pair.network.site, pair.person, pair.public_id, first, last, **fields)  # type: ignore[arg-type]


def nothing_is_wrong(pair: Tandem) -> bool:
    return [one for one in checking.problems(pair.network.site) if one.check in ("state", "booking", "consent")] == []


@pytest.mark.parametrize("state", ["proposed", "accepted", "trial", "paused", "ended"])
def test_only_an_active_pairing_is_paused(seraing: Network, state: str):
    if state == "proposed":
        pair = Tandem(seraing, "SER-P034", "SER-H10", seraing.propose("SER-P034", "SER-H10"))
    elif state == "accepted":
        pair = accepted(seraing)
    elif state == "trial":
        pair = in_trial(seraing)
    else:
        pair = live(seraing, "SER-P027")  # paused
        if state == "ended":
            pairing_life.stop(seraing.site, pair.helper, pair.public_id)
    with pytest.raises(errors.StepNotAllowed):
        pause(pair)


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY - DAY, None), (TODAY, TODAY - DAY), (TODAY + 400 * DAY, None), (TODAY - DAY, TODAY + DAY)],
)
def test_the_days_of_a_pause_are_in_order_and_ahead(active: Tandem, first: date, last: date | None):
    with pytest.raises(errors.NotAcceptable):
        pause(active, first, last)
    assert active.row.status == "active"


@pytest.mark.parametrize(
    ("day", "cancelled"),
    [
        (TODAY + 4 * DAY, False),
        (TODAY + 5 * DAY, True),
        (TODAY + 8 * DAY, True),
        (TODAY + 10 * DAY, True),
        (TODAY + 11 * DAY, False),
    ],
)
def test_visits_inside_a_pause_are_cancelled_and_no_other(active: Tandem, day: date, cancelled: bool):
    visit = active.visit(day, hour=11)
    pause(active, TODAY + 5 * DAY, TODAY + 10 * DAY)

    assert (active.again(visit).status == "cancelled") is cancelled
    assert active.booked(visit) == {not cancelled}


def test_a_pause_set_ahead_begins_and_ends_by_itself(active: Tandem):
    pause(active, TODAY + 5 * DAY, TODAY + 10 * DAY)
    assert (active.row.status, active.person_row.status) == ("active", "paired")
    assert days.turn(active.on(TODAY + 4 * DAY).network.site) == 0

    assert days.turn(active.on(TODAY + 5 * DAY).network.site) == 1
    assert (active.row.status, active.person_row.status) == ("paused", "paused")
    assert days.turn(active.on(TODAY + 6 * DAY).network.site) == 0

    days.turn(active.on(TODAY + 10 * DAY).network.site)
    assert active.row.status == "paused"
    days.turn(active.on(TODAY + 11 * DAY).network.site)
    assert (active.row.status, active.person_row.status) == ("active", "paired")
    assert active.row.paused_until == TODAY + 10 * DAY
    assert "pairing_resumed" in {
        one.code for one in notices.own(active.on(TODAY + 11 * DAY).network.site, active.helper)
    }
    assert nothing_is_wrong(active.on(TODAY + 11 * DAY))


def test_a_pause_without_a_last_day_goes_on_until_somebody_resumes(active: Tandem):
    pause(active)
    later = active.on(TODAY + 90 * DAY)
    pairing_life.turn(later.network.site)
    assert active.row.status == "paused"

    assert pairing_life.resume(later.network.site, later.helper, active.public_id) == "active"
    assert active.row.paused_until == TODAY + 89 * DAY
    pairing_life.turn(later.network.site)
    assert active.row.status == "active"


def test_a_pause_ended_on_its_first_day_or_called_off_before_leaves_no_trace(active: Tandem):
    pause(active)
    pairing_life.resume(active.network.site, active.person, active.public_id)
    assert (active.row.status, active.row.paused_from, active.row.paused_until) == ("active", None, None)

    pause(active, TODAY + 3 * DAY)
    pairing_life.resume(active.network.site, active.person, active.public_id)
    assert (active.row.status, active.row.paused_from) == ("active", None)
    with pytest.raises(errors.StepNotAllowed):
        pairing_life.resume(active.network.site, active.person, active.public_id)


def test_a_pause_of_the_files_ends_on_the_day_after_its_last(seraing: Network):
    pair = live(seraing, "SER-P027")
    pairing_life.turn(pair.on(date(2027, 1, 29)).network.site)
    assert pair.row.status == "paused"
    pairing_life.turn(pair.on(date(2027, 1, 30)).network.site)
    assert (pair.row.status, pair.row.reason) == ("active", None)


def due(pair: Tandem) -> list[str]:
    """Last days of the periods in which a visit is due, in the four weeks from 2027-01-11."""
    site = pair.network.site
    with site.db() as tx:
        territory = tx.get_one(Territory, pair.coordinator.territory_id)
        found = read_instance(tx, territory, now=site.clock.now(), start=date(2027, 1, 11), weeks=4)
    return [task.id.partition("/")[2] for task in found.tasks if task.series == pair.row.ref]


def test_nothing_is_due_in_a_pause_set_ahead(seraing: Network):
    pair = live(seraing, "SER-P013")
    assert due(pair) == ["2027-01-11", "2027-01-18", "2027-01-25", "2027-02-01"]

    pause(pair, date(2027, 1, 17), date(2027, 2, 1))
    assert due(pair) == ["2027-01-11", "2027-01-18"]
    with pair.network.site.db() as tx:
        territory = tx.get_one(Territory, pair.coordinator.territory_id)
        found = read_instance(tx, territory, now=seraing.site.clock.now(), start=date(2027, 1, 11), weeks=4)
    series = next(one for one in found.series if one.id == pair.row.ref)
    assert series.live == ((0, 6 * 1440), (22 * 1440, 28 * 1440))


def test_each_may_pause_and_resume_and_others_may_not(active: Tandem):
    site = active.network.site
    assert pairing_life.pause(site, active.helper, active.public_id, TODAY) == "paused"
    assert pairing_life.resume(site, active.coordinator, active.public_id) == "active"
    assert pairing_life.pause(site, active.coordinator, active.public_id, TODAY, side="person", how="phone") == "paused"
    with pytest.raises(errors.NotAllowed):
        pairing_life.resume(site, active.coordinator, active.public_id, side="person")
    with pytest.raises(errors.NotFound):
        pairing_life.resume(site, active.network.as_helper("SER-H01"), active.public_id)
    with pytest.raises(errors.NotAllowed):
        pairing_life.resume(site, active.person, active.public_id, side="peer_helper")


@pytest.mark.parametrize("side", ["person", "peer_helper"])
@pytest.mark.parametrize("state", ["accepted", "trial", "active", "paused"])
def test_each_side_stops_at_any_time_without_a_reason(seraing: Network, state: str, side: str):
    pair = {
        "accepted": lambda: accepted(seraing),
        "trial": lambda: in_trial(seraing),
        "active": lambda: live(seraing, "SER-P007"),
        "paused": lambda: live(seraing, "SER-P027"),
    }[state]()
    pairing_life.stop(pair.network.site, pair.actor(side), pair.public_id)

    by = "person" if side == "person" else "helper"
    assert pair.row.reason == (f"ended_in_trial_by_{by}" if state == "trial" else f"asked_by_{by}")
    assert pair.person_row.status == "waiting"
    with pytest.raises(errors.StepNotAllowed):
        pairing_life.stop(pair.network.site, pair.actor(side), pair.public_id)


def test_a_proposal_is_answered_and_not_stopped(seraing: Network):
    pairing = seraing.propose("SER-P034", "SER-H10")
    with pytest.raises(errors.StepNotAllowed):
        pairing_life.stop(seraing.site, seraing.as_person("SER-P034"), pairing)


@pytest.mark.parametrize(
    ("reason", "person", "asked"),
    [
        ("goals_reached", "closed", "fulfilled"),
        ("other_help_found", "closed", "closed"),
        ("moved_away", "closed", "fulfilled"),
        ("needs_changed", "waiting", "waiting"),
        ("helper_left", "waiting", "waiting"),
        ("asked_by_person", "waiting", "waiting"),
        ("asked_by_helper", "waiting", "waiting"),
        ("safety", "waiting", "waiting"),
    ],
)
def test_whether_the_person_waits_again_follows_the_reason(active: Tandem, reason: str, person: str, asked: str):
    active.visit(TODAY + 3 * DAY)
    pairing_life.end(active.network.site, active.coordinator, active.public_id, reason)

    assert (active.row.status, active.row.reason) == ("ended", reason)
    assert active.person_row.status == person
    assert active.network.request_of("SER-P007").status == asked
    assert nothing_is_wrong(active)


@pytest.mark.parametrize(
    ("reason", "waits", "person"), [("goals_reached", True, "waiting"), ("safety", False, "closed")]
)
def test_the_coordinator_may_choose_otherwise(active: Tandem, reason: str, waits: bool, person: str):
    pairing_life.end(active.network.site, active.coordinator, active.public_id, reason, waits=waits)
    assert active.person_row.status == person


@pytest.mark.parametrize("reason", ["", "because", "consent_withdrawn", "by_person"])
def test_an_end_has_a_reason_of_the_list(active: Tandem, reason: str):
    with pytest.raises(errors.StepNotAllowed):
        pairing_life.end(active.network.site, active.coordinator, active.public_id, reason)
    assert active.row.status == "active"


def test_only_the_coordinator_ends_with_a_reason(active: Tandem):
    for actor in (active.person, active.helper):
        with pytest.raises(errors.NotAllowed):
            pairing_life.end(active.network.site, actor, active.public_id, "safety")


def test_a_hand_over_keeps_a_last_meeting_while_others_are_proposed(active: Tandem):
    last, other = active.visit(TODAY + 3 * DAY), active.visit(TODAY + 10 * DAY)
    received = active.network.request_of("SER-P007").received_on
    pairing_life.end(active.network.site, active.coordinator, active.public_id, "helper_left", farewell=last.public_id)

    assert (active.again(last).kind, active.again(last).status) == ("closing", "planned")
    assert active.booked(last) == {True}
    assert active.again(other).status == "cancelled"
    assert active.network.instance().person_by_id["SER-P007"].waiting_since == received
    assert nothing_is_wrong(active)
    with active.network.site.db() as tx:
        territory = tx.get_one(Territory, active.coordinator.territory_id)
        found = read_instance(tx, territory, now=active.network.site.clock.now(), start=TODAY, weeks=1)
    tick = 3 * 1440 + 11 * 60  # 10:00 UTC is 11:00 there
    assert tick in {busy.start for worker in found.workers if worker.id == active.helper_ref for busy in worker.busy}


def test_a_last_meeting_of_somebody_who_waits_no_longer_closes_the_record_after_it(active: Tandem):
    last = active.visit(TODAY + 3 * DAY)
    pairing_life.end(
        active.network.site, active.coordinator, active.public_id, "goals_reached", farewell=last.public_id
    )

    assert (active.person_row.status, active.person_row.closed_on) == ("closed", TODAY + 4 * DAY)
    assert active.again(last).status == "planned"


def test_a_visit_of_another_pairing_is_no_last_meeting(active: Tandem):
    other = live(active.network, "SER-P008").visit(TODAY + 3 * DAY)
    with pytest.raises(errors.NotFound):
        pairing_life.end(
            active.network.site, active.coordinator, active.public_id, "helper_left", farewell=other.public_id
        )
    assert active.row.status == "active"


def test_after_an_end_the_coordinator_decides_once_more(active: Tandem):
    site = active.network.site
    pairing_life.stop(site, active.person, active.public_id)
    pairing_life.settle(site, active.coordinator, active.public_id, waits=False)
    assert (active.person_row.status, active.network.request_of("SER-P007").status) == ("closed", "closed")

    other = live(active.network, "SER-P008")
    pairing_life.end(site, active.coordinator, other.public_id, "goals_reached")
    pairing_life.settle(site, active.coordinator, other.public_id, waits=True)
    assert (other.person_row.status, other.person_row.closed_on) == ("consent_pending", None)
    assert active.network.request_of("SER-P008").status == "consent_pending"

    running = live(active.network, "SER-P009")
    with pytest.raises(errors.StepNotAllowed):
        pairing_life.settle(site, active.coordinator, running.public_id, waits=False)


def test_a_page_that_is_out_of_date_changes_nothing(active: Tandem):
    site, seen = active.network.site, active.row.revision
    pause(active, TODAY + 3 * DAY)
    for late in (
        lambda: pairing_life.stop(site, active.person, active.public_id, revision=seen),
        lambda: pause(active, TODAY, revision=seen),
        lambda: pairing_life.resume(site, active.person, active.public_id, revision=seen),
        lambda: pairing_life.end(site, active.coordinator, active.public_id, "safety", revision=seen),
    ):
        with pytest.raises(errors.Outdated):
            late()
    assert active.row.status == "active"


def test_every_change_is_in_the_log_and_holds_no_reason(active: Tandem):
    active.visit(TODAY + 3 * DAY)
    before = len(active.network.actions())
    pause(active)
    pairing_life.resume(active.network.site, active.person, active.public_id)
    pairing_life.stop(active.network.site, active.person, active.public_id)

    assert active.network.actions()[before:] == [
        "visit.cancelled",
        "pairing.paused",
        "pairing.resumed",
        "pairing.ended",
    ]


def test_a_helper_with_a_free_place_is_proposed_to_at_once(active: Tandem):
    pairing_life.end(active.network.site, active.coordinator, active.public_id, "needs_changed")
    assert pairings.judge_live(active.network.site) == []
    assert visits.judge_live(active.network.site) == []
    assert "SER-P007" in active.network.instance().person_by_id


def test_the_server_turns_the_day_as_it_starts_and_while_it_runs(active: Tandem):
    pause(active, TODAY + 5 * DAY, TODAY + 10 * DAY)
    with days.watched(active.on(TODAY + 5 * DAY).network.site):
        pass
    assert active.row.status == "paused"


def test_a_pause_of_the_past_in_an_active_pairing_does_not_begin_again(active: Tandem):
    active.network.change(Pairing, active.row.ref, paused_from=TODAY - 9 * DAY, paused_until=None)
    assert pairing_life.turn(active.network.site) == 0
    assert active.row.status == "active"

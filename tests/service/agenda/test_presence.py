"""Arrived and left by one tap each; who has not left half an hour after the end (`domain.md`, story H4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import visit_outcomes, visit_presence
from service.errors import NotAllowed, NotFound, Outdated, StepNotAllowed
from tests.service.agenda.a_visit import END, START, AVisit
from tests.service.web.network import Network

MINUTE = timedelta(minutes=1)


def test_arriving_and_leaving_are_noted_with_their_hour(network: Network):
    visit = AVisit(network)
    visit_presence.arrive(visit.at(START), visit.helper, visit.public_id)
    visit_presence.leave(visit.at(END), visit.helper, visit.public_id)

    assert (visit.row.checked_in_at, visit.row.checked_out_at) == (START, END)
    assert visit.actions()[-2:] == ["visit.arrived", "visit.left"]


def test_a_second_tap_changes_nothing_even_from_an_old_page(network: Network):
    visit = AVisit(network)
    seen = visit.row.revision
    visit_presence.arrive(visit.at(START), visit.helper, visit.public_id, revision=seen)
    visit_presence.arrive(visit.at(START + MINUTE), visit.helper, visit.public_id, revision=seen)

    assert visit.row.checked_in_at == START


def test_a_page_of_before_another_change_is_refused(network: Network):
    visit = AVisit(network)

    with pytest.raises(Outdated):
        visit_presence.arrive(visit.at(START), visit.helper, visit.public_id, revision=visit.row.revision - 1)


@pytest.mark.parametrize("minutes", [-61, 60 + 12 * 60 + 1])
def test_the_buttons_are_there_around_the_visit_only(network: Network, minutes: int):
    visit = AVisit(network)

    with pytest.raises(StepNotAllowed):
        visit_presence.arrive(visit.at(START + minutes * MINUTE), visit.helper, visit.public_id)


def test_a_tap_by_mistake_is_taken_back_for_half_an_hour(network: Network):
    visit = AVisit(network)
    visit_presence.arrive(visit.at(START), visit.helper, visit.public_id)
    visit_presence.leave(visit.at(START + MINUTE), visit.helper, visit.public_id)
    visit_presence.mistaken(visit.at(START + 2 * MINUTE), visit.helper, visit.public_id)

    assert (visit.row.checked_in_at, visit.row.checked_out_at) == (START, None)
    with pytest.raises(StepNotAllowed):
        visit_presence.mistaken(visit.at(START + 31 * MINUTE), visit.helper, visit.public_id)


@pytest.mark.parametrize(("minutes", "seen"), [(29, False), (30, True), (600, True)])
def test_half_an_hour_after_the_end_the_coordinator_sees_it(network: Network, minutes: int, seen: bool):
    visit = AVisit(network)
    AVisit(network, "OTH")
    found = visit_presence.overdue(visit.at(END + minutes * MINUTE), visit.coordinator)

    assert [one.public_id for one in found] == ([visit.public_id] if seen else [])
    assert not any("ailleurs" in repr(one) for one in found)


def test_whoever_left_or_told_of_the_visit_is_not_overdue(network: Network):
    visit = AVisit(network)
    late = visit.at(END + 40 * MINUTE)
    assert [one.helper for one in visit_presence.overdue(late, visit.coordinator)] == ["Ana"]
    visit_presence.leave(late, visit.helper, visit.public_id)

    assert visit_presence.overdue(late, visit.coordinator) == ()


def test_the_coordinator_notes_that_all_is_well_and_takes_it_back(network: Network):
    visit = AVisit(network)
    late = visit.at(END + 40 * MINUTE)
    visit_presence.note_safe(late, visit.coordinator, visit.public_id, revision=visit.row.revision)

    assert visit_presence.overdue(late, visit.coordinator) == ()
    visit_presence.not_reached_after_all(late, visit.coordinator, visit.public_id)
    assert len(visit_presence.overdue(late, visit.coordinator)) == 1
    assert visit.actions()[-2:] == ["visit.helper_reached", "visit.helper_not_reached"]


def test_nobody_else_says_it_for_the_helper(network: Network):
    visit, other = AVisit(network), AVisit(network, "OTH")
    for actor, refused in ((visit.person, NotAllowed), (visit.coordinator, NotAllowed), (other.helper, NotFound)):
        with pytest.raises(refused):
            visit_presence.arrive(visit.at(START), actor, visit.public_id)
    with pytest.raises(NotAllowed):
        visit_presence.overdue(visit.at(END), visit.helper)
    with pytest.raises(NotFound):
        visit_presence.note_safe(visit.at(END + 40 * MINUTE), other.coordinator, visit.public_id)


def test_a_word_reaches_the_coordination_and_lies_sealed(network: Network):
    visit = AVisit(network)
    visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id, word="Elle a souri.")

    [word] = visit_presence.words(visit.at(END), visit.coordinator)
    assert (word.helper, word.text) == ("Ana", "Elle a souri.")
    with visit.network.site.db() as tx:
        report = visit_outcomes.report_of(tx, visit.row)
        assert report is not None
        assert b"souri" not in (report.word_sealed or b"")


def test_a_word_of_281_signs_is_refused_and_nothing_is_noted(network: Network):
    visit = AVisit(network)
    with pytest.raises(StepNotAllowed):
        visit_outcomes.note_held(visit.at(END), visit.helper, visit.public_id, word="a" * 281)

    assert visit.row.status == "confirmed"

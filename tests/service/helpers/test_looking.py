"""The list of helpers and one helper's page: load, supervision, search; each with a fixed number of questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from service import helpers, helpers_profile
from service.helpers import Load, Wanted
from service.helpers_kept import add_conflict
from service.tables.pairings import Pairing
from service.tables.people import Certificate, Conflict, PeerHelper
from tests.service.helpers.builders import claire, helper, later, person
from tests.service.web.network import MOMENT, Network


def names(network: Network, **wanted: object) -> list[str]:
    found = helpers.listing(network.site, claire(network), Wanted(**wanted))  # type: ignore[arg-type]
    return [one.name for one in found.lines]


def change(network: Network, name: str, **fields: object) -> None:
    with network.site.db.begin() as tx:
        row = tx.exec(select(PeerHelper).where(PeerHelper.display_name == name)).one()
        for field, value in fields.items():
            setattr(row, field, value)


def pair(network: Network, who: str, name: str, status: str) -> str:
    somebody, carer = person(network, who).id, helper(network, name).id
    with network.site.db.begin() as tx:
        row = Pairing(
            public_id=network.site.ids.new(),
            ref=f"SER-B-{who}",
            territory_id=network.territories["SER"],
            person_id=somebody,
            peer_helper_id=carer,
            proposed_on=date(2026, 12, 28),
            status=status,
            person_answer="pending" if status == "proposed" else "accepted",
            helper_answer="pending" if status == "proposed" else "accepted",
            changed_at=MOMENT,
        )
        tx.add(row)
        return row.public_id


def test_only_those_of_the_territory_are_listed_by_name(network: Network):
    assert names(network) == ["Ana", "Bilal"]


def test_a_load_counts_persons_at_once_and_hours_once_both_said_yes(network: Network):
    pair(network, "Yann", "Ana", "accepted")
    pair(network, "Zoe", "Ana", "proposed")
    found = helpers.listing(network.site, claire(network), Wanted())

    assert found.lines[0].load == Load(persons=2, persons_max=4, minutes=60, minutes_max=360)
    assert found.lines[1].load == Load(persons=0, persons_max=4, minutes=0, minutes_max=360)


def test_no_place_is_free_when_the_hours_are_used_up(network: Network):
    pair(network, "Yann", "Ana", "accepted")
    change(network, "Ana", weekly_minutes_max=100)

    assert names(network, free=True) == ["Bilal"]


@pytest.mark.parametrize(
    ("days_ago", "state"), [(0, "fine"), (48, "fine"), (49, "soon"), (62, "soon"), (63, "late"), (None, "late")]
)
def test_a_supervision_is_due_on_the_sixty_third_day(network: Network, days_ago: int | None, state: str):
    today = MOMENT.date()
    row = helper(network)
    row.last_supervision_on = None if days_ago is None else today - timedelta(days=days_ago)

    assert helpers.supervision_of(row, None, today).state == state


def test_whoever_rests_has_no_supervision_due(network: Network):
    change(network, "Bilal", status="resting", last_supervision_on=None)
    change(network, "Ana", last_supervision_on=None)

    assert names(network, due=True) == ["Ana"]


def test_the_list_is_narrowed_by_each_filter(network: Network):
    change(network, "Bilal", themes=["housing"], languages=["fr", "ar"], neighbourhood_id=None, status="resting")
    area = helpers.listing(network.site, claire(network), Wanted()).areas

    assert names(network, text="BÎLAL") == ["Bilal"]
    assert names(network, text="personne") == []
    assert names(network, status="resting") == ["Bilal"]
    assert names(network, theme="social") == ["Ana"]
    assert names(network, language="ar") == ["Bilal"]
    assert names(network, area=next(iter(area))) == ["Ana"]
    assert names(network, free=True) == ["Ana"]


def test_whoever_left_is_shown_only_when_asked_for(network: Network):
    change(network, "Bilal", status="left")

    assert names(network) == ["Ana"]
    assert names(network, status="left") == ["Bilal"]


def test_an_active_helper_who_is_proposed_to_nobody_is_told_why(network: Network):
    change(network, "Ana", initial_training_completed_on=None, supervisor_id=None, last_supervision_on=None)

    found = helpers_profile.profile(network.site, claire(network), helper(network).public_id)
    assert found.missing == ("training", "supervisor", "supervision")


def test_pairings_stand_with_the_live_ones_first_and_a_conflict_points_at_one(network: Network):
    pairing = pair(network, "Yann", "Ana", "accepted")
    pair(network, "Zoe", "Ana", "proposed")
    add_conflict(network.site, claire(network), helper(network).public_id, person(network).public_id)
    page = helpers_profile.profile(later(network.site, 8), claire(network), helper(network).public_id)

    assert [(one.person, one.status, one.is_live) for one in page.pairings] == [
        ("Yann", "accepted", True),
        ("Zoe", "lapsed", False),
    ]
    assert page.conflicts[0].pairing == pairing


@pytest.fixture
def questions(network: Network) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*parts: object) -> None:
        asked.append(str(parts[2]))

    event.listen(network.site.db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(network.site.db.engine, "before_cursor_execute", note)


def test_more_rows_are_no_more_questions(network: Network, questions: list[str]):
    ana, actor = helper(network), claire(network)
    counts: list[tuple[int, int]] = []
    for who in ("Yann", "Zoe"):
        somebody = person(network, who).id
        with network.site.db.begin() as tx:
            tx.add(Conflict(peer_helper_id=ana.id, person_id=somebody))
            tx.add(Certificate(peer_helper_id=ana.id, kind=who, on=date(2026, 1, 1)))
        pair(network, who, "Ana", "accepted")
        questions.clear()
        helpers.listing(network.site, actor, Wanted())
        first = len(questions)
        helpers_profile.profile(network.site, actor, ana.public_id)
        counts.append((first, len(questions) - first))

    assert counts[0] == counts[1]

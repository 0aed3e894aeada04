"""Moments common to the three for the joint first visit (story P2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from service import common_slots, request_follow
from service.common_slots import Common
from service.errors import StepNotAllowed
from service.tables.follow import SlotWish
from service.tables.pairings import Booking, Visit
from tests.service.follow.builders import NOW, Follow

TUESDAY = datetime(2027, 1, 5, 13, tzinfo=UTC)
"""14 h in Seraing, in Paul's window of Tuesday afternoon."""


def common(follow: Follow) -> Common | None:
    return request_follow.one(follow.site, follow.actor("professional", "Paul"), follow.yann).common


@pytest.fixture
def pairing(follow: Follow) -> str:
    follow.free("Paul", 2, 14, 16)
    return follow.accept()


@pytest.mark.usefixtures("pairing")
def test_only_moments_of_all_three_are_shown_for_two_weeks(follow: Follow):
    found = common(follow)

    assert found is not None
    assert [start.astimezone(UTC) for start, _ in found.slots] == [TUESDAY, TUESDAY + timedelta(days=7)]
    assert found.is_asked


def test_a_moment_that_somebody_is_taken_at_is_not_common(follow: Follow, pairing: str):
    visit = follow.first_visit(pairing, kind="family")
    with follow.site.db.begin() as tx:
        row = tx.exec(select(Visit).where(Visit.public_id == visit)).one()
        ends = TUESDAY + timedelta(hours=2)
        tx.add(Booking(party_id=row.peer_helper_id, visit_id=row.id or 0, starts_at=TUESDAY, ends_at=ends, live=True))
    found = common(follow)

    assert found is not None
    assert [start.astimezone(UTC) for start, _ in found.slots] == [TUESDAY + timedelta(days=7)]


def test_without_a_common_moment_the_page_says_what_else_is_possible(follow: Follow):
    follow.accept()
    page = follow.signed_in("professional", "Paul").read(f"/mes-demandes/{follow.yann}").text
    other = follow.signed_in("coordinator", "Claire").read(f"/demandes/{follow.yann}/messages").text

    assert "Aucun moment n’est libre pour les trois" in page
    assert "avec la coordination" in page
    assert "lieu ouvert à tous" in other


def test_a_visit_that_has_its_day_asks_for_no_moment(follow: Follow, pairing: str):
    follow.first_visit(pairing)

    assert common(follow) is None


@pytest.mark.usefixtures("pairing")
def test_the_professional_says_when_and_the_coordination_sees_it(follow: Follow):
    follow.give_mail("Claire")
    client = follow.signed_in("professional", "Paul")
    path = f"/mes-demandes/{follow.yann}"
    assert client.fill(f"{path}/moment", path, moment=TUESDAY.isoformat()).status_code == 303

    assert (
        "Paul a choisi mardi 5 janvier"
        in follow.signed_in("coordinator", "Claire").read(f"/demandes/{follow.yann}/messages").text
    )
    [(to, _, text)] = follow.mails()
    assert to == "claire@mail.example"
    assert "janvier" not in text


@pytest.mark.usefixtures("pairing")
def test_none_of_them_suits(follow: Follow):
    common_slots.say(follow.site, follow.actor("professional", "Paul"), follow.yann, None, NOW)
    found = common(follow)

    assert found is not None
    assert found.wish is not None
    assert found.wish.start is None


@pytest.mark.usefixtures("pairing")
@pytest.mark.parametrize("moment", ["2027-01-05T13:10:00+00:00", "2027-01-06T13:00:00+00:00"])
def test_another_moment_than_those_cannot_be_said(follow: Follow, moment: str):
    with pytest.raises(StepNotAllowed):
        common_slots.say(
            follow.site, follow.actor("professional", "Paul"), follow.yann, datetime.fromisoformat(moment), NOW
        )
    with follow.site.db() as tx:
        assert tx.exec(select(SlotWish)).first() is None


@pytest.mark.usefixtures("pairing")
@pytest.mark.parametrize("moment", ["soon", "2027-01-05T14:00"])
def test_a_moment_that_is_none_is_a_bad_form(follow: Follow, moment: str):
    client = follow.signed_in("professional", "Paul")
    path = f"/mes-demandes/{follow.yann}"

    assert client.fill(f"{path}/moment", path, moment=moment).status_code == 400


@pytest.mark.usefixtures("pairing")
def test_the_pages_ask_the_database_a_fixed_number_of_times(follow: Follow):
    client = follow.signed_in("professional", "Paul")
    asked: list[str] = []

    def note(*parts: Any) -> None:
        asked.append(parts[2])

    event.listen(follow.site.db.engine, "before_cursor_execute", note)
    counts: dict[str, int] = {}
    for path in ("/mes-demandes", f"/mes-demandes/{follow.yann}", f"/mes-demandes/{follow.yann}/messages"):
        asked.clear()
        assert client.read(path).status_code == 200
        counts[path] = len(asked)
    event.remove(follow.site.db.engine, "before_cursor_execute", note)

    assert {path: count for path, count in counts.items() if count > 45} == {}

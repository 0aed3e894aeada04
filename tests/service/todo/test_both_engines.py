"""The day, the search and the turn of the days say the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from service import request_questions, request_search, request_turns, todo
from service.clock import FixedClock
from service.request_search import Wanted
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.request_threads import RequestQuestion
from service.tables.territory import Theme
from tests.service.record.builders import a_person, a_territory


@pytest.fixture
def coordinator(site: Site) -> Actor:
    territory = a_territory(site)
    person = a_person(site, territory)
    with site.db.begin() as tx:
        tx.add(Theme(ref="housing", label_fr="x", label_nl="x", label_de="x", label_en="x"))
        tx.add(
            Request(
                public_id="a" * 32,
                ref="SER-R001",
                territory_id=territory,
                received_on=date(2027, 1, 2),
                requested_by="person",
                person_id=person,
                themes=["care", "housing"],
            )
        )
    return Actor("coordinator", territory)


def test_a_request_is_found_asked_about_and_closed(site: Site, coordinator: Actor):
    wanted = Wanted(words="hirond", theme="housing", state="new", source="person")
    assert request_search.search(site, coordinator, wanted).count == 1
    assert request_search.search(site, coordinator, replace(wanted, theme="", state="asked")).count == 0
    assert [one.kind for one in todo.today(site, coordinator).things["week"]] == ["undecided"]
    request_questions.ask(site, coordinator, "a" * 32, 1, ["place"], "Où ?")
    assert todo.today(site, coordinator).things["week"] == ()
    assert request_search.search(site, coordinator, Wanted(state="asked")).count == 1
    for day in (date(2027, 2, 1), date(2027, 2, 9)):
        request_turns.turn(replace(site, clock=FixedClock(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))))

    with site.db() as tx:
        assert tx.exec(select(Request.status, Request.reason)).one() == ("closed", "no_answer")


def test_the_database_holds_one_open_question_for_a_request(site: Site, coordinator: Actor):
    request_questions.ask(site, coordinator, "a" * 32, 1, ["place"])
    with site.db.begin() as tx:
        number = tx.exec(select(Request.id)).one() or 0
        tx.add(RequestQuestion(public_id="b" * 32, request_id=number, asks=["themes"], asked_at=site.clock.now()))
        with pytest.raises(IntegrityError):
            tx.flush()
        tx.rollback()

"""Whatever people do in whatever order: nobody is accompanied, proposed to or visited without consent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from service import checking, codes, consents, days, pairing_life, pairings
from service.checking import covers
from service.clock import FixedClock, today
from service.database import Database
from service.errors import Refused
from service.pairing_rows import consent_of
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import PeerHelper, Person
from tests import sites
from tests.service.pairings.builders import Network, load
from tests.service.pairings.life import Tandem

PEOPLE = ("SER-P001", "SER-P007", "SER-P019", "SER-P024", "SER-P034", "SER-P040")
"""Consent that ends on 2027-01-20; active; in trial; proposed; and two who wait."""
HELPERS = ("SER-H09", "SER-H10")
CHECKS = (checking.states_agree, checking.bookings_match_visits, checking.live_pairings_have_consent)
who = st.sampled_from(PEOPLE)
sides = st.sampled_from(("person", "peer_helper"))


@cache
def seraing() -> Database:
    db = sites.copy_of(sites.schema())
    load(sites.a_site(db), "seraing")
    return db


class Lives(RuleBasedStateMachine):
    """Seraing, day after day; what a use case refuses has not happened."""

    turn: Callable[[Any], int] = staticmethod(days.turn)

    def __init__(self) -> None:
        super().__init__()
        self.db = sites.copy_of(seraing())
        self.network = Network(sites.a_site(self.db))

    def teardown(self) -> None:
        sites.give_back(self.db)

    def pairing_of(self, person: str, *states: str) -> Tandem | None:
        with self.network.site.db() as tx:
            row = tx.exec(
                select(Pairing)
                .where(Pairing.person_id == self.network.person(person).id, col(Pairing.status).in_(states))
                .order_by(Pairing.ref)
            ).first()
        if row is None:
            return None
        helper = next(one for one in self.network.all(PeerHelper) if one.id == row.peer_helper_id)
        return Tandem(self.network, person, helper.ref, row.public_id)

    def attempt(self, act: Callable[[], object]) -> None:
        with suppress(Refused):
            act()

    @rule(person=who, helper=st.sampled_from(HELPERS))
    def propose(self, person: str, helper: str) -> None:
        self.attempt(lambda: self.network.propose(person, helper))

    @rule(person=who, side=sides, said=st.sampled_from(("accepted", "accepted", "declined", "talk_first")))
    def answer(self, person: str, side: str, said: str) -> None:
        pair = self.pairing_of(person, "proposed")
        if pair is not None:
            self.attempt(lambda: self.network.enter(pair.public_id, side, said))

    @rule(person=who, ahead=st.integers(0, 40), hour=st.integers(8, 16))
    def plan_a_visit(self, person: str, ahead: int, hour: int) -> None:
        pair = self.pairing_of(person, "accepted", "trial", "active")
        if pair is not None:
            day = today(self.network.site.clock, "Europe/Brussels") + timedelta(days=ahead)
            self.attempt(lambda: pair.visit(day, hour))

    @rule(person=who)
    def withdraw(self, person: str) -> None:
        self.attempt(lambda: consents.withdraw(self.network.site, self.network.as_person(person)))

    @rule(person=who)
    def renew(self, person: str) -> None:
        self.attempt(lambda: consents.renew(self.network.site, self.network.as_person(person)))

    @rule(person=who)
    def come_back(self, person: str) -> None:
        public_id = self.network.person(person).public_id
        self.attempt(lambda: consents.ask_again(self.network.site, self.network.coordinator, public_id))

    @rule(person=who, side=sides)
    def stop(self, person: str, side: str) -> None:
        pair = self.pairing_of(person, "accepted", "trial", "active", "paused")
        if pair is not None:
            self.attempt(lambda: pairing_life.stop(self.network.site, pair.actor(side), pair.public_id))

    @rule(person=who, length=st.integers(0, 20))
    def pause(self, person: str, length: int) -> None:
        pair = self.pairing_of(person, "active")
        if pair is not None:
            first = today(self.network.site.clock, "Europe/Brussels")
            last = first + timedelta(days=length)
            self.attempt(lambda: pairing_life.pause(self.network.site, pair.person, pair.public_id, first, last))

    @rule(number=st.integers(1, 25))
    def days_pass(self, number: int) -> None:
        """A new day begins, and the server turns it as it does at midnight."""
        moment = self.network.site.clock.now() + timedelta(days=number)
        self.network = Network(replace(self.network.site, clock=FixedClock(moment)))
        type(self).turn(self.network.site)

    @invariant()
    def nobody_is_accompanied_without_consent(self) -> None:
        site = self.network.site
        day = today(site.clock, "Europe/Brussels")
        with site.db() as tx:
            live = tx.exec(select(Pairing).where(col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))).all()
            bare = [row.ref for row in live if not covers(consent_of(tx, row.person_id), "pairing", day)]
            ahead = tx.exec(
                select(Visit).where(
                    col(Visit.status).in_(codes.LIVE_VISIT_STATES), col(Visit.starts_at) > site.clock.now()
                )
            ).all()
            visited = [row.ref for row in ahead if not covers(consent_of(tx, row.person_id), "pairing", day)]
        assert (bare, visited) == ([], [])

    @invariant()
    def states_and_bookings_agree(self) -> None:
        with self.network.site.db() as tx:
            wrong = [one for check in CHECKS for one in check(tx, self.network.site)]
        assert wrong == []

    @invariant()
    def whoever_waits_has_a_request_that_waits(self) -> None:
        with self.network.site.db() as tx:
            waiting = tx.exec(select(Person.id).where(Person.status == "waiting", col(Person.ref).in_(PEOPLE))).all()
        requests = self.network.all(Request)
        for person in waiting:
            assert "waiting" in {one.status for one in requests if one.person_id == person}


class WithoutExpiry(Lives):
    """The planted fault: days are turned, consents never run out."""

    @staticmethod
    def turn(site: Any) -> int:
        return pairings.lapse_due(site) + pairing_life.turn(site)


OFTEN = settings(max_examples=8, stateful_step_count=20, phases=[Phase.generate])


def test_in_any_order_nobody_is_accompanied_or_visited_without_consent():
    run_state_machine_as_test(Lives, settings=OFTEN)


def test_the_machine_notices_when_consents_never_run_out():
    with pytest.raises(AssertionError):
        run_state_machine_as_test(WithoutExpiry, settings=OFTEN)

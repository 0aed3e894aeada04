"""The two nights on which the clocks change: nothing is lost, doubled or planned in them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from matching.planning.components import around
from matching.planning.judge import violations
from matching.planning.solve import solve
from service.planning_data import read_instance
from service.site import Site
from service.tables.people import Availability, Person
from service.tables.territory import Territory
from tests.service.visits.seraing import pairing_of

DAY = 1440
NIGHTS = {"spring": date(2027, 3, 22), "autumn": date(2027, 10, 25)}
"""The Mondays of the weeks that end with them."""


@pytest.mark.parametrize("night", NIGHTS)
def test_somebody_free_only_in_the_hour_that_changes_is_listed_with_the_rules(site: Site, night: str):
    pairing = pairing_of(site, "SER-P002")
    with site.db.begin() as tx:
        for window in tx.exec(select(Availability).where(Availability.owner_id == pairing.person_id)).all():
            tx.delete(window)
        tx.flush()
        tx.add(
            Availability(
                owner_id=pairing.person_id, weekday=7, start_minute=120, end_minute=180, valid_from=date(2026, 1, 1)
            )
        )
        tx.flush()
        where = read_instance(tx, tx.exec(select(Territory)).one(), now=site.clock.now(), start=NIGHTS[night], weeks=1)
        person = tx.get_one(Person, pairing.person_id).ref
    asked = next(one for one in where.tasks if one.client == person)
    near = around(where, asked)
    answer = solve(near)

    assert where.client[person].windows == ((6 * DAY + 120, 6 * DAY + 180),)
    assert violations(near, answer) == ()
    rules = [one.rules for one in answer.unplanned if near.task[one.task].client == person]
    assert len(rules) == len([one for one in near.tasks if one.client == person])
    assert all("V1" in one for one in rules)

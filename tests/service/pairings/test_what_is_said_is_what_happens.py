"""
What the page says beforehand is what a calculation says afterwards: done in the database, read and solved anew.

Fifty pairs in the shipped territories, all there are in random ones; then every smallest change, other weights, and
somebody new.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings

from matching.pairing.answer import Answer, Cost
from matching.pairing.changes import made
from matching.pairing.instance import DEFAULT_WEIGHTS, Helper, Instance
from matching.pairing.solve import solve
from matching.pairing.supposing import solve as suppose
from matching.pairing.what_if import Question, Supposition
from matching.search import Limits
from matching.weekly import Window
from service import pairing_life, pairings
from service.clock import FixedClock
from service.database import Database
from service.imports.accept import accept
from service.imports.report import examine
from service.pairing_data import WEIGHTS_SETTING
from service.site import Actor
from service.tables.pairings import Pairing
from service.tables.people import Availability, Party, PeerHelper
from service.tables.territory import NetworkSetting
from tests import sites
from tests.matching.pairing.strategies import renamed
from tests.service.pairings.builders import TODAY, Network
from tests.territories import Drawn, common, territories

PAIRS = 50


def firsts(instance: Instance) -> dict[str, str]:
    return {one.person: one.helper for one in solve(instance, Limits(), costs=False).placed}


def said(answer: Answer) -> list[tuple[str, str, Cost]]:
    return [
        (one.person, offer.helper, offer.cost)
        for one in answer.shortlists
        for offer in one.offers
        if offer.cost is not None
    ]


def agrees(network: Network, before: dict[str, str], person: str, helper: str, cost: Cost) -> bool:
    """Propose it, read the territory again, solve it, and compare with what was said."""
    with sites.copied(network.site.db) as db:
        there = Network(replace(network.site, db=db))
        there.propose(person, helper)
        after = firsts(there.instance())
    return (
        cost.exact
        and set(cost.losers) == before.keys() - after.keys() - {person}
        and set(cost.gainers) == after.keys() - before.keys()
        and set(cost.movers) == {one for one in before.keys() & after.keys() if before[one] != after[one]}
    )


@pytest.fixture(params=["seraing", "locmine"])
def network(request: pytest.FixtureRequest) -> Network:
    return request.getfixturevalue(request.param)


def test_if_you_choose_this_helper_comes_true(seraing: Network, locmine: Network):
    every: list[tuple[Network, dict[str, str], str, str, Cost]] = []
    for network in (seraing, locmine):
        answer = solve(network.instance(), Limits())
        before = {one.person: one.helper for one in answer.placed}
        every += [(network, before, *one) for one in said(answer)]
    chosen = Random(2027).sample(every, PAIRS)

    assert sum(agrees(*one) for one in chosen) == PAIRS


@given(territories())
@settings(max_examples=8)
def test_if_you_choose_this_helper_comes_true_in_random_territories(schema_in_memory: Database, drawn: Drawn):
    with sites.copied(schema_in_memory) as db:
        site = replace(sites.a_site(db), clock=FixedClock.at_eight(TODAY, "Europe/Brussels"))
        accept(site, Actor("sysadmin", None), examine(site, drawn.files() | common(), today=TODAY))
        network = Network(site)
        answer = solve(network.instance(), Limits())
        before = {one.person: one.helper for one in answer.placed}
        every = said(answer)

        for one in Random(2027).sample(every, min(8, len(every))):
            assert agrees(network, before, *one)


def test_each_smallest_change_opens_the_helper_it_names(network: Network):
    instance = network.instance()
    answer = solve(instance, Limits(), costs=False)

    for nobody in answer.unmatched:
        person = instance.person_by_id[nobody.person]
        assert nobody.changes
        for change in nobody.changes:
            lists = solve(made(instance, person, change), Limits(), costs=False).shortlists
            offered = [offer.helper for one in lists if one.person == nobody.person for offer in one.offers]
            assert change.helper in offered


@pytest.mark.parametrize("criterion", DEFAULT_WEIGHTS)
def test_other_weights_change_what_was_said(network: Network, criterion: str):
    instance = network.instance()
    comparison = suppose(Supposition(instance, Question(weights={criterion: 60.0})), Limits())
    network.add(
        NetworkSetting(
            territory_id=network.territory.id,
            name=WEIGHTS_SETTING,
            value={**DEFAULT_WEIGHTS, criterion: 60.0},
            changed_at=network.site.clock.now(),
        )
    )
    before, after = firsts(instance), firsts(network.instance())

    assert {one.person: one.after for one in comparison.differences if one.before != one.after} == {
        one: after.get(one) for one in before.keys() | after.keys() if before.get(one) != after.get(one)
    }


def test_somebody_new_who_speaks_turkish_on_mondays_serves_whom_was_said(seraing: Network):
    instance = seraing.instance()
    there = instance.helper_by_id["SER-H01"]
    new = Helper(
        "SER-H99",
        languages=("fr", "tr"),
        themes=("social", "housing"),
        gender="f",
        windows=(Window(1, 540, 780, TODAY), Window(2, 600, 960, TODAY)),
        weekly_minutes_max=600,
        max_persons=3,
        max_travel_km=15.0,
        base=there.base,
        trained_on=TODAY,
        has_supervisor=True,
        last_supervision_on=TODAY,
    )
    comparison = suppose(Supposition(instance, Question(helpers=(new,))), Limits())
    known = seraing.helper("SER-H01")
    party = Party(kind="peer_helper", territory_id=seraing.territory.id or 0)
    seraing.add(party)
    seraing.add(
        PeerHelper(
            **(
                known.model_dump(exclude={"id", "public_id", "revision", "own_words_sealed"})
                | {
                    "id": party.id,
                    "public_id": seraing.site.ids.new(),
                    "ref": new.id,
                    "display_name": "Aylin",
                    "languages": list(new.languages),
                    "themes": list(new.themes),
                    "lived_experience": [],
                    "gender": new.gender,
                    "age_band": None,
                    "weekly_minutes_max": new.weekly_minutes_max,
                    "max_persons": new.max_persons,
                    "max_travel_km": new.max_travel_km,
                    "transport": new.transport,
                    "cannot_visit": [],
                    "status": "active",
                    "initial_training_completed_on": TODAY,
                    "last_supervision_on": TODAY,
                }
            )
        )
    )
    owner = seraing.helper(new.id).id
    seraing.add(
        *(
            Availability(
                owner_id=owner, weekday=one.weekday, start_minute=one.start, end_minute=one.end, valid_from=TODAY
            )
            for one in new.windows
        )
    )
    before, after = firsts(instance), firsts(seraing.instance())

    assert "SER-P059" in after
    assert {one.person: one.after for one in comparison.differences if one.before != one.after} == {
        one: after.get(one) for one in before.keys() | after.keys() if before.get(one) != after.get(one)
    }


def test_other_names_and_another_order_of_rows_change_nothing(network: Network):
    """No two people or helpers of the shipped territories are equal in all but the id."""
    instance = network.instance()
    one = solve(instance, Limits(), costs=False)

    for seed in range(5):
        other, names = renamed(instance, Random(seed))
        two = solve(other, Limits(), costs=False)

        assert two.status == one.status == "optimal"
        assert two.value == one.value
        assert {(pair.person, pair.helper) for pair in two.placed} == {
            (names[pair.person], names[pair.helper]) for pair in one.placed
        }


@pytest.mark.parametrize("ref", ["SER-H01", "SER-H02", "SER-H05", "SER-H09", "SER-H11"])
def test_a_helper_who_leaves_changes_for_everybody_what_was_said(seraing: Network, ref: str):
    instance = seraing.instance()
    comparison = suppose(Supposition(instance, Question(leave=(ref,))), Limits())
    helper = seraing.helper(ref)
    for row in seraing.all(Pairing):
        if row.peer_helper_id == helper.id and row.status == "proposed":
            pairings.withdraw_proposal(seraing.site, seraing.coordinator, row.public_id)
        elif row.peer_helper_id == helper.id and row.status in ("accepted", "trial", "active", "paused"):
            pairing_life.end(seraing.site, seraing.coordinator, row.public_id, "helper_left", waits=True)
    seraing.change(PeerHelper, ref, status="left")
    after = firsts(seraing.instance())

    assert comparison.status == "optimal"
    assert {one.person: one.helper for one in comparison.then.placed} == after
    assert {one.person for one in comparison.differences if one.waits} == {
        one.person for one in instance.live if one.helper == ref
    }

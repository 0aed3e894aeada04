"""A shortlist at once for who came after the calculation, while the rest stays."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from matching.pairing.answer import Cost
from matching.pairing.instance import Instance, Pair
from matching.pairing.joint import not_kept_apart, overloaded
from matching.pairing.solve import solve
from matching.pairing.welcome import welcome
from matching.search import Limits
from tests.matching.pairing.builders import helper, instance, person
from tests.matching.pairing.strategies import instances


def test_the_best_helper_who_has_room_beside_all_first_ranks_comes_first():
    found = instance(
        person(), person("new", experience_wished=("mood",)), helper(experience=("mood",), max_persons=1), helper("luc")
    )
    first = (Pair("ada", "nadia"),)
    found_list = welcome(found, first, "new")

    assert found_list is not None
    assert [offer.helper for offer in found_list.offers] == ["luc", "nadia"]
    assert [offer.cost for offer in found_list.offers] == [Cost(), None]
    assert not found_list.offers[0].when_free


def test_without_room_the_list_is_one_for_later():
    found = instance(person(), person("new"), helper(max_persons=1))
    found_list = welcome(found, (Pair("ada", "nadia"),), "new")

    assert found_list is not None
    assert [offer.when_free for offer in found_list.offers] == [True]


def test_nobody_who_suits_is_no_list():
    assert welcome(instance(person("new", languages=("ti",))), (), "new") is None


@settings(max_examples=60)
@given(instances())
def test_the_rest_stays_and_no_rule_is_broken(found: Instance):
    newcomer = found.people[-1].id
    before = replace(
        found,
        people=found.people[:-1],
        separations=tuple(one for one in found.separations if newcomer not in (one.person, one.other)),
        known=(),
        refused=(),
        set_aside=(),
    )
    placed = solve(before, Limits(), costs=False).placed
    there = replace(found, known=(), refused=(), set_aside=())
    found_list = welcome(there, placed, newcomer)
    if found_list is None or found_list.offers[0].when_free:
        return
    together = (*placed, Pair(newcomer, found_list.offers[0].helper))

    assert not any(overloaded(there, together))
    assert not any(not_kept_apart(there, together))

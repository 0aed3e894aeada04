from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from matching.pairing.answer import Aims, Answer, Offer, Shortlist
from matching.pairing.candidates import SET_ASIDE, candidates, load_cost, weight
from matching.pairing.instance import DEFAULT_WEIGHTS, Instance, Pair
from matching.pairing.judge import violations
from matching.pairing.rules import HARD
from matching.pairing.shortlists import left_out
from matching.pairing.solve import solve
from matching.search import Limits, Progress
from tests.matching.pairing.builders import DAY, helper, instance, person
from tests.matching.pairing.strategies import fits_by_counting, instances, renamed


def best_by_trying_everything(found: Instance) -> Aims:
    """The aims of the best of all ways to give each person one candidate or nobody."""
    possible = candidates(found)
    points = {(one.person, one.helper): round(100 * one.score) for one in possible}
    choices = [[None, *(one.helper for one in possible if one.person == who.id)] for who in found.people]
    best = Aims()
    for picks in product(*choices):
        pairs = tuple(Pair(who.id, pick) for who, pick in zip(found.people, picks, strict=True) if pick)
        if not fits_by_counting(found, pairs):
            continue
        aims = Aims(
            sum(weight(found.person_by_id[pair.person], DAY) for pair in pairs),
            sum(points[pair.person, pair.helper] for pair in pairs),
            load_cost(found, pairs),
        )
        if (aims.served, aims.score, -aims.load) > (best.served, best.score, -best.load):
            best = aims
    return best


@settings(max_examples=120)
@given(instances())
def test_no_other_choice_is_better(found: Instance):
    answer = solve(found, Limits(), costs=False)

    assert answer.status == "optimal"
    assert answer.value == best_by_trying_everything(found)


@settings(max_examples=120)
@given(instances())
def test_no_answer_breaks_a_rule(found: Instance):
    assert violations(found, solve(found, Limits())) == []


@settings(max_examples=60)
@given(instances(), some.randoms(use_true_random=False))
def test_renaming_and_shuffling_changes_no_value(found: Instance, random: Random):
    other, _ = renamed(found, random)

    assert solve(other, Limits(), costs=False).value == solve(found, Limits(), costs=False).value


@settings(max_examples=60)
@given(instances(), some.randoms(use_true_random=False))
def test_renaming_and_shuffling_changes_nothing_where_no_two_rows_are_equal(found: Instance, random: Random):
    people = tuple(
        replace(one, waiting_since=one.waiting_since - timedelta(days=n)) for n, one in enumerate(found.people)
    )
    helpers = tuple(replace(one, second_contact=n) for n, one in enumerate(found.helpers))
    found = replace(found, people=people, helpers=helpers)
    other, names = renamed(found, random)
    one, two = solve(found, Limits()), solve(other, Limits())

    def told(answer: Answer, names: Mapping[str, str]) -> dict[str, list[tuple[str, float, object]]]:
        return {
            names[each.person]: [
                (names[offer.helper], offer.score, offer.cost and {names[who] for who in offer.cost.losers})
                for offer in each.offers
            ]
            for each in answer.shortlists
        }

    assert {(names[pair.person], names[pair.helper]) for pair in one.placed} == {
        (pair.person, pair.helper) for pair in two.placed
    }
    assert told(one, names) == told(two, {name: name for name in names.values()})


@settings(max_examples=60)
@given(instances())
def test_one_more_helper_leaves_nobody_more_without_an_offer(found: Instance):
    before = solve(found, Limits(), costs=False)
    after = solve(replace(found, helpers=(*found.helpers, helper("new"))), Limits(), costs=False)

    assert after.value.served >= before.value.served
    assert {one.person for one in before.shortlists} <= {one.person for one in after.shortlists}


@settings(max_examples=60)
@given(instances())
def test_the_reasons_of_whoever_is_left_out_are_the_rules_that_the_judge_finds_broken(found: Instance):
    answer = solve(found, Limits(), costs=False)
    lists = {one.person: one for one in answer.shortlists}

    for one in found.people:
        shortlist = lists.get(one.id, Shortlist(one.id, ()))
        for left in left_out(found, shortlist):
            forced = replace(shortlist, offers=(*shortlist.offers, Offer(left.helper, 0.0, {})))
            spoiled = replace(
                answer, shortlists=tuple(forced if each == shortlist else each for each in answer.shortlists)
            )
            if shortlist not in answer.shortlists:
                spoiled = replace(answer, shortlists=(*answer.shortlists, forced))
            codes = {each.code for each in violations(found, spoiled)} & {*(rule.code for rule in HARD), SET_ASIDE}
            assert codes == set(left.rules)


def a_hall(minutes: int = 500) -> Instance:
    """Nine people and four helpers who are all different, with too little room."""
    return instance(
        *(
            person(
                f"p{n}",
                themes=("housing", "care", "work")[: 1 + n % 3],
                waiting_since=DAY - timedelta(days=5 * n),
                visit_minutes=30 + 10 * n,
                experience_wished=("mood", "debt")[: n % 3],
            )
            for n in range(9)
        ),
        *(
            helper(
                f"h{n}",
                themes=("housing", "care", "work")[: 1 + n % 3],
                experience=("mood", "debt", "voices")[n % 3 :],
                max_persons=1 + n % 3,
                weekly_minutes_max=minutes + n,
            )
            for n in range(4)
        ),
    )


WITH_FEW_HOURS = 260
"""Minutes a week with which hours bind, so that counting people alone proves nothing."""


def test_the_same_instance_gives_the_same_answer():
    assert solve(a_hall(), Limits()) == solve(a_hall(), Limits())


def test_the_order_of_the_rows_changes_nothing_in_the_answer():
    found = a_hall()
    turned = replace(found, people=found.people[::-1], helpers=found.helpers[::-1])
    one, other = solve(found, Limits()), solve(turned, Limits())

    assert sorted(one.placed, key=lambda pair: pair.person) == sorted(other.placed, key=lambda pair: pair.person)
    assert {each.person: each.offers for each in one.shortlists} == {
        each.person: each.offers for each in other.shortlists
    }


def test_new_names_change_nothing_else_in_the_answer():
    found = a_hall()
    renamed = replace(found, people=tuple(replace(one, id=f"q{9 - int(one.id[1])}") for one in found.people))
    one, other = solve(found, Limits()), solve(renamed, Limits())

    assert {f"q{9 - int(pair.person[1])}": pair.helper for pair in one.placed} == {
        pair.person: pair.helper for pair in other.placed
    }


def test_whoever_is_left_over_keeps_a_shortlist_for_later():
    answer = solve(a_hall(), Limits())
    placed = {pair.person for pair in answer.placed}

    assert len(placed) == 7
    assert len(answer.shortlists) == 9
    for one in answer.shortlists:
        assert all(offer.when_free == (one.person not in placed) for offer in one.offers)


def test_loads_are_even_when_all_else_is_equal():
    people = [person(f"p{n}") for n in range(4)]
    answer = solve(instance(*people, helper("a"), helper("b")), Limits())

    assert sorted(pair.helper for pair in answer.placed) == ["a", "a", "b", "b"]


def losers(offer: Offer) -> tuple[str, ...]:
    assert offer.cost is not None
    return offer.cost.losers


def test_an_alternative_says_who_would_lose_a_proposal():
    ben = person("ben", themes=("care",))
    found = instance(person(), ben, helper(max_persons=1), helper("luc", themes=("housing", "care"), max_persons=1))
    answer = solve(found, Limits())
    offers = {one.person: {offer.helper: losers(offer) for offer in one.offers} for one in answer.shortlists}

    assert offers == {"ada": {"nadia": (), "luc": ("ben",)}, "ben": {"luc": ()}}


def test_an_alternative_that_only_makes_others_change_helper_loses_nobody():
    answer = solve(instance(person(), person("ben"), helper(max_persons=1), helper("luc", max_persons=1)), Limits())

    assert all(losers(offer) == () for one in answer.shortlists for offer in one.offers)


def test_a_search_that_is_stopped_at_once_gives_a_lawful_answer_without_proof():
    found = a_hall(WITH_FEW_HOURS)
    answer = solve(found, Limits(), lambda _progress: False)

    assert answer.status == "feasible"
    assert answer.placed
    assert violations(found, answer) == []
    assert answer.bound.served >= solve(found, Limits()).value.served


def test_a_search_without_any_work_gives_a_lawful_answer_without_proof():
    found = a_hall(WITH_FEW_HOURS)
    answer = solve(found, Limits(work=0.0))

    assert answer.status == "feasible"
    assert violations(found, answer) == []


def test_the_watcher_hears_of_each_aim_in_its_order():
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return True

    solve(a_hall(WITH_FEW_HOURS), Limits(), watch)

    stages = list(dict.fromkeys(progress.stage for progress in heard))
    assert stages[:3] == ["served", "points", "load"]
    assert stages[-1] == "costs"
    assert any(progress.value is not None and progress.bound is not None for progress in heard)


@pytest.mark.parametrize("empty", [Instance(DAY), Instance(DAY, helpers=(helper(),))])
def test_when_nobody_waits_the_answer_is_empty(empty: Instance):
    assert solve(empty, Limits()) == Answer("optimal", (), Aims(), Aims(), (), (), weights=DEFAULT_WEIGHTS, by="flow")

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from matching.pairing.answer import Aims, Answer, Offer
from matching.pairing.candidates import candidates, load_cost, weight
from matching.pairing.instance import DEFAULT_WEIGHTS, Instance, Pair, Separation
from matching.pairing.judge import violations
from matching.pairing.solve import solve
from matching.search import Limits, Progress
from tests.matching.pairing.builders import DAY, helper, instance, live, person, window

LANGUAGES = some.lists(some.sampled_from(["fr", "nl", "ti"]), min_size=1, max_size=2, unique=True).map(tuple)
THEMES = some.lists(some.sampled_from(["housing", "care", "work"]), min_size=1, max_size=3, unique=True).map(tuple)


@some.composite
def instances(draw: some.DrawFn) -> Instance:
    """Two to four people, one to three helpers, often too little room for all."""
    people = tuple(
        person(
            f"p{number}",
            languages=draw(LANGUAGES),
            themes=draw(THEMES),
            urgency=draw(some.sampled_from(["normal", "soon", "urgent"])),
            waiting_since=DAY - timedelta(days=draw(some.integers(0, 100))),
            visit_minutes=draw(some.sampled_from([30, 60, 90])),
            visit_frequency=draw(some.sampled_from(["weekly", "monthly", "twice_weekly"])),
            windows=(window(draw(some.integers(1, 2)), 600, 780),),
        )
        for number in range(draw(some.integers(2, 4)))
    )
    helpers = tuple(
        helper(
            f"h{number}",
            languages=draw(LANGUAGES),
            themes=draw(THEMES),
            max_persons=draw(some.integers(0, 3)),
            weekly_minutes_max=draw(some.sampled_from([100, 150, 300, 1200])),
            windows=(window(1, 540, 700), window(2, 600, draw(some.sampled_from([640, 780])))),
        )
        for number in range(draw(some.integers(1, 3)))
    )
    names = [one.id for one in people]
    apart = draw(
        some.lists(some.sampled_from([(a, b) for a in names for b in names if a < b]), max_size=2, unique=True)
    )
    there = draw(some.lists(some.sampled_from([one.id for one in helpers]), max_size=2))
    return Instance(
        DAY,
        people,
        helpers,
        live=tuple(live(f"x{number}", name) for number, name in enumerate(there)),
        separations=tuple(Separation(*two) for two in apart),
    )


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


def fits_by_counting(found: Instance, pairs: tuple[Pair, ...]) -> bool:
    for one in found.helpers:
        new = [found.person_by_id[pair.person] for pair in pairs if pair.helper == one.id]
        there = [pairing for pairing in found.live if pairing.helper == one.id]
        hours = sum(who.contact for who in new) + sum(pairing.contact for pairing in there)
        if new and (len(new) + len(there) > one.max_persons or hours > 0.6 * 52 * one.weekly_minutes_max):
            return False
        if any({two.person, two.other} <= {who.id for who in new} for two in found.separations):
            return False
    return True


@settings(max_examples=120)
@given(instances())
def test_no_other_choice_is_better(found: Instance):
    answer = solve(found, Limits())

    assert answer.status == "optimal"
    assert answer.value == best_by_trying_everything(found)


@settings(max_examples=120)
@given(instances())
def test_no_answer_breaks_a_rule(found: Instance):
    assert violations(found, solve(found, Limits())) == []


@settings(max_examples=40)
@given(instances(), some.randoms(use_true_random=False))
def test_renaming_and_shuffling_changes_no_value(found: Instance, random):
    ids = [one.id for one in (*found.people, *found.helpers)]
    names = dict(zip(ids, random.sample(ids, len(ids)), strict=True))
    people = [replace(one, id=names[one.id]) for one in found.people]
    helpers = [replace(one, id=names[one.id]) for one in found.helpers]
    random.shuffle(people)
    random.shuffle(helpers)
    other = replace(
        found,
        people=tuple(people),
        helpers=tuple(helpers),
        live=tuple(replace(one, helper=names[one.helper]) for one in found.live),
        separations=tuple(Separation(names[one.person], names[one.other]) for one in found.separations),
    )

    assert solve(other, Limits()).value == solve(found, Limits()).value


@settings(max_examples=40)
@given(instances())
def test_one_more_helper_leaves_nobody_more_without_an_offer(found: Instance):
    before = solve(found, Limits())
    after = solve(replace(found, helpers=(*found.helpers, helper("new"))), Limits())

    assert after.value.served >= before.value.served
    assert {one.person for one in before.shortlists} <= {one.person for one in after.shortlists}


def a_hall() -> Instance:
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
                weekly_minutes_max=500 + n,
            )
            for n in range(4)
        ),
    )


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
    found = a_hall()
    answer = solve(found, Limits(), lambda _progress: False)

    assert answer.status == "feasible"
    assert answer.placed
    assert violations(found, answer) == []
    assert answer.bound.served >= solve(found, Limits()).value.served


def test_a_search_without_any_work_gives_a_lawful_answer_without_proof():
    found = a_hall()
    answer = solve(found, Limits(work=0.0))

    assert answer.status == "feasible"
    assert violations(found, answer) == []


def test_the_watcher_hears_of_each_aim_in_its_order():
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return True

    solve(a_hall(), Limits(), watch)

    stages = list(dict.fromkeys(progress.stage for progress in heard))
    assert stages[:3] == ["served", "score", "load"]
    assert any(progress.value is not None and progress.bound is not None for progress in heard)


@pytest.mark.parametrize("empty", [Instance(DAY), Instance(DAY, helpers=(helper(),))])
def test_when_nobody_waits_the_answer_is_empty(empty: Instance):
    assert solve(empty, Limits()) == Answer("optimal", (), Aims(), Aims(), (), (), weights=DEFAULT_WEIGHTS)

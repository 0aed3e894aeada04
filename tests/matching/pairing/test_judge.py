"""The judge is given answers that no solver made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from matching.pairing.answer import (
    Aims,
    Answer,
    Change,
    Cost,
    Evenness,
    Move,
    Offer,
    Recruit,
    Relaxed,
    Shortlist,
    Unmatched,
)
from matching.pairing.candidates import evenness, load_cost, weight
from matching.pairing.changes import smallest_changes
from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Instance, Pair, Person, Separation
from matching.pairing.judge import live_violations, violations
from matching.pairing.solve import solve
from matching.search import Limits
from tests.matching.pairing import cases
from tests.matching.pairing.builders import helper, instance, live, pair, person


def forged(found: Instance, *pairs: tuple[str, str]) -> Answer:
    """An answer that gives exactly these pairs, right in everything else that concerns them."""
    offers: list[tuple[str, Offer]] = []
    for who, whom in pairs:
        by_criterion = values(facts(found, found.person_by_id[who], found.helper_by_id[whom]))
        offers.append((who, Offer(whom, score(found.weights, by_criterion), by_criterion)))
    placed = tuple(Pair(*one) for one in pairs)
    aims = Aims(
        sum(weight(found.person_by_id[who], found.day) for who, _ in pairs),
        sum(round(100 * offer.score) for _, offer in offers),
        load_cost(found, placed),
    )
    lists = tuple(Shortlist(who, (offer,)) for who, offer in offers)
    return Answer("optimal", placed, aims, aims, lists, (), evenness(found, placed), weights=found.weights)


def codes(found: Instance, answer: Answer) -> set[str]:
    return {one.code for one in violations(found, answer)}


@pytest.mark.parametrize(("code", "found"), cases.BROKEN)
def test_the_judge_finds_a_pair_that_breaks_a_rule(code: str, found: Instance):
    assert code in codes(found, forged(found, ("ada", "nadia")))


@pytest.mark.parametrize(("code", "found"), cases.BROKEN)
def test_the_judge_finds_it_on_a_later_rank_too(code: str, found: Instance):
    answer = replace(forged(found, ("ada", "nadia")), placed=(), value=Aims(), bound=Aims())

    assert code in codes(found, answer)


@pytest.mark.parametrize("found", cases.KEPT)
def test_the_judge_accepts_a_pair_that_just_keeps_the_rules(found: Instance):
    assert codes(found, forged(found, ("ada", "nadia"))) == set()


def test_caseload_of_first_ranks_that_do_not_fit_together_is_found():
    full = instance(person(), person("ben"), helper(max_persons=1))
    assert codes(full, forged(full, ("ada", "nadia"), ("ben", "nadia"))) == {"CASELOAD"}

    just = instance(person(), person("ben"), helper(max_persons=2, weekly_minutes_max=200))
    assert codes(just, forged(just, ("ada", "nadia"), ("ben", "nadia"))) == set()

    hours = instance(person(), person("ben"), helper(max_persons=2, weekly_minutes_max=199))
    assert codes(hours, forged(hours, ("ada", "nadia"), ("ben", "nadia"))) == {"CASELOAD"}


def test_caseload_of_first_ranks_counts_live_pairs():
    full = instance(person(), person("ben"), helper(max_persons=2), live=(live("x"),))
    assert codes(full, forged(full, ("ada", "nadia"), ("ben", "nadia"))) == {"CASELOAD"}

    hours = instance(person(), person("ben"), helper(weekly_minutes_max=299), live=(live("x"),))
    assert codes(hours, forged(hours, ("ada", "nadia"), ("ben", "nadia"))) == {"CASELOAD"}


def test_same_helper_for_two_people_kept_apart_is_found():
    found = instance(person(), person("ben"), separations=(Separation("ada", "ben"),))

    assert codes(found, forged(found, ("ada", "nadia"), ("ben", "nadia"))) == {"SAME_HELPER"}


def test_a_suggestion_that_was_put_aside_is_found():
    found = instance(set_aside=(pair(),))

    assert "SET_ASIDE" in codes(found, forged(found, ("ada", "nadia")))


def changed(answer: Answer, **other: object) -> Answer:
    return replace(answer, **other)  # type: ignore[arg-type]


def right() -> tuple[Instance, Answer]:
    found = instance()
    return found, forged(found, ("ada", "nadia"))


def with_offer(answer: Answer, **other: object) -> Answer:
    offer = replace(answer.shortlists[0].offers[0], **other)  # type: ignore[arg-type]
    return replace(answer, shortlists=(Shortlist("ada", (offer,)),))


def recruit(serves: tuple[str, ...]) -> Recruit:
    return Recruit(("fr",), ("housing",), None, (), None, serves, 1)


FAULTS = [
    pytest.param(
        "SCORE", lambda answer: with_offer(answer, score=answer.shortlists[0].offers[0].score + 0.01), id="score"
    ),
    pytest.param(
        "SCORE",
        lambda answer: with_offer(answer, criteria={**answer.shortlists[0].offers[0].criteria, "travel": 99.0}),
        id="criterion",
    ),
    pytest.param("SHORTLIST", lambda answer: with_offer(answer, when_free=True), id="mark-of-the-placed"),
    pytest.param("SHORTLIST", lambda answer: changed(answer, shortlists=()), id="nobody-listed"),
    pytest.param("SHORTLIST", lambda answer: changed(answer, shortlists=answer.shortlists * 2), id="listed-twice"),
    pytest.param("SHORTLIST", lambda answer: changed(answer, placed=(Pair("ada", "bob"),)), id="unknown-helper"),
    pytest.param("AIM", lambda answer: changed(answer, value=replace(answer.value, served=1)), id="served"),
    pytest.param("AIM", lambda answer: changed(answer, value=replace(answer.value, score=1)), id="sum-of-scores"),
    pytest.param("AIM", lambda answer: changed(answer, value=replace(answer.value, load=1)), id="load"),
    pytest.param("AIM", lambda answer: changed(answer, bound=replace(answer.bound, score=1)), id="bound"),
    pytest.param("AIM", lambda answer: changed(answer, bound=replace(answer.bound, served=1)), id="bound-below"),
    pytest.param("UNMATCHED", lambda answer: changed(answer, unmatched=(Unmatched("ada", {}, ()),)), id="unmatched"),
    pytest.param("AIM", lambda answer: changed(answer, evenness=Evenness(0.3, 0.0)), id="evenness"),
    pytest.param("AIM", lambda answer: changed(answer, weights={}), id="weights"),
    pytest.param("COST", lambda answer: with_offer(answer, cost=Cost(losers=("ada",))), id="who-chooses-loses"),
    pytest.param("COST", lambda answer: with_offer(answer, cost=Cost(losers=("eve",))), id="a-stranger-loses"),
    pytest.param("COST", lambda answer: with_offer(answer, cost=Cost(gainers=("eve",))), id="a-stranger-gains"),
    pytest.param("MOVE", lambda answer: changed(answer, moves=(Move("eve", "x", "nadia", ("ada",)),)), id="move"),
    pytest.param(
        "RECRUIT", lambda answer: changed(answer, recruits=(recruit(("ada",)),)), id="recruit-for-who-has-somebody"
    ),
    pytest.param("RECRUIT", lambda answer: changed(answer, recruits=(recruit(()),)), id="recruit-of-another-weight"),
]


def test_the_judge_accepts_the_right_answer():
    assert violations(*right()) == []


@pytest.mark.parametrize(("code", "spoil"), FAULTS)
def test_the_judge_finds_a_wrong_answer(code: str, spoil):
    found, answer = right()

    assert code in codes(found, spoil(answer))


def test_alternatives_in_the_wrong_order_are_found():
    found = instance(person(), helper(), helper("luc", languages=("fr",), themes=()), helper("zoe"), helper("yan"))
    offers = [forged(found, ("ada", name)).shortlists[0].offers[0] for name in ("nadia", "zoe", "yan")]
    answer = replace(
        forged(found, ("ada", "nadia")),
        shortlists=(Shortlist("ada", tuple(offers)),),
    )
    assert violations(found, answer) == []

    near = replace(found, live=(live("x", "zoe"),))
    offers = [forged(near, ("ada", name)).shortlists[0].offers[0] for name in ("nadia", "zoe", "yan")]
    assert "SHORTLIST" in codes(near, replace(answer, shortlists=(Shortlist("ada", tuple(offers)),)))


def test_alternatives_in_another_order_than_their_cost_are_found():
    found = instance(person(), helper(), helper("zoe"), helper("yan"))
    offers = [forged(found, ("ada", name)).shortlists[0].offers[0] for name in ("nadia", "zoe", "yan")]
    costs = (Cost(), Cost(score=5), Cost(served=1))
    priced = tuple(replace(offer, cost=cost) for offer, cost in zip(offers, costs, strict=True))
    answer = forged(found, ("ada", "nadia"))

    assert violations(found, replace(answer, shortlists=(Shortlist("ada", priced),))) == []
    turned = (priced[0], priced[2], priced[1])
    assert codes(found, replace(answer, shortlists=(Shortlist("ada", turned),))) == {"SHORTLIST"}


def test_whom_the_person_named_or_knows_has_to_be_on_the_list():
    helpers = [helper(name) for name in ("nadia", "zoe", "yan", "luc")]
    for found in (
        instance(person(named_helper="luc"), *helpers),
        instance(person(), *helpers, known=(pair("ada", "luc"),)),
    ):
        answer = solve(found, Limits())
        offers = [forged(found, ("ada", name)).shortlists[0].offers[0] for name in ("nadia", "zoe", "yan")]

        assert "luc" in [offer.helper for offer in answer.shortlists[0].offers]
        assert "SHORTLIST" in codes(found, replace(answer, shortlists=(Shortlist("ada", tuple(offers)),)))


def with_person(found: Instance) -> tuple[Instance, Person]:
    return found, found.people[0]


def one_without_helper(change: Change | None, removed: Iterable[str] = ("LANGUAGE",)) -> set[str]:
    found = instance(person(languages=("ti",)))
    nobody = Unmatched("ada", dict.fromkeys(removed, 1), ("LANGUAGE",), (change,) if change else ())
    answer = Answer("optimal", (), Aims(), Aims(), (), (nobody,), evenness=evenness(found, ()), weights=found.weights)
    return codes(found, answer)


def test_the_smallest_change_is_judged():
    nadia = smallest_changes(*with_person(instance(person(languages=("ti",)))))[0]
    assert one_without_helper(nadia) == set()
    assert one_without_helper(None) == {"UNMATCHED"}
    assert one_without_helper(Change("nadia", (Relaxed("THEME", 1.0),))) == {"UNMATCHED"}
    assert one_without_helper(Change("nadia", (Relaxed("LANGUAGE", 2.0),))) == {"UNMATCHED"}
    assert one_without_helper(nadia, ("THEME",)) == {"UNMATCHED"}


def test_live_pairings_are_held_against_all_the_others():
    kept = instance(helper(max_persons=2), person(), live=(live("ada"), live("x")))
    assert live_violations(kept) == []

    full = instance(helper(max_persons=1), person(), live=(live("ada"), live("x")))
    assert [one.code for one in live_violations(full)] == ["CASELOAD"]

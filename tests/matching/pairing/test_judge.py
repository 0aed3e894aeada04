"""The judge is given answers that no solver made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from matching.pairing.answer import Aims, Answer, Change, LeftOut, Offer, Relaxed, Shortlist, Unmatched
from matching.pairing.candidates import load_cost, weight
from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Instance, Pair, Separation
from matching.pairing.judge import live_violations, violations
from matching.pairing.rules import broken
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
    rest = tuple(
        LeftOut(one.id, other.id, broken(found, one, other))
        for one in found.people
        for other in found.helpers
        if (one.id, other.id) not in pairs
    )
    lists = tuple(Shortlist(who, (offer,)) for who, offer in offers)
    return Answer("optimal", placed, aims, aims, lists, (), rest)


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
    pytest.param(
        "UNMATCHED", lambda answer: changed(answer, unmatched=(Unmatched("ada", {}, (), None),)), id="unmatched"
    ),
    pytest.param("LEFT_OUT", lambda answer: changed(answer, left_out=(LeftOut("ada", "nadia", ()),)), id="left-out"),
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
        left_out=(LeftOut("ada", "luc", ("THEME",)),),
    )
    assert violations(found, answer) == []

    near = replace(found, live=(live("x", "zoe"),))
    offers = [forged(near, ("ada", name)).shortlists[0].offers[0] for name in ("nadia", "zoe", "yan")]
    assert "SHORTLIST" in codes(near, replace(answer, shortlists=(Shortlist("ada", tuple(offers)),)))


def one_without_helper(change: Change | None, removed: Iterable[str] = ("LANGUAGE",)) -> set[str]:
    found = instance(person(languages=("ti",)))
    answer = Answer(
        "optimal",
        (),
        Aims(),
        Aims(),
        (),
        (Unmatched("ada", dict.fromkeys(removed, 1), ("LANGUAGE",), change),),
        (LeftOut("ada", "nadia", ("LANGUAGE",)),),
    )
    return codes(found, answer)


def test_the_smallest_change_is_judged():
    assert one_without_helper(Change("nadia", (Relaxed("LANGUAGE", 1.0),))) == set()
    assert one_without_helper(None) == {"UNMATCHED"}
    assert one_without_helper(Change("nadia", (Relaxed("THEME", 1.0),))) == {"UNMATCHED"}
    assert one_without_helper(Change("nadia", (Relaxed("LANGUAGE", 2.0),))) == {"UNMATCHED"}
    assert one_without_helper(Change("nadia", (Relaxed("LANGUAGE", 1.0),)), ("THEME",)) == {"UNMATCHED"}


def test_live_pairings_are_held_against_all_the_others():
    kept = instance(helper(max_persons=2), person(), live=(live("ada"), live("x")))
    assert live_violations(kept) == []

    full = instance(helper(max_persons=1), person(), live=(live("ada"), live("x")))
    assert [one.code for one in live_violations(full)] == ["CASELOAD"]

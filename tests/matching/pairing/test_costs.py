"""What a choice costs everybody: doing it and solving anew says the same."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings

from matching.pairing.answer import Answer, Offer
from matching.pairing.candidates import candidates, weight
from matching.pairing.instance import Instance, Pair
from matching.pairing.solve import solve
from matching.pairing.what_if import proposed
from matching.search import Limits
from tests.matching.pairing.builders import helper, instance, pair, person, window
from tests.matching.pairing.strategies import fits_by_counting, instances


def offers(answer: Answer) -> list[tuple[str, Offer]]:
    return [(one.person, offer) for one in answer.shortlists for offer in one.offers]


def firsts(answer: Answer) -> dict[str, str]:
    return {one.person: one.helper for one in answer.placed}


@settings(max_examples=60)
@given(instances())
def test_doing_what_is_said_and_solving_anew_says_the_same(found: Instance):
    answer = solve(found, Limits())
    before = firsts(answer)

    for who, offer in offers(answer):
        after = firsts(solve(proposed(found, Pair(who, offer.helper)), Limits(), costs=False))
        cost = offer.cost
        assert cost is not None
        assert cost.exact
        assert set(cost.losers) == before.keys() - after.keys() - {who}
        assert set(cost.gainers) == after.keys() - before.keys()
        assert set(cost.movers) == {one for one in before.keys() & after.keys() if before[one] != after[one]}


def most_served_beside(found: Instance, who: str, whom: str) -> int:
    """The greatest weight of the others who can be placed once this proposal is made, by trying everything."""
    after = proposed(found, Pair(who, whom))
    possible = candidates(after)
    choices = [[None, *(one.helper for one in possible if one.person == other.id)] for other in after.people]
    return max(
        sum(weight(after.person_by_id[one.person], after.day) for one in pairs)
        for picks in product(*choices)
        if fits_by_counting(
            after,
            pairs := tuple(Pair(o.id, pick) for o, pick in zip(after.people, picks, strict=True) if pick),
        )
    )


@settings(max_examples=60)
@given(instances())
def test_the_weight_lost_is_the_least_possible(found: Instance):
    answer = solve(found, Limits())

    for one in answer.shortlists:
        own = {offer.helper: most_served_beside(found, one.person, offer.helper) for offer in one.offers}
        first = one.offers[0]
        own_weight = weight(found.person_by_id[one.person], found.day)
        base = answer.value.served - own_weight if first.when_free else own[first.helper]
        for offer in one.offers:
            assert offer.cost is not None
            assert offer.cost.served == base - own[offer.helper]


def test_alternatives_come_in_order_of_what_they_cost_everybody_not_of_their_score():
    """Zoe suits Ada better than Yan does, but Ben has nobody but her."""
    ben = person("ben", languages=("nl",))
    nadia = helper(experience=("mood", "debt"), max_persons=1)
    zoe = helper("zoe", languages=("nl", "fr"), experience=("mood",), max_persons=1)
    found = instance(person(experience_wished=("mood", "debt")), ben, nadia, zoe, helper("yan", max_persons=1))
    ada = next(one for one in solve(found, Limits()).shortlists if one.person == "ada")

    assert [offer.helper for offer in ada.offers] == ["nadia", "yan", "zoe"]
    assert ada.offers[1].score < ada.offers[2].score
    assert [offer.cost and offer.cost.losers for offer in ada.offers] == [(), (), ("ben",)]


def test_the_first_choice_costs_nothing():
    answer = solve(instance(person(), person("ben"), helper(), helper("luc")), Limits())

    for one in answer.shortlists:
        cost = one.offers[0].cost
        assert cost is not None
        assert (cost.served, cost.score, cost.losers) == (0, 0, ())


def test_whom_a_person_named_or_knows_stays_on_the_list_whatever_it_costs():
    others = [helper(name, experience=("mood",)) for name in ("a", "b", "c", "d")]
    wish = person(experience_wished=("mood",))
    plain = solve(instance(wish, helper("luc", themes=("housing",), windows=(window(end=850),)), *others), Limits())
    assert "luc" not in [offer.helper for _, offer in offers(plain)]

    for found in (
        instance(
            person(experience_wished=("mood",)),
            helper("luc", windows=(window(end=850),)),
            *others,
            known=(pair("ada", "luc"),),
        ),
        instance(
            person(experience_wished=("mood",), named_helper="luc"), helper("luc", windows=(window(end=850),)), *others
        ),
    ):
        assert "luc" in [offer.helper for _, offer in offers(solve(found, Limits()))]


def test_a_stopped_search_says_no_cost_that_it_does_not_know():
    found = instance(person(), person("ben"), helper(weekly_minutes_max=150), helper("luc", weekly_minutes_max=150))
    heard: list[str] = []

    def only_the_aims(progress: object) -> bool:
        heard.append(progress.stage)  # type: ignore[attr-defined]
        return progress.stage != "costs"  # type: ignore[attr-defined]

    answer = solve(found, Limits(), only_the_aims)

    assert "costs" in heard
    assert answer.status == "optimal"
    assert all(offer.cost is None for _, offer in offers(answer))

"""The judge of pairing: knows no solver, is slow and plain, and says what is wrong with an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from matching.pairing.answer import Answer, Offer, Shortlist, Unmatched
from matching.pairing.candidates import SET_ASIDE, against, evenness, load_cost, weight
from matching.pairing.changes import NEVER, smallest_changes
from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Instance, movable
from matching.pairing.joint import not_kept_apart, overloaded
from matching.pairing.rules import broken, merged
from matching.pairing.shortlists import is_kept


@dataclass(frozen=True)
class Violation:
    """
    What is wrong, for a developer.

    `code` is a rule's, or `SHORTLIST`, `SCORE`, `AIM`, `UNMATCHED`, `COST`, `MOVE`, `RECRUIT`, `WHAT_IF`.
    """

    code: str
    says: str


def violations(instance: Instance, answer: Answer) -> list[Violation]:
    """Everything that is wrong with an answer; empty when it is right."""
    stand = _against(instance)
    return [
        *_hard_rules(instance, answer),
        *_joint_rules(instance, answer),
        *_shortlists(instance, answer, stand),
        *_first_ranks(instance, answer),
        *_scores(instance, answer),
        *_aims(instance, answer),
        *_unmatched(instance, answer, stand),
        *_costs(instance, answer),
        *_moves(instance, answer),
        *_recruits(instance, answer),
    ]


def live_violations(instance: Instance) -> list[Violation]:
    """
    Live pairings that break a hard rule.

    `people` of the instance are those of the live pairings: each pair is held against all the others.
    """
    return [
        Violation(code, f"{pairing.person} and {pairing.helper} ({pairing.status})")
        for pairing in instance.live
        if pairing.person in instance.person_by_id
        for code in broken(instance, instance.person_by_id[pairing.person], instance.helper_by_id[pairing.helper])
    ]


def _offers(answer: Answer) -> Iterator[tuple[Shortlist, int, Offer]]:
    for shortlist in answer.shortlists:
        for rank, offer in enumerate(shortlist.offers, 1):
            yield shortlist, rank, offer


def _hard_rules(instance: Instance, answer: Answer) -> Iterator[Violation]:
    pairs = [(shortlist.person, offer.helper) for shortlist, _, offer in _offers(answer)]
    pairs += [(pair.person, pair.helper) for pair in answer.placed]
    for person, helper in dict.fromkeys(pairs):
        if person not in instance.person_by_id or helper not in instance.helper_by_id:
            yield Violation("SHORTLIST", f"{person} and {helper} are not both in the instance")
            continue
        for code in broken(instance, instance.person_by_id[person], instance.helper_by_id[helper]):
            yield Violation(code, f"{person} and {helper}")
        if (person, helper) in instance.pairs_set_aside:
            yield Violation(SET_ASIDE, f"{person} and {helper}")


def _joint_rules(instance: Instance, answer: Answer) -> Iterator[Violation]:
    for helper in overloaded(instance, answer.placed):
        yield Violation("CASELOAD", f"the first ranks do not fit the caseload of {helper}")
    for one, other, helper in not_kept_apart(instance, answer.placed):
        yield Violation("SAME_HELPER", f"{one} and {other} both have {helper} first")


Stand = Mapping[tuple[str, str], tuple[str, ...]]
"""What stands against every pair, by ids."""


def _against(instance: Instance) -> Stand:
    return {
        (person.id, helper.id): against(instance, person, helper)
        for person in instance.people
        for helper in instance.helpers
    }


def _shortlists(instance: Instance, answer: Answer, stand: Stand) -> Iterator[Violation]:
    listed = [shortlist.person for shortlist in answer.shortlists]
    if len(set(listed)) < len(listed):
        yield Violation("SHORTLIST", "somebody has two shortlists")
    first = {pair.person for pair in answer.placed}
    offers = {one.person: [offer.helper for offer in one.offers] for one in answer.shortlists}
    for person in instance.people:
        possible = {helper.id for helper in instance.helpers if not stand[person.id, helper.id]}
        offered = offers.get(person.id, [])
        if len(offered) != min(len(possible), instance.shortlist):
            yield Violation("SHORTLIST", f"{person.id} has {len(offered)} offers of {len(possible)} possible ones")
        if len(set(offered)) < len(offered):
            yield Violation("SHORTLIST", f"{person.id} is offered the same helper twice")
        kept = {one for one in possible if is_kept(instance, person, one)}
        rest = set(offered[1:] if person.id in first else offered)
        if kept - set(offered) and rest - kept:
            yield Violation("SHORTLIST", f"{person.id} named or knows somebody who is not on the list")


def _first_ranks(instance: Instance, answer: Answer) -> Iterator[Violation]:
    first = {pair.person: pair.helper for pair in answer.placed}
    if len(first) < len(answer.placed):
        yield Violation("SHORTLIST", "somebody is placed twice")
    listed = {shortlist.person: shortlist.offers for shortlist in answer.shortlists}
    for person, helper in first.items():
        if not listed.get(person) or listed[person][0].helper != helper:
            yield Violation("SHORTLIST", f"{person} is placed with {helper}, who is not the first rank")
    for person, offers in listed.items():
        if any(offer.when_free != (person not in first) for offer in offers):
            yield Violation("SHORTLIST", f"the mark `when_free` of {person} is wrong")
        rest = offers[1:] if person in first else offers
        ranks = [(one.cost is None, one.cost.order if one.cost else (0, 0), -one.score) for one in rest]
        if ranks != sorted(ranks):
            yield Violation("SHORTLIST", f"the alternatives of {person} are not in order of what they cost everybody")


def _costs(instance: Instance, answer: Answer) -> Iterator[Violation]:
    first = {pair.person for pair in answer.placed}
    for shortlist, _, offer in _offers(answer):
        cost = offer.cost
        if cost is None:
            continue
        named = {*cost.losers, *cost.gainers, *cost.movers}
        if not named <= instance.person_by_id.keys() or shortlist.person in named:
            yield Violation("COST", f"a choice of {shortlist.person} names somebody who does not wait")
        if not {*cost.losers, *cost.movers} <= first or set(cost.gainers) & first:
            yield Violation("COST", f"somebody loses or gains a first rank by a choice of {shortlist.person} wrongly")
        if not cost.exact and named:
            yield Violation("COST", f"a choice of {shortlist.person} names people without knowing")


def _score(instance: Instance, person: str, helper: str) -> float:
    known = facts(instance, instance.person_by_id[person], instance.helper_by_id[helper])
    return score(instance.weights, values(known))


def _scores(instance: Instance, answer: Answer) -> Iterator[Violation]:
    for shortlist, _, offer in _offers(answer):
        if shortlist.person not in instance.person_by_id or offer.helper not in instance.helper_by_id:
            continue
        known = facts(instance, instance.person_by_id[shortlist.person], instance.helper_by_id[offer.helper])
        if dict(offer.criteria) != values(known) or offer.score != score(instance.weights, offer.criteria):
            yield Violation("SCORE", f"the score of {shortlist.person} and {offer.helper} is wrong")


def _aims(instance: Instance, answer: Answer) -> Iterator[Violation]:
    placed = [
        pair for pair in answer.placed if pair.person in instance.person_by_id and pair.helper in instance.helper_by_id
    ]
    counted = {
        "served": sum(weight(instance.person_by_id[pair.person], instance.day) for pair in placed),
        "score": sum(round(100 * _score(instance, pair.person, pair.helper)) for pair in placed),
        "load": load_cost(instance, placed),
    }
    for aim, value in counted.items():
        if getattr(answer.value, aim) != value:
            yield Violation("AIM", f"the value of {aim} is {getattr(answer.value, aim)}, counted {value}")
    if answer.bound.served < answer.value.served:
        yield Violation("AIM", "more is served than the bound allows")
    if answer.status == "optimal" and answer.bound != answer.value:
        yield Violation("AIM", "an optimal answer has equal values and bounds")
    if answer.evenness != evenness(instance, tuple(placed)):
        yield Violation("AIM", "the evenness is not that of the first ranks")
    if dict(answer.weights) != dict(instance.weights):
        yield Violation("AIM", "the weights are not those of the instance")


def _unmatched(instance: Instance, answer: Answer, stand: Stand) -> Iterator[Violation]:
    given: dict[str, Unmatched] = {one.person: one for one in answer.unmatched}
    for person in instance.people:
        mine = [stand[person.id, helper.id] for helper in instance.helpers]
        if all(mine) != (person.id in given):
            yield Violation("UNMATCHED", f"{person.id} is listed wrongly among those whom nobody suits")
        if not all(mine) or person.id not in given:
            continue
        one = given[person.id]
        counts = Counter(code for codes in mine for code in merged(codes))
        if dict(one.removed) != dict(counts):
            yield Violation("UNMATCHED", f"the counts of {person.id} are wrong")
        if one.changes != smallest_changes(instance, person):
            yield Violation("UNMATCHED", f"the changes for {person.id} are not the smallest")
        for change in one.changes:
            relaxed = {each.rule for each in change.relaxed}
            if relaxed != set(stand[person.id, change.helper]) or relaxed & set(NEVER):
                yield Violation("UNMATCHED", f"a change for {person.id} does not open {change.helper}")


def _moves(instance: Instance, answer: Answer) -> Iterator[Violation]:
    """An open proposal is only asked to change for somebody who has nobody, to a helper whom no rule excludes."""
    first = {pair.person for pair in answer.placed}
    loose = {one.id: one for one in movable(instance)}
    for move in answer.moves:
        person, helper = loose.get(move.person), instance.helper_by_id.get(move.after)
        if person is None or helper is None or not move.gains or set(move.gains) & first:
            yield Violation("MOVE", f"the proposal of {move.person} need not change")
            continue
        without = replace(instance, live=tuple(one for one in instance.live if one.person not in loose))
        for code in broken(without, person, helper):
            yield Violation(code, f"{move.person} would move to {move.after}")


def _recruits(instance: Instance, answer: Answer) -> Iterator[Violation]:
    """Whoever a recruit serves waits, has nobody yet, and is named once."""
    served = [person for recruit in answer.recruits for person in recruit.serves]
    first = {pair.person for pair in answer.placed}
    if len(set(served)) < len(served) or not set(served) <= set(instance.person_by_id) - first:
        yield Violation("RECRUIT", "a recruit serves somebody who has a helper, or whom another one serves")
    for recruit in answer.recruits:
        if recruit.weight != sum(
            weight(instance.person_by_id[one], instance.day) for one in recruit.serves if one in instance.person_by_id
        ):
            yield Violation("RECRUIT", "the weight of a recruit is wrong")

"""The judge of pairing: knows no solver, is slow and plain, and says what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matching.pairing.answer import Answer, Offer, Shortlist, Unmatched
from matching.pairing.candidates import SET_ASIDE, load_cost, obstacles, weight
from matching.pairing.changes import NEVER, change_size, smallest_change
from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Instance
from matching.pairing.joint import not_kept_apart, overloaded
from matching.pairing.rules import broken


@dataclass(frozen=True)
class Violation:
    """A rule's code, or `SHORTLIST`, `SCORE`, `AIM`, `UNMATCHED`, `LEFT_OUT`; and what is wrong, for a developer."""

    code: str
    says: str


def violations(instance: Instance, answer: Answer) -> list[Violation]:
    """Everything that is wrong with an answer; empty when it is right."""
    return [
        *_hard_rules(instance, answer),
        *_joint_rules(instance, answer),
        *_shortlists(instance, answer),
        *_first_ranks(instance, answer),
        *_scores(instance, answer),
        *_aims(instance, answer),
        *_unmatched(instance, answer),
        *_left_out(instance, answer),
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


def _shortlists(instance: Instance, answer: Answer) -> Iterator[Violation]:
    against = obstacles(instance)
    listed = [shortlist.person for shortlist in answer.shortlists]
    if len(set(listed)) < len(listed):
        yield Violation("SHORTLIST", "somebody has two shortlists")
    for person in instance.people:
        possible = sum(not against[person.id, helper.id] for helper in instance.helpers)
        offered = next((s.offers for s in answer.shortlists if s.person == person.id), ())
        if len(offered) != min(possible, instance.shortlist):
            yield Violation("SHORTLIST", f"{person.id} has {len(offered)} offers of {possible} possible ones")
        if len({offer.helper for offer in offered}) < len(offered):
            yield Violation("SHORTLIST", f"{person.id} is offered the same helper twice")


def _first_ranks(instance: Instance, answer: Answer) -> Iterator[Violation]:
    first = {pair.person: pair.helper for pair in answer.placed}
    if len(first) < len(answer.placed):
        yield Violation("SHORTLIST", "somebody is placed twice")
    listed = {shortlist.person: shortlist.offers for shortlist in answer.shortlists}
    for person, helper in first.items():
        if not listed.get(person) or listed[person][0].helper != helper:
            yield Violation("SHORTLIST", f"{person} is placed with {helper}, who is not the first rank")
    best = _by_score(instance)
    for person, offers in listed.items():
        if any(offer.when_free != (person not in first) for offer in offers):
            yield Violation("SHORTLIST", f"the mark `when_free` of {person} is wrong")
        rest = offers[1:] if person in first else offers
        others = [points for helper, points in best.get(person, []) if helper != first.get(person)]
        if [offer.score for offer in rest] != others[: len(rest)]:
            yield Violation("SHORTLIST", f"the alternatives of {person} are not the best ones in order of score")


def _by_score(instance: Instance) -> dict[str, list[tuple[str, float]]]:
    against = obstacles(instance)
    scores: dict[str, list[tuple[str, float]]] = {}
    for (person, helper), codes in against.items():
        if not codes:
            scores.setdefault(person, []).append((helper, _score(instance, person, helper)))
    return {person: sorted(found, key=lambda one: -one[1]) for person, found in scores.items()}


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


def _unmatched(instance: Instance, answer: Answer) -> Iterator[Violation]:
    against = obstacles(instance)
    given: dict[str, Unmatched] = {one.person: one for one in answer.unmatched}
    for person in instance.people:
        suits_nobody = all(against[person.id, helper.id] for helper in instance.helpers)
        if suits_nobody != (person.id in given):
            yield Violation("UNMATCHED", f"{person.id} is listed wrongly among those whom nobody suits")
        if not suits_nobody or person.id not in given:
            continue
        one = given[person.id]
        counts = [code for helper in instance.helpers for code in against[person.id, helper.id]]
        if dict(one.removed) != {code: counts.count(code) for code in counts}:
            yield Violation("UNMATCHED", f"the counts of {person.id} are wrong")
        if one.change is None:
            if smallest_change(instance, person, against) is not None:
                yield Violation("UNMATCHED", f"there is a change that helps {person.id}")
            continue
        relaxed = {each.rule for each in one.change.relaxed}
        if relaxed != set(against[person.id, one.change.helper]) or relaxed & set(NEVER):
            yield Violation("UNMATCHED", f"the change for {person.id} does not open {one.change.helper}")
        least = smallest_change(instance, person, against)
        if least is not None and change_size(least) < change_size(one.change):
            yield Violation("UNMATCHED", f"there is a smaller change for {person.id}")


def _left_out(instance: Instance, answer: Answer) -> Iterator[Violation]:
    against = obstacles(instance)
    offered = {(shortlist.person, offer.helper) for shortlist, _, offer in _offers(answer)}
    due = {pair: codes for pair, codes in against.items() if pair not in offered}
    if {(one.person, one.helper): one.rules for one in answer.left_out} != due:
        yield Violation("LEFT_OUT", "the reasons for helpers left out are not complete or not right")

"""What if: the answer of today beside the one that a choice, other weights, a newcomer or a departure would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from matching.pairing import judge
from matching.pairing.answer import Answer
from matching.pairing.instance import MOST_WEIGHT, Helper, Instance, LivePairing, Pair
from matching.pairing.judge import Violation
from matching.pairing.rules import broken


@dataclass(frozen=True)
class Question:
    """
    What is supposed; all of it at once.

    Parameters
    ----------
    choose
        These proposals are made.
    weights
        Other weights of some criteria.
    helpers
        Helpers who are not there yet.
    leave
        Ids of people or helpers who are no longer there; whom such a helper accompanies waits again.
    """

    choose: tuple[Pair, ...] = ()
    weights: Mapping[str, float] | None = None
    helpers: tuple[Helper, ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True)
class Supposition:
    """An instance and the question asked of it: what a run of this kind is handed."""

    instance: Instance
    question: Question


@dataclass(frozen=True)
class Refusal:
    """
    A part of the question that cannot be: the hard rules against it, or `TWICE`, `UNKNOWN`, `LIMITS`, `WEIGHTS`.

    With `WEIGHTS`, `helper` is the criterion.
    """

    person: str
    helper: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """
    What changes for somebody: the first helper today and then, None when there is none.

    `waits` is True then for somebody whom a leaving helper accompanies today.
    """

    person: str
    before: str | None
    after: str | None
    offers_before: int
    offers_after: int
    waits: bool = False


@dataclass(frozen=True)
class Comparison:
    """
    Parameters
    ----------
    status
        `optimal` when both answers are proven, `feasible` when not, `refused` when the question cannot be.
    today, then
        Both answers; `then` is that of today when the question is refused.
    differences
        By person, those for whom something changes.
    """

    status: str
    today: Answer
    then: Answer
    differences: tuple[Difference, ...]
    refused: tuple[Refusal, ...] = ()


def refusals(instance: Instance, question: Question) -> tuple[Refusal, ...]:
    """What cannot be in a question, in its own order; empty when it can be asked."""
    found: list[Refusal] = []
    known = {one.id for one in (*instance.people, *instance.accompanied, *instance.helpers)}
    for code, weight in (question.weights or {}).items():
        if code not in instance.weights or not 0 <= weight <= MOST_WEIGHT:
            found.append(Refusal("", code, ("WEIGHTS",)))
    added: set[str] = set()
    for helper in question.helpers:
        if helper.id in known | added:
            found.append(Refusal("", helper.id, ("TWICE",)))
        elif helper.transport not in instance.travel.modes or _below_zero(helper):
            found.append(Refusal("", helper.id, ("LIMITS",)))
        added.add(helper.id)
    for one in question.leave:
        if one not in known or question.leave.count(one) > 1:
            found.append(Refusal(one, "", ("UNKNOWN" if one not in known else "TWICE",)))
    return tuple(found) or _refused_choices(instance, question)


def _refused_choices(instance: Instance, question: Question) -> tuple[Refusal, ...]:
    """The choices one after the other: each has to keep the rules beside those before it."""
    found: list[Refusal] = []
    now = supposed(instance, replace(question, choose=()))
    chosen: set[str] = set()
    for pair in question.choose:
        person, helper = now.person_by_id.get(pair.person), now.helper_by_id.get(pair.helper)
        if pair.person in chosen:
            found.append(Refusal(pair.person, pair.helper, ("TWICE",)))
        elif person is None or helper is None:
            found.append(Refusal(pair.person, pair.helper, ("UNKNOWN",)))
        elif rules := broken(now, person, helper):
            found.append(Refusal(pair.person, pair.helper, rules))
        else:
            now = proposed(now, pair)
        chosen.add(pair.person)
    return tuple(found)


def _below_zero(helper: Helper) -> bool:
    return min(helper.max_persons, helper.weekly_minutes_max, helper.max_travel_km) < 0


def supposed(instance: Instance, question: Question) -> Instance:
    """The instance as it would be; `refusals` says beforehand whether it can be."""
    gone = set(question.leave)
    left = [pairing for pairing in instance.live if pairing.helper in gone and pairing.person not in gone]
    still = {pairing.person for pairing in instance.live if pairing.helper not in gone}
    alone = {pairing.person for pairing in left} - still
    back = tuple(one for one in instance.accompanied if one.id in alone)
    now = replace(
        instance,
        people=tuple(one for one in instance.people if one.id not in gone) + back,
        helpers=tuple(one for one in instance.helpers if one.id not in gone) + question.helpers,
        live=tuple(one for one in instance.live if not {one.person, one.helper} & gone),
        accompanied=tuple(one for one in instance.accompanied if one.id not in alone | gone),
        conflicts=tuple(one for one in instance.conflicts if one.helper not in gone),
        weights={**instance.weights, **(question.weights or {})},
    )
    for pair in question.choose:
        now = proposed(now, pair)
    return now


def proposed(instance: Instance, pair: Pair) -> Instance:
    """The instance once this helper is proposed to this person, who then no longer waits."""
    person = instance.person_by_id[pair.person]
    made = LivePairing(person.id, pair.helper, "proposed", person.visit_frequency, person.visit_minutes)
    return replace(
        instance,
        people=tuple(one for one in instance.people if one.id != person.id),
        live=(*instance.live, made),
        accompanied=(*instance.accompanied, person),
    )


def differences(instance: Instance, question: Question, today: Answer, then: Answer) -> tuple[Difference, ...]:
    """For whom the two answers differ: those who wait today, and those who would wait again."""
    before, after = _firsts(today), _firsts(then) | {pair.person: pair.helper for pair in question.choose}
    offers_before, offers_after = _counts(today), _counts(then)
    for pair in question.choose:
        offers_after[pair.person] = max(1, offers_after.get(pair.person, 0))
    again = {one.id for one in supposed(instance, question).people} - {one.id for one in instance.people}
    had = {pairing.person: pairing.helper for pairing in instance.live if pairing.person in again}
    found: list[Difference] = []
    for person in (*(one.id for one in instance.people if one.id not in question.leave), *sorted(again)):
        was = had.get(person, before.get(person))
        one = Difference(
            person, was, after.get(person), offers_before.get(person, 0), offers_after.get(person, 0), person in again
        )
        chosen = any(pair.person == person for pair in question.choose)
        if was != one.after or one.waits or (not chosen and one.offers_before != one.offers_after):
            found.append(one)
    return tuple(found)


def _firsts(answer: Answer) -> dict[str, str]:
    return {pair.person: pair.helper for pair in answer.placed}


def _counts(answer: Answer) -> dict[str, int]:
    return {one.person: len(one.offers) for one in answer.shortlists}


def violations(supposition: Supposition, comparison: Comparison) -> list[Violation]:
    """Everything that is wrong with a comparison, found without a solver."""
    instance, question = supposition.instance, supposition.question
    found = judge.violations(instance, comparison.today)
    refused = refusals(instance, question)
    if comparison.refused != refused or (comparison.status == "refused") != bool(refused):
        found.append(Violation("WHAT_IF", "what cannot be is not said rightly"))
    if refused:
        return found
    found += judge.violations(supposed(instance, question), comparison.then)
    proven = comparison.today.status == comparison.then.status == "optimal"
    if (comparison.status == "optimal") != proven:
        found.append(Violation("WHAT_IF", "the proof is not that of both answers"))
    if comparison.differences != differences(instance, question, comparison.today, comparison.then):
        found.append(Violation("WHAT_IF", "the differences are not those of the two answers"))
    return found

"""Who could help whom, and what each pair is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from matching.pairing.answer import Evenness
from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Helper, Instance, Pair, Person
from matching.pairing.rules import broken, suits

SET_ASIDE = "SET_ASIDE"
"""Not a rule: the coordinator put this suggestion aside."""
URGENCY_WEIGHT: Mapping[str, int] = {"normal": 1000, "soon": 2000, "urgent": 3000}
FULL_WAIT_DAYS = 84  # twelve weeks


@dataclass(frozen=True)
class Candidate:
    """A pair that breaks no hard rule and was not put aside."""

    person: str
    helper: str
    score: float
    criteria: Mapping[str, float]

    @property
    def points(self) -> int:
        """The score in hundredths."""
        return round(self.score * 100)


def against(instance: Instance, person: Person, helper: Helper) -> tuple[str, ...]:
    """The codes that stand against a pair; empty for candidates."""
    aside = (person.id, helper.id) in instance.pairs_set_aside
    return broken(instance, person, helper) + ((SET_ASIDE,) if aside else ())


def candidate(instance: Instance, person: Person, helper: Helper) -> Candidate | None:
    """The pair with its score, when nothing stands against it."""
    if (person.id, helper.id) in instance.pairs_set_aside or not suits(instance, person, helper):
        return None
    by_criterion = values(facts(instance, person, helper))
    return Candidate(person.id, helper.id, score(instance.weights, by_criterion), by_criterion)


def candidates(instance: Instance) -> tuple[Candidate, ...]:
    """All pairs of somebody who waits and a helper against whom nothing stands."""
    pairs = ((person, helper) for person in instance.people for helper in instance.helpers)
    found = (candidate(instance, *pair) for pair in pairs)
    return tuple(one for one in found if one is not None)


def weight(person: Person, day: date) -> int:
    """Urgency and waiting time of a person, in whole thousandths (order of aims, section 5)."""
    waited = max(0, (day - person.waiting_since).days)
    return URGENCY_WEIGHT[person.urgency] + min(1000, 1000 * waited // FULL_WAIT_DAYS)


def load_step(max_persons: int, nth: int) -> int:
    """What the nth person of a helper adds to the cost of load: n squared over the limit, in thousandths."""
    return (2 * nth - 1) * 1000 // max(1, max_persons)


def load_cost(instance: Instance, placed: Iterable[Pair]) -> int:
    """Convex cost of the loads that these pairs bring about; the smaller, the more even."""
    cost = 0
    load = {helper.id: len(instance.live_of[helper.id]) for helper in instance.helpers}
    for pair in placed:
        load[pair.helper] += 1
        cost += load_step(instance.helper_by_id[pair.helper].max_persons, load[pair.helper])
    return cost


def evenness(instance: Instance, placed: tuple[Pair, ...]) -> Evenness:
    """Of the helpers who may start and take somebody at all, once these pairs have come about."""
    there = [one for one in instance.helpers if one.status == "active" and one.max_persons > 0]
    if not there:
        return Evenness()
    load = {one.id: len(instance.live_of[one.id]) for one in instance.helpers}
    for pair in placed:
        load[pair.helper] += 1
    shares = [load[one.id] / one.max_persons for one in there]
    mean = sum(shares) / len(shares)
    spread = math.sqrt(sum((share - mean) ** 2 for share in shares) / len(shares))
    return Evenness(round(max(shares), 4), round(spread, 4))

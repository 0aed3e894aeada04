"""Who could help whom, and what each pair is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Instance, Pair, Person
from matching.pairing.rules import broken

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


Obstacles = Mapping[tuple[str, str], tuple[str, ...]]
"""What stands between a person and a helper, by their ids; empty for candidates."""


def obstacles(instance: Instance) -> dict[tuple[str, str], tuple[str, ...]]:
    """The codes that stand against every pair of somebody who waits and a helper."""
    return {
        (person.id, helper.id): broken(instance, person, helper)
        + ((SET_ASIDE,) if (person.id, helper.id) in instance.pairs_set_aside else ())
        for person in instance.people
        for helper in instance.helpers
    }


def candidates(instance: Instance, against: Obstacles) -> tuple[Candidate, ...]:
    """Pairs against which nothing stands, with their score."""
    found: list[Candidate] = []
    for (person, helper), codes in against.items():
        if not codes:
            by_criterion = values(facts(instance, instance.person_by_id[person], instance.helper_by_id[helper]))
            found.append(Candidate(person, helper, score(instance.weights, by_criterion), by_criterion))
    return tuple(found)


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


def in_order_of_content(instance: Instance, found: tuple[Candidate, ...]) -> tuple[list[str], list[str]]:
    """
    People and helpers in an order that neither their ids nor their rows decide, unless all else is equal.

    The solver sees them in this order, so renaming or shuffling the rows changes nothing in the answer.
    """
    people = {p.id: repr(replace(p, id="", named_helper=None)) for p in instance.people}
    helpers = {
        h.id: repr((replace(h, id=""), sorted((p.status, p.contact) for p in instance.live_of[h.id])))
        for h in instance.helpers
    }
    options: dict[str, list[tuple[float, str]]] = {}
    for one in found:
        options.setdefault(f"person {one.person}", []).append((one.score, helpers[one.helper]))
        options.setdefault(f"helper {one.helper}", []).append((one.score, people[one.person]))
    by_person = {key: repr((text, sorted(options.get(f"person {key}", [])))) for key, text in people.items()}
    by_helper = {key: repr((text, sorted(options.get(f"helper {key}", [])))) for key, text in helpers.items()}
    return (
        sorted(by_person, key=lambda key: (by_person[key], key)),
        sorted(by_helper, key=lambda key: (by_helper[key], key)),
    )

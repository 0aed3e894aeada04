"""From an instance and its candidates to the joint choice as numbers, in an order that no renaming changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from matching.pairing.candidates import Candidate, weight
from matching.pairing.instance import Helper, Instance, Person
from matching.pairing.problem import Ints, Problem
from matching.pairing.rules import CONTACT_PERCENT

TIE_BITS = 20
"""A tie is a number below 2 to this power: the optimum is the only one with odds of about arcs / 2**20 against it
(isolation lemma, Mulmuley, Vazirani and Vazirani 1987)."""


@dataclass(frozen=True)
class Order:
    """
    People and helpers in an order that neither their ids nor their rows decide, unless all else is equal.

    `person_text` and `helper_text` hold all that is known of somebody but the id, and tell those apart who are equal.
    """

    people: tuple[str, ...]
    helpers: tuple[str, ...]
    person_text: dict[str, str]
    helper_text: dict[str, str]

    def tie(self, person: str, helper: str) -> int:
        """Decides between equal answers; hangs on what the two are, not on what they are called."""
        text = f"{self.person_text[person]}|{self.helper_text[helper]}".encode()
        return int.from_bytes(blake2b(text, digest_size=4).digest(), "big") >> (32 - TIE_BITS)


def order(instance: Instance) -> Order:
    """The order of an instance's helpers and of all its people, those accompanied too."""
    helpers = {one.id: repr(replace(one, id="")) for one in instance.helpers}
    persons = {
        one.id: repr((replace(one, id="", named_helper=None), helpers.get(one.named_helper or "", "")))
        for one in (*instance.people, *instance.accompanied)
    }
    person_text, helper_text = _told_apart(persons), _told_apart(helpers)
    return Order(
        tuple(sorted(person_text, key=person_text.__getitem__)),
        tuple(sorted(helper_text, key=helper_text.__getitem__)),
        person_text,
        helper_text,
    )


def _told_apart(texts: dict[str, str]) -> dict[str, str]:
    """The texts, with the id behind those that are equal: a proposal to one of them changes nothing for the others."""
    count = Counter(texts.values())
    return {key: text if count[text] == 1 else f"{text}#{key}" for key, text in texts.items()}


@dataclass(frozen=True)
class Assembled:
    """A problem and who its positions are."""

    problem: Problem
    people: tuple[str, ...]
    helpers: tuple[str, ...]
    found: tuple[Candidate, ...]

    def choice(self, chosen: Ints) -> dict[str, str]:
        """Helper by person, of those who have one."""
        arcs: list[int] = chosen[chosen >= 0].tolist()
        return {self.found[arc].person: self.found[arc].helper for arc in arcs}

    def chosen(self, choice: dict[str, str]) -> Ints:
        """The arcs of a choice, -1 where there is none."""
        at = {(one.person, one.helper): arc for arc, one in enumerate(self.found)}
        return np.array([at.get((person, choice.get(person, "")), -1) for person in self.people], dtype=np.int64)


def assemble(
    instance: Instance, known: Order, found: Iterable[Candidate], extra: dict[tuple[str, str], int] | None = None
) -> Assembled:
    """
    The joint choice among these candidates; only the people and helpers among them are in it.

    `extra` are points beside the score, by pair.
    """
    by_pair = {(one.person, one.helper): one for one in found}
    there, those = {person for person, _ in by_pair}, {helper for _, helper in by_pair}
    people = tuple(key for key in known.people if key in there)
    helpers = tuple(key for key in known.helpers if key in those)
    person_at = {key: position for position, key in enumerate(people)}
    helper_at = {key: position for position, key in enumerate(helpers)}
    arcs = sorted(by_pair.values(), key=lambda one: (person_at[one.person], helper_at[one.helper]))
    persons = [_person(instance, key) for key in people]
    rows = [instance.helper_by_id[key] for key in helpers]
    apart = sorted(
        sorted((person_at[one.person], person_at[one.other]))
        for one in instance.separations
        if one.person in person_at and one.other in person_at and one.person != one.other
    )
    points = [one.points + (extra or {}).get((one.person, one.helper), 0) for one in arcs]
    problem = Problem(
        weight=_ints(weight(one, instance.day) for one in persons),
        contact=_ints(one.contact for one in persons),
        room=_ints(one.max_persons - len(instance.live_of[one.id]) for one in rows),
        hours=_ints(_free_contact(instance, one) for one in rows),
        live=_ints(len(instance.live_of[one.id]) for one in rows),
        most=_ints(one.max_persons for one in rows),
        person=_ints(person_at[one.person] for one in arcs),
        helper=_ints(helper_at[one.helper] for one in arcs),
        points=_ints(points),
        tie=_ints(known.tie(one.person, one.helper) for one in arcs),
        excepted=np.array(
            [(one.person, one.helper, "CASELOAD") in instance.overridden for one in arcs], dtype=np.bool_
        ),
        apart=_ints(position for pair in apart for position in pair).reshape(-1, 2),
    )
    return Assembled(problem, people, helpers, tuple(arcs))


def _person(instance: Instance, key: str) -> Person:
    return instance.person_by_id[key]


def _free_contact(instance: Instance, helper: Helper) -> int:
    """Minutes of contact in 52 weeks that a helper still has, rounded down: contact is in whole minutes."""
    taken = helper.second_contact + sum(pairing.contact for pairing in instance.live_of[helper.id])
    return CONTACT_PERCENT * 52 * helper.weekly_minutes_max // 100 - taken


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)

"""A shortlist within milliseconds for somebody who came after the calculation, while the rest stays as it is."""

from __future__ import annotations

from collections.abc import Iterable

from matching.pairing.answer import Cost, Shortlist
from matching.pairing.candidates import candidate
from matching.pairing.instance import Instance, Pair
from matching.pairing.joint import not_kept_apart, overloaded
from matching.pairing.shortlists import shortlist


def welcome(instance: Instance, placed: Iterable[Pair], person: str) -> Shortlist | None:
    """
    The helpers who have room for this person beside all first ranks, best score first; None when nobody suits.

    Without such a helper the list is one for later (`when_free`). Nobody else's place is touched, so a helper with
    room costs nobody anything; who would lose a place to another one is for the next calculation to say.
    """
    others = tuple(
        pair
        for pair in placed
        if pair.person != person and pair.person in instance.person_by_id and pair.helper in instance.helper_by_id
    )
    newcomer = instance.person_by_id[person]
    mine = [one for helper in instance.helpers if (one := candidate(instance, newcomer, helper)) is not None]
    mine.sort(key=lambda one: -one.score)
    free = {one.helper for one in mine if _has_room(instance, others, Pair(person, one.helper))}
    first = next((one.helper for one in mine if one.helper in free), None)

    def cost_of(_person: str, helper: str) -> Cost | None:
        return Cost() if helper in free else None

    return shortlist(instance, mine, first, cost_of)


def _has_room(instance: Instance, others: tuple[Pair, ...], pair: Pair) -> bool:
    """Whether the pair fits beside the others: caseload and people kept apart, of this helper alone."""
    beside = (*(one for one in others if one.helper == pair.helper), pair)
    return not any(overloaded(instance, beside)) and not any(not_kept_apart(instance, beside))

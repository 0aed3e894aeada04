"""From the joint optimum to what people see: shortlists, and why the others are not on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matching.pairing.answer import Cost, LeftOut, Offer, Shortlist
from matching.pairing.candidates import Candidate, against
from matching.pairing.instance import Instance, Person

CostOf = Callable[[str, str], Cost | None]
"""What choosing this helper for this person costs everybody; None when it was not worked out."""


def unknown(_person: str, _helper: str) -> Cost | None:
    """Nothing was worked out."""
    return None


def shortlists(
    instance: Instance, found: tuple[Candidate, ...], first: Mapping[str, str], cost_of: CostOf = unknown
) -> tuple[Shortlist, ...]:
    """
    Up to three helpers for everybody whom somebody suits, in the order of the instance's people.

    `first` is the joint optimum by person; whoever is not in it gets helpers marked `when_free` (section 12.2).
    """
    by_person: dict[str, list[Candidate]] = {}
    for one in found:
        by_person.setdefault(one.person, []).append(one)
    lists = (shortlist(instance, by_person.get(one.id, []), first.get(one.id), cost_of) for one in instance.people)
    return tuple(one for one in lists if one is not None)


def shortlist(
    instance: Instance, mine: list[Candidate], first: str | None, cost_of: CostOf = unknown
) -> Shortlist | None:
    """
    The helper of the joint optimum first, then the others in order of what they cost everybody.

    Whom the person named or knows stays on the list, whatever the cost. Where no cost is known the score decides.
    """
    if not mine:
        return None
    person = instance.person_by_id[mine[0].person]
    costs = {one.helper: cost_of(person.id, one.helper) for one in mine}

    def rank(one: Candidate) -> tuple[bool, bool, tuple[int, int], float]:
        cost = costs[one.helper]
        return one.helper != first, cost is None, cost.order if cost else (0, 0), -one.score

    ranked = sorted(mine, key=rank)  # equal ones keep the order of the candidates
    kept = sorted(ranked, key=lambda one: (one.helper != first, not is_kept(instance, person, one.helper)))
    listed = {one.helper for one in kept[: instance.shortlist]}
    return Shortlist(
        person.id,
        tuple(
            Offer(one.helper, one.score, one.criteria, first is None, costs[one.helper])
            for one in ranked
            if one.helper in listed
        ),
    )


def is_kept(instance: Instance, person: Person, helper: str) -> bool:
    """Whether this helper stays on the person's list: named, or known from before."""
    return person.named_helper == helper or (person.id, helper) in instance.known_pairs


def left_out(instance: Instance, shortlist: Shortlist) -> tuple[LeftOut, ...]:
    """Every helper who is not on somebody's shortlist, and the codes that stand against the pair."""
    person = instance.person_by_id[shortlist.person]
    offered = {offer.helper for offer in shortlist.offers}
    return tuple(
        LeftOut(person.id, helper.id, against(instance, person, helper))
        for helper in instance.helpers
        if helper.id not in offered
    )

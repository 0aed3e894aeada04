"""From the joint optimum to what people see: shortlists, reasons, and those whom nobody suits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matching.pairing.answer import LeftOut, Offer, Shortlist, Unmatched
from matching.pairing.candidates import Candidate, Obstacles
from matching.pairing.changes import unmatched
from matching.pairing.instance import Instance

Losers = Callable[[str, str], tuple[str, ...] | None]
"""Who would lose their proposal if this person chose this helper."""


def shortlists(
    instance: Instance, found: tuple[Candidate, ...], first: Mapping[str, str], losers: Losers
) -> tuple[Shortlist, ...]:
    """
    Up to three helpers for everybody whom somebody suits, in the order of the instance's people.

    `first` is the joint optimum by person; whoever is not in it gets helpers marked `when_free` (section 12.2).
    Equal scores keep the order of the candidates.
    """
    lists: list[Shortlist] = []
    for person in instance.people:
        mine = [one for one in found if one.person == person.id]
        mine.sort(key=lambda one: (one.helper != first.get(person.id), -one.score))
        if mine:
            offers = tuple(
                Offer(one.helper, one.score, one.criteria, person.id not in first, losers(person.id, one.helper))
                for one in mine[: instance.shortlist]
            )
            lists.append(Shortlist(person.id, offers))
    return tuple(lists)


def without_helper(instance: Instance, found: tuple[Candidate, ...], against: Obstacles) -> tuple[Unmatched, ...]:
    """Those whom nobody suits, with what blocks and the smallest change."""
    suited = {one.person for one in found}
    return tuple(unmatched(instance, person, against) for person in instance.people if person.id not in suited)


def left_out(instance: Instance, lists: tuple[Shortlist, ...], against: Obstacles) -> tuple[LeftOut, ...]:
    """Every helper who is not on a person's shortlist, and why."""
    offered = {(shortlist.person, offer.helper) for shortlist in lists for offer in shortlist.offers}
    return tuple(
        LeftOut(person.id, helper.id, against[person.id, helper.id])
        for person in instance.people
        for helper in instance.helpers
        if (person.id, helper.id) not in offered
    )

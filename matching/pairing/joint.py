"""
What only shows when several new pairs come together: rules 11 and 12.

Each rule stands here twice, side by side: as the solver needs it, and as the judge counts it, without a solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from matching.pairing.instance import Helper, Instance, Pair
from matching.pairing.rules import CONTACT_PERCENT, hours_fit

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

    Chosen = Mapping[tuple[str, str], IntVar]
    """One yes-or-no by (person, helper)."""


# CASELOAD: live pairings and new ones stay within `max_persons`, their contact within 60 % of the hours.


def keep_caseloads(model: CpModel, instance: Instance, chosen: Chosen) -> None:
    """CASELOAD for all new pairs of a helper; a pair whose caseload was set aside is not held back by it."""
    for helper in instance.helpers:
        mine = {person: var for (person, other), var in chosen.items() if other == helper.id}
        if not mine:
            continue
        people, contact = _live_load(instance, helper)
        load = people + sum(mine.values())
        hours = contact + sum(instance.person_by_id[person].contact * var for person, var in mine.items())
        bound = [var for person, var in mine.items() if not _excepted(instance, person, helper.id)]
        within_people = load <= helper.max_persons
        within_hours = 100 * hours <= CONTACT_PERCENT * 52 * helper.weekly_minutes_max
        for var in bound if len(bound) < len(mine) else [None]:
            for within in (within_people, within_hours):
                constraint = model.add(within)
                if var is not None:
                    constraint.only_enforce_if(var)  # pyright: ignore[reportUnknownMemberType]


def overloaded(instance: Instance, placed: tuple[Pair, ...]) -> Iterator[str]:
    """CASELOAD as the judge counts it: the helpers whose new pairs do not fit together."""
    for helper in instance.helpers:
        people, contact = _live_load(instance, helper)
        new = [pair.person for pair in placed if pair.helper == helper.id]
        contact += sum(instance.person_by_id[person].contact for person in new)
        if not any(not _excepted(instance, person, helper.id) for person in new):
            continue
        if people + len(new) > helper.max_persons or not hours_fit(helper, contact):
            yield helper.id


def _live_load(instance: Instance, helper: Helper) -> tuple[int, int]:
    live = instance.live_of[helper.id]
    return len(live), helper.second_contact + sum(pairing.contact for pairing in live)


def _excepted(instance: Instance, person: str, helper: str) -> bool:
    return (person, helper, "CASELOAD") in instance.overridden


# SAME_HELPER: two people who are kept apart do not get the same helper at once.


def keep_apart(model: CpModel, instance: Instance, chosen: Chosen) -> None:
    """SAME_HELPER among new pairs."""
    for separation in instance.separations:
        for helper in instance.helpers:
            one = chosen.get((separation.person, helper.id))
            other = chosen.get((separation.other, helper.id))
            if one is not None and other is not None:
                model.add(one + other <= 1)


def not_kept_apart(instance: Instance, placed: tuple[Pair, ...]) -> Iterator[tuple[str, str, str]]:
    """SAME_HELPER as the judge counts it: two people kept apart and the helper whom both got."""
    got = {pair.person: pair.helper for pair in placed}
    for separation in instance.separations:
        helper = got.get(separation.person)
        if helper is not None and helper == got.get(separation.other):
            yield separation.person, separation.other, helper

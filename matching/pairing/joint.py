"""
What only shows when several new pairs come together: rules 11 and 12.

As the judge counts it, without a solver; `matching.pairing.problem.fits` says the same of positions, and the search
(`matching.pairing.search.cpsat`) has its own form.
"""

from __future__ import annotations

from collections.abc import Iterator

from matching.pairing.instance import Helper, Instance, Pair
from matching.pairing.rules import hours_fit

# CASELOAD: live pairings and new ones stay within `max_persons`, their contact within 60 % of the hours.


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


def not_kept_apart(instance: Instance, placed: tuple[Pair, ...]) -> Iterator[tuple[str, str, str]]:
    """SAME_HELPER as the judge counts it: two people kept apart and the helper whom both got."""
    got = {pair.person: pair.helper for pair in placed}
    for separation in instance.separations:
        helper = got.get(separation.person)
        if helper is not None and helper == got.get(separation.other):
            yield separation.person, separation.other, helper

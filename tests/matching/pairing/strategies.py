"""Small territories of all kinds, often with too little room for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as some

from matching.pairing.instance import Instance, Pair, Person, Separation
from tests.matching.pairing.builders import DAY, helper, live, person, window

LANGUAGES = some.lists(some.sampled_from(["fr", "nl", "ti"]), min_size=1, max_size=2, unique=True).map(tuple)
THEMES = some.lists(some.sampled_from(["housing", "care", "work"]), min_size=1, max_size=3, unique=True).map(tuple)


@some.composite
def instances(draw: some.DrawFn) -> Instance:
    """Two to four people, one to three helpers, often too little room for all."""
    people = tuple(
        person(
            f"p{number}",
            languages=draw(LANGUAGES),
            themes=draw(THEMES),
            urgency=draw(some.sampled_from(["normal", "soon", "urgent"])),
            waiting_since=DAY - timedelta(days=draw(some.integers(0, 100))),
            visit_minutes=draw(some.sampled_from([30, 60, 90])),
            visit_frequency=draw(some.sampled_from(["weekly", "monthly", "twice_weekly"])),
            windows=(window(draw(some.integers(1, 2)), 600, 780),),
        )
        for number in range(draw(some.integers(2, 4)))
    )
    helpers = tuple(
        helper(
            f"h{number}",
            languages=draw(LANGUAGES),
            themes=draw(THEMES),
            max_persons=draw(some.integers(0, 3)),
            weekly_minutes_max=draw(some.sampled_from([100, 150, 300, 1200])),
            windows=(window(1, 540, 700), window(2, 600, draw(some.sampled_from([640, 780])))),
        )
        for number in range(draw(some.integers(1, 3)))
    )
    names = [one.id for one in people]
    apart = draw(
        some.lists(some.sampled_from([(a, b) for a in names for b in names if a < b]), max_size=2, unique=True)
    )
    there = draw(some.lists(some.sampled_from([one.id for one in helpers]), max_size=2))
    states = [draw(some.sampled_from(["active", "proposed"])) for _ in there]
    pairs = some.lists(
        some.builds(Pair, some.sampled_from(names), some.sampled_from([one.id for one in helpers])), max_size=2
    )
    return Instance(
        DAY,
        people,
        helpers,
        live=tuple(live(f"x{number}", name, states[number]) for number, name in enumerate(there)),
        accompanied=tuple(
            person(f"x{number}", windows=(window(1, 540, 700), window(2, 600, 780))) for number in range(len(there))
        ),
        separations=tuple(Separation(*two) for two in apart),
        known=tuple(draw(pairs)),
        refused=tuple(draw(pairs)),
        set_aside=tuple(draw(pairs)),
    )


def fits_by_counting(found: Instance, pairs: tuple[Pair, ...]) -> bool:
    """Whether these pairs can come about together, counted by hand."""
    for one in found.helpers:
        new = [found.person_by_id[pair.person] for pair in pairs if pair.helper == one.id]
        there = [pairing for pairing in found.live if pairing.helper == one.id]
        hours = sum(who.contact for who in new) + sum(pairing.contact for pairing in there)
        if new and (len(new) + len(there) > one.max_persons or hours > 0.6 * 52 * one.weekly_minutes_max):
            return False
        if any({two.person, two.other} <= {who.id for who in new} for two in found.separations):
            return False
    return True


def renamed(found: Instance, random: Random) -> tuple[Instance, dict[str, str]]:
    """The same territory under other names, its rows in another order."""
    ids = [one.id for one in (*found.people, *found.helpers, *found.accompanied)]
    names = dict(zip(ids, random.sample(ids, len(ids)), strict=True))

    def turned(rows: Sequence[Any], *fields: str) -> tuple[Any, ...]:
        new = [replace(one, **{field: names.get(getattr(one, field), "") for field in fields}) for one in rows]
        return tuple(random.sample(new, len(new)))

    def people(rows: Sequence[Person]) -> tuple[Person, ...]:
        wish = tuple(replace(one, named_helper=names.get(one.named_helper or "")) for one in rows)
        return turned(wish, "id")

    return replace(
        found,
        people=people(found.people),
        helpers=turned(found.helpers, "id"),
        accompanied=people(found.accompanied),
        conflicts=tuple(
            replace(one, helper=names[one.helper], person=names.get(one.person or "")) for one in found.conflicts
        ),
        live=turned(found.live, "person", "helper"),
        separations=turned(found.separations, "person", "other"),
        known=turned(found.known, "person", "helper"),
        refused=turned(found.refused, "person", "helper"),
        set_aside=turned(found.set_aside, "person", "helper"),
        overrides=turned(found.overrides, "person", "helper"),
    ), names

"""What a new day brings by itself: proposals lapse, consents run out, pauses begin and end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

from sqlmodel import select

from service import (
    beside,
    clock,
    consents,
    holidays,
    message_memory,
    own_limits,
    pairing_life,
    pairings,
    partner_links,
    request_drafts,
    request_turns,
)
from service.site import Site
from service.tables.territory import Territory

LOOK_SECONDS = 20.0
"""Between two looks at the domain clock of each territory."""
TURNS: tuple[Callable[[Site], int], ...] = (
    consents.expire_due,
    pairings.lapse_due,
    pairing_life.turn,
    request_drafts.expire_due,
    own_limits.end_rests,
    partner_links.forget,
    request_turns.turn,
    message_memory.forget,
)
"""Each may be done twice without harm; whoever reads judges by the day all the same."""


def turn(site: Site) -> int:
    """Everything that is due today, in every territory; how many changes."""
    return sum(due(site) for due in TURNS)


def watched(site: Site) -> AbstractContextManager[None]:
    """While the block lasts, each new day of a territory is turned as it comes; today's at once."""
    seen: dict[int, date] = {}

    def look(_: threading.Event) -> None:
        nonlocal seen
        holidays.ready()
        days = _days(site)
        if days != seen:
            turn(site)
            seen = days

    return beside.repeated("days", look, LOOK_SECONDS)


def _days(site: Site) -> dict[int, date]:
    with site.db() as tx:
        territories = tx.exec(select(Territory)).all()
        return {row.id or 0: clock.today(site.clock, row.timezone) for row in territories}

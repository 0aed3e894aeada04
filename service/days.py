"""What a new day brings by itself: proposals lapse, consents run out, pauses begin and end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from service import clock, consents, holidays, pairing_life, pairings
from service.errors import Refused
from service.site import Site
from service.tables.territory import Territory

log = logging.getLogger("lefil.days")

LOOK_SECONDS = 20.0
"""Between two looks at the domain clock of each territory."""
TURNS: tuple[Callable[[Site], int], ...] = (consents.expire_due, pairings.lapse_due, pairing_life.turn)
"""Each may be done twice without harm; whoever reads judges by the day all the same."""


def turn(site: Site) -> int:
    """Everything that is due today, in every territory; how many changes."""
    return sum(due(site) for due in TURNS)


@contextmanager
def watched(site: Site) -> Iterator[None]:
    """While the block lasts, each new day of a territory is turned as it comes; today's at once."""
    ending = threading.Event()
    thread = threading.Thread(target=_watch, args=(site, ending), name="days", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _watch(site: Site, ending: threading.Event) -> None:
    holidays.ready()
    seen: dict[int, date] = {}
    while True:
        try:
            days = _days(site)
            if days != seen:
                turn(site)
                seen = days
        except (DBAPIError, Refused) as error:  # the database is away, or somebody was faster: once more, later
            log.warning("the day is not turned yet: %s", type(error).__name__)
        if ending.wait(LOOK_SECONDS):
            return


def _days(site: Site) -> dict[int, date]:
    with site.db() as tx:
        territories = tx.exec(select(Territory)).all()
        return {row.id or 0: clock.today(site.clock, row.timezone) for row in territories}

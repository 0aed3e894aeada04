"""
The one door to planning: each instance goes to the engines that serve it.

Days whose hours follow from the order of visits are searched on routes (`routes/`), weeks over the slots that each
visit may take (`weeks.py`). `docs/decisions/0011` says what each is for.
"""

from __future__ import annotations

import time

from matching.planning import weeks
from matching.planning.instance import Instance
from matching.planning.places import Places
from matching.planning.plan import Answer
from matching.planning.routes import search as routes
from matching.planning.routes.problem import unsuitable
from matching.planning.routes.search import Clock
from matching.planning.weeks import Hear, unheard
from matching.search import Limits, Watch, unwatched

LIMITS = Limits()


def solve(
    instance: Instance,
    limits: Limits = LIMITS,
    watch: Watch = unwatched,
    first: Hear = unheard,
    clock: Clock = time.monotonic,
    places: Places | None = None,
) -> Answer:
    """
    The best plan within the limits: first as many due visits as the rules let, then the least cost.

    The same answer every time for a seed and a limit in work, with one worker and no limit in seconds. `clock` measures
    the seconds of routes. For weeks, `first` is told of a full plan before anything is proven, and `places` spares what
    another search of the same instance has found already.
    """
    if unsuitable(instance):
        return weeks.solve(instance, limits, watch, first, places)
    return routes.solve(instance, limits, watch, clock)

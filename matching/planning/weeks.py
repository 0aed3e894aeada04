"""
Plans of weeks (`domain.md`, section 6): visits over the slots that each may take.

A local search has a full plan at once. CP-SAT takes it up, one component after the other, and proves most of them
best; what is left goes back to the local search, and so on with larger shares, as far as the limits go.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from matching.planning.costs import evaluate
from matching.planning.cpsat import search
from matching.planning.instance import Instance, Slot, Task
from matching.planning.listing import Ints, Listing, listing
from matching.planning.local.search import Local
from matching.planning.local.tables import MUST
from matching.planning.model.cpsat import Model, build
from matching.planning.places import Places
from matching.planning.plan import Answer, Step
from matching.planning.relaxation.cpsat import Relaxed, relax
from matching.search import Limits, Progress, Watch, unwatched

LIMITS = Limits()
Hear = Callable[[Answer], None]
"""Told of the first full plan, before anything is proven."""
FIRST_LOOKS = 300
"""Places that the local search looks at for each visit before it tells its first plan."""
LOOKS_A_WORK = 500_000
"""Places that count as much as one unit of the solver's deterministic time."""
CHUNK = 50_000
"""Places looked at before it is asked whether to go on."""
SHARE, GROWTH = 4.0, 4
"""Deterministic time of a component in the first turn, and how many times as much it has in each later one."""
LOCAL_SHARE = 0.25
"""Of a turn, what the local search has once CP-SAT could not prove the component."""
MANY = 20_000
"""Rounds from which on a component is relaxed first, and then searched among the cheap ones alone."""
LOCAL_FIRST = 40_000
"""Places that the local search looks at for each visit of such a component before."""
NEAR, WIDER = 3, 4
"""Points by which a round may make the relaxation dearer to be a cheap one; times as many once all is proven among
them."""


def unheard(_answer: Answer) -> None:
    """Nobody listens."""


def solve(
    instance: Instance,
    limits: Limits = LIMITS,
    watch: Watch = unwatched,
    first: Hear = unheard,
    places: Places | None = None,
) -> Answer:
    """
    The cheapest plan over the allowed slots: as many due visits as the rules let, then the least cost.

    `places` spares what another search of the same instance has found already.

    With one worker and no wall-clock limit the answer is always the same, and more work never gives a worse one.
    """
    return _Weeks(instance, limits, watch, places or Places(instance)).solve(first)


def _left(until: float | None) -> float | None:
    """Seconds up to a moment."""
    return None if until is None else max(0.01, until - time.monotonic())


class _Part:
    """One component: its best plan so far, what no plan can be below, and both engines."""

    def __init__(
        self, instance: Instance, tasks: tuple[Task, ...], slots: Mapping[str, tuple[Slot, ...]], seed: int
    ) -> None:
        self.tasks = tasks
        self.local = Local(instance, tasks, slots, seed)
        self.scale = self.local.scale
        self.value, self.plan = self.local.value, self.local.plan
        self.bound = self.local.least
        self.listing: Listing | None = None
        self.model: Model | None = None
        self.relaxed: Relaxed | None = None
        self.near = NEAR
        self.proven = False
        self.impossible = False

    @property
    def points(self) -> int:
        """What the plan costs, without what has to be done and is not."""
        planned = {visit.task for visit in self.plan}
        lacking = sum(task.price is None and task.id not in planned for task in self.tasks)
        return self.value // self.scale - MUST * lacking

    @property
    def gap(self) -> int:
        return max(0, self.value // self.scale - self.bound)

    def floor(self, above: int) -> int:
        """Points that no plan can be below by the relaxation, of those that are so much above it in the search."""
        return 0 if self.relaxed is None else max(0, (self.relaxed.bound + above) // self.scale)

    def above(self, points: int | None) -> int:
        """So many points above the relaxation as the search counts; never more than up to the best plan (None)."""
        best = 0 if self.relaxed is None else max(0, self.value - self.relaxed.bound)
        return best if points is None else min(best, points * self.scale)

    def heard(self) -> bool:
        """Whether the local search has found a better plan, which is taken then."""
        if self.local.value >= self.value:
            return False
        self.value, self.plan = self.local.value, self.local.plan
        return True


@dataclass
class _Hearing:
    """What CP-SAT says of one component, for those who watch the whole."""

    weeks: _Weeks
    part: _Part
    lid: float
    """What is above this bound is not known of plans that the search leaves aside."""

    def hear(self, value: int, bound: int) -> bool:
        self.weeks.tell(value - self.part.points, round(min(bound, self.lid)) - self.part.bound)
        return self.weeks.goes_on()

    def heed(self, progress: Progress) -> bool:
        return self.weeks.heeds(progress)

    def last(self) -> Progress:
        return self.weeks.progress()


class _Weeks:
    """All components under common limits, and whoever watches."""

    def __init__(self, instance: Instance, limits: Limits, watch: Watch, places: Places) -> None:
        self._instance, self._limits, self._watch, self._places = instance, limits, watch, places
        self._until = None if limits.seconds is None else time.monotonic() + limits.seconds
        self._work = limits.work
        self._lock = threading.Lock()
        self._steps: list[Step] = []
        self._stage = "local"
        self._stopped = False
        self._slots = places.slots
        self._parts = [_Part(instance, tasks, self._slots, limits.seed) for tasks in places.components]

    def solve(self, first: Hear) -> Answer:
        for part in self._parts:
            self._look(part, FIRST_LOOKS * len(part.tasks), self._until)
        self.tell()
        began = time.monotonic()
        first(self._answer())
        if self._until is not None:
            self._until -= time.monotonic() - began  # some reasons are found once more at the end
        turn = 0
        while self._open() and self.goes_on() and not any(part.impossible for part in self._parts):
            self._turn(self._open(), SHARE * GROWTH**turn)
            turn += 1
        return self._answer()

    def _open(self) -> list[_Part]:
        """Components not proven, the widest gap first."""
        return sorted((part for part in self._parts if not part.proven), key=lambda part: -part.gap)

    # Limits, and whoever watches

    def goes_on(self) -> bool:
        return not self._stopped and self._work > 0 and (self._until is None or time.monotonic() < self._until)

    def heeds(self, progress: Progress) -> bool:
        if not self._watch(progress):
            self._stopped = True
        return not self._stopped

    def progress(self) -> Progress:
        """The latest step, or the stage alone before the first one."""
        if not self._steps:
            return Progress(self._stage, None, None)
        return Progress(self._steps[-1].stage, self._steps[-1].value, self._steps[-1].bound)

    def tell(self, more: int = 0, closer: int = 0) -> None:
        """Note how good the whole plan is now, or would be with a component's plan that is still looked into."""
        value = sum(part.points for part in self._parts)
        bound = sum(part.bound for part in self._parts)
        with self._lock:
            self._steps.append(Step(self._stage, value + more, bound + max(0, closer)))
        self.heeds(self.progress())

    def _spend(self, work: float) -> None:
        with self._lock:
            self._work -= work

    # Turns

    def _turn(self, parts: list[_Part], work: float) -> None:
        """Each component once, with the same work, and of the seconds left as much as its gap is of all gaps."""
        closed = len(self._parts) - len(parts)
        weights = [1 + part.gap for part in parts]
        lanes = min(self._limits.workers, len(parts))
        begun = 0

        def go(part: _Part) -> None:
            nonlocal begun
            with self._lock:
                left, begun = sum(weights[begun:]), begun + 1
                self._stage = f"{closed + begun}/{len(self._parts)}"
            until = None
            if self._until is not None:
                now = time.monotonic()
                until = min(self._until, now + (self._until - now) * lanes * (1 + part.gap) / left)
            if self.goes_on():
                self._prove(part, work, until, max(1, self._limits.workers // lanes))
            if not part.proven and self.goes_on():
                self._look(part, round(LOCAL_SHARE * work * LOOKS_A_WORK), until)

        if lanes == 1:
            for part in parts:
                go(part)
        else:
            with ThreadPoolExecutor(lanes) as pool:
                list(pool.map(go, parts))

    def _prove(self, part: _Part, work: float, until: float | None, workers: int) -> None:
        def is_early() -> bool:
            return self.heeds(self.progress()) and self.goes_on()

        if part.listing is None:
            part.listing = listing(self._instance, part.tasks, self._slots, is_early)
        if part.listing is None:
            return
        large = part.listing.size > MANY
        if large and part.relaxed is None:
            self._relax(part, part.listing)
            return  # what is left goes first to whatever then has the widest gap
        above = part.above(part.near)
        if part.model is None:
            part.model = self._model(part, part.listing, above)
        everything = part.relaxed is None or above >= part.above(None)
        lid = math.inf if everything else part.floor(above)
        limits = replace(self._limits, work=min(work, self._work), seconds=_left(until), workers=workers)
        found = search(part.model, limits, part.plan, _Hearing(self, part, lid), simplify=large)
        self._spend(found.work)
        part.bound = max(part.bound, round(min(found.bound, lid)))
        if found.status == "infeasible":
            part.impossible = everything
        elif found.status == "optimal" or (found.status == "feasible" and found.value < part.value):
            part.value, part.plan = found.value, found.visits
            part.proven = found.status == "optimal" and (everything or above >= part.above(None))
            if part.proven:
                part.bound = part.points
            else:
                part.local.take_over(part.plan)
                part.heard()
        if part.proven or (large and found.status in ("optimal", "infeasible")):
            part.model = None
            part.near *= WIDER
        self.tell()

    def _model(self, part: _Part, listed: Listing, above: int) -> Model:
        """All rounds of a component, or those of a large one that are cheap enough and those of its plan."""
        chosen = None
        if part.relaxed is not None:
            chosen = part.relaxed.near(above, listed.of(self._instance, part.plan))
        return build(self._instance, part.tasks, self._slots, listed, chosen)

    def _relax(self, part: _Part, listed: Listing) -> None:
        """What no plan of a large component can be below, after a longer look for a good one."""
        self._look(part, LOCAL_FIRST * len(part.tasks), self._until)
        if not self.goes_on():
            return

        def make(chosen: Sequence[Ints]) -> Model:
            return build(self._instance, part.tasks, self._slots, listed, chosen)

        part.relaxed = relax(listed, make, listed.of(self._instance, part.plan), _left(self._until), self.heeds)
        if part.relaxed is not None:
            self._spend(part.relaxed.work)
            part.bound = max(part.bound, part.floor(0))
            self.tell()

    def _look(self, part: _Part, looks: int, until: float | None) -> None:
        """The local search, a little at a time."""
        while looks > 0 and self.goes_on() and (until is None or time.monotonic() < until):
            now = min(looks, CHUNK, math.ceil(self._work * LOOKS_A_WORK))
            part.local.improve(now)
            self._spend(now / LOOKS_A_WORK)
            looks -= now
            if part.heard():
                self.tell()
            else:
                self.heeds(self.progress())

    # The answer

    def _answer(self) -> Answer:
        instance, steps = self._instance, tuple(self._steps)
        if any(part.impossible for part in self._parts):
            bill = evaluate(instance, ())
            return Answer("infeasible", bill.value, bill.value, 0.0, (), (), bill.costs, steps)
        found = {visit.task: visit for part in self._parts for visit in part.plan}
        plan = tuple(found[task.id] for task in instance.tasks if task.id in found)
        bill = evaluate(instance, plan)
        proven = all(part.proven for part in self._parts)
        bound = bill.value if proven else min(bill.value, sum(part.bound for part in self._parts))
        gap = (bill.value - bound) / bill.value if bill.value else 0.0
        status = "optimal" if proven else "feasible"
        return Answer(status, bill.value, bound, gap, plan, self._places.unplanned(plan), bill.costs, steps)

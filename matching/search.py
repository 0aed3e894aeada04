"""What every search shares: how long it may look, what it tells while it looks, how its answer is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """
    How far a search may go.

    Parameters
    ----------
    work
        Limit in the solver's deterministic time (equal on every machine), summed over its stages.
    seconds
        Wall-clock limit; None when the answer has to be the same on every machine.
    workers
        Threads of the solver; 1 gives the same answer every time.
    seed
        Seed of every random choice.
    """

    work: float = 60.0
    seconds: float | None = None
    workers: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """Best value so far and proven bound of the stage that runs, in the units of that stage (None: not yet known)."""

    stage: str
    value: float | None
    bound: float | None


Watch = Callable[[Progress], bool]
"""Called now and then while the search runs, from any thread; False asks it to stop with the best answer so far."""


def unwatched(_progress: Progress) -> bool:
    """Never stops a search."""
    return True

"""What every search shares: how long it may look, what it tells while it looks, how its answer is judged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
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


@contextmanager
def heeding(watch: Watch, last: Callable[[], Progress], stop: Callable[[], None]) -> Generator[None, None, None]:
    """
    Ask the watcher five times a second while the block lasts, and stop the search as soon as it says so.

    A solver calls back only when it finds something; without this, a wish to stop would wait for its next find. What
    the search answers does not depend on it unless somebody stops it.
    """
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.2):
            if not watch(last()):
                stop()

    asking = threading.Thread(target=ask, name="heeding")
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()

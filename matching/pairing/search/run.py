"""What every step of the ladder shares: how far it may still go, whether somebody stopped it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from matching.search import Limits, Progress, Watch


class Run:
    """One search under way; it may be stopped from another thread."""

    def __init__(self, limits: Limits, watch: Watch) -> None:
        self.limits = limits
        self.watch = watch
        self.spent = 0.0
        self.work = limits.work
        """Where `spent` has to end."""
        self.ends = None if limits.seconds is None else time.monotonic() + limits.seconds
        self.is_stopped = False
        self.halts: set[Callable[[], None]] = set()
        """How to stop the solvers that run now."""
        self.now = Progress("served", None, None)

    @property
    def work_left(self) -> float:
        return max(0.0, self.work - self.spent)

    @property
    def seconds_left(self) -> float | None:
        return None if self.ends is None else max(0.0, self.ends - time.monotonic())

    @property
    def is_over(self) -> bool:
        return self.is_stopped or self.work_left == 0.0 or self.seconds_left == 0.0

    @contextmanager
    def only(self, share: float) -> Generator[None, None, None]:
        """Keep the rest of what is left for what comes after the block."""
        work, ends = self.work, self.ends
        self.work = self.spent + share * self.work_left
        left = self.seconds_left
        if left is not None:
            self.ends = time.monotonic() + share * left
        try:
            yield
        finally:
            self.work, self.ends = work, ends

    def spend(self, work: float) -> None:
        """Count work, in the deterministic seconds of the solver."""
        self.spent += work

    def last(self) -> Progress:
        return self.now

    def tell(self, stage: str, value: float | None = None, bound: float | None = None) -> bool:
        """Say how far the search is; False when it has to stop."""
        self.now = Progress(stage, value, bound)
        return self.heed(self.now)

    def heed(self, progress: Progress) -> bool:
        if not self.is_stopped and not self.watch(progress):
            self.stop()
        return not self.is_stopped

    def stop(self) -> None:
        self.is_stopped = True
        for halt in tuple(self.halts):
            halt()

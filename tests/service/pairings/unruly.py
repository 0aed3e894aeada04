"""The search of pairing, which after its first answer behaves as the seed of the run says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

from matching.pairing import solve as honest
from matching.pairing.answer import Answer
from matching.pairing.instance import Instance
from matching.search import Limits, Progress, Watch

CRASH, RAISE, SWALLOW, DEAF, WAIT = range(1, 6)


def solve(instance: Instance, limits: Limits, watch: Watch, first: Callable[[Answer], None]) -> Answer:
    answer = honest.solve(instance, limits, costs=False)
    unproven = replace(answer, status="feasible")
    first(unproven)
    time.sleep(0.2)
    if limits.seed == CRASH:
        os.kill(os.getpid(), signal.SIGKILL)
    if limits.seed == RAISE:
        raise RuntimeError("a fault in the search")
    if limits.seed == SWALLOW:
        kept = [bytes(1 << 28) for _ in range(64)]  # asked for, and not written to
        raise RuntimeError(f"{len(kept)} blocks fitted")
    while limits.seed == DEAF:
        time.sleep(0.05)
    while watch(Progress("score", 1.0, 2.0)):
        time.sleep(0.02)
    return unproven

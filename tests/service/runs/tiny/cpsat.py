from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from matching.search import Limits, Progress, Watch
from tests.service.runs.tiny.instance import Answer, Instance


def solve(instance: Instance, limits: Limits, watch: Watch, first: Callable[[Answer], None]) -> Answer:
    """`first, then …` tells a first answer before it behaves so; it claims to be proven, which it is not."""
    told, _, rest = instance.behave.partition(", then ")
    if rest:
        first(Answer(2 * instance.number + (told == "first lie"), "optimal"))
        return solve(Instance(instance.number, rest), limits, watch, first)
    if instance.behave == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if instance.behave == "close its pipes":
        os.closerange(3, 64)
        time.sleep(60)
    if instance.behave == "raise":
        raise RuntimeError("a fault in the search")
    if instance.behave == "print":
        print("chatter of a library", flush=True)
    if instance.behave == "lie":
        return Answer(1 + 2 * instance.number)
    if instance.behave == "contradict itself":
        return Answer(0, "infeasible")
    if instance.behave == "swallow memory":
        kept = [bytes(1 << 28) for _ in range(64)]  # asked for, and not written to
        return Answer(len(kept))
    while instance.behave == "deaf":
        time.sleep(0.05)
    bound = 1000.0
    while instance.behave == "long" and watch(Progress("double", float(instance.number), bound)):
        bound -= 1
        time.sleep(0.02)
    return Answer(2 * instance.number)

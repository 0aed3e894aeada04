from __future__ import annotations

import os
import signal
import time

from matching.search import Limits, Progress, Watch
from tests.service.runs.tiny.instance import Answer, Instance


def solve(instance: Instance, _limits: Limits, watch: Watch) -> Answer:
    if instance.behave == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if instance.behave == "raise":
        raise RuntimeError("a fault in the search")
    if instance.behave == "print":
        print("chatter of a library", flush=True)
    if instance.behave == "lie":
        return Answer(1 + 2 * instance.number)
    if instance.behave == "contradict itself":
        return Answer(0, "infeasible")
    if instance.behave == "swallow memory":
        kept = [bytearray(1 << 28) for _ in range(64)]
        return Answer(len(kept))
    while instance.behave == "deaf":
        time.sleep(0.05)
    bound = 1000.0
    while instance.behave == "long" and watch(Progress("double", float(instance.number), bound)):
        bound -= 1
        time.sleep(0.02)
    return Answer(2 * instance.number)

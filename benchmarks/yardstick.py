"""A fixed piece of work, to compare machines: a search timed against it is a ratio that travels."""

from __future__ import annotations

import time

ROUNDS = 3
STEPS = 2_000_000


def seconds() -> float:
    """The shortest of three rounds, so that other work on the machine disturbs it least."""
    return min(_round() for _ in range(ROUNDS))


def _round() -> float:
    began = time.perf_counter()
    value = 1
    for step in range(STEPS):
        value = (value * 1_103_515_245 + step) % 2_147_483_648
    return time.perf_counter() - began

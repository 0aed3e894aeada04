"""Where identifiers come from: the operating system, or a seeded source in ``lefil demo`` only."""

from __future__ import annotations

import secrets
from random import Random
from typing import Protocol


class IdSource(Protocol):
    """Makes the random part of record ids and calendar UIDs; never tokens, keys or feed secrets."""

    def new(self) -> str:
        """32 lower-case hexadecimal digits, 128 bits."""
        ...


class SystemIds:
    """The operating system's randomness: the only source outside the demonstration."""

    def new(self) -> str:
        return secrets.token_hex(16)


class SeededIds:
    """The same ids at every run of ``lefil demo``, so that two runs are equal to the byte."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  (not a secret)

    def new(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Instance:
    """`behave` says how the search goes; `number` is what it has to double."""

    number: int
    behave: str = "well"


@dataclass(frozen=True)
class Answer:
    doubled: int
    status: str = "optimal"

"""What if: the answer of today beside the one that a choice, other weights, a newcomer or a departure would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matching.pairing.answer import Answer
from matching.pairing.instance import Helper, Instance, Pair


@dataclass(frozen=True)
class Question:
    """
    What is supposed; all of it at once.

    Parameters
    ----------
    choose
        These proposals are made.
    weights
        Other weights of some criteria.
    helpers
        Helpers who are not there yet.
    leave
        Ids of people or helpers who are no longer there; whom such a helper accompanies waits again.
    """

    choose: tuple[Pair, ...] = ()
    weights: Mapping[str, float] | None = None
    helpers: tuple[Helper, ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True)
class Supposition:
    """An instance and the question asked of it: what a run of this kind is handed."""

    instance: Instance
    question: Question


@dataclass(frozen=True)
class Refusal:
    """A part of the question that cannot be: the hard rules against it, or `TWICE`, `UNKNOWN`, `WEIGHTS`."""

    person: str
    helper: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """
    What changes for somebody: the first helper today and then, None when there is none.

    `waits` is True then for somebody whom a leaving helper accompanies today.
    """

    person: str
    before: str | None
    after: str | None
    offers_before: int
    offers_after: int
    waits: bool = False


@dataclass(frozen=True)
class Comparison:
    """
    Parameters
    ----------
    status
        `optimal` when both answers are proven, `feasible` when not, `refused` when the question cannot be.
    today, then
        Both answers; `then` is that of today when the question is refused.
    differences
        By person, those for whom something changes.
    """

    status: str
    today: Answer
    then: Answer
    differences: tuple[Difference, ...]
    refused: tuple[Refusal, ...] = ()

"""What the search hands back: shortlists, who is left without a helper, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matching.pairing.instance import Pair

Plain = str | int | float | None | tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """
    A helper on a person's shortlist.

    Parameters
    ----------
    criteria
        Each criterion, 0-100, before its weight.
    when_free
        Caseloads do not hold everybody: this helper suits once a place is free.
    losers
        People of the first ranks who would have no proposal left if this helper were chosen; None: not worked out,
        as for whoever is only offered helpers for later.
    """

    helper: str
    score: float
    criteria: Mapping[str, float]
    when_free: bool = False
    losers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Shortlist:
    """Rank 1 first."""

    person: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Relaxed:
    """One rule that would have to give way, by how much (1 = as much as the limit itself), and what that means."""

    rule: str
    amount: float
    facts: Mapping[str, Plain] = field(default_factory=dict[str, Plain])


@dataclass(frozen=True)
class Change:
    """The smallest change that opens a helper for somebody; `helper` is who would then suit."""

    helper: str
    relaxed: tuple[Relaxed, ...]


@dataclass(frozen=True)
class Unmatched:
    """
    Somebody whom nobody suits.

    Parameters
    ----------
    removed
        Number of helpers whom each rule removes.
    rules
        The fewest rules that together stand in the way of every helper.
    """

    person: str
    removed: Mapping[str, int]
    rules: tuple[str, ...]
    change: Change | None


@dataclass(frozen=True)
class LeftOut:
    """A helper who is not on a person's shortlist; without rules, others simply come first."""

    person: str
    helper: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Aims:
    """
    The aims in their order.

    Parameters
    ----------
    served
        Weight of the people placed, in thousandths.
    score
        Sum of their scores, in hundredths.
    load
        Convex cost of the helpers' loads, in thousandths; smaller is more even.
    """

    served: int = 0
    score: int = 0
    load: int = 0


@dataclass(frozen=True)
class Answer:
    """
    Parameters
    ----------
    status
        `optimal` when every aim is proven, else `feasible`.
    placed
        The joint optimum: who gets whom at the same time; these are the first ranks.
    value, bound
        Of each aim; equal when proven.
    """

    status: str
    placed: tuple[Pair, ...]
    value: Aims
    bound: Aims
    shortlists: tuple[Shortlist, ...]
    unmatched: tuple[Unmatched, ...]
    left_out: tuple[LeftOut, ...]

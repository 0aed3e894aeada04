"""What the search hands back: shortlists, what each choice costs everybody, who is left without a helper, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matching.pairing.instance import Pair

Plain = str | int | float | None | tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """
    What becomes of everybody if this helper is proposed to this person and all others are placed again.

    Worked out by solving the territory again with the proposal made, so that it is what the next calculation will say.

    Parameters
    ----------
    served
        Weight of the people placed that is lost beside the first choice, in thousandths.
    score
        What the sum of scores loses beside the first choice, in hundredths; below zero when it grows.
    losers
        People with a first rank who would have none.
    gainers
        People without a first rank who would have one.
    movers
        People who would be given another helper first.
    exact
        False: about so much and maybe more, as a bound or the prices of places and hours say; whoever would lose is
        not known.
    """

    served: int = 0
    score: int = 0
    losers: tuple[str, ...] = ()
    gainers: tuple[str, ...] = ()
    movers: tuple[str, ...] = ()
    exact: bool = True

    @property
    def order(self) -> tuple[int, int]:
        """The smaller, the less it costs everybody."""
        return self.served, self.score


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
    cost
        None: not worked out (yet).
    """

    helper: str
    score: float
    criteria: Mapping[str, float]
    when_free: bool = False
    cost: Cost | None = None


@dataclass(frozen=True)
class Shortlist:
    """Rank 1 first: the helper of the joint optimum, then the others in order of what they cost everybody."""

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
    """A smallest change that opens a helper for somebody; `helper` is who would then suit."""

    helper: str
    relaxed: tuple[Relaxed, ...]


@dataclass(frozen=True)
class Unmatched:
    """
    Somebody whom nobody suits.

    Parameters
    ----------
    removed
        Number of helpers whom each rule removes; those that must not be told apart are one, `PAIR_EXCLUDED`.
    rules
        The fewest rules that together stand in the way of every helper, written likewise.
    changes
        The smallest changes, the easiest first, each proven by asking every rule again with the change made; no two
        of them set aside the same rules. None: only a new helper can open a way.
    """

    person: str
    removed: Mapping[str, int]
    rules: tuple[str, ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A helper who is not on a person's shortlist; without rules, others simply come first."""

    person: str
    helper: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """An open proposal, not yet answered, that would have to change so that `gains` get one who have none."""

    person: str
    before: str
    after: str
    gains: tuple[str, ...]


@dataclass(frozen=True)
class Recruit:
    """
    A peer helper who is missing: what somebody new would bring, and whom that would serve.

    Parameters
    ----------
    languages, themes, gender
        What the new helper should speak and cover; `gender` only where somebody requires it.
    moments
        Weekday 1-7, start and end in minutes since midnight.
    neighbourhood
        Where most of those served live; None when it is not known.
    serves
        People who wait without a first rank and would have one.
    weight
        What they count for together, in thousandths.
    """

    languages: tuple[str, ...]
    themes: tuple[str, ...]
    gender: str | None
    moments: tuple[tuple[int, int, int], ...]
    neighbourhood: str | None
    serves: tuple[str, ...]
    weight: int


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
class Evenness:
    """Loads once the first ranks have come about: the largest share of `max_persons`, and its standard deviation."""

    largest: float = 0.0
    spread: float = 0.0


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
        Of each aim; equal when proven. The bound of an aim holds for answers as good in the aims before it.
    moves
        Open proposals that would have to change for others to gain one; nothing is changed by itself.
    seed, weights
        With which it was worked out.
    by
        The steps of the search that found it.
    """

    status: str
    placed: tuple[Pair, ...]
    value: Aims
    bound: Aims
    shortlists: tuple[Shortlist, ...]
    unmatched: tuple[Unmatched, ...]
    evenness: Evenness = Evenness()
    moves: tuple[Move, ...] = ()
    recruits: tuple[Recruit, ...] = ()
    seed: int = 0
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    by: str = ""

    @property
    def gaps(self) -> dict[str, float]:
        """How far each aim may be from the best, as a share of its bound; 0 when proven."""
        return {
            "served": _gap(self.value.served, self.bound.served),
            "score": _gap(self.value.score, self.bound.score),
            "load": _gap(self.value.load, self.bound.load),
        }


def _gap(value: int, bound: int) -> float:
    return abs(bound - value) / max(1, abs(bound))

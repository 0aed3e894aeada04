"""Shortlists for everybody who waits: the one door of pairing (`domain.md`, section 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matching.pairing.answer import Aims, Answer
from matching.pairing.assemble import Assembled, assemble, order
from matching.pairing.candidates import Candidate, candidates, evenness
from matching.pairing.changes import unmatched
from matching.pairing.costs import Costs
from matching.pairing.instance import Instance, Pair
from matching.pairing.moves import moves
from matching.pairing.problem import Found, Sums
from matching.pairing.recruits import recruits
from matching.pairing.search.ladder import optimum
from matching.pairing.shortlists import CostOf, shortlists, unknown
from matching.search import Limits, Watch, unwatched

LARGE = 5_000
"""Of so many pairs the prices say what a choice costs, also where the last proof is missing."""
Hear = Callable[[Answer], None]
"""Told of an answer before the last one: the first lawful one, then the proven one without its costs."""


def unheard(_answer: Answer) -> None:
    """Nobody listens."""


def solve(
    instance: Instance, limits: Limits, watch: Watch = unwatched, first: Hear = unheard, *, costs: bool = True
) -> Answer:
    """
    Shortlists for everybody who waits, the joint optimum first, and what each other choice would cost everybody.

    With one worker and no wall-clock limit the answer is always the same. `costs=False` leaves out what each choice
    costs, which open proposals might change, and who is missing.
    """
    known = order(instance)
    at = {key: position for position, key in enumerate((*known.people, *known.helpers))}
    found = tuple(sorted(candidates(instance), key=lambda one: (at[one.person], at[one.helper])))
    assembled = assemble(instance, known, found)
    nobody = _Nobody(instance, found)
    told = False

    def tell(reached: Found) -> None:
        nonlocal told
        if not told:
            told = True
            first(_answer(instance, limits, assembled, replace(reached, proven=False), nobody))

    reached = optimum(assembled.problem, limits, watch, heard=tell)
    choice = assembled.choice(reached.chosen)
    answer = _answer(instance, limits, assembled, reached, nobody)
    if not costs:
        return answer
    first(answer)
    known_costs = (
        Costs(instance, known, found, choice, limits, watch).all() if reached.proven or len(found) > LARGE else {}
    )
    lists = shortlists(instance, found, choice, lambda person, helper: known_costs.get((person, helper)))
    return replace(
        answer,
        shortlists=lists,
        moves=moves(instance, known, choice, limits, watch) if reached.proven else (),
        recruits=recruits(instance, choice),
    )


class _Nobody:
    """Those whom nobody suits, worked out once."""

    def __init__(self, instance: Instance, found: tuple[Candidate, ...]) -> None:
        suited = {one.person for one in found}
        self.unmatched = tuple(unmatched(instance, person) for person in instance.people if person.id not in suited)


def _answer(
    instance: Instance, limits: Limits, assembled: Assembled, reached: Found, nobody: _Nobody, costs: CostOf = unknown
) -> Answer:
    choice = assembled.choice(reached.chosen)
    placed = tuple(Pair(one.id, choice[one.id]) for one in instance.people if one.id in choice)
    return Answer(
        status="optimal" if reached.proven else "feasible",
        placed=placed,
        value=_aims(reached.value),
        bound=_aims(reached.bound),
        shortlists=shortlists(instance, assembled.found, choice, costs),
        unmatched=nobody.unmatched,
        evenness=evenness(instance, placed),
        seed=limits.seed,
        weights=dict(instance.weights),
        by=reached.by,
    )


def _aims(found: Sums) -> Aims:
    return Aims(found.served, found.points, found.load)

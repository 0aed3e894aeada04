"""The one best pairing for everybody at once: the cheapest way that proves it, a dearer one only where needed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from matching.pairing.problem import Found, Ints, Problem, Sums, fits, sums
from matching.pairing.search import cpsat, prices
from matching.pairing.search.answers import STAGES, Heard, found, given, ignored, least, order, tighter, widest
from matching.pairing.search.flow import Relaxed, relaxed
from matching.pairing.search.greedy import greedy, repaired
from matching.pairing.search.parts import Part, parts
from matching.pairing.search.run import Run
from matching.search import Limits, Watch, heeding, unwatched

TURNS = 2
"""What some parts leave of their share of the work, the others get in a second turn."""
NAMES = ("flow", "cpsat", "prices", "neighbourhoods")
AT_ONCE = 20_000
"""With more arcs than that, a first answer is heard before the flow."""
FEW = 500
"""Up to so many arcs CP-SAT alone is the quickest way to a proof."""


def optimum(
    problem: Problem,
    limits: Limits,
    watch: Watch = unwatched,
    *,
    hint: Ints | None = None,
    heard: Heard = ignored,
) -> Found:
    """
    The best answer in the order of aims; the same one for the same data, seed and work.

    Parameters
    ----------
    limits
        Only with `seconds` does the clock decide anything.
    watch
        Asked at once, then about five times a second; the best answer so far is handed back soon after a no.
    hint
        By person: an arc to start from, or -1; it need not be lawful.
    heard
        Called with each better lawful answer while the search goes on, from any thread.
    """
    run = Run(limits, watch)
    goes_on = run.tell(STAGES[0])
    quick: list[Ints] = []
    if problem.arcs > AT_ONCE:
        quick.append(greedy(problem))
        heard(found(problem, quick[0], widest(problem), "flow"))
    easier = relaxed(problem)
    if easier.decided == len(STAGES) and fits(problem, easier.chosen):
        return found(problem, easier.chosen, easier.value, "flow")
    first = _first(problem, easier, quick or [greedy(problem)], hint)
    heard(first)
    if not goes_on:
        return first
    with heeding(run.heed, run.last, run.stop):
        return _by_parts(run, problem, easier, first, heard)


def _first(problem: Problem, easier: Relaxed, quick: list[Ints], hint: Ints | None) -> Found:
    """The best of what can be had at once."""
    choices = [repaired(problem, easier.chosen), *quick]
    if hint is not None:
        choices.append(repaired(problem, hint))
    chosen = max(choices, key=lambda choice: order(sums(problem, choice)))
    bound = given(sums(problem, chosen), easier.value, easier.decided, widest(problem))
    return found(problem, chosen, bound, "flow")


def _by_parts(run: Run, problem: Problem, easier: Relaxed, first: Found, heard: Heard) -> Found:
    """Solve what hangs together on its own, and add it all up."""
    chosen = first.chosen.copy()
    answers: list[Found] = []

    def tell(part: Part, answer: Found) -> None:
        whole = chosen.copy()
        part.put(answer.chosen, whole)
        heard(found(problem, whole, first.bound, "+".join(_names([*answers, answer]))))

    pieces = parts(problem)
    answers = [_known(part, easier, first) for part in pieces]
    for part, answer in zip(pieces, answers, strict=True):
        part.put(answer.chosen, chosen)
    climbed: dict[int, prices.Climbed] = {}
    for _ in range(TURNS):
        todo = [nth for nth in range(len(pieces)) if not answers[nth].proven]
        arcs_left = sum(pieces[nth].problem.arcs for nth in todo)
        for nth in sorted(todo, key=lambda nth: pieces[nth].problem.arcs):
            part = pieces[nth]
            with run.only(part.problem.arcs / arcs_left):
                if part.problem.arcs <= FEW:
                    answers[nth] = cpsat.staged(run, part.problem, answers[nth], partial(tell, part))
                else:
                    climbed[nth] = prices.climb(run, part.problem, answers[nth], partial(tell, part))
                    answers[nth] = climbed[nth].known
            arcs_left -= part.problem.arcs
            part.put(answers[nth].chosen, chosen)
        for nth in sorted(set(todo) & set(climbed)):
            answers[nth] = prices.finished(run, pieces[nth].problem, climbed[nth], partial(tell, pieces[nth]))
            pieces[nth].put(answers[nth].chosen, chosen)
        if run.is_over:
            break
    value = sums(problem, chosen)
    bound = given(value, easier.value, easier.decided, first.bound)
    bound = replace(bound, points=min(bound.points, _most_points(pieces, answers, climbed, value.served)))
    lowest = least(problem, value.served)
    bound = tighter(bound, replace(bound, load=lowest.load, tie=lowest.tie))
    return _added(problem, chosen, answers, bound)


def _most_points(pieces: list[Part], answers: list[Found], climbed: dict[int, prices.Climbed], served: int) -> int:
    """
    No answer that serves so much has more points, however the weight is spread over the parts.

    With prices, a part that serves weight w has at most `total - exchange * w` points; that is most when the weight is
    where it costs least. Of the other parts nothing is assumed.
    """
    most, costs = 0, list[tuple[int, int]]()
    for nth, (piece, answer) in enumerate(zip(pieces, answers, strict=True)):
        if nth in climbed:
            most += climbed[nth].prices.total
            costs.append((climbed[nth].exchange, answer.bound.served))
        else:
            most += widest(piece.problem).points
            costs.append((0, answer.bound.served))
    for exchange, can in sorted(costs):
        most -= exchange * min(can, served)
        served -= min(can, served)
    return most


def _known(part: Part, easier: Relaxed, first: Found) -> Found:
    """What the flow said of a part: proven best where it keeps every rule."""
    problem = part.problem
    chosen = part.inside(easier.chosen)
    best = sums(problem, chosen)
    if not fits(problem, chosen):
        chosen = part.inside(first.chosen)
    return found(problem, chosen, given(sums(problem, chosen), best, easier.decided, widest(problem)), "flow")


def _added(problem: Problem, chosen: Ints, answers: list[Found], bound: Sums) -> Found:
    """
    The parts as one answer.

    A part bounds a later aim only among its own answers that are as good in the aims before. With several parts these
    bounds add up as long as all are proven in those aims: otherwise one part could be worse where another is better.
    """
    for stage in STAGES:
        total = sum(getattr(one.bound, stage) for one in answers)
        bound = tighter(bound, replace(bound, **{stage: total}))
        if len(answers) > 1 and any(getattr(one.bound, stage) != getattr(one.value, stage) for one in answers):
            break
    return found(problem, chosen, bound, "+".join(_names(answers)))


def _names(answers: list[Found]) -> list[str]:
    """The steps taken by any part, the cheapest first."""
    taken = {name for one in answers for name in one.by.split("+")}
    return [name for name in NAMES if name in taken]

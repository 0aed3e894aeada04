"""The joint choice by CP-SAT: one aim after the other, each proven before the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from matching.pairing.problem import Flags, Found, Ints, Problem, load_steps, sums
from matching.pairing.search.answers import GREATEST, STAGES, Heard, better, found, order
from matching.pairing.search.flow import open_arcs
from matching.pairing.search.run import Run

QUICK = 1000
"""Arcs of a model that is solved without being studied first."""
LARGEST = 2**60
"""Two aims are put into one only below this: the solver's linear relaxation works with floating point numbers."""


@dataclass(frozen=True)
class Aim:
    """
    What to make least: one aim, or two in one number.

    Parameters
    ----------
    stages
        The names of the aims; the greater, the better, ones count below zero.
    terms
        Variables with their coefficients.
    scale
        What one of the first of two aims counts: more than any sum of the second.
    """

    stages: tuple[str, ...]
    terms: tuple[tuple[cp_model.IntVar, int], ...]
    scale: int = 1

    @property
    def expression(self) -> cp_model.LinearExpr:
        variables, coefficients = [var for var, _ in self.terms], [each for _, each in self.terms]
        return cp_model.LinearExpr.weighted_sum(variables, coefficients)  # pyright: ignore[reportUnknownMemberType]


class Model:
    """
    Rules 11 and 12 and the aims.

    Parameters
    ----------
    keep
        The arcs that may be chosen; all that are open where nothing is said.
    must
        By person: has to be placed, when there are arcs.
    """

    def __init__(self, problem: Problem, keep: Ints | None = None, must: Flags | None = None) -> None:
        self.problem = problem
        self.arcs = np.flatnonzero(open_arcs(problem)) if keep is None else keep
        self.model = cp_model.CpModel()
        self.chosen = [self.model.new_bool_var("") for _ in range(len(self.arcs))]
        self.by_helper: dict[int, list[int]] = {}
        """Places of the arcs of each helper among `arcs`."""
        by_person: dict[int, list[cp_model.IntVar]] = {}
        person, helper = problem.person[self.arcs].tolist(), problem.helper[self.arcs].tolist()
        for place, var in enumerate(self.chosen):
            by_person.setdefault(person[place], []).append(var)
            self.by_helper.setdefault(helper[place], []).append(place)
        for one, mine in by_person.items():
            if must is not None and must[one]:
                self.model.add_exactly_one(mine)
            else:
                self.model.add_at_most_one(mine)
        self.by_person = by_person
        for one, places in self.by_helper.items():
            self._keep_caseload(one, places)
        self._keep_apart(dict(zip(zip(person, helper, strict=True), self.chosen, strict=True)))
        self.steps: list[list[cp_model.IntVar]] = []

    def _keep_caseload(self, helper: int, places: list[int]) -> None:
        """CASELOAD for all new pairs of a helper; pairs whose caseload was set aside are alone not held back by it."""
        problem, arcs = self.problem, self.arcs[places]
        several = [self.chosen[place] for place in places]
        contact = problem.contact[problem.person[arcs]].tolist()
        free = problem.excepted[arcs].tolist()
        held = (
            [
                self.model.add_linear_constraint(_sum(several, [1] * len(several)), 0, int(problem.room[helper])),
                self.model.add_linear_constraint(_sum(several, contact), 0, int(problem.hours[helper])),
            ]
            if not any(free) or not all(free)
            else []
        )
        if any(free) and held:
            bound = self.model.new_bool_var("")
            for var, is_free in zip(several, free, strict=True):
                if not is_free:
                    self.model.add_implication(var, bound)
            for one in held:
                one.only_enforce_if(bound)  # pyright: ignore[reportUnknownMemberType]

    def _keep_apart(self, chosen: dict[tuple[int, int], cp_model.IntVar]) -> None:
        """SAME_HELPER: two people kept apart do not get the same helper."""
        by_person: dict[int, list[int]] = {}
        for person, helper in chosen:
            by_person.setdefault(person, []).append(helper)
        for one, other in self.problem.apart.tolist():
            for helper in by_person.get(one, ()):
                if (other, helper) in chosen:
                    self.model.add_at_most_one([chosen[one, helper], chosen[other, helper]])

    def aims(self) -> list[Aim]:
        """The aims in their order, load and ties in one where the numbers allow."""
        problem, arcs = self.problem, self.arcs
        served = Aim(("served",), self._terms(-problem.weight[problem.person[arcs]]))
        points = Aim(("points",), self._terms(-problem.points[arcs]))
        tie = self._terms(problem.tie[arcs])
        load = self._load()
        scale = 1 + int(sum(np.sort(problem.tie[arcs])[-problem.people :].tolist()))
        if scale * sum(each for _, each in load) < LARGEST:
            both = tuple((var, scale * each) for var, each in load) + tie
            return [served, points, Aim(("load", "tie"), both, scale)]
        return [served, points, Aim(("load",), load), Aim(("tie",), tie)]

    def gain(self, exchange: int) -> Aim:
        """The first two aims as one sum: points, and so many for each unit of weight."""
        each = exchange * self.problem.weight[self.problem.person[self.arcs]] + self.problem.points[self.arcs]
        return Aim(("points",), self._terms(-each))

    def _terms(self, each: Ints) -> tuple[tuple[cp_model.IntVar, int], ...]:
        return tuple(zip(self.chosen, each.tolist(), strict=True))

    def _load(self) -> tuple[tuple[cp_model.IntVar, int], ...]:
        """Rising steps: the cheapest are filled first, so their sum is the convex cost."""
        problem = self.problem
        terms: list[tuple[cp_model.IntVar, int]] = []
        self.steps = []
        for helper, places in self.by_helper.items():
            rising = load_steps(int(problem.live[helper]), int(problem.most[helper]), len(places)).tolist()
            steps = [self.model.new_bool_var("") for _ in places]
            mine = [self.chosen[place] for place in places]
            signs = [1] * len(steps) + [-1] * len(mine)
            self.model.add_linear_constraint(_sum([*steps, *mine], signs), 0, 0)
            terms += zip(steps, rising, strict=True)
            self.steps.append(steps)
        return tuple(terms)

    def hold(self, aim: Aim, chosen: Ints) -> None:
        """From now on, only answers that are at least as good in this aim."""
        if aim.stages == ("served",) and all(chosen[person] >= 0 for person in self.by_person):
            # one row over all weights would hide from the solver what is plain for each person
            for mine in self.by_person.values():
                self.model.add_bool_or(mine)
            return
        value = sums(self.problem, chosen)
        one, *other = (getattr(value, stage) * (-1 if stage in GREATEST else 1) for stage in aim.stages)
        reached = one * aim.scale + sum(other)
        self.model.add_linear_constraint(aim.expression, cp_model.INT_MIN, reached)

    def choice(self, value: Callable[[cp_model.IntVar], bool]) -> Ints:
        """By person: the arc, as the solver's values say."""
        chosen = np.full(self.problem.people, -1, dtype=np.int64)
        taken = self.arcs[[place for place, var in enumerate(self.chosen) if value(var)]]
        chosen[self.problem.person[taken]] = taken
        return chosen

    def hint(self, chosen: Ints, *, given: bool) -> None:
        """Start from this choice, or from none."""
        self.model.clear_hints()
        if not given:
            return
        taken = chosen[self.problem.person[self.arcs]] == self.arcs
        for var, is_taken in zip(self.chosen, taken.tolist(), strict=True):
            self.model.add_hint(var, is_taken)
        for steps, places in zip(self.steps, self.by_helper.values(), strict=False):
            count = int(taken[places].sum())
            for nth, step in enumerate(steps):
                self.model.add_hint(step, nth < count)


def _sum(variables: list[cp_model.IntVar], coefficients: list[int]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum(variables, coefficients)  # pyright: ignore[reportUnknownMemberType]


@dataclass(frozen=True)
class Staged:
    """
    What one aim came to in a model.

    Parameters
    ----------
    best
        The best answer so far; its bounds are those it came with.
    bound
        What no answer of the model beats in the first of the aims; None when nothing is known.
    optimal
        Whether `best` is the best of the model, in all aims that were put into one.
    """

    best: Found
    bound: int | None
    optimal: bool


def staged(run: Run, problem: Problem, known: Found, heard: Heard) -> Found:
    """The best answer, aim after aim, or the best so far when the work ends."""
    return aimed(run, Model(problem), STAGES, replace(known, by="cpsat"), heard)


def aimed(run: Run, model: Model, stages: tuple[str, ...], best: Found, heard: Heard) -> Found:
    """
    The best answer in these aims, one after the other, among those as good in all aims before as the known one.

    The model has to hold every answer that is as good as the known one.
    """
    for aim in model.aims():
        proven = all(getattr(best.value, each) == getattr(best.bound, each) for each in aim.stages)
        if aim.stages[0] in stages and not proven:
            one = stage(run, model, aim, best, heard)
            best = bounded(aim, one)
        model.hold(aim, best.chosen)
    return best


def bounded(aim: Aim, one: Staged) -> Found:
    """The answer with what the model says of its bounds."""
    best = one.best
    if one.optimal:
        reached = {each: getattr(best.value, each) for each in aim.stages}
        return better(best, replace(best, bound=replace(best.bound, **reached)))
    if one.bound is None:
        return best
    return better(best, replace(best, bound=replace(best.bound, **{aim.stages[0]: one.bound})))


def stage(
    run: Run,
    model: Model,
    aim: Aim,
    best: Found,
    heard: Heard,
    *,
    hint: bool = True,
    work: float | None = None,
    enough: int | None = None,
) -> Staged:
    """
    One aim made best in a model.

    Parameters
    ----------
    best
        What to start from and to hand back when nothing better is found; it need not be in the model.
    hint
        Whether to start from it: a help where it is nearly best, and a hindrance where the relaxation says much more.
    work
        The most for this aim.
    enough
        Weight served with which the search ends.
    """
    if run.is_over or not run.tell(aim.stages[0]):
        return Staged(best, None, optimal=False)
    model.model.minimize(aim.expression)
    model.hint(best.chosen, given=hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1  # the worker that a second one adds has no relaxation and only takes time
    solver.parameters.linearization_level = 2  # without every row in the relaxation there is hardly a bound
    solver.parameters.random_seed = run.limits.seed
    if len(model.arcs) <= QUICK:
        solver.parameters.cp_model_probing_level = 0  # looking for structure takes longer than the search
        solver.parameters.symmetry_level = 0
    solver.parameters.max_deterministic_time = min(run.work_left, run.work_left if work is None else work)
    if run.seconds_left is not None:
        solver.parameters.max_time_in_seconds = run.seconds_left
    watching = _Watching(run, model, aim, best, heard, enough)
    solver.best_bound_callback = watching.see_bound
    watching.stop = solver.stop_search
    run.halts.add(watching.stop)
    status = solver.solve(model.model, watching)
    run.halts.discard(watching.stop)
    run.spend(solver.response_proto.deterministic_time)
    best = watching.best
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Staged(best, None, optimal=False)  # the solver's bound may not have been set at all
    least = round(solver.best_objective_bound)
    least = least if aim.scale == 1 else (least - (abs(least) >> 50) - 1) // aim.scale  # a double has 53 bits
    bound = -least if aim.stages[0] in GREATEST else least
    last = found(model.problem, model.choice(solver.boolean_value), best.bound, best.by)
    return Staged(better(last, best), bound, optimal=status == cp_model.OPTIMAL)


class _Watching(cp_model.CpSolverSolutionCallback):
    """Tells the watcher of each better answer and bound; runs in a thread of the solver."""

    def __init__(self, run: Run, model: Model, aim: Aim, best: Found, heard: Heard, enough: int | None) -> None:
        super().__init__()
        self.run = run
        self.model = model
        self.aim = aim
        self.best = best
        self.heard = heard
        self.enough = enough
        self.reached: float | None = None
        self.bound: float | None = None
        self.stop: Callable[[], None] = self.stop_search

    def on_solution_callback(self) -> None:
        answer = found(self.model.problem, self.model.choice(self.boolean_value), self.best.bound, self.best.by)
        if order(answer.value) > order(self.best.value):
            self.best = answer
            self.heard(answer)
        self.reached, self.bound = abs(self.objective_value), abs(self.best_objective_bound)
        self._tell()
        if self.enough is not None and self.best.value.served >= self.enough:
            self.stop()

    def see_bound(self, bound: float) -> None:
        self.bound = abs(bound)
        self._tell()

    def _tell(self) -> None:
        if not self.run.tell(self.aim.stages[0], self.reached, self.bound):
            self.stop()

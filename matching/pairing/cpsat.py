"""The joint optimum of section 5 by CP-SAT: most weight of people served, then best scores, then even loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from matching.pairing.answer import Aims, Answer
from matching.pairing.candidates import (
    Candidate,
    candidates,
    in_order_of_content,
    load_cost,
    load_step,
    obstacles,
    weight,
)
from matching.pairing.instance import Instance, Pair
from matching.pairing.joint import keep_apart, keep_caseloads, not_kept_apart, overloaded
from matching.pairing.shortlists import left_out, shortlists, without_helper
from matching.search import Limits, Progress, Watch, heeding, unwatched

STAGES = ("served", "score", "load")
CONSEQUENCE_WORK = 1.0
"""Most that all consequences together may work; those of later alternatives are then left open."""
Choice = dict[str, str]
"""Helper by person."""


def solve(instance: Instance, limits: Limits, watch: Watch = unwatched) -> Answer:
    """
    Shortlists for everybody who waits, the joint optimum first.

    The aims are solved one after the other, each one fixed at its value before the next, and proven optimal unless
    `limits` or `watch` end the search before. With one worker and no wall-clock limit the answer is always the same.
    """
    against = obstacles(instance)
    found = candidates(instance, against)
    ordered, seen = _in_order_of_content(instance, found)
    search = _Search(limits, watch)
    first: Choice = {}
    value, bound = Aims(), Aims()
    for part in _components(seen):
        problem = _Problem(ordered, part)
        chosen, reached, proven = search.best(problem)
        first |= chosen
        value, bound = _plus(value, reached), _plus(bound, proven)
    consequences = _Consequences(ordered, seen, first, search, search.work_left - CONSEQUENCE_WORK)
    lists = shortlists(instance, seen, first, consequences.losers)
    return Answer(
        status="optimal" if search.is_proven else "feasible",
        placed=tuple(Pair(person.id, first[person.id]) for person in instance.people if person.id in first),
        value=value,
        bound=bound,
        shortlists=lists,
        unmatched=without_helper(instance, found, against),
        left_out=left_out(instance, lists, against),
    )


def _in_order_of_content(instance: Instance, found: tuple[Candidate, ...]) -> tuple[Instance, tuple[Candidate, ...]]:
    """The same instance and candidates in an order that no renaming and no shuffling of rows changes."""
    people, helpers = in_order_of_content(instance, found)
    person_at = {key: position for position, key in enumerate(people)}
    helper_at = {key: position for position, key in enumerate(helpers)}
    there = [s for s in instance.separations if s.person in person_at and s.other in person_at]
    ordered = replace(
        instance,
        people=tuple(instance.person_by_id[key] for key in people),
        helpers=tuple(instance.helper_by_id[key] for key in helpers),
        separations=tuple(sorted(there, key=lambda s: sorted((person_at[s.person], person_at[s.other])))),
    )
    return ordered, tuple(sorted(found, key=lambda one: (person_at[one.person], helper_at[one.helper])))


def _components(found: tuple[Candidate, ...]) -> list[tuple[Candidate, ...]]:
    """Candidates that share no person and no helper are solved apart: every aim is a sum over them."""
    leader: dict[str, str] = {}

    def top(key: str) -> str:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for one in found:
        leader[top(f"helper {one.helper}")] = top(f"person {one.person}")
    parts: dict[str, list[Candidate]] = {}
    for one in found:
        parts.setdefault(top(f"person {one.person}"), []).append(one)
    return [tuple(part) for part in parts.values()]


def _plus(one: Aims, other: Aims) -> Aims:
    return Aims(one.served + other.served, one.score + other.score, one.load + other.load)


class _Problem:
    """The model of one component, and its three aims as expressions."""

    def __init__(self, instance: Instance, part: tuple[Candidate, ...]) -> None:
        self.instance = instance
        self.part = part
        self.model = cp_model.CpModel()
        self.chosen = {(one.person, one.helper): self.model.new_bool_var("") for one in part}
        for person in dict.fromkeys(one.person for one in part):
            self.model.add_at_most_one(var for (other, _), var in self.chosen.items() if other == person)
        keep_caseloads(self.model, instance, self.chosen)
        keep_apart(self.model, instance, self.chosen)
        self.weights = {one.person: weight(instance.person_by_id[one.person], instance.day) for one in part}
        self.aims = {
            "served": sum(self.weights[person] * var for (person, _), var in self.chosen.items()),
            "score": sum(one.points * self.chosen[one.person, one.helper] for one in part),
            "load": self._load(),
        }

    def _load(self) -> cp_model.LinearExprT:
        """Rising steps: the solver fills the cheapest first, so their sum is the convex cost."""
        cost: cp_model.LinearExprT = 0
        for helper in self.instance.helpers:
            mine = [var for (_, other), var in self.chosen.items() if other == helper.id]
            before = len(self.instance.live_of[helper.id])
            steps = [self.model.new_bool_var("") for _ in mine]
            self.model.add(sum(steps) == sum(mine))
            cost += sum(load_step(helper.max_persons, before + nth) * step for nth, step in enumerate(steps, 1))
        return cost

    def greedy(self) -> Choice:
        """A first answer: the heaviest people first, each with the best helper who still has room."""
        first: Choice = {}
        for person in sorted(self.weights, key=lambda key: -self.weights[key]):
            mine = [one for one in self.part if one.person == person]
            for one in sorted(mine, key=lambda one: -one.score):
                if fits(self.instance, first | {person: one.helper}):
                    first[person] = one.helper
                    break
        return first

    def value(self, choice: Choice) -> Aims:
        """The aims of a choice, counted without the solver."""
        points = {(one.person, one.helper): one.points for one in self.part}
        return Aims(
            sum(self.weights[person] for person in choice),
            sum(points[pair] for pair in choice.items()),
            load_cost(self.instance, _pairs(choice)),
        )


def fits(instance: Instance, choice: Choice) -> bool:
    """Whether these pairs can all come about at once."""
    placed = _pairs(choice)
    return not any(overloaded(instance, placed)) and not any(not_kept_apart(instance, placed))


def _pairs(choice: Choice) -> tuple[Pair, ...]:
    return tuple(Pair(person, helper) for person, helper in choice.items())


class _Search:
    """Runs the stages within the limits and keeps account of the work."""

    def __init__(self, limits: Limits, watch: Watch) -> None:
        self.limits = limits
        self.watch = watch
        self.work_left = limits.work
        self.seconds_left = limits.seconds
        self.is_stopped = False
        self.is_proven = True

    def best(self, problem: _Problem) -> tuple[Choice, Aims, Aims]:
        """The choice, its aims, and the proven bound of each aim given the ones before it."""
        choice = problem.greedy()
        bounds: dict[str, int] = {}
        for stage in STAGES:
            sense = problem.model.minimize if stage == "load" else problem.model.maximize
            sense(problem.aims[stage])
            choice, bound = self._stage(problem, stage, choice)
            reached: int = getattr(problem.value(choice), stage)
            # A stage that ran out of work leaves its best value as a floor for the next one.
            problem.model.add(problem.aims[stage] <= reached if stage == "load" else problem.aims[stage] >= reached)
            bounds[stage] = reached if bound is None else bound
        return choice, problem.value(choice), Aims(**bounds)

    def _stage(self, problem: _Problem, stage: str, hint: Choice) -> tuple[Choice, int | None]:
        problem.model.clear_hints()
        for (person, helper), var in problem.chosen.items():
            problem.model.add_hint(var, hint.get(person) == helper)
        solver, status = self.run(problem.model, stage)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.is_proven = False
            return hint, _unproven_bound(problem, stage)
        if status != cp_model.OPTIMAL:
            self.is_proven = False
        choice = {person: helper for (person, helper), var in problem.chosen.items() if solver.boolean_value(var)}
        return choice, None if status == cp_model.OPTIMAL else round(solver.best_objective_bound)

    def run(self, model: cp_model.CpModel, stage: str) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
        """One solve within what is left of the limits."""
        solver = cp_model.CpSolver()
        if self.is_stopped or not self.watch(Progress(stage, None, None)):
            self.is_stopped = True
            return solver, cp_model.UNKNOWN
        solver.parameters.num_workers = self.limits.workers  # with several, the first to finish decides
        solver.parameters.interleave_search = self.limits.workers > 1
        solver.parameters.random_seed = self.limits.seed
        solver.parameters.max_deterministic_time = max(self.work_left, 0.0)
        if self.seconds_left is not None:
            solver.parameters.max_time_in_seconds = max(self.seconds_left, 0.0)
        watching = _Watching(self, stage)
        solver.best_bound_callback = watching.see_bound
        watching.stop = solver.stop_search
        with heeding(watching.heed, watching.last, solver.stop_search):
            status = solver.solve(model, watching)
        self.work_left -= solver.response_proto.deterministic_time
        if self.seconds_left is not None:
            self.seconds_left -= solver.wall_time
        return solver, status


class _Watching(cp_model.CpSolverSolutionCallback):
    """Tells the watcher of each better answer and bound; runs in a thread of the solver."""

    def __init__(self, search: _Search, stage: str) -> None:
        super().__init__()
        self.search = search
        self.stage = stage
        self.best: float | None = None
        self.bound: float | None = None
        self.stop: Callable[[], None] = self.stop_search

    def on_solution_callback(self) -> None:
        self.best, self.bound = self.objective_value, self.best_objective_bound
        self._tell()

    def see_bound(self, bound: float) -> None:
        self.bound = bound
        self._tell()

    def last(self) -> Progress:
        return Progress(self.stage, self.best, self.bound)

    def heed(self, progress: Progress) -> bool:
        if not self.search.watch(progress):
            self.search.is_stopped = True
        return not self.search.is_stopped

    def _tell(self) -> None:
        if not self.heed(self.last()):
            self.stop()


def _unproven_bound(problem: _Problem, stage: str) -> int:
    """What no choice can beat, when the solver did not come to a bound of its own."""
    if stage == "load":
        return 0
    if stage == "served":
        return sum(problem.weights.values())
    return sum(max(one.points for one in problem.part if one.person == person) for person in problem.weights)


@dataclass
class _Consequences:
    """Who would lose a proposal if somebody were given another helper than in the joint optimum."""

    instance: Instance
    found: tuple[Candidate, ...]
    first: Choice
    search: _Search
    least_work_left: float

    def losers(self, person: str, helper: str) -> tuple[str, ...] | None:
        """People of the first ranks left over when everybody else is placed again as well as can be."""
        if person not in self.first:
            return None
        if self.first[person] == helper or fits(self.instance, self.first | {person: helper}):
            return ()
        if not self.search.is_proven or self.search.work_left < self.least_work_left:
            return None
        problem = _Problem(self.instance, self._around(person))
        problem.model.add(problem.chosen[person, helper] == 1)
        # Equal weights: rather those who have a proposal now.
        factor = len(problem.weights) + 1
        problem.model.maximize(
            sum(
                (factor * problem.weights[other] + (other in self.first)) * var
                for (other, _), var in problem.chosen.items()
            )
        )
        solver, status = self.search.run(problem.model, "consequences")
        if status != cp_model.OPTIMAL:
            return None
        served = {other for (other, _), var in problem.chosen.items() if solver.boolean_value(var)}
        return tuple(
            other.id
            for other in self.instance.people
            if other.id in self.first and other.id in problem.weights and other.id not in served
        )

    def _around(self, person: str) -> tuple[Candidate, ...]:
        return next(part for part in _components(self.found) if any(one.person == person for one in part))

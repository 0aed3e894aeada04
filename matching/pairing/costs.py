"""What it costs everybody to propose another helper than the first: the territory solved again with it proposed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from matching.pairing.answer import Cost
from matching.pairing.assemble import Order, assemble
from matching.pairing.candidates import Candidate, candidate, weight
from matching.pairing.instance import Instance, Pair
from matching.pairing.search import alternatives
from matching.pairing.search.ladder import optimum
from matching.pairing.shortlists import is_kept
from matching.pairing.what_if import proposed
from matching.search import Limits, Progress, Watch

MOST_ARCS = 200_000
"""Most candidates, counted in each solve anew, over all solves that only bound a cost; above, prices say it."""
MOST_EXACT_ARCS = 60_000
"""Most of them over all solves to the proof; whoever comes after is told bounds."""
BOUND = Limits(work=0.0)
"""Without work a solve gives the proof where people alone decide, and else a bound."""


@dataclass
class Costs:
    """
    Works out the costs of the alternatives to a joint optimum, one component of the territory at a time.

    `first` is the joint optimum by person; `found` are all candidates.
    """

    instance: Instance
    known: Order
    found: tuple[Candidate, ...]
    first: Mapping[str, str]
    limits: Limits
    watch: Watch

    def __post_init__(self) -> None:
        self._by_person: defaultdict[str, list[Candidate]] = defaultdict(list)
        for one in self.found:
            self._by_person[one.person].append(one)
        self._points = {(one.person, one.helper): one.points for one in self.found}
        self._component = components(self.found)
        self._smaller: dict[str, Instance] = {}

    def all(self) -> dict[tuple[str, str], Cost]:
        """
        The cost of every alternative, exact for those that come first; as far as the watcher and the bounds let.

        Every one is bounded first. Then those with the least bounds are solved to the proof, until as many as a list
        holds are known to be the cheapest. The heaviest people come first.
        """
        by_weight = sorted(self._by_person, key=lambda key: -weight(self.instance.person_by_id[key], self.instance.day))
        if sum(len(self._component[one.person]) for one in self.found) > MOST_ARCS:
            return self._by_prices(by_weight)
        done: dict[tuple[str, str], Cost] = {}
        spent = 0
        for nth, person in enumerate(by_weight):
            mine = self._by_person[person]
            costs: dict[str, Cost] = {}
            for one in mine:
                if not self.watch(Progress("costs", nth, len(by_weight))):
                    return done
                costs[one.helper] = self.of(one, BOUND)
            while spent <= MOST_EXACT_ARCS and (one := self._next(person, costs)) is not None:
                if not self.watch(Progress("costs", nth, len(by_weight))):
                    return done
                spent += len(self._component[person])
                costs[one.helper] = self.of(one, replace(self.limits, seconds=None))
                if not costs[one.helper].exact:  # the work was not enough
                    break
            first = costs.get(self.first.get(person, ""), Cost())
            for helper, cost in costs.items():
                done[person, helper] = _beside(first, cost)
        return done

    def _by_prices(self, people: list[str]) -> dict[tuple[str, str], Cost]:
        """What the prices of places and hours say of every alternative: at least so much, for nobody in particular."""
        assembled = assemble(self.instance, self.known, self.found)
        at = {person: position for position, person in enumerate(assembled.people)}
        prices = alternatives.Costs(assembled.problem)
        done: dict[tuple[str, str], Cost] = {}
        for nth, person in enumerate(people):
            if not self.watch(Progress("costs", nth, len(people))):
                break
            for one in prices.of(at[person]):
                helper = assembled.found[one.arc].helper
                is_first = self.first.get(person) == helper
                done[person, helper] = Cost() if is_first else Cost(one.served, one.points, exact=False)
        return done

    def _next(self, person: str, costs: Mapping[str, Cost]) -> Candidate | None:
        """Whom to solve next: of the first choice, those who stay on the list, and the cheapest, who is not proven."""
        mine = self._by_person[person]
        first = self.first.get(person)
        ranked = sorted(mine, key=lambda one: (one.helper != first, costs[one.helper].order, -one.score))
        listed = ranked[: self.instance.shortlist]
        kept = [one for one in mine if is_kept(self.instance, self.instance.person_by_id[person], one.helper)]
        return next((one for one in (*listed, *kept) if not costs[one.helper].exact), None)

    def of(self, chosen: Candidate, limits: Limits) -> Cost:
        """What becomes of everybody else in the component once this one is proposed; at least, where not proven."""
        part = self._component[chosen.person]
        after = proposed(self._alone(part), Pair(chosen.person, chosen.helper))
        others = [one for one in part if one.person != chosen.person and one.helper != chosen.helper]
        helper = after.helper_by_id[chosen.helper]
        for one in part:
            # Only who could have this helper too sees the change: less room, another share of free places.
            if one.helper == chosen.helper and one.person != chosen.person:
                again = candidate(after, after.person_by_id[one.person], helper)
                others += [again] if again is not None else []
        assembled = assemble(after, self.known, others)
        found = optimum(assembled.problem, limits, self.watch)
        now = assembled.choice(found.chosen)
        people = {one.person for one in part}
        before = {person: at for person, at in self.first.items() if person in people}
        own = weight(self.instance.person_by_id[chosen.person], self.instance.day)
        served = sum(weight(self.instance.person_by_id[one], self.instance.day) for one in before)
        points = sum(self._points[pair] for pair in before.items())
        best = found.value if found.proven else found.bound
        return Cost(
            served=served - own - best.served,
            score=points - chosen.points - best.points,
            losers=self._in_order(before.keys() - now.keys() - {chosen.person}) if found.proven else (),
            gainers=self._in_order(now.keys() - before.keys()) if found.proven else (),
            movers=self._in_order({one for one in now if one in before and now[one] != before[one]})
            if found.proven
            else (),
            exact=found.proven,
        )

    def _alone(self, part: tuple[Candidate, ...]) -> Instance:
        """The instance of a component alone: nobody else feels what is proposed in it."""
        key = part[0].person
        if key not in self._smaller:
            people, helpers = {one.person for one in part}, {one.helper for one in part}
            self._smaller[key] = replace(
                self.instance,
                people=tuple(one for one in self.instance.people if one.id in people),
                helpers=tuple(one for one in self.instance.helpers if one.id in helpers),
                live=tuple(one for one in self.instance.live if one.helper in helpers),
                accompanied=(),
            )
        return self._smaller[key]

    def _in_order(self, people: set[str]) -> tuple[str, ...]:
        return tuple(one for one in self.known.people if one in people)


def _beside(first: Cost, cost: Cost) -> Cost:
    """
    What a choice costs beside the first one.

    The first choice, too, weighs on its helper's free places once it is proposed; an alternative costs the rest.
    """
    exact = cost.exact and first.exact
    named = cost if exact else replace(cost, losers=(), gainers=(), movers=())
    return replace(named, served=cost.served - first.served, score=cost.score - first.score, exact=exact)


def components(found: tuple[Candidate, ...]) -> dict[str, tuple[Candidate, ...]]:
    """By person: the candidates of all who share helpers with them, directly or through others."""
    leader: dict[str, str] = {}

    def top(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for one in found:
        leader[top(f"helper {one.helper}")] = top(f"person {one.person}")
    parts: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in found:
        parts[top(f"person {one.person}")].append(one)
    whole = {key: tuple(part) for key, part in parts.items()}
    return {one.person: whole[top(f"person {one.person}")] for one in found}

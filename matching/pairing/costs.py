"""What it costs everybody to propose another helper than the first: the territory solved again with it proposed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from matching.pairing.answer import Cost
from matching.pairing.assemble import Order, assemble
from matching.pairing.candidates import Candidate, candidate, weight
from matching.pairing.instance import Instance, Pair
from matching.pairing.search.ladder import optimum
from matching.pairing.shortlists import is_kept
from matching.pairing.what_if import proposed
from matching.search import Limits, Progress, Watch

MOST_ARCS = 1_500_000
"""Above so many candidates in all solves together, only the most likely alternatives are worked out."""
LIKELY = 5
"""How many alternatives of a person are then worked out, beside those that stay on the list anyway."""


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

    def all(self) -> dict[tuple[str, str], Cost]:
        """The cost of every alternative, or of the likely ones when there are too many; as far as the watcher lets."""
        wanted = [one for mine in self._by_person.values() for one in mine]
        if len(wanted) * len(self.found) > MOST_ARCS:
            wanted = [one for mine in self._by_person.values() for one in self._likely(mine)]
        if len(wanted) * len(self.found) > MOST_ARCS:
            return {}
        done: dict[tuple[str, str], Cost] = {}
        for one in wanted:
            if not self.watch(Progress("costs", len(done), len(wanted))):
                break
            done[one.person, one.helper] = self.of(one)
        return {pair: self._beside_the_first(done, pair) for pair in done}

    def _beside_the_first(self, done: dict[tuple[str, str], Cost], pair: tuple[str, str]) -> Cost:
        """The first choice, too, weighs on its helper's free places once proposed; an alternative costs the rest."""
        cost, first = done[pair], done.get((pair[0], self.first.get(pair[0], "")))
        if first is None:
            return cost
        return replace(cost, served=cost.served - first.served, score=cost.score - first.score)

    def _likely(self, mine: list[Candidate]) -> list[Candidate]:
        person = self.instance.person_by_id[mine[0].person]
        best = sorted(mine, key=lambda one: (one.helper != self.first.get(person.id), -one.score))
        return [one for at, one in enumerate(best) if at < LIKELY or is_kept(self.instance, person, one.helper)]

    def of(self, chosen: Candidate) -> Cost:
        """What becomes of everybody else in the component once this one is proposed."""
        part = self._component[chosen.person]
        after = proposed(self.instance, Pair(chosen.person, chosen.helper))
        others = [one for one in part if one.person != chosen.person and one.helper != chosen.helper]
        helper = after.helper_by_id[chosen.helper]
        for one in part:
            # Only who could have this helper too sees the change: less room, another share of free places.
            if one.helper == chosen.helper and one.person != chosen.person:
                again = candidate(after, after.person_by_id[one.person], helper)
                others += [again] if again is not None else []
        assembled = assemble(after, self.known, others)
        found = optimum(assembled.problem, replace(self.limits, seconds=None), self.watch)
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

    def _in_order(self, people: set[str]) -> tuple[str, ...]:
        return tuple(one for one in self.known.people if one in people)


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

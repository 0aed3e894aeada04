"""Who waits, who could help, and what stands between them: plain values, checked when made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from matching.travel import Point, Travel
from matching.weekly import Days, Window, lay_out, meet

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "theme_coverage": 20,
    "experience": 15,
    "named_wish": 12,
    "availability_margin": 10,
    "travel": 10,
    "gender_preferred": 8,
    "language_rank": 8,
    "balance": 8,
    "continuity": 6,
    "age_proximity": 3,
}
"""Section 5, in the order in which people read them; a network may change the values."""
MOST_WEIGHT = 1000

OVERRIDABLE_RULES = ("LANGUAGE", "THEME", "ENVIRONMENT", "DISTANCE", "AVAILABILITY", "CASELOAD")
"""The hard rules that a coordinator may set aside for one pair (`settled.md` 10)."""
OVERRIDABLE_WISHES = ("experience", "named_wish", "gender_preferred", "age_proximity")
"""The soft wishes that may be set aside for one pair: they then count as if nothing had been wished."""

VISITS_IN_52_WEEKS: Mapping[str, int] = {"twice_weekly": 104, "weekly": 52, "fortnightly": 26, "monthly": 12}
URGENCIES = ("normal", "soon", "urgent")
LIVE_STATES = ("proposed", "accepted", "trial", "active", "paused")
STATES_WITH_HOURS = ("accepted", "trial", "active")


def contact(frequency: str, minutes: int) -> int:
    """Minutes of contact in 52 weeks, a whole number for every frequency (monthly = 12 visits)."""
    return VISITS_IN_52_WEEKS[frequency] * minutes


@dataclass(frozen=True)
class Consent:
    """`expires_on` is the last valid day."""

    status: str = "pending"
    scope: tuple[str, ...] = ()
    expires_on: date | None = None


@dataclass(frozen=True)
class Person:
    """
    Somebody who waits, with their request.

    Parameters
    ----------
    themes
        The themes of the request, at least one.
    languages
        Preferred first.
    coordinates, meeting_point, neighbourhood_point
        Where they can be met: the first that is known counts.
    meets_elsewhere
        A meeting place is set: no visit is at home.
    wished_gender, gender_preference
        `gender_preference` is `none`, `preferred` or `required`.
    """

    id: str
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    waiting_since: date
    urgency: str = "normal"
    consent: Consent = Consent()
    windows: tuple[Window, ...] = ()
    visit_minutes: int = 60
    visit_frequency: str = "weekly"
    neighbourhood: str | None = None
    coordinates: Point | None = None
    meeting_point: Point | None = None
    neighbourhood_point: Point | None = None
    meets_elsewhere: bool = False
    wished_gender: str | None = None
    gender_preference: str = "none"
    age_band: str | None = None
    age_proximity: bool = False
    experience_wished: tuple[str, ...] = ()
    named_helper: str | None = None
    environment_flags: tuple[str, ...] = ()
    two_person_visits: bool = False
    interpreter_accepted: bool = False

    @property
    def spot(self) -> Point | None:
        """Coordinates, else meeting place, else the neighbourhood's centre (rule 8)."""
        return self.coordinates or self.meeting_point or self.neighbourhood_point

    @property
    def contact(self) -> int:
        """Minutes of contact in 52 weeks."""
        return contact(self.visit_frequency, self.visit_minutes)


@dataclass(frozen=True)
class Helper:
    """
    A peer helper and the limits they set.

    Parameters
    ----------
    second_contact
        Minutes in 52 weeks spent as the second person of other helpers' visits.
    trained_on, last_supervision_on
        None: not yet.
    """

    id: str
    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    gender: str | None = None
    age_band: str | None = None
    windows: tuple[Window, ...] = ()
    weekly_minutes_max: int = 0
    max_persons: int = 0
    max_travel_km: float = 0.0
    transport: str = "car"
    base: Point | None = None
    cannot_visit: tuple[str, ...] = ()
    status: str = "active"
    trained_on: date | None = None
    has_supervisor: bool = False
    last_supervision_on: date | None = None
    second_contact: int = 0


@dataclass(frozen=True)
class LivePairing:
    """
    A pairing that holds a place: proposed (and not lapsed), accepted, trial, active or paused.

    `answered`: one of the two has said something to the proposal; it is then left as it is.
    """

    person: str
    helper: str
    status: str
    frequency: str
    minutes: int
    answered: bool = False

    @property
    def contact(self) -> int:
        """Minutes of contact in 52 weeks: only accepted, trial and active ones have hours (section 12.3)."""
        return contact(self.frequency, self.minutes) if self.status in STATES_WITH_HOURS else 0


@dataclass(frozen=True)
class Conflict:
    """A helper never goes to this person, or to anybody of this neighbourhood."""

    helper: str
    person: str | None = None
    neighbourhood: str | None = None


@dataclass(frozen=True)
class Pair:
    person: str
    helper: str


@dataclass(frozen=True)
class Separation:
    """Two people who may not have the same helper."""

    person: str
    other: str


@dataclass(frozen=True)
class Override:
    """One rule or wish that the coordinator set aside for one pair."""

    person: str
    helper: str
    rule: str


@dataclass(frozen=True)
class Instance:
    """
    The pairing of one territory on one day.

    Parameters
    ----------
    day
        The day of the run: consent and supervision are judged on it.
    people
        Those who wait; somebody with an open shortlist is only in `live` and `accompanied`.
    accompanied
        Those of the live pairings: a proposal that nobody answered may be asked to change, and whoever a leaving helper
        accompanies waits again.
    refused
        Pairs in which one declined the other, or ended a pairing by own wish.
    known
        Pairs that met before, or whose earlier pairing ended well.
    set_aside
        Suggestions that the coordinator put aside; they are not offered again.
    """

    day: date
    people: tuple[Person, ...] = ()
    helpers: tuple[Helper, ...] = ()
    live: tuple[LivePairing, ...] = ()
    accompanied: tuple[Person, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    refused: tuple[Pair, ...] = ()
    known: tuple[Pair, ...] = ()
    set_aside: tuple[Pair, ...] = ()
    separations: tuple[Separation, ...] = ()
    overrides: tuple[Override, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    travel: Travel = field(default_factory=Travel)
    shortlist: int = 3

    def __post_init__(self) -> None:
        _once("person", [person.id for person in (*self.people, *self.accompanied)])
        _once("helper", [helper.id for helper in self.helpers])
        for person in (*self.people, *self.accompanied):
            _check_person(person)
        for helper in self.helpers:
            _known_code(f"transport of helper {helper.id}", helper.transport, self.travel.modes)
            if helper.max_persons < 0 or helper.weekly_minutes_max < 0 or helper.max_travel_km < 0:
                raise ValueError(f"helper {helper.id} has a limit below zero")
        for pairing in self.live:
            where = f"the pairing of {pairing.person} and {pairing.helper}"
            _known_code(f"status of {where}", pairing.status, LIVE_STATES)
            _known_code(f"frequency of {where}", pairing.frequency, VISITS_IN_52_WEEKS)
            if pairing.helper not in self.helper_by_id:
                raise ValueError(f"{where} names a helper who is not there")
        for conflict in self.conflicts:
            if (conflict.person is None) == (conflict.neighbourhood is None):
                raise ValueError(f"a conflict of {conflict.helper} names a person or a neighbourhood, and not both")
        for override in self.overrides:
            if override.rule not in OVERRIDABLE_RULES + OVERRIDABLE_WISHES:
                raise ValueError(f"{override.rule} cannot be set aside for {override.person} and {override.helper}")
        if set(self.weights) != set(DEFAULT_WEIGHTS):
            raise ValueError(f"weights are needed for exactly these criteria: {', '.join(DEFAULT_WEIGHTS)}")
        for criterion, weight in self.weights.items():
            if not 0 <= weight <= MOST_WEIGHT:
                raise ValueError(f"the weight of {criterion} is {weight}, not between 0 and {MOST_WEIGHT}")
        if self.shortlist < 1:
            raise ValueError("a shortlist holds at least one helper")

    @cached_property
    def person_by_id(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def helper_by_id(self) -> dict[str, Helper]:
        return {helper.id: helper for helper in self.helpers}

    @cached_property
    def live_of(self) -> dict[str, tuple[LivePairing, ...]]:
        """Live pairings by helper."""
        found: dict[str, list[LivePairing]] = {helper.id: [] for helper in self.helpers}
        for pairing in self.live:
            found[pairing.helper].append(pairing)
        return {helper: tuple(pairings) for helper, pairings in found.items()}

    @cached_property
    def refused_pairs(self) -> frozenset[tuple[str, str]]:
        return _pairs(self.refused)

    @cached_property
    def known_pairs(self) -> frozenset[tuple[str, str]]:
        return _pairs(self.known)

    @cached_property
    def pairs_set_aside(self) -> frozenset[tuple[str, str]]:
        return _pairs(self.set_aside)

    @cached_property
    def conflicting_people(self) -> frozenset[tuple[str, str]]:
        return frozenset((c.person, c.helper) for c in self.conflicts if c.person is not None)

    @cached_property
    def conflicting_neighbourhoods(self) -> frozenset[tuple[str, str]]:
        return frozenset((c.neighbourhood, c.helper) for c in self.conflicts if c.neighbourhood is not None)

    @cached_property
    def separated_from(self) -> dict[str, frozenset[str]]:
        """The people who may not have the same helper, by person."""
        both = [(s.person, s.other) for s in self.separations] + [(s.other, s.person) for s in self.separations]
        return {one: frozenset(b for a, b in both if a == one) for one, _ in both}

    @cached_property
    def overridden(self) -> frozenset[tuple[str, str, str]]:
        return frozenset((o.person, o.helper, o.rule) for o in self.overrides)

    def is_overridden(self, person: Person, helper: Helper, rule: str) -> bool:
        return (person.id, helper.id, rule) in self.overridden

    def common(self, person: Person, helper: Helper) -> Days:
        """When both are free, on each of the four weeks from the day of the run."""
        return meet(_free(person.windows, self.day), _free(helper.windows, self.day))


def movable(instance: Instance) -> tuple[Person, ...]:
    """Those whose only proposal is open and not answered by anybody."""
    live = Counter(pairing.person for pairing in instance.live)
    unanswered = {one.person for one in instance.live if one.status == "proposed" and not one.answered}
    return tuple(one for one in instance.accompanied if one.id in unanswered and live[one.id] == 1)


@lru_cache(maxsize=20_000)
def _free(windows: tuple[Window, ...], day: date) -> Days:
    return lay_out(windows, day)


def _check_person(person: Person) -> None:
    _known_code(f"urgency of person {person.id}", person.urgency, URGENCIES)
    _known_code(f"frequency of person {person.id}", person.visit_frequency, VISITS_IN_52_WEEKS)
    _known_code(f"gender preference of person {person.id}", person.gender_preference, ("none", "preferred", "required"))
    if person.gender_preference != "none" and person.wished_gender is None:
        raise ValueError(f"person {person.id} prefers a gender that is not named")
    if person.visit_minutes <= 0:
        raise ValueError(f"visits of person {person.id} last {person.visit_minutes} minutes")
    if not person.themes:
        raise ValueError(f"the request of person {person.id} has no theme")


def _known_code(what: str, code: str, codes: Collection[str]) -> None:
    if code not in codes:
        raise ValueError(f"the {what} is {code!r}, not one of {', '.join(codes)}")


def _once(what: str, ids: list[str]) -> None:
    for one, count in sorted(Counter(ids).items()):
        if count > 1:
            raise ValueError(f"{what} {one} is there twice")


def _pairs(pairs: Iterable[Pair]) -> frozenset[tuple[str, str]]:
    return frozenset((pair.person, pair.helper) for pair in pairs)

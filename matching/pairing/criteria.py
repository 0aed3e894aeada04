"""The ten soft criteria of section 5: what is known about a pair, and what each criterion makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matching.pairing.instance import Helper, Instance, Person
from matching.pairing.rules import CONTACT_PERCENT
from matching.weekly import HORIZON_DAYS, Common, moments, total

AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
FULL_MARGIN_VISITS = 4
NEAR_MINUTES, FAR_MINUTES = 10, 45


@dataclass(frozen=True)
class Facts:
    """
    What is known about a pair, for the criteria and for the words shown beside them.

    Parameters
    ----------
    named
        None when the person named nobody.
    common
        Common moments long enough for a visit.
    common_minutes
        Minutes in common over four weeks, short ones too.
    travel_minutes, road_km
        From the helper's base by own means; None when a place is unknown.
    gender_met, age_steps
        None when nothing is wished; `age_steps` is the distance in bands, -1 when a band is unknown.
    language
        The first of the person's languages that the helper speaks; None with an interpreter.
    hours, hours_max
        Contact minutes in 52 weeks before this pairing, and 60 % of the helper's hours.
    """

    themes_asked: tuple[str, ...]
    themes_covered: tuple[str, ...]
    experience_wished: tuple[str, ...]
    experience_shared: tuple[str, ...]
    named: bool | None
    common: tuple[Common, ...]
    common_minutes: int
    visit_minutes: int
    transport: str
    travel_minutes: int | None
    road_km: float | None
    gender_met: bool | None
    language: str | None
    language_rank: int | None
    people: int
    people_max: int
    hours: int
    hours_max: float
    known: bool
    age_steps: int | None


def facts(instance: Instance, person: Person, helper: Helper) -> Facts:
    """Everything the criteria look at; a wish that was set aside counts as not made."""

    def wished(criterion: str) -> bool:
        return not instance.is_overridden(person, helper, criterion)

    days = instance.common(person, helper)
    shared = [rank for rank, language in enumerate(person.languages) if language in helper.languages]
    others = [pairing for pairing in instance.live_of[helper.id] if pairing.person != person.id]
    places = (helper.base, person.spot) if helper.base and person.spot else None
    experience = person.experience_wished if wished("experience") else ()
    return Facts(
        themes_asked=person.themes,
        themes_covered=tuple(theme for theme in person.themes if theme in helper.themes),
        experience_wished=experience,
        experience_shared=tuple(part for part in experience if part in helper.experience),
        named=person.named_helper == helper.id if person.named_helper and wished("named_wish") else None,
        common=moments(days, instance.day, person.visit_minutes),
        common_minutes=total(days),
        visit_minutes=person.visit_minutes,
        transport=helper.transport,
        travel_minutes=instance.travel.minutes(helper.transport, *places) if places else None,
        road_km=round(instance.travel.road_km(*places), 3) if places else None,
        gender_met=(
            helper.gender == person.wished_gender
            if person.gender_preference != "none" and wished("gender_preferred")
            else None
        ),
        language=person.languages[shared[0]] if shared else None,
        language_rank=shared[0] if shared else None,
        people=len(others),
        people_max=helper.max_persons,
        hours=helper.second_contact + sum(pairing.contact for pairing in others),
        hours_max=CONTACT_PERCENT * 52 * helper.weekly_minutes_max / 100,
        known=(person.id, helper.id) in instance.known_pairs,
        age_steps=_age_steps(person, helper) if person.age_proximity and wished("age_proximity") else None,
    )


def _age_steps(person: Person, helper: Helper) -> int:
    if person.age_band not in AGE_BANDS or helper.age_band not in AGE_BANDS:
        return -1
    return abs(AGE_BANDS.index(person.age_band) - AGE_BANDS.index(helper.age_band))


def theme_coverage(known: Facts) -> float:
    """Share of the asked themes covered."""
    return 100 * len(known.themes_covered) / len(known.themes_asked)


def experience(known: Facts) -> float:
    """Share of the wished experiences that the helper shares; 50 when none is wished."""
    return 100 * len(known.experience_shared) / len(known.experience_wished) if known.experience_wished else 50


def named_wish(known: Facts) -> float:
    """The person named this helper; 50 when nobody is named."""
    return 50 if known.named is None else 100 * known.named


def availability_margin(known: Facts) -> float:
    """Common minutes a week, full at four visits."""
    weeks = HORIZON_DAYS // 7
    return min(100.0, 100 * known.common_minutes / (weeks * FULL_MARGIN_VISITS * known.visit_minutes))


def travel(known: Facts) -> float:
    """100 up to 10 minutes, 0 from 45, linear between."""
    if known.travel_minutes is None:
        return 0
    return 100 * max(0.0, min(1.0, (FAR_MINUTES - known.travel_minutes) / (FAR_MINUTES - NEAR_MINUTES)))


def gender_preferred(known: Facts) -> float:
    """Met, or nothing preferred."""
    return 0 if known.gender_met is False else 100


def language_rank(known: Facts) -> float:
    """The person's first language 100, second 60, another 40; 0 through an interpreter."""
    if known.language_rank is None:
        return 0
    return (100, 60)[known.language_rank] if known.language_rank < 2 else 40


def balance(known: Facts) -> float:
    """Free share of people or of hours, the smaller, before this pairing."""
    people = 1 - known.people / known.people_max if known.people_max else 0
    hours = 1 - known.hours / known.hours_max if known.hours_max else 0
    return 100 * max(0.0, min(people, hours))


def continuity(known: Facts) -> float:
    """Met before, or an earlier pairing that ended well."""
    return 100 * known.known


def age_proximity(known: Facts) -> float:
    """Same band 100, next one 60; 100 when not wished."""
    if known.age_steps is None:
        return 100
    return {0: 100, 1: 60}.get(known.age_steps, 0)


@dataclass(frozen=True)
class Criterion:
    """`value` is between 0 and 100."""

    code: str
    value: Callable[[Facts], float]


CRITERIA: tuple[Criterion, ...] = (
    Criterion("theme_coverage", theme_coverage),
    Criterion("experience", experience),
    Criterion("named_wish", named_wish),
    Criterion("availability_margin", availability_margin),
    Criterion("travel", travel),
    Criterion("gender_preferred", gender_preferred),
    Criterion("language_rank", language_rank),
    Criterion("balance", balance),
    Criterion("continuity", continuity),
    Criterion("age_proximity", age_proximity),
)


def values(known: Facts) -> dict[str, float]:
    """Each criterion between 0 and 100, to the hundredth."""
    return {criterion.code: round(float(criterion.value(known)), 2) for criterion in CRITERIA}


def score(weights: Mapping[str, float], by_criterion: Mapping[str, float]) -> float:
    """Weighted mean of the criteria, 0-100, to the hundredth; 0 when nothing weighs."""
    weighed = sum(weights[code] * value for code, value in by_criterion.items())
    return round(round(weighed, 6) / (sum(weights.values()) or 1), 2)

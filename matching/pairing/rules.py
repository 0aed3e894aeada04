"""
Hard rules 1-12 of section 5: one pure claim each about a person and a helper.

Candidates, shortlists, reasons, the judge, the importer and the smallest change all ask these functions. What a pair
cannot know alone (caseloads and separations among new pairs) lies in `joint.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matching.pairing.instance import Helper, Instance, Person
from matching.weekly import longest

SUPERVISION_DAYS = 62
"""Rule 10: the last supervision lies at most so many days back (`settled.md` 13)."""
CONTACT_PERCENT = 60
"""Rules 11 and V6: the share of a helper's weekly hours that contact may fill."""
SENSITIVE = ("CONFLICT", "REFUSED", "SAME_HELPER")
"""Shown merged to everybody but the two concerned, and never part of a smallest change (`settled.md` 18)."""


def consent_is_given(instance: Instance, person: Person, _helper: Helper) -> bool:
    """CONSENT: given, with scope `pairing`; `expires_on` is the last valid day."""
    consent = person.consent
    return (
        consent.status == "given"
        and "pairing" in consent.scope
        and consent.expires_on is not None
        and instance.day <= consent.expires_on
    )


def they_share_a_language(_instance: Instance, person: Person, helper: Helper) -> bool:
    """LANGUAGE: one in common, or the person accepts an interpreter."""
    return person.interpreter_accepted or any(language in helper.languages for language in person.languages)


def a_theme_is_covered(_instance: Instance, person: Person, helper: Helper) -> bool:
    """THEME: at least one of the request; a parent does not cover its child."""
    return any(theme in helper.themes for theme in person.themes)


def required_gender_is_met(_instance: Instance, person: Person, helper: Helper) -> bool:
    """GENDER: only when it is required."""
    return person.gender_preference != "required" or helper.gender == person.wished_gender


def no_conflict_is_declared(instance: Instance, person: Person, helper: Helper) -> bool:
    """CONFLICT: neither with the person nor with the person's neighbourhood."""
    return (person.id, helper.id) not in instance.conflicting_people and (
        person.neighbourhood,
        helper.id,
    ) not in instance.conflicting_neighbourhoods


def neither_refused(instance: Instance, person: Person, helper: Helper) -> bool:
    """REFUSED: neither declined the other, nor ended a pairing with the other by own wish."""
    return (person.id, helper.id) not in instance.refused_pairs


def environment_suits(_instance: Instance, person: Person, helper: Helper) -> bool:
    """ENVIRONMENT: nothing at home that the helper cannot visit; with a meeting place no visit is at home."""
    return person.meets_elsewhere or not any(flag in helper.cannot_visit for flag in person.environment_flags)


def distance_is_within_reach(instance: Instance, person: Person, helper: Helper) -> bool:
    """DISTANCE: by road from the helper's base, at most what the helper travels."""
    if helper.base is None or person.spot is None:
        return False
    return instance.travel.road_km(helper.base, person.spot) <= helper.max_travel_km


def a_visit_fits_both_weeks(instance: Instance, person: Person, helper: Helper) -> bool:
    """AVAILABILITY: a common weekly window at least as long as one visit, odd and even weeks counted."""
    return longest(instance.common(person, helper)) >= person.visit_minutes


def helper_may_start(instance: Instance, _person: Person, helper: Helper) -> bool:
    """HELPER_STATUS: active, initial training done, a supervisor named, last supervision within 62 days."""
    trained, supervised = helper.trained_on, helper.last_supervision_on
    return (
        helper.status == "active"
        and trained is not None
        and trained <= instance.day
        and helper.has_supervisor
        and supervised is not None
        and 0 <= (instance.day - supervised).days <= SUPERVISION_DAYS
    )


def helper_has_room(instance: Instance, person: Person, helper: Helper) -> bool:
    """CASELOAD: live pairings below `max_persons`, and contact hours within 60 % of the weekly hours."""
    others = [pairing for pairing in instance.live_of[helper.id] if pairing.person != person.id]
    hours = helper.second_contact + sum(pairing.contact for pairing in others) + person.contact
    return len(others) < helper.max_persons and hours_fit(helper, hours)


def separated_people_stay_apart(instance: Instance, person: Person, helper: Helper) -> bool:
    """SAME_HELPER: nobody from whom the person is kept apart has this helper."""
    apart = instance.separated_from.get(person.id, frozenset())
    return not any(pairing.person in apart for pairing in instance.live_of[helper.id])


def hours_fit(helper: Helper, minutes_in_52_weeks: int) -> bool:
    """At most 60 % of the weekly hours, in whole numbers."""
    return 100 * minutes_in_52_weeks <= CONTACT_PERCENT * 52 * helper.weekly_minutes_max


@dataclass(frozen=True)
class Rule:
    """`check` is true when the pair respects the rule."""

    code: str
    check: Callable[[Instance, Person, Helper], bool]


HARD: tuple[Rule, ...] = (
    Rule("CONSENT", consent_is_given),
    Rule("LANGUAGE", they_share_a_language),
    Rule("THEME", a_theme_is_covered),
    Rule("GENDER", required_gender_is_met),
    Rule("CONFLICT", no_conflict_is_declared),
    Rule("REFUSED", neither_refused),
    Rule("ENVIRONMENT", environment_suits),
    Rule("DISTANCE", distance_is_within_reach),
    Rule("AVAILABILITY", a_visit_fits_both_weeks),
    Rule("HELPER_STATUS", helper_may_start),
    Rule("CASELOAD", helper_has_room),
    Rule("SAME_HELPER", separated_people_stay_apart),
)
"""The table of contents: the order of section 5 is the order in which reasons are shown."""


PAIR_EXCLUDED = "PAIR_EXCLUDED"
"""One word for all of `SENSITIVE`."""


def merged(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes as they may be told: the sensitive ones as one, at the place of section 5 where the first stands."""
    told = {PAIR_EXCLUDED if code in SENSITIVE else code for code in codes}
    return tuple(code for code in TOLD_ORDER if code in told) + tuple(sorted(told - set(TOLD_ORDER)))


TOLD_ORDER: tuple[str, ...] = tuple(
    dict.fromkeys(PAIR_EXCLUDED if rule.code in SENSITIVE else rule.code for rule in HARD)
)
"""The rules as they may be told, in the order of section 5."""


def suits(instance: Instance, person: Person, helper: Helper) -> bool:
    """Whether no hard rule stands against this pair, those set aside by the coordinator left out."""
    return all(
        rule.check(instance, person, helper) or instance.is_overridden(person, helper, rule.code) for rule in HARD
    )


def broken(instance: Instance, person: Person, helper: Helper) -> tuple[str, ...]:
    """Codes of the hard rules that stand against this pair, those set aside by the coordinator left out."""
    return tuple(
        rule.code
        for rule in HARD
        if not instance.is_overridden(person, helper, rule.code) and not rule.check(instance, person, helper)
    )

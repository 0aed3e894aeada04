"""For somebody whom nobody suits: what blocks, and the smallest changes that would open a helper (`settled.md` 18)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from matching.pairing.answer import Change, Plain, Relaxed, Unmatched
from matching.pairing.candidates import SET_ASIDE, against
from matching.pairing.criteria import facts
from matching.pairing.instance import Helper, Instance, Person
from matching.pairing.rules import CONTACT_PERCENT, SUPERVISION_DAYS, TOLD_ORDER, merged
from matching.travel import Point
from matching.weekly import Window, longest

NEVER = ("CONSENT", "CONFLICT", "REFUSED", "SAME_HELPER")
ORDER = (
    SET_ASIDE,
    "DISTANCE",
    "AVAILABILITY",
    "CASELOAD",
    "THEME",
    "LANGUAGE",
    "ENVIRONMENT",
    "GENDER",
    "HELPER_STATUS",
)
DAYTIME = (8 * 60, 20 * 60)
MOST_CHANGES = 3


def unmatched(instance: Instance, person: Person) -> Unmatched:
    """What stands between a person and all helpers."""
    stand = [against(instance, person, helper) for helper in instance.helpers]
    told = [merged(codes) for codes in stand]
    order = [*TOLD_ORDER, SET_ASIDE]
    removed = {code: sum(code in codes for codes in told) for code in order}
    return Unmatched(
        person.id,
        {code: count for code, count in removed.items() if count},
        _blocking(order, told),
        smallest_changes(instance, person),
    )


def _blocking(order: Sequence[str], codes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """
    The fewest rules that together remove every helper.

    Of several such sets the one that removes most; then the one whose rules come first in section 5.
    """
    for size in range(1, len(order) + 1):
        sets = [one for one in combinations(order, size) if all(set(one) & set(stand) for stand in codes)]
        if sets:
            return max(sets, key=lambda one: sum(code in stand for code in one for stand in codes)) if codes else ()
    return ()


def smallest_changes(instance: Instance, person: Person) -> tuple[Change, ...]:
    """
    Fewest rules first, then the least amount, then the order of `ORDER`; empty when only somebody new can help.

    All have as few rules as the first; of those that set aside the same rules the easiest stands for all. Each one is
    proven: with it made, nothing stands against the pair.
    """
    alone = replace(instance, people=(person,), accompanied=())
    possible: list[tuple[tuple[object, ...], Change]] = []
    for helper in instance.helpers:
        codes = against(alone, person, helper)
        if not codes or any(code in NEVER for code in codes) or helper.status == "left":
            continue
        relaxed = (relax(alone, person, helper, code) for code in sorted(codes, key=ORDER.index))
        change = Change(helper.id, tuple(relaxed))
        possible.append(((change_size(change), helper.id), change))
    easiest: dict[tuple[str, ...], Change] = {}
    for _, change in sorted(possible, key=lambda one: one[0]):
        rules = tuple(relaxed.rule for relaxed in change.relaxed)
        if len(easiest) == MOST_CHANGES or any(len(rules) > len(other) for other in easiest):
            break
        if rules not in easiest and opens(alone, person, change):
            easiest[rules] = change
    return tuple(easiest.values())


def opens(instance: Instance, person: Person, change: Change) -> bool:
    """Whether nothing stands against the pair once the change is made."""
    after = made(instance, person, change)
    return not against(after, after.person_by_id[person.id], after.helper_by_id[change.helper])


def made(instance: Instance, person: Person, change: Change) -> Instance:
    """The instance with a change made."""
    helper = instance.helper_by_id[change.helper]
    for relaxed in change.relaxed:
        if relaxed.rule == SET_ASIDE:
            kept = tuple(one for one in instance.set_aside if (one.person, one.helper) != (person.id, helper.id))
            instance = replace(instance, set_aside=kept)
        else:
            person, helper = _MADE[relaxed.rule](instance, person, helper)
    return replace(
        instance,
        people=tuple(person if one.id == person.id else one for one in instance.people),
        helpers=tuple(helper if one.id == helper.id else one for one in instance.helpers),
    )


def change_size(change: Change) -> tuple[int, float, tuple[int, ...]]:
    """How a change compares with others: the smaller, the easier."""
    return (
        len(change.relaxed),
        round(sum(relaxed.amount for relaxed in change.relaxed), 6),
        tuple(ORDER.index(relaxed.rule) for relaxed in change.relaxed),
    )


def relax(instance: Instance, person: Person, helper: Helper, rule: str) -> Relaxed:
    """By how much a rule would have to give way for this pair: a share of its limit, 1 when it has no degree."""
    amount, known = _RELAX[rule](instance, person, helper)
    return Relaxed(rule, round(amount, 6), known)


Measure = tuple[float, Mapping[str, Plain]]


def _set_aside(_instance: Instance, _person: Person, _helper: Helper) -> Measure:
    return 0.0, {}


def _distance(instance: Instance, person: Person, helper: Helper) -> Measure:
    known = facts(instance, person, helper)
    if known.road_km is None:
        return 1.0, {"km": None, "max_km": helper.max_travel_km}
    over = known.road_km - helper.max_travel_km
    # Rounded up, so that the distance said is never too short.
    return over / max(helper.max_travel_km, 0.001), {
        "km": math.ceil(known.road_km * 10) / 10,
        "max_km": helper.max_travel_km,
    }


def _availability(instance: Instance, person: Person, helper: Helper) -> Measure:
    missing = person.visit_minutes - longest(instance.common(person, helper))
    window = _daytime_window(instance, person, helper)
    known: dict[str, Plain] = {"minutes": person.visit_minutes}
    if window is not None:
        known |= {"weekday": window.weekday, "start": window.start, "end": window.end}
    return missing / person.visit_minutes, known


def _daytime_window(instance: Instance, person: Person, helper: Helper) -> Window | None:
    """The helper's first window of the week that holds a visit, in the daytime if there is one."""
    fit = [
        window
        for window in sorted(helper.windows, key=lambda w: (w.weekday, w.start, w.end, w.recurrence))
        if window.end - window.start >= person.visit_minutes
        and (window.valid_until is None or window.valid_until >= instance.day)
    ]
    daytime = [window for window in fit if DAYTIME[0] <= window.start and window.end <= DAYTIME[1]]
    return next(iter(daytime or fit), None)


def _caseload(instance: Instance, person: Person, helper: Helper) -> Measure:
    known = facts(instance, person, helper)
    people_over = max(0, known.people + 1 - known.people_max)
    hours_over = max(0.0, known.hours + person.contact - known.hours_max)
    return people_over / max(1, known.people_max) + hours_over / max(1.0, known.hours_max), {
        "people": known.people,
        "people_max": known.people_max,
        "hours_over": round(hours_over / 52 / 60, 2),
    }


def _theme(_instance: Instance, person: Person, _helper: Helper) -> Measure:
    return 1.0, {"themes": person.themes}


def _language(_instance: Instance, person: Person, _helper: Helper) -> Measure:
    required = person.wished_gender if person.gender_preference == "required" else None
    return 1.0, {"languages": person.languages, "required_gender": required}


def _environment(_instance: Instance, person: Person, helper: Helper) -> Measure:
    return 1.0, {"flags": tuple(flag for flag in person.environment_flags if flag in helper.cannot_visit)}


def _gender(_instance: Instance, person: Person, _helper: Helper) -> Measure:
    return 1.0, {"required_gender": person.wished_gender}


def _helper_status(instance: Instance, _person: Person, helper: Helper) -> Measure:
    late = (
        helper.last_supervision_on is None
        or not 0 <= (instance.day - helper.last_supervision_on).days <= SUPERVISION_DAYS
    )
    lacks = {
        "status": helper.status != "active",
        "training": helper.trained_on is None or helper.trained_on > instance.day,
        "supervisor": not helper.has_supervisor,
        "supervision": late,
    }
    return 1.0, {"lacks": tuple(what for what, is_lacking in lacks.items() if is_lacking)}


_RELAX: dict[str, Callable[[Instance, Person, Helper], Measure]] = {
    SET_ASIDE: _set_aside,
    "DISTANCE": _distance,
    "AVAILABILITY": _availability,
    "CASELOAD": _caseload,
    "THEME": _theme,
    "LANGUAGE": _language,
    "ENVIRONMENT": _environment,
    "GENDER": _gender,
    "HELPER_STATUS": _helper_status,
}


Two = tuple[Person, Helper]


def _nearer(instance: Instance, person: Person, helper: Helper) -> Two:
    if helper.base is None or person.spot is None:
        spot = helper.base or person.spot or Point(0.0, 0.0)
        return replace(person, coordinates=spot), replace(helper, base=spot)
    km = math.ceil(instance.travel.road_km(helper.base, person.spot) * 10) / 10
    return person, replace(helper, max_travel_km=max(helper.max_travel_km, km))


def _freer(instance: Instance, person: Person, helper: Helper) -> Two:
    window = _daytime_window(instance, person, helper)
    if window is not None:
        return replace(person, windows=(*person.windows, window)), helper
    new = Window(1, DAYTIME[0], DAYTIME[0] + person.visit_minutes, instance.day)
    return replace(person, windows=(*person.windows, new)), replace(helper, windows=(*helper.windows, new))


def _roomier(instance: Instance, person: Person, helper: Helper) -> Two:
    known = facts(instance, person, helper)
    hours = known.hours + person.contact
    minutes = -(-100 * hours // (CONTACT_PERCENT * 52))
    return person, replace(
        helper,
        max_persons=max(helper.max_persons, known.people + 1),
        weekly_minutes_max=max(helper.weekly_minutes_max, minutes),
    )


def _covering(_instance: Instance, person: Person, helper: Helper) -> Two:
    return person, replace(helper, themes=(*helper.themes, *person.themes))


def _speaking(_instance: Instance, person: Person, helper: Helper) -> Two:
    if not person.languages:
        return replace(person, interpreter_accepted=True), helper
    return person, replace(helper, languages=(*helper.languages, person.languages[0]))


def _tolerant(_instance: Instance, person: Person, helper: Helper) -> Two:
    kept = tuple(flag for flag in helper.cannot_visit if flag not in person.environment_flags)
    return person, replace(helper, cannot_visit=kept)


def _less_strict(_instance: Instance, person: Person, helper: Helper) -> Two:
    return replace(person, gender_preference="preferred"), helper


def _ready(instance: Instance, person: Person, helper: Helper) -> Two:
    day = instance.day
    trained = helper.trained_on if helper.trained_on is not None and helper.trained_on <= day else day
    return person, replace(helper, status="active", trained_on=trained, has_supervisor=True, last_supervision_on=day)


_MADE: dict[str, Callable[[Instance, Person, Helper], Two]] = {
    "DISTANCE": _nearer,
    "AVAILABILITY": _freer,
    "CASELOAD": _roomier,
    "THEME": _covering,
    "LANGUAGE": _speaking,
    "ENVIRONMENT": _tolerant,
    "GENDER": _less_strict,
    "HELPER_STATUS": _ready,
}
"""What a change does to the two, so that it can be proven."""

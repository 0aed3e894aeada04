"""For somebody whom nobody suits: what blocks, and the smallest change that would open a helper (`settled.md` 18)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from matching.pairing.answer import Change, Plain, Relaxed, Unmatched
from matching.pairing.candidates import SET_ASIDE, Obstacles
from matching.pairing.criteria import facts
from matching.pairing.instance import Helper, Instance, Person
from matching.pairing.rules import HARD, SUPERVISION_DAYS
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


def unmatched(instance: Instance, person: Person, against: Obstacles) -> Unmatched:
    """What stands between a person and all helpers."""
    codes = [against[person.id, helper.id] for helper in instance.helpers]
    order = [rule.code for rule in HARD] + [SET_ASIDE]
    removed = {code: sum(code in stand for stand in codes) for code in order}
    return Unmatched(
        person.id,
        {code: count for code, count in removed.items() if count},
        _blocking(order, codes),
        smallest_change(instance, person, against),
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


def smallest_change(instance: Instance, person: Person, against: Obstacles) -> Change | None:
    """Fewest rules first, then the least amount, then the order of `ORDER`; None when only a person can open it."""
    best: tuple[tuple[object, ...], Change] | None = None
    for helper in instance.helpers:
        codes = against[person.id, helper.id]
        if any(code in NEVER for code in codes) or helper.status == "left":
            continue
        change = Change(
            helper.id, tuple(relax(instance, person, helper, code) for code in sorted(codes, key=ORDER.index))
        )
        size = change_size(change)
        if best is None or (size, helper.id) < best[0]:
            best = (size, helper.id), change
    return best[1] if best else None


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

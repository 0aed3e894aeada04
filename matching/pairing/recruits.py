"""Who is missing: the new peer helper who would serve the greatest weight of those who have nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TypeVar

from matching.pairing.answer import Recruit
from matching.pairing.candidates import weight
from matching.pairing.instance import Helper, Instance, Pair, Person
from matching.pairing.joint import not_kept_apart, overloaded
from matching.pairing.rules import consent_is_given, suits
from matching.travel import Point
from matching.weekly import Window

NEW = "\0new"
"""The id of the helper who is not there."""
MOST_RECRUITS = 3
MOST_MOMENTS = 3
MOST_THEMES = 3
DAYTIME = (8 * 60, 20 * 60)
"""When visits may be (V7)."""


@dataclass(frozen=True)
class _Profile:
    """Where a search for a recruit begins: at the wishes of one person."""

    language: str
    gender: str | None
    spot: Point | None
    neighbourhood: str | None


def recruits(instance: Instance, first: Mapping[str, str]) -> tuple[Recruit, ...]:
    """
    The most useful newcomers first, each for people whom those before do not serve already.

    They are given the middle limits of the helpers who are there, and at most three moments and themes, so that
    somebody like that can be found. Each one is proven: with this helper there, everybody named has room with them.
    """
    waiting: list[Person] = [one for one in instance.people if one.id not in first and _can_be_helped(instance, one)]
    found: list[Recruit] = []
    while waiting and len(found) < MOST_RECRUITS:
        profiles = dict.fromkeys(
            _Profile(language, _required(one), one.spot, one.neighbourhood)
            for one in waiting
            for language in one.languages
        )
        best = max((_recruit(instance, waiting, profile) for profile in profiles), key=_use, default=None)
        if best is None or not best.serves:
            break
        found.append(best)
        waiting = [one for one in waiting if one.id not in best.serves]
    return tuple(found)


def _can_be_helped(instance: Instance, person: Person) -> bool:
    return bool(person.windows) and consent_is_given(instance, person, Helper(NEW))


def _required(person: Person) -> str | None:
    return person.wished_gender if person.gender_preference == "required" else None


def _use(one: Recruit) -> tuple[int, int, tuple[object, ...]]:
    """The greater weight, then whoever is easier to find; then any fixed order."""
    wish = (one.gender is None, one.languages, one.themes, one.moments, one.neighbourhood or "")
    return one.weight, -len(one.moments) - len(one.themes), wish


def _recruit(instance: Instance, waiting: list[Person], profile: _Profile) -> Recruit:
    """The recruit who begins at this profile and serves as many of those who wait as there is room for."""
    open_all_week = _helper(instance, profile, _themes(waiting), _whole_week(instance))
    reached = _suited(instance, waiting, open_all_week)
    moments = _moments(instance, reached)
    windows = tuple(Window(*moment, instance.day) for moment in moments)
    timed = _helper(instance, profile, _themes(reached), windows)
    free = _suited(instance, reached, timed)
    themes = _few_themes(instance, free)
    helper = _helper(instance, profile, themes, windows)
    there = _with(instance, free, helper)
    served: tuple[Pair, ...] = ()
    for one in sorted(free, key=lambda one: -weight(one, instance.day)):
        more = (*served, Pair(one.id, NEW))
        if suits(there, one, helper) and not any(overloaded(there, more)) and not any(not_kept_apart(there, more)):
            served = more
    people = [one for one in waiting if Pair(one.id, NEW) in served]
    used = tuple(code for code in themes if any(code in one.themes for one in people))
    needed = tuple(moment for moment in moments if any(_fits(one, moment) for one in people))
    return Recruit(
        languages=(profile.language,),
        themes=used,
        gender=profile.gender if any(_required(one) for one in people) else None,
        moments=needed,
        neighbourhood=profile.neighbourhood,
        serves=tuple(one.id for one in people),
        weight=sum(weight(one, instance.day) for one in people),
    )


def recruit_as_helper(instance: Instance, recruit: Recruit, spot: Point | None) -> Helper:
    """The recruit as a helper of an instance, to ask what would be."""
    profile = _Profile(recruit.languages[0], recruit.gender, spot, recruit.neighbourhood)
    windows = tuple(Window(*moment, instance.day) for moment in recruit.moments)
    return _helper(instance, profile, recruit.themes, windows)


def _helper(instance: Instance, profile: _Profile, themes: tuple[str, ...], windows: tuple[Window, ...]) -> Helper:
    """Somebody new with the middle limits of those who are there, ready to start."""
    there = [one for one in instance.helpers if one.status == "active"] or [Helper(NEW, (), max_persons=4)]
    return Helper(
        NEW,
        languages=(profile.language,),
        themes=themes,
        gender=profile.gender,
        windows=windows,
        weekly_minutes_max=int(median(one.weekly_minutes_max for one in there)) or 600,
        max_persons=max(1, int(median(one.max_persons for one in there))),
        max_travel_km=float(median(one.max_travel_km for one in there)) or 10.0,
        base=profile.spot,
        trained_on=instance.day,
        has_supervisor=True,
        last_supervision_on=instance.day,
    )


def _suited(instance: Instance, people: list[Person], helper: Helper) -> list[Person]:
    there = _with(instance, people, helper)
    return [one for one in people if suits(there, one, helper)]


def _with(instance: Instance, people: list[Person], helper: Helper) -> Instance:
    """Only these people and this helper, between whom nothing has been yet."""
    return replace(
        instance,
        people=tuple(people),
        helpers=(helper,),
        accompanied=(),
        live=(),
        overrides=(),
        set_aside=(),
        refused=(),
        conflicts=(),
    )


def _whole_week(instance: Instance) -> tuple[Window, ...]:
    return tuple(Window(weekday, *DAYTIME, instance.day) for weekday in range(1, 8))


def _themes(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(sorted({code for one in people for code in one.themes}))


Moment = tuple[int, int, int]
Thing = TypeVar("Thing")


def _moments(instance: Instance, people: list[Person]) -> tuple[Moment, ...]:
    """A few windows of theirs that reach the greatest weight, in the order of the week."""
    daytime = sorted(
        {
            (window.weekday, max(window.start, DAYTIME[0]), min(window.end, DAYTIME[1]))
            for one in people
            for window in one.windows
            if min(window.end, DAYTIME[1]) - max(window.start, DAYTIME[0]) >= one.visit_minutes
        }
    )
    return tuple(sorted(_covering(instance, people, daytime, _fits, MOST_MOMENTS)))


def _fits(person: Person, moment: Moment) -> bool:
    weekday, start, end = moment
    return any(
        window.weekday == weekday and min(window.end, end) - max(window.start, start) >= person.visit_minutes
        for window in person.windows
    )


def _few_themes(instance: Instance, people: list[Person]) -> tuple[str, ...]:
    found = _covering(instance, people, _themes(people), lambda one, code: code in one.themes, MOST_THEMES)
    return tuple(sorted(found))


def _covering(
    instance: Instance,
    people: list[Person],
    things: Sequence[Thing],
    reaches: Callable[[Person, Thing], bool],
    most: int,
) -> list[Thing]:
    """Things that together reach the greatest weight, one after the other (greedy cover)."""
    chosen: list[Thing] = []
    left: list[Person] = list(people)
    while left and len(chosen) < most:
        gains = [sum(weight(one, instance.day) for one in left if reaches(one, thing)) for thing in things]
        if not gains or max(gains) == 0:
            break
        best = things[gains.index(max(gains))]
        chosen.append(best)
        left = [one for one in left if not reaches(one, best)]
    return chosen

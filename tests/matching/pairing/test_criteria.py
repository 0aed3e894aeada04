"""The ten criteria, worked out by hand."""

from __future__ import annotations

import pytest

from matching.pairing.criteria import CRITERIA, facts, score, values
from matching.pairing.instance import DEFAULT_WEIGHTS, Override, Pair
from matching.travel import Point, Travel
from tests.matching.pairing.builders import HERE, helper, instance, live, person, window


def value_of(code: str, *who, **other) -> float:
    found = instance(*who, **other)
    return values(facts(found, found.people[0], found.helpers[0]))[code]


def north(minutes: int) -> Point:
    """A spot that is so many minutes by car from here."""
    reached = next(
        step for step in range(20_000) if Travel().minutes("car", HERE, Point(50.6 + step / 10_000, 5.5)) >= minutes
    )
    return Point(50.6 + reached / 10_000, 5.5)


CASES = [
    ("theme_coverage", 100.0, [], {}),
    ("theme_coverage", 66.67, [person(themes=("a", "b", "c")), helper(themes=("a", "c", "x"))], {}),
    ("experience", 50.0, [], {}),
    ("experience", 0.0, [person(experience_wished=("debt",))], {}),
    ("experience", 50.0, [person(experience_wished=("debt", "mood")), helper(experience=("mood",))], {}),
    ("experience", 100.0, [person(experience_wished=("mood",)), helper(experience=("mood", "debt"))], {}),
    ("named_wish", 50.0, [], {}),
    ("named_wish", 100.0, [person(named_helper="nadia")], {}),
    ("named_wish", 0.0, [person(named_helper="luc")], {}),
    ("availability_margin", 75.0, [], {}),
    ("availability_margin", 100.0, [person(visit_minutes=45)], {}),
    (
        "availability_margin",
        99.58,
        [person(windows=(window(start=541, end=780),)), helper(windows=(window(end=1440, start=0),))],
        {},
    ),
    ("availability_margin", 37.5, [person(windows=(window(recurrence="odd_weeks"),))], {}),
    ("travel", 100.0, [], {}),
    ("travel", 100.0, [person(coordinates=north(10))], {}),
    ("travel", 97.14, [person(coordinates=north(11))], {}),
    ("travel", 2.86, [person(coordinates=north(44))], {}),
    ("travel", 0.0, [person(coordinates=north(45))], {}),
    ("gender_preferred", 100.0, [], {}),
    ("gender_preferred", 100.0, [person(wished_gender="f", gender_preference="preferred")], {}),
    ("gender_preferred", 0.0, [person(wished_gender="m", gender_preference="preferred")], {}),
    ("language_rank", 100.0, [person(languages=("fr", "it"))], {}),
    ("language_rank", 60.0, [person(languages=("it", "fr"))], {}),
    ("language_rank", 40.0, [person(languages=("it", "ar", "fr"))], {}),
    ("language_rank", 40.0, [person(languages=("it", "ar", "tr", "fr"))], {}),
    ("language_rank", 0.0, [person(languages=("it",), interpreter_accepted=True)], {}),
    ("balance", 100.0, [], {}),
    ("balance", 75.0, [], {"live": (live("x", minutes=30),)}),
    ("balance", 50.0, [helper(weekly_minutes_max=200)], {"live": (live("x"),)}),
    ("balance", 0.0, [helper(max_persons=0)], {}),
    ("continuity", 0.0, [], {}),
    ("continuity", 100.0, [], {"known": (Pair("ada", "nadia"),)}),
    ("age_proximity", 100.0, [], {}),
    ("age_proximity", 100.0, [person(age_proximity=True, age_band="25-34"), helper(age_band="25-34")], {}),
    ("age_proximity", 60.0, [person(age_proximity=True, age_band="25-34"), helper(age_band="35-44")], {}),
    ("age_proximity", 0.0, [person(age_proximity=True, age_band="25-34"), helper(age_band="45-54")], {}),
    ("age_proximity", 0.0, [person(age_proximity=True, age_band="25-34")], {}),
]


@pytest.mark.parametrize(
    ("code", "value", "who", "other"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_criterion_by_hand(code: str, value: float, who: list, other: dict):
    assert value_of(code, *who, **other) == value


def test_the_criteria_are_those_of_the_weights_which_sum_to_100():
    assert [criterion.code for criterion in CRITERIA] == list(DEFAULT_WEIGHTS)
    assert sum(DEFAULT_WEIGHTS.values()) == 100


def test_the_score_weighs_every_criterion():
    by_criterion = dict.fromkeys(DEFAULT_WEIGHTS, 0.0)

    assert score(DEFAULT_WEIGHTS, by_criterion) == 0
    assert score(DEFAULT_WEIGHTS, dict.fromkeys(DEFAULT_WEIGHTS, 100.0)) == 100
    for code, weight in DEFAULT_WEIGHTS.items():
        assert score(DEFAULT_WEIGHTS, by_criterion | {code: 100.0}) == weight


def test_weights_of_a_network_need_not_sum_to_100():
    weights = dict.fromkeys(DEFAULT_WEIGHTS, 0.0) | {"travel": 3.0, "balance": 1.0}

    assert score(weights, dict.fromkeys(DEFAULT_WEIGHTS, 0.0) | {"travel": 100.0}) == 75


@pytest.mark.parametrize(
    ("wish", "who", "value"),
    [
        ("experience", {"experience_wished": ("debt",)}, 50.0),
        ("named_wish", {"named_helper": "luc"}, 50.0),
        ("gender_preferred", {"wished_gender": "m", "gender_preference": "preferred"}, 100.0),
        ("age_proximity", {"age_proximity": True, "age_band": "75+"}, 100.0),
    ],
)
def test_a_wish_set_aside_counts_as_not_made(wish: str, who: dict, value: float):
    assert value_of(wish, person(**who)) == 0
    assert value_of(wish, person(**who), overrides=(Override("ada", "nadia", wish),)) == value


def test_facts_name_the_common_moments_and_leave_short_ones_out():
    found = instance(person(windows=(window(), window(4, 600, 630))), helper(windows=(window(), window(4, 600, 700))))
    known = facts(found, found.people[0], found.helpers[0])

    assert [(one.weekday, one.start, one.end) for one in known.common] == [(2, 780, 960)]
    assert known.common_minutes == 4 * (180 + 30)

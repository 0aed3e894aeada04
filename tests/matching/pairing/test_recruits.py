"""Who is missing: each recruit, once there, serves whom it names."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from matching.pairing.instance import Instance
from matching.pairing.recruits import MOST_MOMENTS, MOST_THEMES, NEW, recruit_as_helper
from matching.pairing.solve import solve
from matching.search import Limits
from tests.matching.pairing.builders import helper, instance, person, window
from tests.matching.pairing.strategies import instances


def test_nobody_is_missing_when_everybody_has_somebody():
    assert solve(instance(), Limits()).recruits == ()


def test_a_language_that_nobody_speaks_is_what_is_missing():
    found = instance(person(), person("eve", languages=("tr",)), person("cem", languages=("tr",)), helper())
    (one,) = solve(found, Limits()).recruits

    assert one.languages == ("tr",)
    assert one.serves == ("eve", "cem")
    assert one.moments == ((2, 780, 960),)
    assert one.themes == ("housing",)
    assert (one.gender, one.neighbourhood) == (None, "N1")


def test_a_required_gender_is_said_only_where_somebody_requires_it():
    found = instance(person("eve", languages=("tr",), wished_gender="m", gender_preference="required"), helper())
    (one,) = solve(found, Limits()).recruits

    assert one.gender == "m"


def test_the_heavier_need_comes_first():
    found = instance(
        person("eve", languages=("tr",)),
        person("cem", languages=("ti",), urgency="urgent"),
        helper(),
    )

    assert [one.languages for one in solve(found, Limits()).recruits] == [("ti",), ("tr",)]


def test_nobody_new_helps_whom_consent_or_no_free_moment_holds_back():
    without = instance(person(windows=()), person("eve", consent=replace(person().consent, status="withdrawn")))

    assert solve(without, Limits()).recruits == ()


def test_there_are_only_so_many_moments_and_themes_that_somebody_can_be_found():
    people = [person(f"p{n}", languages=("tr",), windows=(window(1 + n),), themes=(f"t{n}",)) for n in range(6)]
    for one in solve(instance(*people, helper(max_persons=9, weekly_minutes_max=2400)), Limits()).recruits:
        assert len(one.moments) <= MOST_MOMENTS
        assert len(one.themes) <= MOST_THEMES


@settings(max_examples=60)
@given(instances())
def test_a_recruit_who_comes_raises_the_weight_served_by_what_is_said(found: Instance):
    answer = solve(found, Limits())
    if not answer.recruits:
        return
    one = answer.recruits[0]
    spot = found.person_by_id[one.serves[0]].spot
    there = replace(found, helpers=(*found.helpers, replace(recruit_as_helper(found, one, spot), id=NEW)))

    assert solve(there, Limits(), costs=False).value.served >= answer.value.served + one.weight

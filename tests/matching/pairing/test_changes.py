from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings

from matching.pairing.answer import Change, Unmatched
from matching.pairing.candidates import against, candidates
from matching.pairing.changes import ORDER, made, relax
from matching.pairing.instance import Conflict, Instance, Separation
from matching.pairing.solve import solve
from matching.search import Limits
from matching.travel import Point
from tests.matching.pairing.builders import HERE, helper, instance, live, pair, person, window
from tests.matching.pairing.strategies import instances


def unmatched(found: Instance) -> Unmatched:
    return solve(found, Limits()).unmatched[0]


def change(found: Instance) -> tuple[str, list[str]]:
    one = unmatched(found).changes[0]
    return one.helper, [relaxed.rule for relaxed in one.relaxed]


def facts_of(found: Instance) -> dict[str, object]:
    one = unmatched(found).changes[0]
    return dict(one.relaxed[0].facts)


def test_a_language_that_nobody_speaks():
    found = instance(person(languages=("ti", "am")))

    assert change(found) == ("nadia", ["LANGUAGE"])
    assert facts_of(found) == {"languages": ("ti", "am"), "required_gender": None}


def test_a_language_and_a_required_gender_are_said_together():
    found = instance(
        person(languages=("tr",), wished_gender="f", gender_preference="required"),
        helper(),
        helper("mehmet", languages=("tr",), gender="m"),
    )

    assert change(found) == ("nadia", ["LANGUAGE"])
    assert facts_of(found)["required_gender"] == "f"
    assert unmatched(found).rules == ("LANGUAGE", "GENDER")


def test_an_evening_that_nobody_has_opens_by_a_daytime_window_of_a_helper():
    found = instance(
        person(windows=(window(7, 1200, 1320),)), helper(windows=(window(1, 1200, 1300), window(3, 540, 600)))
    )

    assert change(found) == ("nadia", ["AVAILABILITY"])
    assert facts_of(found) == {"minutes": 60, "weekday": 3, "start": 540, "end": 600}


def test_one_rule_is_a_smaller_change_than_two():
    found = instance(person(languages=("ti",)), helper(themes=()), helper("luc"))

    assert change(found) == ("luc", ["LANGUAGE"])


def test_of_one_rule_the_least_amount_is_the_smallest():
    near, far = Point(50.62, 5.5), Point(50.63, 5.5)
    found = instance(person(), helper(base=far, max_travel_km=2.0), helper("luc", base=near, max_travel_km=2.0))

    assert change(found) == ("luc", ["DISTANCE"])
    assert facts_of(found) == {"km": 2.9, "max_km": 2.0}


def test_a_shorter_gap_in_time_is_smaller_than_a_theme():
    found = instance(person(windows=(window(end=810),)), helper(), helper("luc", themes=(), windows=(window(end=810),)))

    assert change(found) == ("nadia", ["AVAILABILITY"])


def test_equal_amounts_follow_the_settled_order():
    theme, language = helper(themes=()), helper("luc", languages=())
    assert change(instance(person(), language, theme)) == ("nadia", ["THEME"])

    required = person(wished_gender="f", gender_preference="required")
    man, resting = helper(gender="m"), helper("luc", status="resting")
    assert change(instance(required, resting, man)) == ("nadia", ["GENDER"])


def test_a_place_more_is_said_with_the_load():
    found = instance(helper(max_persons=1), live=(live("x"),))

    assert change(found) == ("nadia", ["CASELOAD"])
    assert facts_of(found) == {"people": 1, "people_max": 1, "hours_over": 0.0}


def test_a_status_says_what_is_lacking():
    found = instance(helper(status="in_training", trained_on=None))

    assert facts_of(found) == {"lacks": ("status", "training")}


def test_flags_and_themes_are_named():
    assert facts_of(instance(person(environment_flags=("dog", "cat")), helper(cannot_visit=("cat", "stairs")))) == {
        "flags": ("cat",)
    }
    assert facts_of(instance(person(themes=("work",)))) == {"themes": ("work",)}


def test_a_suggestion_put_aside_is_taken_back_first():
    found = instance(person(), helper(), helper("luc", languages=()), set_aside=(pair(),))

    assert change(found) == ("nadia", ["SET_ASIDE"])
    assert unmatched(found).removed == {"LANGUAGE": 1, "SET_ASIDE": 1}


def test_what_protects_people_is_never_proposed_as_a_change():
    for protected in (
        instance(conflicts=(Conflict("nadia", person="ada"),)),
        instance(refused=(pair(),)),
        instance(live=(live("ben"),), separations=(Separation("ada", "ben"),)),
        instance(helper(status="left")),
    ):
        assert unmatched(protected).changes == ()


def test_without_any_helper_nothing_is_counted():
    found = Instance(instance().day, people=(person(),))

    assert unmatched(found) == Unmatched("ada", {}, ())


def test_the_change_opens_the_helper_it_names():
    found = instance(person(windows=(window(1),)), helper(base=HERE, windows=(window(2), window(4))))
    one = unmatched(found).changes[0]

    assert solve(instance(person(windows=(window(2, 780, 960),)), found.helpers[0]), Limits()).placed
    assert solve(made(found, found.people[0], one), Limits()).placed


def test_several_ways_that_are_as_small_are_all_said_the_easiest_first():
    near = Point(50.62, 5.5)
    found = instance(person(), helper(themes=()), helper("luc", base=near, max_travel_km=2.0), helper("zoe", themes=()))

    ways = [(one.helper, [relaxed.rule for relaxed in one.relaxed]) for one in unmatched(found).changes]
    assert ways == [("luc", ["DISTANCE"]), ("nadia", ["THEME"])]


def test_a_way_with_more_rules_is_not_said_beside_a_smaller_one():
    found = instance(person(languages=("ti",)), helper(themes=()), helper("luc"))

    assert [one.helper for one in unmatched(found).changes] == ["luc"]


def test_rules_that_must_not_be_told_apart_are_counted_as_one_at_one_place():
    conflict = instance(person(), helper(), helper("luc", languages=()), conflicts=(Conflict("nadia", person="ada"),))
    refusal = instance(person(), helper(), helper("luc", languages=()), refused=(pair(),))
    apart = instance(
        person(),
        helper(),
        helper("luc", languages=()),
        live=(live("ben"),),
        separations=(Separation("ada", "ben"),),
    )
    told = [
        (list(one.removed.items()), one.rules) for one in (unmatched(conflict), unmatched(refusal), unmatched(apart))
    ]

    assert told[0] == told[1] == told[2] == ([("LANGUAGE", 1), ("PAIR_EXCLUDED", 1)], ("LANGUAGE", "PAIR_EXCLUDED"))


def test_a_helper_whom_two_such_rules_exclude_counts_once():
    found = instance(person(), helper(), conflicts=(Conflict("nadia", person="ada"),), refused=(pair(),))

    assert unmatched(found).removed == {"PAIR_EXCLUDED": 1}


@settings(max_examples=80)
@given(instances())
def test_each_smallest_change_opens_a_helper_and_no_smaller_one_does(found: Instance):
    """Smaller: fewer rules give way, for any helper; or as many, for this helper, but not quite these."""
    for nobody in solve(found, Limits(), costs=False).unmatched:
        who = found.person_by_id[nobody.person]
        for change in nobody.changes:
            assert change.helper in {
                pair.helper for pair in candidates(made(found, who, change)) if pair.person == who.id
            }
        least = min((len(change.relaxed) for change in nobody.changes), default=len(ORDER))
        for one in found.helpers:
            rules = [code for code in against(found, who, one) if code in ORDER]
            for few in (few for size in range(1, least) for few in combinations(rules, size)):
                smaller = Change(one.id, tuple(relax(found, who, one, code) for code in few))
                after = made(found, who, smaller)
                assert against(after, after.person_by_id[who.id], after.helper_by_id[one.id])


def test_a_little_less_than_the_smallest_change_does_not_open():
    far = instance(person(coordinates=Point(50.62, 5.5)), helper(max_travel_km=2.0))
    (change,) = unmatched(far).changes
    km = change.relaxed[0].facts["km"]
    assert isinstance(km, float)
    assert solve(replace(far, helpers=(replace(far.helpers[0], max_travel_km=km),)), Limits()).placed
    assert not solve(replace(far, helpers=(replace(far.helpers[0], max_travel_km=km - 0.1),)), Limits()).placed

    hours = instance(helper(weekly_minutes_max=80))
    after = made(hours, hours.people[0], unmatched(hours).changes[0]).helpers[0]
    assert solve(replace(hours, helpers=(after,)), Limits()).placed
    less = replace(after, weekly_minutes_max=after.weekly_minutes_max - 1)
    assert not solve(replace(hours, helpers=(less,)), Limits()).placed

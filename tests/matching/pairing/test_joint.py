"""Rules 11 and 12 among new pairs: the solver's form."""

from __future__ import annotations

from datetime import timedelta

from matching.pairing.instance import Instance, Override, Separation
from matching.pairing.solve import solve
from matching.search import Limits
from tests.matching.pairing.builders import DAY, helper, instance, live, person


def placed(found: Instance) -> dict[str, str]:
    return {pair.person: pair.helper for pair in solve(found, Limits()).placed}


def test_caseload_with_one_place_left_the_more_urgent_gets_it_and_the_other_waits_for_a_place():
    answer = solve(instance(person(), person("ben", urgency="soon"), helper(max_persons=1)), Limits())

    assert [pair.person for pair in answer.placed] == ["ben"]
    assert [[offer.when_free for offer in one.offers] for one in answer.shortlists] == [[True], [False]]
    assert not answer.unmatched


def test_caseload_counts_who_is_there_already():
    assert len(placed(instance(person(), person("ben"), helper(max_persons=3), live=(live("x"), live("y"))))) == 1
    assert len(placed(instance(person(), person("ben"), helper(max_persons=3), live=(live("x"),)))) == 2


def test_caseload_hours_of_all_new_pairs_fit_together():
    assert len(placed(instance(person(), person("ben"), helper(weekly_minutes_max=200)))) == 2
    assert len(placed(instance(person(), person("ben"), helper(weekly_minutes_max=199)))) == 1


def test_caseload_hours_of_live_pairs_and_as_second_person_count_with_the_new_ones():
    two = (person(), person("ben"))
    assert len(placed(instance(*two, helper(weekly_minutes_max=300), live=(live("x"),)))) == 2
    assert len(placed(instance(*two, helper(weekly_minutes_max=299), live=(live("x"),)))) == 1
    assert len(placed(instance(*two, helper(weekly_minutes_max=300, second_contact=52 * 60)))) == 2
    assert len(placed(instance(*two, helper(weekly_minutes_max=300, second_contact=52 * 60 + 1)))) == 1


def test_caseload_set_aside_for_one_pair_does_not_open_the_helper_for_others():
    found = instance(
        person(),
        person("ben", urgency="urgent"),
        helper(max_persons=1),
        overrides=(Override("ada", "nadia", "CASELOAD"),),
    )
    assert placed(found) == {"ben": "nadia"}

    both = instance(
        person(),
        person("ben", urgency="urgent"),
        helper(max_persons=1),
        overrides=(Override("ada", "nadia", "CASELOAD"), Override("ben", "nadia", "CASELOAD")),
    )
    assert placed(both) == {"ada": "nadia", "ben": "nadia"}


def test_same_helper_is_not_given_to_two_people_kept_apart():
    one_helper = instance(person(), person("ben"), separations=(Separation("ada", "ben"),))
    assert len(placed(one_helper)) == 1

    two_helpers = instance(person(), person("ben"), helper(), helper("luc"), separations=(Separation("ada", "ben"),))
    assert sorted(placed(two_helpers).values()) == ["luc", "nadia"]


def test_same_helper_is_given_to_two_people_when_nobody_keeps_them_apart():
    assert placed(instance(person(), person("ben"))) == {"ada": "nadia", "ben": "nadia"}


def test_waiting_weeks_decide_between_equal_urgencies():
    long, short = DAY - timedelta(days=84), DAY - timedelta(days=83)
    found = instance(person(waiting_since=short), person("ben", waiting_since=long), helper(max_persons=1))

    assert placed(found) == {"ben": "nadia"}

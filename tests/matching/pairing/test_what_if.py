"""What if: today's answer beside the one supposed, and what cannot be supposed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from matching.pairing.instance import DEFAULT_WEIGHTS, Instance, Pair, Separation
from matching.pairing.solve import solve
from matching.pairing.supposing import solve as suppose
from matching.pairing.what_if import Comparison, Difference, Question, Supposition, supposed, violations
from matching.search import Limits
from tests.matching.pairing.builders import helper, instance, live, pair, person
from tests.matching.pairing.strategies import instances


def asked(found: Instance, **question: object) -> Comparison:
    supposition = Supposition(found, Question(**question))  # type: ignore[arg-type]
    comparison = suppose(supposition, Limits())
    assert violations(supposition, comparison) == []
    return comparison


def after(found: Instance, **question: object) -> dict[str, tuple[str | None, str | None]]:
    return {one.person: (one.before, one.after) for one in asked(found, **question).differences}


def test_a_choice_says_who_would_have_nobody():
    ben = person("ben", themes=("care",))
    luc = helper("luc", themes=("housing", "care"), max_persons=1)
    found = instance(person(), ben, helper(max_persons=1), luc)

    assert after(found, choose=(pair("ada", "luc"),)) == {"ada": ("nadia", "luc"), "ben": ("luc", None)}


def test_a_choice_that_changes_nothing_for_anybody_else_says_so():
    found = instance(person(), person("ben"), helper(), helper("luc"))
    first = next(one.helper for one in solve(found, Limits()).placed if one.person == "ada")

    assert after(found, choose=(pair("ada", first),)) == {}


def test_other_weights_say_whose_first_helper_changes():
    """Luc shares what Ada lived through, Nadia speaks her first language."""
    luc = helper("luc", languages=("nl",), experience=("mood",))
    found = instance(person(languages=("fr", "nl"), experience_wished=("mood",)), helper(), luc)

    assert after(found, weights={"experience": 0.0}) == {"ada": ("luc", "nadia")}
    assert after(found, weights={"travel": 0.0}) == {}


def test_somebody_new_serves_whoever_had_nobody():
    found = instance(person(), person("eve", languages=("tr",)), helper())

    assert after(found, helpers=(helper("new", languages=("tr",)),)) == {"eve": (None, "new")}


def test_a_helper_who_leaves_has_their_people_wait_again_with_their_first_date():
    ben = person("ben")
    found = instance(person(), helper(), helper("luc"), live=(live("ben", "luc"),), accompanied=(ben,))
    comparison = asked(found, leave=("luc",))

    assert Difference("ben", "luc", "nadia", 0, 1, waits=True) in comparison.differences
    then = supposed(found, Question(leave=("luc",)))
    assert then.person_by_id["ben"].waiting_since == ben.waiting_since
    assert not then.accompanied


def test_a_person_who_leaves_makes_room():
    found = instance(person(), person("ben", urgency="urgent"), helper(max_persons=1))

    assert after(found, leave=("ben",)) == {"ada": (None, "nadia")}


CANNOT = [
    pytest.param({"choose": (pair("eve"),)}, [("UNKNOWN",)], id="an-unknown-person"),
    pytest.param({"choose": (pair("ada", "eve"),)}, [("UNKNOWN",)], id="an-unknown-helper"),
    pytest.param({"choose": (pair("ada"), pair("ada", "luc"))}, [("TWICE",)], id="one-person-two-helpers"),
    pytest.param({"choose": (pair("ada"), pair("dan"))}, [("CASELOAD",)], id="two-people-one-place"),
    pytest.param({"choose": (pair("ada", "luc"), pair("ben", "luc"))}, [("SAME_HELPER",)], id="two-kept-apart"),
    pytest.param({"choose": (pair("cem"),)}, [("LANGUAGE",)], id="against-a-rule"),
    pytest.param({"weights": {"travel": -1.0}}, [("WEIGHTS",)], id="a-weight-below-zero"),
    pytest.param({"weights": {"faith": 5.0}}, [("WEIGHTS",)], id="a-weight-of-nothing"),
    pytest.param({"weights": {"travel": float("nan")}}, [("WEIGHTS",)], id="a-weight-that-is-no-number"),
    pytest.param({"helpers": (helper(),)}, [("TWICE",)], id="a-helper-who-is-there"),
    pytest.param({"helpers": (helper("new"), helper("new"))}, [("TWICE",)], id="a-new-helper-twice"),
    pytest.param({"helpers": (helper("new", max_persons=-1),)}, [("LIMITS",)], id="a-helper-with-less-than-no-room"),
    pytest.param({"helpers": (helper("new", transport="horse"),)}, [("LIMITS",)], id="a-helper-on-a-horse"),
    pytest.param({"leave": ("eve",)}, [("UNKNOWN",)], id="a-stranger-leaves"),
    pytest.param({"leave": ("luc",), "choose": (pair("ada", "luc"),)}, [("UNKNOWN",)], id="chosen-and-gone"),
]


@pytest.mark.parametrize(("question", "rules"), CANNOT)
def test_what_cannot_be_is_said_with_its_reason_and_nothing_is_supposed(
    question: dict[str, object], rules: list[tuple[str, ...]]
):
    found = instance(
        person(),
        person("ben"),
        person("cem", languages=("ti",)),
        person("dan"),
        helper(max_persons=1),
        helper("luc"),
        separations=(Separation("ada", "ben"),),
    )
    comparison = asked(found, **question)

    assert comparison.status == "refused"
    assert [one.rules for one in comparison.refused] == rules
    assert comparison.differences == ()


def test_weights_of_zero_leave_the_people_served_and_the_loads():
    comparison = asked(instance(person(), person("ben")), weights=dict.fromkeys(DEFAULT_WEIGHTS, 0.0))

    assert comparison.status == "optimal"
    assert len(comparison.then.placed) == 2
    assert comparison.then.value.score == 0


@settings(max_examples=40)
@given(instances(), some.data())
def test_what_is_said_of_any_choice_is_what_solving_anew_says(found: Instance, data: some.DataObject):
    today = solve(found, Limits(), costs=False)
    offers = [(one.person, offer.helper) for one in today.shortlists for offer in one.offers]
    if not offers:
        return
    choice = Pair(*data.draw(some.sampled_from(offers)))
    comparison = asked(found, choose=(choice,))
    anew = solve(supposed(found, Question(choose=(choice,))), Limits(), costs=False)

    assert comparison.then == anew
    firsts = {one.person: one.helper for one in anew.placed} | {choice.person: choice.helper}
    before = {one.person: one.helper for one in today.placed}
    told = {one.person: one.after for one in comparison.differences}
    assert {one: told.get(one, before.get(one)) for one in found.person_by_id} == {
        one: firsts.get(one) for one in found.person_by_id
    }

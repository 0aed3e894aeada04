from __future__ import annotations

import pytest

from matching.pairing.answer import Shortlist
from matching.pairing.instance import Instance, Override
from matching.pairing.rules import HARD, broken, merged
from matching.pairing.shortlists import left_out
from matching.pairing.solve import solve
from matching.search import Limits
from tests.matching.pairing import cases
from tests.matching.pairing.builders import instance, person


def test_the_twelve_rules_come_in_the_order_of_section_5():
    assert [rule.code for rule in HARD] == [
        *("CONSENT", "LANGUAGE", "THEME", "GENDER", "CONFLICT", "REFUSED", "ENVIRONMENT", "DISTANCE", "AVAILABILITY"),
        *("HELPER_STATUS", "CASELOAD", "SAME_HELPER"),
    ]
    assert all((rule.check.__doc__ or "").startswith(f"{rule.code}:") for rule in HARD)


@pytest.mark.parametrize(("code", "found"), cases.BROKEN)
def test_a_broken_rule_is_named(code: str, found: Instance):
    assert broken(found, found.people[0], found.helper_by_id["nadia"]) == (code,)


@pytest.mark.parametrize(("code", "found"), cases.BROKEN)
def test_a_pair_that_breaks_a_rule_is_not_offered(code: str, found: Instance):
    answer = solve(found, Limits())

    assert not answer.shortlists
    assert not answer.placed
    assert answer.unmatched[0].rules == merged((code,))
    assert [one.rules for one in left_out(found, Shortlist("ada", ()))] == [(code,)]


@pytest.mark.parametrize("found", cases.KEPT)
def test_a_pair_that_just_keeps_the_rules_is_offered(found: Instance):
    answer = solve(found, Limits())

    assert [(pair.person, pair.helper) for pair in answer.placed] == [("ada", "nadia")]
    assert not answer.unmatched


def test_an_override_opens_one_pair_and_no_other():
    found = instance(
        person(languages=("ti",)), person("ben", languages=("ti",)), overrides=(Override("ada", "nadia", "LANGUAGE"),)
    )

    assert broken(found, found.person_by_id["ada"], found.helpers[0]) == ()
    assert broken(found, found.person_by_id["ben"], found.helpers[0]) == ("LANGUAGE",)


@pytest.mark.parametrize("code", ["CONSENT", "GENDER", "CONFLICT", "REFUSED", "HELPER_STATUS", "SAME_HELPER"])
def test_rules_1_4_5_6_10_and_12_are_never_set_aside(code: str):
    with pytest.raises(ValueError, match=f"{code} cannot be set aside"):
        instance(overrides=(Override("ada", "nadia", code),))

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from matching.pairing.answer import Answer
from matching.pairing.instance import DEFAULT_WEIGHTS, Conflict, Instance, Override, Separation
from matching.pairing.solve import solve
from matching.search import Limits
from tests.matching.pairing.builders import helper, instance, live, pair, person, window


def everything() -> Instance:
    return instance(
        person(named_helper="nadia", experience_wished=("mood",)),
        person("ben", languages=("ti",)),
        helper(),
        helper("luc", windows=(window(3, recurrence="odd_weeks"), window(5, valid_until=None))),
        live=(live("cem"),),
        conflicts=(Conflict("luc", person="ben"), Conflict("luc", neighbourhood="N9")),
        refused=(pair("ben", "luc"),),
        known=(pair(),),
        set_aside=(pair("ada", "luc"),),
        separations=(Separation("ada", "ben"),),
        overrides=(Override("ben", "nadia", "THEME"),),
    )


def carried(value: Any) -> Any:
    """To JSON and back, as the row of a run holds it."""
    return msgspec.convert(msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(value))), type(value))


def test_an_instance_survives_the_way_to_json_and_back():
    found = everything()
    assert carried(found) == found

    found.common(found.people[0], found.helpers[0])
    assert carried(found) == found


def test_an_answer_survives_the_way_to_json_and_back():
    answer = solve(everything(), Limits())

    assert answer.unmatched
    assert answer.shortlists
    assert carried(answer) == answer
    assert isinstance(carried(answer), Answer)


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda: instance(person(), person()), "person ada is there twice"),
        (lambda: instance(helper(), helper()), "helper nadia is there twice"),
        (lambda: instance(person(urgency="now")), "urgency of person ada is 'now'"),
        (lambda: instance(person(visit_frequency="daily")), "frequency of person ada is 'daily'"),
        (lambda: instance(person(gender_preference="maybe")), "gender preference of person ada"),
        (lambda: instance(person(gender_preference="required")), "prefers a gender that is not named"),
        (lambda: instance(person(visit_minutes=0)), "last 0 minutes"),
        (lambda: instance(person(themes=())), "has no theme"),
        (lambda: instance(helper(transport="horse")), "transport of helper nadia"),
        (lambda: instance(helper(max_persons=-1)), "a limit below zero"),
        (lambda: instance(live=(live("x", "bob"),)), "names a helper who is not there"),
        (lambda: instance(live=(live("x", status="ended"),)), "status of the pairing"),
        (lambda: instance(live=(live("x", frequency="daily"),)), "frequency of the pairing"),
        (lambda: instance(conflicts=(Conflict("nadia"),)), "a person or a neighbourhood"),
        (lambda: instance(overrides=(Override("ada", "nadia", "travel"),)), "travel cannot be set aside"),
        (lambda: instance(weights={"travel": 1.0}), "weights are needed"),
        (lambda: instance(weights=dict(DEFAULT_WEIGHTS) | {"travel": -1.0}), "weight of travel is -1.0, not between"),
        (lambda: instance(weights=dict(DEFAULT_WEIGHTS) | {"travel": float("nan")}), "weight of travel is nan"),
        (lambda: instance(person(), accompanied=(person(),)), "person ada is there twice"),
        (lambda: instance(shortlist=0), "at least one helper"),
    ],
)
def test_an_instance_that_cannot_be_is_refused_with_the_fault(build: Any, why: str):
    with pytest.raises(ValueError, match=why):
        build()

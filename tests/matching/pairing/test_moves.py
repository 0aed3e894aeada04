"""An open proposal is asked to change only when somebody gains who has nobody."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from matching.pairing.answer import Move
from matching.pairing.instance import Instance, LivePairing
from matching.pairing.judge import violations
from matching.pairing.solve import solve
from matching.search import Limits
from tests.matching.pairing.builders import helper, instance, live, person
from tests.matching.pairing.strategies import instances


def a_knot(**proposal: object) -> Instance:
    """Ben, who could have Luc too, has an open proposal of Nadia; Ada could only have Nadia, who is full."""
    return instance(
        person(),
        helper(max_persons=1),
        helper("luc", languages=("nl",), max_persons=1),
        live=(replace(LivePairing("ben", "nadia", "proposed", "weekly", 60), **proposal),),
        accompanied=(person("ben", languages=("fr", "nl")),),
    )


def test_an_open_proposal_is_asked_to_change_so_that_somebody_gains_one():
    found = a_knot()
    answer = solve(found, Limits())

    assert answer.moves == (Move("ben", "nadia", "luc", ("ada",)),)
    assert answer.placed == ()
    assert violations(found, answer) == []


def test_an_answered_proposal_is_left_alone():
    assert solve(a_knot(answered=True), Limits()).moves == ()


def test_an_accepted_pairing_is_left_alone():
    assert solve(a_knot(status="accepted"), Limits()).moves == ()


def test_a_proposal_is_not_moved_when_nobody_gains():
    found = a_knot()
    for other in (
        replace(found, people=()),
        replace(found, helpers=(replace(found.helpers[0], max_persons=2), found.helpers[1])),
        replace(found, helpers=(found.helpers[0],)),
    ):
        assert solve(other, Limits()).moves == ()


def test_nobody_loses_an_open_proposal_to_somebody_who_weighs_more():
    found = a_knot()
    urgent = replace(found, people=(person(urgency="urgent"),), helpers=(found.helpers[0],))

    assert solve(urgent, Limits()).moves == ()


def test_as_few_proposals_as_possible_are_asked_to_change():
    two = instance(
        person(),
        helper(max_persons=2),
        helper("luc", languages=("nl",), max_persons=2),
        live=(live("ben", status="proposed"), live("cem", status="proposed")),
        accompanied=(person("ben", languages=("fr", "nl")), person("cem", languages=("fr", "nl"))),
    )

    assert len(solve(two, Limits()).moves) == 1


@settings(max_examples=60)
@given(instances())
def test_moving_what_is_said_gives_those_who_gain_a_helper(found: Instance):
    answer = solve(found, Limits())
    if not answer.moves:
        return
    to = {move.person: move.after for move in answer.moves}
    moved = replace(
        found, live=tuple(replace(one, helper=to[one.person]) if one.person in to else one for one in found.live)
    )

    assert solve(moved, Limits(), costs=False).value.served > answer.value.served

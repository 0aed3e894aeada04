"""Section 4 as one table: every pair of states is looked at, allowed or not."""

from __future__ import annotations

import itertools

import pytest

from service import errors
from service.lifecycles import LIFECYCLES, candidate_state, step

ALLOWED = {
    "request": """
        . received  . consent_pending  . waiting
        received consent_pending  received waiting  received redirected  received closed
        consent_pending waiting  consent_pending redirected  consent_pending closed
        waiting proposed  waiting consent_pending  waiting redirected  waiting closed
        proposed fulfilled  proposed waiting  proposed redirected  proposed closed
        fulfilled waiting  fulfilled redirected  fulfilled closed
    """,
    "consent": """
        . pending  . given  . refused
        pending given  pending refused
        given given  given withdrawn  given expired
        expired given  refused pending  withdrawn pending
    """,
    "pairing": """
        . proposed
        proposed accepted  proposed declined  proposed lapsed  declined proposed
        accepted trial  accepted ended
        trial active  trial accepted  trial ended
        active paused  active ended
        paused active  paused ended
    """,
    "visit": """
        . planned
        planned confirmed  planned done  planned cancelled  planned not_held  planned moved
        confirmed planned  confirmed done  confirmed cancelled  confirmed not_held  confirmed moved
        done planned  done confirmed  not_held planned  not_held confirmed  cancelled planned
    """,
    "right_request": """
        . open  open done  open refused  open taken_back
    """,
    "situation": """
        . opened
        opened active  opened closed  active stabilised  active closed
        stabilised active  stabilised closed  closed active
    """,
    "support_intervention": """
        . received
        received acknowledged  received redirected
        acknowledged meeting_planned  acknowledged closed  acknowledged redirected
        meeting_planned in_progress  meeting_planned closed  meeting_planned redirected
        in_progress closed  in_progress redirected
    """,
    "housing_first_candidate": """
        . presented
        presented criteria_confirmed  presented withdrawn
        criteria_confirmed selected  criteria_confirmed waiting_list  criteria_confirmed not_selected
        criteria_confirmed withdrawn
        selected housed  selected withdrawn
        waiting_list selected  waiting_list not_selected  waiting_list housed  waiting_list withdrawn
        not_selected withdrawn  housed moved_on  housed withdrawn  moved_on withdrawn
    """,
    "emergency_opening": """
        . open  . nobody
        open justified  open not_justified  justified open  not_justified open
    """,
    "open_session": """
        . planned
        planned staffed  planned cancelled  staffed held  staffed planned  staffed cancelled
    """,
    "meeting": """
        . planned
        planned invited  planned cancelled  invited held  invited cancelled
    """,
    "peer_helper": """
        . in_training  . active
        in_training active  in_training left
        active resting  active left
        resting active  resting left
        left in_training  left active
    """,
    "professional": ". active  active left  left active",
    "person": """
        . consent_pending  . waiting
        consent_pending waiting  consent_pending closed
        waiting proposed  waiting consent_pending  waiting closed
        proposed paired  proposed waiting  proposed consent_pending  proposed closed
        paired paused  paired waiting  paired consent_pending  paired closed
        paused paired  paused waiting  paused consent_pending  paused closed
        closed consent_pending
    """,
}


def test_every_lifecycle_is_in_the_table():
    assert set(ALLOWED) == set(LIFECYCLES)


@pytest.mark.parametrize("kind", LIFECYCLES)
def test_exactly_these_steps_are_allowed(kind: str):
    words = ALLOWED[kind].split()
    expected = {(None if a == "." else a, b) for a, b in zip(words[::2], words[1::2], strict=True)}
    cycle = LIFECYCLES[kind]

    for before, after in itertools.product((None, *cycle.states), cycle.states):
        reason = cycle.reasons.get(after, (None,))[0]
        if (before, after) in expected:
            step(kind, before, after, reason)
        else:
            with pytest.raises(errors.StepNotAllowed):
                step(kind, before, after, reason)


@pytest.mark.parametrize(
    ("kind", "before", "after", "own", "of_another"),
    [
        ("request", "waiting", "closed", "consent_withdrawn", "goals_reached"),
        ("pairing", "trial", "ended", "ended_in_trial_by_person", "by_person"),
        ("visit", "planned", "cancelled", "by_service", "person_absent"),
        ("visit", "confirmed", "not_held", "helper_absent", "by_person"),
    ],
)
def test_where_a_reason_is_due_it_is_one_of_the_list(kind: str, before: str, after: str, own: str, of_another: str):
    step(kind, before, after, own)

    for reason in (None, "", of_another, "because"):
        with pytest.raises(errors.StepNotAllowed, match="motif"):
            step(kind, before, after, reason)


@pytest.mark.parametrize(
    ("held", "state"),
    [
        ((False, None, False, False), "presented"),
        ((True, None, False, False), "criteria_confirmed"),
        ((True, "waiting_list", False, False), "waiting_list"),
        ((True, "selected", False, False), "selected"),
        ((True, "selected", True, False), "housed"),
        ((True, "selected", True, True), "moved_on"),
        ((True, "withdrawn", True, False), "withdrawn"),
    ],
)
def test_where_a_candidate_stands(held: tuple[bool, str | None, bool, bool], state: str):
    assert candidate_state(*held) == state

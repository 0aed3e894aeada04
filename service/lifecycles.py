"""
The allowed steps of section 4, as one table: nothing else decides what may follow what.

What was before an import is not judged by it (`settled.md` 11); each change made in the application is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from locales import N_
from service import codes, errors


@dataclass(frozen=True)
class Lifecycle:
    """
    The states of one kind of record.

    Parameters
    ----------
    start
        States in which a record may be made.
    steps
        From a state, those that may follow; a state without any is final.
    reasons
        States that need a reason code, and which ones there are.
    """

    states: tuple[str, ...]
    start: tuple[str, ...]
    steps: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


_LEAVE_REQUEST = ("redirected", "closed")
_END_CANDIDATE = "withdrawn"

LIFECYCLES: dict[str, Lifecycle] = {
    "request": Lifecycle(
        codes.REQUEST_STATES,
        ("received", "consent_pending", "waiting"),
        {
            "received": ("consent_pending", "waiting", *_LEAVE_REQUEST),
            "consent_pending": ("waiting", *_LEAVE_REQUEST),
            # Back to `consent_pending` when a consent runs out before anything was found.
            "waiting": ("proposed", "consent_pending", *_LEAVE_REQUEST),
            # Back to `waiting` when a proposal is declined or lapses.
            "proposed": ("fulfilled", "waiting", *_LEAVE_REQUEST),
            # Back to `waiting`, with its first date, when a pairing ends unwanted.
            "fulfilled": ("waiting", *_LEAVE_REQUEST),
        },
        {"closed": codes.REQUEST_REASONS},
    ),
    "consent": Lifecycle(
        codes.CONSENT_STATES,
        ("pending", "given", "refused"),
        {
            "pending": ("given", "refused"),
            # `given` again: renewed, or with another scope.
            "given": ("given", "withdrawn", "expired"),
            "expired": ("given",),
            # Somebody who changes their mind is asked again; nothing is taken up by itself.
            "refused": ("pending",),
            "withdrawn": ("pending",),
        },
    ),
    "pairing": Lifecycle(
        codes.PAIRING_STATES,
        ("proposed",),
        {
            # `lapsed` also when the consent ends, or another one of the shortlist is chosen.
            "proposed": ("accepted", "declined", "lapsed"),
            # Open again when a no is taken back, within a day.
            "declined": ("proposed",),
            "accepted": ("trial", "ended"),
            # Back to `accepted` when the first visit was noted as held by mistake, within a day.
            "trial": ("active", "accepted", "ended"),
            "active": ("paused", "ended"),
            "paused": ("active", "ended"),
        },
        {"ended": codes.PAIRING_END_REASONS},
    ),
    "visit": Lifecycle(
        codes.VISIT_STATES,
        ("planned",),
        {
            "planned": ("confirmed", "done", "cancelled", "not_held", "moved"),
            # Back to `planned` when an answer is taken back.
            "confirmed": ("planned", "done", "cancelled", "not_held", "moved"),
            # Back to where it was when it was noted by mistake, or when a no is taken back, within a day.
            "done": codes.LIVE_VISIT_STATES,
            "not_held": codes.LIVE_VISIT_STATES,
            "cancelled": ("planned",),
        },
        {"cancelled": codes.VISIT_CANCEL_REASONS, "not_held": codes.VISIT_NOT_HELD_REASONS},
    ),
    "right_request": Lifecycle(
        codes.RIGHT_STATES,
        ("open",),
        {"open": ("done", "refused", "taken_back")},
        {"refused": codes.RIGHT_REFUSALS},
    ),
    "emergency_opening": Lifecycle(
        codes.EMERGENCY_STATES,
        ("open", "nobody"),
        {"open": ("justified", "not_justified"), "justified": ("open",), "not_justified": ("open",)},
    ),
    "situation": Lifecycle(
        codes.SITUATION_STATES,
        ("opened",),
        {
            "opened": ("active", "closed"),
            "active": ("stabilised", "closed"),
            "stabilised": ("active", "closed"),
            "closed": ("active",),
        },
    ),
    "support_intervention": Lifecycle(
        codes.INTERVENTION_STATES,
        ("received",),
        {
            "received": ("acknowledged", "redirected"),
            "acknowledged": ("meeting_planned", "closed", "redirected"),
            "meeting_planned": ("in_progress", "closed", "redirected"),
            "in_progress": ("closed", "redirected"),
        },
    ),
    "housing_first_candidate": Lifecycle(
        codes.HF_STATES,
        ("presented",),
        {
            "presented": ("criteria_confirmed", _END_CANDIDATE),
            "criteria_confirmed": ("selected", "waiting_list", "not_selected", _END_CANDIDATE),
            "selected": ("housed", _END_CANDIDATE),
            "waiting_list": ("selected", "not_selected", "housed", _END_CANDIDATE),
            "not_selected": (_END_CANDIDATE,),
            "housed": ("moved_on", _END_CANDIDATE),
            "moved_on": (_END_CANDIDATE,),
        },
    ),
    "open_session": Lifecycle(
        codes.SESSION_STATES,
        ("planned",),
        {
            # A host who steps back leaves a hole: `planned` again.
            "planned": ("staffed", "cancelled"),
            "staffed": ("held", "planned", "cancelled"),
        },
    ),
    "meeting": Lifecycle(
        codes.MEETING_STATES,
        ("planned",),
        {"planned": ("invited", "cancelled"), "invited": ("held", "cancelled")},
    ),
    "peer_helper": Lifecycle(
        codes.HELPER_STATES,
        ("in_training", "active"),
        {
            "in_training": ("active", "left"),
            "active": ("resting", "left"),
            "resting": ("active", "left"),
            # Somebody who comes back.
            "left": ("in_training", "active"),
        },
    ),
    "professional": Lifecycle(codes.PROFESSIONAL_STATES, ("active",), {"active": ("left",), "left": ("active",)}),
    "person": Lifecycle(
        codes.PERSON_STATES,
        ("consent_pending", "waiting"),
        {
            "consent_pending": ("waiting", "closed"),
            "waiting": ("proposed", "consent_pending", "closed"),
            "proposed": ("paired", "waiting", "consent_pending", "closed"),
            "paired": ("paused", "waiting", "consent_pending", "closed"),
            "paused": ("paired", "waiting", "consent_pending", "closed"),
            # A person who comes back is asked for consent again.
            "closed": ("consent_pending",),
        },
    ),
}


def step(kind: str, before: str | None, after: str, reason: str | None = None) -> None:
    """
    Make sure that a record of this kind may go from one state to another.

    Parameters
    ----------
    before
        None when the record is being made.

    Raises
    ------
    StepNotAllowed
        When there is no such step, or it needs a reason code and has none of its own.
    """
    cycle = LIFECYCLES[kind]
    if after not in (cycle.start if before is None else cycle.steps.get(before, ())):
        raise errors.StepNotAllowed(
            N_("Ce changement n’est pas possible à partir de l’état actuel."), kind=kind, before=before, after=after
        )
    if after in cycle.reasons and reason not in cycle.reasons[after]:
        raise errors.StepNotAllowed(
            N_("Il faut choisir un motif dans la liste."), kind=kind, before=before, after=after, reason=reason
        )


def step_back(kind: str, now: str, before: str) -> None:
    """
    Make sure that a record goes back along a step it can have taken: undoing leads to no state of its own.

    Raises
    ------
    StepNotAllowed
        When no step leads from that state to the one it is in.
    """
    if now not in LIFECYCLES[kind].steps.get(before, ()):
        raise errors.StepNotAllowed(
            N_("Ce changement n’est pas possible à partir de l’état actuel."), kind=kind, before=now, after=before
        )


def candidate_state(criteria_confirmed: bool, decision: str | None, housed: bool, moved_on: bool) -> str:
    """Where a candidate for Housing First stands, from what the record holds."""
    if decision == _END_CANDIDATE or not housed:
        return decision or ("criteria_confirmed" if criteria_confirmed else "presented")
    return "moved_on" if moved_on else "housed"

"""The review at the end of a trial: asked of each side apart, without a reason (sections 4 and 9, story C5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from service import audit, codes, notices, pairing_ends
from service.errors import Outdated, StepNotAllowed
from service.pairing_rows import hold, speaks_for, step
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing, TrialReview, Visit
from service.tables.territory import Territory

VISITS_HELD = 3
"""A trial lasts four weeks and at least so many visits held (section 4)."""
STOPPED = {
    "person": ("ended_in_trial_by_person", "person_stopped"),
    "peer_helper": ("ended_in_trial_by_helper", "helper_stopped"),
}


def visits_held(tx: Session, row: Pairing) -> int:
    """Visits that took place since the trial began, the joint first one included."""
    return held(tx, [row]).get(row.id or 0, 0)


def held(tx: Session, rows: Sequence[Pairing]) -> dict[int, int]:
    """The same for several pairings, by their number; none where there is no trial."""
    trials = [row for row in rows if row.trial_start is not None]
    if not trials:
        return {}
    territories = by_id(tx, Territory, (row.territory_id for row in trials))
    begins = {
        row.id: datetime.combine(row.trial_start or date.min, time(), ZoneInfo(territories[row.territory_id].timezone))
        for row in trials
    }
    done = tx.exec(
        select(Visit.pairing_id, Visit.starts_at).where(
            col(Visit.pairing_id).in_(list(begins)),
            Visit.status == "done",
            col(Visit.starts_at) >= min(begins.values()),
        )
    )
    return Counter(pairing for pairing, start in done if start >= begins[pairing])


def has_come(row: Pairing, day: date, visits: int) -> bool:
    """The question is put: four weeks have passed, and three visits were held."""
    return row.status == "trial" and row.trial_end is not None and day >= row.trial_end and visits >= VISITS_HELD


def is_due(tx: Session, row: Pairing, day: date) -> bool:
    """The same of one pairing, whose visits are counted now."""
    return row.status == "trial" and has_come(row, day, visits_held(tx, row))


def said(tx: Session, rows: Sequence[Pairing]) -> dict[int, list[str]]:
    """What was answered in the trials among these pairings, by their number, without who said it."""
    trials = [row.id for row in rows if row.status == "trial"]
    found: dict[int, list[str]] = {}
    for one in tx.exec(select(TrialReview).where(col(TrialReview.pairing_id).in_(trials))):
        found.setdefault(one.pairing_id, []).append(one.said)
    return found


def answers(tx: Session, row: Pairing) -> dict[str, TrialReview]:
    """What was said so far, by side; a page for one side takes that side's only."""
    return {one.side: one for one in tx.exec(select(TrialReview).where(TrialReview.pairing_id == row.id))}


def answer(
    site: Site,
    actor: Actor,
    pairing: str,
    said: str,
    *,
    side: str | None = None,
    how: str = "own_page",
    seen: int | None = None,
) -> str:
    """
    Note what one side says at the end of the trial; the pairing's new state.

    Two « continue » make it active. One « stop » ends it, and the other side is told without a reason. « talk_first »
    leaves it open, for the coordinator to call. As long as it is open, an answer may be changed.

    Parameters
    ----------
    seen
        The revision of this side's own answer on the page, 0 when there was none: the other side's answer neither
        shows nor hinders.

    Raises
    ------
    StepNotAllowed
        Before four weeks and three visits, or when the trial has ended.
    """
    if said not in codes.REVIEW_ANSWERS:
        raise StepNotAllowed(N_("Cette réponse n’est pas prévue."))
    spoken = speaks_for(actor, side, how)
    with site.db.begin() as tx:
        held = hold(tx, site, actor, pairing)
        row = held.pairing
        if not is_due(tx, row, held.day):
            raise StepNotAllowed(N_("Cette question se pose à la fin de la période d’essai."))
        known = answers(tx, row)
        own = known.get(spoken)
        if seen is not None and seen != (own.revision if own is not None else 0):
            raise Outdated(N_("Cette réponse a changé depuis que vous avez ouvert la page."), pairing=pairing)
        if own is None:
            own = TrialReview(pairing_id=row.id or 0, side=spoken, said=said, how=how, on=held.day)
        own.said, own.how, own.on, own.by = said, how, held.day, actor.account_id
        known[spoken] = own
        tx.add(own)
        audit.note(tx, site, actor, f"review.answered.{said}", "pairing", row.public_id)
        if said == "stop":
            reason, code = STOPPED[spoken]
            pairing_ends.end(tx, site, actor, held, reason, asked_by=spoken)
            if actor.role != "coordinator":
                notices.tell(tx, site, code, held.person, pairing=row)
        elif all(side in known and known[side].said == "continue" for side in codes.SIDES):
            step(tx, site, row, "active")
            row.active_from = held.day
            audit.note(tx, site, actor, "pairing.active", "pairing", row.public_id)
        return row.status

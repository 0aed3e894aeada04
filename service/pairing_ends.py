"""The end of a pairing in an open transaction, and what follows from it for visits, person, request and the others."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from locales import N_
from service import audit, lifecycles, notices, visit_outcomes
from service.errors import NotFound
from service.pairing_data import BARRING_ENDS
from service.pairing_rows import Held, may_be_paired, move_person, move_request, step
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Refusal

DOES_NOT_WAIT = ("goals_reached", "other_help_found", "moved_away")
"""After such an end nobody else is looked for, unless the coordinator says so."""


def end(
    tx: Session,
    site: Site,
    actor: Actor,
    held: Held,
    reason: str,
    *,
    asked_by: str = "",
    waits: bool = True,
    farewell: Visit | None = None,
) -> None:
    """
    End a pairing: visits to come are cancelled, the others are told without a reason, the person waits again or not.

    Parameters
    ----------
    asked_by
        The side whose wish it is; empty for the service.
    waits
        Back in the queue with the request's first date; otherwise the person's record is closed.
    farewell
        A visit to come that stays, as the last meeting of both.
    """
    row = held.pairing
    step(tx, site, row, "ended", reason)
    row.ended_on = held.day
    to_come = visit_outcomes.ahead(tx, site, held.person, pairing=row)
    visit_outcomes.cancel(tx, site, actor, [one for one in to_come if one is not farewell], asked_by)
    if farewell is not None:
        farewell.kind = "closing"
        tx.add(farewell)
    if reason in BARRING_ENDS:
        bar(tx, row, held)
    tx.flush()
    if waits:
        wait_again(tx, held)
    else:
        leave(tx, site, held, reason)
    notices.tell_the_others(tx, site, actor, held, "pairing_ended")
    audit.note(tx, site, actor, "pairing.ended", "pairing", row.public_id)


def bar(tx: Session, row: Pairing, held: Held) -> None:
    """The pair is never proposed again (section 12.10); the refusal says only since when."""
    same = select(Refusal).where(Refusal.person_id == row.person_id, Refusal.peer_helper_id == row.peer_helper_id)
    if tx.exec(same).first() is None:
        tx.add(Refusal(person_id=row.person_id, peer_helper_id=row.peer_helper_id, since=held.day))


def wait_again(tx: Session, held: Held) -> None:
    """Back in the queue, the request's first date kept; first for consent when it holds no longer."""
    if may_be_paired(tx, held.person.id, held.day):
        move_person(tx, held.person, "waiting")
        move_request(tx, request_of(tx, held.pairing), "waiting")
    else:
        move_person(tx, held.person, "consent_pending")
        move_request(tx, request_of(tx, held.pairing), "waiting", "consent_pending")


def leave(tx: Session, site: Site, held: Held, reason: str) -> None:
    """Nobody is looked for any more: the record is closed on the day after the last meeting, the request as it says."""
    zone = ZoneInfo(held.territory.timezone)
    last = [visit.starts_at.astimezone(zone).date() for visit in visit_outcomes.ahead(tx, site, held.person)]
    held.person.closed_on = max([held.day, *(day + timedelta(days=1) for day in last)])
    move_person(tx, held.person, "closed")
    request = request_of(tx, held.pairing)
    if reason == "other_help_found" and request is not None and request.status != "closed":
        lifecycles.step("request", request.status, "closed", reason)
        request.status, request.reason = "closed", reason
        tx.add(request)


def request_of(tx: Session, row: Pairing) -> Request | None:
    """The request that the pairing answers."""
    return tx.get(Request, row.request_id) if row.request_id is not None else None


def farewell_of(tx: Session, site: Site, held: Held, public_id: str) -> Visit:
    """A visit to come of this pairing, to be the last one."""
    for visit in visit_outcomes.ahead(tx, site, held.person, pairing=held.pairing):
        if visit.public_id == public_id:
            return visit
    raise NotFound(N_("Cette visite n’existe pas."))

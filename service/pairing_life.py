"""A pairing from its trial to its end: pause, resume, stop, end, and what the coordinator decides afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, lifecycles, notices, pairing_ends, visit_outcomes
from service.access_scope import only_coordinator
from service.errors import NotAcceptable, Refused, StepNotAllowed
from service.pairing_rows import Held, hold, move_person, speaks_for, step
from service.site import Actor, Site
from service.tables.pairings import Pairing
from service.tables.territory import Territory

STOPPED = {"person": "person_stopped", "peer_helper": "helper_stopped"}
PAUSED = {"person": "person_paused", "peer_helper": "helper_paused"}
LONGEST_AHEAD = timedelta(days=366)


def pause(
    site: Site,
    actor: Actor,
    pairing: str,
    first: date,
    last: date | None = None,
    *,
    side: str | None = None,
    how: str = "own_page",
    revision: int | None = None,
) -> str:
    """
    Pause a pairing from a day on, until a last day when it is known; visits in between are cancelled.

    A pause that begins later is kept with the pairing and begins by itself. Without `last` it goes on until somebody
    resumes. Person, helper and coordinator may each do so, and no reason is asked.

    Raises
    ------
    StepNotAllowed
        When the pairing is not active.
    NotAcceptable
        When the days are not in order.
    """
    asked_by = _asked_by(actor, side, how)
    with site.db.begin() as tx:
        held = hold(tx, site, actor, pairing, revision)
        row = held.pairing
        lifecycles.step("pairing", row.status, "paused")
        if first < held.day or first > held.day + LONGEST_AHEAD or (last is not None and last < first):
            raise NotAcceptable(
                N_("Choisissez un premier jour à partir d’aujourd’hui, et un dernier jour après."),
                "last" if last is not None and last < first else "first",
            )
        row.paused_from, row.paused_until = first, last
        row.changed_at = site.clock.now()
        visits = visit_outcomes.ahead(tx, site, held.person, pairing=row, first=first, last=last)
        visit_outcomes.cancel(tx, site, actor, visits, asked_by)
        if first == held.day:
            _begin_pause(tx, site, held)
        tx.add(row)
        notices.tell_the_others(tx, site, actor, held, "pairing_paused")
        if actor.role in PAUSED:
            notices.tell(tx, site, PAUSED[actor.role], held.person, pairing=row)
        audit.note(tx, site, actor, "pairing.paused", "pairing", row.public_id)
        return row.status


def resume(
    site: Site,
    actor: Actor,
    pairing: str,
    *,
    side: str | None = None,
    how: str = "own_page",
    revision: int | None = None,
) -> str:
    """End a pause today, or call one off that has not begun."""
    _asked_by(actor, side, how)
    with site.db.begin() as tx:
        held = hold(tx, site, actor, pairing, revision)
        row = held.pairing
        if row.status == "active" and row.paused_from is not None and row.paused_from > held.day:
            row.paused_from = row.paused_until = None
            row.changed_at = site.clock.now()
            tx.add(row)
        else:
            _end_pause(tx, site, held, held.day - timedelta(days=1))
        notices.tell_the_others(tx, site, actor, held, "pairing_resumed")
        audit.note(tx, site, actor, "pairing.resumed", "pairing", row.public_id)
        return row.status


def stop(
    site: Site,
    actor: Actor,
    pairing: str,
    *,
    side: str | None = None,
    how: str = "own_page",
    revision: int | None = None,
) -> None:
    """
    Stop on the wish of one side, at any time and without a reason; the pair is not proposed again.

    The person waits again with their first date; the coordinator asks whether somebody else is wished.
    """
    spoken = speaks_for(actor, side, how)
    with site.db.begin() as tx:
        held = hold(tx, site, actor, pairing, revision)
        if held.pairing.status == "proposed":
            raise StepNotAllowed(N_("Répondez d’abord à la proposition."))
        by = "person" if spoken == "person" else "helper"
        reason = f"ended_in_trial_by_{by}" if held.pairing.status == "trial" else f"asked_by_{by}"
        pairing_ends.end(tx, site, actor, held, reason, asked_by=spoken)
        if actor.role != "coordinator":
            notices.tell(tx, site, STOPPED[spoken], held.person, pairing=held.pairing)


def end(
    site: Site,
    actor: Actor,
    pairing: str,
    reason: str,
    *,
    waits: bool | None = None,
    farewell: str | None = None,
    revision: int | None = None,
) -> None:
    """
    End a pairing for one of the coded reasons; also how it is handed over to another helper.

    Parameters
    ----------
    waits
        Whether somebody else is looked for, with the first date kept; None as the reason suggests.
    farewell
        The public id of a visit to come that stays as the last meeting, while others are already proposed.

    Raises
    ------
    StepNotAllowed
        For the reason `consent_withdrawn`, which follows from the consent alone, and one that is not of the list.
    """
    only_coordinator(actor)
    if reason == "consent_withdrawn":
        raise StepNotAllowed(N_("Notez plutôt que la personne retire son accord."))
    with site.db.begin() as tx:
        held = hold(tx, site, actor, pairing, revision)
        again = reason not in pairing_ends.DOES_NOT_WAIT if waits is None else waits
        last = pairing_ends.farewell_of(tx, site, held, farewell) if farewell else None
        by = {"asked_by_person": "person", "ended_in_trial_by_person": "person"}
        by |= {"asked_by_helper": "peer_helper", "ended_in_trial_by_helper": "peer_helper"}
        pairing_ends.end(tx, site, actor, held, reason, asked_by=by.get(reason, ""), waits=again, farewell=last)


def settle(site: Site, actor: Actor, pairing: str, *, waits: bool, revision: int | None = None) -> None:
    """
    After an end: the person goes on waiting, or waits no longer and their record is closed.

    Raises
    ------
    StepNotAllowed
        When the pairing has not ended, or the person has a new one or a proposal.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        held = hold(tx, site, actor, pairing, revision)
        if held.pairing.status != "ended" or held.person.status not in ("waiting", "consent_pending", "closed"):
            raise StepNotAllowed(N_("La suite est déjà décidée."))
        if waits and held.person.status == "closed":
            # Who comes back is asked for consent again.
            held.person.closed_on = None
            move_person(tx, held.person, "consent_pending")
            request = pairing_ends.request_of(tx, held.pairing)
            if request is not None and request.status == "fulfilled":
                for state in ("waiting", "consent_pending"):
                    lifecycles.step("request", request.status, state)
                    request.status = state
                tx.add(request)
        elif not waits and held.person.status != "closed":
            pairing_ends.leave(tx, site, held, held.pairing.reason or "")
            request = pairing_ends.request_of(tx, held.pairing)
            if request is not None and request.status in ("waiting", "consent_pending"):
                lifecycles.step("request", request.status, "closed", "declined_by_person")
                request.status, request.reason = "closed", "declined_by_person"
                tx.add(request)
        audit.note(tx, site, actor, "person.waits" if waits else "person.closed", "pairing", held.pairing.public_id)


def turn(site: Site) -> int:
    """
    What the day brings by itself: pauses begin, and end on the day after their last one; how many.

    Each in a transaction of its own: one that is refused does not hold up the others.
    """
    with site.db() as tx:
        due: list[tuple[str, int]] = []
        for territory in tx.exec(select(Territory).order_by(Territory.ref)).all():
            day = clock.today(site.clock, territory.timezone)
            begins = (col(Pairing.status) == "active") & (col(Pairing.paused_from) <= day)
            ends = (col(Pairing.status) == "paused") & (col(Pairing.paused_until) < day)
            here = select(Pairing).where(Pairing.territory_id == territory.id, begins | ends).order_by(Pairing.ref)
            due += [
                (row.public_id, territory.id or 0)
                for row in tx.exec(here).all()
                if row.status == "paused" or _begins(row, day, territory.timezone)
            ]
    count = 0
    for public_id, territory_id in due:
        try:
            count += _turn_one(site, Actor("coordinator", territory_id), public_id)
        except Refused:
            continue
    return count


def _turn_one(site: Site, seer: Actor, public_id: str) -> int:
    system = Actor("system", seer.territory_id)
    with site.db.begin() as tx:
        held = hold(tx, site, seer, public_id)
        row = held.pairing
        if row.status == "active" and _begins(row, held.day, held.territory.timezone):
            _begin_pause(tx, site, held)
            audit.note(tx, site, system, "pairing.pause_begun", "pairing", row.public_id)
            return 1
        if row.status == "paused" and row.paused_until is not None and row.paused_until < held.day:
            _end_pause(tx, site, held, row.paused_until)
            notices.tell_the_others(tx, site, system, held, "pairing_resumed")
            audit.note(tx, site, system, "pairing.resumed", "pairing", row.public_id)
            return 1
        return 0


def _begins(row: Pairing, day: date, zone: str) -> bool:
    """A pause that was set ahead and whose first day has come; one that was over before it came here stays past."""
    if row.paused_from is None or row.paused_from > day or (row.paused_until is not None and row.paused_until < day):
        return False
    return row.changed_at.astimezone(ZoneInfo(zone)).date() < row.paused_from


def _asked_by(actor: Actor, side: str | None, how: str) -> str:
    """Whose wish it is: a side, or the service when the coordinator decides alone."""
    if actor.role == "coordinator" and side is None:
        only_coordinator(actor)
        return ""
    return speaks_for(actor, side, how)


def _begin_pause(tx: Session, site: Site, held: Held) -> None:
    step(tx, site, held.pairing, "paused")
    move_person(tx, held.person, "paused")


def _end_pause(tx: Session, site: Site, held: Held, last: date) -> None:
    """Back to visits; the days that were paused stay with the pairing, unless there was none."""
    row = held.pairing
    step(tx, site, row, "active")
    row.reason = None  # partners' files say there who asked for a pause
    if row.paused_from is not None and last >= row.paused_from:
        row.paused_until = last
    else:
        row.paused_from = row.paused_until = None
    move_person(tx, held.person, "paired")

"""What the days bring to requests that wait: a reminder, a warning, the end; and words that nobody answered to go."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, lifecycles, request_threads
from service.access_scope import only_coordinator
from service.errors import NotAcceptable
from service.request_questions import MAY_BE_ASKED
from service.requests import NEW
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request
from service.tables.people import Person
from service.tables.request_threads import RequestQuestion, RequestStep
from service.tables.territory import NetworkSetting, Territory

REMIND_DAYS = 7
WARN_DAYS = 7
"""So long before the end whoever asked is told of it."""
SETTING = "request_answer_days"
ANSWER_DAYS = 30
FEWEST_DAYS, MOST_DAYS = 14, 180
FORGOTTEN_MONTHS = 6
"""A request that nobody decided on is closed after so long, and its words go (`security.md` G1)."""


def answer_days(tx: Session, territory_id: int | None) -> int:
    """After how many days without an answer a request is closed: what the network chose last."""
    row = tx.exec(
        select(NetworkSetting)
        .where(col(NetworkSetting.territory_id) == territory_id, col(NetworkSetting.name) == SETTING)
        .order_by(col(NetworkSetting.id).desc())
        .limit(1)
    ).first()
    chosen = row.value.get("days") if row is not None else None
    return chosen if isinstance(chosen, int) and FEWEST_DAYS <= chosen <= MOST_DAYS else ANSWER_DAYS


def choose_days(site: Site, actor: Actor, days: int) -> None:
    """
    Choose how long a request waits for an answer.

    Raises
    ------
    NotAcceptable
        For fewer than 14 or more than 180 days.
    """
    territory_id = only_coordinator(actor)
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise NotAcceptable(N_("Choisissez de 14 à 180 jours."), "days")
    with site.db.begin() as tx:
        if answer_days(tx, actor.territory_id) != days:
            tx.add(
                NetworkSetting(
                    territory_id=territory_id,
                    name=SETTING,
                    value={"days": days},
                    changed_at=site.clock.now(),
                    changed_by=actor.account_id,
                )
            )
            audit.note(tx, site, actor, "setting.changed", "setting", SETTING)


def turn(site: Site) -> int:
    """Remind, warn and close what waits for an answer, and close what nobody decided on; how many changes."""
    count = 0
    with site.db() as tx:
        territories = [
            (row.id or 0, clock.today(site.clock, row.timezone), row.timezone)
            for row in tx.exec(select(Territory).order_by(Territory.ref)).all()
        ]
    for territory_id, day, zone in territories:
        system = Actor("system", territory_id)
        count += _turn_questions(site, system, day, zone)
        count += _close_forgotten(site, system, day, zone)
    return count


def _turn_questions(site: Site, system: Actor, day: date, zone: str) -> int:
    count = 0
    with site.db.begin() as tx:
        days = answer_days(tx, system.territory_id)
        found = tx.exec(
            select(RequestQuestion, Request)
            .join(Request, col(RequestQuestion.request_id) == Request.id)
            .where(
                Request.territory_id == system.territory_id,
                col(RequestQuestion.answered_at).is_(None),
                col(RequestQuestion.closed_at).is_(None),
            )
            .order_by(col(RequestQuestion.id))
        ).all()
        for question, request in found:
            if request.status not in MAY_BE_ASKED:
                # Somebody was proposed meanwhile: nobody needs the answer, and nothing ends for want of it.
                request_threads.close_question(tx, site, request, site.clock.now())
                count += 1
                continue
            asked = clock.local_day(question.asked_at, zone)
            ends = asked + timedelta(days=days)
            if question.warned_at is not None:
                # Nobody loses a request without seven days' notice, also when the service stood still meanwhile.
                ends = max(ends, clock.local_day(question.warned_at, zone) + timedelta(days=WARN_DAYS))
                if day >= ends:
                    _close_unanswered(tx, site, system, request)
                    count += 1
                continue
            if day >= ends - timedelta(days=WARN_DAYS):
                question.warned_at = site.clock.now()
                request_threads.untold(tx, request, "request_reminder")
                deed, code = "warned", "request_closing"
            elif question.reminded_at is None and day >= asked + timedelta(days=REMIND_DAYS):
                question.reminded_at = site.clock.now()
                deed, code = "reminded", "request_reminder"
            else:
                continue
            tx.add(question)
            request_threads.note(tx, site, system, request, deed)
            request_threads.tell_asker(tx, site, system, request, code)
            audit.note(tx, site, system, f"request.{deed}", "request", request.public_id)
            count += 1
    return count


def _close_unanswered(tx: Session, site: Site, system: Actor, request: Request) -> None:
    before = request.status
    lifecycles.step("request", before, "closed", "no_answer")
    request.status, request.reason = "closed", "no_answer"
    step = request_threads.note(tx, site, system, request, "closed", before=before, reason="no_answer")
    request_threads.close_question(tx, site, request, step.at)
    request_threads.tell_asker(tx, site, system, request, "request_closed")
    audit.note(tx, site, system, "request.closed", "request", request.public_id)


def _close_forgotten(site: Site, system: Actor, day: date, zone: str) -> int:
    limit = day - relativedelta(months=FORGOTTEN_MONTHS)
    count = 0
    with site.db.begin() as tx:
        rows = tx.exec(
            select(Request)
            .where(
                Request.territory_id == system.territory_id,
                Request.kind == "pairing",
                col(Request.status).in_(NEW),
                col(Request.received_on) <= limit,
            )
            .order_by(Request.ref)
        ).all()
        if not rows:
            return 0
        numbers = [row.id for row in rows]
        # What somebody looked after since then, or proposed once, is not forgotten.
        since = clock.midnight(limit, zone)
        touched = {
            *tx.exec(
                select(RequestStep.request_id).where(
                    col(RequestStep.request_id).in_(numbers), col(RequestStep.at) >= since
                )
            ),
            *tx.exec(select(Pairing.request_id).where(col(Pairing.request_id).in_(numbers))),
        }
        for request in rows:
            if request.id in touched:
                continue
            request.note_sealed = None
            _close_unanswered(tx, site, system, request)
            _close_person(tx, site, request, day)
            count += 1
    return count


def _close_person(tx: Session, site: Site, request: Request, day: date) -> None:
    """Whoever has nothing else under way is closed, so that their data goes in its time."""
    person = tx.get_one(Person, request.person_id)
    other = select(Request.id).where(
        Request.person_id == person.id, Request.id != request.id, col(Request.status).not_in(request_threads.ENDED)
    )
    if person.status == "consent_pending" and tx.exec(other.limit(1)).first() is None:
        lifecycles.step("person", person.status, "closed")
        person.status, person.closed_on, person.changed_at = "closed", day, site.clock.now()
        tx.add(person)

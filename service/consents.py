"""Consent from its giving to its end: withdrawn by the person, or run out; both act at once (section 4)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes, lifecycles, notices, visit_outcomes
from service.access_scope import only_coordinator, scope
from service.errors import NotAllowed, NotFound, Refused, StepNotAllowed
from service.pairing_rows import BY_HAND, Held, consent_of, hold_person, move_person, move_request, step
from service.site import Actor, Site
from service.tables.network import Meeting, Situation
from service.tables.pairings import Pairing, Request
from service.tables.people import Consent, PeerHelper, Person
from service.tables.territory import Territory

log = logging.getLogger("lefil.consents")

MONTHS = 12
"""A consent holds so long unless it says otherwise (section 3)."""
SOON_DAYS = 30
"""So long before its end the coordinator sees it (section 8)."""


def withdraw(site: Site, actor: Actor, person: str | None = None, how: str = "own_page") -> None:
    """
    Take the consent back, with immediate effect on proposals, visits and pairing; nobody is told why.

    The person does it on their own page, the coordinator enters what was said. A page that is out of date is no reason
    to refuse it.

    Raises
    ------
    StepNotAllowed
        When there is no consent to take back.
    """
    with site.db.begin() as tx:
        row = _whose(tx, actor, person)
        if actor.role == "coordinator" and how not in BY_HAND:
            raise NotAllowed(N_("Dites comment la réponse est venue : téléphone, papier ou de vive voix."))
        if actor.role == "person" and how != "own_page":
            raise NotAllowed(N_("Chacun répond pour soi."))
        current = consent_of(tx, row.id)
        lifecycles.step("consent", current.status if current is not None else "pending", "withdrawn")
        _stop_everything(tx, site, actor, row, "withdrawn", "person", how)
        if actor.role != "coordinator":
            notices.tell(tx, site, "consent_withdrawn", row)
        audit.note(tx, site, actor, "consent.withdrawn", "person", row.public_id)


def end_in(tx: Session, site: Site, actor: Actor, person: Person) -> None:
    """In an open transaction, all that a consent holds up ends as at a withdrawal; nobody is told why."""
    current = consent_of(tx, person.id)
    if current is not None and current.status == "given":
        _stop_everything(tx, site, actor, person, "withdrawn", "person", None)
    else:
        visit_outcomes.cancel(tx, site, actor, visit_outcomes.ahead(tx, site, person), "person")
        _leave_requests(tx, site, actor, person, "withdrawn", ())


def renew(site: Site, actor: Actor, person: str | None = None, how: str = "own_page") -> date:
    """
    Give the consent again for twelve months, before or after it has run out; its last day.

    What was withdrawn is not renewed: the person is asked anew (`ask_again`).
    """
    allowed = ("own_page",) if actor.role == "person" else tuple(way for way in codes.CONSENT_WAYS if way != "own_page")
    if how not in allowed:
        raise StepNotAllowed(N_("Choisissez comment l’accord a été donné."))
    with site.db.begin() as tx:
        row = _whose(tx, actor, person)
        current = consent_of(tx, row.id)
        if current is None or current.status not in ("given", "expired"):
            raise StepNotAllowed(N_("L’accord n’est pas à renouveler. La coordination le demande de nouveau."))
        lifecycles.step("consent", current.status, "given")
        day = _today(tx, site, row)
        last = day + relativedelta(months=MONTHS)
        _write(tx, site, actor, row, "given", scope=list(current.scope), given_on=day, expires_on=last, how=how)
        if actor.role != "coordinator":
            notices.tell(tx, site, "consent_renewed", row)
        audit.note(tx, site, actor, "consent.renewed", "person", row.public_id)
        return last


def ask_again(site: Site, actor: Actor, person: str) -> str:
    """
    Ask somebody who refused or took their consent back, because they came to us; the new request's public id.

    Nothing is taken up by itself: the consent is pending, and a new request waits for it from today on.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = _whose(tx, actor, person)
        current = consent_of(tx, row.id)
        lifecycles.step("consent", current.status if current is not None else "given", "pending")
        _write(tx, site, actor, row, "pending")
        if row.status == "closed":
            row.closed_on = None
        move_person(tx, row, "consent_pending")
        before = tx.exec(
            select(Request)
            .where(Request.person_id == row.id, Request.kind == "pairing")
            .order_by(col(Request.received_on).desc(), col(Request.id).desc())
        ).first()
        if before is None:
            raise NotFound(N_("Cette demande n’existe pas."))
        lifecycles.step("request", None, "consent_pending")
        request = Request(
            public_id=site.ids.new(),
            ref=_next_ref(tx, before),
            territory_id=row.territory_id,
            received_on=_today(tx, site, row),
            requested_by="person",
            person_id=row.id,
            kind="pairing",
            themes=list(before.themes),
            status="consent_pending",
        )
        tx.add(request)
        audit.note(tx, site, actor, "consent.asked_again", "person", row.public_id)
        return request.public_id


def expire_due(site: Site) -> int:
    """
    Let the consents end whose last day has passed, with the same effect as a withdrawal; how many.

    Each in a transaction of its own, at the start of the day after; every read judges by the day in any case.
    """
    with site.db() as tx:
        due: list[tuple[int, int]] = []
        for territory in tx.exec(select(Territory).order_by(Territory.ref)).all():
            day = clock.today(site.clock, territory.timezone)
            rows = tx.exec(
                select(Person.id)
                .join(Consent, col(Consent.person_id) == Person.id)
                .where(Person.territory_id == territory.id, Consent.status == "given")
                .where(col(Consent.ended_at).is_(None), col(Consent.expires_on) < day)
                .order_by(Person.ref)
            ).all()
            due += [(person, territory.id or 0) for person in rows]
    count = 0
    for person_id, territory_id in due:
        try:
            count += _expire(site, Actor("system", territory_id), person_id)
        except Refused as error:  # somebody was faster: the next look finds it again
            log.warning("a consent has not ended yet: %s", type(error).__name__)
    return count


def _expire(site: Site, system: Actor, person_id: int) -> int:
    with site.db.begin() as tx:
        row = hold_person(tx, person_id)
        current = consent_of(tx, person_id)
        if current is None or current.status != "given" or not _has_run_out(current, _today(tx, site, row)):
            return 0  # renewed since it was looked for
        lifecycles.step("consent", current.status, "expired")
        _stop_everything(tx, site, system, row, "expired", "", None)
        if row.status != "closed":
            notices.tell(tx, site, "consent_expired", row)
            notices.tell(tx, site, "consent_ended", row, party=row.id)
        audit.note(tx, site, system, "consent.expired", "person", row.public_id)
        return 1


def _has_run_out(consent: Consent, day: date) -> bool:
    return consent.expires_on is not None and consent.expires_on < day


def _whose(tx: Session, actor: Actor, person: str | None) -> Person:
    """The actor's own record, or the one that the coordinator names; held for the rest of the transaction."""
    if actor.role == "person" and actor.party_id is not None and person is None:
        return hold_person(tx, actor.party_id)
    only_coordinator(actor)
    found = tx.exec(select(Person).where(scope(actor).of(Person), Person.public_id == person)).first()
    if found is None:
        raise NotFound(N_("Cette personne n’existe pas."))
    return hold_person(tx, found.id)


def _stop_everything(
    tx: Session, site: Site, actor: Actor, person: Person, state: str, asked_by: str, how: str | None
) -> None:
    """
    What the end of a consent does at once: proposals lapse, the pairing ends, visits and concertations are cancelled.

    The state of the consent comes last: the database lets none end behind a live pairing.
    """
    territory = tx.get_one(Territory, person.territory_id)
    day = clock.today(site.clock, territory.timezone)
    live = tx.exec(
        select(Pairing)
        .where(Pairing.person_id == person.id, col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))
        .order_by(Pairing.ref)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in live:
        held = Held(row, person, tx.get_one(PeerHelper, row.peer_helper_id), territory, day)
        if row.status in codes.GOING_ON:
            step(tx, site, row, "ended", "consent_withdrawn")
            row.ended_on = day
            notices.tell_the_others(tx, site, actor, held, "pairing_ended")
            audit.note(tx, site, actor, "pairing.ended", "pairing", row.public_id)
        else:
            step(tx, site, row, "lapsed")
            notices.tell(tx, site, "proposal_closed", person, party=row.peer_helper_id, pairing=row)
            audit.note(tx, site, actor, "proposal.lapsed", "pairing", row.public_id)
    visit_outcomes.cancel(tx, site, actor, visit_outcomes.ahead(tx, site, person), asked_by)
    _cancel_concertations(tx, site, actor, person)
    tx.flush()
    current = consent_of(tx, person.id)
    scope = list(current.scope) if current is not None else []
    _write(tx, site, actor, person, state, scope=scope, told_how=how)
    if person.status not in ("closed", "consent_pending"):
        move_person(tx, person, "consent_pending")
    _leave_requests(tx, site, actor, person, state, live)


def _leave_requests(tx: Session, site: Site, actor: Actor, person: Person, state: str, live: Sequence[Pairing]) -> None:
    """A withdrawal closes the request; after an expiry it waits for consent, with its first date."""
    answered = {row.request_id for row in live}
    rows = tx.exec(select(Request).where(Request.person_id == person.id, Request.kind == "pairing")).all()
    for request in rows:
        if request.status == "fulfilled" and request.id not in answered:
            continue  # of an accompaniment that had ended before
        if request.status in ("redirected", "closed"):
            continue
        if state == "withdrawn":
            lifecycles.step("request", request.status, "closed", "consent_withdrawn")
            request.status, request.reason = "closed", "consent_withdrawn"
            tx.add(request)
            audit.note(tx, site, actor, "request.closed", "request", request.public_id)
        elif request.status in ("proposed", "fulfilled"):
            move_request(tx, request, "waiting", "consent_pending")
        elif request.status == "waiting":
            move_request(tx, request, "consent_pending")


def _cancel_concertations(tx: Session, site: Site, actor: Actor, person: Person) -> None:
    """A concertation about somebody without consent is not held."""
    about = select(Situation.id).where(Situation.person_id == person.id)
    rows = tx.exec(
        select(Meeting).where(
            Meeting.kind == "concertation",
            col(Meeting.situation_id).in_(about),
            col(Meeting.status).in_(("planned", "invited")),
            (col(Meeting.starts_at) > site.clock.now()) | (Meeting.rrule != ""),
        )
    ).all()
    for row in rows:
        lifecycles.step("meeting", row.status, "cancelled")
        row.status = "cancelled"
        row.sequence += 1
        row.changed_at = site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "meeting.cancelled", "meeting", row.public_id)


def _write(tx: Session, site: Site, actor: Actor, person: Person, state: str, **fields: Any) -> None:
    """The next line of the person's consent history; the one before ends now and stays."""
    now = site.clock.now()
    current = consent_of(tx, person.id)
    if current is not None:
        current.ended_at = now
        tx.add(current)
        tx.flush()
    tx.add(Consent(person_id=person.id, status=state, recorded_at=now, recorded_by=actor.account_id, **fields))
    tx.flush()


def _today(tx: Session, site: Site, person: Person) -> date:
    return clock.today(site.clock, tx.get_one(Territory, person.territory_id).timezone)


def _next_ref(tx: Session, before: Request) -> str:
    """The next number of the territory's requests, written as partners write it: `SER-R061`."""
    prefix = f"{before.ref.partition('-')[0]}-R"
    refs = tx.exec(select(Request.ref).where(Request.territory_id == before.territory_id)).all()
    numbers = [int(ref.removeprefix(prefix)) for ref in refs if ref.removeprefix(prefix).isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:03d}"

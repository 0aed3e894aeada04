"""A person's record is closed, and opened again when they come back (`domain.md`, section 4)."""

from __future__ import annotations

from sqlmodel import col, select

from locales import N_
from service import audit, clock, codes, lifecycles
from service.database import check_revision
from service.errors import StepNotAllowed
from service.pairing_rows import consent_of, move_person
from service.people import held
from service.requests import OPEN
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent
from service.tables.territory import Territory


def close(site: Site, actor: Actor, person: str, revision: int, reason: str) -> None:
    """
    Close a person's record from today on, with the coded reason for the requests still open.

    Raises
    ------
    StepNotAllowed
        While a proposal, a pairing or a visit still goes on: that ends first, in its own way.
    """
    with site.db.begin() as tx:
        row = held(tx, actor, person)
        check_revision(row, revision)
        if reason not in codes.REQUEST_REASONS:
            raise StepNotAllowed(N_("Choisissez une raison dans la liste."))
        live = select(Pairing.id).where(Pairing.person_id == row.id, col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))
        if tx.exec(live).first() is not None:
            raise StepNotAllowed(N_("Un binôme ou une proposition est encore en cours. Terminez-le d’abord."))
        to_come = select(Visit.id).where(
            Visit.person_id == row.id,
            col(Visit.status).in_(codes.LIVE_VISIT_STATES),
            col(Visit.starts_at) > site.clock.now(),
        )
        if tx.exec(to_come).first() is not None:
            raise StepNotAllowed(N_("Une visite est encore prévue. Annulez-la d’abord."))
        for request in tx.exec(select(Request).where(Request.person_id == row.id, col(Request.status).in_(OPEN))).all():
            lifecycles.step("request", request.status, "closed", reason)
            request.status, request.reason = "closed", reason
            tx.add(request)
            audit.note(tx, site, actor, "request.closed", "request", request.public_id)
        row.closed_on = clock.today(site.clock, tx.get_one(Territory, row.territory_id).timezone)
        lifecycles.step("person", row.status, "closed")
        row.status, row.changed_at = "closed", site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "person.closed", "person", row.public_id)


def reopen(site: Site, actor: Actor, person: str, revision: int) -> None:
    """
    Open a record again for somebody who came back; it waits for their consent.

    A consent taken back is asked anew (`consents.ask_again`); one that still holds is enough as soon as a request is
    accepted.
    """
    with site.db.begin() as tx:
        row = held(tx, actor, person)
        check_revision(row, revision)
        current = consent_of(tx, row.id)
        row.closed_on, row.changed_at = None, site.clock.now()
        move_person(tx, row, "consent_pending")
        if current is not None and current.status in ("refused", "withdrawn"):
            lifecycles.step("consent", current.status, "pending")
            current.ended_at = site.clock.now()
            tx.add(current)
            tx.flush()
            tx.add(
                Consent(
                    person_id=row.id,
                    status="pending",
                    recorded_at=site.clock.now(),
                    recorded_by=actor.account_id,
                )
            )
        audit.note(tx, site, actor, "person.opened_again", "person", row.public_id)

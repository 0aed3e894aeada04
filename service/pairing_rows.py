"""What the use cases of a pairing's life share: finding and holding its rows, and who may speak for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from locales import N_
from service import clock, codes, lifecycles
from service.access_scope import scope
from service.checking import covers
from service.errors import NotAllowed, NotFound, Outdated, StepNotAllowed
from service.planning_due import FIRST_WITHIN_DAYS
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request
from service.tables.people import Consent, PeerHelper, Person
from service.tables.territory import Territory

BY_HAND = tuple(way for way in codes.ANSWER_WAYS if way != "own_page")


@dataclass(frozen=True)
class Held:
    """A pairing held against others for the rest of the transaction, with the people of it and the territory's day."""

    pairing: Pairing
    person: Person
    helper: PeerHelper
    territory: Territory
    day: date


def hold(tx: Session, site: Site, actor: Actor, public_id: str, revision: int | None = None) -> Held:
    """
    A pairing inside the actor's scope, as it is now and until the transaction ends.

    Raises
    ------
    NotFound
        When there is none that the actor may see.
    Outdated
        When somebody changed it since the page was shown.
    """
    wanted = select(Pairing).where(scope(actor).of(Pairing), Pairing.public_id == public_id)
    seen = tx.exec(wanted).first()
    if seen is None:
        raise NotFound(N_("Ce binôme n’existe pas."))
    person = hold_person(tx, seen.person_id)
    row = tx.exec(wanted.with_for_update().execution_options(populate_existing=True)).one()
    if revision is not None and row.revision != revision:
        raise Outdated(N_("Ce binôme a changé depuis que vous l’avez ouvert."), pairing=public_id)
    territory = tx.get_one(Territory, row.territory_id)
    helper = tx.get_one(PeerHelper, row.peer_helper_id)
    return Held(row, person, helper, territory, clock.today(site.clock, territory.timezone))


def hold_person(tx: Session, person_id: int) -> Person:
    """
    The person's row, taken first by whoever changes their pairing or consent.

    The guards of the database take it too: in one order for everybody, so that nobody waits for ever (PostgreSQL).
    """
    wanted = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return tx.exec(wanted.execution_options(populate_existing=True)).one()


def step(tx: Session, site: Site, row: Pairing, state: str, reason: str | None = None) -> None:
    """Take a pairing to its next state, when section 4 lets it."""
    lifecycles.step("pairing", row.status, state, reason)
    row.status = state
    if reason is not None:
        row.reason = reason
    row.changed_at = site.clock.now()
    tx.add(row)


def speaks_for(actor: Actor, side: str | None, how: str) -> str:
    """
    The side for which the actor speaks, and that they may.

    Each speaks for themselves on their own page; the coordinator enters what was said by phone, on paper or in person.
    """
    if actor.role == "coordinator":
        if side not in codes.SIDES:
            raise StepNotAllowed(N_("Dites qui l’a demandé."))
        if how not in BY_HAND:
            raise NotAllowed(N_("Dites comment la réponse est venue : téléphone, papier ou de vive voix."))
        return side
    if actor.role not in codes.SIDES or side not in (None, actor.role) or how != "own_page":
        raise NotAllowed(N_("Chacun répond pour soi."))
    return actor.role


def consent_of(tx: Session, person_id: int) -> Consent | None:
    """The line of the person's consent that holds; None when they were never asked."""
    return tx.exec(select(Consent).where(Consent.person_id == person_id, col(Consent.ended_at).is_(None))).first()


def consents_of(tx: Session, person_ids: Iterable[int]) -> dict[int, Consent]:
    """The same for several people, by the person's number."""
    rows = tx.exec(
        select(Consent).where(col(Consent.person_id).in_(sorted(set(person_ids))), col(Consent.ended_at).is_(None))
    )
    return {row.person_id: row for row in rows}


def may_be_paired(tx: Session, person_id: int, day: date) -> bool:
    """Consent for pairing holds on that day."""
    return covers(consent_of(tx, person_id), "pairing", day)


def move_person(tx: Session, person: Person, state: str) -> None:
    if person.status != state:
        lifecycles.step("person", person.status, state)
        person.status = state
        tx.add(person)


def move_request(tx: Session, request: Request | None, *states: str) -> None:
    """Take a request through states one after another; one that is there already, or sent elsewhere, stays."""
    for state in states:
        if request is not None and request.status not in (state, "redirected", "closed"):
            lifecycles.step("request", request.status, state)
            request.status = state
            tx.add(request)


def accepted_on(row: Pairing) -> date:
    """The day on which the second of both said yes."""
    answers = [day for day in (row.person_answer_on, row.helper_answer_on) if day is not None]
    return max(answers, default=row.proposed_on)


def first_visit_by(row: Pairing) -> date:
    """The last day for the joint first visit: 14 days after both said yes (section 6, story H1)."""
    return accepted_on(row) + timedelta(days=FIRST_WITHIN_DAYS)

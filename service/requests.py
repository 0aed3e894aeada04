"""Use cases of requests: read them, accept them, send them elsewhere, close them (`domain.md`, section 4)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dateutil.relativedelta import relativedelta
from sqlalchemy import func
from sqlmodel import Session, col, select

from locales import N_
from service import audit, codes, lifecycles, request_threads, todo_kinds
from service.access_scope import only_coordinator, scope
from service.database import check_revision
from service.errors import NotAcceptable, NotFound, StepNotAllowed
from service.imports.checks.people import identifies
from service.pairing_rows import consent_of
from service.request_views import NEW, OPEN, RequestView, consent_state, today_of, told_reason, views
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent, Person
from service.tables.territory import Organisation, Territory

CONSENT_BY_HAND = ("signed", "spoken_with_witness")
"""How the coordinator hears of it; on their own page people do it themselves."""
CONSENT_MONTHS = 12
WHERE_LENGTH = 120


@dataclass(frozen=True)
class Counts:
    """What waits for somebody: the figures in the navigation; `today` counts the lines of the coordinator's day."""

    requests: int = 0
    today: int = 0
    pairings: int = 0
    answers: int = 0
    life: int = 0


def counts(site: Site, actor: Actor) -> Counts:
    """The figures in the navigation of this actor."""
    seen = scope(actor)
    with site.db() as tx:
        if actor.role == "coordinator":
            per_state = dict(
                tx.exec(
                    select(Request.status, func.count())
                    .where(seen.of(Request), col(Request.status).in_(OPEN), Request.kind == "pairing")
                    .group_by(Request.status)
                ).all()
            )
            new = sum(per_state.get(state, 0) for state in NEW)
            territory = tx.get_one(Territory, actor.territory_id)
            due, life = todo_kinds.count_and_untold(tx, todo_kinds.Day.of(site.clock.now(), territory))
            return Counts(
                requests=new,
                today=due,
                pairings=per_state.get("waiting", 0) + per_state.get("proposed", 0),
                life=life,
            )
        if actor.role == "peer_helper":
            asked = select(func.count()).where(
                seen.of(Pairing), Pairing.status == "proposed", Pairing.helper_answer == "pending"
            )
            begun = select(func.count()).where(
                seen.of(Visit),
                Visit.peer_helper_id == actor.party_id,
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.published_at).is_not(None),
                col(Visit.starts_at) <= site.clock.now(),
            )
            answers, life = tx.exec(select(asked.scalar_subquery(), begun.scalar_subquery())).one()
            return Counts(answers=answers, life=life)
        if actor.role == "person":
            asked = select(func.count()).where(
                seen.of(Pairing), Pairing.status == "proposed", Pairing.person_answer == "pending"
            )
            return Counts(answers=tx.exec(asked).one())
    return Counts()


def listing(site: Site, actor: Actor, states: tuple[str, ...] = OPEN, language: str = "fr") -> list[RequestView]:
    """The requests that the actor may see, oldest first."""
    with site.db() as tx:
        rows = tx.exec(
            select(Request)
            .where(scope(actor).of(Request), col(Request.status).in_(states))
            .order_by(col(Request.received_on), Request.ref)
        ).all()
        return [replace(one, reason=told_reason(actor, one.reason)) for one in views(site, tx, list(rows), language)]


def one(site: Site, actor: Actor, public_id: str, language: str = "fr") -> RequestView:
    """One request; hidden and absent look the same."""
    with site.db() as tx:
        found = views(site, tx, [find(tx, actor, public_id)], language)[0]
        return replace(found, reason=told_reason(actor, found.reason))


def accept(site: Site, actor: Actor, public_id: str, revision: int) -> str:
    """
    Take a request on: it waits for a peer helper, or first for the person's consent; the new state.

    Raises
    ------
    StepNotAllowed
        When it was taken on already, or the consent is still missing.
    """
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        valid = consent_state(consent_of(tx, request.person_id), today_of(site, tx, request)) == "given"
        if request.status not in NEW:
            raise StepNotAllowed(N_("Cette demande a déjà été acceptée ou clôturée."))
        if request.status == "consent_pending" and not valid:
            raise StepNotAllowed(N_("L’accord de la personne est encore attendu."))
        state = "waiting" if valid else "consent_pending"
        before, person_before = request.status, None
        lifecycles.step("request", before, state)
        request.status = state
        person = tx.get_one(Person, request.person_id)
        if person.status == "consent_pending" and valid:
            lifecycles.step("person", person.status, "waiting")
            person_before, person.status = person.status, "waiting"
        request_threads.note(tx, site, actor, request, "accepted", before=before, person_before=person_before)
        audit.note(tx, site, actor, "request.accepted", "request", request.public_id)
        return state


def note_consent(site: Site, actor: Actor, public_id: str, revision: int, how: str) -> None:
    """
    Note that the person agreed to be paired, signed or spoken before a witness; it holds for twelve months.

    Raises
    ------
    StepNotAllowed
        When they agreed already, or took their consent back: then they are asked anew first.
    """
    if how not in CONSENT_BY_HAND:
        raise StepNotAllowed(N_("Choisissez comment l’accord a été donné."))
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        today = today_of(site, tx, request)
        row = tx.exec(
            select(Consent).where(Consent.person_id == request.person_id, col(Consent.ended_at).is_(None))
        ).first()
        state = consent_state(consent_of(tx, request.person_id), today)
        if state == "given":
            raise StepNotAllowed(N_("L’accord est déjà noté."))
        lifecycles.step("consent", state, "given")
        now = site.clock.now()
        if row is not None:
            row.ended_at = now
            tx.flush()
        tx.add(
            Consent(
                person_id=request.person_id,
                status="given",
                scope=["pairing"],
                given_on=today,
                expires_on=today + relativedelta(months=CONSENT_MONTHS),
                how=how,
                recorded_at=now,
                recorded_by=actor.account_id,
            )
        )
        audit.note(tx, site, actor, "consent.given", "request", request.public_id)


def redirect(
    site: Site, actor: Actor, public_id: str, revision: int, reason: str, organisation: str = "", where: str = ""
) -> None:
    """
    Send a request to a service that fits better; whoever asked is told, and reads why and where.

    Parameters
    ----------
    organisation
        The public id of a partner of the network, or empty.
    where
        Another service in a few words, at most 120.

    Raises
    ------
    NotAcceptable
        Without a reason of the list, or with words that are too long or tell who somebody is.
    """
    if reason not in codes.REDIRECT_REASONS:
        raise NotAcceptable(N_("Choisissez une raison dans la liste."), "reason")
    if len(where) > WHERE_LENGTH:
        raise NotAcceptable(N_("Raccourcissez le nom du service : 120 signes au plus"), "where")
    if identifies(where):
        raise NotAcceptable(N_("Enlevez le numéro ou l’adresse de ce texte"), "where")
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        partner = None
        if organisation:
            seen = scope(actor).of(Organisation)
            partner = tx.exec(select(Organisation).where(seen, Organisation.public_id == organisation)).first()
            if partner is None:
                raise NotAcceptable(N_("Choisissez un service dans la liste."), "organisation")
        before = _end(tx, site, actor, request, "redirected", None)
        step = request_threads.note(
            tx,
            site,
            actor,
            request,
            "redirected",
            before=before,
            reason=reason,
            organisation_id=partner.id if partner is not None else None,
            where=where,
        )
        request_threads.close_question(tx, site, request, step.at)
        request_threads.tell_asker(tx, site, actor, request, "request_redirected")


def close(site: Site, actor: Actor, public_id: str, revision: int, reason: str) -> None:
    """Close a request, with one of the coded reasons; whoever asked is told."""
    if reason not in codes.REQUEST_REASONS:
        raise StepNotAllowed(N_("Choisissez une raison dans la liste."))
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        before = _end(tx, site, actor, request, "closed", reason)
        step = request_threads.note(tx, site, actor, request, "closed", before=before, reason=reason)
        request_threads.close_question(tx, site, request, step.at)
        request_threads.tell_asker(tx, site, actor, request, "request_closed")


def undo(site: Site, actor: Actor, public_id: str, revision: int) -> str:
    """Take the last decision on a request back, within a day and while nothing has followed; its state again."""
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        consent = consent_state(consent_of(tx, request.person_id), today_of(site, tx, request))
        return request_threads.undo(tx, site, actor, request, consent=consent)


def _end(tx: Session, site: Site, actor: Actor, request: Request, state: str, reason: str | None) -> str:
    """Move a request to its end; the state it had."""
    live = select(func.count()).where(Pairing.request_id == request.id, Pairing.status == "proposed")
    if tx.exec(live).one():
        raise StepNotAllowed(N_("Une proposition attend encore une réponse. Retirez-la d’abord."))
    before = request.status
    lifecycles.step("request", before, state, reason)
    request.status, request.reason = state, reason
    audit.note(tx, site, actor, f"request.{state}", "request", request.public_id)
    return before


def find_to_change(tx: Session, actor: Actor, public_id: str, revision: int) -> Request:
    """A request that the coordination may decide on, as it was shown."""
    request = find(tx, actor, public_id, hold=True)
    only_coordinator(actor)
    check_revision(request, revision)
    return request


def find(tx: Session, actor: Actor, public_id: str, *, hold: bool = False) -> Request:
    """A request that the actor may see, held against others when asked; hidden and absent look the same."""
    wanted = select(Request).where(scope(actor).of(Request), Request.public_id == public_id)
    found = tx.exec(wanted.with_for_update() if hold else wanted).first()
    if found is None:
        raise NotFound(N_("Cette demande n’existe pas."))
    return found

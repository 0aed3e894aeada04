"""Use cases of requests: read them, accept them, send them elsewhere, close them (`domain.md`, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import func
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes, lifecycles
from service.access_scope import scope
from service.database import check_revision
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.pairing_rows import consent_of, consents_of
from service.rows import by_id
from service.site import Actor, Site
from service.tables.follow import PartnerRequest
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Availability, Consent, DataKey, PeerHelper, Person, Professional
from service.tables.territory import Neighbourhood, Organisation, Territory, Theme

NEW = ("received", "consent_pending")
OPEN = ("received", "consent_pending", "waiting", "proposed")
CONSENT_BY_HAND = ("signed", "spoken_with_witness")
"""How the coordinator hears of it; on their own page people do it themselves."""
CONSENT_MONTHS = 12
LONG_DAYS = 7
"""Whoever waits longer than this is marked."""


@dataclass(frozen=True)
class Counts:
    """What waits for somebody: the figures in the navigation."""

    requests: int = 0
    pairings: int = 0
    answers: int = 0
    life: int = 0


@dataclass(frozen=True)
class RequestView:
    """
    A request, as far as its reader may see it.

    `missing` holds codes of what is still unknown and hinders a pairing; `helper` and `first_visit` tell the requester
    how far it is, once somebody said yes.
    """

    public_id: str
    person: str
    ref: str
    revision: int
    pseudonym: str
    neighbourhood: str
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    kind: str
    status: str
    reason: str | None
    urgency: str
    received_on: date
    days: int
    requested_by: str
    source: str
    wished_first_visit_by: date | None
    consent: str
    missing: tuple[str, ...]
    helper: str
    proposed_on: date | None
    first_visit: Visit | None
    note: str = ""
    by_link: bool = False

    @property
    def can_be_accepted(self) -> bool:
        return self.status == "received" or self.consent == "given"

    @property
    def waits_long(self) -> bool:
        return self.status in OPEN and self.days > LONG_DAYS


def counts(site: Site, actor: Actor) -> Counts:
    """The figures in the navigation of this actor."""
    seen = scope(actor)
    with site.db() as tx:
        if seen.whole_territory:
            per_state = dict(
                tx.exec(
                    select(Request.status, func.count())
                    .where(seen.requests(), col(Request.status).in_(OPEN), Request.kind == "pairing")
                    .group_by(Request.status)
                ).all()
            )
            new = sum(per_state.get(state, 0) for state in NEW)
            untold = select(func.count()).where(
                Notice.territory_id == actor.territory_id, col(Notice.told_at).is_(None)
            )
            return Counts(
                requests=new,
                pairings=per_state.get("waiting", 0) + per_state.get("proposed", 0),
                life=tx.exec(untold).one(),
            )
        if actor.role == "peer_helper":
            asked = select(func.count()).where(
                seen.pairings(), Pairing.status == "proposed", Pairing.helper_answer == "pending"
            )
            begun = select(func.count()).where(
                seen.visits(),
                Visit.peer_helper_id == actor.party_id,
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.published_at).is_not(None),
                col(Visit.starts_at) <= site.clock.now(),
            )
            return Counts(answers=tx.exec(asked).one(), life=tx.exec(begun).one())
        if actor.role == "person":
            asked = select(func.count()).where(
                seen.pairings(), Pairing.status == "proposed", Pairing.person_answer == "pending"
            )
            return Counts(answers=tx.exec(asked).one())
    return Counts()


def listing(site: Site, actor: Actor, states: tuple[str, ...] = OPEN, language: str = "fr") -> list[RequestView]:
    """The requests that the actor may see, oldest first."""
    with site.db() as tx:
        rows = tx.exec(
            select(Request)
            .where(scope(actor).requests(), col(Request.status).in_(states))
            .order_by(col(Request.received_on), Request.ref)
        ).all()
        return _views(site, tx, list(rows), language)


def one(site: Site, actor: Actor, public_id: str, language: str = "fr") -> RequestView:
    """One request; hidden and absent look the same."""
    with site.db() as tx:
        return _views(site, tx, [_own(tx, actor, public_id)], language)[0]


def accept(site: Site, actor: Actor, public_id: str, revision: int) -> str:
    """
    Take a request on: it waits for a peer helper, or first for the person's consent; the new state.

    Raises
    ------
    StepNotAllowed
        When it was taken on already, or the consent is still missing.
    """
    with site.db.begin() as tx:
        request = _to_change(tx, actor, public_id, revision)
        valid = consent_state(consent_of(tx, request.person_id), _today(site, tx, request)) == "given"
        if request.status not in NEW:
            raise StepNotAllowed(N_("Cette demande a déjà été acceptée ou clôturée."))
        if request.status == "consent_pending" and not valid:
            raise StepNotAllowed(N_("L’accord de la personne est encore attendu."))
        state = "waiting" if valid else "consent_pending"
        lifecycles.step("request", request.status, state)
        request.status = state
        person = tx.get_one(Person, request.person_id)
        if person.status == "consent_pending" and valid:
            lifecycles.step("person", person.status, "waiting")
            person.status = "waiting"
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
        request = _to_change(tx, actor, public_id, revision)
        today = _today(site, tx, request)
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


def redirect(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """Send a request to a service that fits better."""
    _end(site, actor, public_id, revision, "redirected", None)


def close(site: Site, actor: Actor, public_id: str, revision: int, reason: str) -> None:
    """Close a request, with one of the coded reasons."""
    if reason not in codes.REQUEST_REASONS:
        raise StepNotAllowed(N_("Choisissez une raison dans la liste."))
    _end(site, actor, public_id, revision, "closed", reason)


def _end(site: Site, actor: Actor, public_id: str, revision: int, state: str, reason: str | None) -> None:
    with site.db.begin() as tx:
        request = _to_change(tx, actor, public_id, revision)
        live = select(func.count()).where(Pairing.request_id == request.id, Pairing.status == "proposed")
        if tx.exec(live).one():
            raise StepNotAllowed(N_("Une proposition attend encore une réponse. Retirez-la d’abord."))
        lifecycles.step("request", request.status, state, reason)
        request.status, request.reason = state, reason
        audit.note(tx, site, actor, f"request.{state}", "request", request.public_id)


def _to_change(tx: Session, actor: Actor, public_id: str, revision: int) -> Request:
    request = _own(tx, actor, public_id)
    if actor.role != "coordinator":
        raise NotAllowed(N_("Seule la coordination décide des demandes."))
    check_revision(request, revision)
    return request


def _own(tx: Session, actor: Actor, public_id: str) -> Request:
    found = tx.exec(select(Request).where(scope(actor).requests(), Request.public_id == public_id)).first()
    if found is None:
        raise NotFound(N_("Cette demande n’existe pas."))
    return found


def _today(site: Site, tx: Session, request: Request) -> date:
    territory = tx.get_one(Territory, request.territory_id)
    return clock.today(site.clock, territory.timezone)


def consent_state(row: Consent | None, today: date) -> str:
    """The state of a person's consent today; what ran out counts as expired."""
    if row is None:
        return "pending"
    if row.status == "given" and row.expires_on is not None and row.expires_on < today:
        return "expired"
    return row.status


def _views(site: Site, tx: Session, rows: list[Request], language: str) -> list[RequestView]:
    if not rows:
        return []
    today = _today(site, tx, rows[0])
    people = by_id(tx, Person, {row.person_id for row in rows})
    professionals = by_id(tx, Professional, {row.professional_id for row in rows})
    organisations = by_id(tx, Organisation, {row.organisation_id for row in professionals.values()})
    areas = by_id(tx, Neighbourhood, {row.neighbourhood_id for row in people.values()})
    labels = {row.ref: str(getattr(row, f"label_{language}")) for row in tx.exec(select(Theme)).all()}
    with_times = set(tx.exec(select(Availability.owner_id).where(col(Availability.owner_id).in_(people))).all())
    consents = consents_of(tx, people)
    pairings = _pairings(tx, rows)
    helpers = by_id(tx, PeerHelper, (one.peer_helper_id for one in pairings.values()))
    first_visits = _first_visits(tx, pairings)
    notes = _notes(site, tx, rows)
    came = select(PartnerRequest.request_id).where(col(PartnerRequest.request_id).in_([row.id for row in rows]))
    by_link = set(tx.exec(came).all())
    views: list[RequestView] = []
    for row in rows:
        person = people[row.person_id]
        asker = professionals.get(row.professional_id or 0)
        office = organisations.get(asker.organisation_id or 0) if asker is not None else None
        area = areas.get(person.neighbourhood_id or 0)
        pairing = pairings.get(row.id or 0)
        helper = helpers[pairing.peer_helper_id] if pairing is not None else None
        first = first_visits.get(pairing.id or 0) if pairing is not None else None
        consent = consent_state(consents.get(person.id), today)
        known = {
            "consent": consent == "given",
            "languages": bool(person.languages),
            "place": person.lat is not None or person.meeting_place_id is not None or area is not None,
            "availability": person.id in with_times,
        }
        views.append(
            RequestView(
                public_id=row.public_id,
                person=person.public_id,
                ref=row.ref,
                revision=row.revision,
                pseudonym=person.pseudonym,
                neighbourhood=area.name if area is not None else "",
                themes=tuple(labels.get(code, code) for code in row.themes),
                languages=tuple(person.languages),
                kind=row.kind,
                status=row.status,
                reason=row.reason,
                urgency=row.urgency,
                received_on=row.received_on,
                days=max(0, (today - row.received_on).days),
                requested_by=row.requested_by,
                source=", ".join(name for name in (asker.display_name, office.name if office else "") if name)
                if asker is not None
                else "",
                wished_first_visit_by=row.wished_first_visit_by,
                consent=consent,
                missing=tuple(code for code, present in known.items() if not present),
                helper=helper.display_name if helper is not None else "",
                proposed_on=pairing.proposed_on if pairing is not None else None,
                first_visit=first,
                note=notes.get(row.id or 0, ""),
                by_link=row.id in by_link,
            )
        )
    return views


def _notes(site: Site, tx: Session, rows: list[Request]) -> dict[int, str]:
    """What the asker added for the coordination, by the request's number."""
    written = [row for row in rows if row.note_sealed is not None]
    # Held while they are opened, so that the keys are asked for once.
    keys = tx.exec(select(DataKey).where(col(DataKey.party_id).in_([row.person_id for row in written]))).all()
    erased = {row.person_id for row in written} - {held.party_id for held in keys}
    return {
        row.id or 0: site.seals.open(tx, row.person_id, f"request.note_sealed:{row.public_id}", row.note_sealed or b"")
        for row in written
        if row.person_id not in erased
    }


def _pairings(tx: Session, rows: list[Request]) -> dict[int, Pairing]:
    """The last pairing of each request that was not turned down, by the request's number."""
    found = tx.exec(
        select(Pairing)
        .where(
            col(Pairing.request_id).in_([row.id for row in rows]),
            col(Pairing.status).not_in(("declined", "lapsed")),
        )
        .order_by(col(Pairing.id))
    )
    return {row.request_id or 0: row for row in found}


def _first_visits(tx: Session, pairings: dict[int, Pairing]) -> dict[int, Visit]:
    """The last joint first visit of each of these pairings, by the pairing's number."""
    found = tx.exec(
        select(Visit)
        .where(col(Visit.pairing_id).in_([row.id for row in pairings.values()]), Visit.kind == "first_joint")
        .order_by(col(Visit.id))
    )
    return {row.pairing_id: row for row in found}

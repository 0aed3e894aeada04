"""A request as its reader sees it, also many at once: with a number of questions that does not grow with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from service import clock, network_themes
from service.pairing_rows import consents_of
from service.request_threads import place_of
from service.rows import by_id
from service.site import Actor, Site
from service.tables.follow import PartnerRequest
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Availability, Consent, DataKey, PeerHelper, Person, Professional
from service.tables.request_threads import RequestQuestion, RequestStep
from service.tables.territory import Neighbourhood, Organisation, Territory

NEW = ("received", "consent_pending")
OPEN = ("received", "consent_pending", "waiting", "proposed")
LONG_DAYS = 7
"""Whoever waits longer than this is marked."""
OF_THE_PERSON = ("declined_by_person", "consent_withdrawn")
"""Ends that the person chose: they owe nobody a reason, and whoever asked hears that it ended (`domain.md` 9, A2)."""


@dataclass(frozen=True)
class RequestView:
    """
    A request, as far as its reader may see it.

    `missing` holds codes of what is still unknown and hinders a pairing; `helper` and `first_visit` tell the requester
    how far it is, once somebody said yes. `why` and `where` say to what other service it went, `asks` that a question
    waits for whoever asked, `by_link` that it came by a partner's link.
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
    why: str = ""
    where: str = ""
    asks: bool = False
    by_link: bool = False

    @property
    def shown(self) -> str:
        return shown_state(self.status, self.consent)

    @property
    def can_be_accepted(self) -> bool:
        return self.status == "received" or self.consent == "given"

    @property
    def waits_long(self) -> bool:
        return self.status in OPEN and self.days > LONG_DAYS


def today_of(site: Site, tx: Session, request: Request) -> date:
    """The day of the request's territory."""
    territory = tx.get_one(Territory, request.territory_id)
    return clock.today(site.clock, territory.timezone)


def shown_state(status: str, consent: str) -> str:
    """The state that readers are told: once the person said yes, the request waits for the coordination again."""
    return "received" if status == "consent_pending" and consent == "given" else status


def consent_state(row: Consent | None, today: date) -> str:
    """The state of a person's consent today; what ran out counts as expired."""
    if row is None:
        return "pending"
    if row.status == "given" and row.expires_on is not None and row.expires_on < today:
        return "expired"
    return row.status


def views(site: Site, tx: Session, rows: list[Request], language: str) -> list[RequestView]:
    if not rows:
        return []
    today = today_of(site, tx, rows[0])
    people = by_id(tx, Person, {row.person_id for row in rows})
    professionals = by_id(tx, Professional, {row.professional_id for row in rows})
    redirects = _redirects(tx, rows)
    organisations = by_id(
        tx,
        Organisation,
        {row.organisation_id for row in (*professionals.values(), *redirects.values())},
    )
    areas = by_id(tx, Neighbourhood, {row.neighbourhood_id for row in people.values()})
    labels = network_themes.every_name(tx, language)
    with_times = set(tx.exec(select(Availability.owner_id).where(col(Availability.owner_id).in_(people))).all())
    consents = consents_of(tx, people)
    pairings = _pairings(tx, rows)
    helpers = by_id(tx, PeerHelper, (one.peer_helper_id for one in pairings.values()))
    first_visits = _first_visits(tx, pairings)
    asked = _asked(tx, rows)
    came = select(PartnerRequest.request_id).where(col(PartnerRequest.request_id).in_([row.id for row in rows]))
    by_link = set(tx.exec(came).all())
    notes, elsewhere = _words(site, tx, rows, redirects)
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
        sent = redirects.get(row.id or 0)
        partner = organisations.get(sent.organisation_id or 0) if sent is not None else None
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
                why=(sent.reason or "") if sent is not None else "",
                where=partner.name if partner is not None else elsewhere.get(row.id or 0, ""),
                asks=row.id in asked,
            )
        )
    return views


def told_reason(actor: Actor, reason: str | None) -> str | None:
    """Why a request ended, as far as the reader hears of it."""
    return None if actor.role == "professional" and reason in OF_THE_PERSON else reason


def _redirects(tx: Session, rows: list[Request]) -> dict[int, RequestStep]:
    """How each redirected request was sent on, the last time, by its number."""
    numbers = [row.id for row in rows if row.status == "redirected"]
    found = tx.exec(
        select(RequestStep)
        .where(
            col(RequestStep.request_id).in_(numbers),
            RequestStep.deed == "redirected",
            col(RequestStep.undone_at).is_(None),
        )
        .order_by(col(RequestStep.id))
    )
    return {step.request_id: step for step in found}


def _asked(tx: Session, rows: list[Request]) -> set[int]:
    """The numbers of those about which a question is open."""
    return set(
        tx.exec(
            select(RequestQuestion.request_id).where(
                col(RequestQuestion.request_id).in_([row.id for row in rows]),
                col(RequestQuestion.answered_at).is_(None),
                col(RequestQuestion.closed_at).is_(None),
            )
        )
    )


def _words(
    site: Site, tx: Session, rows: list[Request], redirects: dict[int, RequestStep]
) -> tuple[dict[int, str], dict[int, str]]:
    """What the asker added for the coordination, and other services in free words, by the request's number."""
    sealed = [
        (row, row.note_sealed, sent.where_sealed if (sent := redirects.get(row.id or 0)) is not None else None)
        for row in rows
    ]
    # Held while they are opened, so that the keys are asked for once.
    keys = tx.exec(
        select(DataKey).where(
            col(DataKey.party_id).in_([row.person_id for row, note, where in sealed if note or where])
        )
    ).all()
    readable = {held.party_id for held in keys}
    notes: dict[int, str] = {}
    elsewhere: dict[int, str] = {}
    for row, note, where in sealed:
        if row.person_id not in readable:
            continue
        if note is not None:
            notes[row.id or 0] = site.seals.open(tx, row.person_id, f"request.note_sealed:{row.public_id}", note)
        if where is not None:
            elsewhere[row.id or 0] = site.seals.open(tx, row.person_id, place_of(row), where)
    return notes, elsewhere


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

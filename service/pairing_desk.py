"""The coordinator's live pairings, by what is to be done, and the whole thread of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from service import audit, clock, codes, trial_reviews, visit_outcomes
from service.access_scope import only_coordinator, scope
from service.consents import SOON_DAYS
from service.errors import NotFound
from service.own_pairings import with_first_visit
from service.pairing_data import is_live, is_open
from service.pairing_rows import consent_of, consents_of, first_visit_by
from service.proposal_returns import may_return, said_no
from service.proposals import proposals
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent, PeerHelper, Person, Professional
from service.tables.territory import Territory

GROUPS = ("review", "talk", "first_visit", "to_note", "consent", "paused", "others")
"""What is to be done, the most pressing first; a pairing stands in the first group that fits."""


@dataclass(frozen=True)
class DeskEntry:
    """One live pairing in the list; `by` is the day that matters, `consent_until` stands when consent ends soon."""

    public_id: str
    person: str
    person_public_id: str
    ref: str
    helper: str
    status: str
    group: str
    by: date | None
    consent_until: date | None


@dataclass(frozen=True)
class SideView:
    """What one side said: to the proposal, and at the end of the trial; `seen` is the revision of the latter."""

    side: str
    name: str
    answer: str
    answered_on: date | None
    answered_how: str
    review: str
    reviewed_on: date | None
    reviewed_how: str
    seen: int


@dataclass(frozen=True)
class VisitView:
    public_id: str
    revision: int
    kind: str
    start: datetime
    end: datetime
    status: str
    reason: str
    professional: str
    can_be_noted: bool
    is_ahead: bool


@dataclass(frozen=True)
class PairingFile:
    """
    Everything about one pairing for the coordinator.

    `visits_held` counts from the first day of the trial; `needed` is how many the trial asks for. `first_visit_by` is
    None once it is planned. `returns` names the side whose no the coordination entered and may still take back.
    """

    public_id: str
    revision: int
    ref: str
    person: str
    person_public_id: str
    person_status: str
    helper: str
    status: str
    reason: str
    received_on: date | None
    proposed_on: date
    sides: tuple[SideView, ...]
    first_visit_by: date | None
    trial_start: date | None
    trial_end: date | None
    visits_held: int
    needed: int
    review_due: bool
    active_from: date | None
    paused_from: date | None
    paused_until: date | None
    ended_on: date | None
    consent: str
    consent_until: date | None
    consent_ends_soon: bool
    visits: tuple[VisitView, ...]
    returns: str

    @property
    def goes_on(self) -> bool:
        return self.status in codes.GOING_ON

    @property
    def ahead(self) -> tuple[VisitView, ...]:
        return tuple(visit for visit in self.visits if visit.is_ahead)


def desk(site: Site, actor: Actor) -> dict[str, list[DeskEntry]]:
    """The live pairings of the territory by group, in the order of `GROUPS`; empty groups are left out."""
    only_coordinator(actor)
    with site.db() as tx:
        day = clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)
        rows = tx.exec(
            select(Pairing)
            .where(scope(actor).of(Pairing), col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))
            .order_by(Pairing.ref)
        ).all()
        live = [row for row in rows if is_live(row, day)]
        known = _Known.of(tx, site, live)
        entries = [_entry(known, row, day) for row in live]
    return {
        group: found
        for group in GROUPS
        if (found := [entry for entry in entries if entry is not None and entry.group == group])
    }


@dataclass(frozen=True)
class _Known:
    """What the pairings of a list say of themselves, asked of the database once for all, by internal number."""

    persons: dict[int, Person]
    helpers: dict[int, PeerHelper]
    consents: dict[int, Consent]
    reviews: dict[int, list[str]]
    held: dict[int, int]
    with_first_visit: set[int]
    to_note: set[int]

    @classmethod
    def of(cls, tx: Session, site: Site, rows: list[Pairing]) -> _Known:
        return cls(
            persons=by_id(tx, Person, (row.person_id for row in rows)),
            helpers=by_id(tx, PeerHelper, (row.peer_helper_id for row in rows)),
            consents=consents_of(tx, (row.person_id for row in rows)),
            reviews=trial_reviews.said(tx, rows),
            held=trial_reviews.held(tx, rows),
            with_first_visit=with_first_visit(tx, rows),
            to_note=_begun(tx, site, rows),
        )


def _entry(known: _Known, row: Pairing, day: date) -> DeskEntry | None:
    group, by = _to_do(known, row, day)
    if not group:
        return None
    person = known.persons[row.person_id]
    return DeskEntry(
        public_id=row.public_id,
        person=person.pseudonym,
        person_public_id=person.public_id,
        ref=row.ref,
        helper=known.helpers[row.peer_helper_id].display_name,
        status=row.status,
        group=group,
        by=by,
        consent_until=_ends_soon(known, row, day),
    )


def _ends_soon(known: _Known, row: Pairing, day: date) -> date | None:
    consent = known.consents.get(row.person_id)
    until = consent.expires_on if consent is not None else None
    return until if until is not None and until <= day + timedelta(days=SOON_DAYS) else None


def _to_do(known: _Known, row: Pairing, day: date) -> tuple[str, date | None]:
    """The group of a pairing and the day that matters; an open proposal without a wish to talk is no pairing yet."""
    number = row.id or 0
    if row.status == "proposed":
        wish = is_open(row, day) and "talk_first" in (row.person_answer, row.helper_answer)
        return ("talk", None) if wish else ("", None)
    if row.status == "trial" and "talk_first" in known.reviews.get(number, ()):
        return "talk", None
    if trial_reviews.has_come(row, day, known.held.get(number, 0)):
        return "review", row.trial_end
    if row.status == "accepted" and number not in known.with_first_visit:
        return "first_visit", first_visit_by(row)
    if number in known.to_note:
        return "to_note", None
    until = _ends_soon(known, row, day)
    if until is not None:
        return "consent", until
    if row.status == "paused":
        return "paused", row.paused_until
    return "others", row.trial_end if row.status == "trial" else None


def _begun(tx: Session, site: Site, rows: list[Pairing]) -> set[int]:
    """Those with a visit that is over, and that nobody noted."""
    over = select(Visit.pairing_id).where(
        col(Visit.pairing_id).in_([row.id for row in rows]),
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.ends_at) <= site.clock.now(),
    )
    return set(tx.exec(over).all())


def pairing_file(site: Site, actor: Actor, public_id: str) -> PairingFile:
    """One pairing whole; hidden and absent look the same. Whoever opens it has looked at the person's record."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        day = clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)
        row = tx.exec(select(Pairing).where(scope(actor).of(Pairing), Pairing.public_id == public_id)).first()
        if row is None:
            raise NotFound
        person, helper = tx.get_one(Person, row.person_id), tx.get_one(PeerHelper, row.peer_helper_id)
        audit.note(tx, site, actor, "read", "person", person.public_id)
        request = tx.get(Request, row.request_id) if row.request_id is not None else None
        consent = consent_of(tx, row.person_id)
        until = consent.expires_on if consent is not None and consent.status == "given" else None
        status = consent.status if consent is not None else "pending"
        reviews = trial_reviews.answers(tx, row)
        sides = tuple(
            SideView(
                side=side,
                name=name,
                answer=answer,
                answered_on=on,
                answered_how=how or "",
                review=reviews[side].said if side in reviews else "",
                reviewed_on=reviews[side].on if side in reviews else None,
                reviewed_how=reviews[side].how if side in reviews else "",
                seen=reviews[side].revision if side in reviews else 0,
            )
            for side, name, answer, on, how in (
                ("person", person.pseudonym, row.person_answer, row.person_answer_on, row.person_answer_how),
                ("peer_helper", helper.display_name, row.helper_answer, row.helper_answer_on, row.helper_answer_how),
            )
        )
        return PairingFile(
            public_id=row.public_id,
            revision=row.revision,
            ref=row.ref,
            person=person.pseudonym,
            person_public_id=person.public_id,
            person_status=person.status,
            helper=helper.display_name,
            status=row.status,
            reason=row.reason or "",
            received_on=request.received_on if request is not None else None,
            proposed_on=row.proposed_on,
            sides=sides,
            first_visit_by=first_visit_by(row)
            if row.status == "accepted" and row.id not in with_first_visit(tx, [row])
            else None,
            trial_start=row.trial_start,
            trial_end=row.trial_end,
            visits_held=trial_reviews.visits_held(tx, row),
            needed=trial_reviews.VISITS_HELD,
            review_due=trial_reviews.is_due(tx, row, day),
            active_from=row.active_from,
            paused_from=row.paused_from,
            paused_until=row.paused_until,
            ended_on=row.ended_on,
            consent="expired" if until is not None and until < day else status,
            consent_until=until,
            consent_ends_soon=until is not None and until <= day + timedelta(days=SOON_DAYS),
            visits=tuple(_visits(tx, site, row)),
            returns=(said_no(row) or "") if may_return(row, actor, site.clock.now()) else "",
        )


@dataclass(frozen=True)
class ProposalSheet:
    """A proposal on paper: what the person sees of the helper on their own page, and the last day to answer."""

    pairing: str
    person: str
    helper: str
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    own_words: str
    frequency: str
    minutes: int
    answer_by: date


def sheet(site: Site, actor: Actor, public_id: str, language: str = "fr") -> ProposalSheet:
    """An open proposal, as the person would read it."""
    only_coordinator(actor)
    with site.db() as tx:
        row = tx.exec(select(Pairing).where(scope(actor).of(Pairing), Pairing.public_id == public_id)).first()
        if row is None or row.status != "proposed":
            raise NotFound
        person_id, person = row.person_id, tx.get_one(Person, row.person_id)
    as_person = Actor("person", actor.territory_id, party_id=person_id, language=language)
    shown = [one for one in proposals(site, as_person, language) if one.public_id == public_id]
    if not shown:
        raise NotFound
    one = shown[0]
    return ProposalSheet(
        public_id,
        person.pseudonym,
        one.who,
        one.languages,
        one.themes,
        one.own_words,
        one.frequency,
        one.minutes,
        one.answer_by,
    )


@dataclass(frozen=True)
class ConsentFile:
    """A person's consent for the coordinator: `status` as of today; what stops when it ends."""

    person: str
    pseudonym: str
    status: str
    scope: tuple[str, ...]
    until: date | None
    pairing: str
    visits_ahead: int


def consent_file(site: Site, actor: Actor, person: str) -> ConsentFile:
    """One person's consent; hidden and absent look the same."""
    only_coordinator(actor)
    with site.db() as tx:
        day = clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)
        row = tx.exec(select(Person).where(scope(actor).of(Person), Person.public_id == person)).first()
        if row is None:
            raise NotFound
        consent = consent_of(tx, row.id)
        until = consent.expires_on if consent is not None and consent.status == "given" else None
        live = tx.exec(
            select(Pairing.public_id).where(
                Pairing.person_id == row.id, col(Pairing.status).in_(codes.LIVE_PAIRING_STATES)
            )
        ).first()
        return ConsentFile(
            person=row.public_id,
            pseudonym=row.pseudonym,
            status="expired" if until is not None and until < day else consent.status if consent else "pending",
            scope=tuple(consent.scope) if consent is not None else (),
            until=until,
            pairing=live or "",
            visits_ahead=len(visit_outcomes.ahead(tx, site, row)),
        )


def _visits(tx: Session, site: Site, row: Pairing) -> list[VisitView]:
    """The pairing's visits, the next ones first, then back in time."""
    rows = tx.exec(
        select(Visit).where(Visit.pairing_id == row.id).order_by(col(Visit.starts_at).desc(), Visit.ref)
    ).all()
    found: list[VisitView] = []
    for one in rows:
        live, begun = one.status in codes.LIVE_VISIT_STATES, one.starts_at <= site.clock.now()
        joint = tx.get(Professional, one.professional_id) if one.professional_id is not None else None
        found.append(
            VisitView(
                public_id=one.public_id,
                revision=one.revision,
                kind=one.kind,
                start=one.starts_at,
                end=one.ends_at,
                status=one.status,
                reason=one.reason or "",
                professional=joint.display_name if joint is not None else "",
                can_be_noted=live and begun,
                is_ahead=live and not begun,
            )
        )
    return found

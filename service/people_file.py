"""One person's planning record for the coordinator, on one page; opening it stands in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from service import audit, clock, codes, network_themes, people_history
from service.access_scope import only_coordinator
from service.consents import SOON_DAYS
from service.pairing_data import BARRING_ENDS
from service.pairing_rows import consent_of
from service.people import find
from service.people_history import Change
from service.people_ties import Tie, separated_from, ties
from service.requests import consent_state
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Availability, Consent, ContactCard, PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood, Territory

VISITS_SHOWN = 5


@dataclass(frozen=True)
class RequestLine:
    public_id: str
    ref: str
    status: str
    reason: str
    themes: tuple[str, ...]
    received_on: date
    urgency: str
    asked_by: str


@dataclass(frozen=True)
class PairingLine:
    """`until` is None while it lasts; why it ended is not said here."""

    public_id: str
    ref: str
    helper: str
    status: str
    since: date
    until: date | None
    is_live: bool


@dataclass(frozen=True)
class VisitLine:
    kind: str
    start: datetime
    end: datetime
    status: str
    reason: str
    helper: str


@dataclass(frozen=True)
class ConsentLine:
    """One line of the consent's history; `ended_at` None on the one that holds."""

    status: str
    scope: tuple[str, ...]
    given_on: date | None
    expires_on: date | None
    how: str
    recorded_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class PersonFile:
    """
    What is known of a person, for planning; without coordinates and without the contact card.

    `card` tells whether there is one. `may_close` is false while something live stands in the way.
    """

    public_id: str
    revision: int
    ref: str
    earlier_refs: tuple[str, ...]
    pseudonym: str
    status: str
    closed_on: date | None
    age_band: str
    gender: str
    languages: tuple[str, ...]
    neighbourhood: str
    street: str
    place_known: bool
    living: str
    meeting_place: str
    channel: str
    gender_preference: str
    preferred_gender: str
    age_proximity: bool
    experiences: tuple[str, ...]
    flags: tuple[str, ...]
    two_persons: bool
    interpreter: bool
    frequency: str
    minutes: int
    off_in_school_holidays: bool
    windows: int
    card: bool
    consent: str
    consent_until: date | None
    consent_ends_soon: bool
    consents: tuple[ConsentLine, ...]
    requests: tuple[RequestLine, ...]
    pairings: tuple[PairingLine, ...]
    next_visits: tuple[VisitLine, ...]
    last_visits: tuple[VisitLine, ...]
    named_helper: str
    excluded: tuple[Tie, ...]
    met_before: tuple[Tie, ...]
    helpers: Mapping[str, str]
    separated: tuple[Tie, ...]
    changes: tuple[Change, ...]

    @property
    def live(self) -> PairingLine | None:
        return next((row for row in self.pairings if row.is_live and row.status != "proposed"), None)

    @property
    def may_close(self) -> bool:
        return self.status != "closed" and not any(row.is_live for row in self.pairings)


def person_file(site: Site, actor: Actor, person: str, language: str = "fr") -> PersonFile:
    """A person's whole record; hidden and absent look the same, and nothing is shown that could not be logged."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = find(tx, actor, person)
        audit.note(tx, site, actor, "read", "person", row.public_id)
        territory = tx.get_one(Territory, row.territory_id)
        day = clock.today(site.clock, territory.timezone)
        merged = tx.exec(select(Person).where(Person.merged_into_id == row.id).order_by(Person.ref)).all()
        consent = consent_of(tx, row.id)
        state = consent_state(consent, day)
        until = consent.expires_on if consent is not None and state in ("given", "expired") else None
        pairings = tx.exec(
            select(Pairing).where(Pairing.person_id == row.id).order_by(col(Pairing.proposed_on).desc(), Pairing.ref)
        ).all()
        visits = _visits(tx, site, row)
        helpers = {
            one.id: one
            for one in tx.exec(
                select(PeerHelper).where(PeerHelper.territory_id == row.territory_id).order_by(PeerHelper.display_name)
            ).all()
        }
        known = ties(tx, row, helpers, pairings, BARRING_ENDS)
        named = helpers.get(row.named_helper_id or 0)
        area = tx.get(Neighbourhood, row.neighbourhood_id) if row.neighbourhood_id is not None else None
        place = tx.get(Place, row.meeting_place_id) if row.meeting_place_id is not None else None
        return PersonFile(
            public_id=row.public_id,
            revision=row.revision,
            ref=row.ref,
            earlier_refs=tuple(one.ref for one in merged),
            pseudonym=row.pseudonym,
            status=row.status,
            closed_on=row.closed_on,
            age_band=row.age_band or "",
            gender=row.gender or "",
            languages=tuple(row.languages),
            neighbourhood=area.name if area is not None else "",
            street=row.street,
            place_known=row.lat is not None,
            living=row.living_environment,
            meeting_place=place.name if place is not None else "",
            channel=row.contact_channel,
            gender_preference=row.gender_preference,
            preferred_gender=row.preferred_gender or "",
            age_proximity=row.age_proximity,
            experiences=tuple(row.experience_wished),
            flags=tuple(row.environment_flags),
            two_persons=row.two_person_visits,
            interpreter=row.interpreter_accepted,
            frequency=row.visit_frequency,
            minutes=row.visit_minutes,
            off_in_school_holidays=row.off_in_school_holidays,
            windows=len(tx.exec(select(Availability.id).where(Availability.owner_id == row.id)).all()),
            card=tx.exec(select(ContactCard.party_id).where(ContactCard.party_id == row.id)).first() is not None,
            consent=state,
            consent_until=until,
            consent_ends_soon=state == "given" and until is not None and until <= day + timedelta(days=SOON_DAYS),
            consents=tuple(_consents(tx, row)),
            requests=tuple(_requests(tx, row, language)),
            pairings=tuple(
                PairingLine(
                    public_id=one.public_id,
                    ref=one.ref,
                    helper=helpers[one.peer_helper_id].display_name,
                    status=one.status,
                    since=one.active_from or one.trial_start or one.proposed_on,
                    until=one.ended_on,
                    is_live=one.status in codes.LIVE_PAIRING_STATES,
                )
                for one in pairings
            ),
            next_visits=tuple(_line(one, helpers) for one in visits[0]),
            last_visits=tuple(_line(one, helpers) for one in visits[1]),
            named_helper=named.display_name if named is not None else "",
            excluded=known.excluded,
            met_before=known.met_before,
            helpers=known.others,
            separated=separated_from(tx, row),
            changes=tuple(people_history.changes(tx, actor, row, merged)),
        )


def _visits(tx: Session, site: Site, row: Person) -> tuple[list[Visit], list[Visit]]:
    """The next visits, and the last ones that took place or did not."""
    now = site.clock.now()
    own = select(Visit).where(Visit.person_id == row.id)
    ahead = own.where(col(Visit.status).in_(codes.LIVE_VISIT_STATES), col(Visit.ends_at) > now)
    past = own.where(col(Visit.status).in_(("done", "not_held")))
    return (
        list(tx.exec(ahead.order_by(col(Visit.starts_at)).limit(VISITS_SHOWN)).all()),
        list(tx.exec(past.order_by(col(Visit.starts_at).desc()).limit(VISITS_SHOWN)).all()),
    )


def _line(row: Visit, helpers: Mapping[int, PeerHelper]) -> VisitLine:
    who = helpers[row.peer_helper_id].display_name
    return VisitLine(row.kind, row.starts_at, row.ends_at, row.status, row.reason or "", who)


def _consents(tx: Session, row: Person) -> list[ConsentLine]:
    rows = tx.exec(
        select(Consent)
        .where(Consent.person_id == row.id)
        .order_by(col(Consent.recorded_at).desc(), col(Consent.id).desc())
    ).all()
    return [
        ConsentLine(
            one.status, tuple(one.scope), one.given_on, one.expires_on, one.how or "", one.recorded_at, one.ended_at
        )
        for one in rows
    ]


def _requests(tx: Session, row: Person, language: str) -> list[RequestLine]:
    rows = tx.exec(
        select(Request).where(Request.person_id == row.id).order_by(col(Request.received_on).desc(), Request.ref)
    ).all()
    labels = network_themes.every_name(tx, language)
    askers = by_id(tx, Professional, (one.professional_id for one in rows))
    return [
        RequestLine(
            public_id=one.public_id,
            ref=one.ref,
            status=one.status,
            reason=one.reason or "",
            themes=tuple(labels.get(code, code) for code in one.themes),
            received_on=one.received_on,
            urgency=one.urgency,
            asked_by=askers[one.professional_id].display_name
            if one.requested_by == "professional" and one.professional_id in askers
            else "",
        )
        for one in rows
    ]

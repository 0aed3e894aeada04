"""
`lefil check`: is what the database holds as it should be?

Each check is a function in a list; modules with a judge of their own append to it where `lefil check` imports them.
What this page looks for can only come from outside the application: a hand on the file, a fault of the machine, a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from locales import N_
from service import audit, bookings, clock, codes
from service.site import Site
from service.tables.network import Meeting, MeetingParticipant, NetworkMember, Situation
from service.tables.pairings import Booking, Pairing, Visit
from service.tables.people import Consent, DataKey, NetworkKey, Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory


@dataclass(frozen=True)
class Problem:
    """Something that should not be: `message` is a text to translate, filled with `record`, an opaque reference."""

    check: str
    record: str
    message: str


Check = Callable[[Session, Site], Iterator[Problem]]


def problems(site: Site) -> list[Problem]:
    """All that is wrong, in the order of the checks; of a damaged file only that, since its rows tell nothing."""
    with site.db() as tx:
        found = list(file_is_whole(tx, site))
        if not found:
            found = [problem for check in CHECKS for problem in check(tx, site)]
    return found


def file_is_whole(tx: Session, site: Site) -> Iterator[Problem]:
    """SQLite's own look at its file, and at rows that refer to nothing; PostgreSQL watches over both by itself."""
    if not site.db.is_sqlite:
        return
    try:
        whole = tx.connection().execute(text("PRAGMA integrity_check(1)")).scalars().all() == ["ok"]
    except DBAPIError:
        whole = False
    if not whole:
        yield Problem("file", "", N_("Le fichier de la base de données est abîmé."))
        return
    for table, row, *_ in tx.connection().execute(text("PRAGMA foreign_key_check")):
        yield Problem("reference", f"{table} {row}", N_("%(record)s renvoie à une ligne qui n’existe pas."))


def bookings_match_visits(tx: Session, _site: Site) -> Iterator[Problem]:
    """Whoever a live visit takes is booked at its hours, and nobody else is."""
    rooms = set(tx.exec(select(Place.id).where(col(Place.kind).in_(codes.SINGLE_BOOKING_PLACES))))
    held: dict[int, dict[int, tuple[datetime, datetime]]] = {}
    for row in tx.exec(select(Booking).where(col(Booking.live))):
        held.setdefault(row.visit_id, {})[row.party_id] = (row.starts_at, row.ends_at)
    live = select(Visit).where(col(Visit.status).in_(codes.LIVE_VISIT_STATES)).order_by(col(Visit.id))
    for visit in tx.exec(live):
        wanted = dict.fromkeys(bookings.parties(visit, rooms), (visit.starts_at, visit.ends_at))
        if held.pop(bookings.visit_id(visit), {}) != wanted:
            yield Problem("booking", visit.ref, N_("Les réservations de %(record)s ne suivent pas la visite."))
    for visit_id in sorted(held):
        visit = tx.get_one(Visit, visit_id)
        yield Problem("booking", visit.ref, N_("La visite %(record)s n’a plus lieu et prend encore du monde."))


def live_pairings_have_consent(tx: Session, site: Site) -> Iterator[Problem]:
    """On the domain day, in the territory's zone."""
    current = {
        consent.person_id: consent for consent in tx.exec(select(Consent).where(col(Consent.ended_at).is_(None)))
    }
    days = _days(tx, site)
    live = select(Pairing).where(col(Pairing.status).in_(codes.LIVE_PAIRING_STATES)).order_by(col(Pairing.id))
    for pairing in tx.exec(live):
        if not covers(current.get(pairing.person_id), "pairing", days[pairing.territory_id]):
            yield Problem(
                "consent",
                pairing.ref,
                N_("Le binôme %(record)s continue sans consentement valable pour cela."),
            )


def covers(consent: Consent | None, scope: str, day: date) -> bool:
    """Does a person's current consent hold for this, on this day? Its last day counts."""
    return (
        consent is not None
        and consent.status == "given"
        and scope in consent.scope
        and consent.expires_on is not None
        and day <= consent.expires_on
    )


def states_agree(tx: Session, site: Site) -> Iterator[Problem]:
    """What the states of people, pairings and visits say of each other (`domain.md`, sections 3 and 4)."""
    pairings: dict[int, set[str]] = {}
    for pairing in tx.exec(select(Pairing)):
        pairings.setdefault(pairing.person_id, set()).add(pairing.status)
    for person in tx.exec(select(Person).order_by(col(Person.id))):
        live = pairings.get(person.id, set()) & set(codes.LIVE_PAIRING_STATES)
        if person.status in NEEDED and not live & NEEDED[person.status]:
            yield Problem("state", person.ref, N_("L’état de %(record)s annonce un binôme qui n’existe pas."))
        if person.status in ("closed", "consent_pending", "waiting") and live:
            yield Problem("state", person.ref, N_("%(record)s a un binôme en cours, que son état n’annonce pas."))
    ahead = (
        select(Visit, Pairing.status)
        .join(Pairing, col(Pairing.id) == Visit.pairing_id)
        .where(col(Visit.status).in_(codes.LIVE_VISIT_STATES))
        .order_by(col(Visit.id))
    )
    for visit, pairing_status in tx.exec(ahead):
        # The last meeting of both may come after the end; one under way at the end is still to be noted.
        stays = visit.kind == "closing" and pairing_status == "ended"
        if visit.starts_at > site.clock.now() and pairing_status not in codes.GOING_ON and not stays:
            yield Problem("state", visit.ref, N_("La visite %(record)s est prévue pour un binôme qui n’a plus cours."))


NEEDED = {"proposed": {"proposed"}, "paired": {"accepted", "trial", "active"}, "paused": {"paused"}}
codes.GOING_ON = ("accepted", "trial", "active", "paused")


def concertations_are_agreed(tx: Session, site: Site) -> Iterator[Problem]:
    """A concertation to come has the person's consent, and only members whom the person agreed to."""
    current = {
        consent.person_id: consent for consent in tx.exec(select(Consent).where(col(Consent.ended_at).is_(None)))
    }
    agreed = {
        (member.situation_id, member.member_id)
        for member in tx.exec(select(NetworkMember).where(col(NetworkMember.person_agreed)))
    }
    days = _days(tx, site)
    to_come = (
        select(Meeting, Situation)
        .join(Situation, col(Situation.id) == Meeting.situation_id)
        .where(Meeting.kind == "concertation", col(Meeting.status).in_(("planned", "invited")))
        .order_by(col(Meeting.id))
    )
    for meeting, situation in tx.exec(to_come):
        if meeting.starts_at.date() < days[meeting.territory_id]:
            continue
        invited = tx.exec(select(MeetingParticipant.party_id).where(MeetingParticipant.meeting_id == meeting.id))
        strangers = [p for p in invited if p != situation.coordinator_id and (situation.id, p) not in agreed]
        if strangers or not covers(current.get(situation.person_id), "network", days[meeting.territory_id]):
            yield Problem("concertation", meeting.ref, N_("%(record)s n’a pas l’accord de la personne concernée."))


def territories_agree(tx: Session, _site: Site) -> Iterator[Problem]:
    """Everybody is in the territory of their party, and a pairing is inside one territory."""
    home: dict[int | None, int] = {party.id: party.territory_id for party in tx.exec(select(Party))}
    for table in (Person, PeerHelper, Professional, Place):
        for row in tx.exec(select(table).order_by(col(table.id))):
            if home[row.id] != row.territory_id:
                yield Problem("territory", row.ref, N_("%(record)s est dans deux territoires à la fois."))
    for pairing in tx.exec(select(Pairing).order_by(col(Pairing.id))):
        if {home[pairing.person_id], home[pairing.peer_helper_id]} != {pairing.territory_id}:
            yield Problem("territory", pairing.ref, N_("%(record)s est dans deux territoires à la fois."))


def data_keys_open(tx: Session, site: Site) -> Iterator[Problem]:
    """The master key at hand opens every data key."""
    keys: list[DataKey | NetworkKey] = [
        *tx.exec(select(DataKey).order_by(col(DataKey.party_id))),
        *tx.exec(select(NetworkKey)),
    ]
    for row in keys:
        try:
            site.seals.unwrap(row)
        except ValueError:
            record = f"party {row.party_id}" if isinstance(row, DataKey) else row.name
            yield Problem("key", record, N_("La clé de %(record)s ne s’ouvre pas avec la clé du service."))


def log_is_whole(tx: Session, site: Site) -> Iterator[Problem]:
    """The chain of the log, from its first entry to its last."""
    broken = audit.verify(tx, site.seals)
    if broken is not None:
        yield Problem("audit", broken, N_("Le journal a été modifié : %(record)s."))


def _days(tx: Session, site: Site) -> dict[int | None, date]:
    """Today in each territory."""
    return {place.id: clock.today(site.clock, place.timezone) for place in tx.exec(select(Territory))}


CHECKS: list[Check] = [
    bookings_match_visits,
    live_pairings_have_consent,
    states_agree,
    concertations_are_agreed,
    territories_agree,
    data_keys_open,
    log_is_whole,
]
"""Add to it: one function that takes an open transaction and the site, and says what is wrong."""

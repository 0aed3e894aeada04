"""Two records that may be of one person, side by side, before they become one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from locales import N_
from service import audit, clock, codes
from service.access_scope import only_coordinator
from service.errors import NotFound
from service.pairing_rows import consent_of
from service.people import find
from service.people_form import Said, said_of
from service.requests import consent_state
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Availability, Consent, ContactCard, Person
from service.tables.territory import Territory


@dataclass(frozen=True)
class Side:
    """One of the two records, as far as the choice needs it."""

    public_id: str
    ref: str
    revision: int
    status: str
    said: Said
    windows: int
    card: bool
    consent: str
    consent_until: date | None
    requests: int
    pairings: int
    visits: int
    live: str


@dataclass(frozen=True)
class Comparison:
    """
    Two records side by side; `fields` are those in which they differ.

    `consent_of` tells whose word on consent is the later one and holds: `kept`, `other`, or nobody's. `hindrance` says
    why the two cannot become one yet.
    """

    kept: Side
    other: Side
    fields: tuple[str, ...]
    consent_of: str
    hindrance: str


def compare(site: Site, actor: Actor, kept: str, other: str) -> Comparison:
    """Both records side by side; looking at them stands in the log of each."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        first, second = _two(tx, actor, kept, other)
        day = today(tx, site, first)
        for row in (first, second):
            audit.note(tx, site, actor, "read", "person", row.public_id)
        one, two = _side(tx, first, day), _side(tx, second, day)
        holds = last_word(tx, first, second)
        mine, theirs = asdict(one.said), asdict(two.said)
        return Comparison(
            kept=one,
            other=two,
            fields=tuple(name for name in mine if mine[name] != theirs[name]),
            consent_of="" if holds is None else "kept" if holds.person_id == first.id else "other",
            hindrance=hindrance_of(tx, first, second, holds, day),
        )


def _two(tx: Session, actor: Actor, kept: str, other: str) -> tuple[Person, Person]:
    first, second = find(tx, actor, kept), find(tx, actor, other)
    if first.id == second.id:
        raise NotFound(N_("Ces deux adresses mènent à la même personne."))
    return first, second


def _side(tx: Session, row: Person, day: date) -> Side:
    consent = consent_of(tx, row.id)
    state = consent_state(consent, day)

    def count(table: type[Any], column: Any) -> int:
        return tx.exec(select(func.count()).select_from(table).where(column == row.id)).one()

    live = live_of(tx, row)
    return Side(
        public_id=row.public_id,
        ref=row.ref,
        revision=row.revision,
        status=row.status,
        said=said_of(tx, row),
        windows=count(Availability, Availability.owner_id),
        card=count(ContactCard, ContactCard.party_id) > 0,
        consent=state,
        consent_until=consent.expires_on if consent is not None and state in ("given", "expired") else None,
        requests=count(Request, Request.person_id),
        pairings=count(Pairing, Pairing.person_id),
        visits=count(Visit, Visit.person_id),
        live=live.public_id if live is not None else "",
    )


def live_of(tx: Session, row: Person) -> Pairing | None:
    """The pairing or proposal of a record that goes on."""
    return tx.exec(
        select(Pairing)
        .where(Pairing.person_id == row.id, col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))
        .order_by(col(Pairing.id))
    ).first()


def last_word(tx: Session, first: Person, second: Person) -> Consent | None:
    """What the person said last about consent; a question that waits for its answer is no word."""
    lines = [line for row in (first, second) if (line := consent_of(tx, row.id)) is not None]
    said = [line for line in lines if line.status != "pending"]
    return max(
        said or lines, key=lambda line: (line.recorded_at, line.given_on or date.min, line.id or 0), default=None
    )


def hindrance_of(tx: Session, first: Person, second: Person, holds: Consent | None, day: date) -> str:
    """Why two records cannot become one yet, and what to do about it; empty when they can."""
    one, two = live_of(tx, first), live_of(tx, second)
    if one is not None and two is not None:
        return N_(
            "Les deux ont un binôme ou une proposition en cours. Terminez ou retirez d’abord celui qui ne reste pas."
        )
    if (one is not None or two is not None) and consent_state(holds, day) != "given":
        return N_("La personne a dit non en dernier, et un binôme continue. Notez d’abord son accord, ou retirez-le.")
    return ""


def today(tx: Session, site: Site, row: Person) -> date:
    """The day where the person lives."""
    return clock.today(site.clock, tx.get_one(Territory, row.territory_id).timezone)

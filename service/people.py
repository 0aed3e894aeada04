"""The persons of a territory for its coordinator: found by words and filters, a hundred rows at most at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists
from sqlmodel import Session, col, select

from locales import N_
from service import clock, codes, network_themes
from service.access_scope import only_coordinator, scope
from service.consents import SOON_DAYS
from service.errors import NotFound
from service.pairing_rows import consents_of, hold_person
from service.requests import OPEN, consent_state
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent, PeerHelper, Person
from service.tables.territory import Neighbourhood, Territory

AT_ONCE = 50
LOOKS = ("consent_soon", "consent_missing", "without_pairing", "trial")
"""What a coordinator looks for beside states: consent that runs out or lacks, nobody beside them, a trial going on."""
OPEN_STATES = tuple(state for state in codes.PERSON_STATES if state != "closed")


@dataclass(frozen=True)
class Asked:
    """What is looked for; empty means everything. Without a status closed records are left out."""

    words: str = ""
    status: str = ""
    area: str = ""
    theme: str = ""
    look: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.status or self.area or self.theme or self.look)


@dataclass(frozen=True)
class Entry:
    """One person in the list; `themes` of the open request, `helper` and `pairing` of the one beside them now."""

    public_id: str
    ref: str
    pseudonym: str
    neighbourhood: str
    status: str
    themes: tuple[str, ...]
    consent: str
    consent_until: date | None
    consent_ends_soon: bool
    helper: str
    pairing: str
    next_visit: datetime | None


@dataclass(frozen=True)
class Listing:
    """A page of the list; `areas` and `themes` are what can be filtered by, by public id and by code."""

    entries: tuple[Entry, ...]
    total: int
    everybody: int
    page: int
    pages: int
    areas: Mapping[str, str]
    themes: Mapping[str, str]


def listing(site: Site, actor: Actor, asked: Asked, language: str = "fr") -> Listing:
    """The persons of the territory that fit, by pseudonym; an unknown filter fits nobody."""
    only_coordinator(actor)
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        day = clock.today(site.clock, territory.timezone)
        areas = tx.exec(select(Neighbourhood).where(scope(actor).of(Neighbourhood)).order_by(Neighbourhood.name)).all()
        themes = network_themes.names_of(network_themes.known(tx, territory.id), language)
        area = next((row.id for row in areas if row.public_id == asked.area), 0)
        here = (scope(actor).of(Person), col(Person.merged_into_id).is_(None))
        light = select(Person.id, Person.pseudonym, Person.ref)
        found = tx.exec(light.where(*here, *_conditions(asked, area or 0, day))).all()
        everybody = len(found) if not asked.is_narrowed else len(tx.exec(select(Person.id).where(*here)).all())
        # Compared here: SQLite lowers ASCII only.
        wanted = plain(asked.words)
        hits = sorted(
            (plain(pseudonym), ref, number)
            for number, pseudonym, ref in found
            if wanted in plain(pseudonym) or wanted in plain(ref)
        )
        pages = max(1, -(-len(hits) // AT_ONCE))
        page = min(max(1, asked.page), pages)
        shown = [number for _, _, number in hits[(page - 1) * AT_ONCE : page * AT_ONCE]]
        return Listing(
            entries=tuple(_entries(tx, site, shown, {row.id or 0: row.name for row in areas}, themes, day)),
            total=len(hits),
            everybody=everybody,
            page=page,
            pages=pages,
            areas={row.public_id: row.name for row in areas},
            themes=themes,
        )


def plain(said: str) -> str:
    """Small letters without accents, so that « rené » finds « René »."""
    parts = unicodedata.normalize("NFKD", said.casefold())
    return " ".join("".join(one for one in parts if not unicodedata.combining(one)).split())


def find(tx: Session, actor: Actor, public_id: str) -> Person:
    """
    A person's record inside the actor's scope; the one that holds now, when two became one.

    Raises
    ------
    NotFound
        When there is none that the actor may see.
    """
    seen = scope(actor).of(Person)
    row = tx.exec(select(Person).where(seen, Person.public_id == public_id)).first()
    while row is not None and row.merged_into_id is not None:
        row = tx.exec(select(Person).where(seen, Person.id == row.merged_into_id)).first()
    if row is None:
        raise NotFound(N_("Cette personne n’existe pas."))
    return row


def held(tx: Session, actor: Actor, public_id: str) -> Person:
    """The same for a coordinator who changes it: held against others for the rest of the transaction."""
    only_coordinator(actor)
    return hold_person(tx, find(tx, actor, public_id).id)


def named(tx: Session, actor: Actor, said: str) -> Person | None:
    """The person of the territory with this pseudonym or reference."""
    wanted = plain(said)
    rows = tx.exec(select(Person).where(scope(actor).of(Person), col(Person.merged_into_id).is_(None))).all()
    return next((row for row in rows if wanted and wanted in (plain(row.pseudonym), plain(row.ref))), None)


def _conditions(asked: Asked, area: int, day: date) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.status == "all":
        pass
    elif asked.status:
        wanted.append(col(Person.status) == asked.status)
    else:
        wanted.append(col(Person.status).in_(OPEN_STATES))
    if asked.area:
        wanted.append(col(Person.neighbourhood_id) == area)
    if asked.theme:
        wanted.append(
            exists().where(
                col(Request.person_id) == Person.id,
                col(Request.status).in_((*OPEN, "fulfilled")),
                cast(col(Request.themes), String).contains(f'"{asked.theme}"', autoescape=True),
            )
        )
    if asked.look:
        wanted.append(_looked_for(asked.look, day))
    return wanted


def _looked_for(look: str, day: date) -> ColumnElement[bool]:
    current = (
        col(Consent.person_id) == Person.id,
        col(Consent.ended_at).is_(None),
        col(Consent.status) == "given",
        col(Consent.expires_on) >= day,
    )
    beside = exists().where(col(Pairing.person_id) == Person.id, col(Pairing.status).in_(codes.GOING_ON))
    if look == "consent_soon":
        return exists().where(*current, col(Consent.expires_on) <= day + timedelta(days=SOON_DAYS))
    if look == "consent_missing":
        return ~exists().where(*current)
    if look == "without_pairing":
        return ~beside
    return exists().where(col(Pairing.person_id) == Person.id, col(Pairing.status) == "trial")


def _entries(
    tx: Session, site: Site, shown: list[int], areas: Mapping[int, str], labels: Mapping[str, str], day: date
) -> list[Entry]:
    """The rows of a page, with a fixed number of questions."""
    people = by_id(tx, Person, shown)
    consents = consents_of(tx, shown)
    requests: dict[int, Request] = {}
    for row in tx.exec(
        select(Request)
        .where(col(Request.person_id).in_(shown), col(Request.status).in_((*OPEN, "fulfilled")))
        .order_by(col(Request.received_on).desc(), col(Request.id).desc())
    ):
        requests[row.person_id] = row  # the oldest open one counts
    pairings = {
        row.person_id: row
        for row in tx.exec(
            select(Pairing).where(col(Pairing.person_id).in_(shown), col(Pairing.status).in_(codes.GOING_ON))
        ).all()
    }
    helpers = by_id(tx, PeerHelper, (row.peer_helper_id for row in pairings.values()))
    visits: dict[int, datetime] = {}
    for person, start in tx.exec(
        select(Visit.person_id, Visit.starts_at)
        .where(
            col(Visit.person_id).in_(shown),
            col(Visit.status).in_(codes.LIVE_VISIT_STATES),
            col(Visit.starts_at) >= site.clock.now(),
        )
        .order_by(col(Visit.starts_at).desc())
    ):
        visits[person] = start
    entries: list[Entry] = []
    for number in shown:
        person, consent, pairing = people[number], consents.get(number), pairings.get(number)
        request = requests.get(number)
        state = consent_state(consent, day)
        until = consent.expires_on if consent is not None and state in ("given", "expired") else None
        entries.append(
            Entry(
                public_id=person.public_id,
                ref=person.ref,
                pseudonym=person.pseudonym,
                neighbourhood=areas.get(person.neighbourhood_id or 0, ""),
                status=person.status,
                themes=tuple(labels.get(code, code) for code in request.themes) if request is not None else (),
                consent=state,
                consent_until=until,
                consent_ends_soon=state == "given" and until is not None and until <= day + timedelta(days=SOON_DAYS),
                helper=helpers[pairing.peer_helper_id].display_name if pairing is not None else "",
                pairing=pairing.status if pairing is not None else "",
                next_visit=visits.get(number),
            )
        )
    return entries

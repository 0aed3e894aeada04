"""
Break-glass (`security.md` C7): in an emergency a coordinator opens the record of one person of another territory.

For an hour, with a coded reason, at most five times in a day; the person and their own coordination are told, and the
latter says within seven days whether it was right. In the own territory nothing is closed to the coordination
(`domain.md` 7), so there is nothing to open (decision 0044).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from sqlmodel import Session, col, func, or_, select

from locales import N_
from service import audit, codes, contact_cards, duties, help_numbers, lifecycles, notices
from service.access import REAL
from service.access_scope import only_coordinator, scope
from service.clock import Clock
from service.errors import NotAcceptable, NotFound, Outdated, StepNotAllowed
from service.help_numbers import Line
from service.rows import by_id
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.emergencies import EmergencyOpening
from service.tables.pairings import Pairing
from service.tables.people import PeerHelper, Person, Professional
from service.tables.territory import Territory

LASTS = timedelta(minutes=60)
REVIEWED_IN = timedelta(days=7)
MOST_A_DAY = 5
"""In any 24 hours, tries that found nobody included: so nobody learns by trying who is accompanied elsewhere."""
SHOWN = timedelta(days=31)
"""So long an opening stands on the list after its review, or after it was made by whoever looks at the list."""
CARD = ("phone", "email", "address", "door")
NOBODY = N_("Personne ne s’appelle ainsi dans ce réseau. Demandez encore une fois, ou appelez ce réseau.")


@dataclass(frozen=True)
class Elsewhere:
    """Another territory of this installation."""

    public_id: str
    name: str


@dataclass(frozen=True)
class Opening:
    """
    One opening on the list; `who` is the pseudonym, for the person's own coordination alone.

    `by` and `came_from` say who opened and for which territory they coordinate.
    """

    public_id: str
    revision: int
    state: str
    reason: str
    opened_at: datetime
    ends_at: datetime
    review_by: datetime
    is_own: bool
    is_running: bool
    is_late: bool
    territory: str
    by: str
    came_from: str
    who: str
    person: str


@dataclass(frozen=True)
class Listed:
    """What the coordinator opened, what was opened of their people, and how many more they may open today."""

    own: tuple[Opening, ...]
    of_ours: tuple[Opening, ...]
    left: int
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True)
class Found:
    """
    What an emergency needs of a person, and nothing else; `card` holds what is written of their contact card.

    `helper` goes to see them, `coordinators` and `duty` are whom to call in their territory.
    """

    public_id: str
    pseudonym: str
    ref: str
    languages: tuple[str, ...]
    card: Mapping[str, str]
    helper: str
    territory: str
    coordinators: tuple[str, ...]
    duty: Line | None
    reason: str
    ends_at: datetime


def listed(site: Site, actor: Actor, *, clock: Clock = REAL) -> Listed:
    """The page of the coordinator, newest first; what waits for a review stands before what had one."""
    here, now = only_coordinator(actor), clock.now()
    with site.db() as tx:
        rows = tx.exec(
            select(EmergencyOpening)
            .where(
                scope(actor).of(EmergencyOpening),
                or_(col(EmergencyOpening.state) == "open", col(EmergencyOpening.opened_at) > now - SHOWN),
            )
            .order_by(col(EmergencyOpening.opened_at).desc(), col(EmergencyOpening.id).desc())
        ).all()
        accounts = by_id(tx, Account, (row.opened_by for row in rows))
        openers = by_id(tx, Professional, (one.party_id for one in accounts.values()))
        of_rows = [row.person_id for row in rows if row.person_id is not None]
        ours = {
            one.id: one
            for one in tx.exec(select(Person).where(scope(actor).of(Person), col(Person.id).in_(of_rows))).all()
        }
        places = {one.id: one for one in tx.exec(select(Territory).order_by(Territory.name)).all()}
        lines = [
            Opening(
                public_id=row.public_id,
                revision=row.revision,
                state=row.state,
                reason=row.reason,
                opened_at=row.opened_at,
                ends_at=row.opened_at + LASTS,
                review_by=row.opened_at + REVIEWED_IN,
                is_own=row.opened_by == actor.account_id,
                is_running=row.person_id is not None and now < row.opened_at + LASTS,
                is_late=row.state == "open" and now > row.opened_at + REVIEWED_IN,
                territory=places[row.territory_id].name,
                by=openers[accounts[row.opened_by].party_id or 0].display_name,
                came_from=places[accounts[row.opened_by].territory_id or 0].name,
                who=ours[row.person_id].pseudonym if row.person_id in ours else "",
                person=ours[row.person_id].public_id if row.person_id in ours else "",
            )
            for row in rows
        ]
        return Listed(
            own=tuple(one for one in lines if one.is_own),
            of_ours=tuple(sorted((one for one in lines if one.who), key=lambda one: one.state != "open")),
            left=max(0, MOST_A_DAY - _made_lately(tx, actor, now)),
            elsewhere=tuple(Elsewhere(one.public_id, one.name) for one in places.values() if one.id != here),
        )


def lacking(called: str, reason: str) -> dict[str, str]:
    """What is still to be written before anything can open, in sentences by field."""
    wrong: dict[str, str] = {}
    if not called.strip():
        wrong["called"] = N_("Écrivez le pseudonyme ou la référence.")
    if reason not in codes.EMERGENCY_REASONS:
        wrong["reason"] = N_("Choisissez pourquoi c’est une urgence.")
    return wrong


def open_record(
    site: Site, actor: Actor, territory: str, called: str, reason: str, *, clock: Clock = REAL
) -> str | None:
    """
    Open the record of the person who is called so in that territory, by pseudonym or reference, word for word.

    The public id of the opening; None when nobody is called so, which counts as well.

    Raises
    ------
    NotAcceptable
        When a field is missing, or the five of the day are used up.
    """
    here, now = only_coordinator(actor), clock.now()
    called = normalize("NFC", called).strip()
    for field, sentence in lacking(called, reason).items():
        raise NotAcceptable(sentence, field)
    with site.db.begin() as tx:
        # Of two at once from one account, one waits: together they are no more than five (PostgreSQL).
        tx.exec(select(Account.id).where(Account.id == actor.account_id).with_for_update()).one()
        place = tx.exec(select(Territory).where(Territory.public_id == territory, Territory.id != here)).first()
        if place is None:
            raise NotAcceptable(N_("Choisissez le réseau de la personne."), "territory")
        if _made_lately(tx, actor, now) >= MOST_A_DAY:
            raise NotAcceptable(
                N_("Vous avez déjà ouvert ou cherché cinq fiches en 24 heures. Appelez l’autre réseau, ou le 112."),
                "called",
            )
        person = tx.exec(
            select(Person).where(
                Person.territory_id == place.id,
                col(Person.merged_into_id).is_(None),
                or_(func.lower(Person.pseudonym) == called.lower(), func.lower(Person.ref) == called.lower()),
            )
        ).first()
        row = EmergencyOpening(
            public_id=site.ids.new(),
            territory_id=place.id or 0,
            person_id=person.id if person is not None else None,
            opened_by=actor.account_id or 0,
            reason=reason,
            state="open" if person is not None else "nobody",
            opened_at=now,
        )
        tx.add(row)
        tx.flush()
        if person is None:
            audit.note(tx, site, actor, "emergency.nobody", "emergency_opening", row.public_id)
            return None
        audit.note(tx, site, actor, "emergency.opened", "emergency_opening", row.public_id)
        notices.tell(tx, site, "opened_in_emergency", person, party=person.id)
        return row.public_id


def look(site: Site, actor: Actor, public_id: str, *, clock: Clock = REAL) -> Found:
    """
    The person, for whoever opened and as long as the hour lasts; each look stands in the log.

    Raises
    ------
    NotFound
        When the actor did not open it, or found nobody.
    StepNotAllowed
        When the hour is over.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = _reached(tx, actor, public_id)
        if row.opened_by != actor.account_id or row.person_id is None:
            raise NotFound(N_("Cette ouverture n’existe pas."))
        if clock.now() >= row.opened_at + LASTS:
            raise StepNotAllowed(N_("L’heure est passée : cette fiche est de nouveau fermée."))
        person = tx.get_one(Person, row.person_id)
        place = tx.get_one(Territory, row.territory_id)
        audit.note(tx, site, actor, audit.READ_IN_EMERGENCY, "contact_card", person.public_id)
        helper = tx.exec(
            select(PeerHelper.display_name)
            .join(Pairing, col(Pairing.peer_helper_id) == PeerHelper.id)
            .where(Pairing.person_id == person.id, col(Pairing.status).in_(codes.GOING_ON))
            .order_by(col(Pairing.id).desc())
        ).first()
        told = contact_cards.of(tx, site, [person.id]).get(person.id, {})
        return Found(
            public_id=row.public_id,
            pseudonym=person.pseudonym,
            ref=person.ref,
            languages=tuple(person.languages),
            card={name: told[name] for name in CARD if told.get(name)},
            helper=helper or "",
            territory=place.name,
            coordinators=tuple(duties.names_in(tx, site, place)),
            duty=help_numbers.numbers_of(tx, place).duty,
            reason=row.reason,
            ends_at=row.opened_at + LASTS,
        )


def review(site: Site, actor: Actor, public_id: str, state: str, *, revision: int, clock: Clock = REAL) -> None:
    """
    Say whether it was right to open, or take that back (`open`); for the person's own coordination alone.

    Raises
    ------
    NotFound
        When none of the own people was opened so.
    Outdated
        When a colleague reviewed it meanwhile.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = _reached(tx, actor, public_id)
        ours = select(Person.id).where(scope(actor).of(Person), Person.id == row.person_id)
        if tx.exec(ours).first() is None:
            raise NotFound(N_("Cette ouverture n’existe pas."))
        if row.revision != revision:
            raise Outdated(N_("Quelqu’un d’autre a relu cette ouverture entre-temps."))
        lifecycles.step("emergency_opening", row.state, state)
        row.state = state
        row.reviewed_at, row.reviewed_by = (None, None) if state == "open" else (clock.now(), actor.account_id)
        tx.add(row)
        audit.note(tx, site, actor, f"emergency.{state}", "emergency_opening", row.public_id)


def _reached(tx: Session, actor: Actor, public_id: str) -> EmergencyOpening:
    wanted = select(EmergencyOpening).where(EmergencyOpening.public_id == public_id, scope(actor).of(EmergencyOpening))
    row = tx.exec(wanted.with_for_update()).first()
    if row is None:
        raise NotFound(N_("Cette ouverture n’existe pas."))
    return row


def _made_lately(tx: Session, actor: Actor, now: datetime) -> int:
    made = select(func.count()).where(
        EmergencyOpening.opened_by == actor.account_id, col(EmergencyOpening.opened_at) > now - timedelta(days=1)
    )
    return tx.exec(made).one()

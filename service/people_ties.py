"""Between people: helpers a person does not want, has met or wishes for, and persons who may not share one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, or_, select

from locales import N_
from service import audit, clock, codes
from service.access_scope import only_coordinator, scope
from service.errors import NotAcceptable, NotFound, StepNotAllowed
from service.pairing_data import BARRING_ENDS
from service.people import find, held, named
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing
from service.tables.people import MetBefore, PeerHelper, Person, Refusal, Separation
from service.tables.territory import Territory


@dataclass(frozen=True)
class Tie:
    """
    Somebody tied to a person: a helper, or another person.

    `can_be_lifted` is false where it follows from what one of both said about a pairing (rule 6).
    """

    public_id: str
    name: str
    ref: str
    can_be_lifted: bool = True


@dataclass(frozen=True)
class Ties:
    """Helpers left out, those met before, and whom else there is, by public id."""

    excluded: tuple[Tie, ...]
    met_before: tuple[Tie, ...]
    others: Mapping[str, str]


def ties(
    tx: Session,
    person: Person,
    helpers: Mapping[int, PeerHelper],
    pairings: Sequence[Pairing],
    barring: Collection[str],
) -> Ties:
    """A person's ties with the helpers of the territory; from where a refusal comes is not told."""
    said = {row.peer_helper_id for row in pairings if row.status == "declined" or row.reason in barring}
    refused = set(tx.exec(select(Refusal.peer_helper_id).where(Refusal.person_id == person.id)).all())
    met = set(tx.exec(select(MetBefore.peer_helper_id).where(MetBefore.person_id == person.id)).all())

    def shown(numbers: Collection[int]) -> tuple[Tie, ...]:
        return tuple(
            Tie(one.public_id, one.display_name, one.ref, number not in said)
            for number, one in helpers.items()
            if number in numbers
        )

    others = {one.public_id: one.display_name for one in helpers.values() if one.status != "left"}
    return Ties(shown(refused), shown(met), others)


def separated_from(tx: Session, person: Person) -> tuple[Tie, ...]:
    """The persons who may not have the same helper as this one (rule 12)."""
    rows = tx.exec(_separations(person)).all()
    other = by_id(tx, Person, (_other(row, person) for row in rows))
    return tuple(
        Tie(one.public_id, one.pseudonym, one.ref) for one in sorted(other.values(), key=lambda one: one.pseudonym)
    )


def exclude(site: Site, actor: Actor, person: str, helper: str) -> None:
    """
    Never propose this helper to this person; nobody asks why.

    Raises
    ------
    StepNotAllowed
        While both have a pairing: that one ends first, in its own way.
    """
    with site.db.begin() as tx:
        row, other = _both(tx, actor, person, helper)
        live = select(Pairing.id).where(
            Pairing.person_id == row.id,
            Pairing.peer_helper_id == other.id,
            col(Pairing.status).in_(codes.LIVE_PAIRING_STATES),
        )
        if tx.exec(live).first() is not None:
            raise StepNotAllowed(
                N_("Un binôme ou une proposition les réunit encore. Terminez-le ou retirez-la d’abord.")
            )
        if _tie(tx, Refusal, row, other) is None:
            day = clock.today(site.clock, tx.get_one(Territory, row.territory_id).timezone)
            tx.add(Refusal(person_id=row.id, peer_helper_id=other.id, since=day))
        if row.named_helper_id == other.id:
            row.named_helper_id = None
            tx.add(row)
        audit.note(tx, site, actor, "person.helper_excluded", "person", row.public_id)


def allow(site: Site, actor: Actor, person: str, helper: str) -> None:
    """
    Let a helper be proposed again who was left out by hand.

    Raises
    ------
    StepNotAllowed
        When one of both said no to the other, or ended their pairing: that is never undone for them (rule 6).
    """
    with site.db.begin() as tx:
        row, other = _both(tx, actor, person, helper)
        said = select(Pairing.id).where(
            Pairing.person_id == row.id,
            Pairing.peer_helper_id == other.id,
            or_(col(Pairing.status) == "declined", col(Pairing.reason).in_(BARRING_ENDS)),
        )
        if tx.exec(said).first() is not None:
            raise StepNotAllowed(N_("L’un des deux a dit non ou a arrêté. Cela se respecte : la paire ne revient pas."))
        tie = _tie(tx, Refusal, row, other)
        if tie is not None:
            tx.delete(tie)
            audit.note(tx, site, actor, "person.helper_allowed", "person", row.public_id)


def note_met(site: Site, actor: Actor, person: str, helper: str, *, met: bool) -> None:
    """Note that person and helper met before, at an open place for example; or take it back."""
    with site.db.begin() as tx:
        row, other = _both(tx, actor, person, helper)
        tie = _tie(tx, MetBefore, row, other)
        if met and tie is None:
            tx.add(MetBefore(person_id=row.id, peer_helper_id=other.id))
        elif tie is not None and not met:
            tx.delete(tie)
        audit.note(tx, site, actor, "person.met" if met else "person.met_taken_back", "person", row.public_id)


def separate(site: Site, actor: Actor, person: str, other: str) -> None:
    """
    Declare that two persons may not have the same helper; no reason is kept.

    `other` is the pseudonym or the reference of the other one.

    Raises
    ------
    NotAcceptable
        When nobody of the territory is known by it, or it is the same person.
    """
    with site.db.begin() as tx:
        row = held(tx, actor, person)
        second = named(tx, actor, other)
        if second is None:
            raise NotAcceptable(N_("Personne n’a ce pseudonyme ni cette référence. Vérifiez l’orthographe."), "other")
        if second.id == row.id:
            raise NotAcceptable(N_("Ce sont deux personnes différentes qu’il faut indiquer."), "other")
        low, high = sorted((row.id, second.id))
        same = select(Separation).where(Separation.person_id == low, Separation.other_person_id == high)
        if tx.exec(same).first() is None:
            tx.add(Separation(person_id=low, other_person_id=high))
        for one in (row, second):
            audit.note(tx, site, actor, "person.separated", "person", one.public_id)


def lift(site: Site, actor: Actor, person: str, other: str) -> None:
    """Two persons may have the same helper again."""
    with site.db.begin() as tx:
        row, second = held(tx, actor, person), find(tx, actor, other)
        for tie in tx.exec(_separations(row)).all():
            if _other(tie, row) == second.id:
                tx.delete(tie)
                for one in (row, second):
                    audit.note(tx, site, actor, "person.separation_lifted", "person", one.public_id)


def _separations(person: Person) -> Any:
    return select(Separation).where(or_(Separation.person_id == person.id, Separation.other_person_id == person.id))


def _other(row: Separation, person: Person) -> int:
    return row.other_person_id if row.person_id == person.id else row.person_id


def _both(tx: Session, actor: Actor, person: str, helper: str) -> tuple[Person, PeerHelper]:
    only_coordinator(actor)
    row = held(tx, actor, person)
    other = tx.exec(select(PeerHelper).where(scope(actor).of(PeerHelper), PeerHelper.public_id == helper)).first()
    if other is None:
        raise NotFound(N_("Ce pair-aidant n’existe pas."))
    return row, other


def _tie(tx: Session, table: type[Any], person: Person, helper: PeerHelper) -> Any:
    return tx.exec(select(table).where(table.person_id == person.id, table.peer_helper_id == helper.id)).first()

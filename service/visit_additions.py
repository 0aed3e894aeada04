"""Visits that the coordinator adds by hand, of any kind: the best slots, a moment of one's own, and writing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from locales import N_
from matching.planning.instance import FIRST
from service import codes
from service.access_scope import scope
from service.errors import NotFound, StepNotAllowed
from service.planning_data import read_instance, taken_elsewhere
from service.planning_records import Horizon
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person
from service.tables.territory import Territory
from service.visit_plan import LIVE_PAIRINGS
from service.visit_rows import coordinating, today_of, week_of
from service.visit_slots import WEEKS_LOOKED_AT, Asked, Loose
from service.visit_solutions import Solutions, solutions, write


@dataclass(frozen=True)
class Wish:
    """Which visit is asked for: the pairing by its public id, the kind, and the day from whose week on it may be."""

    pairing: str
    kind: str
    day: date


@dataclass(frozen=True)
class Pair:
    """A pairing that may have a visit more."""

    id: str
    pseudonym: str
    helper: str


def pairs(site: Site, actor: Actor) -> tuple[Pair, ...]:
    """Every pairing that may have visits, in order of the person's name."""
    with site.db() as tx:
        coordinating(tx, actor)
        rows = tx.exec(select(Pairing).where(scope(actor).of(Pairing), col(Pairing.status).in_(LIVE_PAIRINGS))).all()
        persons = by_id(tx, Person, (row.person_id for row in rows))
        helpers = by_id(tx, PeerHelper, (row.peer_helper_id for row in rows))
        found = [
            Pair(row.public_id, persons[row.person_id].pseudonym, helpers[row.peer_helper_id].display_name)
            for row in rows
        ]
        return tuple(sorted(found, key=lambda one: (one.pseudonym, one.helper, one.id)))


def additions_for(site: Site, actor: Actor, wish: Wish) -> Solutions:
    """
    The best slots of a visit more, beside all others as they stand; without any, the rules in the way and the ways out.

    Raises
    ------
    NotFound
        When the actor has no such pairing.
    StepNotAllowed
        When the pairing may have no visit of this kind: it is paused or over, or has its first visit already.
    """
    with site.db() as tx:
        territory = coordinating(tx, actor)
        return solutions(tx, territory, _wished(tx, site, actor, territory, wish))


def addition_at(site: Site, actor: Actor, wish: Wish, day: date, minute: int) -> Asked:
    """A moment chosen by hand for a visit more, and every rule against it; nothing is written."""
    with site.db() as tx:
        return _wished(tx, site, actor, coordinating(tx, actor), wish).asked(day, minute)


def add(site: Site, actor: Actor, wish: Wish, slot: str, *, pin: bool = False) -> str:
    """
    Write a visit more into one of its slots; its public id. It is told to nobody before it is published.

    Raises
    ------
    RuleBroken
        When the slot no longer keeps every rule.
    ConsentMissing
        When the person's consent does not hold on that day.
    DoubleBooking
        When somebody would be at two things at once.
    """
    with site.db.begin() as tx:
        territory = coordinating(tx, actor)
        return write(tx, site, actor, territory, _wished(tx, site, actor, territory, wish), slot, pin=pin)


def _wished(tx: Session, site: Site, actor: Actor, territory: Territory, wish: Wish) -> Loose:
    """The visit asked for, free to go anywhere among all that stand."""
    if wish.kind not in codes.VISIT_KINDS:
        raise StepNotAllowed(N_("Cette sorte de visite n’existe pas."))
    pairing = tx.exec(select(Pairing).where(Pairing.public_id == wish.pairing, scope(actor).of(Pairing))).first()
    if pairing is None:
        raise NotFound(N_("Ce binôme n’existe pas."))
    if wish.kind == FIRST and _has_first(tx, pairing):
        raise StepNotAllowed(N_("La première rencontre a déjà sa place, ou a eu lieu."), pairing=wish.pairing)
    start = week_of(max(wish.day, today_of(site, territory)))
    horizon = Horizon(start, WEEKS_LOOKED_AT * 7, territory.timezone)
    now = site.clock.now()
    instance = read_instance(
        tx, territory, now=now, start=start, weeks=WEEKS_LOOKED_AT, stand=True, added=(pairing.ref, wish.kind)
    )
    task = next((one for one in instance.tasks if one.series == pairing.ref and one.visit is None), None)
    if task is None:
        raise StepNotAllowed(N_("Ce binôme est en pause, ou a pris fin."), pairing=wish.pairing)
    elsewhere = taken_elsewhere(tx, territory, horizon, now)
    return Loose(instance, task, horizon, horizon.tick(now), told=False, elsewhere=elsewhere)


def _has_first(tx: Session, pairing: Pairing) -> bool:
    """Whether the joint first visit was held or stands."""
    states = (*codes.LIVE_VISIT_STATES, "done")
    wanted = select(Visit.id).where(Visit.pairing_id == pairing.id, Visit.kind == FIRST, col(Visit.status).in_(states))
    return pairing.status != "accepted" or tx.exec(wanted).first() is not None

"""
What a peer helper can and cannot do, as they say themselves: how much, how far, what not; a rest; whom not to meet.

The coordination hears that something changed, never why. The next calculation reads what is written here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes, lifecycles, notices
from service.access_scope import scope
from service.errors import HoursNotValid, NotFound, Outdated, Refused
from service.site import Actor, Site
from service.tables.people import Conflict, Party, PeerHelper
from service.tables.territory import Neighbourhood, Territory

MOST_HOURS = 40
MOST_PERSONS = 20
MOST_VISITS = 8
MOST_KM = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What a helper sets; `hours` a week, `km` from home, `cannot_visit` codes, `areas` public ids to stay out of."""

    hours: float
    persons: int
    visits_per_day: int
    km: float
    transport: str
    lone_visits: bool
    cannot_visit: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class OwnLimits:
    """The limits with what their page needs: `areas` are all of the territory's, by name."""

    revision: int
    limits: Limits
    status: str
    resting_until: date | None
    areas: tuple[tuple[str, str], ...]


def own(site: Site, actor: Actor) -> OwnLimits:
    """The reader's own limits."""
    with site.db() as tx:
        row = _own(tx, actor)
        areas = _areas(tx, row)
        out = set(_kept_out(tx, row))
        return OwnLimits(
            revision=row.revision,
            limits=Limits(
                hours=row.weekly_minutes_max / 60,
                persons=row.max_persons,
                visits_per_day=row.max_visits_per_day,
                km=row.max_travel_km,
                transport=row.transport,
                lone_visits=row.lone_visit_ok,
                cannot_visit=tuple(row.cannot_visit),
                areas=tuple(one.public_id for one in areas if one.id in out),
            ),
            status=row.status,
            resting_until=row.resting_until,
            areas=tuple((one.public_id, one.name) for one in areas),
        )


def change(site: Site, actor: Actor, limits: Limits, revision: int) -> None:
    """
    Write the limits down.

    Raises
    ------
    Outdated
        When somebody else changed them since the page was shown.
    HoursNotValid
        When a number is out of its range or a choice is not in its list.
    """
    _must_be_possible(limits)
    with site.db.begin() as tx:
        row = _seen(tx, actor, revision)
        row.weekly_minutes_max = round(limits.hours * 60)
        row.max_persons, row.max_visits_per_day = limits.persons, limits.visits_per_day
        row.max_travel_km, row.transport = limits.km, limits.transport
        row.lone_visit_ok = limits.lone_visits
        row.cannot_visit = [code for code in codes.ENVIRONMENT_FLAGS if code in limits.cannot_visit]
        tx.add(row)
        _keep_out(tx, row, limits.areas)
        _told(tx, site, actor, row, "limits_changed", "helper.limits_changed")


def rest(site: Site, actor: Actor, until: date | None, revision: int) -> None:
    """
    Take a rest from new accompaniments, `until` its last day, None = until they say so; without a reason.

    Those under way go on; they are paused or stopped on their own page.
    """
    with site.db.begin() as tx:
        row = _seen(tx, actor, revision)
        if until is not None and until < _today(tx, site, row):
            raise HoursNotValid(N_("Le dernier jour de repos est déjà passé. Choisissez un autre jour."))
        if row.status != "resting":
            lifecycles.step("peer_helper", row.status, "resting")
        row.status, row.resting_until = "resting", until
        tx.add(row)
        _told(tx, site, actor, row, "limits_changed", "helper.resting")


def back(site: Site, actor: Actor, revision: int) -> None:
    """End the rest today."""
    with site.db.begin() as tx:
        row = _seen(tx, actor, revision)
        lifecycles.step("peer_helper", "resting" if row.status == "resting" else row.status, "active")
        row.status, row.resting_until = "active", None
        tx.add(row)
        _told(tx, site, actor, row, "limits_changed", "helper.back")


def knows_somebody(site: Site, actor: Actor) -> None:
    """Ask the coordination to get in touch about somebody whom they know; nothing else is written down."""
    with site.db.begin() as tx:
        row = _own(tx, actor)
        _told(tx, site, actor, row, "knows_somebody", "helper.knows_somebody")


def end_rests(site: Site) -> int:
    """Let the rests end whose last day has passed; how many."""
    count = 0
    with site.db() as tx:
        due = [
            (row.id, territory.id)
            for territory in tx.exec(select(Territory).order_by(Territory.ref)).all()
            for row in tx.exec(
                select(PeerHelper).where(
                    PeerHelper.territory_id == territory.id,
                    PeerHelper.status == "resting",
                    col(PeerHelper.resting_until) < clock.today(site.clock, territory.timezone),
                )
            ).all()
        ]
    for helper, territory in due:
        try:
            with site.db.begin() as tx:
                row = tx.get_one(PeerHelper, helper)
                lifecycles.step("peer_helper", row.status, "active")
                row.status, row.resting_until = "active", None
                tx.add(row)
                _told(tx, site, Actor("system", territory), row, "limits_changed", "helper.back")
                count += 1
        except Refused as error:  # somebody was faster
            log.warning("a rest has not ended yet: %s", type(error).__name__)
    return count


def _must_be_possible(limits: Limits) -> None:
    if not 0 < limits.hours <= MOST_HOURS:
        raise HoursNotValid(N_("Donnez un nombre d’heures par semaine, de 1 à %(most)d."), most=MOST_HOURS)
    if not 0 < limits.persons <= MOST_PERSONS:
        raise HoursNotValid(N_("Donnez un nombre de personnes, de 1 à %(most)d."), most=MOST_PERSONS)
    if not 0 < limits.visits_per_day <= MOST_VISITS:
        raise HoursNotValid(N_("Donnez un nombre de visites par jour, de 1 à %(most)d."), most=MOST_VISITS)
    if not 0 < limits.km <= MOST_KM:
        raise HoursNotValid(N_("Donnez une distance en kilomètres, de 1 à %(most)d."), most=MOST_KM)
    if limits.transport not in codes.TRANSPORTS or not set(limits.cannot_visit) <= set(codes.ENVIRONMENT_FLAGS):
        raise HoursNotValid(N_("Choisissez dans la liste."))


def _own(tx: Session, actor: Actor) -> PeerHelper:
    row = tx.exec(select(PeerHelper).where(scope(actor).of(PeerHelper), PeerHelper.id == actor.party_id)).first()
    if row is None:
        raise NotFound(N_("Cette page n’existe pas."))
    return row


def _seen(tx: Session, actor: Actor, revision: int) -> PeerHelper:
    row = _own(tx, actor)
    if row.revision != revision:
        raise Outdated(N_("Quelqu’un d’autre a changé vos limites entre-temps. Voici celles d’aujourd’hui."))
    return row


def _today(tx: Session, site: Site, row: PeerHelper) -> date:
    return clock.today(site.clock, tx.get_one(Territory, row.territory_id).timezone)


def _areas(tx: Session, row: PeerHelper) -> list[Neighbourhood]:
    found = tx.exec(select(Neighbourhood).where(Neighbourhood.territory_id == row.territory_id)).all()
    return sorted(found, key=lambda one: (one.name.casefold(), one.ref))


def _kept_out(tx: Session, row: PeerHelper) -> dict[int, Conflict]:
    found = tx.exec(
        select(Conflict).where(Conflict.peer_helper_id == row.id, col(Conflict.neighbourhood_id).is_not(None))
    ).all()
    return {one.neighbourhood_id: one for one in found if one.neighbourhood_id is not None}


def _keep_out(tx: Session, row: PeerHelper, areas: tuple[str, ...]) -> None:
    """Conflicts with neighbourhoods as chosen; those with people are the coordination's."""
    known = _kept_out(tx, row)
    wanted = {one.id for one in _areas(tx, row) if one.public_id in areas}
    for area, conflict in known.items():
        if area not in wanted:
            tx.delete(conflict)
    for area in sorted(number for number in wanted if number is not None and number not in known):
        tx.add(Conflict(peer_helper_id=row.id, neighbourhood_id=area))


def _told(tx: Session, site: Site, actor: Actor, row: PeerHelper, code: str, action: str) -> None:
    notices.tell_of_change(tx, site, code, tx.get_one(Party, row.id))
    audit.note(tx, site, actor, action, "peer_helper", row.public_id)

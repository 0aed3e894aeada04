"""Another moment for a meeting, chosen by the person among those that suit everybody who comes (story A2)."""

from __future__ import annotations

from sqlmodel import Session

from locales import N_
from matching.planning.plan import start_of
from service import audit, bookings, codes, visit_notices
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.territory import Territory
from service.visit_postponing import is_same_team
from service.visit_rows import must_consent, own_visit, people, put
from service.visit_slots import MOST_SLOTS, SlotChoice, gone, loosened


def moments(site: Site, actor: Actor, visit: str) -> tuple[SlotChoice, ...]:
    """
    Moments at which the same people could meet instead, in the order of the calendar; none breaks a rule.

    Raises
    ------
    StepNotAllowed
        When the meeting has begun, or no longer stands.
    """
    with site.db() as tx:
        row, territory = _mine(tx, site, actor, visit)
        loose = loosened(tx, site, territory, row)
        same = [one for one in loose.choices() if is_same_team(loose, one.id)]
        return tuple(sorted(same[:MOST_SLOTS], key=lambda one: one.start))


def choose(site: Site, actor: Actor, visit: str, slot: str, *, revision: int | None = None) -> None:
    """
    Move one's own meeting to one of its moments: the person has said yes to it, the others are told and asked.

    Raises
    ------
    RuleBroken
        When the moment no longer keeps every rule.
    Outdated
        When somebody changed the meeting since it was shown.
    ConsentMissing
        When the person's consent does not hold on that day.
    """
    with site.db.begin() as tx:
        row, territory = _mine(tx, site, actor, visit, revision)
        loose = loosened(tx, site, territory, row)
        if not is_same_team(loose, slot):
            raise gone(loose.task)
        chosen, before = loose.named(slot), visit_notices.known(row)
        known = people(tx, territory.id or 0)
        must_consent(tx, known.persons[row.person_id], loose.horizon.date(start_of(chosen) // 1440))
        put(row, loose.task, chosen, loose.horizon, known, site)
        row.person_answer = "accepted"
        tx.add(row)
        bookings.book(tx, row)
        visit_notices.tell_of_change(tx, site, actor, row, before)
        audit.note(tx, site, actor, "visit.moved", "visit", row.public_id)


def _mine(tx: Session, site: Site, actor: Actor, visit: str, revision: int | None = None) -> tuple[Visit, Territory]:
    if actor.role != "person":
        raise NotAllowed(N_("Chacun répond pour soi."))
    row = own_visit(tx, actor, visit, revision)
    if row.published_at is None:
        raise NotFound(N_("Cette visite n’existe pas."))
    if row.status not in codes.LIVE_VISIT_STATES or row.starts_at <= site.clock.now():
        raise StepNotAllowed(N_("Cette visite ne peut plus être déplacée."))
    return row, tx.get_one(Territory, row.territory_id)

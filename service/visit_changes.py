"""Changes of single visits: their best slots, moving, pinning, answers, cancelling, and publishing a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from locales import N_
from matching.planning.costs import evaluate
from matching.planning.instance import Instance, Slot, Task
from matching.planning.judge import violations
from matching.planning.plan import Visit as Planned
from matching.planning.plan import end_of, start_of
from matching.planning.slots import allowed_slots
from service import audit, bookings, codes
from service.errors import NotAllowed, NotFound, RuleBroken, StepNotAllowed
from service.lifecycles import step
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.territory import Territory
from service.visit_rows import coordinating, must_consent, own_visit, people, put, touch, week_of

MOST_SLOTS = 6
WEEKS_LOOKED_AT = 4
"""From the visit's week on, so that its rhythm and its helper's weeks are seen."""
SIDES = {
    "peer_helper": "by_helper",
    "person": "by_person",
    "professional": "by_professional",
    "coordinator": "by_service",
}


@dataclass(frozen=True)
class SlotChoice:
    """
    Somewhere a visit could go without breaking a rule, and what it would mean.

    `id` names it for `move`; `going` are the others beside the helper; `extra_travel` may be below 0.
    """

    id: str
    start: datetime
    end: datetime
    going: tuple[str, ...]
    extra_travel: int
    extra_cost: int
    costs: dict[str, int]
    changes_helper: bool


def slots_for(site: Site, actor: Actor, visit: str) -> tuple[SlotChoice, ...]:
    """The best slots of a visit beside all others as they stand, cheapest first; none breaks a rule."""
    with site.db() as tx:
        territory = coordinating(tx, actor)
        row = own_visit(tx, actor, visit)
        instance, task, horizon = _beside_all_others(tx, site, territory, row)
        return tuple(choice for choice, _ in _choices(instance, task, horizon, row)[:MOST_SLOTS])


def _beside_all_others(tx: Session, site: Site, territory: Territory, row: Visit) -> tuple[Instance, Task, Horizon]:
    """All visits fixed where they are, and this one free to move."""
    horizon = Horizon(week_of(_local_day(row, territory)), WEEKS_LOOKED_AT * 7, territory.timezone)
    instance = read_instance(
        tx,
        territory,
        now=site.clock.now(),
        start=horizon.first,
        weeks=WEEKS_LOOKED_AT,
        stand=True,
        free=frozenset((row.ref,)),
    )
    task = instance.task.get(row.ref)
    if task is None or row.status not in codes.LIVE_VISIT_STATES:
        raise StepNotAllowed(N_("Cette visite ne peut plus être déplacée."))
    return instance, task, horizon


def _local_day(row: Visit, territory: Territory) -> date:
    return row.starts_at.astimezone(Horizon(date(2000, 1, 1), 1, territory.timezone).moment(0).tzinfo).date()


def _choices(instance: Instance, task: Task, horizon: Horizon, row: Visit) -> list[tuple[SlotChoice, Slot]]:
    """Slots that keep every rule, each with its consequence, cheapest first."""
    others = tuple(Planned(one.id, one.fixed) for one in instance.tasks if one.fixed is not None)
    now = task.published
    # A visit that nobody was told of may move without being a change.
    quiet = replace(instance, tasks=tuple(replace(one, published=None) for one in instance.tasks))
    paid = quiet if row.published_at is None else instance
    base = evaluate(paid, (*others, Planned(task.id, now)) if now is not None else others).costs
    found: list[tuple[int, int, SlotChoice, Slot]] = []
    for slot in allowed_slots(instance, task):
        plan = (*others, Planned(task.id, slot))
        if slot == now or any(task.id in one.tasks for one in violations(quiet, plan)):
            continue
        costs = evaluate(paid, plan).costs
        extra = {name: costs[name] - base[name] for name in costs if costs[name] != base[name]}
        choice = SlotChoice(
            id=f"{horizon.moment(start_of(slot)).strftime('%Y-%m-%dT%H:%M')}|{'|'.join(slot.workers)}",
            start=horizon.moment(start_of(slot)),
            end=horizon.moment(end_of(task, slot)),
            going=slot.workers[1:],
            extra_travel=extra.get("travel", 0),
            extra_cost=sum(extra.values()),
            costs=extra,
            changes_helper=now is not None and now.workers[0] != slot.workers[0],
        )
        found.append((choice.extra_cost, start_of(slot), choice, slot))
    return [(choice, slot) for _, _, choice, slot in sorted(found, key=lambda one: (one[0], one[1], one[2].id))]


def move(site: Site, actor: Actor, visit: str, slot: str, *, pin: bool = False, revision: int | None = None) -> None:
    """
    Move a visit to one of its slots; it keeps its row and UID, and everybody is asked again.

    Raises
    ------
    RuleBroken
        When the slot is not, or no longer, one that keeps every rule.
    Outdated
        When somebody else changed the visit since it was shown.
    ConsentMissing
        When the person's consent does not hold on that day.
    """
    with site.db.begin() as tx:
        territory = coordinating(tx, actor)
        row = own_visit(tx, actor, visit, revision)
        instance, task, horizon = _beside_all_others(tx, site, territory, row)
        chosen = next((one for choice, one in _choices(instance, task, horizon, row) if choice.id == slot), None)
        if chosen is None:
            raise RuleBroken(N_("Cette heure n’est plus possible. Choisissez-en une autre."), visit=visit)
        known = people(tx, territory.id or 0)
        must_consent(tx, known.persons[row.person_id], horizon.date(start_of(chosen) // 1440))
        put(row, task, chosen, horizon, known, site)
        row.pinned = row.pinned or pin
        tx.add(row)
        bookings.book(tx, row)
        audit.note(tx, site, actor, "visit.moved", "visit", row.public_id)


def pin(site: Site, actor: Actor, visit: str, pinned: bool = True, *, revision: int | None = None) -> None:
    """Fix a visit by hand so that the planner leaves it, or let it go again."""
    with site.db.begin() as tx:
        coordinating(tx, actor)
        row = own_visit(tx, actor, visit, revision)
        if row.status not in codes.LIVE_VISIT_STATES:
            raise StepNotAllowed(N_("Cette visite n’est plus à venir."))
        if row.pinned != pinned:
            row.pinned = pinned
            touch(row, site, tells=False)
            tx.add(row)
            audit.note(tx, site, actor, "visit.pinned" if pinned else "visit.unpinned", "visit", row.public_id)


def answer_visit(
    site: Site, actor: Actor, visit: str, said: str, *, side: str | None = None, revision: int | None = None
) -> str:
    """
    Note what somebody says to a visit, without a reason; the visit's new state.

    `accepted` confirms it once everybody needed has said so: the helper, and for a first visit the person too.
    `declined` cancels it; it is due again. `other_time` leaves it for the coordinator to move. The coordinator enters
    for a `side` what was said by phone, on paper or in person.
    """
    if said not in codes.VISIT_ANSWERS or said == "pending":
        raise StepNotAllowed(N_("Cette réponse n’est pas prévue."))
    with site.db.begin() as tx:
        row = own_visit(tx, actor, visit, revision)
        side = side if actor.role == "coordinator" else actor.role
        if side not in ("peer_helper", "person"):
            raise NotAllowed(N_("Seuls la personne et le pair-aidant répondent pour une visite."))
        if side == "peer_helper" and actor.role == "peer_helper" and row.peer_helper_id != actor.party_id:
            raise NotAllowed(N_("Cette visite est celle d’un autre pair-aidant."))
        if row.status not in codes.LIVE_VISIT_STATES:
            raise StepNotAllowed(N_("Cette visite n’est plus à venir."))
        if side == "peer_helper":
            row.helper_answer = said
        else:
            row.person_answer = said
        if said == "declined":
            _cancel(tx, site, row, SIDES[side])
        elif _is_agreed(row) and row.status == "planned":
            step("visit", row.status, "confirmed")
            row.status = "confirmed"
            touch(row, site, tells=True)
        else:
            touch(row, site, tells=False)
        tx.add(row)
        bookings.book(tx, row)
        audit.note(tx, site, actor, f"visit.answered.{said}", "visit", row.public_id)
        return row.status


def _is_agreed(row: Visit) -> bool:
    needed = (row.helper_answer, row.person_answer) if row.kind == "first_joint" else (row.helper_answer,)
    return all(said == "accepted" for said in needed) and row.person_answer in ("pending", "accepted")


def cancel(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """Cancel a visit to come; who asked is known by their role, why is not asked."""
    with site.db.begin() as tx:
        row = own_visit(tx, actor, visit, revision)
        if actor.role not in SIDES:
            raise NotFound(N_("Cette visite n’existe pas."))
        _cancel(tx, site, row, SIDES[actor.role])
        tx.add(row)
        bookings.book(tx, row)
        audit.note(tx, site, actor, "visit.cancelled", "visit", row.public_id)


def _cancel(tx: Session, site: Site, row: Visit, reason: str) -> None:
    step("visit", row.status, "cancelled", reason)
    row.status, row.reason = "cancelled", reason
    touch(row, site, tells=True)


def publish(site: Site, actor: Actor, monday: date) -> int:
    """Tell everybody the visits of a week that stand and were not told yet; how many."""
    with site.db.begin() as tx:
        territory = coordinating(tx, actor)
        start, end = Horizon(monday, 7, territory.timezone).moments()
        rows = tx.exec(
            select(Visit)
            .where(
                Visit.territory_id == territory.id,
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.starts_at) >= start,
                col(Visit.starts_at) < end,
                col(Visit.published_at).is_(None),
            )
            .order_by(col(Visit.ref))
        ).all()
        for row in rows:
            row.published_at = site.clock.now()
            touch(row, site, tells=False)
            tx.add(row)
            audit.note(tx, site, actor, "visit.published", "visit", row.public_id)
        return len(rows)

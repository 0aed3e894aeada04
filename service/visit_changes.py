"""Changes of single visits: their best slots, moving, pinning, answers, cancelling, and publishing a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from matching.planning.plan import start_of
from service import audit, bookings, codes, visit_notices
from service.access_scope import scope
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.lifecycles import step
from service.planning_records import Horizon
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person
from service.tables.territory import Territory
from service.visit_rows import coordinating, must_consent, own_visit, people, put, touch
from service.visit_slots import MOST_SLOTS, Asked, Loose, SlotChoice, loosened

ANSWER_OPEN = timedelta(days=1)
SIDES = {
    "peer_helper": "by_helper",
    "person": "by_person",
    "professional": "by_professional",
    "coordinator": "by_service",
}


@dataclass(frozen=True)
class Before:
    """How a visit was before it moved, so that the move can be taken back."""

    slot: str
    pinned: bool
    helper_answer: str
    person_answer: str


@dataclass(frozen=True)
class Moved:
    """What a move left behind: the visit's new revision and how it was."""

    revision: int
    before: Before


def slots_for(site: Site, actor: Actor, visit: str) -> tuple[SlotChoice, ...]:
    """The best slots of a visit beside all others as they stand, cheapest first; none breaks a rule."""
    with site.db() as tx:
        territory = coordinating(tx, actor)
        loose = loosened(tx, site, territory, own_visit(tx, actor, visit))
        return tuple(loose.choices()[:MOST_SLOTS])


def slot_at(site: Site, actor: Actor, visit: str, day: date, minute: int) -> Asked:
    """A moment chosen by hand for a visit, and every rule against it; nothing is written."""
    with site.db() as tx:
        territory = coordinating(tx, actor)
        loose = loosened(tx, site, territory, own_visit(tx, actor, visit))
        return loose.asked(day, minute)


def move(site: Site, actor: Actor, visit: str, slot: str, *, pin: bool = False, revision: int | None = None) -> Moved:
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
        loose = loosened(tx, site, territory, row)
        before, known = _before(loose, row), visit_notices.known(row)
        _put(tx, site, territory, row, loose, slot)
        row.pinned = row.pinned or pin
        tx.add(row)
        bookings.book(tx, row)
        visit_notices.tell_of_change(tx, site, actor, row, known)
        audit.note(tx, site, actor, "visit.moved", "visit", row.public_id)
        return Moved(row.revision, before)


def take_back(site: Site, actor: Actor, visit: str, before: Before, *, revision: int) -> None:
    """
    Bring a visit back to where it was before it moved, with the answers it had, unless anything happened since.

    Raises
    ------
    Outdated
        When somebody changed the visit since the move.
    RuleBroken
        When its old place no longer keeps every rule.
    """
    with site.db.begin() as tx:
        territory = coordinating(tx, actor)
        row = own_visit(tx, actor, visit, revision)
        answers = (before.helper_answer, before.person_answer)
        if not set(answers) <= set(codes.VISIT_ANSWERS) or "declined" in answers:
            raise StepNotAllowed(N_("Cette réponse n’est pas prévue."))
        known = visit_notices.known(row)
        _put(tx, site, territory, row, loosened(tx, site, territory, row), before.slot)
        row.pinned = before.pinned
        row.helper_answer, row.person_answer = answers
        if is_agreed(row):
            step("visit", row.status, "confirmed")
            row.status = "confirmed"
        tx.add(row)
        bookings.book(tx, row)
        visit_notices.tell_of_change(tx, site, actor, row, known)
        audit.note(tx, site, actor, "visit.moved_back", "visit", row.public_id)


def _before(loose: Loose, row: Visit) -> Before:
    stands = loose.task.published
    if stands is None:
        raise StepNotAllowed(N_("Cette visite ne peut plus être déplacée."))
    return Before(loose.id_of(stands), row.pinned, row.helper_answer, row.person_answer)


def _put(tx: Session, site: Site, territory: Territory, row: Visit, loose: Loose, slot: str) -> None:
    """Write a slot into a visit once every rule and the person's consent let it."""
    chosen = loose.named(slot)
    known = people(tx, territory.id or 0)
    must_consent(tx, known.persons[row.person_id], loose.horizon.date(start_of(chosen) // 1440))
    put(row, loose.task, chosen, loose.horizon, known, site)


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
            visit_notices.tell_of_cancelled(tx, site, actor, row)
        elif is_agreed(row) and row.status == "planned":
            step("visit", row.status, "confirmed")
            row.status = "confirmed"
            touch(row, site, tells=True)
        else:
            touch(row, site, tells=False)
        tx.add(row)
        bookings.book(tx, row)
        audit.note(tx, site, actor, f"visit.answered.{said}", "visit", row.public_id)
        return row.status


def can_take_back_answer(row: Visit, side: str, now: datetime) -> bool:
    """
    Whether somebody's own answer is still open: the visit lies ahead, and it stands, or their own no cancelled it.

    A no is taken back within a day; afterwards somebody has gone on with it.
    """
    said = row.helper_answer if side == "peer_helper" else row.person_answer
    if said == "pending" or row.starts_at <= now:
        return False
    if row.status in codes.LIVE_VISIT_STATES:
        return True
    own_no = row.status == "cancelled" and said == "declined" and row.reason == SIDES[side]
    return own_no and now - row.changed_at < ANSWER_OPEN


@dataclass(frozen=True)
class OpenNo:
    """A visit to come that one's own no cancelled, and that still can be taken back; `who` is the other side."""

    public_id: str
    revision: int
    start: datetime
    end: datetime
    who: str


def open_refusals(site: Site, actor: Actor) -> tuple[OpenNo, ...]:
    """One's own refusals of the last day, the next visit first."""
    if actor.role not in ("peer_helper", "person"):
        return ()
    with site.db() as tx:
        now = site.clock.now()
        rows = [
            row
            for row in tx.exec(
                select(Visit)
                .where(
                    scope(actor).of(Visit),
                    Visit.status == "cancelled",
                    col(Visit.published_at).is_not(None),
                    col(Visit.starts_at) > now,
                )
                .order_by(col(Visit.starts_at), col(Visit.ref))
            ).all()
            if can_take_back_answer(row, actor.role, now)
            and (actor.role == "person" or row.peer_helper_id == actor.party_id)
        ]
        persons = by_id(tx, Person, (row.person_id for row in rows))
        helpers = by_id(tx, PeerHelper, (row.peer_helper_id for row in rows))
        return tuple(
            OpenNo(
                row.public_id,
                row.revision,
                row.starts_at,
                row.ends_at,
                persons[row.person_id].pseudonym
                if actor.role == "peer_helper"
                else helpers[row.peer_helper_id].display_name,
            )
            for row in rows
        )


def take_back_answer(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """
    Take one's own answer back; the visit waits for it again.

    Raises
    ------
    StepNotAllowed
        When the visit has begun, or went on without this answer.
    DoubleBooking
        After a no, when somebody was given something else to do at that time.
    """
    if actor.role not in ("peer_helper", "person"):
        raise NotAllowed(N_("Chacun répond pour soi."))
    with site.db.begin() as tx:
        row = own_visit(tx, actor, visit, revision)
        if actor.role == "peer_helper" and row.peer_helper_id != actor.party_id:
            raise NotAllowed(N_("Cette visite est celle d’un autre pair-aidant."))
        if not can_take_back_answer(row, actor.role, site.clock.now()):
            raise StepNotAllowed(N_("Cette réponse ne peut plus être reprise. Appelez la coordination."))
        if actor.role == "peer_helper":
            row.helper_answer = "pending"
        else:
            row.person_answer = "pending"
        stood_off = row.status == "cancelled"
        if stood_off:
            may_stand_again(tx, row, N_("Cette réponse ne peut plus être reprise. Appelez la coordination."))
            row.reason = None
        if row.status != "planned" and not (row.status == "confirmed" and is_agreed(row)):
            step("visit", row.status, "planned")
            row.status = "planned"
            if is_agreed(row):
                step("visit", row.status, "confirmed")
                row.status = "confirmed"
            touch(row, site, tells=True)
        else:
            touch(row, site, tells=False)
        tx.add(row)
        bookings.book(tx, row)
        if stood_off:
            visit_notices.tell_of_return(tx, site, actor, row)
        audit.note(tx, site, actor, "visit.answer_taken_back", "visit", row.public_id)


def may_stand_again(tx: Session, row: Visit, otherwise: str) -> None:
    """A cancelled visit stands again only while the pairing goes on and the person's consent holds on its day."""
    if tx.get_one(Pairing, row.pairing_id).status not in codes.GOING_ON:
        raise StepNotAllowed(otherwise)
    day = row.starts_at.astimezone(ZoneInfo(tx.get_one(Territory, row.territory_id).timezone)).date()
    must_consent(tx, tx.get_one(Person, row.person_id), day)


def is_agreed(row: Visit) -> bool:
    needed = (row.helper_answer, row.person_answer) if row.kind == "first_joint" else (row.helper_answer,)
    return all(said == "accepted" for said in needed) and row.person_answer in ("pending", "accepted")


def cancel(site: Site, actor: Actor, visit: str, *, revision: int | None = None) -> None:
    """
    Cancel a visit to come; who asked is known by their role, why is not asked.

    The helper who is asked and the person can take it back, like any no of theirs.
    """
    with site.db.begin() as tx:
        row = own_visit(tx, actor, visit, revision)
        if actor.role not in SIDES:
            raise NotFound(N_("Cette visite n’existe pas."))
        if actor.role == "person":
            row.person_answer = "declined"
        elif actor.role == "peer_helper" and row.peer_helper_id == actor.party_id:
            row.helper_answer = "declined"
        _cancel(tx, site, row, SIDES[actor.role])
        visit_notices.tell_of_cancelled(tx, site, actor, row)
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

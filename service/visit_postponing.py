"""A visit that did not take place and is put off: its helper chooses another moment, the person is asked."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from locales import N_
from matching.planning.plan import start_of
from service import audit, bookings, codes, visit_outcomes
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.lifecycles import step
from service.notices import tell
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import Person, Place
from service.tables.territory import Territory
from service.visit_rows import must_consent, new_visit, next_refs, own_visit, people, touch
from service.visit_slots import MOST_SLOTS, Loose, SlotChoice, gone, loosened


def moments(site: Site, actor: Actor, visit: str) -> tuple[SlotChoice, ...]:
    """
    Moments at which the same people could meet instead, cheapest first; none breaks a rule.

    Raises
    ------
    StepNotAllowed
        Before the visit's hour (it is moved by the coordination then), or when it was noted already.
    """
    with site.db() as tx:
        row, territory = _mine(tx, site, actor, visit)
        loose = loosened(tx, site, territory, row)
        return tuple(one for one in loose.choices() if is_same_team(loose, one.id))[:MOST_SLOTS]


def postpone(site: Site, actor: Actor, visit: str, slot: str, *, word: str = "", revision: int | None = None) -> str:
    """
    Put a visit off to one of its moments; the new visit's public id.

    The visit stays in the thread as moved, and names the new one, which its helper has said yes to; the person is
    asked, and told by whatever way they are reached.

    Raises
    ------
    RuleBroken
        When the moment no longer keeps every rule.
    Outdated
        When somebody else changed the visit since it was shown.
    """
    with site.db.begin() as tx:
        row, territory = _mine(tx, site, actor, visit, revision)
        loose = loosened(tx, site, territory, row)
        if not is_same_team(loose, slot):
            raise gone(loose.task)
        chosen, task = loose.named(slot), loose.task
        known = people(tx, territory.id or 0)
        must_consent(tx, known.persons[row.person_id], loose.horizon.date(start_of(chosen) // 1440))
        places = {one.ref: one.id for one in tx.exec(select(Place).where(Place.territory_id == territory.id))}
        ref = next_refs(tx, territory.id or 0, (task.series or "").partition("-")[0], 1)[0]
        new = new_visit(task, chosen, loose.horizon, known, site, ref, places)
        new.place_kind, new.place_id = row.place_kind, row.place_id
        new.published_at, new.helper_answer, new.helper_answer_how = site.clock.now(), "accepted", "own_page"
        tx.add(new)
        tx.flush()
        step("visit", row.status, "moved")
        row.status, row.moved_to_id = "moved", new.id
        touch(row, site, tells=True)
        tx.add(row)
        bookings.book(tx, row, new)
        _tell(tx, site, row, new)
        if word.strip():
            report = visit_outcomes.report_of(tx, row) or visit_outcomes.new_report(row)
            report.word_sealed = visit_outcomes.sealed_word(tx, site, row, word.strip())
            tx.add(report)
        audit.note(tx, site, actor, "visit.postponed", "visit", row.public_id)
        audit.note(tx, site, actor, "visit.planned", "visit", new.public_id)
        return new.public_id


def _tell(tx: Session, site: Site, row: Visit, new: Visit) -> None:
    person = tx.get_one(Person, row.person_id)
    start: datetime = row.starts_at
    for party in (new.person_id, new.professional_id, new.second_helper_id):
        if party is not None:
            tell(tx, site, "visit_moved", person, party=party, visit=new, known_start=start)


def _mine(tx: Session, site: Site, actor: Actor, visit: str, revision: int | None = None) -> tuple[Visit, Territory]:
    row = own_visit(tx, actor, visit, revision)
    if actor.role != "peer_helper" or row.peer_helper_id != actor.party_id:
        raise NotAllowed(N_("Cette visite est celle d’un autre pair-aidant."))
    if row.published_at is None:
        raise NotFound(N_("Cette visite n’existe pas."))
    if row.status not in codes.LIVE_VISIT_STATES:
        raise StepNotAllowed(N_("Cette visite ne peut plus être déplacée."))
    if site.clock.now() < row.starts_at:
        raise StepNotAllowed(N_("Cette visite n’a pas encore commencé."))
    return row, tx.get_one(Territory, row.territory_id)


def is_same_team(loose: Loose, slot: str) -> bool:
    """Nobody else is called in: whoever moves a visit speaks for themselves, and asks those who come already."""
    stands = loose.task.published
    return stands is not None and loose.meant(slot).workers == stands.workers

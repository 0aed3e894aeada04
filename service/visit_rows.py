"""What the use cases of visits share: finding rows that the actor may touch, and writing a slot into a visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from calendars.uids import own_uid
from locales import N_
from matching.planning.instance import Instance, Slot, Task
from matching.planning.plan import end_of, start_of
from service import clock, codes
from service.access_scope import only_coordinator, scope
from service.errors import ConsentMissing, NotFound, Outdated
from service.lifecycles import step
from service.planning_records import Horizon
from service.site import Actor, Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import Consent, PeerHelper, Person, Professional
from service.tables.territory import Territory
from service.tables.work import Run


@dataclass(frozen=True)
class People:
    """Parties of a territory by reference, to turn an answer back to rows."""

    helpers: Mapping[str, int]
    professionals: Mapping[str, int]
    pairings: Mapping[str, Pairing]
    persons: Mapping[int, Person]


def coordinating(tx: Session, actor: Actor) -> Territory:
    """The territory that a coordinator plans."""
    only_coordinator(actor)
    return tx.get_one(Territory, actor.territory_id)


def own_visit(tx: Session, actor: Actor, public_id: str, revision: int | None = None) -> Visit:
    """A visit inside the actor's scope; `revision` is the one that the reader saw."""
    row = tx.exec(select(Visit).where(Visit.public_id == public_id, scope(actor).of(Visit))).first()
    if row is None:
        raise NotFound(N_("Cette visite n’existe pas."))
    if revision is not None and row.revision != revision:
        raise Outdated(N_("Quelqu’un d’autre a changé cette visite entre-temps."), visit=public_id)
    return row


def people(tx: Session, territory_id: int) -> People:
    return People(
        {row.ref: row.id for row in tx.exec(select(PeerHelper).where(PeerHelper.territory_id == territory_id))},
        {row.ref: row.id for row in tx.exec(select(Professional).where(Professional.territory_id == territory_id))},
        {row.ref: row for row in tx.exec(select(Pairing).where(Pairing.territory_id == territory_id))},
        {row.id: row for row in tx.exec(select(Person).where(Person.territory_id == territory_id))},
    )


def horizon_of(instance: Instance, territory: Territory) -> Horizon:
    return Horizon(date.fromisoformat(instance.first_day), instance.days, territory.timezone)


def planned_weeks(tx: Session, territory: Territory) -> Horizon | None:
    """
    The weeks of the calculation that was taken over last: what is due keeps its key in them, also while a newer one
    is only looked at.

    Only the two figures that say so are read of a calculation, not all that went in and came out.
    """
    asked: Any = col(Run.snapshot)
    found = tx.exec(
        select(asked["first_day"].as_string(), asked["days"].as_integer())
        .where(Run.territory_id == territory.id, Run.kind == "planning", col(Run.applied_at).is_not(None))
        .order_by(col(Run.id).desc())
        .limit(1)
    ).first()
    return None if found is None else Horizon(date.fromisoformat(found[0]), found[1], territory.timezone)


def today_of(site: Site, territory: Territory) -> date:
    return clock.today(site.clock, territory.timezone)


def must_consent(tx: Session, person: Person, day: date) -> None:
    """Consent for pairing holds on that day; its end acts at once."""
    consent = tx.exec(select(Consent).where(Consent.person_id == person.id, col(Consent.ended_at).is_(None))).first()
    if (
        consent is None
        or consent.status != "given"
        or "pairing" not in consent.scope
        or (consent.expires_on is not None and consent.expires_on < day)
    ):
        raise ConsentMissing(N_("L’accord de la personne ne vaut pas ce jour-là."), person=person.public_id)


def put(visit: Visit, task: Task, slot: Slot, horizon: Horizon, known: People, site: Site) -> None:
    """Write who goes and when; UID stays, SEQUENCE rises when the hours change, answers are asked again."""
    starts_at = horizon.moment(start_of(slot))
    ends_at = horizon.moment(end_of(task, slot))
    going = slot.workers[1:]
    moved = (visit.starts_at, visit.ends_at) != (starts_at, ends_at)
    visit.starts_at, visit.ends_at = starts_at, ends_at
    visit.peer_helper_id = known.helpers[slot.workers[0]]
    visit.professional_id = next((known.professionals[ref] for ref in going if ref in known.professionals), None)
    visit.second_helper_id = next((known.helpers[ref] for ref in going if ref in known.helpers), None)
    if moved:
        if visit.status == "confirmed":
            step("visit", visit.status, "moved")
            step("visit", None, "planned")
            visit.status = "planned"
        visit.helper_answer = visit.person_answer = "pending"
    touch(visit, site, tells=moved)


def new_visit(
    task: Task, slot: Slot, horizon: Horizon, known: People, site: Site, ref: str, places: Mapping[str, int]
) -> Visit:
    """A planned visit for a due task; it is told to nobody before it is published."""
    step("visit", None, "planned")
    pairing = known.pairings[task.series or ""]
    visit = Visit(
        public_id=site.ids.new(),
        ref=ref,
        territory_id=pairing.territory_id,
        pairing_id=pairing.id or 0,
        person_id=pairing.person_id,
        peer_helper_id=pairing.peer_helper_id,
        kind=task.kind,
        starts_at=horizon.moment(start_of(slot)),
        ends_at=horizon.moment(end_of(task, slot)),
        place_kind="home" if task.room is None else "place",
        place_id=None if task.room is None else places[task.room],
        uid=own_uid(site.ids.new()),
        created_at=site.clock.now(),
        changed_at=site.clock.now(),
    )
    put(visit, task, slot, horizon, known, site)
    visit.sequence = 0
    return visit


def touch(visit: Visit, site: Site, *, tells: bool) -> None:
    """
    A change of a visit; `tells` when calendars have to hear of it (time, place or status).

    Its revision rises by one with each UPDATE (`tables/base.Editable`), so whoever changes a visit writes it once.
    """
    visit.sequence += tells
    visit.changed_at = site.clock.now()


def shown_otherwise(before: str, after: str) -> bool:
    """Calendars say something else of a visit in the one state than in the other."""
    return codes.VISIT_STATES_IN_CALENDARS[before] != codes.VISIT_STATES_IN_CALENDARS[after]


def next_refs(tx: Session, territory_id: int, prefix: str, count: int) -> list[str]:
    """The next numbers of the territory's visits, written as partners write them: `SER-V0116`."""
    start = f"{prefix}-V"
    refs = tx.exec(
        select(Visit.ref).where(Visit.territory_id == territory_id, func.substr(Visit.ref, 1, len(start)) == start)
    )
    numbers = [int(ref.removeprefix(start)) for ref in refs if ref.removeprefix(start).isdecimal()]
    last = max(numbers, default=0)
    return [f"{start}{last + number:04d}" for number in range(1, count + 1)]


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())

"""From a calculation to the live plan: look at the differences, take over what is accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlmodel import Session, select

from locales import N_
from matching.planning.instance import RHYTHM, Instance, Slot, Task
from matching.planning.plan import end_of, start_of
from service import audit, bookings, runs, visit_notices
from service.errors import Outdated, RuleBroken
from service.lifecycles import step
from service.notices import Reached
from service.pairing_rows import may_be_paired
from service.planning_records import Horizon
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Territory
from service.travel_ways import Told
from service.visit_calculations import Calculation, fingerprint, read, standing
from service.visit_judge import standing_violations
from service.visit_notices import Known
from service.visit_rows import (
    coordinating,
    horizon_of,
    must_consent,
    new_visit,
    next_refs,
    people,
    put,
    today_of,
    touch,
)

LIVE_PAIRINGS = ("accepted", "trial", "active", "paused")


@dataclass(frozen=True)
class Change:
    """
    One difference between the live plan and a calculated one.

    `kind` is `new`, `moved`, `company` (the same hour, others come along), `gone` or `unchanged`; `before` and `after`
    are local starts, None when there is none. `along` are names of those who come along; `told` is who would have to
    hear of it, and how.
    """

    id: str
    kind: str
    person: str
    pseudonym: str
    helper: str
    visit_kind: str
    minutes: int
    before: datetime | None
    after: datetime | None
    along: tuple[str, ...]
    told: tuple[Reached, ...] = ()
    was_published: bool = False


@dataclass(frozen=True)
class ToPlace:
    """A due visit without a place: its days, and the rules against it, as codes."""

    id: str
    person: str
    pseudonym: str
    helper: str
    visit_kind: str
    minutes: int
    due_from: date
    due_to: date
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A calculated plan beside the live one, before anything is written; `plan` is its name in the calculation."""

    run: str
    plan: str
    start: date
    weeks: int
    status: str
    costs: Mapping[str, int]
    changes: tuple[Change, ...]
    unplanned: tuple[ToPlace, ...]
    is_outdated: bool
    applied_at: datetime | None
    travel: Told


def draft(site: Site, actor: Actor, run: str, which: str = "plan") -> Draft:
    """The differences between a plan of a calculation and the live one."""
    return draft_of(site, actor, read(site, actor, run), which)


def draft_of(site: Site, actor: Actor, found: Calculation, which: str) -> Draft:
    """The same of a calculation that is read already."""
    instance, answer = found.instance, found.named(which)
    with site.db() as tx:
        territory = coordinating(tx, actor)
        horizon = horizon_of(instance, territory)
        names, known_here = names_of(tx, territory), people(tx, territory.id or 0)
        parties = {**known_here.helpers, **known_here.professionals}
        rows = {row.ref: row for row in standing(tx, territory, horizon)}
        slots = {visit.task: visit.slot for visit in answer.visits}
        late = _no_longer(tx, territory, instance, slots, horizon, today_of(site, territory))
        changes = [
            _change(tx, task, slots.get(task.id), rows.get(task.visit or ""), horizon, names, parties)
            for task in instance.tasks
            if task.id not in late
        ]
        known = {task.visit for task in instance.tasks}
        changes += [_gone(row, horizon, tx) for row in _dropped(rows.values(), known)]
        unplanned = tuple(
            to_place(instance.task[one.task], one.rules, horizon, names)
            for one in answer.unplanned
            if one.task not in late
        )
        return Draft(
            run=found.run.public_id,
            plan=which,
            start=horizon.first,
            weeks=horizon.days // 7,
            status=answer.status,
            costs=answer.costs,
            changes=tuple(change for change in changes if change is not None),
            unplanned=unplanned,
            is_outdated=bool(late) or fingerprint(tx, territory, horizon) != found.seen,
            applied_at=found.run.applied_at,
            travel=msgspec.convert(found.parameters.get("travel", {}), Told),
        )


def _no_longer(
    tx: Session,
    territory: Territory,
    instance: Instance,
    slots: Mapping[str, Slot],
    horizon: Horizon,
    today: date,
) -> frozenset[str]:
    """
    Tasks of people whose consent, or whose pairing, has ended since the calculation was asked for.

    What was found on an old consent is neither shown nor written (`security.md` C4); without a slot today counts.
    """
    known = people(tx, territory.id or 0)
    found: set[str] = set()
    for task in instance.tasks:
        pairing = known.pairings.get(task.series or "")
        if pairing is None:
            continue
        slot = slots.get(task.id)
        day = today if slot is None else max(today, horizon.date(start_of(slot) // 1440))
        if pairing.status not in LIVE_PAIRINGS or not may_be_paired(tx, pairing.person_id, day):
            found.add(task.id)
    return frozenset(found)


def _dropped(rows: Collection[Visit], known: Collection[str | None]) -> list[Visit]:
    """Visits of the rhythm that stand and that the calculation had no use for."""
    return [
        row
        for row in rows
        if row.ref not in known and row.status == "planned" and not row.pinned and row.kind in RHYTHM
    ]


def to_place(task: Task, rules: tuple[str, ...], horizon: Horizon, names: Mapping[str, str]) -> ToPlace:
    """A task left out, for people."""
    return ToPlace(
        id=task.id,
        person=task.client or "",
        pseudonym=names.get(task.client or "", ""),
        helper=names.get(task.parts[0].workers[0], ""),
        visit_kind=task.kind,
        minutes=task.minutes,
        due_from=horizon.date(task.due[0] // 1440),
        due_to=horizon.date((task.due[1] - 1) // 1440),
        rules=rules,
    )


def _change(
    tx: Session,
    task: Task,
    slot: Slot | None,
    row: Visit | None,
    horizon: Horizon,
    names: Mapping[str, str],
    parties: Mapping[str, int],
) -> Change | None:
    before = None if row is None else row.starts_at.astimezone(horizon.moment(0).tzinfo)
    after = None if slot is None else horizon.moment(start_of(slot))
    if before is None and after is None:
        return None
    kind, told = "new", tuple[Reached, ...]()
    if row is not None:
        going = visit_notices.parties_of(row)
        kind = "gone" if slot is None else "moved"
        if slot is not None:
            workers = [parties[ref] for ref in slot.workers]
            if (before, row.ends_at) == (after, horizon.moment(end_of(task, slot))):
                kind = "unchanged" if {row.person_id, *workers} == set(going) else "company"
            going = (*going, *workers)
        told = visit_notices.hearers(tx, row, going) if kind != "unchanged" else ()
    return Change(
        id=task.id,
        kind=kind,
        person=task.client or "",
        pseudonym=names.get(task.client or "", ""),
        helper=names.get(task.parts[0].workers[0], ""),
        visit_kind=task.kind,
        minutes=task.minutes,
        before=before,
        after=after,
        along=tuple(names.get(ref, "") for ref in slot.workers[1:]) if slot is not None else (),
        told=told,
        was_published=row is not None and row.published_at is not None,
    )


def _gone(row: Visit, horizon: Horizon, tx: Session) -> Change:
    person, helper = tx.get_one(Person, row.person_id), tx.get_one(PeerHelper, row.peer_helper_id)
    return Change(
        id=row.ref,
        kind="gone",
        person=person.ref,
        pseudonym=person.pseudonym,
        helper=helper.display_name,
        visit_kind=row.kind,
        minutes=round((row.ends_at - row.starts_at).total_seconds() / 60),
        before=row.starts_at.astimezone(horizon.moment(0).tzinfo),
        after=None,
        along=(),
        told=visit_notices.hearers(tx, row, visit_notices.parties_of(row)),
        was_published=row.published_at is not None,
    )


def names_of(tx: Session, territory: Territory) -> dict[str, str]:
    """Pseudonyms and first names by reference."""
    found = dict(tx.exec(select(Person.ref, Person.pseudonym).where(Person.territory_id == territory.id)).all())
    for table in (PeerHelper, Professional):
        found |= dict(tx.exec(select(table.ref, table.display_name).where(table.territory_id == territory.id)).all())
    return found


def apply_draft(
    site: Site, actor: Actor, run: str, accepted: Collection[str] | None = None, which: str = "plan"
) -> int:
    """
    Write the accepted differences of a calculation into the live plan, all or none; how many there were.

    `accepted` are ids of changes; None takes all. A visit that moves keeps its row and UID. Whoever knew of a visit
    that changes is to be told.

    Raises
    ------
    Outdated
        When somebody changed the plan since the calculation was asked for, or it was applied before.
    ConsentMissing
        When a person's consent ended since.
    RuleBroken
        When what is accepted breaks a rule beside what is not; `facts["rules"]` names them.
    DoubleBooking
        When somebody would be at two things at once.
    """
    found = read(site, actor, run)
    instance, answer = found.instance, found.named(which)
    with site.db.begin() as tx:
        territory = coordinating(tx, actor)
        horizon = horizon_of(instance, territory)
        if fingerprint(tx, territory, horizon) != found.seen:
            raise Outdated(N_("Quelqu’un a changé le plan depuis ce calcul. Relancez-le."), run=run)
        runs.mark_applied(tx, actor, run)
        writer = _Writer(tx, site, actor, territory, horizon)
        slots = {visit.task: visit.slot for visit in answer.visits}
        rows = {row.ref: row for row in standing(tx, territory, horizon)}
        for task in instance.tasks:
            if task.fixed is None and (accepted is None or task.id in accepted):
                writer.write(task, slots.get(task.id), rows.get(task.visit or ""))
        for row in _dropped(rows.values(), {task.visit for task in instance.tasks}):
            if accepted is None or row.ref in accepted:
                writer.let_go(row)
        bookings.book(tx, *writer.changed)
        _must_keep_rules(writer)
        writer.tell()
        return len(writer.changed)


def _must_keep_rules(writer: _Writer) -> None:
    """Every visit that was written keeps every rule beside all others of the plan."""
    written = {row.ref for row in writer.changed}
    broken = [
        violation
        for violation in standing_violations(writer.tx, writer.territory, writer.site.clock.now(), writer.horizon)
        if written & set(violation.tasks)
    ]
    if broken:
        codes_against = tuple(dict.fromkeys(violation.code for violation in broken))
        raise RuleBroken(N_("Ces changements ne vont pas ensemble avec ce qui reste."), rules=codes_against)


class _Writer:
    """Turns accepted slots into rows of one transaction."""

    def __init__(self, tx: Session, site: Site, actor: Actor, territory: Territory, horizon: Horizon) -> None:
        self.tx, self.site, self.actor, self.territory, self.horizon = tx, site, actor, territory, horizon
        self.known = people(tx, territory.id or 0)
        self.places = {row.ref: row.id for row in tx.exec(select(Place).where(Place.territory_id == territory.id))}
        self.changed: list[Visit] = []
        self._before: dict[str, Known] = {}

    def write(self, task: Task, slot: Slot | None, row: Visit | None) -> None:
        if slot is None:
            if row is not None:
                self.let_go(row)
            return
        self._must_still_hold(task, slot)
        if row is None:
            row = new_visit(task, slot, self.horizon, self.known, self.site, self._ref(task), self.places)
            self.tx.add(row)
            self._note("visit.planned", row)
        elif self._differs(row, task, slot):
            self._before[row.ref] = visit_notices.known(row)
            put(row, task, slot, self.horizon, self.known, self.site)
            self._note("visit.moved", row)

    def let_go(self, row: Visit) -> None:
        """A visit that the new plan does without."""
        step("visit", row.status, "cancelled", "by_service")
        row.status, row.reason = "cancelled", "by_service"
        touch(row, self.site, tells=True)
        self._note("visit.cancelled", row)

    def tell(self) -> None:
        """Whoever knew of a visit that changed is to hear of it."""
        for row in self.changed:
            if row.status == "cancelled":
                visit_notices.tell_of_cancelled(self.tx, self.site, self.actor, row)
            elif row.ref in self._before:
                visit_notices.tell_of_change(self.tx, self.site, self.actor, row, self._before[row.ref])

    def going(self, row: Visit) -> tuple[str, ...]:
        """References of whoever goes to a visit, the helper first."""
        refs = {party: ref for ref, party in (*self.known.helpers.items(), *self.known.professionals.items())}
        parties = (row.peer_helper_id, row.professional_id, row.second_helper_id)
        return tuple(refs[party] for party in parties if party is not None)

    def _differs(self, row: Visit, task: Task, slot: Slot) -> bool:
        hours = (self.horizon.moment(start_of(slot)), self.horizon.moment(end_of(task, slot)))
        return (row.starts_at, row.ends_at) != hours or sorted(self.going(row)) != sorted(slot.workers)

    def _must_still_hold(self, task: Task, slot: Slot) -> None:
        pairing = self.known.pairings[task.series or ""]
        day = self.horizon.date(start_of(slot) // 1440)
        must_consent(self.tx, self.known.persons[pairing.person_id], max(day, today_of(self.site, self.territory)))
        if pairing.status not in LIVE_PAIRINGS:
            raise Outdated(N_("Un binôme a pris fin depuis ce calcul. Relancez-le."), pairing=pairing.public_id)

    def _ref(self, task: Task) -> str:
        prefix = (task.series or "").partition("-")[0]
        return next_refs(self.tx, self.territory.id or 0, prefix, 1)[0]

    def _note(self, action: str, row: Visit) -> None:
        self.changed.append(row)
        audit.note(self.tx, self.site, self.actor, action, "visit", row.public_id)

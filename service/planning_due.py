"""Visits that are due in a horizon, pairing by pairing (`domain.md`, 12.3 to 12.8), beside those that stand already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from matching.planning.instance import FIRST, RHYTHM, Late, Part, Series, Slot, Task, Usual
from matching.planning.spans import Span
from service import codes
from service.planning_places import Places
from service.planning_records import Records
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person, Professional

DAY, WEEK = 1440, 7 * 1440
PERIODS = {"twice_weekly": (3, 4), "weekly": (7,), "fortnightly": (14,), "monthly": (28,)}
"""Days of the periods in which one visit is due, in turn (12.6): half weeks are three and four days."""
GAP_DAYS = {"twice_weekly": 2, "weekly": 3, "fortnightly": 10, "monthly": 20}
"""Days at least between two visits (V9)."""
FIRST_WITHIN_DAYS = 14
LATE_PRICE = 40
"""A week later than 14 days after acceptance, or than an urgent wish (section 6; `settled.md` 14)."""
FIRST_MINUTES = 30
MISSED = 100
"""A due visit that is left out (section 6)."""
SECONDS_LISTED = 4
"""Other helpers asked to come along to one visit: the nearest ones."""


@dataclass(frozen=True)
class Period:
    """Days in which one visit is due, both included, counted from the first day of the horizon; may begin before it."""

    first: int
    last: int


@dataclass(frozen=True)
class Due:
    """
    One pairing in the horizon: what is held, what stands, what is due.

    With `stand` every visit stays where it is and nothing else is due, but for the tasks in `free`; without `free`
    everything that has no visit yet is due beside them. With `keep` a plan goes on as it
    is: a visit that stands though nothing is due for it stays, and what had no place before is not due now, unless its
    visit fell away or its pairing has none yet.
    """

    records: Records
    pairing: Pairing
    person: Person
    helper: PeerHelper
    stand: bool = False
    free: frozenset[str] | None = frozenset()
    keep: bool = False

    @property
    def held_before(self) -> tuple[Visit, ...]:
        """Visits of the rhythm before the horizon: held, or standing."""
        return tuple(visit for visit in self._rhythm if self._day(visit) < 0)

    @property
    def standing(self) -> tuple[Visit, ...]:
        """Visits of any kind inside the horizon."""
        return tuple(visit for visit in self._visits if 0 <= self._day(visit) < self.records.horizon.days)

    @property
    def _visits(self) -> tuple[Visit, ...]:
        return self.records.visits.get(self.pairing.id or 0, ())

    @property
    def _rhythm(self) -> tuple[Visit, ...]:
        return tuple(visit for visit in self._visits if visit.kind in RHYTHM)

    @property
    def met(self) -> bool:
        """The joint first visit is held, or stands before the horizon."""
        return self.pairing.status != "accepted" or bool(self.held_before)

    @property
    def series(self) -> Series:
        live: tuple[Span, ...] | None = None
        away = self._pause
        if away is not None:
            days = self.records.horizon.days
            spans = ((0, min(away.first, days)), (max(0, away.last + 1), days))
            live = tuple((first * DAY, end * DAY) for first, end in spans if first < end)
        return Series(
            id=self.pairing.ref,
            client=self.person.ref,
            gap_days=GAP_DAYS[self.person.visit_frequency],
            held=tuple(sorted({self._day(visit) for visit in self.held_before})),
            live=live,
            met=self.met,
        )

    @property
    def _pause(self) -> Period | None:
        """
        Days without visits: a pause that lasts until a known day, or one set ahead.

        A pairing paused without a known end has no visits at all (`Records.pairings`).
        """
        pairing, horizon = self.pairing, self.records.horizon
        last = horizon.days if pairing.paused_until is None else horizon.day(pairing.paused_until)
        if pairing.status == "paused" and pairing.paused_until is not None:
            return Period(0, last)
        if pairing.status == "active" and pairing.paused_from is not None and pairing.paused_from > self.records.today:
            return Period(horizon.day(pairing.paused_from), last)
        return None

    def tasks(self, index: Places) -> Iterator[Task]:
        """Due visits in order, each with the visit that stands for it, then visits that stand beside the rhythm."""
        left = [visit for visit in self.standing if visit.kind in RHYTHM]
        first: Task | None = None
        if not self.met:
            stands = next((visit for visit in left if visit.kind == FIRST), None)
            left = [visit for visit in left if visit is not stands]
            first = self._first(index, stands)
            if self._is_wanted(first):
                yield first
            else:
                first = None
        away = self._pause
        for period in self._periods():
            if away is not None and away.first <= period.first and period.last <= away.last:
                continue  # nothing is due in a pause
            inside = [visit for visit in left if period.first <= self._day(visit) <= period.last]
            fixed = [visit for visit in inside if self._is_fixed(visit)]
            stands = next(iter(fixed or inside), None)
            left = [visit for visit in left if visit is not stands]
            if stands is None and period.last >= self.records.horizon.days:
                continue  # not due before the horizon ends
            if stands is None and self.keep and self.standing and not self._fell_away(period):
                continue
            task = self._regular(index, period, stands, first)
            if self._is_wanted(task):
                yield task
        for visit in left:
            if self.keep or self._is_fixed(visit) or self._is_free(visit):
                yield self._beside(index, visit)
        for visit in self.standing:
            if visit.kind not in RHYTHM:
                yield self._beside(index, visit)

    def unwanted(self) -> Iterator[tuple[int, Span]]:
        """Whoever said that they cannot come to a visit that may still move, and the hours of it: not there again."""
        tick = self.records.horizon.tick
        for visit in self.standing:
            if not self._is_fixed(visit):
                answers = ((visit.peer_helper_id, visit.helper_answer), (visit.person_id, visit.person_answer))
                for party, answer in answers:
                    if answer in codes.UNWILLING:
                        yield party, (tick(visit.starts_at), tick(visit.ends_at))

    def _fell_away(self, period: Period) -> bool:
        """A visit of these days was cancelled, or did not take place."""
        horizon = self.records.horizon
        days = (horizon.date(day) for day in range(max(0, period.first), min(period.last, horizon.days - 1) + 1))
        return any((self.pairing.id, day) in self.records.fallen for day in days)

    def added(self, index: Places, kind: str) -> Task:
        """A visit that the coordinator adds by hand: it has to be done, on whichever day from now on."""
        days = self.records.horizon.days
        if kind == FIRST:
            return replace(self._first(index, None), price=None)
        task = self._regular(index, Period(0, days - 1), None, None)
        parts = task.parts
        if kind == "review":
            companions = tuple(one.ref for one in self.companions())
            parts = (*parts, Part(task.minutes, companions, "professional", ranked=True))
        first = None if self.met else next((visit.ref for visit in self.standing if visit.kind == FIRST), None)
        return replace(
            task,
            id=f"{self.pairing.ref}/{kind}",
            kind=kind,
            parts=parts,
            usual=task.usual if kind == "regular" else None,
            after=first,
            price=None,
        )

    def _is_wanted(self, task: Task) -> bool:
        return not self.stand or task.visit is not None or self.free is None or task.id in self.free

    # What is due when

    @property
    def accepted_on(self) -> date:
        """The day on which the second of both said yes."""
        answers = [day for day in (self.pairing.person_answer_on, self.pairing.helper_answer_on) if day is not None]
        return max(answers, default=self.pairing.proposed_on)

    def _periods(self) -> Iterator[Period]:
        """Periods from the last visit held that reach into the horizon, in order."""
        day = self._anchor()
        turn = PERIODS[self.person.visit_frequency]
        number = 0
        while day + 1 < self.records.horizon.days:
            length = turn[number % len(turn)]
            if day + length >= 0:
                yield Period(day + 1, day + length)
            day += length
            number += 1

    def _anchor(self) -> int:
        """The day from which periods are counted."""
        horizon = self.records.horizon
        if not self.met:
            return max(horizon.day(self.accepted_on) + FIRST_WITHIN_DAYS, 6)
        known = [day for day in (self.pairing.trial_start, self.pairing.active_from) if day is not None]
        since = horizon.day(max(known, default=self.accepted_on))
        if self.held_before:
            since = max(self._day(visit) for visit in self.held_before)
        if self.pairing.status == "paused" and self.pairing.paused_until is not None:
            since = max(since, horizon.day(self.pairing.paused_until))
        return since

    def _open(self, first: int, last: int) -> Span:
        """Days as ticks inside the horizon, nothing of the past; the last day when nothing else is left."""
        start = max(0, first * DAY, self.records.horizon.tick(self.records.now))
        end = min(last + 1, self.records.horizon.days) * DAY
        return (start, end) if start < end else (end - 1, end)

    # Tasks

    def _first(self, index: Places, stands: Visit | None) -> Task:
        horizon = self.records.horizon
        lates = [Late((horizon.day(self.accepted_on) + FIRST_WITHIN_DAYS + 1) * DAY - 1, LATE_PRICE, WEEK)]
        request = self.records.requests.get(self.pairing.request_id or 0)
        if request is not None and request.urgency == "urgent" and request.wished_first_visit_by is not None:
            lates.append(Late((horizon.day(request.wished_first_visit_by) + 1) * DAY - 1, LATE_PRICE, WEEK))
        minutes = max(FIRST_MINUTES, self.person.visit_minutes)
        parts = (
            Part(minutes, (self.helper.ref,)),
            Part(minutes, tuple(one.ref for one in self.companions()), "professional", ranked=True),
        )
        task = Task(
            id=f"{self.pairing.ref}/first",
            kind=FIRST,
            place=self._place(index),
            parts=parts,
            due=self._open(0, horizon.days - 1),
            client=self.person.ref,
            series=self.pairing.ref,
            room=self._room(),
            people_min=2 if self.person.two_person_visits else 1,
            late=tuple(lates),
        )
        return self._with(task, stands)

    def _regular(self, index: Places, period: Period, stands: Visit | None, first: Task | None) -> Task:
        horizon = self.records.horizon
        minutes = self.person.visit_minutes
        parts = [Part(minutes, (self.helper.ref,))]
        if self.person.two_person_visits or not self.helper.lone_visit_ok:
            parts.append(Part(minutes, self._seconds(index), "second", usual=self._usual_second()))
        usual = None
        if self.pairing.usual_weekday is not None and self.pairing.usual_minute is not None:
            usual = Usual(self.pairing.usual_weekday, self.pairing.usual_minute)
        task = Task(
            id=f"{self.pairing.ref}/{horizon.date(period.last).isoformat()}",
            kind="regular",
            place=self._place(index),
            parts=tuple(parts),
            due=self._open(period.first, period.last),
            client=self.person.ref,
            series=self.pairing.ref,
            room=self._room(),
            people_min=2 if self.person.two_person_visits else 1,
            usual=usual,
            after=first.id if first is not None else None,
        )
        return self._with(task, stands)

    def _with(self, task: Task, visit: Visit | None) -> Task:
        """A due visit for which one stands already: its hours are kept when fixed, and weigh when published."""
        if visit is None:
            return task
        if self._is_fixed(visit):
            return self._standing_as(task, visit)
        horizon = self.records.horizon
        minutes = horizon.tick(visit.ends_at) - horizon.tick(visit.starts_at)
        parts = tuple(replace(part, minutes=minutes) for part in task.parts)
        going = [self._ref(party) for party in (visit.professional_id, visit.second_helper_id) if party is not None]
        beside = [*going, *(part.workers[0] for part in parts[1:] if part.workers), self.helper.ref]
        workers = (self.records.helpers[visit.peer_helper_id].ref, *beside)[: len(parts)]
        stands = Slot(workers, (horizon.tick(visit.starts_at),) * len(parts))
        told = visit.published_at is not None or self.stand
        return replace(
            task,
            id=visit.ref,
            kind=visit.kind,
            parts=parts,
            published=stands if told else None,
            kept=None if told else stands,
            visit=visit.ref,
        )

    def _standing_as(self, task: Task, visit: Visit) -> Task:
        """The same task at the hours and with the people of the visit that stands."""
        horizon = self.records.horizon
        start, end = horizon.tick(visit.starts_at), horizon.tick(visit.ends_at)
        parts = [Part(end - start, (self.records.helpers[visit.peer_helper_id].ref,))]
        if visit.professional_id is not None:
            parts.append(Part(end - start, (self._ref(visit.professional_id),), "professional"))
        if visit.second_helper_id is not None:
            parts.append(Part(end - start, (self._ref(visit.second_helper_id),), "second"))
        workers = tuple(part.workers[0] for part in parts)
        return replace(
            task,
            id=visit.ref,
            kind=visit.kind,
            parts=tuple(parts),
            room=self.records.places[visit.place_id].ref if visit.place_id is not None else None,
            fixed=Slot(workers, (start,) * len(parts)),
            visit=visit.ref,
        )

    def _beside(self, index: Places, visit: Visit) -> Task:
        """A visit that stands and is not due: it only takes time, and goes wherever it is put when it is free."""
        horizon = self.records.horizon
        task = Task(
            id=visit.ref,
            kind=visit.kind,
            place=self._place(index),
            parts=(),
            due=(horizon.tick(visit.starts_at), horizon.tick(visit.ends_at)),
            client=self.person.ref,
            series=self.pairing.ref,
            price=None,
        )
        task = self._standing_as(task, visit)
        if not self._is_free(visit):
            return task
        free = replace(task, due=self._open(0, horizon.days - 1), published=task.fixed, fixed=None)
        if self.stand:
            return free
        # Where it stands somebody is away: it may be left out, and the later it comes the more it costs.
        day = task.due[0] // DAY
        week = (day + 7 - horizon.date(day).weekday()) * DAY - 1
        return replace(free, price=MISSED, late=(Late(week, LATE_PRICE, WEEK),))

    def _is_free(self, visit: Visit) -> bool:
        return self.free is not None and visit.ref in self.free

    def _is_fixed(self, visit: Visit) -> bool:
        """V10: pinned, confirmed, or begun; visits beside the rhythm are set by people."""
        if self._is_free(visit):
            return False
        stays = visit.pinned or visit.status != "planned" or visit.kind not in RHYTHM
        return stays or self.stand or visit.starts_at <= self.records.now

    # Who and where

    def companions(self) -> list[Professional]:
        """
        Who may come to the first visit, in order of right (V3, 12.7).

        The referring professional; then those of role network or referring whom the person agreed to; then the
        coordinator of the situation, or all coordinators.
        """
        everybody = self.records.professionals
        wanted = [self.pairing.professional_id]
        for member in self.records.agreed.get(self.person.id, ()):
            if member in everybody and {"network", "referring"} & set(everybody[member].roles):
                wanted.append(member)
        coordinator = self.records.coordinators.get(self.person.id)
        if coordinator is not None:
            wanted.append(coordinator)
        wanted += [one.id for one in everybody.values() if "coordinator" in one.roles]
        known = dict.fromkeys(ref for ref in wanted if ref is not None and ref in everybody)
        return [everybody[ref] for ref in known if everybody[ref].status == "active"]

    def _seconds(self, index: Places) -> tuple[str, ...]:
        """
        Who may come along (V5): the usual helper and the nearest ones who suit this person, then the referring
        professional.
        """
        usual = self._usual_second()
        found: list[tuple[bool, int, str]] = []
        for helper in self.records.helpers.values():
            if helper.id != self.helper.id and self._fits(helper):
                found.append((helper.ref != usual, self.records.walk(helper, self.person, index), helper.ref))
        helpers = [ref for _, _, ref in sorted(found)[:SECONDS_LISTED]]
        referring = self.records.professionals.get(self.pairing.professional_id or 0)
        return (*helpers, *([referring.ref] if referring is not None and referring.status == "active" else []))

    def _fits(self, helper: PeerHelper) -> bool:
        """A second helper meets the person too: no conflict or refusal, home and gender as the person needs them."""
        person = self.person
        at_home = person.meeting_place_id is None
        return (
            helper.status == "active"
            and (helper.id, person.id) not in self.records.apart
            and not (at_home and set(person.environment_flags) & set(helper.cannot_visit))
            and (person.gender_preference != "required" or helper.gender == person.preferred_gender)
        )

    def _usual_second(self) -> str | None:
        last = next((visit for visit in reversed(self.held_before) if visit.second_helper_id is not None), None)
        return None if last is None or last.second_helper_id is None else self._ref(last.second_helper_id)

    def _place(self, index: Places) -> int:
        at = index.person(self.person)
        if at is None:
            raise ValueError(f"{self.person.ref} has neither coordinates nor neighbourhood nor meeting place")
        return at

    def _room(self) -> str | None:
        place = self.person.meeting_place_id
        return self.records.places[place].ref if place is not None else None

    def _ref(self, party: int) -> str:
        found = self.records.helpers.get(party) or self.records.professionals[party]
        return found.ref

    def _day(self, visit: Visit) -> int:
        return self.records.horizon.day(visit.starts_at.astimezone(self.records.zone).date())


def due_of(
    records: Records, *, stand: bool = False, free: frozenset[str] | None = frozenset(), keep: bool = False
) -> tuple[Due, ...]:
    """Every pairing that may have visits, in the order of its reference."""
    return tuple(
        Due(
            records,
            pairing,
            records.people[pairing.person_id],
            records.helpers[pairing.peer_helper_id],
            stand,
            free,
            keep,
        )
        for pairing in records.pairings
    )

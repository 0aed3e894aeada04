"""The coordinator's day: what needs a decision, the most pressing first, and where it is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from matching.pairing.rules import SUPERVISION_DAYS
from service import codes, todo_kinds
from service.access_scope import only_coordinator
from service.first_steps import FirstStep, first_steps
from service.holidays import Warned, warnings
from service.pairing_data import LAPSE_DAYS
from service.pairing_rows import first_visit_by
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Absence, Consent, PeerHelper, Person, Professional
from service.tables.territory import Territory
from service.todo_figures import DayOfWeek, Wait, waits, week_of_visits
from service.todo_kinds import LISTED, Day
from service.visit_rows import planned_weeks
from service.visit_solutions import still_due

GROUPS = ("now", "week", "soon")
NOW_DAYS = 3
"""A visit that somebody refuses and that begins within these days is decided now."""
PRESSING_NEWS = ("two_absences", "helper_away", "person_stopped", "consent_withdrawn", "consent_expired")
SUMS_IN = {
    "openings": "now",
    "rights": "now",
    "mails": "now",
    "to_tell": "now",
    "to_note": "week",
    "long_waiting": "week",
}

Row = TypeVar("Row")


@dataclass(frozen=True)
class Thing:
    """
    One line: `kind` says what it is, `target` which record is opened to decide it.

    Parameters
    ----------
    code
        What makes the line differ within its kind: the code of a notice, who said no, an urgency.
    about
        What kind of record a notice leads to: pairing, absence, person or request.
    notice
        The public id of the notice that the line shows, so that it can be marked as read.
    day
        The day that matters: it ends, lapses, is due; `last` the last of an absence.
    count
        How many a line sums up, or how many days somebody waits.
    """

    kind: str
    group: str
    target: str = ""
    name: str = ""
    other: str = ""
    code: str = ""
    about: str = ""
    notice: str = ""
    day: date | None = None
    last: date | None = None
    at: datetime | None = None
    count: int = 0


@dataclass(frozen=True)
class Today:
    """What the page shows: lines by group, warnings about days of rest, the week and waits as figures, a beginning."""

    things: Mapping[str, tuple[Thing, ...]]
    rest: tuple[Warned, ...]
    week: tuple[DayOfWeek, ...]
    waits: tuple[Wait, ...]
    first_steps: tuple[FirstStep, ...]

    @property
    def is_quiet(self) -> bool:
        return not self.rest and not any(self.things.values())


def today(site: Site, actor: Actor) -> Today:
    """The day of the coordinator's territory; the number of questions to the database does not grow with it."""
    only_coordinator(actor)
    rest = warnings(site, actor)
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        day = Day.of(site.clock.now(), territory)
        found = [*_Known.of(tx, day).things(), *_sums(todo_kinds.sums(tx, day))]
        if (planned := planned_weeks(tx, territory)) is not None:
            found += _to_place(still_due(tx, site, territory, planned), day)
        return Today(
            things={group: tuple(thing for thing in found if thing.group == group) for group in GROUPS},
            rest=rest,
            week=week_of_visits(tx, day),
            waits=waits(tx, day),
            first_steps=first_steps(tx, day.territory_id),
        )


def _sums(figures: Mapping[str, int]) -> list[Thing]:
    return [Thing(kind, SUMS_IN[kind], count=count) for kind, count in figures.items() if count]


def _to_place(due: Mapping[date, int], day: Day) -> list[Thing]:
    """Due visits without a place: those of this week and the next are decided this week."""
    monday = day.today - timedelta(days=day.today.weekday())
    limit = monday + timedelta(days=7)
    return [
        Thing("to_place", "week" if first <= limit else "soon", day=first, count=count)
        for first, count in sorted(due.items())
        if first >= monday
    ]


@dataclass(frozen=True)
class _Known:
    """The rows of every kind, and the people they name."""

    day: Day
    requests: list[Request]
    pairings: dict[str, list[Pairing]]
    visits: dict[str, list[Visit]]
    consents: list[Consent]
    news: list[Notice]
    absences: dict[int, Absence]
    helpers_due: list[PeerHelper]
    people: dict[int, Person]
    helpers: dict[int, PeerHelper]
    professionals: dict[int, Professional]
    asked: dict[int, str]
    paired: dict[int, str]

    @classmethod
    def of(cls, tx: Session, day: Day) -> _Known:
        def rows(table: type[Row], kind: str, *order: Any) -> list[Row]:
            number: Any = table.id  # type: ignore[attr-defined]
            return list(tx.exec(select(table).where(number.in_(LISTED[kind](day))).order_by(*order)).all())

        requests = rows(Request, "undecided", col(Request.received_on), Request.ref)
        pairings = {
            "talk": rows(Pairing, "talk", col(Pairing.proposed_on), Pairing.ref),
            "declined": rows(Pairing, "declined", col(Pairing.proposed_on), Pairing.ref),
            "lapsing": rows(Pairing, "lapsing", col(Pairing.proposed_on), Pairing.ref),
            "trial": rows(Pairing, "trial", col(Pairing.trial_end), Pairing.ref),
            "first_visit": rows(Pairing, "first_visit", col(Pairing.proposed_on), Pairing.ref),
        }
        visits = {kind: rows(Visit, kind, col(Visit.starts_at), Visit.ref) for kind in ("overdue", "refused")}
        consents = rows(Consent, "consent", col(Consent.expires_on), col(Consent.id))
        news = rows(Notice, "news", col(Notice.at), col(Notice.id))
        absences = by_id(tx, Absence, (row.absence_id for row in news))
        due = rows(PeerHelper, "supervision", col(PeerHelper.last_supervision_on), PeerHelper.ref)
        of_pairings = [row for found in pairings.values() for row in found]
        of_visits = [row for found in visits.values() for row in found]
        of_parties = [*(row.owner_id for row in absences.values()), *(row.subject_id for row in news)]
        news_of = [row.person_id for row in news]
        answered = [row.person_id for row in news if row.code == "request_answered"]
        people = [*(row.person_id for row in (*requests, *of_pairings, *of_visits, *consents)), *news_of, *of_parties]
        helpers = [*(row.peer_helper_id for row in (*of_pairings, *of_visits)), *of_parties]
        of_requests = tx.exec(
            select(Request.person_id, Request.public_id)
            .where(col(Request.person_id).in_(answered))
            .order_by(col(Request.id))
        ).all()
        return cls(
            day=day,
            requests=requests,
            pairings=pairings,
            visits=visits,
            consents=consents,
            news=news,
            absences=absences,
            helpers_due=due,
            people=by_id(tx, Person, people),
            helpers=by_id(tx, PeerHelper, helpers),
            professionals=by_id(tx, Professional, of_parties),
            asked=dict(of_requests),
            paired=_public_ids(tx, [*(row.pairing_id for row in of_visits), *(row.pairing_id for row in news)]),
        )

    def things(self) -> Iterator[Thing]:
        """All lines, in the order in which kinds stand within a group."""
        yield from self._overdue()
        yield from self._refused()
        yield from self._news()
        yield from self._requests()
        yield from self._proposals()
        yield from self._trials()
        yield from self._consents()
        yield from self._supervision()

    def _overdue(self) -> Iterator[Thing]:
        for row in self.visits["overdue"]:
            yield Thing(
                "overdue",
                "now",
                self.paired.get(row.pairing_id, ""),
                self.helpers[row.peer_helper_id].display_name,
                self.people[row.person_id].pseudonym,
                at=row.ends_at,
            )

    def _refused(self) -> Iterator[Thing]:
        near = self.day.now + timedelta(days=NOW_DAYS)
        for row in self.visits["refused"]:
            person, helper = self.people[row.person_id].pseudonym, self.helpers[row.peer_helper_id].display_name
            by_helper = row.helper_answer in codes.UNWILLING
            yield Thing(
                "refused",
                "now" if row.starts_at <= near else "week",
                row.public_id,
                helper if by_helper else person,
                person if by_helper else helper,
                code=row.helper_answer if by_helper else row.person_answer,
                at=row.starts_at,
            )

    def _news(self) -> Iterator[Thing]:
        for row in self.news:
            group = "now" if row.code in PRESSING_NEWS else "week"
            absence = self.absences.get(row.absence_id or 0)
            if absence is not None:
                name = self._who(absence.owner_id)
                yield Thing(
                    "news",
                    group,
                    absence.public_id,
                    name,
                    code=row.code,
                    about="absence",
                    notice=row.public_id,
                    day=absence.first_day,
                    last=absence.last_day,
                )
                continue
            if row.subject_id is not None:
                yield self._changed(row, row.subject_id, group)
                continue
            person = self.people[row.person_id or 0]
            about, target = "person", person.public_id
            if row.code == "request_answered":
                about, target = "request", self.asked.get(person.id, "")
            elif row.pairing_id is not None:
                about, target = "pairing", self.paired.get(row.pairing_id, "")
            yield Thing(
                "news", group, target, person.pseudonym, code=row.code, about=about, notice=row.public_id, at=row.at
            )

    def _changed(self, row: Notice, party: int, group: str) -> Thing:
        """What somebody said of their own hours or limits."""
        kind, found = next(
            (kind, known[party])
            for kind, known in (
                ("peer_helper", self.helpers),
                ("person", self.people),
                ("professional", self.professionals),
            )
            if party in known
        )
        about = f"{kind}_hours" if row.code == "hours_changed" else kind
        return Thing(
            "news",
            group,
            found.public_id,
            self._who(party),
            code=row.code,
            about=about,
            notice=row.public_id,
            at=row.at,
        )

    def _who(self, party: int) -> str:
        if party in self.helpers:
            return self.helpers[party].display_name
        if party in self.people:
            return self.people[party].pseudonym
        return self.professionals[party].display_name if party in self.professionals else ""

    def _requests(self) -> Iterator[Thing]:
        for row in self.requests:
            days = (self.day.today - row.received_on).days
            pressing = days > todo_kinds.LONG_DAYS or row.urgency == "urgent"
            yield Thing(
                "undecided",
                "now" if pressing else "week",
                row.public_id,
                self.people[row.person_id].pseudonym,
                code=row.status,
                day=row.received_on,
                count=max(0, days),
            )

    def _proposals(self) -> Iterator[Thing]:
        for row in self.pairings["talk"]:
            wishes = row.person_answer == "talk_first"
            yield self._of(row, "talk", "week", self.people[row.person_id].public_id, by_person=wishes)
        for row in self.pairings["declined"]:
            said_no = row.person_answer == "declined"
            yield self._of(row, "declined", "week", self.people[row.person_id].public_id, by_person=said_no)
        for row in self.pairings["lapsing"]:
            last = row.proposed_on + timedelta(days=LAPSE_DAYS - 1)
            group = "now" if last <= self.day.in_days(1) else "week"
            yield self._of(row, "lapsing", group, self.people[row.person_id].public_id, last)
        for row in self.pairings["first_visit"]:
            last = first_visit_by(row)
            group = "week" if last is None or last <= self.day.in_days(7) else "soon"
            yield self._of(row, "first_visit", group, row.public_id, last)

    def _trials(self) -> Iterator[Thing]:
        for row in self.pairings["trial"]:
            over = row.trial_end is not None and row.trial_end <= self.day.today
            code = "over" if over else "ends"
            yield self._of(row, "trial", "week", row.public_id, row.trial_end, code=code)

    def _of(
        self,
        row: Pairing,
        kind: str,
        group: str,
        target: str,
        day: date | None = None,
        *,
        by_person: bool = True,
        code: str = "",
    ) -> Thing:
        person, helper = self.people[row.person_id].pseudonym, self.helpers[row.peer_helper_id].display_name
        return Thing(
            kind, group, target, person if by_person else helper, helper if by_person else person, code=code, day=day
        )

    def _consents(self) -> Iterator[Thing]:
        for row in self.consents:
            person = self.people[row.person_id]
            near = row.expires_on is not None and row.expires_on <= self.day.in_days(7)
            group = "week" if near else "soon"
            yield Thing("consent", group, person.public_id, person.pseudonym, day=row.expires_on)

    def _supervision(self) -> Iterator[Thing]:
        for row in self.helpers_due:
            last = row.last_supervision_on
            until = last + timedelta(days=SUPERVISION_DAYS) if last is not None else None
            over = until is None or until < self.day.today
            yield Thing(
                "supervision",
                "week" if over else "soon",
                row.public_id,
                row.display_name,
                code="never" if until is None else "over" if over else "ends",
                day=until,
            )


def _public_ids(tx: Session, numbers: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({number for number in numbers if number is not None})
    found = tx.exec(select(Pairing.id, Pairing.public_id).where(col(Pairing.id).in_(wanted))).all()
    return {number or 0: public_id for number, public_id in found}

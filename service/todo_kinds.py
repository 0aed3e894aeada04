"""
What can stand on the coordinator's day, as one condition each: the page lists its rows, the navigation counts them.

A kind that would fill the page (visits to note, people to tell) stands there as one line, and counts as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from matching.pairing.rules import SUPERVISION_DAYS
from service import clock, codes
from service.consents import SOON_DAYS
from service.overdue import OVERDUE_AFTER, not_left_since
from service.pairing_data import LAPSE_DAYS
from service.tables.emergencies import EmergencyOpening
from service.tables.mail import OutboxMessage
from service.tables.network import Meeting, MeetingParticipant
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Consent, PeerHelper, Person
from service.tables.request_threads import RequestQuestion
from service.tables.rights import RightRequest
from service.tables.territory import Territory

LONG_DAYS = 7
LAPSE_SOON_DAYS = 3
TRIAL_SOON_DAYS = 7
SUPERVISION_SOON_DAYS = 14
DECLINED_DAYS = 14
"""So long a no stands there while nobody else was proposed; the request itself stays in the queue."""
UNDECIDED = ("received", "consent_pending")


@dataclass(frozen=True)
class Day:
    """The day of one territory."""

    territory_id: int
    now: datetime
    today: date
    zone: str

    @classmethod
    def of(cls, now: datetime, territory: Territory) -> Day:
        return cls(territory.id or 0, now, clock.local_day(now, territory.timezone), territory.timezone)

    def in_days(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def ago(self, time: timedelta) -> datetime:
        return self.now - time


@dataclass(frozen=True)
class AnyDay(Day):
    """
    Stands for a day in a question that is written once and asked on every page.

    Writing the question out takes longer than its answer; so it holds names, and `asked` says what each is on a day.
    """

    asked: dict[str, Callable[[Day], object]]

    @classmethod
    def new(cls) -> AnyDay:
        asked: dict[str, Callable[[Day], object]] = {
            "territory": lambda day: day.territory_id,
            "now": lambda day: day.now,
            "today": lambda day: day.today,
        }
        territory: Any = bindparam("territory")
        now: Any = bindparam("now")
        today: Any = bindparam("today")
        return cls(territory, now, today, "", asked)

    def in_days(self, days: int) -> date:
        return self._named(f"day_{days}", lambda day: day.in_days(days))

    def ago(self, time: timedelta) -> datetime:
        return self._named(f"ago_{time.total_seconds():.0f}", lambda day: day.ago(time))

    def _named(self, name: str, of: Callable[[Day], object]) -> Any:
        name = name.replace("-", "minus_")
        self.asked[name] = of
        return bindparam(name)

    def on(self, day: Day) -> dict[str, object]:
        """What the names are on this day."""
        return {name: of(day) for name, of in self.asked.items()}


LATER = aliased(Pairing)
"""Made once: another name for a table costs as much as asking ten questions of it."""
Rows = SelectOfScalar[Any]
"""The internal numbers of the rows of a kind."""


def undecided(day: Day) -> Rows:
    """Requests that nobody decided on, but for those that wait for an answer of whoever asked."""
    asked = select(RequestQuestion.request_id).where(
        col(RequestQuestion.answered_at).is_(None), col(RequestQuestion.closed_at).is_(None)
    )
    return select(Request.id).where(
        Request.territory_id == day.territory_id,
        Request.kind == "pairing",
        col(Request.status).in_(UNDECIDED),
        col(Request.id).not_in(asked),
    )


def long_waiting(day: Day) -> Rows:
    """Requests that wait for a peer helper for more than a week."""
    return select(Request.id).where(
        Request.territory_id == day.territory_id,
        Request.kind == "pairing",
        Request.status == "waiting",
        col(Request.received_on) < day.in_days(-LONG_DAYS),
    )


def talk(day: Day) -> Rows:
    """Open proposals of which somebody would like to talk first."""
    wish = or_(col(Pairing.person_answer) == "talk_first", col(Pairing.helper_answer) == "talk_first")
    return _proposals(day).where(wish)


def declined(day: Day) -> Rows:
    """Proposals that somebody said no to lately, the last one of a request that waits again."""
    followed = select(LATER.id).where(LATER.request_id == Pairing.request_id, col(LATER.id) > col(Pairing.id)).exists()
    return (
        select(Pairing.id)
        .join(Request, col(Pairing.request_id) == Request.id)
        .where(
            Pairing.territory_id == day.territory_id,
            Pairing.status == "declined",
            Request.status == "waiting",
            or_(
                col(Pairing.person_answer_on) > day.in_days(-DECLINED_DAYS),
                col(Pairing.helper_answer_on) > day.in_days(-DECLINED_DAYS),
            ),
            ~followed,
        )
    )


def lapsing(day: Day) -> Rows:
    """Open proposals that lapse within days, and that nobody wants to talk about."""
    wish = or_(col(Pairing.person_answer) == "talk_first", col(Pairing.helper_answer) == "talk_first")
    return _proposals(day).where(col(Pairing.proposed_on) <= day.in_days(LAPSE_SOON_DAYS - LAPSE_DAYS), ~wish)


def _proposals(day: Day) -> Rows:
    return select(Pairing.id).where(
        Pairing.territory_id == day.territory_id,
        Pairing.status == "proposed",
        col(Pairing.proposed_on) > day.in_days(-LAPSE_DAYS),
    )


def trials(day: Day) -> Rows:
    """Trials whose four weeks are over, or within days."""
    return select(Pairing.id).where(
        Pairing.territory_id == day.territory_id,
        Pairing.status == "trial",
        col(Pairing.trial_end) <= day.in_days(TRIAL_SOON_DAYS),
    )


def first_visits(day: Day) -> Rows:
    """Pairings that both said yes to, without a first visit."""
    planned = (
        select(Visit.id)
        .where(
            Visit.pairing_id == Pairing.id,
            Visit.kind == "first_joint",
            col(Visit.status).in_((*codes.LIVE_VISIT_STATES, "done")),
        )
        .exists()
    )
    return select(Pairing.id).where(Pairing.territory_id == day.territory_id, Pairing.status == "accepted", ~planned)


def consents(day: Day) -> Rows:
    """Consents that end within thirty days."""
    return (
        select(Consent.id)
        .join(Person, col(Consent.person_id) == Person.id)
        .where(
            Person.territory_id == day.territory_id,
            Person.status != "closed",
            Consent.status == "given",
            col(Consent.ended_at).is_(None),
            col(Consent.expires_on) >= day.today,
            col(Consent.expires_on) <= day.in_days(SOON_DAYS),
        )
    )


def refused(day: Day) -> Rows:
    """Visits to come that somebody said no to, or for which they ask another moment."""
    unwilling = or_(col(Visit.helper_answer).in_(codes.UNWILLING), col(Visit.person_answer).in_(codes.UNWILLING))
    return _live(day).where(col(Visit.starts_at) > day.now, unwilling)


def overdue(day: Day) -> Rows:
    """
    Visits that ended half an hour ago or more, which nobody has left, and of which nobody knows that all is well.

    What nobody noted for a day is no worry of today any more: it is to be noted.
    """
    return select(Visit.id).where(
        Visit.territory_id == day.territory_id,
        not_left_since(day.ago(OVERDUE_AFTER)),
        col(Visit.ends_at) > day.ago(timedelta(days=1)),
    )


def to_note(day: Day) -> Rows:
    """Visits of earlier days of which nobody said whether they took place."""
    return _live(day).where(col(Visit.ends_at) <= day.ago(timedelta(days=1)))


def _live(day: Day) -> Rows:
    return select(Visit.id).where(
        Visit.territory_id == day.territory_id, col(Visit.status).in_(codes.LIVE_VISIT_STATES)
    )


def news(day: Day) -> Rows:
    """What the coordination is told, and has not marked as read."""
    return _untold(day).where(col(Notice.party_id).is_(None))


def to_tell(day: Day) -> Rows:
    """What others are still to be told."""
    return _untold(day).where(col(Notice.party_id).is_not(None))


def _untold(day: Day) -> Rows:
    return select(Notice.id).where(Notice.territory_id == day.territory_id, col(Notice.told_at).is_(None))


def supervision(day: Day) -> Rows:
    """Active helpers whose 62 days without supervision are over or nearly, and none is planned (`settled.md` 13)."""
    planned: ColumnElement[bool] = (
        select(MeetingParticipant.id)
        .join(Meeting, col(MeetingParticipant.meeting_id) == Meeting.id)
        .where(
            MeetingParticipant.party_id == PeerHelper.id,
            Meeting.kind == "supervision",
            col(Meeting.status).in_(("planned", "invited")),
            or_(col(Meeting.starts_at) > day.now, col(Meeting.rrule) != ""),
        )
        .exists()
    )
    last = col(PeerHelper.last_supervision_on)
    return select(PeerHelper.id).where(
        PeerHelper.territory_id == day.territory_id,
        PeerHelper.status == "active",
        or_(last.is_(None), last <= day.in_days(SUPERVISION_SOON_DAYS - SUPERVISION_DAYS)),
        ~planned,
    )


def rights(day: Day) -> Rows:
    """Corrections, restrictions and erasures that people asked for."""
    return select(RightRequest.id).where(RightRequest.territory_id == day.territory_id, RightRequest.state == "open")


def openings(day: Day) -> Rows:
    """Records that another territory opened in an emergency, which nobody of the coordination reviewed."""
    return select(EmergencyOpening.id).where(
        EmergencyOpening.territory_id == day.territory_id, EmergencyOpening.state == "open"
    )


def mails(day: Day) -> Rows:
    """Mails that did not leave, or perhaps not."""
    return select(OutboxMessage.id).where(
        OutboxMessage.territory_id == day.territory_id,
        col(OutboxMessage.state).in_(codes.OPEN_MAIL_STATES),
        col(OutboxMessage.settled_at).is_(None),
    )


LISTED: Mapping[str, Callable[[Day], Rows]] = {
    "overdue": overdue,
    "refused": refused,
    "news": news,
    "undecided": undecided,
    "talk": talk,
    "declined": declined,
    "lapsing": lapsing,
    "trial": trials,
    "first_visit": first_visits,
    "consent": consents,
    "supervision": supervision,
}
"""A line for each row."""
SUMMED: Mapping[str, Callable[[Day], Rows]] = {
    "openings": openings,
    "rights": rights,
    "mails": mails,
    "to_tell": to_tell,
    "to_note": to_note,
    "long_waiting": long_waiting,
}
"""One line with a figure."""


def count(tx: Session, day: Day) -> int:
    """How many lines there are."""
    return count_and_untold(tx, day)[0]


def count_and_untold(tx: Session, day: Day) -> tuple[int, int]:
    """How many lines there are, and how many notices are told to nobody yet, in one question."""
    question, any_day = _counting()
    return tx.exec(question, params=any_day.on(day)).one()


@cache
def _counting() -> tuple[Select[int, int], AnyDay]:
    day = AnyDay.new()
    return select(_counted(day), _number(_untold(day))), day


def _counted(day: Day) -> ColumnElement[int]:
    lines: ColumnElement[int] = literal(0)
    for kind in LISTED.values():
        lines = lines + _number(kind(day))
    for kind in SUMMED.values():
        lines = lines + _number(kind(day).limit(1))
    return lines


def sums(tx: Session, day: Day) -> dict[str, int]:
    """The figures of the lines that sum up, in one question."""
    question, any_day = _summing()
    return dict(zip(SUMMED, tx.exec(question, params=any_day.on(day)).one(), strict=True))


@cache
def _summing() -> tuple[Select[Any], AnyDay]:
    day = AnyDay.new()
    return select(*[_number(kind(day)).label(name) for name, kind in SUMMED.items()]), day


def _number(rows: Rows) -> ColumnElement[int]:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()

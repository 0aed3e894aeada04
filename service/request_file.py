"""One request whole: what is known, its thread, what was asked, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from service import audit, clock, lifecycles, request_threads
from service.request_questions import MAY_BE_ASKED, Question, questions_of
from service.request_turns import answer_days
from service.request_views import NEW, RequestView, told_reason, views
from service.requests import find
from service.rows import by_id
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.pairings import Pairing
from service.tables.people import Professional
from service.tables.request_threads import RequestStep
from service.tables.territory import Organisation, Territory

LATEST_UNDO = timedelta(hours=request_threads.UNDO_HOURS)


@dataclass(frozen=True)
class Step:
    """A line of the thread: when, what, why; `by` is empty for what the days brought, and for those who asked."""

    at: datetime
    deed: str
    after: str
    reason: str
    by: str
    undone: bool


@dataclass(frozen=True)
class RequestFile:
    """
    A request as the coordinator, or whoever made it, sees it.

    `undo_until` stands while the last decision can be undone, `closes_on` while a question waits; both empty otherwise.
    `partners` are services of the network by public id, for the coordinator alone.
    """

    request: RequestView
    steps: tuple[Step, ...]
    questions: tuple[Question, ...]
    can_be_accepted: bool
    can_be_asked: bool
    can_end: bool
    undo_until: datetime | None
    undoes: str
    closes_on: date | None
    partners: Mapping[str, str]

    @property
    def open_question(self) -> Question | None:
        return next((one for one in self.questions if one.is_open), None)


def file_of(site: Site, actor: Actor, public_id: str, language: str = "fr") -> RequestFile:
    """One request for those who may see it; that somebody looked is noted."""
    with site.db.begin() as tx:
        row = find(tx, actor, public_id)
        territory = tx.get_one(Territory, row.territory_id)
        found = views(site, tx, [row], language)[0]
        view = replace(found, reason=told_reason(actor, found.reason))
        questions = questions_of(site, tx, row)
        steps = tx.exec(select(RequestStep).where(RequestStep.request_id == row.id).order_by(col(RequestStep.id))).all()
        decides = actor.role == "coordinator"
        last = next(
            (one for one in reversed(steps) if one.deed in request_threads.DECISIONS and one.undone_at is None), None
        )
        undoable = decides and last is not None and request_threads.can_be_undone(last, row, site.clock.now())
        partners = (
            tx.exec(
                select(Organisation.public_id, Organisation.name)
                .where(Organisation.territory_id == row.territory_id)
                .order_by(Organisation.name)
            ).all()
            if decides
            else []
        )
        proposed = select(Pairing.id).where(Pairing.request_id == row.id, Pairing.status == "proposed").limit(1)
        waits = next((one for one in questions if one.is_open), None)
        closes = None
        if waits is not None:
            asked = clock.local_day(waits.asked_at, territory.timezone)
            closes = asked + timedelta(days=answer_days(tx, row.territory_id))
        names = _names(tx, steps) if decides else {}
        audit.note(tx, site, actor, "request.seen", "request", row.public_id)
        return RequestFile(
            request=view,
            steps=tuple(
                Step(
                    one.at,
                    one.deed,
                    one.after,
                    told_reason(actor, one.reason) or "",
                    names.get(one.by or 0, ""),
                    one.undone_at is not None,
                )
                for one in steps
            ),
            questions=tuple(questions),
            can_be_accepted=decides and row.status in NEW and view.can_be_accepted,
            can_be_asked=decides and row.status in MAY_BE_ASKED and waits is None,
            can_end=decides
            and "closed" in lifecycles.LIFECYCLES["request"].steps.get(row.status, ())
            and tx.exec(proposed).first() is None,
            undo_until=last.at + LATEST_UNDO if undoable and last is not None else None,
            undoes=last.deed if undoable and last is not None else "",
            closes_on=closes,
            partners=dict(partners),
        )


def _names(tx: Session, steps: Sequence[RequestStep]) -> dict[int, str]:
    """Who of the coordination did each step, by the number of the account."""
    accounts = by_id(tx, Account, (one.by for one in steps))
    people = by_id(tx, Professional, (one.party_id for one in accounts.values()))
    return {
        number: people[one.party_id].display_name
        for number, one in accounts.items()
        if one.party_id is not None and one.party_id in people
    }

"""The coordination asks whoever made a request for a precision; the request waits for their answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from locales import N_
from service import audit, codes, notices, request_threads
from service.errors import NotAcceptable, NotAllowed, StepNotAllowed
from service.imports.checks.people import identifies
from service.requests import OPEN, find, find_to_change
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import DataKey, Person
from service.tables.request_threads import RequestQuestion

LENGTH = 280
MAY_BE_ASKED = ("received", "consent_pending", "waiting")


@dataclass(frozen=True)
class Question:
    """
    A question and its answer, as both sides read them.

    `closed` tells that nobody waits for an answer any more: it was taken back, or the request ended before.
    """

    public_id: str
    asks: tuple[str, ...]
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    reminded_at: datetime | None
    closed: bool

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and not self.closed


def ask(site: Site, actor: Actor, public_id: str, revision: int, asks: Sequence[str], text: str = "") -> None:
    """
    Ask whoever made the request; they are told, and the request waits for them.

    Raises
    ------
    NotAcceptable
        Without anything asked, with a code that is not of the list, or with too long or telling words.
    StepNotAllowed
        When a question is open already, or the request is past questions.
    """
    if not asks and not text:
        raise NotAcceptable(N_("Cochez au moins une question, ou écrivez la vôtre."), "asks")
    if not set(asks) <= set(codes.REQUEST_QUESTIONS):
        raise NotAcceptable(N_("Choisissez les questions dans la liste."), "asks")
    if "other" in asks and not text:
        raise NotAcceptable(N_("Écrivez votre question."), "text")
    _check(text)
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        if request.status not in MAY_BE_ASKED:
            raise StepNotAllowed(N_("Cette demande n’attend plus de précision."))
        if request_threads.open_question(tx, request) is not None:
            raise StepNotAllowed(N_("Une question attend déjà une réponse."))
        row = RequestQuestion(
            public_id=site.ids.new(),
            request_id=request.id or 0,
            asks=[code for code in codes.REQUEST_QUESTIONS if code in asks],
            asked_at=site.clock.now(),
            asked_by=actor.account_id,
        )
        if text:
            row.text_sealed = site.seals.seal(tx, request.person_id, _place("text", row), text)
        tx.add(row)
        request_threads.note(tx, site, actor, request, "asked")
        request_threads.tell_asker(tx, site, actor, request, "request_question")
        audit.note(tx, site, actor, "request.asked", "request", request.public_id)


def answer(site: Site, actor: Actor, public_id: str, text: str) -> None:
    """
    Answer the open question: whoever made the request themselves, or the coordination for somebody who said it.

    Raises
    ------
    NotAllowed
        For somebody who sees the request and did not make it.
    StepNotAllowed
        When no question is open.
    NotAcceptable
        Without words, with too many, or with a number or an address.
    """
    if not text:
        raise NotAcceptable(N_("Écrivez une réponse."), "text")
    _check(text)
    with site.db.begin() as tx:
        request = find(tx, actor, public_id, hold=True)
        if actor.role != "coordinator" and actor.party_id != request_threads.asker_of(request):
            raise NotAllowed(N_("La question s’adresse à qui a fait la demande."))
        row = request_threads.open_question(tx, request)
        if row is None or request.status not in OPEN:
            raise StepNotAllowed(N_("Aucune question n’attend de réponse."))
        row.answer_sealed = site.seals.seal(tx, request.person_id, _place("answer", row), text)
        row.answered_at, row.answered_by = site.clock.now(), actor.account_id
        tx.add(row)
        request_threads.note(tx, site, actor, request, "answered")
        request_threads.untold(tx, request, "request_question", "request_reminder", "request_closing")
        if actor.role != "coordinator":
            notices.tell(tx, site, "request_answered", tx.get_one(Person, request.person_id))
        audit.note(tx, site, actor, "request.answered", "request", request.public_id)


def take_back(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """Take the open question back: nobody waits for its answer any more."""
    with site.db.begin() as tx:
        request = find_to_change(tx, actor, public_id, revision)
        if request_threads.open_question(tx, request) is None:
            raise StepNotAllowed(N_("Aucune question n’attend de réponse."))
        request_threads.close_question(tx, site, request, site.clock.now())
        request_threads.note(tx, site, actor, request, "taken_back")
        audit.note(tx, site, actor, "request.question_taken_back", "request", request.public_id)


def open_one(site: Site, actor: Actor, public_id: str) -> Question | None:
    """The question that waits for whoever made the request; None when none does."""
    with site.db() as tx:
        found = questions_of(site, tx, find(tx, actor, public_id))
    return next((one for one in found if one.is_open), None)


def questions_of(site: Site, tx: Session, request: Request) -> list[Question]:
    """All that was asked about a request, the oldest first; the caller has seen that the actor may see it."""
    rows = tx.exec(
        select(RequestQuestion).where(RequestQuestion.request_id == request.id).order_by(col(RequestQuestion.id))
    ).all()
    held = tx.get(DataKey, request.person_id) if rows else None  # kept, so that it is asked for once

    def opened(column: str, row: RequestQuestion, value: bytes | None) -> str:
        if value is None or held is None:
            return ""
        return str(site.seals.open(tx, request.person_id, _place(column, row), value))

    return [
        Question(
            public_id=row.public_id,
            asks=tuple(row.asks),
            text=opened("text", row, row.text_sealed),
            asked_at=row.asked_at,
            answer=opened("answer", row, row.answer_sealed),
            answered_at=row.answered_at,
            reminded_at=row.reminded_at,
            closed=row.closed_at is not None,
        )
        for row in rows
    ]


def _check(text: str) -> None:
    if len(text) > LENGTH:
        raise NotAcceptable(N_("Raccourcissez ce texte : 280 signes au plus"), "text")
    if identifies(text):
        raise NotAcceptable(N_("Enlevez le numéro ou l’adresse de ce texte"), "text")


def _place(column: str, row: RequestQuestion) -> str:
    return f"request_question.{column}_sealed:{row.public_id}"

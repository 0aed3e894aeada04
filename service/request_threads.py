"""The thread of a request: each decision and question leaves a line, and the last decision can be undone for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from locales import N_
from service import audit, lifecycles, notices
from service.errors import StepNotAllowed
from service.site import Actor, Site
from service.tables.pairings import Notice, Pairing, Request
from service.tables.people import Person
from service.tables.request_threads import RequestQuestion, RequestStep

UNDO_HOURS = 24
DECISIONS = ("accepted", "redirected", "closed")
"""Deeds that can be undone, as long as nothing has followed."""
RESUMES = {"redirected": "request_redirected", "closed": "request_closed"}
ENDED = ("redirected", "closed")


def note(
    tx: Session,
    site: Site,
    actor: Actor,
    request: Request,
    deed: str,
    *,
    before: str | None = None,
    person_before: str | None = None,
    reason: str | None = None,
    organisation_id: int | None = None,
    where: str = "",
) -> RequestStep:
    """Add a line; after a decision the request was moved already, `before` is the state it had."""
    tx.add(request)
    tx.flush()
    row = RequestStep(
        request_id=request.id or 0,
        deed=deed,
        before=before or request.status,
        after=request.status,
        person_before=person_before,
        reason=reason,
        organisation_id=organisation_id,
        revision=request.revision,
        at=site.clock.now(),
        by=actor.account_id,
    )
    if where:
        row.where_sealed = site.seals.seal(tx, request.person_id, place_of(request), where)
    tx.add(row)
    if actor.role == "coordinator":
        _has_been_read(tx, site, actor, request)
    tx.flush()
    return row


def _has_been_read(tx: Session, site: Site, actor: Actor, request: Request) -> None:
    """Whoever decides has read the answer: it is no longer news."""
    rows = tx.exec(
        select(Notice).where(
            Notice.person_id == request.person_id,
            Notice.code == "request_answered",
            col(Notice.told_at).is_(None),
        )
    ).all()
    for row in rows:
        row.told_at, row.told_by = site.clock.now(), actor.account_id
        tx.add(row)


def place_of(request: Request) -> str:
    """Where the name of another service is sealed: the last one only is ever shown."""
    return f"request_step.where_sealed:{request.public_id}"


def tell_asker(tx: Session, site: Site, actor: Actor, request: Request, code: str) -> None:
    """Note that whoever made the request is to be told, unless they did it themselves."""
    asker = asker_of(request)
    if asker != actor.party_id:
        notices.tell(tx, site, code, tx.get_one(Person, request.person_id), party=asker)


def asker_of(request: Request) -> int:
    """The professional who asked, else the person."""
    return request.professional_id if request.professional_id is not None else request.person_id


def untold(tx: Session, request: Request, *codes: str) -> bool:
    """Drop what was still to be said; whether there was any."""
    rows = tx.exec(
        select(Notice).where(
            Notice.person_id == request.person_id,
            Notice.party_id == asker_of(request),
            col(Notice.code).in_(codes),
            col(Notice.told_at).is_(None),
        )
    ).all()
    for row in rows:
        tx.delete(row)
    return bool(rows)


def close_question(tx: Session, site: Site, request: Request, at: datetime) -> None:
    """The open question ends with the request, or because nobody needs its answer any more."""
    row = open_question(tx, request)
    if row is not None:
        row.closed_at = at
        tx.add(row)
    untold(tx, request, "request_question", "request_reminder", "request_closing")


def open_question(tx: Session, request: Request) -> RequestQuestion | None:
    return tx.exec(
        select(RequestQuestion).where(
            RequestQuestion.request_id == request.id,
            col(RequestQuestion.answered_at).is_(None),
            col(RequestQuestion.closed_at).is_(None),
        )
    ).first()


def last_decision(tx: Session, request: Request) -> RequestStep | None:
    return tx.exec(
        select(RequestStep)
        .where(
            RequestStep.request_id == request.id,
            col(RequestStep.deed).in_(DECISIONS),
            col(RequestStep.undone_at).is_(None),
        )
        .order_by(col(RequestStep.id).desc())
        .limit(1)
    ).first()


def can_be_undone(step: RequestStep | None, request: Request, now: datetime) -> bool:
    """The last decision is younger than a day, was somebody's, and the request has not changed since."""
    return (
        step is not None
        and step.deed in DECISIONS
        and step.undone_at is None
        and step.revision == request.revision
        and now - step.at < timedelta(hours=UNDO_HOURS)
    )


def undo(tx: Session, site: Site, actor: Actor, request: Request, *, consent: str) -> str:
    """
    Take the last decision back; the state the request has again.

    Parameters
    ----------
    consent
        The state of the person's consent today: nothing goes back to waiting without it.

    Raises
    ------
    StepNotAllowed
        A day after, when something has followed, or when the person's consent or another request stands against it.
    """
    step = last_decision(tx, request)
    if step is None or not can_be_undone(step, request, site.clock.now()):
        raise StepNotAllowed(N_("Cette décision ne peut plus être annulée : un jour est passé, ou il y a une suite."))
    if step.before in ("waiting", "proposed", "fulfilled") and consent != "given":
        raise StepNotAllowed(N_("L’accord de la personne a changé depuis. La décision ne peut plus être annulée."))
    if step.after in ENDED and _has_another(tx, request):
        raise StepNotAllowed(N_("Une autre demande est ouverte pour cette personne."))
    lifecycles.step_back("request", request.status, step.before)
    now = site.clock.now()
    if step.deed == "accepted" and _is_taken_up(tx, request):
        raise StepNotAllowed(N_("Une proposition a suivi. La décision ne peut plus être annulée."))
    request.status, request.reason = step.before, None
    person = tx.get_one(Person, request.person_id)
    if step.person_before is not None and person.status != step.person_before:
        lifecycles.step_back("person", person.status, step.person_before)
        person.status, person.changed_at = step.person_before, now
        tx.add(person)
    step.undone_at = now
    tx.add(step)
    _open_again(tx, request, step.at)
    note(tx, site, actor, request, "undone", before=step.after)
    if step.deed in RESUMES and not untold(tx, request, RESUMES[step.deed]):
        tell_asker(tx, site, actor, request, "request_resumed")
    audit.note(tx, site, actor, "request.undone", "request", request.public_id)
    return request.status


def _is_taken_up(tx: Session, request: Request) -> bool:
    """Somebody was proposed meanwhile, also when nothing came of it."""
    return tx.exec(select(Pairing.id).where(Pairing.request_id == request.id).limit(1)).first() is not None


def _has_another(tx: Session, request: Request) -> bool:
    other = select(Request.id).where(
        Request.person_id == request.person_id,
        Request.id != request.id,
        Request.kind == request.kind,
        col(Request.status).not_in(ENDED),
    )
    return tx.exec(other.limit(1)).first() is not None


def _open_again(tx: Session, request: Request, at: datetime) -> None:
    """The question that ended with the decision is open again."""
    row = tx.exec(
        select(RequestQuestion).where(RequestQuestion.request_id == request.id, RequestQuestion.closed_at == at)
    ).first()
    if row is not None:
        row.closed_at = None
        tx.add(row)

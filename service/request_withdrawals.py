"""Whoever asked corrects their request while it is new, or takes it back; nobody is told why proposals close."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes, lifecycles, notices
from service.access_scope import scope
from service.database import check_revision
from service.errors import NotAcceptable, NotAllowed, NotFound, StepNotAllowed
from service.imports.checks.people import identifies
from service.pairing_rows import hold_person, may_be_paired, move_person, step
from service.site import Actor, Site
from service.tables.follow import RequestWithdrawal
from service.tables.pairings import Pairing, Request
from service.tables.people import Person
from service.tables.territory import Territory, Theme

NEW = ("received", "consent_pending")
OPEN = (*NEW, "waiting", "proposed")
"""Once both said yes the accompaniment is theirs: it is not for whoever asked to end it."""
FREE = ("consent_pending", "waiting")
"""States of a person for whom somebody may be looked for again."""
REASON = "requester_withdrew"
UNDO_HOURS = 24
NOTE_LENGTH = 280


def withdraw(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """
    Take the request back: open proposals close, the person and the helper are told without a reason.

    Raises
    ------
    StepNotAllowed
        When both said yes already, or it has ended.
    """
    with site.db.begin() as tx:
        request, person = _held(tx, actor, public_id)
        check_revision(request, revision)
        if request.status not in OPEN:
            raise StepNotAllowed(
                N_("L’accompagnement a commencé : il appartient à la personne. Écrivez plutôt à la coordination.")
            )
        before, of_person = request.status, person.status
        for row in _proposals(tx, request):
            step(tx, site, row, "lapsed")
            for party in (row.person_id, row.peer_helper_id):
                notices.tell(tx, site, "proposal_closed", person, party=party, pairing=row)
            audit.note(tx, site, actor, "proposal.withdrawn", "pairing", row.public_id)
        if before == "proposed":
            before = "waiting"
        if of_person == "proposed":
            of_person = "waiting"
            move_person(tx, person, "waiting")
        if person.status == "waiting" and not _another_is_open(tx, request):
            # Nobody is looked for any more, as before a request was accepted.
            move_person(tx, person, "consent_pending")
        lifecycles.step("request", request.status, "closed", REASON)
        request.status, request.reason = "closed", REASON
        tx.add(request)
        tx.flush()
        tx.add(
            RequestWithdrawal(
                request_id=request.id or 0,
                state_before=before,
                person_before=of_person,
                revision=request.revision,
                by=actor.account_id,
                at=site.clock.now(),
            )
        )
        audit.note(tx, site, actor, "request.withdrawn", "request", request.public_id)


def undo(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """
    Put a withdrawn request back where it was, within a day and while nothing followed; its first date is kept.

    This is no step of the lifecycle, but a step not taken: only the state it came from can follow. Proposals that
    closed stay closed.

    Raises
    ------
    StepNotAllowed
        When it is too late, or something followed.
    """
    with site.db.begin() as tx:
        request, person = _held(tx, actor, public_id)
        check_revision(request, revision)
        row = _withdrawal(tx, request)
        if (
            row is None
            or undo_until(tx, site, request) is None
            or _another_is_open(tx, request)
            or person.status not in FREE
        ):
            raise StepNotAllowed(N_("Ce retrait ne peut plus être annulé. Vous pouvez faire une nouvelle demande."))
        request.status, request.reason = row.state_before, None
        if row.person_before == "waiting" and person.status == "consent_pending":
            if may_be_paired(
                tx, person.id, clock.today(site.clock, tx.get_one(Territory, person.territory_id).timezone)
            ):
                move_person(tx, person, "waiting")
            else:  # the consent ended meanwhile
                request.status = "consent_pending"
        row.undone_at = site.clock.now()
        tx.add_all((request, row))
        audit.note(tx, site, actor, "request.withdrawal_undone", "request", request.public_id)


def change(
    site: Site,
    actor: Actor,
    public_id: str,
    revision: int,
    *,
    themes: list[str],
    urgency: str,
    wished_by: date | None,
    note: str,
) -> None:
    """
    Correct what was asked, while nobody looks for a helper yet.

    Raises
    ------
    NotAcceptable
        When an answer is missing or not possible; `field` says which.
    StepNotAllowed
        When the request is not new any more.
    """
    with site.db.begin() as tx:
        request, person = _held(tx, actor, public_id)
        check_revision(request, revision)
        if request.status not in NEW:
            raise StepNotAllowed(N_("La coordination a déjà pris cette demande. Écrivez-lui ce qui change."))
        territory = tx.get_one(Territory, request.territory_id)
        _look_at(tx, clock.today(site.clock, territory.timezone), request, themes, urgency, wished_by, note)
        request.themes, request.urgency, request.wished_first_visit_by = themes, urgency, wished_by
        place = f"request.note_sealed:{request.public_id}"
        request.note_sealed = site.seals.seal(tx, person.id, place, note) if note else None
        tx.add(request)
        audit.note(tx, site, actor, "request.changed", "request", request.public_id)


def undo_until(tx: Session, site: Site, request: Request) -> datetime | None:
    """Until when a withdrawal can be undone; None when it cannot."""
    if request.status != "closed" or request.reason != REASON:
        return None
    row = _withdrawal(tx, request)
    if row is None or row.revision != request.revision:
        return None
    last = row.at + timedelta(hours=UNDO_HOURS)
    return last if site.clock.now() < last else None


def _look_at(
    tx: Session, today: date, request: Request, themes: list[str], urgency: str, wished_by: date | None, note: str
) -> None:
    known = set(tx.exec(select(Theme.ref)).all())
    if not themes or not set(themes) <= known:
        raise NotAcceptable(N_("Cochez au moins une chose qui aiderait la personne"), "themes")
    if urgency not in codes.URGENCIES:
        raise NotAcceptable(N_("Choisissez si c’est pressé"), "urgency")
    is_kept = wished_by is None or wished_by == request.wished_first_visit_by
    if not is_kept and not today <= (wished_by or today) <= today + timedelta(days=366):
        raise NotAcceptable(N_("Choisissez un jour à venir, ou laissez vide"), "wished_by")
    if len(note) > NOTE_LENGTH:
        raise NotAcceptable(N_("Raccourcissez ce texte : 280 signes au plus"), "note")
    if identifies(note):
        raise NotAcceptable(N_("Enlevez le numéro ou l’adresse de ce texte"), "note")


def _held(tx: Session, actor: Actor, public_id: str) -> tuple[Request, Person]:
    """A request of one's own and its person, held until the end of the transaction, the person first."""
    if actor.role != "professional":
        raise NotAllowed
    wanted = select(Request).where(scope(actor).of(Request), Request.public_id == public_id)
    seen = tx.exec(wanted).first()
    if seen is None:
        raise NotFound(N_("Cette demande n’existe pas."))
    person = hold_person(tx, seen.person_id)
    return tx.exec(wanted.with_for_update().execution_options(populate_existing=True)).one(), person


def _proposals(tx: Session, request: Request) -> list[Pairing]:
    wanted = select(Pairing).where(Pairing.request_id == request.id, Pairing.status == "proposed")
    return list(tx.exec(wanted.order_by(Pairing.ref).with_for_update()))


def _withdrawal(tx: Session, request: Request) -> RequestWithdrawal | None:
    return tx.exec(
        select(RequestWithdrawal)
        .where(RequestWithdrawal.request_id == request.id, col(RequestWithdrawal.undone_at).is_(None))
        .order_by(col(RequestWithdrawal.id).desc())
    ).first()


def _another_is_open(tx: Session, request: Request) -> bool:
    other = select(Request.id).where(
        Request.person_id == request.person_id,
        Request.id != request.id,
        Request.kind == "pairing",
        col(Request.status).not_in(("redirected", "closed")),
    )
    return tx.exec(other.limit(1)).first() is not None

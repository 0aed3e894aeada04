"""Correction, erasure and restriction: asked by the person in one tap, answered by the coordination within a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, lifecycles
from service.access_scope import only_coordinator, scope
from service.errors import NotAcceptable, NotAllowed, NotFound, Outdated, StepNotAllowed
from service.pairing_rows import consent_of, consents_of, hold_person
from service.site import Actor, Site
from service.tables.people import DataKey, Person
from service.tables.rights import RightRequest
from service.tables.territory import Territory

MOST_CHARACTERS = 280
MONTHS = 1
"""So long the law gives for an answer (GDPR, article 12)."""
UNDO = timedelta(days=31)
"""So long what was answered still shows to the coordination."""


@dataclass(frozen=True)
class Asked:
    """One request of a person; `answer_by` is its last day, `who` the pseudonym for the coordination, "" for others."""

    public_id: str
    revision: int
    kind: str
    state: str
    reason: str
    words: str
    asked_on: date
    answer_by: date
    ended_on: date | None
    who: str
    person: str
    is_late: bool
    has_consent: bool


def ask(site: Site, actor: Actor, kind: str, words: str = "") -> str:
    """
    Ask for it; its public id. Asking twice for the same is asking once.

    Raises
    ------
    NotAcceptable
        When the words are too long.
    """
    own = _own(actor)
    words = words.strip()
    if len(words) > MOST_CHARACTERS:
        raise NotAcceptable(N_("Le texte est trop long : au plus 280 caractères."), "words")
    with site.db.begin() as tx:
        person = hold_person(tx, own)
        before = tx.exec(
            select(RightRequest).where(
                RightRequest.person_id == own, RightRequest.kind == kind, RightRequest.state == "open"
            )
        ).first()
        if before is not None:
            return before.public_id
        lifecycles.step("right_request", None, "open")
        row = RightRequest(
            public_id=site.ids.new(),
            territory_id=person.territory_id,
            person_id=own,
            kind=kind,
            asked_at=site.clock.now(),
        )
        if words:
            row.words_sealed = site.seals.seal(tx, own, _place(row), words)
        tx.add(row)
        audit.note(tx, site, actor, f"right.{kind}_asked", "right_request", row.public_id)
        return row.public_id


def take_back(site: Site, actor: Actor, public_id: str, *, revision: int) -> None:
    """The person no longer asks for it."""
    _own(actor)
    with site.db.begin() as tx:
        row = hold(tx, actor, public_id, revision)
        end(tx, site, actor, row, "taken_back")


def refuse(site: Site, actor: Actor, public_id: str, reason: str, *, revision: int) -> None:
    """Say no, with one of the reasons that the person reads."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        end(tx, site, actor, hold(tx, actor, public_id, revision), "refused", reason)


def note_done(site: Site, actor: Actor, public_id: str, *, revision: int) -> None:
    """
    A correction was made, or a restriction holds; an erasure is carried out by `own_erasure.erase` alone.

    Raises
    ------
    StepNotAllowed
        When it is an erasure, or a restriction while a consent still lets the record be used.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = hold(tx, actor, public_id, revision)
        if row.kind == "erasure":
            raise StepNotAllowed(N_("Un effacement se fait avec le bouton « Effacer »."))
        if row.kind == "restriction":
            consent = consent_of(tx, row.person_id)
            if consent is not None and consent.status == "given":
                raise StepNotAllowed(
                    N_("L’accord est encore donné : retirez-le d’abord, les visites s’arrêtent alors.")
                )
        end(tx, site, actor, row, "done")


def asked(site: Site, actor: Actor) -> list[Asked]:
    """The person's own, newest first; for the coordination what is open by deadline, then what ended lately."""
    if actor.role not in ("coordinator", "person"):
        raise NotAllowed
    with site.db() as tx:
        wanted = select(RightRequest, Person).join(Person, col(Person.id) == RightRequest.person_id)
        rows = tx.exec(wanted.where(scope(actor).of(RightRequest)).order_by(col(RightRequest.asked_at))).all()
        if actor.role == "coordinator":
            lately = site.clock.now() - UNDO
            rows = [one for one in rows if one[0].ended_at is None or one[0].ended_at > lately]
        territory = tx.get_one(Territory, actor.territory_id)
        today = clock.today(site.clock, territory.timezone)
        people = [person.id for _, person in rows]
        # Held until the end: as long as they are, opening a text asks for no key of its own.
        keys = tx.exec(select(DataKey).where(col(DataKey.party_id).in_(people))).all()
        given = {one for one, consent in consents_of(tx, people).items() if consent.status == "given"}
        found = [
            _shown(tx, site, actor, row, person, today, territory.timezone, person.id in given) for row, person in rows
        ]
        del keys
    if actor.role == "person":
        return found[::-1]
    return sorted(found, key=lambda one: (one.state != "open", one.answer_by))


def hold(tx: Session, actor: Actor, public_id: str, revision: int) -> RightRequest:
    """
    The request, when the actor may see it and saw it as it is.

    Raises
    ------
    NotFound
        When there is none for this actor.
    Outdated
        When it changed since.
    """
    wanted = select(RightRequest).where(RightRequest.public_id == public_id, scope(actor).of(RightRequest))
    row = tx.exec(wanted.with_for_update()).first()
    if row is None:
        raise NotFound(N_("Cette demande n’existe pas."))
    if row.revision != revision:
        raise Outdated(N_("Cette demande a changé entre-temps."))
    return row


def end(tx: Session, site: Site, actor: Actor, row: RightRequest, state: str, reason: str | None = None) -> None:
    lifecycles.step("right_request", row.state, state, reason)
    row.state, row.reason = state, reason
    row.ended_at, row.ended_by = site.clock.now(), actor.account_id
    tx.add(row)
    audit.note(tx, site, actor, f"right.{row.kind}_{state}", "right_request", row.public_id)


def _shown(
    tx: Session, site: Site, actor: Actor, row: RightRequest, person: Person, today: date, zone: str, given: bool
) -> Asked:
    asked_on = _day(row.asked_at, zone)
    answer_by = asked_on + relativedelta(months=MONTHS)
    words = ""
    if row.words_sealed is not None:
        words = str(site.seals.open(tx, person.id, _place(row), row.words_sealed))
    coordination = actor.role == "coordinator"
    return Asked(
        public_id=row.public_id,
        revision=row.revision,
        kind=row.kind,
        state=row.state,
        reason=row.reason or "",
        words=words,
        asked_on=asked_on,
        answer_by=answer_by,
        ended_on=_day(row.ended_at, zone) if row.ended_at is not None else None,
        who=person.pseudonym if coordination else "",
        person=person.public_id if coordination else "",
        is_late=row.state == "open" and today > answer_by,
        has_consent=given,
    )


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _place(row: RightRequest) -> str:
    return f"right_request.words_sealed:{row.public_id}"


def _own(actor: Actor) -> int:
    if actor.role != "person" or actor.party_id is None:
        raise NotAllowed(N_("Chacun répond pour soi."))
    return actor.party_id

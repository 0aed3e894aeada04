"""
Two records of one person become one (`settled.md` 30): everything that hangs on the other goes to the one that stays.

What refers to a person is read from the tables themselves, so that a new table is never forgotten. The other record
stays as an empty shell that leads to the kept one: its lines of consent are proof and never change hands, and what the
log says of it stays true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint, delete, or_, update
from sqlmodel import Session, SQLModel, col, select

from locales import N_
from service import audit, lifecycles, mailed_links, own_keys, request_threads
from service.access_scope import only_coordinator
from service.clock import RealClock
from service.database import check_revision
from service.errors import NotFound, StepNotAllowed
from service.imports.record import card_place
from service.pairing_data import OPEN_REQUESTS
from service.pairing_rows import consent_of
from service.people import held
from service.people_compare import hindrance_of, last_word, live_of, today
from service.people_form import Said, said_of, values_of
from service.requests import consent_state
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.calendars import OtherCalendar
from service.tables.follow import PartnerRequest, RequestMessage
from service.tables.mail import Invitation, OutboxMessage
from service.tables.network import Goal, Situation
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Availability, Consent, ContactCard, DistinctPair, Person, Separation
from service.tables.presence import VisitReport
from service.tables.request_threads import RequestQuestion, RequestStep
from service.tables.rights import RightRequest
from service.visit_outcomes import word_place

STAYS = {
    ("person", "id"),
    ("person", "merged_into_id"),
    ("place", "id"),
    ("professional", "id"),
    ("peer_helper", "id"),
    ("consent", "person_id"),
    ("consent", "witness_id"),
    ("data_key", "party_id"),
}
"""References that do not move: what somebody is, lines of consent (copied), and the key, which is erased."""
BY_HAND = {
    ("pairing", "person_id"),
    ("separation", "person_id"),
    ("separation", "other_person_id"),
    ("distinct_pair", "person_id"),
    ("distinct_pair", "other_person_id"),
    ("availability", "owner_id"),
    ("account", "party_id"),
    ("contact_card", "party_id"),
}
"""References that move each in a way of its own."""
UNIQUE = (UniqueConstraint, PrimaryKeyConstraint)
CHOSEN_WHOLE = ("availability", "card")
"""What is taken from one of both as a whole, beside the fields of the form."""


def merge(
    site: Site,
    actor: Actor,
    kept: str,
    other: str,
    choices: Mapping[str, str],
    revisions: tuple[int, int],
    *,
    sure: bool,
) -> str:
    """
    Make one record of two, all or nothing; the public id of the one that stays.

    Parameters
    ----------
    choices
        `other` for each field, `availability` or `card` that is taken from the other record; the kept one's otherwise,
        or the other's where the kept one says nothing.
    revisions
        Those that the reader saw, of the kept record and of the other.
    sure
        They said that it is one person: it cannot be undone.

    Raises
    ------
    StepNotAllowed
        When both have a pairing or a proposal going on, or the later word on consent is no and a pairing goes on.
    Outdated
        When somebody changed one of both since.
    """
    with site.db.begin() as tx:
        first, second = _held(tx, actor, kept, other)
        if not sure:
            raise StepNotAllowed(N_("Cochez d’abord « C’est bien la même personne » : cela ne se défait pas."))
        for row, seen in zip((first, second), revisions, strict=True):
            check_revision(row, seen)
        day = today(tx, site, first)
        holds = last_word(tx, first, second)
        hindrance = hindrance_of(tx, first, second, holds, day)
        if hindrance:
            raise StepNotAllowed(hindrance)
        chosen = _chosen(tx, first, second, choices)
        leads_to = _state_after(tx, first, second, holds, day)
        closed_on = first.closed_on if first.status == "closed" else second.closed_on
        _join_consents(tx, site, first, second, holds)
        _join_cards(tx, site, first, second, choices.get("card", ""))
        _join_availability(tx, first, second, choices.get("availability", ""))
        _join_ties(tx, first, second)
        _join_accounts(tx, site, first, second)
        _seal_anew(tx, site, first, second)
        _lead(tx, first, leads_to)
        tx.flush()
        for row in tx.exec(select(Pairing).where(Pairing.person_id == second.id)).all():
            row.person_id = first.id
            tx.add(row)
        tx.flush()
        for table, column in references():
            if (table.name, column.name) not in STAYS | BY_HAND:
                _move(tx, table, column, second.id, first.id)
        tx.expire_all()
        _empty(tx, site, second, first, day)
        for name, value in values_of(tx, actor, chosen).items():
            setattr(first, name, value)
        first.closed_on = closed_on if first.status == "closed" else None
        first.changed_at = site.clock.now()
        tx.add(first)
        tx.flush()
        site.seals.erase(tx, second.id)
        audit.note(tx, site, actor, "person.merged", "person", first.public_id)
        audit.note(tx, site, actor, "person.merged_away", "person", second.public_id)
        return first.public_id


def references() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column of the database that names a person, or a party who may be one."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname in ("person.id", "party.id") for key in column.foreign_keys):
                yield table, column


def _held(tx: Session, actor: Actor, kept: str, other: str) -> tuple[Person, Person]:
    """Both, held in one order for everybody, so that two merges never wait for each other."""
    only_coordinator(actor)
    order = sorted((kept, other))
    rows = {public_id: held(tx, actor, public_id) for public_id in order}
    if rows[kept].id == rows[other].id:
        raise NotFound(N_("Ces deux adresses mènent à la même personne."))
    return rows[kept], rows[other]


def _chosen(tx: Session, first: Person, second: Person, choices: Mapping[str, str]) -> Said:
    """Field by field what was chosen; where the kept record says nothing and nothing was chosen, the other's."""
    mine, theirs = asdict(said_of(tx, first)), asdict(said_of(tx, second))

    def takes_other(name: str) -> bool:
        choice = choices.get(name, "")
        return choice == "other" or (not choice and not mine[name])

    return Said(**{name: theirs[name] if takes_other(name) else mine[name] for name in mine})


def _state_after(tx: Session, first: Person, second: Person, holds: Consent | None, day: date) -> str:
    """Where the one record stands: with the pairing that goes on, else by consent and requests."""
    for row in (first, second):
        if live_of(tx, row) is not None:
            return row.status
    if first.status == second.status == "closed":
        return "closed"
    if consent_state(holds, day) != "given":
        return "consent_pending"
    asked = select(Request.id).where(
        col(Request.person_id).in_((first.id, second.id)), col(Request.status).in_(OPEN_REQUESTS)
    )
    waiting = "waiting" in (first.status, second.status) or tx.exec(asked).first() is not None
    return "waiting" if waiting else next(row.status for row in (first, second) if row.status != "closed")


def _lead(tx: Session, row: Person, state: str) -> None:
    """Take the record to a state by the allowed steps, as many as it needs."""
    steps = lifecycles.LIFECYCLES["person"].steps
    ways: list[tuple[str, ...]] = [(row.status,)]
    seen = {row.status}
    for way in ways:
        if way[-1] == state:
            for before, after in pairwise(way):
                lifecycles.step("person", before, after)
            row.status = state
            if state != "closed":
                row.closed_on = None
            tx.add(row)
            return
        for after in steps.get(way[-1], ()):
            if after not in seen:
                seen.add(after)
                ways.append((*way, after))


def _join_consents(tx: Session, site: Site, first: Person, second: Person, holds: Consent | None) -> None:
    """The history of both, as copies on the kept record; the last word of the person is the line that holds."""
    now = site.clock.now()
    lines = tx.exec(select(Consent).where(Consent.person_id == second.id).order_by(col(Consent.id))).all()
    holding = holds.id if holds is not None else None
    current = consent_of(tx, first.id)
    if current is not None and current.id != holding:
        current.ended_at = now
        tx.add(current)
        tx.flush()
    for line in lines:
        told = line.model_dump(exclude={"id", "person_id", "ended_at"})
        ended = None if line.id == holding else line.ended_at or now
        tx.add(Consent(person_id=first.id, ended_at=ended, **told))
        if line.ended_at is None:
            line.ended_at = now
            tx.add(line)
    tx.flush()


def _join_cards(tx: Session, site: Site, first: Person, second: Person, choice: str) -> None:
    """One card: the chosen one, and what only the other one says."""
    cards = [(row, tx.get(ContactCard, row.id)) for row in (first, second)]
    told: list[dict[str, str]] = []
    for row, card in cards:
        try:
            sealed = card.card_sealed if card is not None else None
            told.append(site.seals.open(tx, row.id, card_place(row.id), sealed) if sealed is not None else {})
        except ValueError:
            told.append({})  # its key was erased: there is nothing to take over
    one, two = told
    joined = one | two if choice == "other" else two | one
    if cards[1][1] is not None:
        tx.delete(cards[1][1])
    if not joined:
        return
    sealed = site.seals.seal(tx, first.id, card_place(first.id), joined)
    card = cards[0][1] or ContactCard(party_id=first.id, card_sealed=sealed)
    card.card_sealed = sealed
    tx.add(card)
    tx.flush()


def _join_availability(tx: Session, first: Person, second: Person, choice: str) -> None:
    """The windows of one of both as a whole: those of two records overlap."""
    mine = tx.exec(select(Availability.id).where(Availability.owner_id == first.id)).all()
    theirs = tx.exec(select(Availability.id).where(Availability.owner_id == second.id)).all()
    takes_other = bool(theirs) and (choice == "other" or not mine)
    gone, stays = (first.id, second.id) if takes_other else (second.id, first.id)
    tx.execute(delete(Availability).where(col(Availability.owner_id) == gone))
    tx.execute(update(Availability).where(col(Availability.owner_id) == stays).values(owner_id=first.id))


def _join_ties(tx: Session, first: Person, second: Person) -> None:
    """Separations and pairs kept apart, the smaller number first; between the two records themselves none is left."""
    for table in (Separation, DistinctPair):
        one, two = col(table.person_id), col(table.other_person_id)
        rows = tx.exec(select(table).where(or_(one.in_((first.id, second.id)), two.in_((first.id, second.id))))).all()
        wanted: set[tuple[int, int]] = set()
        for row in rows:
            pair = sorted(
                first.id if number == second.id else number for number in (row.person_id, row.other_person_id)
            )
            tx.delete(row)
            if pair[0] != pair[1]:
                wanted.add((pair[0], pair[1]))
        tx.flush()
        tx.add_all(table(person_id=low, other_person_id=high) for low, high in sorted(wanted))
        tx.flush()


def _join_accounts(tx: Session, site: Site, first: Person, second: Person) -> None:
    """The way in goes with the person; where both records have one, that of the kept record stays."""
    accounts = {
        row.party_id: row
        for row in tx.exec(
            select(Account).where(Account.role == "person", col(Account.party_id).in_((first.id, second.id)))
        ).all()
    }
    theirs = accounts.get(second.id)
    if theirs is None:
        return
    if first.id not in accounts:
        theirs.party_id = first.id
    else:
        theirs.active = False
        mailed_links.end_sessions(tx, theirs)
        own_keys.end_all(tx, theirs, RealClock().now())
    tx.add(theirs)
    tx.flush()


def _seal_anew(tx: Session, site: Site, first: Person, second: Person) -> None:
    """What lies sealed under the other record's key, under that of the kept one; what does not open is lost already."""
    mine = select(Situation.id).where(Situation.person_id == second.id)
    sealed: list[tuple[Any, str, str]] = [
        *(
            (row, "note_sealed", f"request.note_sealed:{row.public_id}")
            for row in tx.exec(select(Request).where(Request.person_id == second.id)).all()
        ),
        *(
            (row, "title_sealed", f"goal.title_sealed:{row.id}")
            for row in tx.exec(select(Goal).where(col(Goal.situation_id).in_(mine))).all()
        ),
        *(
            (row, "url_sealed", f"other_calendar.url_sealed:{row.public_id}")
            for row in tx.exec(select(OtherCalendar).where(OtherCalendar.owner_id == second.id)).all()
        ),
        *(
            (row, "token_sealed", f"invitation.token_sealed:{row.public_id}")
            for row in tx.exec(select(Invitation).where(Invitation.party_id == second.id)).all()
        ),
        *(
            (row, "content_sealed", f"outbox_message.content_sealed:{row.public_id}")
            for row in tx.exec(select(OutboxMessage).where(OutboxMessage.party_id == second.id)).all()
        ),
        *(
            (row, "words_sealed", f"right_request.words_sealed:{row.public_id}")
            for row in tx.exec(select(RightRequest).where(RightRequest.person_id == second.id)).all()
        ),
        *_of_requests(tx, second),
        *(
            (report, "word_sealed", word_place(visit))
            for report, visit in tx.exec(
                select(VisitReport, Visit)
                .join(Visit, col(Visit.id) == VisitReport.visit_id)
                .where(Visit.person_id == second.id)
            ).all()
        ),
    ]
    for row, column, place in sealed:
        value = getattr(row, column)
        if value is None:
            continue
        try:
            told = site.seals.open(tx, second.id, place, value)
        except ValueError:
            continue
        setattr(row, column, site.seals.seal(tx, first.id, place, told))
        tx.add(row)
    tx.flush()


def _of_requests(tx: Session, person: Person) -> Iterator[tuple[Any, str, str]]:
    """What was written about a person's requests under their key."""
    about = select(Request.id).where(Request.person_id == person.id)
    for row in tx.exec(select(RequestMessage).where(col(RequestMessage.request_id).in_(about))).all():
        yield row, "content_sealed", f"request_message.content_sealed:{row.public_id}"
    for row in tx.exec(select(RequestQuestion).where(col(RequestQuestion.request_id).in_(about))).all():
        for column in ("text_sealed", "answer_sealed"):
            yield row, column, f"request_question.{column}:{row.public_id}"
    confirmed = col(PartnerRequest.request_id).in_(about)
    for row in tx.exec(select(PartnerRequest).where(confirmed)).all():
        yield row, "email_sealed", f"partner_request.email_sealed:{row.public_id}"
    steps = select(RequestStep, Request).join(Request, col(Request.id) == RequestStep.request_id)
    for row, request in tx.exec(steps.where(Request.person_id == person.id)).all():
        yield row, "where_sealed", request_threads.place_of(request)


def _move(tx: Session, table: Table, column: Column[Any], old: int, new: int) -> None:
    """Rows of the other record go to the kept one; where that one has the same row already, its own stays."""
    for constraint in table.constraints:
        wide = {one.name for one in constraint.columns} if isinstance(constraint, UNIQUE) else set[str]()
        if column.name in wide:
            twin = table.alias()
            same = [twin.c[name] == table.c[name] for name in wide if name != column.name]
            held_already = select(twin.c[column.name]).where(twin.c[column.name] == new, *same).exists()
            tx.execute(delete(table).where(column == old, held_already))
    values: dict[str, Any] = {column.name: new}
    if "revision" in table.columns:
        values["revision"] = table.c.revision + 1
    tx.execute(update(table).where(column == old).values(**values))


def _empty(tx: Session, site: Site, row: Person, kept: Person, day: date) -> None:
    """What is left of the other record: its reference, and where it leads."""
    if row.status != "closed":
        lifecycles.step("person", row.status, "closed")
    row.status, row.closed_on, row.merged_into_id = "closed", day, kept.id
    row.changed_at = site.clock.now()
    # The pseudonym must be free for the kept record, and is to be found nowhere any more.
    row.pseudonym = row.ref
    row.age_band = row.gender = row.neighbourhood_id = row.lat = row.lon = row.meeting_place_id = None
    row.preferred_gender = row.named_helper_id = None
    row.gender_preference, row.street = "none", ""
    row.languages, row.experience_wished, row.environment_flags = [], [], []
    row.living_environment, row.contact_channel, row.visit_frequency = "home", "in_person", "weekly"
    row.visit_minutes = 60
    row.age_proximity = row.two_person_visits = row.interpreter_accepted = row.off_in_school_holidays = False
    tx.add(row)
    tx.flush()

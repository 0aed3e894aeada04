"""Unmistakable words in every text of somebody's records, to be looked for where they may not be (`security.md` C3)."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import Column, Table, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of
from sqlmodel.sql.sqltypes import AutoString

from service.codes import GOING_ON
from service.contact_cards import place as card_place
from service.data_map import DATA_MAP
from service.sealing import Seals
from service.site import Site
from service.tables.access import Letter
from service.tables.follow import RequestMessage
from service.tables.mail import OutboxMessage
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import ContactCard, Party, PeerHelper, Person
from service.tables.presence import VisitReport
from service.tables.request_threads import RequestQuestion, RequestStep
from service.tables.rights import RightRequest

Rows = dict[str, set[int]]
"""Keys of rows, by table."""
TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}
FOR_PROGRAMS = {
    "account.language",
    "availability.recurrence",
    "letter.template",
    "need.theme",
    "notice.code",
    "subscription.language",
    "territory.country",
    "territory.default_language",
    "territory.region",
    "territory.school_calendar",
    "territory.timezone",
    "theme.ref",
}
"""Columns of codes that no rule of the database guards: what the program could not read is no text."""
HOSTILE = "\"'><b-canari oncanari='1'>&lt;\u202e"
"""What follows the word in each text: it would leave an attribute, open an element and turn the writing around."""
NEVER_SHOWN = ("audit_entry", "web_session")
"""The log may not be changed, and a session belongs to whoever looks."""


class Elements(HTMLParser):
    """Names of the elements and attributes of a page, as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _ in attrs)}


def texts(table: Table) -> list[Column[Any]]:
    """The columns of a table that may hold words: no keys, no secrets, no codes."""
    secret = DATA_MAP[table.name].get("secret", "").split()
    return [
        column
        for column in table.columns
        if isinstance(column.type, AutoString)
        and not (column.primary_key or column.foreign_keys or column.name == "public_id" or column.name in secret)
        and f"{table.name}.{column.name}" not in FOR_PROGRAMS
    ]


def hanging_on(tx: Session, seeds: Rows) -> Rows:
    """These rows, and all that point to them, directly or through others."""
    found: Rows = {name: set(keys) for name, keys in seeds.items()}
    grew = True
    while grew:
        grew = False
        for table in TABLES.values():
            ties = [
                column.in_(found[tie.column.table.name])
                for column in table.columns
                for tie in column.foreign_keys
                if tie.column.table.name in found and tie.column.name == "id"
            ]
            if not ties or "id" not in table.columns:
                continue
            more = set(tx.execute(select(table.c.id).where(or_(*ties))).scalars()) - found.get(table.name, set())
            if more:
                found.setdefault(table.name, set()).update(more)
                grew = True
    return found


def plant(tx: Session, seals: Seals, word: str, rows: Rows) -> set[str]:
    """Write the word into each text of these rows; the columns where it now stands."""
    planted: set[str] = set()
    for name, keys in rows.items():
        if name in NEVER_SHOWN:
            continue
        table = TABLES[name]
        for column in texts(table):
            for key in keys:
                try:
                    with tx.begin_nested():
                        tx.execute(
                            update(table)
                            .where(table.c.id == key)
                            .values({column.name: f"{word}-{name}-{column.name}-{key}{HOSTILE}"})
                        )
                    planted.add(f"{name}.{column.name}")
                except IntegrityError:
                    break  # a code, which the database guards
    return planted | set(_sealed(tx, seals, word, rows))


def _sealed(tx: Session, seals: Seals, word: str, rows: Rows) -> Iterable[str]:
    tx.expire_all()
    for party in tx.exec(_with(Party, rows)).all():
        if party.kind in ("person", "peer_helper"):
            said = dict.fromkeys(("address", "phone", "name", "notes"), f"{word}{HOSTILE}")
            sealed = seals.seal(tx, party.id or 0, card_place(party.id or 0), said)
            card = tx.get(ContactCard, party.id)
            if card is None:
                card = ContactCard(party_id=party.id, card_sealed=sealed)
            card.card_sealed = sealed
            tx.add(card)
            yield "contact_card.card_sealed"
    for helper in tx.exec(_with(PeerHelper, rows)).all():
        place = f"peer_helper.own_words_sealed:{helper.id}"
        helper.own_words_sealed = seals.seal(tx, helper.id or 0, place, f"{word}{HOSTILE}")
        yield "peer_helper.own_words_sealed"
    for request in tx.exec(_with(Request, rows)).all():
        place = f"request.note_sealed:{request.public_id}"
        request.note_sealed = seals.seal(tx, request.person_id, place, f"{word}{HOSTILE}")
        yield "request.note_sealed"

    for message in tx.exec(_with(RequestMessage, rows)).all():
        place = f"request_message.content_sealed:{message.public_id}"
        message.content_sealed = seals.seal(tx, _of(tx, message.request_id), place, f"{word}-message{HOSTILE}")
        yield "request_message.content_sealed"
    for question in tx.exec(_with(RequestQuestion, rows)).all():
        for column in ("text_sealed", "answer_sealed"):
            place = f"request_question.{column}:{question.public_id}"
            setattr(question, column, seals.seal(tx, _of(tx, question.request_id), place, f"{word}-{column}{HOSTILE}"))
            yield f"request_question.{column}"
    for step in tx.exec(_with(RequestStep, rows)).all():
        request = tx.get_one(Request, step.request_id)
        place = f"request_step.where_sealed:{request.public_id}"
        step.where_sealed = seals.seal(tx, request.person_id, place, f"{word}-where{HOSTILE}")
        yield "request_step.where_sealed"
    for right in tx.exec(_with(RightRequest, rows)).all():
        place = f"right_request.words_sealed:{right.public_id}"
        right.words_sealed = seals.seal(tx, right.person_id, place, f"{word}-right{HOSTILE}")
        yield "right_request.words_sealed"
    for report in tx.exec(_with(VisitReport, rows)).all():
        visit = tx.get_one(Visit, report.visit_id)
        place = f"visit_report.word_sealed:{visit.public_id}"
        report.word_sealed = seals.seal(tx, visit.person_id, place, f"{word}-report{HOSTILE}")
        yield "visit_report.word_sealed"
    for letter in tx.exec(_with(Letter, rows)).all():
        letter.values_sealed = seals.seal_shared(tx, f"letter.values_sealed:{letter.public_id}", {"to": word})
        yield "letter.values_sealed"
    for mail in tx.exec(_with(OutboxMessage, rows)).all():
        place, told = f"outbox_message.content_sealed:{mail.public_id}", {"sender": word, "to": word, "content": word}
        mail.content_sealed = (
            seals.seal_shared(tx, place, told) if mail.party_id is None else seals.seal(tx, mail.party_id, place, told)
        )
        yield "outbox_message.content_sealed"


def write_about(tx: Session, site: Site, people: set[int]) -> None:
    """What is written in the course of time: about requests, by persons on their data, by helpers after visits."""
    when = site.clock.now()
    for request in tx.exec(rows_of(Request).where(col(Request.person_id).in_(people))).all():
        pairing = tx.exec(
            rows_of(Pairing).where(Pairing.person_id == request.person_id, col(Pairing.status).in_(GOING_ON))
        ).first()
        written = {"request_id": request.id or 0}
        tx.add_all(
            (
                RequestMessage(
                    public_id=site.ids.new(),
                    territory_id=request.territory_id,
                    pairing_id=pairing.id if pairing is not None else None,
                    author_side="coordinator",
                    for_professional=True,
                    for_helper=pairing is not None,
                    content_sealed=b"",
                    at=when,
                    **written,
                ),
                RequestQuestion(public_id=site.ids.new(), asks=["themes"], asked_at=when, answered_at=when, **written),
                RequestStep(
                    deed="redirected",
                    before="received",
                    after="redirected",
                    reason="nearer_service",
                    revision=request.revision - 1,
                    at=when,
                    **written,
                ),
            )
        )
    for person in tx.exec(rows_of(Person).where(col(Person.id).in_(people))).all():
        tx.add(
            RightRequest(
                public_id=site.ids.new(),
                territory_id=person.territory_id,
                person_id=person.id,
                kind="correction",
                asked_at=when,
            )
        )
    for visit in tx.exec(rows_of(Visit).where(col(Visit.person_id).in_(people))).all():
        tx.add(VisitReport(visit_id=visit.id or 0, noted_at=when, noted_from="confirmed"))
    tx.flush()


def _of(tx: Session, request_id: int) -> int:
    """The person whom a request is for: under their key lies what is written about it."""
    return tx.get_one(Request, request_id).person_id


def _with(table: type[Any], rows: Rows) -> Any:
    return rows_of(table).where(col(table.id).in_(rows.get(table.__tablename__, set())))

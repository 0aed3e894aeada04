"""Unmistakable words in every text of somebody's records, to be looked for where they may not be (`security.md` C3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of
from sqlmodel.sql.sqltypes import AutoString

from service.contact_cards import place as card_place
from service.data_map import DATA_MAP
from service.sealing import Seals
from service.tables.pairings import Request
from service.tables.people import ContactCard, Party, PeerHelper

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
NEVER_SHOWN = ("audit_entry", "web_session")
"""The log may not be changed, and a session belongs to whoever looks."""


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
                            .values({column.name: f"{word}-{name}-{column.name}-{key}"})
                        )
                    planted.add(f"{name}.{column.name}")
                except IntegrityError:
                    break  # a code, which the database guards
    return planted | set(_sealed(tx, seals, word, rows))


def _sealed(tx: Session, seals: Seals, word: str, rows: Rows) -> Iterable[str]:
    tx.expire_all()
    for party in tx.exec(_with(Party, rows)).all():
        if party.kind in ("person", "peer_helper"):
            said = {"address": f"{word} 12", "phone": f"{word}", "name": f"{word}", "notes": f"{word}"}
            sealed = seals.seal(tx, party.id or 0, card_place(party.id or 0), said)
            card = tx.get(ContactCard, party.id)
            if card is None:
                card = ContactCard(party_id=party.id, card_sealed=sealed)
            card.card_sealed = sealed
            tx.add(card)
            yield "contact_card.card_sealed"
    for helper in tx.exec(_with(PeerHelper, rows)).all():
        place = f"peer_helper.own_words_sealed:{helper.id}"
        helper.own_words_sealed = seals.seal(tx, helper.id or 0, place, word)
        yield "peer_helper.own_words_sealed"
    for request in tx.exec(_with(Request, rows)).all():
        place = f"request.note_sealed:{request.public_id}"
        request.note_sealed = seals.seal(tx, request.person_id, place, word)
        yield "request.note_sealed"


def _with(table: type[Any], rows: Rows) -> Any:
    return rows_of(table).where(col(table.id).in_(rows.get(table.__tablename__, set())))

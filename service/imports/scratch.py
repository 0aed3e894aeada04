"""The territory as it would be after the import, as rows of a database in memory: rules read it like any other."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from locales import N_
from service.database import Database
from service.errors import ImportNotAccepted
from service.ids import SystemIds
from service.imports.columns import File
from service.imports.files import BY_NAME
from service.imports.findings import Findings
from service.imports.merged import Entry, Merged
from service.imports.record import Record
from service.imports.references import pointed
from service.imports.writing import Change, Writer
from service.sealing import Seals

NEEDED = (
    "themes",
    "territory",
    "neighbourhoods",
    "organisations",
    "places",
    "professionals",
    "peer_helpers",
    "persons",
    "separations",
    "conflicts",
    "refusals",
    "availability",
    "requests",
    "pairings",
    "overrides",
    "meetings",
)
"""Files that the pair rules look at, and those they point to."""


@contextmanager
def scratch(merged: Merged, findings: Findings) -> Iterator[tuple[Session, int]]:
    """
    A transaction on the scratch database and the territory's number in it; rows with an error are not there.

    Raises
    ------
    ImportNotAccepted
        When the tables refuse a row that no check found fault with.
    """
    try:
        with _empty().begin() as tx:
            yield tx, _filled(tx, merged, findings)
            tx.rollback()
    except IntegrityError as error:
        raise ImportNotAccepted(
            N_("La base de données refuse une ligne de ces fichiers. Rien n’est repris.")
        ) from error


@cache
def _empty() -> Database:
    """Tables only, kept as long as the process lives: making them takes as long as filling them."""
    db = Database("sqlite://")
    SQLModel.metadata.create_all(db.engine)
    return db


def _filled(tx: Session, merged: Merged, findings: Findings) -> int:
    record = Record(tx, Seals(secrets.token_bytes(32)), None, merged.record.cells)
    writer = Writer(record, SystemIds(), datetime.now(UTC))
    for name in NEEDED:
        file = BY_NAME[name]
        entries = [entry for entry in merged.sound(name, findings) if _is_whole(record, file, entry)]
        writer.write(file, [Change(_open(file, entry), None) for entry in entries])
    writer.finish()
    return (record.territory.id if record.territory else None) or 0


def _is_whole(record: Record, file: File, entry: Entry) -> bool:
    """What the row points to is there."""
    return all(
        to == file.name or record.number(to, ref) is not None
        for column in file.columns
        for to, ref, _ in pointed(entry.values, column)
    )


def _open(file: File, entry: Entry) -> dict[str, object]:
    """The row without what is private."""
    return {column.name: entry.values.get(column.name) for column in file.columns if not column.private}

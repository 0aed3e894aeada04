"""
Nothing of what was erased is left in the database's files (`security.md` G3, `docs/decisions/0039`, `0042`).

SQLite overwrites what is deleted (`secure_delete`), but its journal holds earlier pages until they are copied back, and
a page that was split keeps a remainder. PostgreSQL keeps dead rows until their table is written anew.

Whoever erases does not wait for it: a look beside the server does it. What is left to do is read from the log, so that
it is done also when the server died meanwhile.
"""

from __future__ import annotations

import logging
import threading
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from service import audit, beside
from service.database import Database
from service.site import Actor, Site
from service.tables.work import AuditEntry

log = logging.getLogger("lefil.shredding")
LOOK_SECONDS = 60.0
"""Between two looks for an erasure whose remainders still stand in the files."""
ERASED, CLEANED = "person.erased", "files.cleaned"


def shred(db: Database) -> bool:
    """
    Write the files anew without remainders; whether the journal is empty too.

    It is not while somebody else reads or writes: then a later look does it again.
    """
    with db.engine.connect() as connection:
        if not db.is_sqlite:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            # However large the tables are: a page has no such time.
            alone.exec_driver_sql("SET statement_timeout = 0")
            try:
                alone.exec_driver_sql("VACUUM (FULL)")
            finally:
                alone.exec_driver_sql("RESET statement_timeout")
            return True
        # Both work only outside a transaction, which the driver never opens by itself.
        raw: Any = connection.connection.dbapi_connection
        raw.execute("VACUUM")
        busy, *_pages = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def shred_due(site: Site) -> bool:
    """Clean the files of every erasure that they were not cleaned of yet; whether nothing is left to do."""
    with site.db() as tx:
        erased, cleaned = _last(tx, ERASED), _last(tx, CLEANED)
    if erased <= cleaned:
        return True
    try:
        if not shred(site.db):
            return False
    except DBAPIError as error:
        log.warning("the files are not cleaned yet: %s", type(error).__name__)
        return False
    with site.db.begin() as tx:
        if _last(tx, ERASED) != erased:
            return False  # somebody was erased meanwhile: again, at the next look
        audit.note(tx, site, Actor("system", None), CLEANED)
    return True


def watched(site: Site) -> AbstractContextManager[None]:
    """While the block lasts, the files are cleaned soon after each erasure; of what stood from before, at once."""

    def look(_: threading.Event) -> None:
        shred_due(site)

    return beside.repeated("shredding", look, LOOK_SECONDS)


def _last(tx: Session, action: str) -> int:
    return tx.exec(select(func.max(AuditEntry.id)).where(col(AuditEntry.action) == action)).one() or 0

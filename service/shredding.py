"""
Nothing of what was erased is left in the database's files (`security.md` G3, `docs/decisions/0039`).

SQLite overwrites what is deleted (`secure_delete`), but its journal holds earlier pages until they are copied back, and
a page that was split keeps a remainder. PostgreSQL keeps dead rows until their table is written anew.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from service.clock import RealClock
from service.database import Database
from service.site import Site
from service.tables.work import AuditEntry

REAL = RealClock()
log = logging.getLogger("lefil.shredding")
AGAIN_WITHIN = timedelta(days=2)
"""So long after an erasure the files are cleaned anew each day: whoever was reading then has gone by now."""


def shred(db: Database) -> bool:
    """
    Write the files anew without remainders; whether the journal is empty too.

    It is not while somebody else reads or writes: then the next day's turn does it again (`shred_lately`).
    """
    with db.engine.connect() as connection:
        if not db.is_sqlite:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM (FULL)")
            return True
        # Both work only outside a transaction, which the driver never opens by itself.
        raw: Any = connection.connection.dbapi_connection
        raw.execute("VACUUM")
        busy, *_pages = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def shred_after_erasure(db: Database) -> bool:
    """The same, right after an erasure, which stands whatever happens here."""
    try:
        return shred(db)
    except DBAPIError as error:
        log.warning("the files are not cleaned yet: %s", type(error).__name__)
        return False


def shred_lately(site: Site) -> int:
    """How many erasures of the last two days the files were cleaned of."""
    with site.db() as tx:
        wanted = select(AuditEntry.id).where(
            AuditEntry.action == "person.erased", col(AuditEntry.at) > REAL.now() - AGAIN_WITHIN
        )
        found = len(tx.exec(wanted).all())
    return found if found and shred_after_erasure(site.db) else 0

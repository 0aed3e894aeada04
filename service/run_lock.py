"""One worker for a database: whoever holds the lock knows that any other run under way has lost its worker."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy import Connection, text

from service.database import Database

ADVISORY_KEY = 0x6C6566696C  # "lefil"; never change, two versions may meet on one database


class OnlyWorker:
    """A lock that the system itself takes back when the process dies, also by `kill -9`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._file: int | None = None
        self._connection: Connection | None = None
        self.held = False

    def acquire(self) -> bool:
        """Take the lock without waiting; True when it is held."""
        if self.held:
            return True
        self.held = self._lock_file() if self._db.is_sqlite else self._lock_row()
        return self.held

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._connection is not None:
            self._connection.invalidate()  # ends the connection, and the lock with it
            self._connection.close()
            self._connection = None
        self.held = False

    def _lock_file(self) -> bool:
        url = self._db.engine.url
        if url.query.get("vfs") == "memdb":
            return True  # a database in memory has one process
        handle = os.open(Path(f"{url.database}.worker"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._file = handle
        return True

    def _lock_row(self) -> bool:
        connection = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}).scalar():
            self._connection = connection
            return True
        connection.close()
        return False

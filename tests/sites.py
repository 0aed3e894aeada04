"""Sites for tests: a database with the whole schema, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import QueuePool

from service.clock import FixedClock
from service.database import Database, upgrade
from service.ids import SeededIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Site
from tests.postgres import Server, alone

MONDAY = FixedClock(datetime(2027, 1, 4, 7, tzinfo=UTC))
"""2027-01-04 08:00 in Seraing, the demo's first day."""


def a_site(db: Database, **settings: Any) -> Site:
    """A site on this database on the demo's first morning, with the same ids at each run."""
    return Site(db, MONDAY, SeededIds(1), Seals(bytes(range(32))), Settings(**settings))


@cache
def schema() -> Database:
    """The whole schema on SQLite with its guards, made once in this process, to be copied."""
    db = Database("sqlite://")
    upgrade(db)
    return db


IN_MEMORY = "sqlite://"
_spare: list[Database] = []
"""Databases in memory whose test is over: a copy fills them anew, and their engines know our statements already."""


def copy_of(source: Database, url: str = IN_MEMORY) -> Database:
    """A SQLite database with all that the source holds, and nothing else."""
    db = _spare.pop() if url == IN_MEMORY and _spare else Database(url)
    with source.engine.connect() as original, db.engine.connect() as copy:
        _raw(original).backup(_raw(copy))
    return db


@contextmanager
def copied(source: Database, url: str = IN_MEMORY) -> Iterator[Database]:
    """The same, given back at the end."""
    db = copy_of(source, url)
    yield db
    give_back(db)


def give_back(db: Database) -> None:
    """Close a copy, or keep it for another test when it is in memory and only held by itself."""
    if db.engine.url.query.get("vfs") == "memdb" and _held(db) == 1:
        _spare.append(db)
    else:
        db.close()


def _held(db: Database) -> int:
    pool = db.engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


@cache
def again(url: str) -> Database:
    """What stands on PostgreSQL at an address, as often as it is made anew there: closed, it opens by itself."""
    return Database(url)


def _raw(connection: Any) -> Any:
    return connection.connection.dbapi_connection


def schema_template(server: Server, shared: Path) -> str:
    """The name of a PostgreSQL database that holds the schema and nothing else, made once for all workers."""
    # Beside the server's data: a server that is started anew has none.
    name, made = "lefil_schema", server.directory / "template"
    with alone(shared):
        if not made.exists():
            server.run(f'CREATE DATABASE "{name}" TEMPLATE template0')
            db = Database(server.url(name))
            upgrade(db)
            db.close()
            made.touch()
    return name

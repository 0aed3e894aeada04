"""The database: engine, transactions, and what each engine needs to be safe (`security.md` J1-J3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import StaticPool
from sqlmodel import Session


class Database:
    """
    Opens transactions: ``with db() as tx`` to read, ``with db.begin() as tx`` to write.

    A write takes the one writer's place at once (`BEGIN IMMEDIATE` on SQLite), commits at the end of the block and
    rolls back when the block raises.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as tx:
            yield tx

    @contextmanager
    def begin(self) -> Iterator[Session]:
        if self._writer is None:
            with Session(self.engine, expire_on_commit=False) as tx, tx.begin():
                yield tx
            return
        with self._writer, Session(self.engine, expire_on_commit=False) as tx:
            tx.connection(execution_options={"lefil_write": True})
            yield tx
            tx.commit()

    def close(self) -> None:
        self.engine.dispose()


def _engine(address: str) -> Engine:
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={
                "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
                " -c timezone=UTC"
            },
        )
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    extra: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(
        url, module=pysqlite3, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 5}, **extra
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        # The driver starts no transaction of its own; "begin" below says which kind.
        connection.isolation_level = None
        for pragma in (
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "trusted_schema=OFF",
            "busy_timeout=5000",
            "synchronous=FULL",
            "secure_delete=ON",
        ) + (() if in_memory else ("journal_mode=WAL",)):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        write = connection.get_execution_options().get("lefil_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine

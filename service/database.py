"""The database: engine, transactions, schema, and what each engine needs to be safe (`security.md` J1-J4, J6, J12)."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pysqlite3
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

from locales import N_
from service import errors, migrations
from service.tables import feed_marks, guards

_memories = itertools.count(1)

PRAGMAS = (
    "foreign_keys=ON",
    "recursive_triggers=ON",  # without it, INSERT OR REPLACE deletes behind the guards' back
    "trusted_schema=OFF",
    "busy_timeout=5000",
    "synchronous=FULL",
    "secure_delete=ON",
)
LIMITS = "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
MIGRATION_LOCK = 0x1EF11  # of PostgreSQL's advisory locks; two versions of the service must share it: never change


class Database:
    """
    Opens transactions: ``with db() as tx`` to read, ``with db.begin() as tx`` to write.

    A write takes the one writer's place at once (`BEGIN IMMEDIATE` on SQLite), commits at the end of the block and
    rolls back when the block raises. What a guard of the database refuses leaves the block as a `Refused`, a lost race
    for the same row as `Outdated`. A read inside a write would wait for the write: read with its `tx` instead.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = threading.Lock() if self.is_sqlite else None
        # A database in memory lives as long as somebody is connected to it.
        self._alive = self.engine.connect() if _in_memory(url) else None

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as tx:
            yield tx

    @contextmanager
    def begin(self) -> Iterator[Session]:
        try:
            if self._writer is None:
                with Session(self.engine, expire_on_commit=False) as tx, tx.begin():
                    yield tx
                return
            with self._writer, Session(self.engine, expire_on_commit=False) as tx:
                tx.connection(execution_options={"lefil_write": True})
                yield tx
                tx.flush()
                held = tx.connection().connection.dbapi_connection
                try:
                    tx.commit()
                except IntegrityError:
                    # A deferred reference is looked at by COMMIT alone, and SQLite leaves the transaction open then.
                    if held is not None:
                        held.rollback()
                    raise
        except StaleDataError as error:
            raise outdated() from error
        except IntegrityError as error:
            refused = refusal(error)
            if refused is None:
                raise
            raise refused from error

    def close(self) -> None:
        if self._alive is not None:
            self._alive.close()
        self.engine.dispose()


class Revised(Protocol):
    """A row that two people can edit (`tables.base.Editable`)."""

    revision: int


def check_revision(row: Revised, revision: int) -> None:
    """
    Refuse to change a row that is not the one the reader saw.

    The UPDATE then raises the revision and looks for the old one, so that nobody can slip in between.

    Raises
    ------
    Outdated
        When somebody else changed the row since.
    """
    if row.revision != revision:
        raise outdated(seen=revision, current=row.revision)


def outdated(**facts: object) -> errors.Outdated:
    return errors.Outdated(N_("Quelqu’un d’autre a modifié ceci entre-temps. Relisez, puis recommencez."), **facts)


def refusal(error: IntegrityError) -> errors.Refused | None:
    """What a guard of the database refused, in words; None for any other constraint."""
    diagnosis = getattr(error.orig, "diag", None)
    name = str(error.orig) if diagnosis is None else str(diagnosis.constraint_name)
    if name not in {guard.name for guard in guards.GUARDS}:
        return None
    kind = guards.REFUSALS.get(name, errors.RuleBroken)
    sentence = {
        errors.DoubleBooking: N_("Quelqu’un ou un lieu serait pris deux fois au même moment."),
        errors.ConsentMissing: N_("Le consentement de la personne manque, n’est plus valable ou ne couvre pas ceci."),
        errors.RuleBroken: N_("La base de données refuse cette modification : une règle de Le Fil s’y oppose."),
    }[kind]
    return kind(sentence, guard=name)


def upgrade(db: Database) -> None:
    """
    Bring the database to this version's schema, all or nothing.

    Raises
    ------
    WrongDatabase
        When it belongs to something else, or to a newer version.
    """
    with _ours(), _exclusive(db.engine) as connection:
        revision = _revision(connection)
        if revision == migrations.known()[0]:
            return
        guards.remove(connection)
        migrations.run(connection)
        guards.install(connection)
        feed_marks.install(connection)
        if db.is_sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
            raise errors.WrongDatabase(
                N_("La mise à jour laisserait %(count)s lignes sans leur référence ; rien n’a changé."),
                count=len(broken),
            )


def verify(db: Database) -> None:
    """
    Make sure that the database is this version's, with all its guards, before anything is served.

    Raises
    ------
    WrongDatabase
        When it is empty, older, newer, of something else, or has lost a guard or a constraint.
    """
    with _ours(), db.engine.connect() as connection:
        revision = _revision(connection)
        if revision is None:
            raise errors.WrongDatabase(N_("La base de données est vide. Préparez-la d’abord avec « lefil migrate »."))
        if revision != migrations.known()[0]:
            raise errors.WrongDatabase(
                N_("La base de données est d’une version plus ancienne. Mettez-la à jour avec « lefil migrate »."),
                revision=revision,
            )
        lost = guards.missing(connection) + feed_marks.missing(connection) + _lost_constraints(connection)
        if lost:
            raise errors.WrongDatabase(
                N_("La base de données a perdu des protections : %(names)s. Elle n’est pas utilisée ainsi."),
                names=", ".join(lost),
            )


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise errors.WrongDatabase(
                N_("Ce fichier n’est pas une base de données de Le Fil, ou il est abîmé.")
            ) from error
        raise


def _revision(connection: Connection) -> str | None:
    """The schema's revision, known to this version; None for an empty database."""
    tables = set(inspect(connection).get_table_names())
    revision = migrations.current(connection) if migrations.VERSION_TABLE in tables else None
    if revision is None and tables - {migrations.VERSION_TABLE}:
        raise errors.WrongDatabase(N_("Cette base de données contient autre chose que Le Fil."))
    if revision is not None and revision not in migrations.known():
        raise errors.WrongDatabase(
            N_("La base de données vient d’une version plus récente de Le Fil. Installez cette version."),
            revision=revision,
        )
    return revision


def _lost_constraints(connection: Connection) -> list[str]:
    """Constraints and unique indexes of the tables that the database does not have."""
    prepare = connection.dialect.identifier_preparer
    wanted = {
        prepare.format_constraint(constraint)
        for table in SQLModel.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name
    } | {index.name for table in SQLModel.metadata.sorted_tables for index in table.indexes if index.unique}
    if connection.dialect.name == "sqlite":
        schema = "\n".join(connection.scalars(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).all())
        found = {word.strip('"') for word in schema.replace("(", " ").split()}
    else:
        found = set(connection.scalars(text("SELECT conname FROM pg_constraint")).all()) | set(
            connection.scalars(text("SELECT indexname FROM pg_indexes")).all()
        )
    return sorted(str(name) for name in wanted - found)


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    """One transaction for a migration, alone on the database and without the limits of everyday work."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Only outside a transaction; a table made anew must not pull down the rows that refer to it.
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.execution_options(lefil_write=True).begin():
                    yield connection
            finally:
                raw.execute("PRAGMA foreign_keys=ON")
            return
        with connection.begin():
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            yield connection


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL adds the row it refused to its message, whatever `hide_parameters` says: it goes no further."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0],)


def _in_memory(address: str) -> bool:
    url = make_url(address)
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _engine(address: str) -> Engine:
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"options": LIMITS})
        event.listen(engine, "handle_error", _without_values)
        return engine
    in_memory = _in_memory(address)
    if in_memory:
        # Shared by all threads of this process, each on its own connection, as a file would be.
        url = url.set(database=f"file:/lefil-{next(_memories)}", query={"vfs": "memdb", "uri": "true"})
    else:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, module=pysqlite3, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 5}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        # The driver starts no transaction of its own; "begin" below says which kind.
        connection.isolation_level = None
        for pragma in PRAGMAS if in_memory else (*PRAGMAS, "journal_mode=WAL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        write = connection.get_execution_options().get("lefil_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine

"""
A PostgreSQL of our own for the tests: started once for all workers, without a port, forgotten at the end.

The programs come from the machine (`/usr/lib/postgresql/*/bin`, or the PATH) or from the wheel `pgserver`.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

UNPRIVILEGED = ("postgres", "nobody")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")


@dataclass
class Server:
    """A running server, and the databases that it lends."""

    directory: Path
    made: int = 0
    shapes: dict[str, str] = field(default_factory=dict[str, str])
    worker: str = field(default_factory=lambda: os.environ.get("PYTEST_XDIST_WORKER", "main"))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://lefil@/{name}?host={self.directory}"

    def run(self, statement: str) -> None:
        with self.connected() as connection:
            connection.execute(statement.encode())

    def connected(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.directory), user="lefil", dbname=name, autocommit=True)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new database without a schema."""
        self.made += 1
        name = f"lefil_{self.worker}_{self.made}"
        with self.connected() as connection:
            # Faster where nothing waits for the disk; the choice came with PostgreSQL 15.
            how = " STRATEGY = FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0{how}'.encode())
        yield self.url(name)
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def emptied(self, template: str) -> Iterator[str]:
        """
        The address of a database as the template holds it, that nobody else uses meanwhile.

        It is made once for this worker and emptied after each test, which takes a tenth of the time; a test that
        changed more than rows (a trigger taken away) leaves it behind.
        """
        name = f"lefil_{self.worker}_emptied"
        if name not in self.shapes:
            self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            with self.connected(name) as connection:
                self.shapes[name] = _shape(connection)
        yield self.url(name)
        with self.connected(name) as connection:
            connection.execute(OTHERS_LEAVE)
            if _shape(connection) == self.shapes[name]:
                connection.execute(EMPTY)
            else:
                del self.shapes[name]


OTHERS_LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$
DECLARE
    one record;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica; -- neither guards nor references stand in the way
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one.name) INTO filled;
        IF filled AND one.name <> 'schema_version' THEN
            EXECUTE format('DELETE FROM %I', one.name);
        END IF;
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one.name);
    END LOOP;
END $$
"""
SHAPE = """
SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) FROM (
    SELECT attrelid::regclass::text || attname || format_type(atttypid, atttypmod) || attnotnull::text AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT tgrelid::regclass::text || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT schema_version::text FROM schema_version
    UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS said
"""


def _shape(connection: psycopg.Connection) -> str:
    """Equal for databases that differ in their rows alone."""
    found = connection.execute(SHAPE).fetchone()
    assert found is not None
    return found[0]


def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin is not None:
        inside = Path(wheel.origin).parent / "pginstall" / "bin"
        if (inside / "initdb").exists():
            return inside
    raise RuntimeError(
        "The tests need PostgreSQL's programs (initdb, postgres): install the package postgresql of the machine, "
        "or `pip install pgserver` into the environment of the tests."
    )


@contextmanager
def alone(shared: Path) -> Iterator[None]:
    """One worker at a time in the folder that all share."""
    with (shared / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def running(shared: Path) -> Iterator[Server]:
    """
    The server that all workers share by the folder `shared`: the first starts it, the last stops it.

    A socket's address may hold some hundred characters only, so that the data lies in a folder of its own.
    """
    shared.mkdir(parents=True, exist_ok=True)
    users, where = shared / "users", shared / "directory"
    with alone(shared):
        count = int(users.read_text()) if users.exists() else 0
        if count == 0:
            where.write_text(str(_start()))
        users.write_text(str(count + 1))
        directory = Path(where.read_text())
    try:
        yield Server(directory)
    finally:
        with alone(shared):
            count = int(users.read_text()) - 1
            users.write_text(str(count))
            if count == 0:
                _stop(directory)


def _start() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="lefil-pg-"))
    as_whom = _unprivileged()
    if as_whom:
        os.chown(directory, as_whom["user"], as_whom["group"])
    options = " ".join(
        f"-c {option}" for option in (*QUICK, "listen_addresses=''", f"unix_socket_directories={directory}")
    )
    initdb = [programs() / "initdb", "-D", directory / "data", "-U", "lefil", "-A", "trust", "-E", "UTF8"]
    _call([*initdb, "--locale=C", "--no-sync", "--no-instructions"], as_whom)
    _call(
        [programs() / "pg_ctl", "-D", directory / "data", "-w", "-o", options, "-l", directory / "log", "start"],
        as_whom,
    )
    return directory


def _stop(directory: Path) -> None:
    _call([programs() / "pg_ctl", "-D", directory / "data", "-w", "-m", "immediate", "stop"], _unprivileged())
    shutil.rmtree(directory)


def _unprivileged() -> dict[str, Any]:
    """Whom the server runs as when we are root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    for name in UNPRIVILEGED:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError(f"PostgreSQL does not run as root, and the machine has none of the users {UNPRIVILEGED}.")


def _call(command: list[Path | str], as_whom: dict[str, Any]) -> None:
    # A file, since the server inherits it: a pipe would stay open as long as the server runs.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, cwd="/", check=False, **as_whom)
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name} failed: {said.read()}")

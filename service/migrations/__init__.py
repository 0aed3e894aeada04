"""
The database's schema through time: Alembic by way of advanced-alchemy.

A revision changes tables only; the guards (`service/tables/guards.py`) are taken away before and made again after, in
the same transaction. `python -m service.migrations "What changes"` writes the next revision from the tables.
"""

from __future__ import annotations

from pathlib import Path

from advanced_alchemy.alembic.commands import AlembicCommands
from advanced_alchemy.config import AlembicSyncConfig, SQLAlchemySyncConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel

import service.tables  # noqa: F401  (registers every table)

HERE = Path(__file__).parent
VERSION_TABLE = "schema_version"


def commands(engine: Engine) -> AlembicCommands:
    """Alembic's commands for this engine."""
    return AlembicCommands(
        SQLAlchemySyncConfig(
            engine_instance=engine,
            metadata=SQLModel.metadata,
            enable_touch_updated_timestamp_listener=False,
            enable_file_object_listener=False,
            alembic_config=AlembicSyncConfig(
                script_config=str(HERE / "alembic.ini"),
                script_location=str(HERE),
                version_table_name=VERSION_TABLE,
                compare_type=True,
                # A type of ours is rendered by `env.py`, whatever its module.
                user_module_prefix=None,
            ),
        )
    )


def run(connection: Connection, revision: str = "head") -> None:
    """Migrate inside the connection's open transaction, which alone decides whether anything stays."""
    alembic = commands(connection.engine)
    alembic.config.attributes["connection"] = connection
    alembic.upgrade(revision)


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it has none."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def known() -> list[str]:
    """All revisions of this version of the service, the newest first."""
    return [script.revision for script in ScriptDirectory(str(HERE)).walk_revisions()]

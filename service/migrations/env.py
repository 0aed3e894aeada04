"""Alembic's environment: always on the connection that `service.migrations.run` hands over."""

from __future__ import annotations

from typing import Any, Literal

from advanced_alchemy.types import DateTimeUTC
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from service.migrations import VERSION_TABLE


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Types of the libraries by the plain SQLAlchemy name that the database sees."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()" if item.length is None else f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, DateTimeUTC):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    version_table=VERSION_TABLE,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

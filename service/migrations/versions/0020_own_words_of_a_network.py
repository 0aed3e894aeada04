"""Own texts of a network, its own themes, and neighbourhoods that are no longer offered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "term",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("msgid", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("language IN ('fr', 'nl', 'de', 'en')", name=op.f("ck_term_language")),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_term_changed_by_account")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_term_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("territory_id", "language", "msgid", name=op.f("uq_term_territory_id_language_msgid")),
    )
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_term_changed_by"), ["changed_by"], unique=False)
    for name in ("neighbourhood", "theme"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.alter_column("revision", server_default=None)
    with op.batch_alter_table("neighbourhood", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retired_on", sa.Date(), nullable=True))
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("own_of", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_theme_own_of"), ["own_of"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_theme_own_of_territory"), "territory", ["own_of"], ["id"])

"""Calendars that helpers and professionals keep elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "other_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("broken_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(problem = '') = (broken_since IS NULL)", name=op.f("ck_other_calendar_broken")),
        sa.CheckConstraint("(source = 'url') = (next_at IS NOT NULL)", name=op.f("ck_other_calendar_read_again")),
        sa.CheckConstraint("(source = 'url') = (url_sealed IS NOT NULL)", name=op.f("ck_other_calendar_address")),
        sa.CheckConstraint("source IN ('url', 'file')", name=op.f("ck_other_calendar_source")),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_other_calendar_failures")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["party.id"], name=op.f("fk_other_calendar_owner_id_party"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_other_calendar_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_calendar")),
        sa.UniqueConstraint("public_id", name=op.f("uq_other_calendar_public_id")),
    )
    with op.batch_alter_table("other_calendar", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_other_calendar_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_other_calendar_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_other_calendar_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "busy_interval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_busy_interval_times")),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["other_calendar.id"],
            name=op.f("fk_busy_interval_calendar_id_other_calendar"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_interval")),
    )
    with op.batch_alter_table("busy_interval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_busy_interval_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_busy_interval_ends_at"), ["ends_at"], unique=False)

"""Coordinators who hand over to one another for a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coordinator_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_coordinator_duty_days")),
        sa.CheckConstraint("deputy_id != account_id", name=op.f("ck_coordinator_duty_two_people")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_coordinator_duty_account_id_account")),
        sa.ForeignKeyConstraint(["deputy_id"], ["account.id"], name=op.f("fk_coordinator_duty_deputy_id_account")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_coordinator_duty_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordinator_duty")),
        sa.UniqueConstraint("public_id", name=op.f("uq_coordinator_duty_public_id")),
    )
    with op.batch_alter_table("coordinator_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coordinator_duty_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coordinator_duty_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coordinator_duty_territory_id"), ["territory_id"], unique=False)

"""Travel between places from a file or from streets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "travel_matrix",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint("mode IN ('walk', 'bike', 'bus', 'car')", name=op.f("ck_travel_matrix_mode")),
        sa.CheckConstraint("source IN ('file', 'streets')", name=op.f("ck_travel_matrix_source")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_travel_matrix_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_matrix")),
        sa.UniqueConstraint("territory_id", "source", "mode", name=op.f("uq_travel_matrix_territory_id_source_mode")),
    )
    with op.batch_alter_table("travel_matrix", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_matrix_territory_id"), ["territory_id"], unique=False)

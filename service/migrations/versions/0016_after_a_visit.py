"""What is noted after a visit, to be taken back within a day, and that somebody was reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_report",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted_from", AutoString(), nullable=True),
        sa.Column("began_trial", sa.Boolean(), nullable=False),
        sa.Column("word_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("safe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("safe_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("noted_from IN ('planned', 'confirmed')", name=op.f("ck_visit_report_noted_from")),
        sa.CheckConstraint("(noted_at IS NULL) = (noted_from IS NULL)", name=op.f("ck_visit_report_noted")),
        sa.ForeignKeyConstraint(["safe_by"], ["account.id"], name=op.f("fk_visit_report_safe_by_account")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_report_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_report")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_visit_report_visit_id")),
    )
    with op.batch_alter_table("visit_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_report_safe_by"), ["safe_by"], unique=False)

"""What a person asks of the data held about them: correction, erasure, restriction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "right_request",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('correction', 'erasure', 'restriction')", name=op.f("ck_right_request_kind")),
        sa.CheckConstraint("state IN ('open', 'done', 'refused', 'taken_back')", name=op.f("ck_right_request_state")),
        sa.CheckConstraint(
            "reason IN ('already_right', 'kept_by_law', 'not_held_here')", name=op.f("ck_right_request_reason")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (reason IS NOT NULL)", name=op.f("ck_right_request_refused_has_reason")
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_right_request_ended")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_right_request_ended_by_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_right_request_person_id_person")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_right_request_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_right_request_public_id")),
    )
    with op.batch_alter_table("right_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_right_request_ended_by"), ["ended_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_right_request_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_right_request_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "uq_right_request_open",
            ["person_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

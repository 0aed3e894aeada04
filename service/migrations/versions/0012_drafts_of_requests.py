"""Requests that a professional has begun to write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(content_sealed IS NULL) = (request_id IS NOT NULL)", name=op.f("ck_request_draft_open_or_sent")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["professional.id"], name=op.f("fk_request_draft_owner_id_professional"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_draft_request_id_request"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_request_draft_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_request_draft_public_id")),
    )
    with op.batch_alter_table("request_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_draft_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_draft_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_draft_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_draft_territory_id"), ["territory_id"], unique=False)

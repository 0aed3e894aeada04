"""Accounts linked to an identity provider, and whoever is on the way there and back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provider_link",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_provider_link_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_provider_link")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_provider_link_issuer_subject")),
    )
    op.create_table(
        "provider_trip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("invitation_hash", sa.String(), nullable=True),
        sa.Column("back", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("purpose IN ('sign_in', 'join', 'link', 'confirm')", name=op.f("ck_provider_trip_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_provider_trip_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_trip")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_provider_trip_state_hash")),
    )
    with op.batch_alter_table("provider_trip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_trip_account_id"), ["account_id"], unique=False)

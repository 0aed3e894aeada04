"""Messages by mail and SMS: how somebody wants to hear of what is new, and what they were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_preference",
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'nl', 'de', 'en')", name=op.f("ck_message_preference_language")),
        sa.CheckConstraint("way IN ('email', 'sms', 'none')", name=op.f("ck_message_preference_way")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_message_preference_party_id_party")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_message_preference_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_message_preference")),
    )
    with op.batch_alter_table("message_preference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_preference_territory_id"), ["territory_id"], unique=False)
    op.create_table(
        "message_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.CheckConstraint("way IN ('email', 'sms', 'said')", name=op.f("ck_message_told_way")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_message_told_by_account")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_message_told_party_id_party")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_message_told_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_told")),
        sa.UniqueConstraint("party_id", "code", "about", name=op.f("uq_message_told_party_id_code_about")),
    )
    with op.batch_alter_table("message_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_told_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_told_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_told_territory_id"), ["territory_id"], unique=False)
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_outbox_message_kind"), "kind IN ('invitation', 'account', 'message', 'sms')"
        )

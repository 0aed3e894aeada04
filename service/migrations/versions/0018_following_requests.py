"""Messages, withdrawals, wished moments and partners' links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_link",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("professional_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("per_day BETWEEN 1 AND 100", name=op.f("ck_partner_link_per_day")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_partner_link_made_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_partner_link_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professional.id"], name=op.f("fk_partner_link_professional_id_professional")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_partner_link_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_link")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_link_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partner_link_token_hash")),
    )
    with op.batch_alter_table("partner_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_link_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_link_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_link_professional_id"), ["professional_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_link_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "message_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_mark_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_message_mark_request_id_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_mark")),
        sa.UniqueConstraint("account_id", "request_id", name=op.f("uq_message_mark_account_id_request_id")),
    )
    with op.batch_alter_table("message_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_mark_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_mark_request_id"), ["request_id"], unique=False)

    op.create_table(
        "request_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(), nullable=False),
        sa.Column("person_before", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "person_before IN ('consent_pending', 'waiting', 'proposed', 'paired', 'paused', 'closed')",
            name=op.f("ck_request_withdrawal_person_before"),
        ),
        sa.CheckConstraint(
            "state_before IN ('received', 'consent_pending', 'waiting')",
            name=op.f("ck_request_withdrawal_state_before"),
        ),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_request_withdrawal_by_account")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_withdrawal_request_id_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_withdrawal")),
    )
    with op.batch_alter_table("request_withdrawal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_withdrawal_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_withdrawal_request_id"), ["request_id"], unique=False)

    op.create_table(
        "partner_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(request_id IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_partner_request_confirmed")),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["request_draft.id"],
            name=op.f("fk_partner_request_draft_id_request_draft"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["link_id"], ["partner_link.id"], name=op.f("fk_partner_request_link_id_partner_link")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_partner_request_request_id_request"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_partner_request_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_request_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partner_request_token_hash")),
    )
    with op.batch_alter_table("partner_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_request_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_request_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_request_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_request_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "request_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("pairing_id", sa.Integer(), nullable=True),
        sa.Column("author_side", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("for_professional", sa.Boolean(), nullable=False),
        sa.Column("for_helper", sa.Boolean(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "author_side != 'coordinator' OR for_professional OR for_helper", name=op.f("ck_request_message_somebody")
        ),
        sa.CheckConstraint("author_side != 'peer_helper' OR for_helper", name=op.f("ck_request_message_own_helper")),
        sa.CheckConstraint(
            "author_side != 'professional' OR for_professional", name=op.f("ck_request_message_own_professional")
        ),
        sa.CheckConstraint(
            "author_side IN ('coordinator', 'professional', 'peer_helper')", name=op.f("ck_request_message_author_side")
        ),
        sa.CheckConstraint("for_helper = (pairing_id IS NOT NULL)", name=op.f("ck_request_message_helper")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_request_message_author_id_account")),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_request_message_pairing_id_pairing")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_message_request_id_request"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_request_message_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_request_message_public_id")),
    )
    with op.batch_alter_table("request_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_message_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_message_pairing_id"), ["pairing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_message_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_message_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "slot_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pairing_id", sa.Integer(), nullable=False),
        sa.Column("professional_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_slot_wish_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professional.id"], name=op.f("fk_slot_wish_professional_id_professional")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_wish")),
        sa.UniqueConstraint("pairing_id", "professional_id", name=op.f("uq_slot_wish_pairing_id_professional_id")),
    )
    with op.batch_alter_table("slot_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slot_wish_professional_id"), ["professional_id"], unique=False)

    with op.batch_alter_table("request_draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("link_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cookie_hash", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_request_draft_link_id"), ["link_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_request_draft_link_id_partner_link"), "partner_link", ["link_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_check_constraint(op.f("ck_request_draft_by_link"), "(link_id IS NULL) = (cookie_hash IS NULL)")

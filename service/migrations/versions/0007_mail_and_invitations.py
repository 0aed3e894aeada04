"""Mail that goes out, invitations, and answers that come back."""

# ruff: noqa: E501
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_preference",
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'nl', 'de', 'en')", name=op.f("ck_mail_preference_language")),
        sa.CheckConstraint("level IN ('minimal', 'busy')", name=op.f("ck_mail_preference_level")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_mail_preference_party_id_party")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_mail_preference_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_mail_preference")),
    )
    with op.batch_alter_table("mail_preference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_preference_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sending') = (claim IS NOT NULL)", name=op.f("ck_outbox_message_claimed")),
        sa.CheckConstraint("kind IN ('invitation')", name=op.f("ck_outbox_message_kind")),
        sa.CheckConstraint(
            "reason IN ('no_server', 'sign_in', 'later', 'refused', 'address', 'unreadable', 'broken_off')",
            name=op.f("ck_outbox_message_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'doubtful', 'failed', 'given_up', 'superseded', 'lapsed')",
            name=op.f("ck_outbox_message_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('waiting', 'sending') OR content_sealed IS NOT NULL", name=op.f("ck_outbox_message_content")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_outbox_message_party_id_party")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_outbox_message_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_message_public_id")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_message_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_thread"), ["thread"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("reply_stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("told IN ('REQUEST', 'CANCEL')", name=op.f("ck_invitation_told")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_invitation_times")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_invitation_party_id_party")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_invitation_territory_id_territory")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_invitation_visit_id_visit"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("party_id", "uid", name=op.f("uq_invitation_party_id_uid")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_uid"), ["uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "mail_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("message_hash", sa.String(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('received', 'done', 'stale', 'too_late', 'unknown', 'to_read')",
            name=op.f("ck_mail_reply_outcome"),
        ),
        sa.CheckConstraint(
            "said IN ('accepted', 'declined', 'tentative', 'other_time', 'again', 'bounced', 'automatic', 'unreadable')",
            name=op.f("ck_mail_reply_said"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_mail_reply_invitation_id_invitation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_mail_reply_party_id_party")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_mail_reply_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_reply")),
        sa.UniqueConstraint("message_hash", name=op.f("uq_mail_reply_message_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_reply_public_id")),
    )
    with op.batch_alter_table("mail_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_reply_invitation_id"), ["invitation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_reply_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_reply_territory_id"), ["territory_id"], unique=False)

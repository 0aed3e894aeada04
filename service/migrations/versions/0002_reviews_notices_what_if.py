"""Reviews of a trial, notices, what-if runs."""

# ruff: noqa: E501
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trial_review",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pairing_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.CheckConstraint("how IN ('own_page', 'phone', 'paper', 'in_person')", name=op.f("ck_trial_review_how")),
        sa.CheckConstraint("said IN ('continue', 'stop', 'talk_first')", name=op.f("ck_trial_review_said")),
        sa.CheckConstraint("side IN ('person', 'peer_helper')", name=op.f("ck_trial_review_side")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_trial_review_by_account")),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_trial_review_pairing_id_pairing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_review")),
        sa.UniqueConstraint("pairing_id", "side", name=op.f("uq_trial_review_pairing_id_side")),
    )
    with op.batch_alter_table("trial_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trial_review_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_trial_review_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("pairing_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(party_id IS NULL) = (code IN ('person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed'))",
            name=op.f("ck_notice_addressee"),
        ),
        sa.CheckConstraint(
            "code IN ('pairing_ended', 'pairing_paused', 'pairing_resumed', 'proposal_closed', 'visit_cancelled', 'consent_ended', 'person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed')",
            name=op.f("ck_notice_code"),
        ),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_notice_pairing_id_pairing")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_notice_party_id_party")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_notice_territory_id_territory")),
        sa.ForeignKeyConstraint(["told_by"], ["account.id"], name=op.f("fk_notice_told_by_account")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_notice_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_public_id")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_pairing_id"), ["pairing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_told_by"), ["told_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_visit_id"), ["visit_id"], unique=False)

    # With its check in one statement: nothing is made anew, so the other checks and the partial index stay as they are.
    op.execute(
        "ALTER TABLE consent ADD COLUMN told_how VARCHAR CONSTRAINT ck_consent_told_how "
        "CHECK (told_how IN ('own_page', 'phone', 'paper', 'in_person'))"
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft", sa.JSON(none_as_null=True), nullable=True))
        batch_op.drop_constraint(op.f("ck_run_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_run_kind"), "kind IN ('pairing', 'planning', 'what_if')")

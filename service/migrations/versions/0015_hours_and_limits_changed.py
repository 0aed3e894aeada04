"""Hours and limits that people change themselves: one step back, and word to the coordination."""

# ruff: noqa: E501
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "availability_before",
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["party.id"], name=op.f("fk_availability_before_owner_id_party")),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_availability_before")),
    )
    with op.batch_alter_table("peer_helper", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resting_until", sa.Date(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_peer_helper_resting_until"), "resting_until IS NULL OR status = 'resting'"
        )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_notice_subject_id_party"), "party", ["subject_id"], ["id"])
        for name in ("code", "addressee", "subject"):
            batch_op.drop_constraint(op.f(f"ck_notice_{name}"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_notice_code"),
            "code IN ('pairing_ended', 'pairing_paused', 'pairing_resumed', 'proposal_closed', 'visit_cancelled', 'visit_moved', 'visit_joined', 'visit_left', 'visit_company', 'consent_ended', 'person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away', 'hours_changed', 'limits_changed', 'knows_somebody')",
        )
        batch_op.create_check_constraint(
            op.f("ck_notice_addressee"),
            "(party_id IS NULL) = (code IN ('person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away', 'hours_changed', 'limits_changed', 'knows_somebody'))",
        )
        batch_op.create_check_constraint(
            op.f("ck_notice_subject"),
            "(code = 'helper_away') = (absence_id IS NOT NULL) AND (code IN ('hours_changed', 'limits_changed', 'knows_somebody')) = (subject_id IS NOT NULL) AND (person_id IS NULL) = (absence_id IS NOT NULL OR subject_id IS NOT NULL)",
        )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_subject_id"), ["subject_id"], unique=False)

"""Replanning, and who is told of it."""

# ruff: noqa: E501
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("absence_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("known_start", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("person_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_notice_absence_id_absence"), "absence", ["absence_id"], ["id"], ondelete="CASCADE"
        )
        for name in ("code", "addressee"):
            batch_op.drop_constraint(op.f(f"ck_notice_{name}"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_notice_code"),
            "code IN ('pairing_ended', 'pairing_paused', 'pairing_resumed', 'proposal_closed', 'visit_cancelled', 'visit_moved', 'visit_joined', 'visit_left', 'visit_company', 'consent_ended', 'person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away')",
        )
        batch_op.create_check_constraint(
            op.f("ck_notice_addressee"),
            "(party_id IS NULL) = (code IN ('person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away'))",
        )
        batch_op.create_check_constraint(
            op.f("ck_notice_subject"),
            "(code = 'helper_away') = (absence_id IS NOT NULL) AND (person_id IS NULL) = (absence_id IS NOT NULL)",
        )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_absence_id"), ["absence_id"], unique=False)

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_run_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_run_kind"), "kind IN ('pairing', 'planning', 'what_if', 'replan')")

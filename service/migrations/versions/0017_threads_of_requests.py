"""The thread of a request: decisions that can be undone, questions to whoever asked."""

# ruff: noqa: E501
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_request_reason"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_request_reason"),
            "reason IN ('declined_by_person', 'consent_withdrawn', 'requester_withdrew', 'other_help_found', 'no_answer')",
        )

    with op.batch_alter_table("notice", schema=None) as batch_op:
        for name in ("code", "addressee"):
            batch_op.drop_constraint(op.f(f"ck_notice_{name}"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_notice_code"),
            "code IN ('pairing_ended', 'pairing_paused', 'pairing_resumed', 'proposal_closed', 'visit_cancelled', 'visit_moved', 'visit_joined', 'visit_left', 'visit_company', 'consent_ended', 'request_question', 'request_reminder', 'request_closing', 'request_redirected', 'request_closed', 'request_resumed', 'person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away', 'hours_changed', 'limits_changed', 'knows_somebody', 'request_answered')",
        )
        batch_op.create_check_constraint(
            op.f("ck_notice_addressee"),
            "(party_id IS NULL) = (code IN ('person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', 'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away', 'hours_changed', 'limits_changed', 'knows_somebody', 'request_answered'))",
        )

    op.create_table(
        "request_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("person_before", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("where_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "deed IN ('accepted', 'redirected', 'closed', 'undone', 'entered', 'asked', 'answered', 'taken_back', 'reminded', 'warned')",
            name=op.f("ck_request_step_deed"),
        ),
        sa.CheckConstraint(
            "before IN ('received', 'consent_pending', 'waiting', 'proposed', 'fulfilled', 'redirected', 'closed')",
            name=op.f("ck_request_step_before"),
        ),
        sa.CheckConstraint(
            "after IN ('received', 'consent_pending', 'waiting', 'proposed', 'fulfilled', 'redirected', 'closed')",
            name=op.f("ck_request_step_after"),
        ),
        sa.CheckConstraint(
            "person_before IN ('consent_pending', 'waiting', 'proposed', 'paired', 'paused', 'closed')",
            name=op.f("ck_request_step_person_before"),
        ),
        sa.CheckConstraint(
            "reason IN ('declined_by_person', 'consent_withdrawn', 'requester_withdrew', 'other_help_found', 'no_answer', 'nearer_service', 'outside_territory', 'other_kind_of_help', 'more_than_peer_help', 'helpers_full', 'wish_of_person')",
            name=op.f("ck_request_step_reason"),
        ),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_request_step_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_request_step_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_step_request_id_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_step")),
    )
    with op.batch_alter_table("request_step", schema=None) as batch_op:
        for name in ("by", "organisation_id", "request_id"):
            batch_op.create_index(batch_op.f(f"ix_request_step_{name}"), [name], unique=False)

    op.create_table(
        "request_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_request_question_asked_by_account")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_request_question_answered_by_account")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_question_request_id_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_request_question_public_id")),
    )
    with op.batch_alter_table("request_question", schema=None) as batch_op:
        for name in ("answered_by", "asked_by", "request_id"):
            batch_op.create_index(batch_op.f(f"ix_request_question_{name}"), [name], unique=False)
        batch_op.create_index(
            "uq_request_question_open",
            ["request_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
        )

"""Records of another territory that were opened in an emergency, and the person hears of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BEFORE = (
    "code IN ('pairing_ended', 'pairing_paused', 'pairing_resumed', 'proposal_closed', 'visit_cancelled', "
    "'visit_moved', 'visit_joined', 'visit_left', 'visit_company', 'consent_ended', 'request_question', "
    "'request_reminder', 'request_closing', 'request_redirected', 'request_closed', 'request_resumed', "
)
AFTER = (
    "'person_stopped', 'helper_stopped', 'person_paused', 'helper_paused', 'person_may_wait', 'two_absences', "
    "'consent_withdrawn', 'consent_expired', 'consent_renewed', 'helper_away', 'hours_changed', 'limits_changed', "
    "'knows_somebody', 'request_answered')"
)


def upgrade() -> None:
    op.create_table(
        "emergency_opening",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('life_in_danger', 'other_in_danger', 'service_asks', 'lost')",
            name=op.f("ck_emergency_opening_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'justified', 'not_justified', 'nobody')", name=op.f("ck_emergency_opening_state")
        ),
        sa.CheckConstraint("(state = 'nobody') = (person_id IS NULL)", name=op.f("ck_emergency_opening_somebody")),
        sa.CheckConstraint(
            "(state IN ('justified', 'not_justified')) = (reviewed_at IS NOT NULL)",
            name=op.f("ck_emergency_opening_reviewed"),
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_emergency_opening_opened_by_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_emergency_opening_person_id_person")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["account.id"], name=op.f("fk_emergency_opening_reviewed_by_account")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_emergency_opening_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_opening")),
        sa.UniqueConstraint("public_id", name=op.f("uq_emergency_opening_public_id")),
    )
    with op.batch_alter_table("emergency_opening", schema=None) as batch_op:
        for column in ("territory_id", "person_id", "opened_by", "reviewed_by"):
            batch_op.create_index(batch_op.f(f"ix_emergency_opening_{column}"), [column], unique=False)
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notice_code"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notice_code"), f"{BEFORE}'opened_in_emergency', {AFTER}")

"""What an address shows, and when a day or a host's slot of a series changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Slots were counted three to each change of their series, by their state; none may fall below what was sent.
DAYS = (
    "UPDATE open_session_day SET sequence = CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END, changed_at = "
    "(SELECT changed_at FROM open_session WHERE open_session.id = open_session_day.open_session_id)"
)
SLOTS = (
    "UPDATE open_session_host SET changed_at = "
    "(SELECT changed_at FROM open_session WHERE open_session.id = open_session_host.open_session_id), "
    "sequence = CASE WHEN status = 'confirmed' THEN 1 ELSE 0 END + 2 * "
    "(SELECT sequence FROM open_session WHERE open_session.id = open_session_host.open_session_id)"
)


def upgrade() -> None:
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("meeting_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("with_cancelled", sa.Boolean(), nullable=True))
    op.execute(
        "UPDATE subscription SET with_cancelled = true, kind = CASE WHEN owner_id IS NULL THEN 'territory' "
        "WHEN owner_id IN (SELECT id FROM party WHERE kind = 'place') THEN 'place' ELSE 'own' END"
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("with_cancelled", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_foreign_key(batch_op.f("fk_subscription_meeting_id_meeting"), "meeting", ["meeting_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_subscription_kind"),
            "kind IN ('own', 'busy', 'place', 'territory', 'working_group', 'team')",
        )
        batch_op.create_check_constraint(
            op.f("ck_subscription_owner"), "(kind IN ('own', 'busy', 'place')) = (owner_id IS NOT NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_subscription_meeting"), "(kind = 'working_group') = (meeting_id IS NOT NULL)"
        )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_meeting_id"), ["meeting_id"], unique=False)

    for table in ("open_session_day", "open_session_host"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
            batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=True))
    op.execute(DAYS)
    op.execute(SLOTS)
    for table in ("open_session_day", "open_session_host"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
            batch_op.alter_column("sequence", existing_type=sa.Integer(), nullable=False)

"""Two records of one person become one; and two people who look like one stay two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_person_merged_into_id_person"), "person", ["merged_into_id"], ["id"])
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_visit_pairing_id_person_id_pairing"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_visit_pairing_id_person_id_pairing"),
            "pairing",
            ["pairing_id", "person_id"],
            ["id", "person_id"],
            deferrable=True,
            initially="DEFERRED",
        )

    op.create_table(
        "distinct_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("person_id < other_person_id", name=op.f("ck_distinct_pair_ordered")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_distinct_pair_person_id_person")),
        sa.ForeignKeyConstraint(
            ["other_person_id"], ["person.id"], name=op.f("fk_distinct_pair_other_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinct_pair")),
        sa.UniqueConstraint("person_id", "other_person_id", name=op.f("uq_distinct_pair_person_id_other_person_id")),
    )
    with op.batch_alter_table("distinct_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_distinct_pair_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_distinct_pair_other_person_id"), ["other_person_id"], unique=False)

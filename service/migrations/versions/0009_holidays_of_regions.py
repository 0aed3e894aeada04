"""Public holidays of a region, and days that a network does not keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("public_holiday", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("closed", sa.Boolean(), nullable=True))
    op.execute("UPDATE public_holiday SET region = '', closed = true")
    with op.batch_alter_table("public_holiday", schema=None) as batch_op:
        batch_op.alter_column("region", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("closed", existing_type=sa.Boolean(), nullable=False)
        batch_op.drop_constraint(op.f("uq_public_holiday_country_day"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_public_holiday_country_region_day"), ["country", "region", "day"])
    # what an import remembers of a row is known by its key, which the region now ends
    op.execute("UPDATE imported_value SET row_key = row_key || '|' WHERE file = 'public_holidays.csv'")

"""Rematches, and which of them made a match."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Integer, Text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
MOMENT = DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rematches",
        Column("id", NUMBER, autoincrement=True),
        Column("began_at", MOMENT, nullable=False),
        Column("finished_at", MOMENT),
        Column("versions", Text, nullable=False),
        Column("outlets", KEY, nullable=False),
        Column("since", MOMENT),
        Column("until", MOMENT),
        Column("seen_at", MOMENT),
        Column("seen_id", KEY, nullable=False),
        Column("articles", Integer, nullable=False),
        Column("pruned", Integer, nullable=False),
        Column("totals", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rematches"),
    )
    op.add_column("matches", Column("rematch_id", BigInteger))

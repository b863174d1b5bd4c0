"""Whose text a member of a story is, by its credit line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The type as it was then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("members", Column("credit", KEY, nullable=False, server_default=sa.text("''")))
    if op.get_context().dialect.name != "sqlite":
        op.alter_column("members", "credit", server_default=None)

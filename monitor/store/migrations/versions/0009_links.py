"""What links stories across languages: names, codes and figures of their members."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The type as it was then: a later change to columns.py must not change this step.
TEXT = sa.Text()


def upgrade() -> None:
    # Members that are there have none: they are linked to nothing, until another text of theirs comes.
    op.add_column("members", Column("marks", TEXT, nullable=False, server_default=sa.text("'{}'")))
    if op.get_context().dialect.name != "sqlite":
        op.alter_column("members", "marks", server_default=None)
    op.create_table(
        "marks",
        Column("mark", BigInteger(), autoincrement=False, nullable=False),
        Column("number", BigInteger(), autoincrement=False, nullable=False),
        PrimaryKeyConstraint("mark", "number", name="pk_marks"),
        sqlite_with_rowid=False,
    )

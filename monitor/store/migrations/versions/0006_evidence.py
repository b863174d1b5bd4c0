"""Pages as their servers sent them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, LargeBinary, PrimaryKeyConstraint, UniqueConstraint

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pages",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("article_id", KEY, nullable=False),
        Column("url", TEXT, nullable=False),
        Column("final_url", TEXT, nullable=False),
        Column("status", Integer(), nullable=False),
        Column("headers", TEXT, nullable=False),
        Column("body", LargeBinary(), nullable=False),
        Column("sha256", KEY, nullable=False),
        Column("fetched_at", MOMENT, nullable=False),
        PrimaryKeyConstraint("id", name="pk_pages"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_pages_article_id", ondelete="CASCADE"),
        UniqueConstraint("article_id", "sha256", name="uq_pages_article_id_sha256"),
    )

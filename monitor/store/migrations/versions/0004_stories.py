"""Stories, and what their members are found by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Float, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, UniqueConstraint

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stories",
        Column("id", KEY, nullable=False),
        Column("began_at", MOMENT, nullable=False),
        Column("grown_at", MOMENT, nullable=False),
        PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_grown_at_id", "stories", ["grown_at", "id"])
    _members()
    for table, column in (("shingles", "shingle"), ("terms", "term")):
        op.create_table(
            table,
            Column(column, BigInteger(), autoincrement=False, nullable=False),
            Column("number", BigInteger(), autoincrement=False, nullable=False),
            PrimaryKeyConstraint(column, "number", name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )


def _members() -> None:
    op.create_table(
        "members",
        Column("number", NUMBER, autoincrement=True, nullable=False),
        Column("article_id", KEY, nullable=False),
        Column("story_id", KEY, nullable=False),
        Column("joined_at", MOMENT, nullable=False),
        Column("reported_at", MOMENT, nullable=False),
        Column("how", TEXT, nullable=False),
        Column("like_id", KEY, nullable=False),
        Column("overlap", Float(), nullable=False),
        Column("shared", TEXT, nullable=False),
        Column("origin", KEY, nullable=False),
        Column("words", TEXT, nullable=False),
        Column("sampled", Integer(), nullable=False),
        Column("note", TEXT, nullable=False),
        PrimaryKeyConstraint("number", name="pk_members"),
        UniqueConstraint("article_id", name="uq_members_article_id"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_members_article_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_members_story_id"),
    )
    op.create_index("ix_members_story_id_number", "members", ["story_id", "number"])
    op.create_index("ix_members_joined_at", "members", ["joined_at"])

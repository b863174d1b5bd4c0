"""What channels are told of matches, where each of them stands, and what it was told of stories."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, UniqueConstraint

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
UTC = sa.DateTime(timezone=True)
PACKED = sa.LargeBinary()
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

WAITING = sa.text("state = 'waiting'")
TOLD_BY = sa.text("into_key <> ''")


def upgrade() -> None:
    op.create_table(
        "deliveries",
        Column("number", NUMBER, autoincrement=True, nullable=False),
        Column("key", KEY, nullable=False),
        Column("channel", KEY, nullable=False),
        Column("watchlist_id", KEY, nullable=False),
        Column("occasion", TEXT, nullable=False),
        Column("match_id", KEY, nullable=False),
        Column("article_id", KEY, nullable=False),
        Column("since", UTC, nullable=True),
        Column("until", UTC, nullable=True),
        Column("note", TEXT, nullable=False),
        Column("made_at", UTC, nullable=False),
        Column("due_at", UTC, nullable=True),
        Column("state", TEXT, nullable=False),
        Column("into_key", KEY, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("tried_at", UTC, nullable=True),
        Column("settled_at", UTC, nullable=True),
        Column("error", TEXT, nullable=False),
        Column("message", PACKED, nullable=False),
        PrimaryKeyConstraint("number", name="pk_deliveries"),
        UniqueConstraint("key", name="uq_deliveries_key"),
    )
    for name, columns, where in (
        ("waiting", ["channel", "number"], WAITING),
        ("due", ["channel", "due_at"], WAITING),
        ("held", ["article_id"], WAITING),
        ("into", ["into_key"], TOLD_BY),
    ):
        op.create_index(f"ix_deliveries_{name}", "deliveries", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "channels",
        Column("id", KEY, nullable=False),
        Column("target", KEY, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("next_at", UTC, nullable=True),
        Column("failed_at", UTC, nullable=True),
        Column("error", TEXT, nullable=False),
        Column("stopped_at", UTC, nullable=True),
        Column("sent_at", UTC, nullable=True),
        Column("hour_at", UTC, nullable=True),
        Column("in_hour", Integer, nullable=False),
        PrimaryKeyConstraint("id", name="pk_channels"),
    )
    op.create_table(
        "tellings",
        Column("channel", KEY, nullable=False),
        Column("watchlist_id", KEY, nullable=False),
        Column("story_id", KEY, nullable=False),
        Column("told_at", UTC, nullable=False),
        Column("origins", TEXT, nullable=False),
        Column("languages", TEXT, nullable=False),
        PrimaryKeyConstraint("channel", "watchlist_id", "story_id", name="pk_tellings"),
    )

"""Intervals that are learned, moved and distrusted feeds, polls that are taken, gaps, outages."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, Float, Integer, PrimaryKeyConstraint

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")
TAKEN = sa.text("taken_at IS NOT NULL")


def upgrade() -> None:
    _feeds()
    _polls()
    _outages()
    op.create_index("ix_entries_feed_id_first_seen_at", "entries", ["feed_id", "first_seen_at"])


def _feeds() -> None:
    optional: dict[str, sa.types.TypeEngine[Any]] = {
        "taken_at": MOMENT,
        "interval": Float(),
        "ttl": Float(),
        "whole_at": MOMENT,
        "distrusted_at": MOMENT,
        "failure": TEXT,
    }
    for name, type_ in optional.items():
        op.add_column("feeds", Column(name, type_, nullable=True))
    filled: list[tuple[str, sa.types.TypeEngine[Any], str]] = [
        ("host", KEY, "''"),
        ("window", Integer(), "0"),
        ("moved_to", TEXT, "''"),
        ("moved_times", Integer(), "0"),
        ("crashed_hash", KEY, "''"),
        ("crashes", Integer(), "0"),
        ("interruptions", Integer(), "0"),
        ("unchanged_poll", sa.BigInteger(), "0"),
    ]
    for name, kind, value in filled:
        _add_filled("feeds", name, kind, value)
    # What is known of feeds that fail is why, and not of which kind: the next poll tells.
    op.execute("UPDATE feeds SET failure = 'temporary' WHERE failures > 0")
    op.create_index("ix_feeds_taken", "feeds", ["taken_at"], sqlite_where=TAKEN, postgresql_where=TAKEN)


def _polls() -> None:
    _add_filled("polls", "times", Integer(), "1")
    op.add_column("polls", Column("failure", TEXT, nullable=True))
    _add_filled("polls", "gap", Boolean(), "false")
    op.create_index("ix_polls_polled_at", "polls", ["polled_at"])
    columns, on_sqlite, elsewhere = ["polled_at", "feed_id"], sa.text("gap = 1"), sa.text("gap")
    op.create_index("ix_polls_gap", "polls", columns, sqlite_where=on_sqlite, postgresql_where=elsewhere)


def _outages() -> None:
    op.add_column("daemon", Column("alive_at", MOMENT, nullable=True))
    op.execute("UPDATE daemon SET alive_at = started_at")
    with op.batch_alter_table("daemon") as table:
        table.alter_column("alive_at", nullable=False)
    op.create_table(
        "outages",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("began_at", MOMENT, nullable=False),
        Column("ended_at", MOMENT, nullable=True),
        PrimaryKeyConstraint("id", name="pk_outages"),
    )
    op.create_index("ix_outages_began_at", "outages", ["began_at"])


def _add_filled(table: str, name: str, type_: sa.types.TypeEngine[Any], value: str) -> None:
    """A column that must have a value, and has this one in the rows that are there."""
    op.add_column(table, Column(name, type_, nullable=False, server_default=sa.text(value)))
    if op.get_context().dialect.name != "sqlite":
        op.alter_column(table, name, server_default=None)

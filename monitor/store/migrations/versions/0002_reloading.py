"""Versions of rules, what the daemon says of itself, and requests to reload."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
BYTES = sa.LargeBinary()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    _rule_versions()
    _daemon()
    _reloads()


def _rule_versions() -> None:
    op.create_table(
        "rule_versions",
        Column("watchlist_id", KEY, nullable=False),
        Column("version", KEY, nullable=False),
        Column("title", TEXT, nullable=False),
        Column("file", TEXT, nullable=False),
        Column("configuration", KEY, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("first_used_at", MOMENT, nullable=False),
        Column("last_used_at", MOMENT, nullable=False),
        ForeignKeyConstraint(["configuration"], ["configurations.hash"], name="fk_rule_versions_configuration"),
        PrimaryKeyConstraint("watchlist_id", "version", name="pk_rule_versions"),
    )


def _daemon() -> None:
    op.create_table(
        "daemon",
        Column("id", Integer, autoincrement=False, nullable=False),
        Column("pid", Integer, nullable=False),
        Column("host", TEXT, nullable=False),
        Column("started_at", MOMENT, nullable=False),
        Column("configuration", KEY, nullable=False),
        Column("in_force_since", MOMENT, nullable=False),
        Column("needs_restart", TEXT, nullable=False),
        Column("refused_at", MOMENT, nullable=True),
        Column("refused", BYTES, nullable=False),
        ForeignKeyConstraint(["configuration"], ["configurations.hash"], name="fk_daemon_configuration"),
        PrimaryKeyConstraint("id", name="pk_daemon"),
    )


def _reloads() -> None:
    op.create_table(
        "reloads",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("asked_at", MOMENT, nullable=False),
        Column("forced", Boolean, nullable=False),
        Column("answered_at", MOMENT, nullable=True),
        Column("accepted", Boolean, nullable=False),
        Column("said", TEXT, nullable=False),
        Column("problems", BYTES, nullable=False),
        PrimaryKeyConstraint("id", name="pk_reloads"),
    )

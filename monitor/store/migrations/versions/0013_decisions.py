"""Tags and assignees of matches; what decisions changed, how, and what they were about."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Float, ForeignKeyConstraint, Integer, PrimaryKeyConstraint

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
NUMBER = BigInteger()
ASSIGNED = sa.text("assignee IS NOT NULL")

# The status before a decision was that of the decision before it.
BEFORE = """
UPDATE reviews SET decision = id, before = COALESCE(
    (SELECT earlier.status FROM reviews AS earlier
     WHERE earlier.match_id = reviews.match_id AND earlier.id < reviews.id ORDER BY earlier.id DESC LIMIT 1),
    'new')
"""


def upgrade() -> None:
    _matches()
    filled: list[tuple[str, sa.types.TypeEngine[Any], str]] = [
        ("before", TEXT, "'new'"),
        ("tags", TEXT, "''"),
        ("tags_before", TEXT, "''"),
        ("assignee", TEXT, "''"),
        ("assignee_before", TEXT, "''"),
        ("manner", TEXT, "'hand'"),
        ("decision", NUMBER, "0"),
        ("version", KEY, "''"),
    ]
    for name, kind, value in filled:
        op.add_column("reviews", Column(name, kind, nullable=False, server_default=sa.text(value)))
        if op.get_context().dialect.name != "sqlite":
            op.alter_column("reviews", name, server_default=None)
    unknown: dict[str, sa.types.TypeEngine[Any]] = {
        "undoes": NUMBER,
        "score": Float(),
        "text_source": TEXT,
        "revision": Integer(),
    }
    for name, kind in unknown.items():
        op.add_column("reviews", Column(name, kind, nullable=True))
    op.execute(BEFORE)
    op.create_index("ix_reviews_decision", "reviews", ["decision"])


def _matches() -> None:
    op.add_column("matches", Column("assignee", KEY, nullable=True))
    op.create_index("ix_matches_assignee", "matches", ["assignee"], sqlite_where=ASSIGNED, postgresql_where=ASSIGNED)
    op.create_table(
        "match_tags",
        Column("match_id", KEY, nullable=False),
        Column("tag", KEY, nullable=False),
        PrimaryKeyConstraint("match_id", "tag", name="pk_match_tags"),
        ForeignKeyConstraint(["match_id"], ["matches.id"], name="fk_match_tags_match_id_matches", onupdate="CASCADE"),
    )
    op.create_index("ix_match_tags_tag_match_id", "match_tags", ["tag", "match_id"])

"""Earlier texts of articles, visits to see whether they change, removed articles, matches that a revision turned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, LargeBinary, PrimaryKeyConstraint

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")
DUE = sa.text("next_at IS NOT NULL AND taken_at IS NULL")
TAKEN = sa.text("taken_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("articles", Column("removed_at", MOMENT, nullable=True))
    op.add_column("articles", Column("removed_why", TEXT, nullable=True))
    _revisits()
    _revisions()
    _match_events()


def _revisits() -> None:
    op.create_table(
        "revisits",
        Column("article_id", KEY, nullable=False),
        Column("since", MOMENT, nullable=False),
        Column("next_at", MOMENT, nullable=True),
        Column("taken_at", MOMENT, nullable=True),
        Column("visits", Integer(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("crashes", Integer(), nullable=False),
        Column("interruptions", Integer(), nullable=False),
        Column("etag", TEXT, nullable=False),
        Column("last_modified", TEXT, nullable=False),
        Column("body_hash", KEY, nullable=False),
        Column("whole_at", MOMENT, nullable=True),
        Column("headline", TEXT, nullable=False),
        Column("alternations", Integer(), nullable=False),
        Column("error", TEXT, nullable=False),
        PrimaryKeyConstraint("article_id", name="pk_revisits"),
        ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_revisits_article_id_articles", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_revisits_due", "revisits", ["next_at", "article_id"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index("ix_revisits_taken", "revisits", ["taken_at"], sqlite_where=TAKEN, postgresql_where=TAKEN)


def _revisions() -> None:
    op.create_table(
        "revisions",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("article_id", KEY, nullable=False),
        Column("source", TEXT, nullable=False),
        Column("since", MOMENT, nullable=False),
        Column("replaced_at", MOMENT, nullable=False),
        Column("headline", TEXT, nullable=False),
        Column("new_headline", TEXT, nullable=False),
        Column("text", LargeBinary(), nullable=True),
        Column("said", LargeBinary(), nullable=False),
        Column("words_added", Integer(), nullable=False),
        Column("words_removed", Integer(), nullable=False),
        Column("is_return", Boolean(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_revisions"),
        ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_revisions_article_id_articles", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_revisions_article_id", "revisions", ["article_id"])


def _match_events() -> None:
    op.create_table(
        "match_events",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("match_id", KEY, nullable=False),
        Column("revision_id", NUMBER, nullable=False),
        Column("turn", TEXT, nullable=False),
        Column("at", MOMENT, nullable=False),
        PrimaryKeyConstraint("id", name="pk_match_events"),
        ForeignKeyConstraint(["match_id"], ["matches.id"], name="fk_match_events_match_id_matches", onupdate="CASCADE"),
        ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name="fk_match_events_revision_id_revisions", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_match_events_match_id", "match_events", ["match_id"])
    op.create_index("ix_match_events_revision_id", "match_events", ["revision_id"])
    op.create_index("ix_match_events_at_id", "match_events", ["at", "id"])

"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXT = sa.Text()
BYTES = sa.LargeBinary()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    _feeds()
    _polls()
    _skips()
    _articles()
    _texts()
    _addresses()
    _entries()
    _readings()
    _matches()
    _former_matches()
    _reviews()
    _configurations()
    _configuration_files()


def _feeds() -> None:
    op.create_table(
        "feeds",
        Column("id", KEY, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("url_hash", KEY, nullable=False),
        Column("next_poll_at", MOMENT, nullable=False),
        Column("etag", TEXT, nullable=False),
        Column("last_modified", TEXT, nullable=False),
        Column("body_hash", KEY, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("last_polled_at", MOMENT, nullable=True),
        Column("last_success_at", MOMENT, nullable=True),
        Column("last_new_at", MOMENT, nullable=True),
        Column("last_error", TEXT, nullable=False),
        PrimaryKeyConstraint("id", name="pk_feeds"),
    )
    op.create_index("ix_feeds_active_next_poll_at", "feeds", ["active", "next_poll_at"])


def _polls() -> None:
    op.create_table(
        "polls",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("feed_id", KEY, nullable=False),
        Column("polled_at", MOMENT, nullable=False),
        Column("outcome", KEY, nullable=False),
        Column("offered", Integer, nullable=False),
        Column("new", Integer, nullable=False),
        Column("known", Integer, nullable=False),
        Column("repeated", Integer, nullable=False),
        Column("skipped", Integer, nullable=False),
        Column("error", TEXT, nullable=False),
        CheckConstraint("new >= 0 AND offered = new + known + repeated + skipped", name="ck_polls_balance"),
        ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_polls_feed_id"),
        PrimaryKeyConstraint("id", name="pk_polls"),
    )
    op.create_index("ix_polls_feed_id_polled_at", "polls", ["feed_id", "polled_at"])


def _skips() -> None:
    op.create_table(
        "skips",
        Column("poll_id", NUMBER, nullable=False),
        Column("position", Integer, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("detail", TEXT, nullable=False),
        ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_skips_poll_id", ondelete="CASCADE"),
        PrimaryKeyConstraint("poll_id", "position", name="pk_skips"),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        Column("id", KEY, nullable=False),
        Column("url", TEXT, nullable=False),
        Column("feed_id", KEY, nullable=False),
        Column("outlet", KEY, nullable=False),
        Column("title", TEXT, nullable=False),
        Column("text_source", TEXT, nullable=False),
        Column("shortfall", TEXT, nullable=True),
        Column("language", KEY, nullable=False),
        Column("authors", TEXT, nullable=False),
        Column("published_at", MOMENT, nullable=True),
        Column("first_seen_at", MOMENT, nullable=False),
        Column("read_at", MOMENT, nullable=True),
        PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index("ix_articles_first_seen_at_id", "articles", ["first_seen_at", "id"])


def _texts() -> None:
    op.create_table(
        "texts",
        Column("article_id", KEY, nullable=False),
        Column("summary", BYTES, nullable=False),
        Column("text", BYTES, nullable=False),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_texts_article_id", ondelete="CASCADE"),
        PrimaryKeyConstraint("article_id", name="pk_texts"),
    )


def _addresses() -> None:
    op.create_table(
        "addresses",
        Column("key", KEY, nullable=False),
        Column("article_id", KEY, nullable=False),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_addresses_article_id"),
        PrimaryKeyConstraint("key", name="pk_addresses"),
    )
    op.create_index("ix_addresses_article_id", "addresses", ["article_id"])


def _entries() -> None:
    op.create_table(
        "entries",
        Column("feed_id", KEY, nullable=False),
        Column("key_hash", KEY, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("wording", KEY, nullable=False),
        Column("article_id", KEY, nullable=False),
        Column("link", TEXT, nullable=False),
        Column("title", TEXT, nullable=False),
        Column("published_at", MOMENT, nullable=True),
        Column("published_raw", TEXT, nullable=False),
        Column("authors", TEXT, nullable=False),
        Column("language", KEY, nullable=False),
        Column("first_seen_at", MOMENT, nullable=False),
        Column("changed_at", MOMENT, nullable=True),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_entries_article_id"),
        ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_entries_feed_id"),
        PrimaryKeyConstraint("feed_id", "key_hash", name="pk_entries"),
    )
    op.create_index("ix_entries_article_id_feed_id", "entries", ["article_id", "feed_id"])


def _readings() -> None:
    op.create_table(
        "readings",
        Column("article_id", KEY, nullable=False),
        Column("next_read_at", MOMENT, nullable=True),
        Column("taken_at", MOMENT, nullable=True),
        Column("attempts", Integer, nullable=False),
        Column("crashes", Integer, nullable=False),
        Column("interruptions", Integer, nullable=False),
        Column("quarantined", Boolean, nullable=False),
        Column("error", TEXT, nullable=False),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_readings_article_id", ondelete="CASCADE"),
        PrimaryKeyConstraint("article_id", name="pk_readings"),
    )
    op.create_index(
        "ix_readings_due",
        "readings",
        ["next_read_at", "article_id"],
        sqlite_where=sa.text("next_read_at IS NOT NULL AND taken_at IS NULL"),
        postgresql_where=sa.text("next_read_at IS NOT NULL AND taken_at IS NULL"),
    )
    op.create_index(
        "ix_readings_taken",
        "readings",
        ["taken_at"],
        sqlite_where=sa.text("taken_at IS NOT NULL"),
        postgresql_where=sa.text("taken_at IS NOT NULL"),
    )


def _matches() -> None:
    op.create_table(
        "matches",
        Column("id", KEY, nullable=False),
        Column("watchlist_id", KEY, nullable=False),
        Column("article_id", KEY, nullable=False),
        Column("version", KEY, nullable=False),
        Column("score", Float, nullable=False),
        Column("hits", TEXT, nullable=False),
        Column("explanation", BYTES, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("matched_at", MOMENT, nullable=False),
        Column("lost_at", MOMENT, nullable=True),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_matches_article_id"),
        PrimaryKeyConstraint("id", name="pk_matches"),
        UniqueConstraint("watchlist_id", "article_id", name="uq_matches_watchlist_id_article_id"),
    )
    op.create_index("ix_matches_article_id", "matches", ["article_id"])
    op.create_index("ix_matches_matched_at_id", "matches", ["matched_at", "id"])
    op.create_index("ix_matches_watchlist_id_matched_at_id", "matches", ["watchlist_id", "matched_at", "id"])


def _former_matches() -> None:
    op.create_table(
        "former_matches",
        Column("id", KEY, nullable=False),
        Column("match_id", KEY, nullable=False),
        ForeignKeyConstraint(["match_id"], ["matches.id"], name="fk_former_matches_match_id", onupdate="CASCADE"),
        PrimaryKeyConstraint("id", name="pk_former_matches"),
    )
    op.create_index("ix_former_matches_match_id", "former_matches", ["match_id"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        Column("id", NUMBER, autoincrement=True, nullable=False),
        Column("match_id", KEY, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("note", TEXT, nullable=False),
        Column("reviewer", TEXT, nullable=False),
        Column("reviewed_at", MOMENT, nullable=False),
        ForeignKeyConstraint(["match_id"], ["matches.id"], name="fk_reviews_match_id", onupdate="CASCADE"),
        PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_match_id", "reviews", ["match_id"])


def _configurations() -> None:
    op.create_table(
        "configurations",
        Column("hash", KEY, nullable=False),
        Column("turn", Integer, nullable=False),
        Column("first_used_at", MOMENT, nullable=False),
        Column("last_used_at", MOMENT, nullable=False),
        PrimaryKeyConstraint("hash", name="pk_configurations"),
        UniqueConstraint("turn", name="uq_configurations_turn"),
    )


def _configuration_files() -> None:
    op.create_table(
        "configuration_files",
        Column("hash", KEY, nullable=False),
        Column("path", KEY, nullable=False),
        Column("content", BYTES, nullable=False),
        ForeignKeyConstraint(["hash"], ["configurations.hash"], name="fk_configuration_files_hash", ondelete="CASCADE"),
        PrimaryKeyConstraint("hash", "path", name="pk_configuration_files"),
    )

"""The tables. docs/store.md says who writes what; migrations/ builds them, and a test holds the two together.

No index stands on text of unbounded length: PostgreSQL refuses index rows over 2,704 bytes, and feeds have guids of
100 KB.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from monitor.model import (
    Belonging,
    DeliveryState,
    FailureKind,
    Manner,
    Occasion,
    OutageKind,
    Removal,
    RevisionSource,
    Shortfall,
    SkipReason,
    Status,
    TextSource,
    Turn,
)
from monitor.store.columns import KEY, Choice, Clean, Hashes, Packed, PackedBytes, Seconds, Strings, Utc

REVISIONS = tuple(f"{number:04}" for number in range(1, 15))
"""Every revision of migrations/, oldest first. The last is what this version reads and writes."""
VERSION_TABLE = "monitor_version"

# SQLite numbers rows by itself only in a column called INTEGER.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("active", Boolean(create_constraint=False), nullable=False),
    Column("url_hash", KEY, nullable=False),
    Column("host", KEY, nullable=False),
    Column("next_poll_at", Utc, nullable=False),
    Column("taken_at", Utc),
    Column("interval", Seconds),
    Column("ttl", Seconds),
    Column("window", Integer, nullable=False),
    Column("etag", Clean, nullable=False),
    Column("last_modified", Clean, nullable=False),
    Column("body_hash", KEY, nullable=False),
    Column("whole_at", Utc),
    Column("distrusted_at", Utc),
    Column("moved_to", Clean, nullable=False),
    Column("moved_times", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failure", Choice(FailureKind)),
    Column("crashed_hash", KEY, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("unchanged_poll", BigInteger, nullable=False),
    Column("last_polled_at", Utc),
    Column("last_success_at", Utc),
    Column("last_new_at", Utc),
    Column("last_error", Clean, nullable=False),
    Index(None, "active", "next_poll_at"),
)
# On PostgreSQL with the same condition: see readings.
Index("ix_feeds_taken", feeds.c.taken_at, sqlite_where=text("taken_at IS NOT NULL"))

polls = Table(
    "polls",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("feed_id", KEY, ForeignKey("feeds.id"), nullable=False),
    Column("polled_at", Utc, nullable=False),
    Column("outcome", KEY, nullable=False),
    Column("times", Integer, nullable=False),
    Column("failure", Choice(FailureKind)),
    Column("gap", Boolean(create_constraint=False), nullable=False),
    Column("offered", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("error", Clean, nullable=False),
    CheckConstraint("new >= 0 AND offered = new + known + repeated + skipped", name="balance"),
    Index(None, "feed_id", "polled_at"),
    Index(None, "polled_at"),
)
# Few polls are gaps; without it, counting them reads a week of polls. On PostgreSQL "WHERE gap".
Index("ix_polls_gap", polls.c.feed_id, polls.c.polled_at, sqlite_where=text("gap = 1"))

skips = Table(
    "skips",
    metadata,
    Column("poll_id", ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("reason", Choice(SkipReason), nullable=False),
    Column("detail", Clean, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("url", Clean, nullable=False),
    Column("feed_id", KEY, nullable=False),
    Column("outlet", KEY, nullable=False),
    Column("title", Clean, nullable=False),
    Column("text_source", Choice(TextSource), nullable=False),
    Column("shortfall", Choice(Shortfall)),
    Column("language", KEY, nullable=False),
    Column("authors", Strings, nullable=False),
    Column("published_at", Utc),
    Column("modified_at", Utc),
    Column("published_raw", Clean, nullable=False),
    Column("modified_raw", Clean, nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    Column("read_at", Utc),
    Column("removed_at", Utc),
    Column("removed_why", Choice(Removal)),
    Index(None, "first_seen_at", "id"),
)

# Apart from articles, so that lists and counts never pass over the texts.
texts = Table(
    "texts",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("summary", Packed, nullable=False),
    Column("text", Packed, nullable=False),
)

# Which articles stand in the index of words, under which numbers: they rise with time, and a text that changes gets
# another one. The index itself, `search`, is no table of SQLAlchemy's: see search.py.
searched = Table(
    "searched",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("at", Utc, nullable=False),
    Index(None, "at", "number"),
    # No number is ever used again: the index still holds the words of what had it.
    sqlite_autoincrement=True,
)

# Those whose texts the index does not hold as they are; `times`: how often they have changed since.
unsearched = Table(
    "unsearched",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("times", Integer, nullable=False),
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Index(None, "article_id"),
)

entries = Table(
    "entries",
    metadata,
    Column("feed_id", ForeignKey("feeds.id"), primary_key=True),
    Column("key_hash", KEY, primary_key=True),
    Column("key", Clean, nullable=False),
    Column("wording", KEY, nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Column("link", Clean, nullable=False),
    Column("title", Clean, nullable=False),
    Column("published_at", Utc),
    Column("published_raw", Clean, nullable=False),
    Column("authors", Strings, nullable=False),
    Column("language", KEY, nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    Column("changed_at", Utc),
    Index(None, "article_id", "feed_id"),
    Index(None, "feed_id", "first_seen_at"),
)

readings = Table(
    "readings",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("next_read_at", Utc),
    Column("taken_at", Utc),
    Column("attempts", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("quarantined", Boolean(create_constraint=False), nullable=False),
    Column("error", Clean, nullable=False),
)
# On PostgreSQL they have the same conditions, by their migration: to name them here would load that dialect, which
# costs every command 60 ms.
Index(
    "ix_readings_due",
    readings.c.next_read_at,
    readings.c.article_id,
    sqlite_where=text("next_read_at IS NOT NULL AND taken_at IS NULL"),
)
Index(
    "ix_readings_taken",
    readings.c.taken_at,
    sqlite_where=text("taken_at IS NOT NULL"),
)

# Pages as their servers sent them, each once, however often it was read.
pages = Table(
    "pages",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("article_id", KEY, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("url", Clean, nullable=False),
    Column("final_url", Clean, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Clean, nullable=False),
    Column("body", PackedBytes, nullable=False),
    Column("sha256", KEY, nullable=False),
    Column("fetched_at", Utc, nullable=False),
    UniqueConstraint("article_id", "sha256"),
)

matches = Table(
    "matches",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("watchlist_id", KEY, nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Column("version", KEY, nullable=False),
    Column("score", Float, nullable=False),
    Column("hits", Clean, nullable=False),
    Column("explanation", Packed, nullable=False),
    Column("status", Choice(Status), nullable=False),
    Column("matched_at", Utc, nullable=False),
    Column("lost_at", Utc),
    # The rematch that made it; none where it was made when its article was polled, read or revisited, as news are.
    Column("rematch_id", BigInteger),
    Column("assignee", KEY),
    UniqueConstraint("watchlist_id", "article_id"),
    Index(None, "matched_at", "id"),
    Index(None, "watchlist_id", "matched_at", "id"),
    Index(None, "article_id"),
)
# On PostgreSQL with the same condition: see readings.
Index("ix_matches_assignee", matches.c.assignee, sqlite_where=text("assignee IS NOT NULL"))

match_tags = Table(
    "match_tags",
    metadata,
    Column("match_id", ForeignKey("matches.id", onupdate="CASCADE"), primary_key=True),
    Column("tag", KEY, primary_key=True),
    Index(None, "tag", "match_id"),
)

# The ids that matches had before their article merged into an older one.
former_matches = Table(
    "former_matches",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("match_id", ForeignKey("matches.id", onupdate="CASCADE"), nullable=False),
    Index(None, "match_id"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("match_id", ForeignKey("matches.id", onupdate="CASCADE"), nullable=False),
    Column("status", Choice(Status), nullable=False),
    Column("note", Clean, nullable=False),
    Column("reviewer", Clean, nullable=False),
    Column("reviewed_at", Utc, nullable=False),
    Column("before", Choice(Status), nullable=False),
    Column("tags", Strings, nullable=False),
    Column("tags_before", Strings, nullable=False),
    Column("assignee", Clean, nullable=False),
    Column("assignee_before", Clean, nullable=False),
    Column("manner", Choice(Manner), nullable=False),
    Column("decision", BigInteger, nullable=False),
    Column("undoes", BigInteger),
    Column("version", KEY, nullable=False),
    Column("score", Float),
    Column("text_source", Choice(TextSource)),
    Column("revision", Integer),
    Index(None, "match_id"),
    Index(None, "decision"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("began_at", Utc, nullable=False),
    Column("grown_at", Utc, nullable=False),
    Index(None, "grown_at", "id"),
)

# An article's place in its story. Numbers rise with time, so that the latest holders of a word are the last ones.
members = Table(
    "members",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column("joined_at", Utc, nullable=False),
    Column("reported_at", Utc, nullable=False),
    Column("how", Choice(Belonging), nullable=False),
    Column("like_id", KEY, nullable=False),
    Column("overlap", Float, nullable=False),
    Column("shared", Strings, nullable=False),
    Column("origin", KEY, nullable=False),
    Column("credit", KEY, nullable=False),
    Column("words", Clean, nullable=False),
    Column("note", Clean, nullable=False),
    Column("marks", Clean, nullable=False),
    Column("sample", Hashes, nullable=False),
    Index(None, "story_id", "number"),
    Index(None, "joined_at"),
)

# What members are found by that did not join lately: some of the shingles in `sample`. Hints, of which members are told
# by their texts and words: rows of a member that is gone are found and passed over, so nothing deletes them.
shingles = Table(
    "shingles",
    metadata,
    Column("shingle", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Matched articles, whose pages are asked again whether they have changed.
revisits = Table(
    "revisits",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("since", Utc, nullable=False),
    Column("next_at", Utc),
    Column("taken_at", Utc),
    Column("visits", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("etag", Clean, nullable=False),
    Column("last_modified", Clean, nullable=False),
    Column("body_hash", KEY, nullable=False),
    Column("whole_at", Utc),
    Column("headline", Clean, nullable=False),
    Column("alternations", Integer, nullable=False),
    Column("error", Clean, nullable=False),
)
# On PostgreSQL with the same conditions: see readings.
Index(
    "ix_revisits_due",
    revisits.c.next_at,
    revisits.c.article_id,
    sqlite_where=text("next_at IS NOT NULL AND taken_at IS NULL"),
)
Index("ix_revisits_taken", revisits.c.taken_at, sqlite_where=text("taken_at IS NOT NULL"))

# What articles said before: what a revision left as it was is NULL or "".
revisions = Table(
    "revisions",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("source", Choice(RevisionSource), nullable=False),
    Column("since", Utc, nullable=False),
    Column("replaced_at", Utc, nullable=False),
    Column("headline", Clean, nullable=False),
    Column("new_headline", Clean, nullable=False),
    Column("text", Packed),
    Column("said", Packed, nullable=False),
    Column("words_added", Integer, nullable=False),
    Column("words_removed", Integer, nullable=False),
    Column("is_return", Boolean(create_constraint=False), nullable=False),
    Index(None, "article_id"),
)

# Matches that a revision started or stopped.
match_events = Table(
    "match_events",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("match_id", ForeignKey("matches.id", onupdate="CASCADE"), nullable=False),
    Column("revision_id", ForeignKey("revisions.id", ondelete="CASCADE"), nullable=False),
    Column("turn", Choice(Turn), nullable=False),
    Column("at", Utc, nullable=False),
    Index(None, "match_id"),
    Index(None, "revision_id"),
    Index(None, "at", "id"),
)

# What channels are told, in the order in which it came up; what is told by another (`into_key`) as well.
deliveries = Table(
    "deliveries",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("key", KEY, nullable=False, unique=True),
    Column("channel", KEY, nullable=False),
    Column("watchlist_id", KEY, nullable=False),
    Column("occasion", Choice(Occasion), nullable=False),
    Column("match_id", KEY, nullable=False),
    Column("article_id", KEY, nullable=False),
    Column("since", Utc),
    Column("until", Utc),
    Column("note", Clean, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("due_at", Utc),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("into_key", KEY, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", Utc),
    Column("settled_at", Utc),
    Column("error", Clean, nullable=False),
    Column("message", Packed, nullable=False),
)
# On PostgreSQL with the same conditions: see readings.
_WAITS = text("state = 'waiting'")
Index("ix_deliveries_waiting", deliveries.c.channel, deliveries.c.number, sqlite_where=_WAITS)
Index("ix_deliveries_due", deliveries.c.channel, deliveries.c.due_at, sqlite_where=_WAITS)
Index("ix_deliveries_held", deliveries.c.article_id, sqlite_where=_WAITS)
Index("ix_deliveries_into", deliveries.c.into_key, sqlite_where=text("into_key <> ''"))

# Where each channel stands, whatever the configuration says of it now.
channels = Table(
    "channels",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("target", KEY, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_at", Utc),
    Column("failed_at", Utc),
    Column("error", Clean, nullable=False),
    Column("stopped_at", Utc),
    Column("sent_at", Utc),
    Column("hour_at", Utc),
    Column("in_hour", Integer, nullable=False),
)

# What a channel was told of a story: what more there is, is news.
tellings = Table(
    "tellings",
    metadata,
    Column("channel", KEY, primary_key=True),
    Column("watchlist_id", KEY, primary_key=True),
    Column("story_id", KEY, primary_key=True),
    Column("told_at", Utc, nullable=False),
    Column("origins", Strings, nullable=False),
    Column("languages", Strings, nullable=False),
)

configurations = Table(
    "configurations",
    metadata,
    Column("hash", KEY, primary_key=True),
    Column("turn", Integer, nullable=False, unique=True),
    Column("first_used_at", Utc, nullable=False),
    Column("last_used_at", Utc, nullable=False),
)

configuration_files = Table(
    "configuration_files",
    metadata,
    Column("hash", ForeignKey("configurations.hash", ondelete="CASCADE"), primary_key=True),
    Column("path", KEY, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Which configuration's files hold the text of a version; every match names its version.
rule_versions = Table(
    "rule_versions",
    metadata,
    Column("watchlist_id", KEY, primary_key=True),
    Column("version", KEY, primary_key=True),
    Column("title", Clean, nullable=False),
    Column("file", Clean, nullable=False),
    Column("configuration", ForeignKey("configurations.hash"), nullable=False),
    Column("active", Boolean(create_constraint=False), nullable=False),
    Column("first_used_at", Utc, nullable=False),
    Column("last_used_at", Utc, nullable=False),
)

# Stored articles matched again: by which rules, how far it is, what came of it.
rematches = Table(
    "rematches",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("began_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("versions", Clean, nullable=False),
    Column("outlets", KEY, nullable=False),
    Column("since", Utc),
    Column("until", Utc),
    Column("seen_at", Utc),
    Column("seen_id", KEY, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("pruned", Integer, nullable=False),
    Column("totals", Clean, nullable=False),
)

# One row, of the daemon that runs or ran last.
daemon = Table(
    "daemon",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("pid", Integer, nullable=False),
    Column("host", Clean, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("configuration", ForeignKey("configurations.hash"), nullable=False),
    Column("in_force_since", Utc, nullable=False),
    Column("needs_restart", Strings, nullable=False),
    Column("refused_at", Utc),
    Column("refused", Packed, nullable=False),
    Column("alive_at", Utc, nullable=False),
)

# When nothing was polled at all. Open (no end) while it lasts.
outages = Table(
    "outages",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Choice(OutageKind), nullable=False),
    Column("began_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Index(None, "began_at"),
)

reloads = Table(
    "reloads",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("asked_at", Utc, nullable=False),
    Column("forced", Boolean(create_constraint=False), nullable=False),
    Column("answered_at", Utc),
    Column("accepted", Boolean(create_constraint=False), nullable=False),
    Column("said", Strings, nullable=False),
    Column("problems", Packed, nullable=False),
)

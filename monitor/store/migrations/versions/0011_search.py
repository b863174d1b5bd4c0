"""An index of the words of all articles, and what is not in it yet: at first everything that is stored.

The daemon puts it in, oldest first, beside its other work.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, UniqueConstraint

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    searched, unsearched = Column("at", MOMENT, nullable=False), Column("times", Integer(), nullable=False)
    for table, own in (("searched", searched), ("unsearched", unsearched)):
        op.create_table(
            table,
            Column("number", NUMBER, autoincrement=True, nullable=False),
            Column("article_id", KEY, nullable=False),
            own,
            PrimaryKeyConstraint("number", name=f"pk_{table}"),
            ForeignKeyConstraint(
                ["article_id"], ["articles.id"], name=f"fk_{table}_article_id_articles", ondelete="CASCADE"
            ),
            UniqueConstraint("article_id", name=f"uq_{table}_article_id"),
            # A number that was another text's would be found by that text's words.
            sqlite_autoincrement=True,
        )
    op.create_index("ix_searched_at_number", "searched", ["at", "number"])
    if op.get_context().dialect.name == "sqlite":
        kept = "content='', detail='none', columnsize=0, tokenize='ascii'"
        op.execute(f"CREATE VIRTUAL TABLE search USING fts5(keys, {kept})")
    else:
        op.execute("CREATE TABLE search (number bigint CONSTRAINT pk_search PRIMARY KEY, keys tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_keys ON search USING gin (keys)")
    op.execute("INSERT INTO unsearched (article_id, times) SELECT id, 1 FROM articles ORDER BY first_seen_at, id")

"""Tables that are worked out from others: a copy leaves them out, and has them made anew where it was put."""

from collections.abc import Callable, Sequence

from sqlalchemy import Table, insert, literal, select

from monitor.store.connections import Transaction
from monitor.store.schema import articles, metadata, searched, unsearched


def _outdate_all(tx: Transaction) -> None:
    """The daemon puts all articles into the index of words, oldest first."""
    oldest = select(articles.c.id, literal(1)).order_by(articles.c.first_seen_at, articles.c.id)
    tx.execute(insert(unsearched).from_select(["article_id", "times"], oldest))


NAMES = frozenset({searched.name, unsearched.name})
"""Of tables of the schema that are not copied: the index that they tell of is another one in each database."""
MAKERS: Sequence[Callable[[Transaction], None]] = (_outdate_all,)
"""What makes them, or has the daemon make them, when everything else is there. Shingles are copied: that is cheaper."""


def copied() -> list[Table]:
    """The tables of which every row counts, those that others refer to first."""
    return [table for table in metadata.sorted_tables if table.name not in NAMES]


def make(tx: Transaction) -> None:
    """Makes them from what stands in the others."""
    for maker in MAKERS:
        maker(tx)

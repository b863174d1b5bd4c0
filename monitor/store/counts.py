"""How much the database holds."""

from sqlalchemy import func, select

from monitor.store.connections import Transaction
from monitor.store.schema import articles, entries, feeds, matches, reviews

COUNTED = (feeds, entries, articles, matches, reviews)
"""The tables that a person asks about."""


def totals(tx: Transaction) -> dict[str, int]:
    """Table → rows, for those that a person asks about."""
    return {table.name: tx.execute(select(func.count()).select_from(table)).scalar_one() for table in COUNTED}

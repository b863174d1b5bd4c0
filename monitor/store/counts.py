"""How much the database holds."""

from sqlalchemy import func, select

from monitor.store.connections import Transaction
from monitor.store.schema import articles, entries, feeds, matches, reviews


def totals(tx: Transaction) -> dict[str, int]:
    """Table → rows, for those that a person asks about."""
    counted = (feeds, entries, articles, matches, reviews)
    return {table.name: tx.execute(select(func.count()).select_from(table)).scalar_one() for table in counted}

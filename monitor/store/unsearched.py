"""Which articles the index of words does not hold as they are. Who changes a text says so, in the same transaction."""

import json
from collections.abc import Collection
from functools import cache

from sqlalchemy import func, select, text

from monitor.model import ArticleId
from monitor.store.connections import Transaction
from monitor.store.direct import Direct
from monitor.store.schema import unsearched
from monitor.store.statements import listed_values


def outdate(tx: Transaction, article_ids: Collection[ArticleId]) -> None:
    """The texts of these articles have changed, or are new."""
    if article_ids:
        _outdating(tx.dialect.name)(tx, {"ids": json.dumps([*article_ids])})


@cache
def _outdating(dialect: str) -> Direct:
    # SQLite takes "ON" for that of a join, unless there is a WHERE.
    given = f"SELECT value, 1 FROM {listed_values(dialect, 'ids', 'text')} AS asked WHERE true"  # noqa: S608
    again = "ON CONFLICT (article_id) DO UPDATE SET times = unsearched.times + 1"
    return Direct(text(f"INSERT INTO unsearched (article_id, times) {given} {again}"))


def waiting(tx: Transaction) -> int:
    """How many these are."""
    return tx.execute(select(func.count()).select_from(unsearched)).scalar_one()

"""Revisions: what articles said before they were changed, numbered from 1 in the order in which they were seen."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from monitor.model import ArticleId, Revision
from monitor.store.connections import Transaction
from monitor.store.schema import revisions
from monitor.store.statements import batches

_COLUMNS = tuple(one.name for one in fields(Revision) if one.name != "number")
_OF = select(revisions).where(revisions.c.article_id == bindparam("at")).order_by(revisions.c.id)
_LAST = select(func.max(revisions.c.replaced_at)).where(revisions.c.article_id == bindparam("at"))
_ADD = insert(revisions).returning(revisions.c.id)


def add(tx: Transaction, revision: Revision) -> int:
    """Saves a revision, which begins where the one before it ended; what it is called in `match_events`."""
    last = tx.execute(_LAST, {"at": revision.article_id}).scalar()
    row = {name: getattr(revision, name) for name in _COLUMNS}
    row["since"] = max(last or revision.since, revision.since)
    number: int = tx.execute(_ADD, row).scalar_one()
    return number


def of(tx: Transaction, article_id: ArticleId) -> tuple[Revision, ...]:
    """All revisions of an article, oldest first, with their texts."""
    return tuple(_revision_of(row, number) for number, row in enumerate(tx.execute(_OF, {"at": article_id}), start=1))


def last_of(tx: Transaction, articles: Sequence[ArticleId]) -> dict[ArticleId, datetime]:
    """When each of these articles was last changed; those that never were are left out."""
    last = func.max(revisions.c.replaced_at)
    found: dict[ArticleId, datetime] = {}
    for batch in batches(articles):
        rows = select(revisions.c.article_id, last).where(revisions.c.article_id.in_(batch))
        found |= {ArticleId(key): moment for key, moment in tx.execute(rows.group_by(revisions.c.article_id))}
    return found


def _revision_of(row: Any, number: int) -> Revision:
    return Revision(number=number, **{name: getattr(row, name) for name in _COLUMNS})

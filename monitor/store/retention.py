"""Retention: old articles that nothing has matched lose their texts and pages.

Title, addresses and the keys and wordings of their entries stay, by which they are known again: what a feed goes on
offering never comes back as new. Whatever matched once, lost or not, stays whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, or_, select, tuple_

from monitor.model import ArticleId
from monitor.store.connections import Transaction
from monitor.store.schema import articles, matches, pages, readings, texts

WINDOW = 500
"""Articles that one transaction looks at, so that nobody waits long for it."""

Place = tuple[datetime, ArticleId]
"""Where a pass stands: the moment and the id of the last article it looked at, in the order of both."""

_ORDER = (articles.c.first_seen_at, articles.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was, or would be, pruned."""

    articles: int
    pages: int
    """As sent, of these articles."""

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(articles=self.articles + other.articles, pages=self.pages + other.pages)


def prune(tx: Transaction, before: datetime, after: Place | None = None) -> tuple[Pruned, Place | None]:
    """Prunes the next few of the articles that were first seen, and last read, before a moment; where to go on `after`,
    None at the end.
    """
    window = [(moment, ArticleId(key)) for moment, key in tx.execute(_window(before, after))]
    old = [key for _, key in window]
    doomed = tx.execute(select(articles.c.id).where(articles.c.id.in_(old), *_prunable(before))).scalars().all()
    found = Pruned(articles=len(doomed), pages=_pages_of(tx, doomed))
    for table in (texts, pages):
        tx.execute(delete(table).where(table.c.article_id.in_(doomed)))
    return found, window[-1] if len(window) == WINDOW else None


def prunable(tx: Transaction, before: datetime) -> Pruned:
    """What a whole pass would prune."""
    doomed = select(articles.c.id).where(articles.c.first_seen_at < before, *_prunable(before)).subquery()
    number = tx.execute(select(func.count()).select_from(doomed)).scalar_one()
    kept = select(func.count()).join_from(pages, doomed, pages.c.article_id == doomed.c.id)
    return Pruned(articles=number, pages=tx.execute(kept).scalar_one())


def _window(before: datetime, after: Place | None) -> Select[Any]:
    rows = select(*_ORDER).where(articles.c.first_seen_at < before)
    if after is not None:
        moment, key = after
        place = tuple_(bindparam(None, moment, articles.c.first_seen_at.type), bindparam(None, key))
        rows = rows.where(tuple_(*_ORDER) > place)
    return rows.order_by(*_ORDER).limit(WINDOW)


def _prunable(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Something is left of it, nothing matched it, and no reading is to come that would bring its text back."""
    read_long_ago = or_(articles.c.read_at.is_(None), articles.c.read_at < before)
    left = or_(
        exists().where(texts.c.article_id == articles.c.id),
        exists().where(pages.c.article_id == articles.c.id),
    )
    matched = exists().where(matches.c.article_id == articles.c.id)
    waiting = exists().where(readings.c.article_id == articles.c.id, readings.c.next_read_at.is_not(None))
    return read_long_ago, left, ~matched, ~waiting


def _pages_of(tx: Transaction, article_ids: Sequence[str]) -> int:
    rows = select(func.count()).select_from(pages).where(pages.c.article_id.in_(article_ids))
    return tx.execute(rows).scalar_one()

"""Retention: old articles that nothing has matched lose their texts and pages.

Title, addresses and the keys and wordings of their entries stay, by which they are known again: what a feed goes on
offering never comes back as new. Whatever matched once, lost or not, stays whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, or_, select, true, tuple_

from monitor.model import ArticleId
from monitor.store import unsearched
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
    begin = true() if after is None else tuple_(*_ORDER) > _at(after)
    end: ColumnElement[bool] = articles.c.first_seen_at < before
    row = tx.execute(select(*_ORDER).where(begin, end).order_by(*_ORDER).offset(WINDOW - 1).limit(1)).one_or_none()
    last = None if row is None else (row.first_seen_at, ArticleId(row.id))
    if last is not None:
        # Instead of the other end: with both, SQLite would look at everything up to that.
        end = tuple_(*_ORDER) <= _at(last)
    doomed = tx.execute(select(articles.c.id).where(begin, end, *_prunable(before))).scalars().all()
    found = Pruned(articles=len(doomed), pages=_pages_of(tx, doomed))
    for table in (texts, pages):
        tx.execute(delete(table).where(table.c.article_id.in_(doomed)))
    unsearched.outdate(tx, doomed)
    return found, last


def prunable(tx: Transaction, before: datetime) -> Pruned:
    """What a whole pass would prune."""
    doomed = select(articles.c.id).where(articles.c.first_seen_at < before, *_prunable(before)).subquery()
    number = tx.execute(select(func.count()).select_from(doomed)).scalar_one()
    kept = select(func.count()).join_from(pages, doomed, pages.c.article_id == doomed.c.id)
    return Pruned(articles=number, pages=tx.execute(kept).scalar_one())


def _at(place: Place) -> ColumnElement[Any]:
    moment, key = place
    return tuple_(bindparam(None, moment, articles.c.first_seen_at.type), bindparam(None, key))


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

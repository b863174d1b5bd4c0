"""Stored articles, all of them, in the order in which they were first seen: for who matches them again.

They come a batch at a time, each read in a transaction of its own: however many there are, no snapshot is held long.
Whoever knows which articles can match at all (by an index of their words) adds a condition on their ids to `_NEXT`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Integer, bindparam, func, select, tuple_

from monitor.model import Article, ArticleId
from monitor.store.articles import article_of, selected
from monitor.store.connections import Transaction
from monitor.store.schema import articles
from monitor.store.statements import batches

Place = tuple[datetime, str]
"""The moment and the id of an article, in the order of both; its id may be "": before all of that moment."""

BEGINNING: Place = (datetime(1, 1, 2, tzinfo=UTC), "")
"""Before every article, and in no time zone outside the calendar."""

_ORDER = (articles.c.first_seen_at, articles.c.id)
_PLACE = tuple_(bindparam("seen", type_=articles.c.first_seen_at.type), bindparam("key", type_=articles.c.id.type))
# Made once. Without its end: with both, SQLite would begin at the first article each time.
_NEXT = (
    selected(articles, full=True)
    .where(tuple_(*_ORDER) > _PLACE)
    .order_by(*_ORDER)
    .limit(bindparam("most", type_=Integer))
)
_THESE = selected(articles, full=True).where(articles.c.id.in_(bindparam("these", expanding=True)))


def place_of(article: Article) -> Place:
    """Where it stands."""
    return article.first_seen_at, article.id


def following(tx: Transaction, place: Place, until: datetime | None, most: int) -> tuple[Article, ...]:
    """The next articles behind a place that were first seen before `until`, with their texts; none at the end."""
    rows = map(article_of, tx.execute(_NEXT, {"seen": place[0], "key": place[1], "most": most}))
    return tuple(article for article in rows if until is None or article.first_seen_at < until)


def these(tx: Transaction, ids: Sequence[ArticleId]) -> tuple[Article, ...]:
    """The articles with these ids, with their texts; not those that were merged into others."""
    found = (row for batch in batches(ids) for row in tx.execute(_THESE, {"these": batch}))
    return tuple(map(article_of, found))


def number(tx: Transaction, since: datetime | None, until: datetime | None) -> int:
    """How many articles were first seen between these moments."""
    wanted = [articles.c.first_seen_at >= since] if since else []
    wanted += [articles.c.first_seen_at < until] if until else []
    return tx.execute(select(func.count()).select_from(articles).where(*wanted)).scalar_one()

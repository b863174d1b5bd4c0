"""Stored articles, all of them, in the order in which they were first seen: for who matches them again.

They come a stretch at a time, each read in a transaction of its own: however many there are, no snapshot is held long.
Those that a sieve holds back are counted and not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, exists, func, select, tuple_

from monitor.model import Article, ArticleId, TextSource
from monitor.store.articles import article_of, selected
from monitor.store.connections import Transaction
from monitor.store.schema import articles, searched, texts, unsearched
from monitor.store.sieve import Sieve
from monitor.store.statements import batches

Place = tuple[datetime, str]
"""The moment and the id of an article, in the order of both; its id may be "": before all of that moment."""

BEGINNING: Place = (datetime(1, 1, 2, tzinfo=UTC), "")
"""Before every article, and in no time zone outside the calendar."""

_LONGEST = 5_000
"""Articles that are passed over at once: some milliseconds."""

_ORDER = (articles.c.first_seen_at, articles.c.id)
_PLACE = tuple_(bindparam("seen", type_=articles.c.first_seen_at.type), bindparam("key", type_=articles.c.id.type))
# Both asked of each by itself: joined, or by EXISTS, PostgreSQL would read all there are each time.
_NUMBER = select(searched.c.number).where(
    searched.c.article_id == articles.c.id, ~exists().where(unsearched.c.article_id == searched.c.article_id)
)
# In this order: nearly all have texts, and their rows need not be read then. (One that was reworded since has some.)
_IS_PRUNED = and_(
    select(texts.c.article_id).where(texts.c.article_id == articles.c.id).scalar_subquery().is_(None),
    articles.c.text_source == TextSource.PAGE,
    articles.c.shortfall.is_(None),
)


def _next(rows: Select[Any]) -> Select[Any]:
    # Without its end: with both, SQLite would begin at the first article each time.
    return rows.where(tuple_(*_ORDER) > _PLACE).order_by(*_ORDER).limit(bindparam("most", type_=Integer))


# Made once.
_NEXT = _next(selected(articles, full=True))
_NEXT_NUMBERS = _next(select(*_ORDER, _NUMBER.scalar_subquery().label("number"), _IS_PRUNED.label("is_pruned")))
_THESE = selected(articles, full=True).where(articles.c.id.in_(bindparam("these", expanding=True)))


def place_of(article: Article) -> Place:
    """Where it stands."""
    return article.first_seen_at, article.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Articles one after the other, of which some are looked at."""

    end: Place
    """That of the last one."""
    articles: tuple[Article, ...]
    """Those that are looked at, with their texts."""
    passed_over: int = 0
    """Others."""
    pruned_over: int = 0
    """Of these: those whose text is kept no more."""


def following(
    tx: Transaction, place: Place, until: datetime | None, most: int, sieve: Sieve | None = None
) -> Stretch | None:
    """The articles next behind a place that were first seen before `until`, of which at most so many are looked at;
    None at the end. `sieve`: those that it holds back are passed over.
    """
    if sieve:
        return _sifted(tx, place, until, most, sieve)
    rows = map(article_of, tx.execute(_NEXT, {"seen": place[0], "key": place[1], "most": most}))
    found = tuple(article for article in rows if until is None or article.first_seen_at < until)
    return Stretch(end=place_of(found[-1]), articles=found) if found else None


def _sifted(tx: Transaction, place: Place, until: datetime | None, most: int, sieve: Sieve) -> Stretch | None:
    longest = min(_LONGEST, ceil(most / max(sieve.share, most / _LONGEST)))
    wanted: list[ArticleId] = []
    end, passed_over, pruned_over = None, 0, 0
    for seen, key, number, is_pruned in tx.execute(_NEXT_NUMBERS, {"seen": place[0], "key": place[1], "most": longest}):
        if len(wanted) == most or (until is not None and seen >= until):
            break
        end = seen, key
        if sieve.lets_through(number):
            wanted.append(key)
        else:
            passed_over, pruned_over = passed_over + 1, pruned_over + is_pruned
    if end is None:
        return None
    found = tuple(sorted(these(tx, wanted), key=place_of))
    return Stretch(end=end, articles=found, passed_over=passed_over, pruned_over=pruned_over)


def these(tx: Transaction, ids: Sequence[ArticleId]) -> tuple[Article, ...]:
    """The articles with these ids, with their texts; not those that were merged into others."""
    found = (row for batch in batches(ids) for row in tx.execute(_THESE, {"these": batch}))
    return tuple(map(article_of, found))


def number(tx: Transaction, since: datetime | None, until: datetime | None) -> int:
    """How many articles were first seen between these moments."""
    wanted = [articles.c.first_seen_at >= since] if since else []
    wanted += [articles.c.first_seen_at < until] if until else []
    return tx.execute(select(func.count()).select_from(articles).where(*wanted)).scalar_one()

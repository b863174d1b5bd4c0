"""Stored articles that a query matches, newest first: what the index finds, told by the rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.articles.outlets import Outlets
from monitor.model import Article, Found, WatchlistId
from monitor.pipeline.news import document_of
from monitor.rules.matcher import Matcher
from monitor.rules.needs import Need
from monitor.store import articles, search
from monitor.store.articles import ArticleQuery
from monitor.store.store import Transaction

MOST_LOOKED_AT = 1_000
"""Articles that the index does not hold yet: the last ones are looked at one by one."""
_NEVER = datetime.max.replace(tzinfo=UTC)
_FEWEST, _MOST = 64, 4_096
"""Articles that are asked for at once: few at first, for most people read the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for."""

    matcher: Matcher
    id: WatchlistId
    """The matcher's own for it."""
    need: Need | None
    """None: the index says nothing of it, and every article is looked at."""
    outlets: Outlets


def find(tx: Transaction, query: Query, asked: ArticleQuery) -> Iterator[tuple[Article, Found]]:
    """The articles asked for (their limit aside) that the query matches, newest first, and what it finds in each."""
    for article in _in_order(_batches(tx, query.need, asked)):
        if found := query.matcher.find(document_of(article, query.outlets), query.id):
            yield article, found


_Batch = tuple[Sequence[Article], datetime | None]
"""Some articles, and when the newest of those that follow was seen at the latest; None: none follow."""


def _in_order(batches: Iterable[_Batch]) -> Iterator[Article]:
    waiting: list[Article] = []
    for some, last in batches:
        waiting += some
        waiting.sort(key=lambda article: (article.first_seen_at, article.id))
        while waiting and (last is None or waiting[-1].first_seen_at >= last):
            yield waiting.pop()


def _batches(tx: Transaction, need: Need | None, asked: ArticleQuery) -> Iterator[_Batch]:
    return _everything(tx, asked) if need is None else _held(tx, need, asked)


def _held(tx: Transaction, need: Need, asked: ArticleQuery) -> Iterator[_Batch]:
    """What the index finds; before it what it does not hold, for nobody knows where that belongs."""
    yield search.not_held(tx, asked, MOST_LOOKED_AT), _NEVER
    below, size = None, _FEWEST
    while numbers := search.hits(tx, need, since=asked.since, below=below, limit=size):
        found = search.at_numbers(tx, numbers, asked)
        last = min((one.at for one in found), default=_NEVER) if len(numbers) == size else None
        yield [one.article for one in found], last
        below, size = numbers[-1], min(size * 2, _MOST)
    yield (), None


def _everything(tx: Transaction, asked: ArticleQuery) -> Iterator[_Batch]:
    size = _FEWEST
    while found := articles.query(tx, replace(asked, limit=size, full=True)):
        yield found, found[-1].first_seen_at
        asked, size = replace(asked, before=found[-1]), min(size * 2, _MOST)
    yield (), None

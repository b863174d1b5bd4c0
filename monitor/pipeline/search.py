"""Stored articles that a query matches, newest first: what the index finds, told by the rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.articles.outlets import Outlets
from monitor.model import Article, ArticleId, Found, Match, WatchlistId
from monitor.pipeline.news import document_of
from monitor.rules.matcher import Matcher
from monitor.rules.needs import Need
from monitor.store import articles, search
from monitor.store.articles import ArticleQuery
from monitor.store.match_query import MatchQuery
from monitor.store.search import Candidate
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
    is_told: bool
    """What the index finds matches; the rules need not be asked."""
    outlets: Outlets


def find(tx: Transaction, query: Query, asked: ArticleQuery) -> Iterator[tuple[Article, Found]]:
    """The articles asked for (their limit aside) that the query matches, newest first, and what it finds in each."""
    for article in _in_order(_batches(tx, query.need, asked)):
        if found := query.matcher.find(document_of(article, query.outlets), query.id):
            yield article, found


def find_matches(tx: Transaction, query: Query, asked: MatchQuery, *, lines: int | None = None) -> list[ArticleId]:
    """The articles, of those of the matches asked for (their limit aside), that the query matches.

    `lines`: no more are needed than make so many lines of a list, newest first, one a story; None: all.
    """
    decide = _Decision(tx, query)
    found: dict[ArticleId, None] = {}
    told: set[tuple[object, ...]] = set()
    for batch in _batched(search.candidates(tx, query.need, asked), _FEWEST):
        # Once there are enough lines, only what belongs to one of them.
        is_full = lines is not None and len(told) >= lines
        wanted = [one for one in batch if not is_full or one.line in told]
        for one in decide.hold(wanted):
            found[one.article_id] = None
            told.add(one.line)
    return list(found)


def those_that_match(tx: Transaction, query: Query, found: Sequence[Match]) -> list[Match]:
    """The matches, of these, whose articles the query matches."""
    told = articles.at(tx, {match.article.id for match in found})
    finds = {key for key, article in told.items() if query.matcher.find(document_of(article, query.outlets), query.id)}
    return [match for match in found if match.article.id in finds]


class _Decision:
    """Which articles the query matches, each decided once."""

    def __init__(self, tx: Transaction, query: Query) -> None:
        self._tx, self._query = tx, query
        self._known: dict[ArticleId, bool] = {}

    def hold(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those whose article it matches."""
        asked = {one.article_id for one in candidates if not (self._query.is_told and one.is_sure)} - self._known.keys()
        for key, article in articles.at(self._tx, asked).items():
            document = document_of(article, self._query.outlets)
            self._known[key] = self._query.matcher.find(document, self._query.id) is not None
        return [one for one in candidates if self._known.get(one.article_id, True)]


def _batched(candidates: Sequence[Candidate], size: int) -> Iterator[Sequence[Candidate]]:
    return (candidates[start : start + size] for start in range(0, len(candidates), size))


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
    while found := articles.query(tx, replace(asked, limit=size, offset=0, full=True)):
        yield found, found[-1].first_seen_at
        asked, size = replace(asked, before=found[-1]), min(size * 2, _MOST)
    yield (), None

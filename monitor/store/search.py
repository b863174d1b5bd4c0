"""The index of the words of all articles: which of them may match a query. The database's own full-text index, over
keys of ours (`text.index_keys`); of what it finds the rules tell whether it matches.

The stage INDEX keeps it: articles whose texts have changed stand in a list (`unsearched`) until it holds them as they
are. Who searches looks at these one by one.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, assert_never, cast

from sqlalchemy import (
    CTE,
    ColumnClause,
    ColumnElement,
    Select,
    TextClause,
    and_,
    bindparam,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    text,
)

from monitor.model import Article, ArticleId
from monitor.rules.needs import AllOf, AnyOf, Key, Need
from monitor.store.articles import ArticleQuery, article_of, conditions, selected
from monitor.store.connections import Transaction
from monitor.store.direct import Direct
from monitor.store.match_query import MatchQuery
from monitor.store.match_query import conditions as conditions_of_matches
from monitor.store.schema import articles, matches, members, searched, unsearched
from monitor.store.statements import InOrder, listed_values

ANYTHING = "…"
"""A key that stands for all: of a text that has more than an index takes. No text holds it."""
_ANYTHING = Key(ANYTHING, prefix=False)
_MOST_KEYS, _MOST_BYTES = 30_000, 1_000_000
"""Of an article. PostgreSQL takes a megabyte; a newspaper of 300,000 words has so many different ones, and a page that
holds a picture as text has few, but long ones.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """An article whose text the index does not hold as it is."""

    article: Article
    """With its texts."""
    times: int
    """How often it has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An article that the index holds."""

    article: Article
    """With its texts."""
    at: datetime
    """When it was put there: not before it was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What is to stand in the index."""

    article_id: ArticleId
    times: int
    """That of `Outdated`."""
    keys: Collection[str]
    """`ANYTHING` alone: they could not be told."""


_WAITING = InOrder(unsearched, articles, articles.c.id == unsearched.c.article_id)
"""In this order: of an empty list SQLite has no statistics, and would look in it for every article there is."""


def outdated(tx: Transaction, limit: int) -> tuple[Outdated, ...]:
    """The first of these."""
    rows = tx.execute(_OUTDATED, {"most": limit})
    return tuple(Outdated(article=article_of(row), times=row.times) for row in rows)


_OUTDATED = (
    selected(_WAITING, full=True).add_columns(unsearched.c.times).order_by(unsearched.c.number).limit(bindparam("most"))
)


def put(tx: Transaction, done: Sequence[Indexed], now: datetime) -> None:
    """Makes the index hold these articles; those that have changed meanwhile stay outdated."""
    for one in done:
        named = {"article_id": one.article_id}
        # Under a new number. Its former words still lead to its former one, which is nobody's.
        _LEAVE(tx, {**named})
        rows = _ENTER(tx, {**named, "at": now})
        if rows:
            _KEYS[tx.dialect.name](tx, {"number": rows[0][0], "keys": _written(tx, one.keys)})
        _SETTLE(tx, {**named, "times": one.times})


_LEAVE = Direct(text("DELETE FROM searched WHERE article_id = :article_id"))
# From where the article is: it may have been merged away meanwhile. Where the clock was set back since, as if at the
# moment at which it was first seen: who asks for what came since then looks at no number before.
_ENTER = Direct(
    text(
        "INSERT INTO searched (article_id, at) SELECT id, CASE WHEN first_seen_at > :at THEN first_seen_at ELSE :at END"
        " FROM articles WHERE id = :article_id RETURNING number"
    ).bindparams(bindparam("at", type_=searched.c.at.type))
)
_SETTLE = Direct(text("DELETE FROM unsearched WHERE article_id = :article_id AND times = :times"))
_KEYS = {
    "sqlite": Direct(text("INSERT INTO search (rowid, keys) VALUES (:number, :keys)")),
    "postgresql": Direct(text("INSERT INTO search (number, keys) VALUES (:number, CAST(:keys AS tsvector))")),
}


def _written(tx: Transaction, keys: Collection[str]) -> str:
    told = " ".join(keys)
    own = keys if len(keys) <= _MOST_KEYS and len(told.encode()) <= _MOST_BYTES else [ANYTHING]
    return " ".join(own) if tx.dialect.name == "sqlite" else " ".join(f"'{key}'" for key in own)


def hits(tx: Transaction, need: Need, *, since: datetime | None, below: int | None, limit: int) -> list[int]:
    """The highest numbers `below` one of what may hold what is needed, descending; `since`: not those of articles that
    were there before.
    """
    expression = _operators(AnyOf((need, _ANYTHING)), *_SIGNS[tx.dialect.name])
    asked = {"need": expression, "below": below or _HIGHEST, "limit": limit, "first": 0}
    if since is not None:
        first = tx.execute(select(func.min(searched.c.number)).where(searched.c.at >= since)).scalar()
        asked["first"] = first or _HIGHEST
    way = _NEWEST_FIRST[tx.dialect.name]
    if tx.dialect.name == "postgresql" and not _is_common(tx, asked):
        way = _ALL_AT_ONCE
    return [number for (number,) in way(tx, asked)]


def all_hits(tx: Transaction, need: Need) -> Iterator[int]:
    """The numbers of all that may hold what is needed, in no order, read as they are used; some nobody has any more."""
    if tx.dialect.name == "postgresql":
        # It takes reading every article's keys for cheap, which it is not: they are long, and stand apart.
        tx.execute(text("SET LOCAL enable_seqscan = off"))
    asked = {"need": _operators(AnyOf((need, _ANYTHING)), *_SIGNS[tx.dialect.name])}
    return iter(tx.execute(_ALL_HITS[tx.dialect.name], asked, execution_options={"yield_per": _AT_ONCE}).scalars())


_AT_ONCE = 10_000
_ALL_HITS = {
    "sqlite": text("SELECT rowid FROM search WHERE search MATCH :need"),
    "postgresql": text("SELECT number FROM search WHERE keys @@ CAST(:need AS tsquery)"),
}
_HIGHEST = (1 << 63) - 1
_PROBED = 256
"""Articles of which PostgreSQL is asked how many hold what is needed."""
_NEWEST_FIRST = {
    "sqlite": Direct(
        text(
            "SELECT rowid FROM search WHERE search MATCH :need AND rowid < :below AND rowid >= :first"
            " ORDER BY rowid DESC LIMIT :limit"
        )
    ),
    "postgresql": Direct(
        text(
            "SELECT number FROM search WHERE keys @@ CAST(:need AS tsquery) AND number < :below AND number >= :first"
            " ORDER BY number DESC LIMIT :limit"
        )
    ),
}
# What its index of words finds, sorted. Left to itself PostgreSQL takes every word for a common one, and looks for what
# twenty articles hold in all of them, the newest first: 7 s of a million.
_ALL_AT_ONCE = Direct(
    text(
        "WITH found AS MATERIALIZED (SELECT number FROM search WHERE keys @@ CAST(:need AS tsquery))"
        " SELECT number FROM found WHERE number < :below AND number >= :first ORDER BY number DESC LIMIT :limit"
    )
)
_PROBE = Direct(
    text(
        "SELECT count(*), count(*) FILTER (WHERE keys @@ CAST(:need AS tsquery)), max(number) FROM"
        " (SELECT number, keys FROM search WHERE number < :below AND number >= :first"
        " ORDER BY number DESC LIMIT :probed) AS newest"
    )
)


def _is_common(tx: Transaction, asked: Mapping[str, object]) -> bool:
    """Are so many articles of those that hold it needed that going through the newest ends sooner than sorting all?

    Where a share of n articles holds it, the first way passes limit / share of them, and the second share * n.
    """
    ((looked_at, hold, highest),) = _PROBE(
        tx, {**{name: asked[name] for name in ("need", "below", "first")}, "probed": _PROBED}
    )
    if looked_at < _PROBED:
        return True
    share = max(hold, 0.5) / looked_at
    return bool(share * share * highest > cast("int", asked["limit"]))


def at_numbers(tx: Transaction, numbers: Sequence[int], asked: ArticleQuery) -> list[Numbered]:
    """The articles that these numbers lead to and that are asked for, as far as the index holds them as they are."""
    these = searched.c.number.in_(select(column("value")).select_from(_given(tx.dialect.name)))
    current = ~exists().where(unsearched.c.article_id == articles.c.id)
    rows = selected(articles.join(searched, searched.c.article_id == articles.c.id), full=True)
    rows = rows.add_columns(searched.c.at).where(these, current, *conditions(asked))
    found = tx.execute(rows, {"numbers": json.dumps(numbers)})
    return [Numbered(article=article_of(row), at=row.at) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A match of an article that may hold what is needed."""

    article_id: ArticleId
    line: tuple[object, ...]
    """Equal for those of a watchlist that one story holds."""
    is_sure: bool
    """Its article holds it, as the index tells."""


def candidates(tx: Transaction, need: Need | None, asked: MatchQuery) -> list[Candidate]:
    """The matches asked for (their limit aside) of articles that may hold what is needed, newest first; `need`: None
    where the index cannot tell.
    """
    given = _given_matches(asked).cte("given").prefix_with("MATERIALIZED")
    if need is None:
        rows, named = select(given, false().label("is_sure")), {}
    else:
        signs = _SIGNS[tx.dialect.name]
        named = {"need": _operators(need, *signs), "anything": _operators(_ANYTHING, *signs)}
        rows = _held_by_sqlite(given) if tx.dialect.name == "sqlite" else _held_by_postgresql(given)
    rows = rows.order_by(given.c.matched_at.desc(), given.c.id.desc())
    return [
        Candidate(
            article_id=ArticleId(row.article_id),
            line=(row.watchlist_id, row.story_id or row.id, row.lost_at is None),
            is_sure=bool(row.is_sure),
        )
        for row in tx.execute(rows, named)
    ]


def _held_by_sqlite(given: CTE) -> Select[Any]:
    """Those that the index holds, or cannot tell. It is read between the first and the last number of these alone."""
    ends = select(func.min(given.c.number), func.max(given.c.number)).cte("ends")
    first, last = (select(end).scalar_subquery() for end in ends.c)
    number: ColumnClause[int] = column("rowid")
    index = select(number).select_from(table("search", number)).where(number >= first, number <= last)
    sure, anything = (given.c.number.in_(index.where(text(f"search MATCH :{name}"))) for name in ("need", "anything"))
    is_sure = and_(given.c.times.is_(None), sure)
    return select(given, is_sure.label("is_sure")).where(or_(is_sure, *_untold(given), anything))


def _held_by_postgresql(given: CTE) -> Select[Any]:
    """The same. Where these are few it looks at each of them, else at its index, as it sees fit."""
    number: ColumnClause[int] = column("number")
    index = table("search", number)
    holds = "search.keys @@ CAST(:need AS tsquery)"
    found = text(f"({holds} OR search.keys @@ CAST(:anything AS tsquery))")
    is_sure = and_(given.c.times.is_(None), index.c.number.is_not(None), text(holds))
    rows = select(given, is_sure.label("is_sure"))
    rows = rows.select_from(given.outerjoin(index, and_(index.c.number == given.c.number, found)))
    return rows.where(or_(index.c.number.is_not(None), *_untold(given)))


def _untold(given: CTE) -> tuple[ColumnElement[bool], ...]:
    """The index does not hold it as it is."""
    return given.c.times.is_not(None), given.c.number.is_(None)


def _given_matches(asked: MatchQuery) -> Select[Any]:
    """The matches asked for, where they are in the index, and whether it holds them as they are."""
    own = (matches.c.id, matches.c.article_id, matches.c.watchlist_id, matches.c.lost_at, matches.c.matched_at)
    source = matches.join(articles, articles.c.id == matches.c.article_id)
    source = source.outerjoin(members, members.c.article_id == matches.c.article_id)
    source = source.outerjoin(searched, searched.c.article_id == matches.c.article_id)
    source = source.outerjoin(unsearched, unsearched.c.article_id == matches.c.article_id)
    rows = select(*own, members.c.story_id, searched.c.number, unsearched.c.times).select_from(source)
    return rows.where(*conditions_of_matches(asked))


def these(tx: Transaction, article_ids: Sequence[ArticleId]) -> Select[Any]:
    """A selection of these ids, however many, for `ArticleQuery` and `MatchQuery`."""
    given = text(f"{listed_values(tx.dialect.name, 'these', 'text')} AS these")
    return select(column("value")).select_from(given.bindparams(these=json.dumps(article_ids)))


def not_held(tx: Transaction, asked: ArticleQuery, limit: int) -> list[Article]:
    """The articles that are asked for which the index does not hold as they are, the last of them."""
    rows = selected(_WAITING, full=True).where(*conditions(asked)).order_by(unsearched.c.number.desc()).limit(limit)
    return list(map(article_of, tx.execute(rows)))


@cache
def _given(dialect: str) -> TextClause:
    return text(f"{listed_values(dialect, 'numbers')} AS given")


def _quoted(key: Key) -> str:
    return f'"{key.text}"{" *" if key.prefix else ""}'


def _lexeme(key: Key) -> str:
    return f"'{key.text}'{':*' if key.prefix else ''}"


_Signs = tuple[str, str, Callable[[Key], str]]
_SIGNS: Mapping[str, _Signs] = {"sqlite": (" AND ", " OR ", _quoted), "postgresql": (" & ", " | ", _lexeme)}
"""And, or, and a key, as the index of each database wants them."""


def _operators(need: Need, both: str, either: str, shown: Callable[[Key], str]) -> str:
    match need:
        case Key():
            return shown(need)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            between = both if isinstance(need, AllOf) else either
            return f"({between.join(_operators(part, both, either, shown) for part in parts)})"
    assert_never(need)

"""How many matches, or articles, there are of each kind: by what they are, or by when they came."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Select, Table, func, select

from monitor.store.articles import ArticleQuery, described
from monitor.store.articles import conditions as article_conditions
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery, conditions
from monitor.store.schema import articles, matches
from monitor.store.statements import floor_of

Query = MatchQuery | ArticleQuery
Kind = Literal["outlet", "language", "watchlist", "status"]
_KINDS: Mapping[Kind, Column[Any]] = {
    "outlet": articles.c.outlet,
    "language": articles.c.language,
    "watchlist": matches.c.watchlist_id,
    "status": matches.c.status,
}
_BATCH = 1000


def total(tx: Transaction, asked: Query) -> int:
    """How many are asked for, their limit aside."""
    return int(tx.execute(_counted(asked, func.count())).scalar_one())


def by_kind(tx: Transaction, asked: Query, kind: Kind) -> dict[str, int]:
    """How many of each kind, most first; those of none are left out. Articles have no watchlist and no status."""
    column = _KINDS[kind]
    number = func.count()
    rows = _counted(asked, column, number).group_by(column).order_by(number.desc(), column)
    return {str(value): count for value, count in tx.execute(rows)}


def by_moment(tx: Transaction, asked: Query, unit: Literal["hour", "minute"]) -> dict[datetime, int]:
    """How many came in each hour, or minute, of UTC, oldest first: matches when they were found, articles when they
    were first seen. Those of none are left out.
    """
    came = matches.c.matched_at if isinstance(asked, MatchQuery) else articles.c.first_seen_at
    began = floor_of(came, unit).label("began")
    rows = _counted(asked, began, func.count().label("number")).group_by(began).order_by(began)
    return {row.began: row.number for row in tx.execute(rows)}


def by_term(tx: Transaction, asked: MatchQuery) -> dict[tuple[str, str], int]:
    """How many matches each (list, term) has a hit in, most first; the list is "" for a query's own term.

    Counted here: taking 100,000 matches' hits apart costs SQLite three times as much as it costs us.
    """
    found: Counter[tuple[str, str]] = Counter()
    for (hits,) in tx.execute(_counted(asked, matches.c.hits), execution_options={"yield_per": _BATCH}):
        found.update({(hit[4] if len(hit) > 4 else "", hit[3]) for hit in json.loads(hits)})
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def span(tx: Transaction, asked: Query) -> tuple[datetime, datetime] | None:
    """The first and the last moment at which any came, asked for or not; None where there are none."""
    came = matches.c.matched_at if isinstance(asked, MatchQuery) else articles.c.first_seen_at
    # Two queries: an index answers each, but not both at once.
    first, last = (tx.execute(select(one(came))).scalar() for one in (func.min, func.max))
    return (first, last) if first and last else None


def _counted(asked: Query, *columns: ColumnElement[Any]) -> Select[Any]:
    if isinstance(asked, ArticleQuery):
        return select(*columns).select_from(articles).where(*article_conditions(asked))
    told = described(asked.languages, asked.outlets, asked.text_source) or _is_of(articles, columns[0])
    # Without need it would cost as much as all else: SQLite leaves no join out of a count.
    source = matches.join(articles, articles.c.id == matches.c.article_id) if told else matches
    return select(*columns).select_from(source).where(*conditions(asked))


def _is_of(table: Table, column: ColumnElement[Any]) -> bool:
    return isinstance(column, Column) and column.table is table

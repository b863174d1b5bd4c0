"""All matches that hold with what people decided of them, one after the other: what `monitor stats` counts."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, case, func, select

from monitor.model import Clause, Field, Hit
from monitor.rules.decisions import JUDGED, Decided
from monitor.store import articles as stored_articles
from monitor.store.codec import clause_from_json, hits_from_json, terms_from_json
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery, conditions
from monitor.store.schema import articles, matches, reviews

_BATCH = 500
"""Rows at once: the explanations of judged matches are the most of it."""


def query(tx: Transaction, asked: MatchQuery) -> Iterator[Decided]:
    """The matches asked for, in no order and whatever its limit. Reads on while it is asked, within the transaction."""
    rows = _rows().where(*conditions(asked))
    for row in tx.execute(rows, execution_options={"yield_per": _BATCH}):
        yield _decided(tx, row)


def _rows() -> Select[Any]:
    is_judged = matches.c.status.in_(list(JUDGED))
    first = select(func.min(reviews.c.reviewed_at)).where(
        reviews.c.match_id == matches.c.id, reviews.c.status.in_(list(JUDGED))
    )
    return select(
        matches.c.watchlist_id,
        matches.c.article_id,
        articles.c.language,
        matches.c.hits,
        # Most matches are judged by nobody: theirs are neither fetched nor decompressed.
        case((is_judged, matches.c.explanation)).label("explanation"),
        matches.c.status,
        matches.c.matched_at,
        first.scalar_subquery().label("first_judged_at"),
    ).select_from(matches.join(articles, articles.c.id == matches.c.article_id))


def _decided(tx: Transaction, row: Any) -> Decided:
    return Decided(
        watchlist_id=row.watchlist_id,
        language=row.language,
        terms=terms_from_json(row.hits),
        explanation=None if row.explanation is None else _explanation(tx, row),
        status=row.status,
        matched_at=row.matched_at,
        first_judged_at=row.first_judged_at,
    )


def _explanation(tx: Transaction, row: Any) -> Clause:
    """With the words of each hit, which early versions did not keep: cut out of the texts, as far as these are kept."""
    hits = hits_from_json(row.hits)
    if not all(hit.surface for hit in hits):
        article = stored_articles.at(tx, [row.article_id])[row.article_id]
        told = {Field.TITLE: article.title, Field.SUMMARY: article.summary, Field.TEXT: article.text}
        hits = tuple(replace(hit, surface=hit.surface or _cut(told.get(hit.field, ""), hit)) for hit in hits)
    return clause_from_json(row.explanation, hits)


def _cut(text: str, hit: Hit) -> str:
    return text[hit.start : hit.end]

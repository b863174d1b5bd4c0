"""Matches: one row for each watchlist and article, kept also when a better text, or a better rule, loses it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update

from monitor.model import (
    ArticleId,
    Clause,
    Found,
    Match,
    Matched,
    MatchId,
    Status,
    WatchlistId,
    match_key,
)
from monitor.store.articles import article_of, selected
from monitor.store.codec import clause_from_json, clause_to_json, hits_from_json, hits_to_json
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery as MatchQuery  # what callers ask with
from monitor.store.match_query import conditions, order_of
from monitor.store.schema import articles, former_matches, matches
from monitor.store.statements import batches, upsert
from monitor.store.tags import tags_of, told_tags

_CHANGING = ("version", "score", "hits", "explanation", "lost_at")
# Made once: building a statement costs more than running this one, and it runs for every article. Pages are saved
# one by one: for these there is a statement without a list, which is put together anew each time.
_BEFORE = select(matches.c.id, matches.c.watchlist_id, matches.c.lost_at)
_BEFORE_ONE = _BEFORE.where(matches.c.article_id == bindparam("article"))
_BEFORE_MANY = _BEFORE.where(matches.c.article_id.in_(bindparam("articles", expanding=True)))
_BARE = tuple(column for column in matches.c if column is not matches.c.explanation)


def put(
    tx: Transaction,
    matched: Sequence[Matched],
    watchlists: Collection[WatchlistId],
    now: datetime,
    *,
    new: Collection[ArticleId] = (),
    rematch: int | None = None,
) -> int:
    """Makes the matches of articles what the rules now say; `watchlists`: those that were asked; `new`: articles that
    cannot have any yet; `rematch`: the number of that which asks, if it is one: new matches keep it.

    A match keeps its id, its first moment, its status and its reviews; those no longer found are marked as lost.
    Returns how many matches are new.
    """
    rows = {row["id"]: row for one in matched for row in _rows(one, now, rematch)}
    before = _of_articles(tx, sorted({one.article_id for one in matched}.difference(new)))
    asked = frozenset(watchlists)
    lost = [one.id for one in before if one.lost_at is None and one.watchlist_id in asked and one.id not in rows]
    for batch in batches(lost):
        tx.execute(update(matches).where(matches.c.id.in_(batch)).values(lost_at=now))
    if rows:
        tx.execute(upsert(tx, matches, ("id",), _CHANGING), list(rows.values()))
    return len(rows.keys() - {one.id for one in before})


def query(tx: Transaction, asked: MatchQuery) -> tuple[Match, ...]:
    """The matches asked for, in the order asked for."""
    rows = selected_matches(full=asked.full).where(*conditions(asked))
    rows = rows.order_by(*order_of(asked.order)).limit(asked.limit).offset(asked.offset or None)
    return tuple(match_of(row, full=asked.full) for row in tx.execute(rows))


def get(tx: Transaction, match_id: MatchId) -> Match | None:
    """The match with this id, also one that it had before its article was merged; with texts and explanation."""
    former = select(former_matches.c.match_id).where(former_matches.c.id == match_id)
    now_called = tx.execute(former).scalar() or match_id
    row = tx.execute(selected_matches(full=True).where(matches.c.id == now_called)).one_or_none()
    return None if row is None else match_of(row, full=True)


def of_article(tx: Transaction, article_id: ArticleId) -> tuple[Match, ...]:
    """All matches of an article, lost ones too, by watchlist; with texts and explanations."""
    rows = selected_matches(full=True).where(matches.c.article_id == article_id).order_by(matches.c.watchlist_id)
    return tuple(match_of(row, full=True) for row in tx.execute(rows))


def counts(tx: Transaction, asked: MatchQuery | None = None) -> dict[WatchlistId, int]:
    """How many of the matches asked for (their limit aside) each watchlist has; those with none are left out."""
    source = matches.join(articles, matches.c.article_id == articles.c.id)
    rows = select(matches.c.watchlist_id, func.count()).select_from(source).where(*conditions(asked or MatchQuery()))
    rows = rows.group_by(matches.c.watchlist_id).order_by(matches.c.watchlist_id)
    return {WatchlistId(watchlist): number for watchlist, number in tx.execute(rows)}


def _of_articles(tx: Transaction, article_ids: Sequence[ArticleId]) -> list[Any]:
    if len(article_ids) == 1:
        return list(tx.execute(_BEFORE_ONE, {"article": article_ids[0]}))
    return [row for batch in batches(article_ids) for row in tx.execute(_BEFORE_MANY, {"articles": batch})]


def _rows(matched: Matched, now: datetime, rematch: int | None) -> list[dict[str, Any]]:
    return [
        {
            "id": match_key(found.watchlist_id, matched.article_id),
            "watchlist_id": found.watchlist_id,
            "article_id": matched.article_id,
            "version": found.version,
            "score": found.score,
            "hits": hits_to_json(found.hits),
            "explanation": clause_to_json(found.explanation, found.hits),
            "status": Status.NEW,
            "matched_at": now,
            "lost_at": None,
            **({"rematch_id": rematch} if rematch else {}),
        }
        for found in matched.found
    ]


@cache
def selected_matches(*, full: bool) -> Any:
    """The columns that `match_of` reads, of matches joined with their articles."""
    source = matches.join(articles, matches.c.article_id == articles.c.id)
    own = (*_BARE, matches.c.explanation) if full else _BARE
    labelled = (column.label(f"match_{column.name}") for column in own)
    return selected(source, full=full).add_columns(*labelled, tags_of(matches.c.id).label("match_tags"))


def match_of(row: Any, *, full: bool) -> Match:
    """The match in a row of `selected_matches`, further columns behind it or not."""
    hits = hits_from_json(row.match_hits)
    explanation = clause_from_json(row.match_explanation, hits) if full else Clause(query="", held=True)
    found = Found(
        watchlist_id=row.match_watchlist_id,
        version=row.match_version,
        score=row.match_score,
        hits=hits,
        explanation=explanation,
    )
    return Match(
        id=row.match_id,
        article=article_of(row, full=full),
        found=found,
        status=row.match_status,
        matched_at=row.match_matched_at,
        lost_at=row.match_lost_at,
        tags=told_tags(row.match_tags),
        assignee=row.match_assignee or "",
    )

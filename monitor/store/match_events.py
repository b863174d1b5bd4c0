"""What revisions did to matches: which they started, which they stopped."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, insert, select

from monitor.model import ArticleId, Match, MatchId, Turn, WatchlistId
from monitor.store.articles import Order
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery, conditions
from monitor.store.matches import match_of, selected_matches
from monitor.store.schema import match_events, matches, revisions
from monitor.store.statements import batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A match that a revision started or stopped."""

    match: Match
    """As it is now."""
    turn: Turn
    at: datetime
    revision: int
    """Its number among those of the article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a revision did to a match, by ids alone."""

    match_id: MatchId
    watchlist_id: WatchlistId
    article_id: ArticleId
    turn: Turn


def at(tx: Transaction, articles: Collection[ArticleId], moment: datetime) -> list[Change]:
    """What revisions of these articles did at a moment to matches that they had, in the order in which it was saved."""
    own = (match_events.c.match_id, matches.c.watchlist_id, matches.c.article_id, match_events.c.turn)
    rows = (
        select(*own)
        .join(matches, matches.c.id == match_events.c.match_id)
        .where(match_events.c.at == moment, matches.c.matched_at < moment)
    )
    found = (
        row
        for batch in batches(sorted(articles))
        for row in tx.execute(rows.where(matches.c.article_id.in_(batch)).order_by(match_events.c.id))
    )
    return [
        Change(
            match_id=MatchId(row.match_id),
            watchlist_id=WatchlistId(row.watchlist_id),
            article_id=ArticleId(row.article_id),
            turn=row.turn,
        )
        for row in found
    ]


def counting(tx: Transaction, articles: Collection[ArticleId]) -> dict[ArticleId, frozenset[MatchId]]:
    """The matches that these articles have, lost ones aside: what to compare with after a revision."""
    found: dict[ArticleId, set[MatchId]] = {article: set() for article in articles}
    for batch in batches(sorted(found)):
        these = select(matches.c.article_id, matches.c.id).where(matches.c.article_id.in_(batch))
        for article, match_id in tx.execute(these.where(matches.c.lost_at.is_(None))):
            found[ArticleId(article)].add(MatchId(match_id))
    return {article: frozenset(ids) for article, ids in found.items()}


def add(tx: Transaction, revision: int, before: Collection[MatchId], after: Collection[MatchId], now: datetime) -> int:
    """Saves what a revision (as `revisions.add` calls it) did to an article's matches; how many it turned."""
    started, stopped = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    turns = [(match, Turn.STARTED) for match in started] + [(match, Turn.STOPPED) for match in stopped]
    rows = [{"match_id": match, "revision_id": revision, "turn": turn, "at": now} for match, turn in turns]
    if rows:
        tx.execute(insert(match_events), rows)
    return len(rows)


def query(tx: Transaction, asked: MatchQuery) -> tuple[Turned, ...]:
    """The turns of the matches asked for, by their own time; so are `since` and `until`, and lost matches are there."""
    older = revisions.alias()
    number = (
        select(func.count())
        .where(older.c.article_id == revisions.c.article_id, older.c.id <= revisions.c.id)
        .scalar_subquery()
    )
    own = (match_events.c.turn, match_events.c.at, number.label("revision"))
    rows = selected_matches(full=False).add_columns(*own).join(match_events, match_events.c.match_id == matches.c.id)
    rows = rows.join(revisions, revisions.c.id == match_events.c.revision_id)
    rows = rows.where(*conditions(replace(asked, since=None, until=None, include_lost=True)))
    if asked.since:
        rows = rows.where(match_events.c.at >= asked.since)
    if asked.until:
        rows = rows.where(match_events.c.at < asked.until)
    time = match_events.c.at, match_events.c.id
    rows = rows.order_by(*(one.asc() if asked.order is Order.OLDEST else one.desc() for one in time))
    rows = rows.limit(asked.limit).offset(asked.offset or None)
    return tuple(
        Turned(match=match_of(row, full=False), turn=row.turn, at=row.at, revision=row.revision)
        for row in tx.execute(rows)
    )

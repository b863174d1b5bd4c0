"""What a report counts and names of the matches of a period, and of the polls: in the database, however many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, exists, func, select

from monitor.model import Article, Belonging, FeedId, Match, Status, StoryId, Turn, WatchlistId
from monitor.outgoing.report import FailedFeed, Figures, cropped
from monitor.store.articles import article_of, selected
from monitor.store.connections import Transaction
from monitor.store.matches import match_of, selected_matches
from monitor.store.schema import articles, feeds, match_events, matches, members, polls

_AT_ONCE = 1_000
"""Rows in memory."""
DECIDED = (Status.RELEVANT, Status.IRRELEVANT)
"""What waits for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The matches first found in a time, those that hold."""

    since: datetime
    until: datetime
    watchlists: tuple[WatchlistId, ...] = ()
    """() for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A match that a revision started or stopped, as it is now."""

    match: Match
    turn: Turn
    at: datetime


def began(tx: Transaction) -> datetime | None:
    """When the first article was seen: before, nothing was watched."""
    return tx.execute(select(func.min(articles.c.first_seen_at))).scalar()


def figures(tx: Transaction, period: Period) -> Figures:
    """What the matches come to."""
    facts = _facts(period).subquery()
    each = [func.count(distinct(facts.c[name])) for name in ("story", "outlet", "language")]
    row = tx.execute(select(func.count(facts.c.story), *each)).one()
    told = select(facts.c.story, facts.c.origin).distinct().subquery()
    origins = tx.execute(select(func.count()).select_from(told)).scalar_one()
    return Figures(matches=row[0], stories=row[1], origins=origins, outlets=row[2], languages=row[3])


def moments(tx: Transaction, period: Period) -> Iterator[datetime]:
    """When each was found, read as they are used."""
    rows = select(matches.c.matched_at).where(*_found(period))
    return iter(tx.execute(rows, execution_options={"yield_per": _AT_ONCE}).scalars())


def outlets(tx: Transaction, period: Period) -> tuple[tuple[str, int], ...]:
    """Outlet and how many matches it has, those with most first."""
    return _grouped(tx, period, "outlet")


def languages(tx: Transaction, period: Period) -> tuple[tuple[str, int], ...]:
    """Likewise each language."""
    return _grouped(tx, period, "language")


def stories_of(period: Period) -> Select[Any]:
    """The ids of the stories of the matches."""
    rows = select(members.c.story_id).join_from(matches, members, members.c.article_id == matches.c.article_id)
    return rows.where(*_found(period)).distinct()


def number_of(tx: Transaction, stories: Select[Any]) -> int:
    """How many ids a statement selects."""
    number: int = tx.execute(select(func.count()).select_from(stories.subquery())).scalar_one()
    return number


def loose(tx: Transaction, period: Period, most: int) -> tuple[tuple[Match, ...], int]:
    """The newest matches whose articles are in no story yet, and how many there are."""
    nowhere = (*_found(period), ~exists().where(members.c.article_id == matches.c.article_id))
    rows = selected_matches(full=False).where(*nowhere)
    rows = rows.order_by(matches.c.matched_at.desc(), matches.c.id.desc()).limit(most)
    number = select(func.count()).select_from(matches).where(*nowhere)
    return tuple(match_of(row, full=False) for row in tx.execute(rows)), tx.execute(number).scalar_one()


def first_matches(tx: Transaction, period: Period, stories: Sequence[StoryId]) -> dict[StoryId, tuple[Match, int]]:
    """Of each of a few stories the match of the earliest report, the best of several, and how many there are."""
    rows = selected_matches(full=False).join(members, members.c.article_id == matches.c.article_id)
    rows = rows.add_columns(members.c.story_id).where(members.c.story_id.in_(stories), *_found(period))
    rows = rows.order_by(members.c.reported_at, members.c.number, matches.c.score.desc(), matches.c.id)
    found: dict[StoryId, tuple[Match, int]] = {}
    for row in tx.execute(rows):
        first, number = found.get(row.story_id, (match_of(row, full=False), 0))
        found[StoryId(row.story_id)] = (first, number + 1)
    return found


def copies(tx: Transaction, stories: Sequence[StoryId]) -> dict[StoryId, int]:
    """How many articles of each of a few stories print another's text."""
    rows = select(members.c.story_id, func.count()).where(members.c.story_id.in_(stories))
    rows = rows.where(members.c.how == Belonging.COPY).group_by(members.c.story_id)
    return {StoryId(story): number for story, number in tx.execute(rows)}


def turned(tx: Transaction, period: Period, most: int) -> tuple[tuple[Turned, ...], int]:
    """The last matches that revisions started or stopped in that time, and how many there are."""
    within = (match_events.c.at >= period.since, match_events.c.at < period.until, *_of(period))
    rows = selected_matches(full=False).add_columns(match_events.c.turn, match_events.c.at)
    rows = rows.join(match_events, match_events.c.match_id == matches.c.id).where(*within)
    rows = rows.order_by(match_events.c.at.desc(), match_events.c.id.desc()).limit(most)
    number = select(func.count()).join_from(match_events, matches, match_events.c.match_id == matches.c.id)
    return (
        tuple(Turned(match=match_of(row, full=False), turn=row.turn, at=row.at) for row in tx.execute(rows)),
        tx.execute(number.where(*within)).scalar_one(),
    )


def removed(tx: Transaction, period: Period, most: int) -> tuple[tuple[Article, ...], int]:
    """The last articles that match and were found taken down in that time, and how many there are."""
    matched = select(matches.c.article_id).where(matches.c.lost_at.is_(None), *_of(period))
    within = (
        articles.c.removed_at >= period.since,
        articles.c.removed_at < period.until,
        articles.c.id.in_(matched),
    )
    rows = selected(articles, full=False).where(*within)
    rows = rows.order_by(articles.c.removed_at.desc(), articles.c.id).limit(most)
    number = select(func.count()).select_from(articles).where(*within)
    return tuple(article_of(row, full=False) for row in tx.execute(rows)), tx.execute(number).scalar_one()


def waiting(tx: Transaction, watchlists: Sequence[WatchlistId]) -> dict[Status, tuple[int, datetime]]:
    """Of each status that somebody has still to decide on: how many matches, of all times, and when the oldest was
    found.
    """
    wanted = [matches.c.lost_at.is_(None), matches.c.status.not_in(DECIDED)]
    wanted += [matches.c.watchlist_id.in_(watchlists)] if watchlists else []
    rows = select(matches.c.status, func.count(), func.min(matches.c.matched_at)).where(*wanted)
    return {status: (number, oldest) for status, number, oldest in tx.execute(rows.group_by(matches.c.status))}


def failed_feeds(tx: Transaction, since: datetime, until: datetime, most: int) -> tuple[tuple[FailedFeed, ...], int]:
    """The feeds of which most polls failed in a time, and how many there are of which any did."""
    failed = func.sum(case((polls.c.outcome == "failed", polls.c.times), else_=0)).label("failed")
    counted = select(polls.c.feed_id, failed, func.sum(polls.c.times).label("made"))
    counted = counted.where(polls.c.polled_at >= since, polls.c.polled_at < until).group_by(polls.c.feed_id)
    each = counted.subquery()
    error = case((feeds.c.failures > 0, feeds.c.last_error), else_="").label("error")
    rows = select(each, error).join_from(each, feeds, feeds.c.id == each.c.feed_id).where(each.c.failed > 0)
    rows = rows.order_by(each.c.failed.desc(), each.c.feed_id).limit(most)
    number = select(func.count()).select_from(each).where(each.c.failed > 0)
    found = (
        FailedFeed(feed=row.feed_id, failed=int(row.failed), polls=int(row.made), error=cropped(row.error))
        for row in tx.execute(rows)
    )
    return tuple(found), tx.execute(number).scalar_one()


def gaps(tx: Transaction, since: datetime, until: datetime) -> tuple[tuple[FeedId, int], ...]:
    """Feed and its polls of which some entries before may have passed unseen, those with most first."""
    rows = select(polls.c.feed_id, func.count().label("number")).where(polls.c.gap)
    rows = rows.where(polls.c.polled_at >= since, polls.c.polled_at < until).group_by(polls.c.feed_id)
    return tuple(
        (FeedId(feed), number) for feed, number in tx.execute(rows.order_by(func.count().desc(), polls.c.feed_id))
    )


def _of(period: Period) -> list[ColumnElement[bool]]:
    return [matches.c.watchlist_id.in_(period.watchlists)] if period.watchlists else []


def _found(period: Period) -> list[ColumnElement[bool]]:
    within = [matches.c.matched_at >= period.since, matches.c.matched_at < period.until]
    return [*within, matches.c.lost_at.is_(None), *_of(period)]


def _facts(period: Period) -> Select[Any]:
    """Of each match: its story, its article's outlet and language, and whose text that is, as `stories` counts it."""
    twin = members.alias("twin")
    agency = select(func.min(twin.c.credit)).where(
        twin.c.story_id == members.c.story_id, twin.c.origin == members.c.origin, twin.c.credit != ""
    )
    own = matches.c.article_id
    return (
        select(
            func.coalesce(members.c.story_id, own).label("story"),
            func.coalesce(agency.scalar_subquery(), members.c.origin, own).label("origin"),
            articles.c.outlet,
            articles.c.language,
        )
        .select_from(matches.join(articles, articles.c.id == own).outerjoin(members, members.c.article_id == own))
        .where(*_found(period))
    )


def _grouped(tx: Transaction, period: Period, name: str) -> tuple[tuple[str, int], ...]:
    column = articles.c[name]
    rows = select(column, func.count()).join_from(matches, articles, articles.c.id == matches.c.article_id)
    rows = rows.where(*_found(period)).group_by(column).order_by(func.count().desc(), column)
    return tuple((value, number) for value, number in tx.execute(rows))

"""Which matches are meant, and in which order: what a person asks, as conditions on the tables.

Every listing and every count of matches asks through here, so that one filter means the same everywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from sqlalchemy import ColumnElement, FromClause, Select, UnaryExpression, select

from monitor.model import FeedId, Status, StoryId, TextSource, WatchlistId
from monitor.store.articles import Order, described, offered_by, published
from monitor.store.connections import Transaction
from monitor.store.reviews import assigned, decided_by, tagged
from monitor.store.schema import articles, matches, members, reviews
from monitor.store.statements import has_hit

_SHOWN_ALIKE = 1e-6
"""Scores that differ by less are one to whoever reads them: a sum of weights like 0.1 is off by the last bits."""


class Sign(StrEnum):
    """How a score is compared."""

    LEAST = ">="
    MOST = "<="
    ABOVE = ">"
    BELOW = "<"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuery:
    """Which matches; every condition left out holds for all."""

    watchlists: tuple[WatchlistId, ...] = ()
    """Of any of these; likewise `languages`, `outlets`, `statuses`."""
    since: datetime | None = None
    """First matched then or later."""
    until: datetime | None = None
    """First matched before."""
    languages: tuple[str, ...] = ()
    """Of the article; "en" also finds "en-GB"."""
    outlets: tuple[str, ...] | None = None
    """None: of all; (): of none."""
    feed: FeedId | None = None
    """The article was offered by this feed, first or later."""
    story: StoryId | None = None
    """The article is in it."""
    text_source: TextSource | None = None
    statuses: tuple[Status, ...] = ()
    reviewer: str | None = None
    """Made the last decision."""
    tag: str | None = None
    """As `monitor.text.tags` spells it."""
    assignee: str | None = None
    """Is to look after it; "": nobody is."""
    scores: tuple[tuple[Sign, float], ...] = ()
    """All of these hold."""
    term: str | None = None
    """A term with a hit, as its rule writes it; "@name": any term of this list."""
    among: Select[Any] | None = None
    """Of the articles whose ids this selects: for what a search in their texts finds."""
    include_lost: bool = False
    order: Order = Order.NEWEST
    limit: int | None = 50
    offset: int = 0
    full: bool = False
    """With the articles' texts and the explanations; else both are empty, the hits are always there."""


def conditions(asked: MatchQuery, of: FromClause = matches, told: FromClause = articles) -> list[ColumnElement[bool]]:
    """What the query asks, its limit and its order aside, of matches `of` the articles `told`."""
    wanted = [*_found(asked, of), *_of_article(asked, of, told), *_decided(asked, of)]
    if not asked.include_lost:
        wanted.append(of.c.lost_at.is_(None))
    return wanted


def order_of(order: Order, of: FromClause = matches, told: FromClause = articles) -> tuple[UnaryExpression[Any], ...]:
    """What to sort by. No two matches are equal in it, so that pages neither repeat nor leave out any."""
    newest = of.c.matched_at.desc(), of.c.id.desc()
    match order:
        case Order.NEWEST:
            return newest
        case Order.OLDEST:
            return of.c.matched_at.asc(), of.c.id.asc()
        case Order.SCORE:
            return of.c.score.desc(), *newest
        case Order.PUBLISHED:
            return published(told).desc(), *newest
        case Order.OUTLET:
            return told.c.outlet.asc(), *newest
        case _:
            assert_never(order)


def reviewers(tx: Transaction) -> tuple[str, ...]:
    """Everybody who has decided on any match."""
    return tuple(tx.execute(select(reviews.c.reviewer).distinct().order_by(reviews.c.reviewer)).scalars())


def _found(asked: MatchQuery, of: FromClause) -> list[ColumnElement[bool]]:
    """What rules found, and when."""
    wanted: list[ColumnElement[bool]] = []
    if asked.watchlists:
        wanted.append(_any_of(of.c.watchlist_id, asked.watchlists))
    if asked.since:
        wanted.append(of.c.matched_at >= asked.since)
    if asked.until:
        wanted.append(of.c.matched_at < asked.until)
    wanted += [_compared(of.c.score, *bound) for bound in asked.scores]
    if asked.term:
        wanted.append(has_hit(of.c.hits, asked.term))
    return wanted


def _of_article(asked: MatchQuery, of: FromClause, told: FromClause) -> list[ColumnElement[bool]]:
    """What the article is."""
    wanted = described(asked.languages, asked.outlets, asked.text_source, told)
    if asked.feed:
        wanted.append(offered_by(of.c.article_id, asked.feed))
    if asked.story:
        wanted.append(of.c.article_id.in_(select(members.c.article_id).where(members.c.story_id == asked.story)))
    if asked.among is not None:
        wanted.append(of.c.article_id.in_(asked.among))
    return wanted


def _decided(asked: MatchQuery, of: FromClause) -> list[ColumnElement[bool]]:
    """What people made of the match."""
    wanted: list[ColumnElement[bool]] = []
    if asked.statuses:
        wanted.append(_any_of(of.c.status, asked.statuses))
    if asked.reviewer:
        wanted.append(decided_by(of, asked.reviewer))
    if asked.tag:
        wanted.append(tagged(of, asked.tag))
    if asked.assignee is not None:
        wanted.append(assigned(of, asked.assignee))
    return wanted


def _any_of(column: ColumnElement[Any], values: tuple[Any, ...]) -> ColumnElement[bool]:
    """A single value by =, along whose index rows come in order."""
    return column == values[0] if len(values) == 1 else column.in_(values)


def _compared(score: ColumnElement[float], sign: Sign, number: float) -> ColumnElement[bool]:
    match sign:
        case Sign.LEAST:
            return score > number - _SHOWN_ALIKE
        case Sign.MOST:
            return score < number + _SHOWN_ALIKE
        case Sign.ABOVE:
            return score > number + _SHOWN_ALIKE
        case Sign.BELOW:
            return score < number - _SHOWN_ALIKE
        case _:
            assert_never(sign)

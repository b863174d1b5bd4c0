"""Stories, as they are listed and looked at; `memberships` makes them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, column, distinct, func, select

from monitor.model import Article, ArticleId, StoryId, WatchlistId
from monitor.store import articles, ids
from monitor.store.connections import Transaction
from monitor.store.memberships import membership_of
from monitor.store.schema import articles as articles_table
from monitor.store.schema import matches, members, stories
from monitor.store.statements import batches
from monitor.stories.story import Membership, Story

_NAMED = 5
LATELY = timedelta(days=1)
"""In which a story's growth is counted."""


class Order(StrEnum):
    """What stories are listed by, most first."""

    RECENT = "recent"
    SIZE = "size"
    ORIGINS = "origins"
    GROWTH = "growth"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryQuery:
    """Which stories; every condition left out holds for all."""

    since: datetime | None = None
    """An article joined then or later."""
    watchlist: WatchlistId | None = None
    """One of its articles matches it."""
    matched: bool = True
    """One of its articles matches any watchlist."""
    order: Order = Order.RECENT
    limit: int | None = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article in a story."""

    article: Article
    """Without its texts."""
    membership: Membership
    credit: str
    """The agency whose text it is; "" where it is none's that is known."""
    joined_at: datetime
    reported_at: datetime
    """When it was published, or else first seen."""


def query(tx: Transaction, asked: StoryQuery, now: datetime) -> tuple[Story, ...]:
    """The stories asked for."""
    wanted: list[ColumnElement[bool]] = []
    if asked.since:
        wanted.append(stories.c.grown_at >= asked.since)
    if asked.watchlist or asked.matched:
        found = [matches.c.lost_at.is_(None), *([matches.c.watchlist_id == asked.watchlist] if asked.watchlist else [])]
        holding = select(members.c.story_id).join(matches, matches.c.article_id == members.c.article_id)
        wanted.append(stories.c.id.in_(holding.where(*found)))
    if asked.order is Order.RECENT:
        # Found without counting what is not listed.
        latest = select(stories.c.id).where(*wanted).order_by(stories.c.grown_at.desc(), stories.c.id)
        wanted = [stories.c.id.in_(latest.limit(asked.limit))]
    rows = _counted(now, *wanted)
    by: ColumnElement[Any] = stories.c.grown_at if asked.order is Order.RECENT else column(asked.order)
    return _stories_of(tx, rows.order_by(by.desc(), stories.c.grown_at.desc(), stories.c.id).limit(asked.limit))


def most_told(tx: Transaction, these: Select[Any], most: int, now: datetime) -> tuple[Story, ...]:
    """Of the stories whose ids a statement selects, those with most independent origins."""
    rows = _counted(now, stories.c.id.in_(these))
    most_first: list[ColumnElement[Any]] = [column(Order.ORIGINS).desc(), column(Order.SIZE).desc()]
    return _stories_of(tx, rows.order_by(*most_first, stories.c.grown_at.desc(), stories.c.id).limit(most))


def named(tx: Transaction, prefix: str, now: datetime) -> tuple[Story, ...]:
    """The stories whose ids begin so, the first few of many. Raises: ValueError, where it is no beginning of an id."""
    these = _counted(now, *ids.begins(stories.c.id, ids.digits(prefix)))
    return _stories_of(tx, these.order_by(stories.c.id).limit(_NAMED))


def at(tx: Transaction, these: Sequence[StoryId], now: datetime) -> dict[StoryId, Story]:
    """The stories with these ids."""
    found = (_stories_of(tx, _counted(now).where(stories.c.id.in_(batch))) for batch in batches(these))
    return {story.id: story for some in found for story in some}


def members_of(tx: Transaction, story_id: StoryId) -> tuple[Member, ...]:
    """The articles of a story, in the order of their dates."""
    rows = articles.selected(articles_table.join(members, members.c.article_id == articles_table.c.id), full=False)
    rows = rows.add_columns(*(one for one in members.c if one.name != "article_id"))
    rows = rows.where(members.c.story_id == story_id).order_by(members.c.reported_at, members.c.number)
    return tuple(
        Member(
            article=articles.article_of(row, full=False),
            membership=membership_of(row),
            credit=row.credit,
            joined_at=row.joined_at,
            reported_at=row.reported_at,
        )
        for row in tx.execute(rows)
    )


def _counted(now: datetime, *wanted: ColumnElement[bool]) -> Select[Any]:
    """The wanted stories with what is counted over their members; of origins as `monitor.stories.origins` does."""
    lately = func.sum(case((members.c.joined_at > now - LATELY, 1), else_=0)).label("lately")
    agency = func.min(case((members.c.credit != "", members.c.credit))).label("agency")
    texts = select(members.c.story_id, members.c.origin, agency, func.count().label("articles"), lately)
    texts = texts.join_from(members, stories).where(*wanted).group_by(members.c.story_id, members.c.origin)
    text = texts.subquery("texts")
    size, growth = func.sum(text.c.articles).label(Order.SIZE), func.sum(text.c.lately).label(Order.GROWTH)
    origins = func.count(distinct(func.coalesce(text.c.agency, text.c.origin))).label(Order.ORIGINS)
    return select(stories, size, origins, growth).join_from(stories, text).group_by(*stories.c)


def _stories_of(tx: Transaction, counted: Select[Any]) -> tuple[Story, ...]:
    found = tx.execute(counted).all()
    source = members.join(articles_table, members.c.article_id == articles_table.c.id)
    told = select(
        members.c.story_id,
        articles_table.c.id,
        articles_table.c.title,
        members.c.reported_at,
        articles_table.c.outlet,
        articles_table.c.language,
    ).select_from(source)
    told = told.order_by(members.c.reported_at, members.c.number)
    by_story: defaultdict[str, list[Any]] = defaultdict(list)
    for batch in batches([row.id for row in found]):
        for row in tx.execute(told.where(members.c.story_id.in_(batch))):
            by_story[row.story_id].append(row)
    return tuple(_story(row, by_story[row.id]) for row in found)


def _story(row: Any, told: Sequence[Any]) -> Story:
    first = told[0]
    return Story(
        id=StoryId(row.id),
        title=first.title.partition("\n")[0],
        first=ArticleId(first.id),
        first_outlet=first.outlet,
        began_at=first.reported_at,
        grown_at=row.grown_at,
        articles=int(row.size),
        lately=int(row.growth),
        origins=row.origins,
        outlets=tuple(dict.fromkeys(one.outlet for one in told if one.outlet)),
        languages=tuple(dict.fromkeys(one.language for one in told if one.language)),
    )

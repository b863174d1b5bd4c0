"""Feeds: what each has brought so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, distinct, func, select

from monitor.model import FeedId, FeedState
from monitor.store.connections import Transaction
from monitor.store.polls import state_of
from monitor.store.schema import entries, feeds, matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A feed's state and its yield."""

    state: FeedState
    active: bool
    """It is in the configuration."""
    entries: int
    articles: int
    """That its entries point to, also where another feed was first."""
    matches: int
    """Of those articles, lost ones aside."""
    last_new_at: datetime | None
    """When it last offered something new or newly worded."""


def overview(tx: Transaction) -> tuple[Overview, ...]:
    """Every feed that was ever polled or configured, by id."""
    source = entries.join(matches, matches.c.article_id == entries.c.article_id)
    of_matches = select(entries.c.feed_id, func.count(distinct(matches.c.id))).select_from(source)
    offered = _numbers(tx, select(entries.c.feed_id, func.count()))
    pointed_to = _numbers(tx, select(entries.c.feed_id, func.count(distinct(entries.c.article_id))))
    matched = _numbers(tx, of_matches.where(matches.c.lost_at.is_(None)))
    return tuple(
        Overview(
            state=state_of(row),
            active=row.active,
            entries=offered.get(row.id, 0),
            articles=pointed_to.get(row.id, 0),
            matches=matched.get(row.id, 0),
            last_new_at=row.last_new_at,
        )
        for row in tx.execute(select(feeds).order_by(feeds.c.id))
    )


def ids(tx: Transaction) -> tuple[FeedId, ...]:
    """Of every feed that was ever polled or configured."""
    return tuple(FeedId(row[0]) for row in tx.execute(select(feeds.c.id).order_by(feeds.c.id)))


def _numbers(tx: Transaction, rows: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in tx.execute(rows.group_by(entries.c.feed_id))}

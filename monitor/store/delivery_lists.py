"""Deliveries as people ask for them, and what they have sent again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from monitor.model import ChannelId, DeliveryKey, DeliveryState, WatchlistId
from monitor.store import ids
from monitor.store.connections import Transaction
from monitor.store.deliveries import Delivery, delivery_of
from monitor.store.schema import channels, deliveries
from monitor.store.statements import batches

_NAMED = 5
_AGAIN = (DeliveryState.WAITING, DeliveryState.GIVEN_UP)
"""What can be made due: what was sent or is told by another is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuery:
    """Which deliveries; every condition left out holds for all."""

    channel: ChannelId | None = None
    watchlist: WatchlistId | None = None
    states: tuple[DeliveryState, ...] = ()
    """In any of these."""
    since: datetime | None = None
    """Made then or later."""
    limit: int | None = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a channel."""

    number: int
    oldest: datetime


def query(tx: Transaction, asked: DeliveryQuery) -> tuple[Delivery, ...]:
    """The deliveries asked for, the newest first."""
    rows = select(deliveries).where(*_conditions(asked)).order_by(deliveries.c.number.desc()).limit(asked.limit)
    return tuple(map(delivery_of, tx.execute(rows)))


def named(tx: Transaction, prefix: str) -> tuple[Delivery, ...]:
    """The deliveries whose keys begin so, the first few. Raises: ValueError, where it is no beginning."""
    these = ids.begins(deliveries.c.key, ids.digits(prefix))
    return tuple(
        map(delivery_of, tx.execute(select(deliveries).where(*these).order_by(deliveries.c.key).limit(_NAMED)))
    )


def queues(tx: Transaction) -> dict[ChannelId, Queue]:
    """Channel → what waits for it; those for which nothing does are left out."""
    rows = select(deliveries.c.channel, func.count().label("waiting"), func.min(deliveries.c.made_at).label("oldest"))
    rows = rows.where(deliveries.c.state == DeliveryState.WAITING).group_by(deliveries.c.channel)
    return {ChannelId(row.channel): Queue(number=row.waiting, oldest=row.oldest) for row in tx.execute(rows)}


def channels_of(tx: Transaction) -> tuple[ChannelId, ...]:
    """All channels that anything was ever for."""
    return tuple(ChannelId(one) for one in tx.execute(select(deliveries.c.channel).distinct()).scalars())


def retry(tx: Transaction, keys: Collection[DeliveryKey], now: datetime) -> int:
    """Make these due `now`, as if they had come up now, so that there is as much time for them again; how many can be:
    not what was sent, nor what another tells.
    """
    these = (update(deliveries).where(deliveries.c.key.in_(batch)) for batch in batches(sorted(keys)))
    return sum(tx.execute(one.where(deliveries.c.state.in_(_AGAIN)).values(_due(now))).rowcount for one in these)


def retry_given_up(tx: Transaction, now: datetime, channel: ChannelId | None = None) -> int:
    """Likewise all that were given up, or those of a channel."""
    asked = DeliveryQuery(channel=channel, states=(DeliveryState.GIVEN_UP,))
    return tx.execute(update(deliveries).where(*_conditions(asked)).values(_due(now))).rowcount


def _due(now: datetime) -> dict[str, object]:
    return {"state": DeliveryState.WAITING, "made_at": now, "due_at": now, "settled_at": None}


def start(tx: Transaction, these: Collection[ChannelId]) -> None:
    """Let channels take what waits for them, whatever came of the last attempt."""
    change = {"failures": 0, "next_at": None, "stopped_at": None}
    tx.execute(update(channels).where(channels.c.id.in_(sorted(these))).values(**change))


def _conditions(asked: DeliveryQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.channel:
        wanted.append(deliveries.c.channel == asked.channel)
    if asked.watchlist:
        wanted.append(deliveries.c.watchlist_id == asked.watchlist)
    if asked.states:
        wanted.append(deliveries.c.state.in_(asked.states))
    if asked.since:
        wanted.append(deliveries.c.made_at >= asked.since)
    return wanted

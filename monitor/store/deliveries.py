"""Deliveries: what each channel is to be told, or was. Rows are written in the transaction of what they tell of.

Their keys come from what they tell of, so that work which is repeated finds its own rows. An attempt is counted when a
delivery is taken, before it is made.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, exists, func, or_, select, update

from monitor.model import (
    ArticleId,
    ChannelId,
    DeliveryKey,
    DeliveryState,
    MatchId,
    Occasion,
    WatchlistId,
    delivery_key,
)
from monitor.store.connections import Transaction
from monitor.store.schema import deliveries, matches, members
from monitor.store.statements import batches, upsert

NOWHERE = DeliveryKey("")
"""Where nothing tells it."""
_NO_MATCH, _NO_ARTICLE = MatchId(""), ArticleId("")
_NOTHING = {"since": None, "until": None, "into_key": "", "attempts": 0, "tried_at": None, "settled_at": None}
_IS_WAITING = deliveries.c.state == DeliveryState.WAITING
# Made once: these run all day long.
_NEW = select(matches.c.id, matches.c.watchlist_id, matches.c.article_id).where(
    matches.c.article_id.in_(bindparam("these", expanding=True)), matches.c.matched_at == bindparam("now")
)
_PLACED = select(members.c.article_id).where(members.c.article_id.in_(bindparam("these", expanding=True)))
_RELEASE = (
    update(deliveries)
    .where(deliveries.c.article_id == bindparam("of"), _IS_WAITING, deliveries.c.occasion == Occasion.STORY)
    .values(due_at=bindparam("now"))
)
_OF_CHANNEL = (deliveries.c.channel == bindparam("of"), _IS_WAITING, deliveries.c.due_at <= bindparam("now"))
_IS_DUE = select(exists().where(*_OF_CHANNEL))
_DUE = select(deliveries).where(*_OF_CHANNEL).order_by(deliveries.c.number).limit(bindparam("most", type_=Integer))
_STATE = select(deliveries.c.state).where(deliveries.c.key == bindparam("of"))
_SENT = (
    update(deliveries)
    .where(deliveries.c.number == bindparam("of"))
    .values(state=DeliveryState.SENT, settled_at=bindparam("now"), due_at=None, error="")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row."""

    number: int
    """They rise with time: a channel is told in their order."""
    key: DeliveryKey
    channel: ChannelId
    watchlist_id: WatchlistId
    """"" where it is of none."""
    occasion: Occasion
    match_id: MatchId
    """"" where it is of none, or of many; likewise `article_id`."""
    article_id: ArticleId
    since: datetime | None
    """Of what gathers others: from when to when; of a spike or a silence likewise."""
    until: datetime | None
    note: str
    """Why it is news, or was not told by itself, for a person."""
    made_at: datetime
    due_at: datetime | None
    """Not before then; None: it waits no more."""
    state: DeliveryState
    into: DeliveryKey
    """Of the one that tells it; "" where none does."""
    attempts: int
    tried_at: datetime | None
    settled_at: datetime | None
    """When it was sent, folded or given up."""
    error: str
    """Of the last attempt."""
    message: str
    """What it says, as `alerts.message` has it; "" until it is sent first."""


class NewMatch(NamedTuple):
    """A match that was made at a moment."""

    id: MatchId
    watchlist_id: WatchlistId
    article_id: ArticleId


class Gathered(NamedTuple):
    """One that another delivery tells."""

    match_id: MatchId
    occasion: Occasion
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery that came up."""

    channel: ChannelId
    watchlist_id: WatchlistId
    occasion: Occasion
    subject: str
    """With `event` what tells it from others: see `delivery_key`."""
    event: str = ""
    match_id: MatchId = _NO_MATCH
    article_id: ArticleId = _NO_ARTICLE
    since: datetime | None = None
    until: datetime | None = None
    note: str = ""
    due_at: datetime | None
    """None: another tells it."""
    into: DeliveryKey = NOWHERE

    @property
    def key(self) -> DeliveryKey:
        """What it is known by."""
        return delivery_key(self.channel, self.watchlist_id, self.occasion, self.subject, self.event)


def new_matches(tx: Transaction, articles: Sequence[ArticleId], now: datetime) -> list[NewMatch]:
    """The matches of these articles that were made `now`, in this transaction."""
    found = (row for batch in batches(articles) for row in tx.execute(_NEW, {"these": batch, "now": now}))
    return [NewMatch(MatchId(row.id), WatchlistId(row.watchlist_id), ArticleId(row.article_id)) for row in found]


def placed(tx: Transaction, articles: Sequence[ArticleId]) -> frozenset[ArticleId]:
    """Those of the articles that are in a story."""
    found = (row for batch in batches(articles) for row in tx.execute(_PLACED, {"these": batch}))
    return frozenset(ArticleId(row.article_id) for row in found)


def add(tx: Transaction, due: Iterable[Due], now: datetime) -> None:
    """Those that are not known yet."""
    rows = [
        {
            **_NOTHING,
            "key": one.key,
            "channel": one.channel,
            "watchlist_id": one.watchlist_id,
            "occasion": one.occasion,
            "match_id": one.match_id,
            "article_id": one.article_id,
            "since": one.since,
            "until": one.until,
            "note": one.note,
            "made_at": now,
            "due_at": one.due_at,
            "state": DeliveryState.WAITING if one.due_at else DeliveryState.FOLDED,
            "settled_at": None if one.due_at else now,
            "into_key": one.into,
            "error": "",
            "message": "",
        }
        for one in due
    ]
    if rows:
        tx.execute(upsert(tx, deliveries, ("key",)), rows)


def release(tx: Transaction, article_id: ArticleId, now: datetime) -> None:
    """An article has found its story: what waited for that, waits no more."""
    tx.execute(_RELEASE, {"of": article_id, "now": now})


def move(tx: Transaction, younger: ArticleId, older: ArticleId) -> None:
    """Two articles are one."""
    of_younger = deliveries.c.article_id == younger
    tx.execute(update(deliveries).where(of_younger, _IS_WAITING).values(article_id=older))


def is_due(tx: Transaction, channel: ChannelId, now: datetime) -> bool:
    """Is there anything to tell a channel?"""
    return bool(tx.execute(_IS_DUE, {"of": channel, "now": now}).scalar_one())


def due(tx: Transaction, channel: ChannelId, now: datetime, most: int) -> list[Delivery]:
    """The first of what a channel is to be told now."""
    return [delivery_of(row) for row in tx.execute(_DUE, {"of": channel, "now": now, "most": most})]


def at(tx: Transaction, keys: Collection[DeliveryKey]) -> dict[DeliveryKey, Delivery]:
    """The deliveries with these keys."""
    found = (
        row
        for batch in batches(sorted(keys))
        for row in tx.execute(select(deliveries).where(deliveries.c.key.in_(batch)))
    )
    return {DeliveryKey(row.key): delivery_of(row) for row in found}


def is_settled(tx: Transaction, key: DeliveryKey) -> bool:
    """Was it sent already, or given up? Nothing more can be told with it."""
    return tx.execute(_STATE, {"of": key}).scalar() not in (None, DeliveryState.WAITING)


def gathered_by(tx: Transaction, key: DeliveryKey) -> list[Gathered]:
    """Of all those that a delivery tells, what they are about, in their order."""
    rows = select(deliveries.c.match_id, deliveries.c.occasion, deliveries.c.note)
    rows = rows.where(deliveries.c.into_key == key).order_by(deliveries.c.number)
    return [Gathered(MatchId(row.match_id), row.occasion, row.note) for row in tx.execute(rows)]


def take(tx: Transaction, number: int, message: str, note: str, now: datetime) -> None:
    """It is about to be sent, and says this."""
    change = {"message": message, "note": note, "attempts": deliveries.c.attempts + 1, "tried_at": now}
    tx.execute(update(deliveries).where(deliveries.c.number == number).values(**change))


def fold(tx: Transaction, number: int, note: str, now: datetime, *, into: DeliveryKey = NOWHERE) -> None:
    """It is not sent by itself, and why; `into`: the one that tells it."""
    change = {"state": DeliveryState.FOLDED, "into_key": into, "note": note, "settled_at": now, "due_at": None}
    tx.execute(update(deliveries).where(deliveries.c.number == number).values(**change))


def put_off(tx: Transaction, number: int, until: datetime, error: str = "") -> None:
    """It is not to be sent before then."""
    change = {"due_at": until, **({"error": error} if error else {})}
    tx.execute(update(deliveries).where(deliveries.c.number == number).values(**change))


def sent(tx: Transaction, number: int, now: datetime) -> None:
    """The channel took it."""
    tx.execute(_SENT, {"of": number, "now": now})


def failed(tx: Transaction, number: int, error: str) -> None:
    """The channel did not take it; it waits on."""
    tx.execute(update(deliveries).where(deliveries.c.number == number).values(error=error))


def give_up(tx: Transaction, number: int, error: str, now: datetime) -> None:
    """It is not tried any more."""
    change = {"state": DeliveryState.GIVEN_UP, "error": error, "settled_at": now, "due_at": None}
    tx.execute(update(deliveries).where(deliveries.c.number == number).values(**change))


def give_up_before(tx: Transaction, made: datetime, now: datetime) -> int:
    """What has waited since before a moment is given up, unless it was to wait so long; how many it was."""
    is_late = (deliveries.c.made_at < made, or_(deliveries.c.until.is_(None), deliveries.c.until < made))
    error = "nobody took it within its time"
    change = {
        "state": DeliveryState.GIVEN_UP,
        "error": func.coalesce(func.nullif(deliveries.c.error, ""), error),
        "settled_at": now,
        "due_at": None,
    }
    return tx.execute(update(deliveries).where(_IS_WAITING, *is_late).values(**change)).rowcount


def delivery_of(row: Any) -> Delivery:
    """The delivery in a row."""
    return Delivery(
        number=row.number,
        key=DeliveryKey(row.key),
        channel=ChannelId(row.channel),
        watchlist_id=WatchlistId(row.watchlist_id),
        occasion=row.occasion,
        match_id=MatchId(row.match_id),
        article_id=ArticleId(row.article_id),
        since=row.since,
        until=row.until,
        note=row.note,
        made_at=row.made_at,
        due_at=row.due_at,
        state=row.state,
        into=DeliveryKey(row.into_key),
        attempts=row.attempts,
        tried_at=row.tried_at,
        settled_at=row.settled_at,
        error=row.error,
        message=row.message,
    )

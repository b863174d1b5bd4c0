"""Polls: which feed is due, and what came of asking it."""

from collections.abc import Collection, Hashable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, assert_never

from sqlalchemy import func, insert, select, update

from monitor.model import (
    Failed,
    Feed,
    FeedId,
    FeedState,
    News,
    Outcome,
    Polled,
    Skipped,
    Unchanged,
    Validators,
    WatchlistId,
)
from monitor.store import articles, entries, matches, readings
from monitor.store.connections import Transaction
from monitor.store.entries import Seen as Seen
from monitor.store.entries import seen as seen
from monitor.store.schema import feeds, polls, skips
from monitor.store.statements import batches, upsert

LONGEST = timedelta(days=1)
"""No feed waits longer for its next poll, unless its own interval is longer: a clock set back must not stop it."""

_STATE = (
    "next_poll_at",
    "etag",
    "last_modified",
    "body_hash",
    "failures",
    "last_polled_at",
    "last_success_at",
    "last_error",
)


def sync(tx: Transaction, wanted: Sequence[Feed], now: datetime) -> None:
    """Makes the schedule that of the configured feeds: new ones are due now, absent ones rest with their history.

    A feed whose URL was edited is due now and asked without validators: what the old address vouched for says nothing
    about the new one.
    """
    known = {row.id: row for row in tx.execute(select(feeds.c.id, feeds.c.next_poll_at, feeds.c.url_hash))}
    tx.execute(update(feeds).where(feeds.c.active).values(active=False))
    for batch in batches([feed.id for feed in wanted]):
        tx.execute(update(feeds).where(feeds.c.id.in_(batch)).values(active=True))
    for feed in wanted:
        row = known.get(feed.id)
        latest = now + max(feed.every, LONGEST)
        this = update(feeds).where(feeds.c.id == feed.id)
        if row is None:
            fresh = FeedState(feed_id=feed.id, next_poll_at=now)
            tx.execute(insert(feeds).values(_row(fresh) | {"url_hash": _url_hash(feed)}))
        elif row.url_hash != _url_hash(feed):
            nothing = {"etag": "", "last_modified": "", "body_hash": "", "failures": 0, "last_error": ""}
            tx.execute(this.values(url_hash=_url_hash(feed), next_poll_at=now, **nothing))
        elif row.next_poll_at > latest:
            tx.execute(this.values(next_poll_at=latest))


def hasten(tx: Transaction, sooner: Sequence[Feed], now: datetime) -> None:
    """Makes these feeds, whose interval was shortened, due within it; not those that fail, which rest longer."""
    for feed in sooner:
        latest = now + feed.every
        late = (feeds.c.id == feed.id, feeds.c.failures == 0, feeds.c.next_poll_at > latest)
        tx.execute(update(feeds).where(*late).values(next_poll_at=latest))


def _url_hash(feed: Feed) -> str:
    """Tells addresses apart without keeping the secrets that stand in some."""
    return sha256(feed.url.encode()).hexdigest()[:32]


def due(tx: Transaction, now: datetime, limit: int, *, exclude: Collection[Hashable] = ()) -> tuple[FeedState, ...]:
    """The active feeds that are due, longest due first; `exclude`: those that are being polled."""
    rows = select(feeds).where(feeds.c.active, feeds.c.next_poll_at <= now, feeds.c.id.not_in(list(exclude)))
    rows = rows.order_by(feeds.c.next_poll_at, feeds.c.id).limit(limit)
    return tuple(map(state_of, tx.execute(rows)))


def make_due(tx: Transaction, wanted: Collection[FeedId], now: datetime) -> frozenset[FeedId]:
    """Makes these feeds due now; returns those of them that are in the schedule."""
    known: set[FeedId] = set()
    for batch in batches(sorted(wanted)):
        these = (feeds.c.active, feeds.c.id.in_(batch))
        known.update(FeedId(feed_id) for (feed_id,) in tx.execute(select(feeds.c.id).where(*these)))
        tx.execute(update(feeds).where(*these).values(next_poll_at=now))
    return frozenset(known)


def state(tx: Transaction, feed_id: FeedId) -> FeedState | None:
    """Where the polling of a feed stands, active or not; None where it was never in the configuration."""
    row = tx.execute(select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return None if row is None else state_of(row)


def next_due(tx: Transaction, *, exclude: Collection[Hashable] = ()) -> datetime | None:
    """When the next active feed is, or was, due; None where there is no feed."""
    earliest = select(func.min(feeds.c.next_poll_at)).where(feeds.c.active, feeds.c.id.not_in(list(exclude)))
    return tx.execute(earliest).scalar()


def save(
    tx: Transaction,
    state: FeedState,
    outcome: Outcome,
    news: News,
    now: datetime,
    *,
    watchlists: Collection[WatchlistId],
) -> int:
    """Saves a poll: the feed's state, the balance of what was offered, and the news with its matches.

    `watchlists`: those that the news was matched against. Returns how many matches are new.

    Raises:
        ValueError: an entry that the feed offered is neither among the news nor known.
    """
    row = _row(state) | ({"last_new_at": now} if news.sightings else {})
    tx.execute(upsert(tx, feeds, ("id",), (*_STATE, *(["last_new_at"] if news.sightings else []))), row)
    _record(tx, state.feed_id, outcome, news, now)
    articles.insert_new(tx, news.new_articles)
    readings.add(tx, [article for article in news.new_articles if article.url], now)
    articles.save_summaries(tx, news.reworded)
    entries.save(tx, state.feed_id, news.sightings, now)
    return matches.put(tx, news.matched, watchlists, now)


def state_of(row: Any) -> FeedState:
    """The state in a row of `feeds`."""
    return FeedState(
        feed_id=FeedId(row.id),
        next_poll_at=row.next_poll_at,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        body_hash=row.body_hash,
        failures=row.failures,
        last_polled_at=row.last_polled_at,
        last_success_at=row.last_success_at,
        last_error=row.last_error,
    )


def _row(state: FeedState) -> dict[str, Any]:
    return {
        "id": state.feed_id,
        "active": True,
        "url_hash": "",
        "next_poll_at": state.next_poll_at,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_hash": state.body_hash,
        "failures": state.failures,
        "last_polled_at": state.last_polled_at,
        "last_success_at": state.last_success_at,
        "last_error": state.last_error,
    }


def _record(tx: Transaction, feed_id: FeedId, outcome: Outcome, news: News, now: datetime) -> None:
    """Writes the balance; that it adds up is a constraint of the table."""
    name, error, offered, repeated, new = "unchanged", "", 0, 0, 0
    left_out: tuple[Skipped, ...] = ()
    match outcome:
        case Polled(parsed=parsed):
            name, offered, repeated, left_out = "polled", parsed.offered, parsed.repeated, parsed.skipped
            new = len(parsed.entries) - news.known
        case Failed():
            name, error = "failed", outcome.reason
        case Unchanged():
            pass
        case _:
            assert_never(outcome)
    if len(news.sightings) < new:
        message = f"feed {feed_id} offered {new} new entries, {len(news.sightings)} of them would be saved"
        raise ValueError(message)
    counts = {"new": new, "known": news.known, "repeated": repeated, "skipped": len(left_out)}
    told = {"feed_id": feed_id, "polled_at": now, "outcome": name, "error": error, "offered": offered}
    number = tx.execute(insert(polls).values(**told, **counts).returning(polls.c.id)).scalar_one()
    if left_out:
        tx.execute(insert(skips), [_skip(number, one) for one in left_out])


def _skip(poll: int, skipped: Skipped) -> dict[str, Any]:
    return {"poll_id": poll, "position": skipped.position, "reason": skipped.reason, "detail": skipped.detail}

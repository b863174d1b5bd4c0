"""How the feeds and the watchlists are: what `feeds.health` and `feeds.rhythm` judge, read in a few grouped queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, or_, select

from monitor.feeds.health import GAPS_OVER, TEXTS_OVER, Facts
from monitor.feeds.rhythm import HISTORY, SHORTEST_SILENCE, Silence, strange_silence
from monitor.model import FeedId, Outage, TextSource, WatchlistId
from monitor.store import outages
from monitor.store.connections import Transaction
from monitor.store.polls import state_of
from monitor.store.schema import articles, entries, feeds, matches, polls
from monitor.store.statements import batches, floor_of


def of_feeds(tx: Transaction, now: datetime) -> tuple[Facts, ...]:
    """What is known of every feed in the configuration, by id."""
    rows = tx.execute(select(feeds).where(feeds.c.active).order_by(feeds.c.id)).all()
    silences = _silences_of_feeds(tx, rows)
    gaps = gaps_since(tx, now - GAPS_OVER)
    texts = _texts(tx, now - TEXTS_OVER)
    # Of few feeds: their last poll did not fail, and yet left an error; no document of theirs had an entry.
    damaged = _damaged(tx, [row.id for row in rows if row.last_error and not row.failures], now - GAPS_OVER)
    empty = _empty(tx, [row.id for row in rows if not row.window and row.last_success_at and not row.last_new_at])
    return tuple(
        Facts(
            state=state_of(row),
            last_new_at=row.last_new_at,
            gaps=gaps.get(row.id, 0),
            damaged=damaged.get(row.id, 0),
            empty=empty.get(row.id, 0),
            pages=texts.get(row.id, (0, 0))[0],
            full_texts=texts.get(row.id, (0, 0))[1],
            silence=silences.get(row.id),
        )
        for row in rows
    )


def gaps_since(tx: Transaction, moment: datetime) -> dict[FeedId, int]:
    """Feed → its polls since then of which some entries before may have passed unseen."""
    rows = select(polls.c.feed_id, func.count()).where(polls.c.gap, polls.c.polled_at >= moment)
    return {FeedId(feed_id): number for feed_id, number in tx.execute(rows.group_by(polls.c.feed_id))}


def quiet_watchlists(tx: Transaction, watchlists: Collection[WatchlistId], now: datetime) -> dict[WatchlistId, Silence]:
    """Of these watchlists, those whose matches have ceased against their own rhythm; what a rematch found is none of
    it, nor what matches no more.
    """
    last = {name: tx.execute(_LAST, {"of": name}).scalar() for name in watchlists}
    silent = {name: moment for name, moment in last.items() if moment and now - moment >= SHORTEST_SILENCE}
    if not silent:
        return {}
    since = min(silent.values()) - HISTORY
    hour = floor_of(matches.c.matched_at, "hour")
    rows = select(matches.c.watchlist_id, hour).distinct()
    rows = rows.where(matches.c.watchlist_id.in_(list(silent)), matches.c.matched_at >= since, *_IS_NEWS)
    arrivals = _by_first(tx.execute(rows))
    lost = outages.known(tx, since, now)
    found = {name: strange_silence(arrivals[name], now, lost) for name in silent}
    return {name: silence for name, silence in found.items() if silence}


_IS_NEWS = (matches.c.rematch_id.is_(None), matches.c.lost_at.is_(None))
# Along the index from its end, and no further than to the first.
_LAST = select(matches.c.matched_at).where(matches.c.watchlist_id == bindparam("of"), *_IS_NEWS)
_LAST = _LAST.order_by(matches.c.matched_at.desc(), matches.c.id.desc()).limit(1)


def _texts(tx: Transaction, since: datetime) -> dict[str, tuple[int, int]]:
    """Feed → its articles whose page was asked for, and those of them whose text is the page's."""
    full = func.sum(case((articles.c.text_source == TextSource.PAGE, 1), else_=0))
    rows = select(articles.c.feed_id, func.count(), full)
    rows = rows.where(articles.c.first_seen_at >= since, articles.c.read_at.is_not(None))
    return {row[0]: (row[1], row[2]) for row in tx.execute(rows.group_by(articles.c.feed_id))}


def _damaged(tx: Transaction, of: Sequence[str], since: datetime) -> dict[str, int]:
    """Feed → its polls since then that brought a part of a document, after the last that brought a whole one."""
    found: dict[str, int] = {}
    for batch in batches(of):
        ours = (polls.c.feed_id.in_(batch), polls.c.polled_at >= since, polls.c.outcome != "failed")
        whole = select(polls.c.feed_id, func.max(polls.c.polled_at).label("at")).where(*ours, polls.c.error == "")
        last = whole.group_by(polls.c.feed_id).subquery()
        rows = select(polls.c.feed_id, func.count()).outerjoin(last, last.c.feed_id == polls.c.feed_id)
        rows = rows.where(*ours, polls.c.error != "", or_(last.c.at.is_(None), polls.c.polled_at > last.c.at))
        found |= {feed_id: int(number) for feed_id, number in tx.execute(rows.group_by(polls.c.feed_id))}
    return found


def _empty(tx: Transaction, of: Sequence[str]) -> dict[str, int]:
    """Feed → its polls that did not fail."""
    found: dict[str, int] = {}
    for batch in batches(of):
        rows = select(polls.c.feed_id, func.sum(polls.c.times)).where(polls.c.feed_id.in_(batch))
        rows = rows.where(polls.c.outcome != "failed").group_by(polls.c.feed_id)
        found |= {feed_id: int(number) for feed_id, number in tx.execute(rows)}
    return found


def _silences_of_feeds(tx: Transaction, rows: Sequence[Row[Any]]) -> dict[str, Silence]:
    """The strange ones; a feed is looked at only where it is silent for long enough to be one."""
    silent = [row for row in rows if _silence(row) >= SHORTEST_SILENCE]
    if not silent:
        return {}
    # In the order of their last news, so that the histories of a batch lie close together.
    silent.sort(key=lambda row: row.last_new_at)
    lost = outages.since(tx, silent[0].last_new_at - HISTORY)
    found: dict[str, Silence] = {}
    for batch in batches(silent):
        found |= _strange(tx, batch, lost)
    return found


def _silence(row: Row[Any]) -> timedelta:
    if row.last_new_at is None or row.last_success_at is None:
        return timedelta()
    silence: timedelta = row.last_success_at - row.last_new_at
    return silence


def _strange(tx: Transaction, silent: Sequence[Row[Any]], lost: Sequence[Outage]) -> dict[str, Silence]:
    wanted = select(entries.c.feed_id, entries.c.first_seen_at).distinct()
    since = silent[0].last_new_at - HISTORY
    wanted = wanted.where(entries.c.feed_id.in_([row.id for row in silent]), entries.c.first_seen_at >= since)
    arrivals = _by_first(tx.execute(wanted))
    found = {row.id: strange_silence([*arrivals[row.id], row.last_new_at], row.last_success_at, lost) for row in silent}
    return {feed_id: silence for feed_id, silence in found.items() if silence}


def _by_first(rows: Iterable[Row[str, datetime]]) -> defaultdict[str, list[datetime]]:
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for key, moment in rows:
        found[key].append(moment)
    return found

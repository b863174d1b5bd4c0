"""What is to be told of new matches: rows of deliveries, in the transaction that saves the matches.

Whether each is news, and when it is sent, is decided when it is sent: see `pipeline.deliver`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.alerts.hours import window_of
from monitor.model import ArticleId, Matched, Occasion, Subscription, Watchlist, WatchlistId, When
from monitor.store import deliveries, match_events
from monitor.store.deliveries import Due, NewMatch
from monitor.store.store import Transaction

HELD = timedelta(minutes=10)
"""How long news of a story wait for it: an article finds its story when its page is read, or could not be."""

Subscriptions = Mapping[WatchlistId, Sequence[Subscription]]
_OF_MATCHES = (When.MATCH, When.STORY, When.DIGEST)


def subscriptions_of(watchlists: Iterable[Watchlist]) -> Subscriptions:
    """Who is told of matches, by watchlist; those that nobody asks for are left out."""
    found: defaultdict[WatchlistId, list[Subscription]] = defaultdict(list)
    for watchlist in watchlists:
        for one in watchlist.alerts:
            if one.when in _OF_MATCHES:
                found[watchlist.id].append(one)
    return dict(found)


def tell(tx: Transaction, matched: Sequence[Matched], subscriptions: Subscriptions, now: datetime) -> None:
    """Make the matches that were saved `now` for the first time due to those who asked for them.

    To be called in the transaction that saved them, with the same `now`, after their articles were given their places.
    """
    wanted = [one.article_id for one in matched if any(found.watchlist_id in subscriptions for found in one.found)]
    if not wanted:
        return
    new = [one for one in deliveries.new_matches(tx, wanted, now) if one.watchlist_id in subscriptions]
    # As they are given: as the feed has them.
    new.sort(key=lambda one: (wanted.index(one.article_id), one.watchlist_id))
    placed = deliveries.placed(tx, [one.article_id for one in new])
    rows = (
        row
        for one in new
        for subscription in subscriptions[one.watchlist_id]
        for row in _of_match(tx, one, subscription, now, is_placed=one.article_id in placed)
    )
    deliveries.add(tx, rows, now)


def tell_changes(
    tx: Transaction, article_ids: Sequence[ArticleId], subscriptions: Subscriptions, now: datetime
) -> None:
    """Make what revisions did to matches `now` due to those who asked for the matches."""
    if not subscriptions:
        return
    rows = (
        row
        for turned in match_events.at(tx, article_ids, now)
        for subscription in subscriptions.get(turned.watchlist_id, ())
        for row in _of_change(tx, turned, subscription, now)
    )
    deliveries.add(tx, rows, now)


def _of_match(
    tx: Transaction, new: NewMatch, subscription: Subscription, now: datetime, *, is_placed: bool
) -> Iterator[Due]:
    match subscription.when:
        case When.DIGEST:
            yield from _into_digest(tx, new, subscription, Occasion.MATCH, "", now)
        case When.STORY:
            yield _single(new, subscription, Occasion.STORY, "", now if is_placed else now + HELD)
        case _:
            yield _single(new, subscription, Occasion.MATCH, "", now)


def _of_change(
    tx: Transaction, turned: match_events.Change, subscription: Subscription, now: datetime
) -> Iterator[Due]:
    of = NewMatch(turned.match_id, turned.watchlist_id, turned.article_id)
    event = f"{turned.turn} {now.isoformat()}"
    if subscription.when is When.DIGEST:
        yield from _into_digest(tx, of, subscription, Occasion.CHANGE, event, now)
    else:
        yield _single(of, subscription, Occasion.CHANGE, event, now)


def _single(of: NewMatch, subscription: Subscription, occasion: Occasion, event: str, due_at: datetime) -> Due:
    return Due(
        channel=subscription.channel,
        watchlist_id=of.watchlist_id,
        occasion=occasion,
        subject=of.id,
        event=event,
        match_id=of.id,
        article_id=of.article_id,
        note=event.partition(" ")[0],
        due_at=due_at,
    )


def digest(watchlist_id: WatchlistId, subscription: Subscription, window: tuple[datetime, datetime]) -> Due:
    """The digest of a window. It waits for its end."""
    since, until = window
    return Due(
        channel=subscription.channel,
        watchlist_id=watchlist_id,
        occasion=Occasion.DIGEST,
        subject=until.isoformat(),
        since=since,
        until=until,
        due_at=until,
    )


def _open(tx: Transaction, watchlist_id: WatchlistId, subscription: Subscription, now: datetime) -> Due:
    """The digest of this moment's window, or of a later one: it was sent already, if the clock was set back."""
    window = window_of(subscription, now)
    while deliveries.is_settled(tx, (found := digest(watchlist_id, subscription, window)).key):
        window = window_of(subscription, window[1])
    return found


def _into_digest(
    tx: Transaction, of: NewMatch, subscription: Subscription, occasion: Occasion, event: str, now: datetime
) -> Iterator[Due]:
    whole = _open(tx, of.watchlist_id, subscription, now)
    yield whole
    yield Due(
        channel=subscription.channel,
        watchlist_id=of.watchlist_id,
        occasion=occasion,
        subject=of.id,
        # It may be told by itself, too, where the channel is told of the same watchlist in two ways.
        event=f"{event} digest".strip(),
        match_id=of.id,
        article_id=of.article_id,
        note=event.partition(" ")[0],
        due_at=None,
        into=whole.key,
    )

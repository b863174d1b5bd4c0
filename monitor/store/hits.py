"""The hits of all stored matches, without their articles: what terms have done so far."""

from collections.abc import Iterator

from sqlalchemy import select

from monitor.model import Hit, WatchlistId
from monitor.store.codec import hits_from_json
from monitor.store.connections import Transaction
from monitor.store.schema import matches

_ROWS = select(matches.c.watchlist_id, matches.c.hits).where(matches.c.lost_at.is_(None))
_BATCH = 1000


def of_all_matches(tx: Transaction) -> Iterator[tuple[WatchlistId, tuple[Hit, ...]]]:
    """Each match that still holds: its watchlist and its hits. Reads on while it is asked, within the transaction."""
    for watchlist_id, hits in tx.execute(_ROWS, execution_options={"yield_per": _BATCH}):
        yield WatchlistId(watchlist_id), hits_from_json(hits)

"""Watchlists → the sieve that tells which stored articles they may match, where to have one is worth it."""

from collections.abc import Collection
from datetime import datetime

from monitor.config.load import Config
from monitor.model import WatchlistId
from monitor.rules.needs import Need, lightened, needs_of
from monitor.store import history
from monitor.store.sieve import Sieve
from monitor.store.store import Store

MOST_KEYS = 1_000
"""That are looked up for one watchlist. An index compares all of them for each article that it finds: so many take 20
µs of SQLite and 40 to 90 of PostgreSQL, where the rules take 130 to read the article and match it.
"""
_WORTH = 1_000
"""To look up what a watchlist needs takes as long as to match one of so many stored articles."""


def sieve_for(
    store: Store, config: Config, watchlists: Collection[WatchlistId], *, since: datetime | None, until: datetime | None
) -> Sieve | None:
    """What lets through all that one of these watchlists matches or has matched; None: every article is looked at.

    `since`, `until`: of which articles it will be asked. Raises: StoreError.
    """
    needs = _needs(config, watchlists)
    if needs is None:
        return None
    with store.reading() as tx:
        if history.number(tx, since, until) * _WORTH < history.number(tx, None, None) * len(needs):
            return None
        return Sieve.of(tx, needs, watchlists)


def _needs(config: Config, watchlists: Collection[WatchlistId]) -> list[Need] | None:
    """Each once; None where an index cannot tell what one needs, or so much that the rules are asked sooner."""
    trees = [config.matcher.tree(one) for one in watchlists]
    needs = [need and lightened(need, MOST_KEYS) for need in needs_of(trees, {one.id: one for one in config.lists})]
    known = dict.fromkeys(need for need in needs if need)
    return None if None in needs else list(known)

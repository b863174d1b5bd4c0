"""Watchlists whose rules have not been asked of all stored articles: they were edited, or are new, since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from monitor.model import WatchlistId
from monitor.store import rematches
from monitor.store.connections import Transaction
from monitor.store.rematches import Rematch
from monitor.store.rule_versions import RuleVersion, all_of
from monitor.store.schema import articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A watchlist of which history knows only an earlier version, or nothing."""

    watchlist_id: WatchlistId
    before: RuleVersion | None
    """The version that was in force before; None: the watchlist is newer than stored articles."""


def unmatched(tx: Transaction, versions: Mapping[WatchlistId, str]) -> tuple[Unmatched, ...]:
    """Those of these watchlists, in these versions, that stored articles were not all asked about.

    Told from what was in force when, and from finished rematches, so that no match is read.
    """
    oldest = tx.execute(select(func.min(articles.c.first_seen_at))).scalar()
    if oldest is None:
        return ()
    found: dict[WatchlistId, list[RuleVersion]] = {}
    for one in all_of(tx, versions.keys()):
        found.setdefault(one.watchlist_id, []).append(one)
    done = rematches.finished(tx)
    judged = (_judged(one, version, found.get(one, []), done, oldest) for one, version in versions.items())
    return tuple(one for one in judged if one is not None)


def _judged(
    watchlist_id: WatchlistId, version: str, known: Sequence[RuleVersion], done: Iterable[Rematch], oldest: datetime
) -> Unmatched | None:
    own = next((one for one in known if one.version == version), None)
    others = [one for one in known if one.version != version]
    before = max(others, key=lambda one: one.last_used_at, default=None)
    if own and _is_asked(own, before, done, oldest):
        return None
    return Unmatched(watchlist_id=watchlist_id, before=before)


def _is_asked(own: RuleVersion, before: RuleVersion | None, done: Iterable[Rematch], oldest: datetime) -> bool:
    """Whether it was in force before the oldest article came, or a rematch has asked it since no other was."""
    since = before.last_used_at if before else own.first_used_at
    if since <= own.first_used_at <= oldest:
        return True
    return any(one.versions.get(own.watchlist_id) == own.version and one.began_at >= since for one in done)

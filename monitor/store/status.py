"""How things stand, in one look: the daemon's record, the rules in force, what is due, what fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.sql import FromClause

from monitor.feeds.health import judge
from monitor.feeds.rhythm import Silence
from monitor.model import FeedState, Outage, WatchlistId
from monitor.store import daemon, health, outages, readings, revisits, rule_versions, unsearched
from monitor.store.connections import Transaction
from monitor.store.daemon import Daemon
from monitor.store.polls import state_of
from monitor.store.rule_versions import RuleVersion
from monitor.store.schema import feeds

GAPS_OVER = timedelta(hours=24)
OUTAGES_OVER = timedelta(days=7)
_ERRORS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """What waits, counted."""

    feeds: int
    """In the configuration."""
    feeds_due: int
    feeds_failing: int
    """Whose last poll failed."""
    feeds_needing: int
    """A person: see `feeds.health`."""
    pages_due: int
    pages_quarantined: int
    revisits_due: int
    """Visits to matched articles, to see whether they have changed."""
    unsearched: int
    """Articles that the index of words does not hold as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things stand."""

    daemon: Daemon | None
    """That runs, or ran last."""
    watchlists: tuple[RuleVersion, ...]
    """In force."""
    queues: Queues
    errors: tuple[FeedState, ...]
    """Some of the feeds whose last poll failed, the latest first."""
    silences: Mapping[WatchlistId, Silence]
    """Of the watchlists in force, the strange ones."""
    gaps: int
    """Polls within `GAPS_OVER` before which entries may have passed unseen."""
    outage: Outage | None
    """The last one within `OUTAGES_OVER`; it has no end while it lasts."""


def status(tx: Transaction, now: datetime) -> Status:
    """How things stand at this moment."""
    watchlists = rule_versions.active(tx)
    lately = outages.known(tx, now - OUTAGES_OVER, now)
    return Status(
        daemon=daemon.get(tx),
        watchlists=watchlists,
        queues=_queues(tx, now),
        errors=_errors(tx),
        silences=health.quiet_watchlists(tx, [one.watchlist_id for one in watchlists], now),
        gaps=sum(health.gaps_since(tx, now - GAPS_OVER).values()),
        outage=lately[-1] if lately else None,
    )


def _queues(tx: Transaction, now: datetime) -> Queues:
    return Queues(
        feeds=_count(tx, feeds, feeds.c.active),
        feeds_due=_count(tx, feeds, feeds.c.active, feeds.c.next_poll_at <= now),
        feeds_failing=_count(tx, feeds, feeds.c.active, feeds.c.failures > 0),
        feeds_needing=sum(judge(facts, now).needs_person for facts in health.of_feeds(tx, now)),
        pages_due=readings.waiting(tx, now),
        pages_quarantined=readings.quarantined(tx),
        revisits_due=revisits.waiting(tx, now),
        unsearched=unsearched.waiting(tx),
    )


def _errors(tx: Transaction) -> tuple[FeedState, ...]:
    rows = select(feeds).where(feeds.c.active, feeds.c.failures > 0).order_by(feeds.c.last_polled_at.desc(), feeds.c.id)
    return tuple(map(state_of, tx.execute(rows.limit(_ERRORS))))


def _count(tx: Transaction, table: FromClause, *wanted: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()

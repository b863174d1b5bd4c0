"""How things stand, in one look: the daemon's record, the rules in force, what is due, what fails."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.sql import FromClause

from monitor.model import FeedState
from monitor.store import daemon, readings, rule_versions
from monitor.store.connections import Transaction
from monitor.store.daemon import Daemon
from monitor.store.polls import state_of
from monitor.store.rule_versions import RuleVersion
from monitor.store.schema import feeds
from monitor.store.schema import readings as readings_table

_ERRORS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """What waits, counted."""

    feeds: int
    """In the configuration."""
    feeds_due: int
    feeds_failing: int
    """Whose last poll failed."""
    pages_due: int
    pages_quarantined: int


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


def status(tx: Transaction, now: datetime) -> Status:
    """How things stand at this moment."""
    return Status(
        daemon=daemon.get(tx), watchlists=rule_versions.active(tx), queues=_queues(tx, now), errors=_errors(tx)
    )


def _queues(tx: Transaction, now: datetime) -> Queues:
    return Queues(
        feeds=_count(tx, feeds, feeds.c.active),
        feeds_due=_count(tx, feeds, feeds.c.active, feeds.c.next_poll_at <= now),
        feeds_failing=_count(tx, feeds, feeds.c.active, feeds.c.failures > 0),
        pages_due=readings.waiting(tx, now),
        pages_quarantined=_count(tx, readings_table, readings_table.c.quarantined),
    )


def _errors(tx: Transaction) -> tuple[FeedState, ...]:
    rows = select(feeds).where(feeds.c.active, feeds.c.failures > 0).order_by(feeds.c.last_polled_at.desc(), feeds.c.id)
    return tuple(map(state_of, tx.execute(rows.limit(_ERRORS))))


def _count(tx: Transaction, table: FromClause, *wanted: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()

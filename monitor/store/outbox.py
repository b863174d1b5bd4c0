"""How the deliveries stand, all channels together: what waits, what was given up, who takes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from monitor.store import channels
from monitor.store.connections import Transaction
from monitor.store.schema import deliveries

_NEWEST = 10_000
"""Deliveries, the newest ones, among which those that were given up are counted: no index stands on that."""

# Written out, as the index says it: SQLite does not see that it fits where it is told later what "waiting" is.
_WAITS = text("state = 'waiting'")
_WAITING = select(func.count(), func.min(deliveries.c.due_at)).select_from(deliveries).where(_WAITS)
_LAST = select(func.max(deliveries.c.number))
_GIVEN_UP = select(func.count()).select_from(deliveries).where(text("state = 'given-up' AND number > :after"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """What people are to be told."""

    waiting: int
    """Deliveries, also those whose time has not come."""
    late: timedelta
    """For how long the one has been due that waits longest; zero where none is."""
    given_up: int
    """Of the last 10,000."""
    failing: tuple[str, ...]
    """Channels that did not take the last thing they were sent; likewise those that stopped."""
    stopped: tuple[str, ...]
    sent_at: datetime | None
    """When one was last taken."""


def outbox(tx: Transaction, now: datetime) -> Outbox:
    """How they stand at this moment."""
    waiting, due = tx.execute(_WAITING).one()
    last = tx.execute(_LAST).scalar() or 0
    known = channels.all_of(tx).values()
    return Outbox(
        waiting=waiting,
        late=max(now - due, timedelta(0)) if due else timedelta(0),
        given_up=tx.execute(_GIVEN_UP, {"after": last - _NEWEST}).scalar_one(),
        failing=tuple(one.id for one in known if one.failures and not one.stopped_at),
        stopped=tuple(one.id for one in known if one.stopped_at),
        sent_at=max((one.sent_at for one in known if one.sent_at), default=None),
    )

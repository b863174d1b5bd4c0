"""How late the work is: since when what is due longest has been due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from monitor.store import readings
from monitor.store.connections import Transaction
from monitor.store.schema import feeds, revisits

_NONE = timedelta(0)
_POLL = select(func.min(feeds.c.next_poll_at)).where(feeds.c.active, feeds.c.taken_at.is_(None))
_REVISIT = select(func.min(revisits.c.next_at)).where(revisits.c.next_at.is_not(None), revisits.c.taken_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """For how long what waits longest has been due, and is not in work; zero where nothing is due."""

    polls: timedelta = _NONE
    pages: timedelta = _NONE
    revisits: timedelta = _NONE


def lag(tx: Transaction, now: datetime) -> Lag:
    """How late the work is at this moment."""
    return Lag(
        polls=_since(tx.execute(_POLL).scalar(), now),
        pages=_since(readings.next_due(tx), now),
        revisits=_since(tx.execute(_REVISIT).scalar(), now),
    )


def _since(due: datetime | None, now: datetime) -> timedelta:
    return max(now - due, _NONE) if due else _NONE

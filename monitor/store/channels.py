"""Where each channel stands: whether it takes what it is sent, and how much of it this hour."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import select

from monitor.model import ChannelId
from monitor.store.connections import Transaction
from monitor.store.schema import channels
from monitor.store.statements import upsert

_ALL = select(channels).order_by(channels.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """One that has been told anything, or was to be."""

    id: ChannelId
    target: str = ""
    """A hash of where it leads: when that changes, it begins anew."""
    failures: int = 0
    """In a row."""
    next_at: datetime | None = None
    """Nothing is sent before then; None: it takes what it is sent."""
    failed_at: datetime | None = None
    error: str = ""
    """Of the last failure; "" once something was sent again."""
    stopped_at: datetime | None = None
    """When it said that it wants nothing any more; None: it did not."""
    sent_at: datetime | None = None
    """When it took something last."""
    hour_at: datetime | None = None
    """The hour of which `in_hour` counts what was sent."""
    in_hour: int = 0


_COLUMNS = tuple(one.name for one in fields(ChannelState))


def all_of(tx: Transaction) -> dict[ChannelId, ChannelState]:
    """All of them."""
    return {
        ChannelId(row.id): ChannelState(**{name: getattr(row, name) for name in _COLUMNS}) for row in tx.execute(_ALL)
    }


def save(tx: Transaction, state: ChannelState) -> None:
    """Where it stands now."""
    tx.execute(upsert(tx, channels, ("id",), _COLUMNS[1:]), asdict(state))

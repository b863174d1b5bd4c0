"""Outages: when nothing was polled at all, and why."""

from datetime import datetime

from sqlalchemy import case, insert, or_, select, update

from monitor.model import Outage, OutageKind
from monitor.store.connections import Transaction
from monitor.store.schema import outages


def begin(tx: Transaction, kind: OutageKind, began_at: datetime) -> None:
    """An outage began, and lasts."""
    tx.execute(insert(outages).values(kind=kind, began_at=began_at, ended_at=None))


def end(tx: Transaction, ended_at: datetime) -> None:
    """Whatever lasted is over; what began later than that took no time."""
    over = case((outages.c.began_at > ended_at, outages.c.began_at), else_=ended_at)
    tx.execute(update(outages).where(outages.c.ended_at.is_(None)).values(ended_at=over))


def since(tx: Transaction, moment: datetime) -> tuple[Outage, ...]:
    """The outages that reached beyond a moment, oldest first."""
    rows = select(outages).where(or_(outages.c.ended_at.is_(None), outages.c.ended_at > moment))
    return tuple(
        Outage(kind=row.kind, began_at=row.began_at, ended_at=row.ended_at)
        for row in tx.execute(rows.order_by(outages.c.began_at, outages.c.id))
    )

"""Outages: when nothing was polled at all, and why."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import case, insert, or_, select, update

from monitor.model import Outage, OutageKind
from monitor.store import daemon
from monitor.store.connections import Transaction
from monitor.store.schema import outages

ABSENT = timedelta(minutes=5)
"""A shorter time in which no daemon ran is no outage: restarts, and one pass after the other."""


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


def absence(tx: Transaction, now: datetime) -> Outage | None:
    """The time up to now in which no daemon has run, where that is an outage; none where none ever ran."""
    before = daemon.get(tx)
    if before is None or now - before.alive_at < ABSENT:
        return None
    return Outage(kind=OutageKind.MONITOR, began_at=before.alive_at, ended_at=None)


def known(tx: Transaction, moment: datetime, now: datetime) -> tuple[Outage, ...]:
    """The outages that reached beyond a moment, oldest first, with the present absence of a daemon if there is one."""
    recorded, absent = since(tx, moment), absence(tx, now)
    if absent is None:
        return recorded
    # What lasted when the daemon ended is not known to have lasted longer.
    return (*(replace(one, ended_at=one.ended_at or absent.began_at) for one in recorded), absent)

"""When all that waits is due: moved as a whole when the clock was set, so that each waits as long as it was to wait.

What was due an hour later is so an hour later, whatever the clock shows by then: nothing is silent until an hour that
was never, and nothing comes up all at once. What has been stored keeps its dates: they are what was believed then. The
ends of digests and of quiet hours are times of the day, and stay.
"""

from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, or_, select, update

from monitor.model import DeliveryState
from monitor.store import daemon
from monitor.store.connections import Transaction
from monitor.store.schema import channels, deliveries, feeds, readings, revisits

_WAITS = deliveries.c.state == DeliveryState.WAITING
_HAS_NO_HOUR = deliveries.c.until.is_(None)
_MOMENTS = (
    (feeds, ("next_poll_at",), ()),
    (readings, ("next_read_at", "taken_at"), ()),
    (revisits, ("next_at", "taken_at"), ()),
    (channels, ("next_at",), ()),
    # How long a delivery has waited is counted from when it was made.
    (deliveries, ("made_at",), (_WAITS,)),
    (deliveries, ("due_at",), (_WAITS, _HAS_NO_HOUR)),
)
LONGEST_REST = timedelta(days=1)
"""Neither a channel nor an alert that stands by itself waits longer."""
LONGEST_WINDOW = timedelta(days=8)
"""No digest waits longer for its end."""
SLACK = timedelta(minutes=1)
"""By how much clocks differ without a reason to ask for."""


def move(tx: Transaction, off: timedelta, now: datetime) -> None:
    """The clock was set by so much, and shows `now`."""
    for table, names, which in _MOMENTS:
        _move(tx, table, names, which, off)
    limit(tx, now)
    daemon.beat(tx, now)


def settle(tx: Transaction, now: datetime) -> timedelta:
    """At the start of a daemon: by how much the clock was set back since the last one was there, whose schedule moves
    with it; 0 where it was not, as far as that can be told.
    """
    before = daemon.get(tx)
    off = now - before.alive_at if before else timedelta()
    if off >= -SLACK:
        limit(tx, now)
        return timedelta()
    move(tx, off, now)
    return off


def limit(tx: Transaction, now: datetime) -> None:
    """Whatever is later than can be, is due now; feeds and pages are limited where they are scheduled and released."""
    late_rest, late_window = now + LONGEST_REST, now + LONGEST_WINDOW
    tx.execute(update(channels).where(channels.c.next_at > late_rest).values(next_at=now))
    tx.execute(update(deliveries).where(_WAITS, _HAS_NO_HOUR, deliveries.c.due_at > late_rest).values(due_at=now))
    tx.execute(update(deliveries).where(_WAITS, ~_HAS_NO_HOUR, deliveries.c.due_at > late_window).values(due_at=now))


def _move(tx: Transaction, table: Table, names: tuple[str, ...], which: tuple[object, ...], off: timedelta) -> None:
    (key,) = table.primary_key.columns
    columns = [table.c[name] for name in names]
    rows = select(key, *columns).where(or_(*(column.is_not(None) for column in columns)), *which)  # type: ignore[arg-type]
    moved = [
        {"at": row[0], **{f"new_{name}": moment and moment + off for name, moment in zip(names, row[1:], strict=True)}}
        for row in tx.execute(rows)
    ]
    if moved:
        tx.execute(update(table).where(key == bindparam("at")).values({n: bindparam(f"new_{n}") for n in names}), moved)

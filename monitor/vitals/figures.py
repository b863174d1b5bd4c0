"""What the database says of how things stand: read beside the daemon's own thread, which has better things to do."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.address import SqliteFile, parse
from monitor.store.lag import Lag, lag
from monitor.store.latest import Latest, latest
from monitor.store.outbox import Outbox, outbox
from monitor.store.size import Size, size
from monitor.store.status import Status, status
from monitor.store.store import Store

_PATIENCE = timedelta(seconds=2)
"""For the connection: whoever asks does not wait long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How things stand."""

    status: Status
    lag: Lag
    latest: Latest
    outbox: Outbox
    size: Size
    disk_free: int | None
    """Bytes on the disk of the database; None of a server's, which only it knows."""


def figures(database: str, now: datetime) -> Figures:
    """How things stand at this moment. Raises: StoreError."""
    with Store.open(database, read_only=True, patience=_PATIENCE) as store, store.reading() as tx:
        stands, late, last, waiting = status(tx, now), lag(tx, now), latest(tx), outbox(tx, now)
    place = parse(database)
    free = shutil.disk_usage(place.path.parent).free if isinstance(place, SqliteFile) else None
    return Figures(status=stands, lag=late, latest=last, outbox=waiting, size=size(database), disk_free=free)

"""Gives room back that nothing uses any more.

SQLite writes the whole file anew, which nobody may write to meanwhile, for longer than a daemon waits for its turn: so
it is refused beside one. PostgreSQL makes room for new rows and refreshes its statistics, beside whoever works.
"""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import text

from monitor.errors import StoreError
from monitor.store.address import Server, SqliteFile, parse
from monitor.store.connections import PATIENCE, postgresql_engine
from monitor.store.failures import translated
from monitor.store.lock import daemon_lock
from monitor.store.size import Size, size
from monitor.store.store import revision
from monitor.store.turns import turn

_PATIENCE = PATIENCE.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """What it brought."""

    before: Size
    after: Size


def vacuum(database: str) -> Vacuumed:
    """Gives back what room there is.

    Raises:
        LockedError: a daemon works on this file of SQLite.
        StoreError: there is too little room for a second copy, which is needed meanwhile; or it cannot be written.
    """
    place = parse(database)
    revision(database)  # it is there, and the monitor's
    before = size(database)
    if isinstance(place, SqliteFile):
        with daemon_lock(database), turn(place.beside("write").resolve(), _PATIENCE), translated(place):
            _rewrite(place, before)
    else:
        _clean(place)
    return Vacuumed(before=before, after=size(database))


def _rewrite(file: SqliteFile, before: Size) -> None:
    # Once as a temporary file, once as a log.
    needed = 2 * (before.database - before.free)
    if shutil.disk_usage(file.path.parent).free < needed:
        hint = f"make room for {needed >> 20:,} MB in its folder; nothing was changed"
        raise StoreError(f"{file} is too large for the room that is left on its disk", hint=hint)
    with closing(sqlite3.connect(file.path, isolation_level=None, timeout=_PATIENCE)) as connection:
        connection.execute("PRAGMA temp_store=FILE")
        # Deprecated, but nothing else keeps it from filling /tmp, or the memory of which that may be made.
        folder = str(file.path.parent).replace("'", "''")
        connection.execute(f"PRAGMA temp_store_directory='{folder}'")
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.execute("PRAGMA temp_store_directory=''")


def _clean(server: Server) -> None:
    engine = postgresql_engine(server, "monitor vacuum")
    try:
        with translated(server), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
    finally:
        engine.dispose()

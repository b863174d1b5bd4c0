"""Whether the database is whole: as its file, in what stands in it, and in what must be true of that.

Returns what is wrong and what to do; nothing is changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exc, text

from monitor.store import invariants, readable
from monitor.store.address import Server, SqliteFile, parse
from monitor.store.connections import Transaction, connect
from monitor.store.failures import is_damage, said, translated
from monitor.store.rows import Told
from monitor.store.store import demand_file
from monitor.store.versions import demand_current

_RESTORE = "restore a backup; `sqlite3 FILE .recover` saves what is left"
_SERVER = "look at the server's log; restore a backup"
_SHOWN = 20
"""Faults of the file that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is wrong."""

    what: str
    hint: str
    """What to do."""


def check(database: str, told: Told, *, quick: bool = False) -> tuple[Fault, ...]:
    """What is wrong with it; `quick`: without reading every value.

    Raises:
        StoreError: it cannot be had, is of another version, or no database at all.
    """
    place = parse(database)
    demand_file(place)
    connections = connect(place)
    with translated(place):
        try:
            with connections.reading() as tx:
                return tuple(_faults(tx, place, told, quick=quick))
        except exc.DBAPIError as error:
            if not is_damage(error):
                raise
            return (_damage(place, said(error)),)
        finally:
            connections.close()


def _faults(tx: Transaction, place: SqliteFile | Server, told: Told, *, quick: bool) -> Iterator[Fault]:
    demand_current(tx, place)
    told("the file", 0, 0)
    damaged = [_damage(place, line) for line in _integrity(tx)]
    yield from damaged
    if damaged:
        # What it says of its rows is not to be relied on.
        return
    for what, hint in invariants.violated(tx, told):
        yield Fault(what=what, hint=hint)
    if not quick:
        for what in readable.unreadable(tx, told):
            yield Fault(what=what, hint=_RESTORE if isinstance(place, SqliteFile) else _SERVER)


def _integrity(tx: Transaction) -> list[str]:
    """What SQLite says of its file, nothing where it is whole; PostgreSQL has no such command."""
    if tx.dialect.name != "sqlite":
        return []
    lines = tx.execute(text(f"PRAGMA integrity_check({_SHOWN})")).scalars().all()
    said_of_pages = [line for several in lines for line in several.splitlines() if not line.startswith("*** in ")]
    return [] if said_of_pages == ["ok"] else said_of_pages


def _damage(place: SqliteFile | Server, words: str) -> Fault:
    if isinstance(place, SqliteFile):
        return Fault(what=f"the file is damaged: {words}", hint=_RESTORE)
    return Fault(what=f"the server cannot read it: {words}", hint=_SERVER)

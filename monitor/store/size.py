"""How much room the database takes on the disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import exc, func, select, text

from monitor.store.address import SqliteFile, parse
from monitor.store.connections import Transaction, connect
from monitor.store.failures import translated

# Indexes count for their table, and for what stands apart from the rows that are too long for a page, too.
_SQLITE = text(
    "SELECT coalesce(m.tbl_name, d.name) AS name, sum(d.pgsize) AS bytes FROM dbstat d"
    " LEFT JOIN sqlite_schema m ON m.name = d.name WHERE d.aggregate = 1 GROUP BY 1 ORDER BY 2 DESC, 1"
)
_POSTGRESQL = text(
    "SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 2 DESC, 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """In bytes."""

    database: int
    log: int = 0
    """What was written and does not stand in the file yet; always 0 on PostgreSQL, whose log is that of the server."""
    free: int = 0
    """Of the database, what is used again, or given back by a vacuum; 0 on PostgreSQL, which does not tell."""
    tables: Mapping[str, int] = field(default_factory=dict)
    """Table → its rows and indexes, the largest first; empty unless asked for, and where this SQLite cannot tell."""


def size(database: str, *, with_tables: bool = False) -> Size:
    """How much room it takes; `with_tables` reads the whole file of SQLite.

    Raises:
        StoreError: it cannot be read.
    """
    place = parse(database)
    connections = connect(place)
    with translated(place):
        try:
            with connections.reading() as tx:
                tables = _tables(tx) if with_tables else {}
                return _of_file(tx, place, tables) if isinstance(place, SqliteFile) else _of_server(tx, tables)
        finally:
            connections.close()


def _of_file(tx: Transaction, file: SqliteFile, tables: Mapping[str, int]) -> Size:
    log = file.path.with_name(f"{file.path.name}-wal")
    free, page = (tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("freelist_count", "page_size"))
    return Size(
        database=file.path.stat().st_size,
        log=log.stat().st_size if log.exists() else 0,
        free=free * page,
        tables=tables,
    )


def _of_server(tx: Transaction, tables: Mapping[str, int]) -> Size:
    return Size(database=tx.execute(select(func.pg_database_size(func.current_database()))).scalar_one(), tables=tables)


def _tables(tx: Transaction) -> dict[str, int]:
    try:
        rows = tx.execute(_SQLITE if tx.dialect.name == "sqlite" else _POSTGRESQL).all()
    except exc.OperationalError:
        # dbstat is left out of some builds of SQLite.
        return {}
    return {row.name: row.bytes for row in rows}

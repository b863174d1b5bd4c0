"""The store: opens a database, hands out transactions, closes it. What is done inside them stands beside.

    with store.writing() as tx:                     # the only writer, until the block ends
        for reading in readings.take(tx, now, 20):
            ...

Safe to use from several threads; a thread never opens a transaction inside another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import text

from monitor.errors import StoreError
from monitor.store import versions
from monitor.store.address import Server, SqliteFile, parse
from monitor.store.connections import PATIENCE, PostgresqlConnections, SqliteConnections, connect
from monitor.store.connections import Transaction as Transaction  # what callers pass on
from monitor.store.failures import translated

if TYPE_CHECKING:
    from monitor.store.migrate import Upgraded


class Store:
    """An open database."""

    def __init__(
        self, place: SqliteFile | Server, connections: SqliteConnections | PostgresqlConnections, *, read_only: bool
    ) -> None:
        self._place = place
        self._connections = connections
        self._read_only = read_only

    @classmethod
    def open(cls, database: str, *, read_only: bool = False, patience: timedelta = PATIENCE) -> Self:
        """Opens what a path or URL names; `patience`: how long to wait for another writer.

        Unless `read_only`, an empty database gets its tables, and an older SQLite one is copied and upgraded.

        Raises:
            StoreError: it cannot be opened, or is of another version, or something else's.
        """
        place = parse(database)
        if read_only:
            demand_file(place)
        connections = connect(place, patience)
        store = cls(place, connections, read_only=read_only)
        try:
            with translated(place):
                _check(place, connections) if read_only else _prepare(place, connections)
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __str__(self) -> str:
        """The database's address, without its password."""
        return str(self._place)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """The only write transaction: waits for its turn, commits at the end, rolls back on an exception.

        Raises:
            StoreError: the database could not be written.
            RuntimeError: it was opened to read only.
        """
        if self._read_only:
            message = f"{self} was opened to read only"
            raise RuntimeError(message)
        with translated(self._place), self._connections.writing() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A snapshot, beside any writer; nothing can be written through it.

        Raises:
            StoreError: the database could not be read.
        """
        with translated(self._place), self._connections.reading() as tx:
            yield tx

    def optimise(self) -> None:
        """Lets SQLite refresh its statistics: once a day. PostgreSQL does so by itself.

        Raises:
            StoreError: the database could not be written.
        """
        if isinstance(self._place, SqliteFile):
            with self.writing() as tx:
                tx.execute(text("PRAGMA optimize"))

    def close(self) -> None:
        """Lets go of every connection."""
        with translated(self._place):
            self._connections.close()


def upgrade(database: str) -> "Upgraded":
    """Makes or upgrades a database's tables: the only way for a PostgreSQL one that has some.

    Raises:
        StoreError: it cannot be opened, or is of a newer version, or something else's.
    """
    from monitor.store import migrate  # Alembic costs 0.1 s, and is rarely needed

    place = parse(database)
    connections = connect(place)
    with translated(place):
        try:
            make_folder(place)
            return migrate.upgrade(connections, place)
        finally:
            connections.close()


def revision(database: str) -> tuple[str, str]:
    """The revision of a database's tables ("" where it has none) and that of this version.

    Raises:
        StoreError: it cannot be opened, or is of a newer version, or something else's.
    """
    place = parse(database)
    demand_file(place)
    connections = connect(place)
    with translated(place):
        try:
            with connections.reading() as tx:
                return versions.revision(tx, place), versions.head()
        finally:
            connections.close()


def demand_file(place: SqliteFile | Server) -> None:
    """Checks that a file is there, for those who would not make one. Raises: StoreError."""
    if isinstance(place, SqliteFile) and not place.path.exists():
        raise StoreError(f"no database yet at {place}", hint="run `monitor run`")


def make_folder(place: SqliteFile | Server) -> None:
    """Makes the folder that a database's file will stand in. Raises: StoreError."""
    if isinstance(place, SqliteFile):
        try:
            place.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            hint = "check that this user may write there, or name another database"
            raise StoreError(f"{place.path.parent} cannot be made ({error.strerror})", hint=hint) from error


def _check(place: SqliteFile | Server, connections: SqliteConnections | PostgresqlConnections) -> None:
    with connections.reading() as tx:
        versions.demand_current(tx, place)


def _prepare(place: SqliteFile | Server, connections: SqliteConnections | PostgresqlConnections) -> None:
    make_folder(place)
    with connections.writing() as tx:
        found = versions.revision(tx, place)
        if found and isinstance(place, Server):
            versions.demand_current(tx, place)
    if found != versions.head():
        from monitor.store import migrate  # Alembic costs 0.1 s, and is rarely needed

        migrate.upgrade(connections, place)

"""How the database is connected to: one writer, several readers, a snapshot for each.

A transaction belongs to the `with` that opened it; whoever needs the database inside it is handed the `Transaction` and
passes it on.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import NewType, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import QueuePool

from monitor.errors import StoreError
from monitor.store.address import Server, SqliteFile
from monitor.store.recent import Recent
from monitor.store.turns import turn

Transaction = NewType("Transaction", Connection)
"""An open transaction; only the store's own functions look inside."""

PATIENCE = timedelta(seconds=30)
"""How long a write waits for another writer before it gives up."""
_CONNECTING, _SHORTEST = timedelta(seconds=10), timedelta(seconds=2)
"""Likewise for a server that does not answer; less than the second libpq does not take, and none is for ever."""

RECENT = "recent"
"""Of a transaction that writes: the option that holds what all of them have in memory of members."""

_READERS = 4
_ADVISORY = 0x6D6F6E69
"""The first half of our PostgreSQL advisory locks' keys ("moni"); the second says what is locked."""
WRITER_KEY, DAEMON_KEY = (_ADVISORY, 1), (_ADVISORY, 2)

_PRAGMAS = {"busy_timeout": 5000, "foreign_keys": "ON", "temp_store": "MEMORY", "cache_size": -8000}
_WRITER_PRAGMAS = {"journal_mode": "WAL", "synchronous": "NORMAL", "journal_size_limit": 64 << 20}
# Mapped memory only for readers: a failing disk under a mapping kills the process.
_READER_PRAGMAS = {"mmap_size": 64 << 20}


class SqliteConnections:
    """One connection that writes, used by whichever thread has its turn, and a few that can only read."""

    def __init__(self, file: SqliteFile, patience: timedelta = PATIENCE) -> None:
        self._file = file
        self._found: tuple[int, int] | None = None
        self._turns = file.beside("write").resolve()
        self._patience = patience.total_seconds()
        self._recent = Recent()
        writer = _sqlite_engine(file, mode="rwc", begin="BEGIN IMMEDIATE", size=1, pragmas=_WRITER_PRAGMAS)
        self._writer = writer.execution_options(**{RECENT: self._recent})
        self._readers = _sqlite_engine(file, mode="ro", begin="BEGIN", size=_READERS, pragmas=_READER_PRAGMAS)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """The only write transaction: committed at the end, rolled back on an exception.

        Raises: StoreError, when the file that is open does not stand at its place any more.
        """
        if self._found is not None:
            self._demand_in_place()
        with turn(self._turns, self._patience), self._recent.unless_it_fails(), self._writer.begin() as connection:
            self._found = self._found or _identity(self._file.path)
            yield Transaction(connection)

    def _demand_in_place(self) -> None:
        """What were written otherwise would be lost: the system keeps a file that was taken away until it is closed."""
        found = _identity(self._file.path)
        if found is None:
            hint = "put it back, or mount its disk; or restart the monitor to begin anew"
            raise StoreError(f"{self._file} is gone: moved, deleted, or its disk was taken away", hint=hint)
        if found != self._found:
            raise StoreError(f"{self._file} is another file than the one that was opened", hint="restart the monitor")

    @contextmanager
    def bare(self) -> Iterator[sqlite3.Connection]:
        """The writing connection outside a transaction: for what SQLite does not do inside one."""
        with turn(self._turns, self._patience), _raw(self._writer) as connection:
            yield connection

    def reading(self) -> AbstractContextManager[Transaction]:
        """A snapshot; nothing can be written through it."""
        return _reading(self._readers)

    def close(self) -> None:
        """Lets go of every connection."""
        self._readers.dispose()
        if self._writer.pool.checkedin():  # type: ignore[attr-defined]
            # The last connection to close writes the log back into the file: that is writing, too.
            with turn(self._turns, self._patience):
                self._writer.dispose()


class PostgresqlConnections:
    """A pool; writers wait for each other at an advisory lock."""

    def __init__(self, server: Server, patience: timedelta = PATIENCE) -> None:
        engine = postgresql_engine(server, "monitor", patience)
        self._recent = Recent()
        # One of us at a time, as on SQLite: whose turn never comes must not make the other one's memory forget.
        self._turns = Lock()
        self._engine = engine.execution_options(**{RECENT: self._recent})
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """The only write transaction: committed at the end, rolled back on an exception."""
        with self._turns, self._recent.unless_it_fails(), self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": WRITER_KEY[0], "b": WRITER_KEY[1]})
            yield Transaction(connection)

    def reading(self) -> AbstractContextManager[Transaction]:
        """A snapshot; nothing can be written through it."""
        return _reading(self._readers)

    def close(self) -> None:
        """Lets go of every connection."""
        self._engine.dispose()


def connect(place: SqliteFile | Server, patience: timedelta = PATIENCE) -> SqliteConnections | PostgresqlConnections:
    """The connections to a database; none is made yet.

    Raises:
        StoreError: PostgreSQL's driver is not installed.
    """
    if isinstance(place, SqliteFile):
        return SqliteConnections(place, patience)
    return PostgresqlConnections(place, patience)


def _identity(path: Path) -> tuple[int, int] | None:
    """By what to know a file again; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _reading(engine: Engine) -> Iterator[Transaction]:
    with engine.connect() as connection:
        yield Transaction(connection)


@contextmanager
def _raw(engine: Engine) -> Iterator[sqlite3.Connection]:
    pooled = engine.raw_connection()
    try:
        yield cast("sqlite3.Connection", pooled.driver_connection)
    finally:
        pooled.close()


def _sqlite_engine(file: SqliteFile, *, mode: str, begin: str, size: int, pragmas: Mapping[str, object]) -> Engine:
    address = f"file:{quote(str(file.path))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # isolation_level=None: the driver begins no transactions of its own. Those it begins by default are deferred,
        # and lose updates or fail as locked when two processes write.
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        try:
            for name, value in {**_PRAGMAS, **pragmas}.items():
                connection.execute(f"PRAGMA {name}={value}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=0)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgresql_engine(server: Server, name: str, patience: timedelta = PATIENCE) -> Engine:
    """An engine whose sessions are called `name` and wait for locks no longer than `patience`.

    Raises:
        StoreError: the driver is not installed.
    """
    given = server.url.query.get("options", ())
    ours = ("-c timezone=UTC", f"-c lock_timeout={int(patience.total_seconds() * 1000)}")
    options = " ".join([given, *ours] if isinstance(given, str) else [*given, *ours])
    timeout = int(max(_SHORTEST, min(_CONNECTING, patience)).total_seconds())
    arguments = {"options": options, "application_name": name, "connect_timeout": timeout}
    try:
        return create_engine(server.url, connect_args=arguments, pool_pre_ping=True, pool_size=5, max_overflow=5)
    except ModuleNotFoundError as error:
        hint = 'pip install "media-monitor[postgresql]"'
        raise StoreError("PostgreSQL needs a driver that is not installed", hint=hint) from error

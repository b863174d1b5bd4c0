"""One daemon a database: `lockf` on `<database>.daemon`, or an advisory lock of a PostgreSQL session.

Both end with the process that holds them, whatever it dies of, and its children do not inherit them.
"""

import fcntl
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from sqlalchemy import Connection, text

from monitor.errors import LockedError, MonitorError, StoreError
from monitor.store.address import Server, SqliteFile, parse
from monitor.store.connections import DAEMON_KEY, postgresql_engine
from monitor.store.failures import translated

_PAUSE = 0.05
"""Seconds."""
_held: set[Path] = set()
"""Files locked by this process: `lockf` does not exclude it from itself."""

_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
    " AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND l.classid = :a AND l.objid = :b"
)


Keep = Callable[[], bool]
"""Makes sure that the lock is still held; whether it had to be taken anew. Raises: LockedError, when another daemon has
it; StoreError, when the server cannot be asked.
"""


@contextmanager
def daemon_lock(database: str, *, patience: int = 5) -> Iterator[Keep]:
    """Holds the right to be the daemon of a database. Asks for it `patience` times more, a twentieth of a second apart:
    `daemon_pid` holds it for a moment. What it yields is to be called now and then.

    Raises:
        LockedError: another daemon has it.
        StoreError: the lock's file cannot be opened, or the server not be reached.
    """
    place = parse(database)
    with _file_lock(place, patience) if isinstance(place, SqliteFile) else _session_lock(place, patience) as keep:
        yield keep


def daemon_pid(database: str) -> int | None:
    """The process that is the daemon of a database; None where there is none, 0 where it cannot be told which.

    Raises:
        StoreError: the lock's file cannot be opened, or the server not be reached.
    """
    place = parse(database)
    if isinstance(place, SqliteFile) and not place.beside("daemon").exists():
        return None
    try:
        with daemon_lock(database, patience=0):
            return None
    except LockedError as error:
        return error.pid or 0


@contextmanager
def _file_lock(file: SqliteFile, patience: int) -> Iterator[Keep]:
    path = file.beside("daemon").resolve()
    if path in _held:
        raise _refusal(file, str(os.getpid()))
    handle = _open(path)
    try:
        _take(handle, file, patience)
        _held.add(path)
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            yield lambda: False  # only the end of its process takes it away
            os.ftruncate(handle, 0)
        finally:
            _held.discard(path)
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        hint = "check that this user may write in the database's folder"
        raise StoreError(f"{path} cannot be opened ({error.strerror})", hint=hint) from error


def _take(handle: int, file: SqliteFile, patience: int) -> None:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:  # EAGAIN or EACCES: held by another process
        if not patience:
            raise _refusal(file, os.pread(handle, 20, 0).decode("ascii", "replace")) from error
        sleep(_PAUSE)
        _take(handle, file, patience - 1)


@contextmanager
def _session_lock(server: Server, patience: int) -> Iterator[Keep]:
    session = _Session(server)
    try:
        session.take(patience)
        yield session.keep
    finally:
        session.close()


class _Session:
    """A session of a server, for the lock alone, which ends with it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        name = f"monitor daemon {os.getpid()}@{socket.gethostname()}"
        self._engine = postgresql_engine(server, name[:63]).execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def take(self, patience: int) -> None:
        """Raises: LockedError; StoreError. Then there is no session."""
        keys = {"a": DAEMON_KEY[0], "b": DAEMON_KEY[1]}
        try:
            with translated(self._server):
                connection = self._connection = self._engine.connect()
                while not connection.execute(text("SELECT pg_try_advisory_lock(:a, :b)"), keys).scalar_one():
                    if not patience:
                        raise _refusal(self._server, connection.execute(_HOLDER, keys).scalar() or "")
                    patience -= 1
                    sleep(_PAUSE)
        except MonitorError:
            self._let_go()
            raise

    def keep(self) -> bool:
        """See `Keep`: the server may have been restarted, or have ended the session, and the lock with it."""
        try:
            with translated(self._server):
                if self._connection is not None:
                    self._connection.execute(text("SELECT 1"))
                    return False
        except StoreError:
            self._let_go()
        self.take(0)
        return True

    def close(self) -> None:
        self._let_go()
        self._engine.dispose()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _refusal(place: SqliteFile | Server, holder: str) -> LockedError:
    """`holder`: what the daemon that has the lock says of itself, its process first among the digits."""
    number = re.search(r"\d+", holder)
    pid = int(number[0]) if number else None
    who = f"process {holder.removeprefix('monitor daemon ').strip()}" if pid else "another process"
    return LockedError(f"{place} already has a daemon: {who}; stop it first, or name another database", pid=pid)

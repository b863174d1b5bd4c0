"""One daemon a database: `lockf` on `<database>.daemon`, or an advisory lock of a PostgreSQL session.

Both end with the process that holds them, whatever it dies of, and its children do not inherit them.
"""

import fcntl
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import sleep

from sqlalchemy import Connection, exc, text

from monitor.errors import LockedError, MonitorError, StoreError
from monitor.store.address import Server, SqliteFile, parse
from monitor.store.connections import DAEMON_KEY, postgresql_engine
from monitor.store.failures import translated

_PAUSE = 0.05
"""Seconds."""
_held: set[Path] = set()
"""Files locked by this process: `lockf` does not exclude it from itself."""

_TAKE = text("SELECT pg_try_advisory_lock(:a, :b)")
_KEYS = {"a": DAEMON_KEY[0], "b": DAEMON_KEY[1]}
_HOLDER = text(
    "SELECT a.application_name, a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :a AND l.objid = :b"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class DaemonLock:
    """The right to be the daemon of a database, while it is held."""

    def keep(self) -> bool:
        """Sees to it that it is held still: a server that is restarted, or ends a session, ends the right with it.

        Whether it had to be taken anew. Raises: LockedError, when another daemon has it now; StoreError, when the
        server cannot be reached, and it is to be tried again. Nothing takes a file's away.
        """
        return False


@contextmanager
def daemon_lock(database: str, *, patience: int = 5) -> Iterator[DaemonLock]:
    """Holds the right to be the daemon of a database. Asks for it `patience` times more, a twentieth of a second apart:
    `daemon_pid` holds it for a moment.

    Raises:
        LockedError: another daemon has it.
        StoreError: the lock's file cannot be opened, or the server not be reached.
    """
    place = parse(database)
    with _file_lock(place, patience) if isinstance(place, SqliteFile) else _session_lock(place, patience) as lock:
        yield lock


def demand_none(database: str, *, patience: int = 5) -> None:
    """See that a database has no daemon; the next moment it may have one. `patience`: as of `daemon_lock`.

    Raises:
        LockedError: it has one.
        StoreError: the lock's file cannot be opened, or the server not be reached.
    """
    place = parse(database)
    if not isinstance(place, SqliteFile) or place.beside("daemon").exists():
        with daemon_lock(database, patience=patience):
            pass


def daemon_pid(database: str) -> int | None:
    """The process that is the daemon of a database; None where there is none, 0 where it cannot be told which.

    Raises:
        StoreError: the lock's file cannot be opened, or the server not be reached.
    """
    try:
        demand_none(database, patience=0)
    except LockedError as error:
        return error.pid or 0
    return None


@contextmanager
def _file_lock(file: SqliteFile, patience: int) -> Iterator[DaemonLock]:
    path = file.beside("daemon").resolve()
    if path in _held:
        raise _refusal(file, str(os.getpid()))
    handle = _open(path)
    try:
        _take(handle, file, patience)
        _held.add(path)
        try:
            os.ftruncate(handle, 0)
            # For others to name us by; on a full disk they do not learn it, and can still be told what there is.
            with suppress(OSError):
                os.pwrite(handle, str(os.getpid()).encode(), 0)
            yield DaemonLock()
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
def _session_lock(server: Server, patience: int) -> Iterator[DaemonLock]:
    lock = _SessionLock(server)
    try:
        lock.take(patience)
        yield lock
    finally:
        lock.close()


class _SessionLock(DaemonLock):
    """An advisory lock, and the session that holds it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._engine = postgresql_engine(server, f"monitor daemon {os.getpid()}@{socket.gethostname()}"[:63])
        self._connection: Connection | None = None
        self._session = 0
        """The server's process for the session that held it last; 0: none did."""
        self._turn = Lock()
        """Of the one thread that uses the connection."""

    def take(self, patience: int) -> None:
        """In a new session. Raises: LockedError, StoreError."""
        with translated(self._server):
            self._connection = connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            while not connection.execute(_TAKE, _KEYS).scalar_one():
                if not patience:
                    raise self._refused(connection)
                patience -= 1
                sleep(_PAUSE)
            self._session = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def keep(self) -> bool:
        with self._turn:
            if self._is_alive():
                return False
            self._let_go()
            try:
                self.take(0)
            except MonitorError:
                self._let_go()
                raise
            return True

    def close(self) -> None:
        """Lets go of it."""
        with self._turn:
            self._let_go()
            self._engine.dispose()

    def _is_alive(self) -> bool:
        try:
            return self._connection is not None and bool(self._connection.execute(text("SELECT 1")).scalar_one())
        except exc.DBAPIError:
            return False

    def _let_go(self) -> None:
        """Ends the session, if it has not ended."""
        if self._connection is not None:
            # Not given back for another use: the lock is the session's.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _refused(self, connection: Connection) -> MonitorError:
        name, session = next(iter(connection.execute(_HOLDER, _KEYS)), ("", 0))
        if session and session == self._session:
            what, hint = f"{self._server} has not yet ended the session that we lost", "it is tried again"
            return StoreError(what, hint=hint, temporary=True, away=True)
        return _refusal(self._server, name)


def _refusal(place: SqliteFile | Server, holder: str) -> LockedError:
    """`holder`: what the daemon that has the lock says of itself, its process first among the digits."""
    number = re.search(r"\d+", holder)
    pid = int(number[0]) if number else None
    who = f"process {holder.removeprefix('monitor daemon ').strip()}" if pid else "another process"
    return LockedError(f"{place} already has a daemon: {who}; stop it first, or name another database", pid=pid)

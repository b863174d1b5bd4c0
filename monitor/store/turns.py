"""Who may write to an SQLite file: one thread of one process at a time, in the order they came.

SQLite before 3.44.6 can corrupt a database when two connections write and checkpoint its log at once, so whoever does
either holds `lockf` on `<database>.write`. `lockf`, not `flock`: a forked child does not inherit it. A process loses
such a lock when it closes any handle of the file, and does not exclude its own threads with it; hence a lock of
threads around it, one a file, and the handle opened and closed inside.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import StoreError

_threads: dict[Path, threading.Lock] = {}
_threads_guard = threading.Lock()

_WRITE = 0
"""Byte held while writing."""
_NEXT = 1
"""Byte held by whoever waits longest: a busy daemon cannot overtake it between two of its transactions."""


@contextmanager
def turn(path: Path, patience: float) -> Iterator[None]:
    """Holds the right to write that the file `path` stands for.

    `path`: resolved, so that a file has one name; `patience`: seconds to wait for those before us.

    Raises:
        StoreError: it took longer, or the file cannot be created.
    """
    deadline = time.monotonic() + patience
    own = _lock_of(path)
    if not own.acquire(timeout=patience):
        raise _busy(path, os.getpid())
    try:
        handle = _open(path)
        try:
            _take(handle, path, deadline)
            yield
        finally:
            os.close(handle)  # releases what is held
    finally:
        own.release()


def _lock_of(path: Path) -> threading.Lock:
    with _threads_guard:
        return _threads.setdefault(path, threading.Lock())


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        hint = "check that this user may write in the database's folder, and that there is room"
        raise StoreError(f"{path} cannot be opened ({error.strerror})", hint=hint) from error


def _take(handle: int, path: Path, deadline: float) -> None:
    _wait(handle, _NEXT, path, deadline)
    _wait(handle, _WRITE, path, deadline)
    fcntl.lockf(handle, fcntl.LOCK_UN, 1, _NEXT)


def _wait(handle: int, byte: int, path: Path, deadline: float) -> None:
    pause = 0.001
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except (BlockingIOError, PermissionError) as error:  # EAGAIN or EACCES: held by another process
            if time.monotonic() >= deadline:
                raise _busy(path, None) from error
            time.sleep(pause)
            pause = min(2 * pause, 0.02)
        else:
            return


def _busy(path: Path, pid: int | None) -> StoreError:
    who = "another process" if pid is None else "this process"
    hint = "wait until it is done, or end it, and try again"
    return StoreError(f"{path.with_suffix('')} is being written by {who}", hint=hint, temporary=True)

"""What a database says when it fails → `StoreError` with what to do. Bugs (a constraint, a wrong statement) pass."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from monitor.errors import StoreError

_FULL = "the disk, or the quota, is full", "make room; nothing that was saved is lost"
_LOCKED = "is locked by another program", "wait until it is done, or end it, and try again"
_FORBIDDEN = "may not be written", "give this user write permission to the file and to its folder"
_DAMAGED = "is damaged", "restore a backup; `sqlite3 FILE .recover` saves what is left"
_UNREACHABLE = "cannot be reached", "check that the server runs, and its address"
_ENDED = "is shutting down, starting, or has ended our connection", "try again"
_AWAY = (_UNREACHABLE[0], _ENDED[0])

# SQLite's names, the longest prefix that fits decides: (message, hint, temporary).
_SQLITE = {
    "SQLITE_BUSY": (*_LOCKED, True),
    "SQLITE_LOCKED": (*_LOCKED, True),
    "SQLITE_FULL": (*_FULL, True),
    "SQLITE_IOERR": ("could not be read or written", "check the disk: it is full, failing or gone", True),
    "SQLITE_READONLY": (*_FORBIDDEN, False),
    "SQLITE_CANTOPEN": (
        "cannot be opened",
        "check that the folder exists and that this user may write in it, which SQLite needs even to read",
        False,
    ),
    "SQLITE_PERM": (*_FORBIDDEN, False),
    "SQLITE_NOTADB": ("is not a database", "name another file, or move this one away", False),
    "SQLITE_CORRUPT": (*_DAMAGED, False),
}
# PostgreSQL's SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "08": (*_UNREACHABLE, True),
    "25006": ("can only be read", "this server is a standby, or set to read only: name the primary", True),
    "28": ("refuses this user", "check the user, the password and the server's pg_hba.conf", False),
    "3D000": ("does not exist", "create it: createdb NAME", False),
    "40": ("was changed by somebody else meanwhile", "try again", True),
    "42501": ("does not allow this to this user", "grant it the right to create and use tables here", False),
    "53100": (*_FULL, True),
    "53": ("has no room for one more connection or for the work", "try again, or raise the server's limits", True),
    "55P03": (*_LOCKED, True),
    "57": ("has broken off what was asked", "try again, or raise the server's time limits", True),
    "57P": (*_ENDED, True),
    "58": ("had trouble with its disk or its system", "look at the server's log", True),
    "XX": ("is damaged, or its server has a fault", "look at the server's log", False),
}


@contextmanager
def translated(shown: object) -> Iterator[None]:
    """Turns the failures of the database `shown` (its redacted address) into `StoreError`.

    Raises:
        StoreError: the database could not be opened, read or written.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreError(f"{shown} {_LOCKED[0]}", hint="too many readers at once: try again", temporary=True) from error
    except (exc.DBAPIError, sqlite3.Error) as error:
        known = _known(error)
        if known is None:
            raise
        what, hint, temporary = known
        away = what in _AWAY
        raise StoreError(f"{shown} {what} ({said(error)})", hint=hint, temporary=temporary, away=away) from error


def is_damage(error: exc.DBAPIError | sqlite3.Error) -> bool:
    """Whether it says that what is stored is damaged, or nothing that we know: not that it cannot be had just now."""
    known = _known(error)
    return known is None or known[0] in (_DAMAGED[0], "is not a database", _POSTGRESQL["XX"][0])


def _cause(error: exc.DBAPIError | sqlite3.Error) -> BaseException | None:
    return error.orig if isinstance(error, exc.DBAPIError) else error


def _known(error: exc.DBAPIError | sqlite3.Error) -> tuple[str, str, bool] | None:
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return _longest(_SQLITE, getattr(cause, "sqlite_errorname", ""))
    state = getattr(cause, "sqlstate", None)
    if state:
        return _longest(_POSTGRESQL, state)
    # Without a state the server was never reached, or went away.
    return (*_UNREACHABLE, True) if isinstance(error, exc.OperationalError) else None


def _longest(table: dict[str, tuple[str, str, bool]], code: str) -> tuple[str, str, bool] | None:
    fitting = [prefix for prefix in table if code.startswith(prefix)]
    return table[max(fitting, key=len)] if fitting else None


def said(error: exc.DBAPIError | sqlite3.Error) -> str:
    """The database's own words, first line only: libpq adds the statement and hints."""
    cause = _cause(error)
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]

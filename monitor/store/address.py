"""Where the database is: the setting of a user → an SQLite file or a PostgreSQL address, and how to show it."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreError

_EXPECTED = "write a file's path, sqlite:///data/monitor.db or postgresql://user@host/database"
_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteFile:
    """A database in a file."""

    path: Path

    def beside(self, name: str) -> Path:
        """The file `<database>.<name>`, beside the file itself where the path is a link to it."""
        real = self.path.resolve()
        return real.with_name(f"{real.name}.{name}")

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A database on a PostgreSQL server."""

    url: URL = field(repr=False)
    """With the password."""

    def __str__(self) -> str:
        return self.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def parse(database: str) -> SqliteFile | Server:
    """What a path or URL names.

    Raises:
        StoreError: it is neither; the message leaves the text out, for it may hold a password.
    """
    if "://" not in database:
        return _file(database)
    try:
        url = make_url(database)
    except (ArgumentError, ValueError) as error:
        raise StoreError("the database's address cannot be read", hint=_EXPECTED) from error
    if url.drivername in _SQLITE:
        return _file(url.database or "")
    if url.drivername in _POSTGRESQL:
        return Server(url=url.set(drivername="postgresql+psycopg"))
    raise StoreError(f"databases of the kind {url.drivername!r} are not supported", hint=_EXPECTED)


def _file(path: str) -> SqliteFile:
    if path in ("", ":memory:"):
        raise StoreError("the database needs a file: one in memory cannot be shared by processes", hint=_EXPECTED)
    return SqliteFile(path=Path(path).absolute())

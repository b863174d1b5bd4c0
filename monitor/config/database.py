"""Where the database is: a path or an SQLAlchemy URL, made absolute. Passwords stay out of every message."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from monitor.config.shape import Value, Wrong
from monitor.config.suggest import did_you_mean

DEFAULT = "data/monitor.db"

_URL = re.compile(r"([\w+.-]+)://(.*)\Z", re.ASCII)
_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = ("postgresql", "postgresql+psycopg")


def database(home: Path, environment: Mapping[str, str]) -> Value[str]:
    """The value that reads a database's place. home: the folder that relative paths begin at, itself absolute."""

    def parse(text: str) -> str:
        found = _URL.match(text)
        if found is None:
            return _sqlite(text, home, environment)
        scheme, rest = found.groups()
        if scheme in _SQLITE:
            if not rest.startswith("/"):
                raise Wrong("an SQLite URL has three slashes: sqlite:///data/monitor.db")
            if "?" in rest:
                raise Wrong("an SQLite URL takes no options here")
            return _sqlite(unquote(rest[1:]), home, environment)
        if scheme in _POSTGRESQL:
            return _postgresql(text)
        raise Wrong(_other(scheme))

    return Value(expected="a path, or a URL such as postgresql://user@host/monitor", parse=parse)


def _other(scheme: str) -> str:
    if scheme == "postgres" or scheme.startswith(("postgres+", "postgresql+")):
        return "write postgresql://"
    return did_you_mean(scheme, (*_SQLITE, *_POSTGRESQL)) or "SQLite and PostgreSQL are supported"


def _sqlite(path: str, home: Path, environment: Mapping[str, str]) -> str:
    if path.startswith("~/") and "HOME" in environment:
        path = environment["HOME"] + path[1:]
    if path in ("", ":memory:"):
        raise Wrong("the database is a file: several processes use it")
    if path.endswith("/"):
        raise Wrong("name the file, not only its folder")
    # SQLAlchemy decodes what stands after the host.
    return f"sqlite:///{quote(str(home / path))}"


def _postgresql(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Wrong("write / ? # @ and : in the password as %2F %3F %23 %40 and %3A") from None
    if not parts.path.strip("/"):
        raise Wrong("the name of the database is missing at its end")
    return url

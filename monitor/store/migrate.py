"""Brings a database to the tables of this version. The home of Alembic; what the steps are stands in migrations/.

All steps and their record are one transaction, in SQLite too: killed at any moment, it is as if it never began.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from alembic import command
from alembic.config import Config

from monitor.store.address import Server, SqliteFile
from monitor.store.connections import PostgresqlConnections, SqliteConnections, Transaction
from monitor.store.versions import head, revision

SCRIPTS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade did."""

    before: str
    """The revision it found; "" where the database was empty."""
    after: str
    copy: Path | None
    """The copy made first; None where nothing was at stake, or on PostgreSQL (pg_dump is the user's)."""


def upgrade(connections: SqliteConnections | PostgresqlConnections, place: SqliteFile | Server) -> Upgraded:
    """Makes or upgrades the tables. Does nothing where they are current.

    Raises:
        StoreError: the database is of a newer version, or something else's.
        DBAPIError: it failed; translated by the caller.
    """
    match connections:
        case SqliteConnections():
            return _upgrade_sqlite(connections, place)
        case PostgresqlConnections():
            with connections.writing() as tx:
                return Upgraded(before=_steps(tx, place), after=head(), copy=None)
        case _:
            assert_never(connections)


def _upgrade_sqlite(connections: SqliteConnections, place: SqliteFile | Server) -> Upgraded:
    with connections.writing() as tx:
        before = revision(tx, place)
    copy = _copy(connections, place) if before not in ("", head()) and isinstance(place, SqliteFile) else None
    # A step that rebuilds a table drops the old one, which would delete what refers to it; and this cannot be switched
    # inside a transaction.
    _set_foreign_keys(connections, "OFF")
    try:
        with connections.writing() as tx:
            before = _steps(tx, place)
    finally:
        _set_foreign_keys(connections, "ON")
    return Upgraded(before=before, after=head(), copy=copy)


def _copy(connections: SqliteConnections, file: SqliteFile) -> Path:
    """A whole copy beside the database, made under another name first: a half one never looks like one."""
    copy, half = file.beside(f"before-{head()}"), file.beside("copying")
    half.unlink(missing_ok=True)
    with connections.bare() as connection:
        connection.execute("VACUUM INTO ?", (str(half),))
    return half.replace(copy)


def _set_foreign_keys(connections: SqliteConnections, setting: str) -> None:
    with connections.bare() as connection:
        connection.execute(f"PRAGMA foreign_keys={setting}")


def _steps(tx: Transaction, place: SqliteFile | Server) -> str:
    """Takes the steps that are missing; the revision before."""
    before = revision(tx, place)
    if before != head():
        config = Config(attributes={"connection": tx})
        config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
        command.upgrade(config, "head")
    return before

"""Which version of the tables a database has, without the cost of importing Alembic."""

from sqlalchemy import inspect, text

from monitor.errors import StoreError
from monitor.store.connections import Transaction
from monitor.store.schema import REVISIONS, VERSION_TABLE

COPYING = "copying"
"""Stands for the revision of a database that a copy is being put into: until it is whole, nothing may work on it."""


def head() -> str:
    """The revision that this program reads and writes."""
    return REVISIONS[-1]


def revision(tx: Transaction, shown: object) -> str:
    """The database's revision; "" where it is empty. `shown` is its redacted address, for messages.

    Raises:
        StoreError: it is of a newer version, or something else's, or half a copy.
    """
    tables = inspect(tx).get_table_names()
    if not tables:
        return ""
    if VERSION_TABLE not in tables:
        raise StoreError(f"{shown} is not the monitor's: it has other tables", hint="give the monitor one of its own")
    found = str(tx.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())  # noqa: S608 (a constant)
    if found == COPYING:
        hint = "finish it with the same `monitor db copy`, or delete it"
        raise StoreError(f"{shown} holds a copy that is not whole yet", hint=hint)
    if found not in REVISIONS:
        hint = "install the version of the monitor that wrote it, or name another database"
        raise StoreError(f"{shown} was written by a newer monitor (tables {found}, known {head()})", hint=hint)
    return found


def demand_current(tx: Transaction, shown: object) -> None:
    """Checks that the tables are those of this version.

    Raises:
        StoreError: there are none yet, or older or newer ones.
    """
    found = revision(tx, shown)
    if not found:
        raise StoreError(f"no database yet at {shown}", hint="run `monitor run`")
    if found != head():
        hint = "run `monitor db upgrade`"
        raise StoreError(f"{shown} is of an older version (tables {found}, now {head()})", hint=hint)

"""How far a copy is: a table in its target, which is there as long as the copy is not whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, delete, insert, inspect, select, text

from monitor.errors import StoreError
from monitor.store import derived, rows, versions
from monitor.store.connections import Transaction
from monitor.store.schema import VERSION_TABLE

_TABLE = Table(
    "copy_state",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("last", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
)
_SOURCE = ""
"""The name of the row that says what is copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a table is."""

    last: Sequence[Any] = ()
    """The primary key of the last row that was copied; empty before the first."""
    rows: int = 0


def is_begun(tx: Transaction) -> bool:
    """Whether a copy into this database was begun, and is not whole."""
    return bool(inspect(tx).has_table(_TABLE.name))


def begin(tx: Transaction, source: str, shown: object, *, restart: bool) -> None:
    """Begins a copy, or goes on with it; `restart`: with nothing of what it has brought.

    Raises:
        StoreError: the target `shown` is of another version, or holds other data, or half a copy of something else.
    """
    if is_begun(tx):
        _go_on(tx, source, shown, restart=restart)
        return
    versions.demand_current(tx, shown)
    if filled := [table.name for table in derived.copied() if not rows.is_empty(tx, table)]:
        hint = "name an empty database, or a file that is not there yet"
        raise StoreError(f"{shown} holds data already ({', '.join(filled[:3])})", hint=hint)
    _TABLE.create(tx)
    _note_source(tx, source)
    _set_version(tx, versions.COPYING)


def reached(tx: Transaction, table: Table) -> Reached:
    """How far a table is."""
    row = tx.execute(select(_TABLE).where(_TABLE.c.name == table.name)).one_or_none()
    return Reached() if row is None else Reached(last=json.loads(row.last), rows=row.rows)


def note(tx: Transaction, table: Table, reached: Reached) -> None:
    """Keeps how far a table is, in the transaction that brings it there."""
    tx.execute(delete(_TABLE).where(_TABLE.c.name == table.name))
    tx.execute(insert(_TABLE).values(name=table.name, last=json.dumps(reached.last), rows=reached.rows))


def finish(tx: Transaction) -> None:
    """Makes the copy a database like any other."""
    _TABLE.drop(tx)
    _set_version(tx, versions.head())


def _note_source(tx: Transaction, source: str) -> None:
    of = json.dumps([source, versions.head()])
    tx.execute(insert(_TABLE).values(name=_SOURCE, last=of, rows=0))


def _go_on(tx: Transaction, source: str, shown: object, *, restart: bool) -> None:
    had, revision = json.loads(tx.execute(select(_TABLE.c.last).where(_TABLE.c.name == _SOURCE)).scalar_one())
    if revision != versions.head():
        hint = "delete it, and begin anew"
        raise StoreError(f"{shown} holds half a copy by another version of the monitor", hint=hint)
    if restart:
        for table in (_TABLE, *reversed(derived.copied())):
            tx.execute(delete(table))
        _note_source(tx, source)
    elif had != source:
        hint = "--restart throws that away, and begins anew"
        raise StoreError(f"{shown} holds half a copy of {had}", hint=hint)


def _set_version(tx: Transaction, revision: str) -> None:
    tx.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :revision"), {"revision": revision})  # noqa: S608

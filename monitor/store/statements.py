"""What SQLAlchemy says differently for each database, and how many values go into one statement."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import Executable

from monitor.store.connections import Transaction

T = TypeVar("T")

_BATCH = 500


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in portions that one `IN (…)` takes; the plan of a longer one is no better."""
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def listed_values(dialect: str, name: str, kind: str = "bigint") -> str:
    """What is in a JSON list, the parameter of this name, as a table with the column `value`: whole numbers or `text`.

    For statements as text: so one serves lists of all lengths; SQLAlchemy makes another for each length of `IN (…)`.
    """
    if dialect == "sqlite":
        return f"json_each(:{name})"
    return f"(SELECT CAST(value AS {kind}) AS value FROM json_array_elements_text(CAST(:{name} AS json)))"  # noqa: S608


def upsert(tx: Transaction, table: Table, key: tuple[str, ...], change: tuple[str, ...] = ()) -> Executable:
    """Inserts rows; where one with this key stands, takes over the columns `change`, or leaves it."""
    return _upsert(tx.dialect.name, table, key, change)


@cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], change: tuple[str, ...]) -> Executable:
    if dialect == "sqlite":
        insert = sqlite.insert(table)
        taken = {name: insert.excluded[name] for name in change}
        return (
            insert.on_conflict_do_update(index_elements=key, set_=taken) if change else insert.on_conflict_do_nothing()
        )
    from sqlalchemy.dialects import postgresql  # costs SQLite's users 30 ms

    other = postgresql.insert(table)
    taken = {name: other.excluded[name] for name in change}
    return other.on_conflict_do_update(index_elements=key, set_=taken) if change else other.on_conflict_do_nothing()

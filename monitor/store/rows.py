"""Whole tables, read row by row in the values that both databases hold alike: to be copied, and to be compared.

Packed texts stay packed; only moments, which the two write otherwise, are made the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Table, TableClause, bindparam, column, func, select, table, tuple_
from sqlalchemy.types import TypeDecorator, TypeEngine

from monitor.store.columns import Utc, storable
from monitor.store.connections import Transaction

Row = tuple[Any, ...]
Told = Callable[[str, int, int], None]
"""Is told what is done, and how much of how much; of 0 where that is not known."""

_AT_ONCE = 100
"""Rows that a reader holds: a page may have half a megabyte."""
_LOOK = 500
"""Rows between two words on how far it is."""
_WRAP = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a table holds, in whatever order."""

    rows: int = 0
    sum: int = 0
    """Of the hashes of its rows."""

    def plus(self, row: Row) -> "Digest":
        """With one row more."""
        hashed = blake2b(b"".join(map(_written, row)), digest_size=32).digest()
        return Digest(rows=self.rows + 1, sum=(self.sum + int.from_bytes(hashed)) % _WRAP)


def plain(of: Table) -> TableClause:
    """The table with columns of the values that stand in it."""
    return table(of.name, *(column(one.name, _plain(one.type)) for one in of.columns))


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) and not isinstance(kind, Utc) else kind


def read(tx: Transaction, of: Table) -> Iterator[Row]:
    """All rows, in no order.

    Raises:
        DBAPIError, TypeError, ValueError: one of them cannot be read.
    """
    return _rows(tx, select(plain(of)))


def read_after(tx: Transaction, of: Table, key: Sequence[Any]) -> Iterator[Row]:
    """The rows behind a primary key in the order of it; all behind an empty one. Raises: as `read`."""
    found = plain(of)
    keys = [found.c[one.name] for one in of.primary_key]
    rows = select(found).order_by(*keys)
    if key:
        after = [bindparam(None, value, one.type) for value, one in zip(key, keys, strict=True)]
        rows = rows.where(tuple_(*keys) > tuple_(*after))
    return _rows(tx, rows)


def key_places(of: Table) -> list[int]:
    """Where in a row its primary key stands."""
    names = [one.name for one in of.columns]
    return [names.index(one.name) for one in of.primary_key]


def number(tx: Transaction, of: Table) -> int:
    """How many rows there are."""
    return tx.execute(select(func.count()).select_from(of)).scalar_one()


def is_empty(tx: Transaction, of: Table) -> bool:
    """Whether there is none."""
    return tx.execute(select(plain(of)).limit(1)).first() is None


def counting(told: Told, what: str, total: int) -> Callable[[Iterator[Row]], Iterator[Row]]:
    """Tells how far it is with all the rows that are read through what it returns."""
    done = 0

    def counted(found: Iterator[Row]) -> Iterator[Row]:
        nonlocal done
        for row in found:
            if done % _LOOK == 0:
                told(what, done, total)
            done += 1
            yield row

    return counted


def digest(rows: Iterable[Row]) -> Digest:
    """What these rows are."""
    found = Digest()
    for row in rows:
        found = found.plus(row)
    return found


def _rows(tx: Transaction, statement: Any) -> Iterator[Row]:
    with tx.execute(statement, execution_options={"yield_per": _AT_ONCE}) as found:
        for row in found:
            yield tuple(storable(value) if isinstance(value, str) else value for value in row)


def _written(value: Any) -> bytes:
    """A value as bytes that no other value is written as."""
    match value:
        case None:
            kind, said = b"n", b""
        case bool():
            kind, said = b"t", b"1" if value else b"0"
        case int() | float():
            kind, said = b"i" if isinstance(value, int) else b"f", repr(value).encode()
        case str():
            kind, said = b"s", value.encode()
        case datetime():
            kind, said = b"d", value.isoformat().encode()
        case _:
            kind, said = b"b", bytes(value)
    return kind + len(said).to_bytes(8) + said

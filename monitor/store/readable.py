"""Whether every value can be read: those packed are unpacked, and pages are what their hashes say."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, exc
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from monitor.store import rows
from monitor.store.columns import Choice, Hashes, Packed, PackedBytes, Strings
from monitor.store.connections import Transaction
from monitor.store.failures import is_damage, said
from monitor.store.rows import Row, Told
from monitor.store.schema import metadata, pages

_NAMED = 3
"""Values that are named."""


def unreadable(tx: Transaction, told: Told) -> Iterator[str]:
    """Each table of which something cannot be read, or is not what was stored. Raises: DBAPIError, where it passes."""
    tell = rows.counting(told, "the values", sum(rows.number(tx, table) for table in metadata.sorted_tables))
    for table in metadata.sorted_tables:
        bad: list[str] = []
        try:
            # Else PostgreSQL would do nothing more in this transaction.
            with tx.begin_nested():
                for row in tell(rows.read(tx, table)):
                    bad += _bad(table, row, tx.dialect)
        except (TypeError, ValueError) as error:
            yield f"{table.name}: rows cannot be read ({error})"
        except exc.DBAPIError as error:
            if not is_damage(error):
                raise
            yield f"{table.name}: rows cannot be read ({said(error)})"
        if bad:
            named = ", ".join(bad[:_NAMED]) + (", …" if len(bad) > _NAMED else "")
            yield f"{table.name}: {len(bad):,} cannot be read, or differ from what was stored: {named}"


def _bad(table: Table, row: Row, dialect: Dialect) -> Iterator[str]:
    key = " ".join(str(row[place]) for place in rows.key_places(table))
    read: dict[str, Any] = {}
    for column, value in zip(table.columns, row, strict=True):
        try:
            read[column.name] = _value(column.type, value, dialect)
        except Exception:  # noqa: BLE001 (of zlib, JSON, Unicode, struct or an enum: it cannot be read)
            yield f"{column.name} of {key}"
    if table is pages and "body" in read and sha256(read["body"]).hexdigest() != read["sha256"]:
        yield f"sha256 of {key}"


def _value(kind: TypeEngine[Any], value: Any, dialect: Dialect) -> Any:
    # The others are as they stand; moments were read already.
    if isinstance(kind, (Choice, Hashes, Packed, PackedBytes, Strings)):
        return kind.process_result_value(value, dialect)
    return value

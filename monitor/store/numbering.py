"""Tables whose rows are numbered by the database: which number comes next.

SQLite takes the one after the highest that stands. PostgreSQL counts beside the table, and knows nothing of numbers
that were brought along.
"""

from collections.abc import Iterator

from sqlalchemy import Column, func, select, text

from monitor.store.connections import Transaction
from monitor.store.schema import metadata


def go_on_numbering(tx: Transaction) -> None:
    """Has PostgreSQL count on from the highest number that stands."""
    for sequence, numbered in _sequences(tx):
        highest = select(func.coalesce(func.max(numbered), 0)).scalar_subquery()
        tx.execute(select(func.setval(sequence, highest + 1, False)))  # noqa: FBT003 (SQL's)


def outrun(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Tables of which the next number is taken already, and the columns that hold it."""
    for sequence, numbered in _sequences(tx):
        last, is_called = tx.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
        highest = tx.execute(select(func.coalesce(func.max(numbered), 0))).scalar_one()
        if highest >= last + is_called:
            yield numbered.table.name, numbered.name


def _sequences(tx: Transaction) -> Iterator[tuple[str, Column[int]]]:
    if tx.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for numbered in table.primary_key:
            name = func.pg_get_serial_sequence(table.name, numbered.name)
            if sequence := tx.execute(select(name)).scalar_one():
                yield sequence, numbered

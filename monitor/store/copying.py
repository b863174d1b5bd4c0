"""Moves everything from one database to another, of the same kind or not: table by table, compared at the end.

Nobody else works on either meanwhile: both daemons' locks are held, and the source's turn to write. Until the target is
whole, its revision is one that every other command refuses, and a table in it says how far each table is: interrupted
by whatever, the same copy goes on.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Table, exc, insert, text

from monitor.errors import LockedError, StoreError
from monitor.store import copy_state, derived, migrate, rows, versions
from monitor.store.address import parse
from monitor.store.connections import Transaction, connect
from monitor.store.copy_state import Reached
from monitor.store.failures import said, translated
from monitor.store.lock import daemon_lock
from monitor.store.numbering import go_on_numbering
from monitor.store.rows import Row, Told
from monitor.store.store import Store, make_folder

BATCH = 2_000
"""Rows of a transaction on the target."""
_BATCH_BYTES = 8 << 20
"""Or fewer, where they are as large as this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy brought."""

    rows: dict[str, int]
    """Table → its rows, which are the same in both."""
    before: int
    """Of these, rows that an interrupted copy had brought."""


def copy(source: str, target: str, told: Told, *, restart: bool = False) -> Copied:
    """Copies all rows; `restart`: throws away what an interrupted copy left in the target.

    Raises:
        StoreError: either cannot be used, or not for this; or the target refuses a row, or they differ in the end,
            because the source was written to between two runs, or is damaged.
        LockedError: a daemon works on one of them.
    """
    Store.open(source, read_only=True).close()  # it is there, and of this version: opening it to write would upgrade it
    with _alone(source, target), Store.open(source) as store, _opened(target) as into, store.writing() as tx:
        with into.writing() as first:
            copy_state.begin(first, str(store), into, restart=restart)
        with _taken(into):
            before = _copy_tables(tx, into, told)
            found = _compare_tables(tx, into, told)
        with into.writing() as last:
            go_on_numbering(last)
            derived.make(last)
            copy_state.finish(last)
            if last.dialect.name == "postgresql":
                last.execute(text("ANALYZE"))
    return Copied(rows=found, before=before)


@contextmanager
def _alone(source: str, target: str) -> Iterator[None]:
    with daemon_lock(source):
        try:
            with daemon_lock(target):
                yield
        except LockedError as error:
            if error.pid != os.getpid():
                raise
            hint = "name another one to copy into"
            raise StoreError(f"{parse(target)} is the very database that is copied", hint=hint) from error


@contextmanager
def _opened(target: str) -> Iterator[Store]:
    """The target, with its tables, whatever its revision."""
    place = parse(target)
    make_folder(place)
    connections = connect(place)
    with Store(place, connections, read_only=False) as store:
        with store.writing() as tx:
            is_empty = not copy_state.is_begun(tx) and not versions.revision(tx, place)
        if is_empty:
            with translated(place):
                migrate.upgrade(connections, place)
        yield store


@contextmanager
def _taken(into: Store) -> Iterator[None]:
    """Says what to do where a row names another that the target lacks, or holds a value that is none."""
    try:
        yield
    except (exc.IntegrityError, exc.DataError, TypeError, ValueError) as error:
        words = said(error) if isinstance(error, exc.DBAPIError) else str(error)
        hint = (
            "--restart begins anew, where it was written to between two runs; `monitor db check` tells what is damaged"
        )
        raise StoreError(f"{into} cannot take what is copied ({words})", hint=hint) from error


def _copy_tables(tx: Transaction, into: Store, told: Told) -> int:
    """Copies what is missing; how many rows were there."""
    tables = derived.copied()
    total = sum(rows.number(tx, table) for table in tables)
    with into.reading() as had:
        reached = [copy_state.reached(had, table) for table in tables]
    before = done = sum(one.rows for one in reached)
    told("copying", done, total)
    for table, at in zip(tables, reached, strict=True):
        for number in _copy_table(tx, into, table, at):
            done += number
            told("copying", done, total)
    return before


def _copy_table(tx: Transaction, into: Store, table: Table, at: Reached) -> Iterator[int]:
    """Copies the rest of a table; yields how many rows each transaction brought."""
    there, places = rows.plain(table), rows.key_places(table)
    names = [column.name for column in table.columns]
    for batch in _batches(rows.read_after(tx, table, at.last)):
        at = Reached(last=[batch[-1][place] for place in places], rows=at.rows + len(batch))
        with into.writing() as other:
            other.execute(insert(there), [dict(zip(names, row, strict=True)) for row in batch])
            copy_state.note(other, table, at)
        yield len(batch)


def _batches(found: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in found:
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
        if len(batch) >= BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _compare_tables(tx: Transaction, into: Store, told: Told) -> dict[str, int]:
    """Reads all again, from both; how many rows each table has. Raises: StoreError, where they are not the same."""
    tables = derived.copied()
    counts = {table.name: rows.number(tx, table) for table in tables}
    tell = rows.counting(told, "comparing", 2 * sum(counts.values()))
    with into.reading() as other:
        differing = [
            table.name
            for table in tables
            if rows.digest(tell(rows.read(tx, table))) != rows.digest(tell(rows.read(other, table)))
        ]
    if differing:
        what = f"{into} is not the same as what was copied ({', '.join(differing)})"
        raise StoreError(what, hint="it was written to between two runs: --restart begins anew")
    return counts

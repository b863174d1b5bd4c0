"""A consistent copy of the database in a file, while others go on working with it.

SQLite: by its online backup, page by page, within one snapshot: a reader like any other, so that nobody waits for it,
and whoever writes meanwhile only makes the log longer. (VACUUM INTO is as good a reader, takes half as much time again,
and cannot say how far it is.) PostgreSQL: by pg_dump.

The file has another name until it is whole and checked.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from monitor.errors import StoreError
from monitor.store import counts, dump
from monitor.store.address import Server, SqliteFile, parse
from monitor.store.connections import connect
from monitor.store.failures import translated
from monitor.store.rows import Told
from monitor.store.store import revision

_PAGES = 2_048
"""Pages that are copied between two words on how far it is: 8 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was written."""

    file: Path
    bytes: int
    sha256: str
    revision: str
    rows: Mapping[str, int]
    """Table → rows, for those that a person asks about."""


def back_up(database: str, file: Path, told: Told) -> Backup:
    """Writes the backup to a file that is not there yet.

    Raises:
        StoreError: the database cannot be read or is damaged, the file cannot be written or is there already, or
            PostgreSQL's pg_dump is missing or fails. No file is left then.
    """
    place = parse(database)
    found, _ = revision(database)
    with _half(file) as half:
        rows = _copy(place, half, told) if isinstance(place, SqliteFile) else _dump(place, half, told)
        told("hashing", 0, 0)
        with half.open("rb") as written:
            hashed = hashlib.file_digest(written, "sha256").hexdigest()
            os.fsync(written.fileno())
            size = os.fstat(written.fileno()).st_size
    return Backup(file=file, bytes=size, sha256=hashed, revision=found, rows=rows)


@contextmanager
def _half(file: Path) -> Iterator[Path]:
    """Another name for the file until the end, when it gets its own, or goes."""
    half = file.with_name(f"{file.name}.{os.getpid()}.half")
    try:
        _refuse_existing(file)
        half.touch(exist_ok=False)
        try:
            yield half
            _refuse_existing(file)
            half.rename(file)
        finally:
            for left in (half, half.with_name(f"{half.name}-journal")):
                left.unlink(missing_ok=True)
        _sync(file.parent)
    except OSError as error:
        hint = "check that the folder exists, that this user may write there, and that there is room"
        raise StoreError(f"{file} cannot be written ({error.strerror})", hint=hint) from error


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise StoreError(f"{file} is there already", hint="nothing is overwritten: name another file")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(place: SqliteFile, half: Path, told: Told) -> dict[str, int]:
    address = f"file:{quote(str(place.path))}?mode=ro"
    with translated(half), closing(sqlite3.connect(half, isolation_level=None)) as copy:
        for setting in ("synchronous", "journal_mode"):
            copy.execute(f"PRAGMA {setting}=OFF")
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as source:
            with translated(place):
                # One snapshot for all pages: without it, whoever writes makes it begin anew.
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_schema")
            source.backup(
                copy, pages=_PAGES, progress=lambda _, left, total: told("copying MB", (total - left) >> 8, total >> 8)
            )
        # One file, that can also be read where nothing can be written.
        copy.execute("PRAGMA journal_mode=DELETE")
        told("checking", 0, 0)
        with translated(place):
            _demand_whole(copy, place)
        return {
            table.name: copy.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608
            for table in counts.COUNTED
        }


def _demand_whole(copy: sqlite3.Connection, place: SqliteFile) -> None:
    (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        hint = "`monitor db check` says more; an earlier backup is better than one of this"
        raise StoreError(f"{place} is damaged ({found.splitlines()[-1]})", hint=hint)


def _dump(server: Server, half: Path, told: Told) -> dict[str, int]:
    connections = connect(server)
    try:
        with translated(server), connections.reading() as tx:
            rows = counts.totals(tx)
            told("dumping", 0, 0)
            dump.write(server, half, snapshot=dump.snapshot(tx))
    finally:
        connections.close()
    told("checking", 0, 0)
    dump.check(half)
    return rows

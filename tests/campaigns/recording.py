"""A short run of the stages over a database whose every committed state is known, copied in the midst of it."""

import random
import shutil
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine, event

from monitor.demo.server import LoopbackServer
from monitor.store.store import Store
from tests.campaigns.contents import Contents, contents
from tests.pipeline.conftest import LISTS, MONITOR_YAML, WATCHLIST, World
from tests.receiver import Receiver

FEEDS = ("one", "two", "three")
_HEADER, _FRAME_HEADER = 32, 24
_COMMITS = 35
"""Of a round, about."""
_TEXT = " ".join(f"Sentence {number} says what was seen of the olives." for number in range(30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A database and its log, as they were at some moment."""

    folder: Path
    last: int
    """Number of the state that was committed last."""
    since: int
    """Bytes of the log that are in the database's file, too: they were synced first, and no crash can tear them."""


@dataclass(slots=True, kw_only=True)
class Recording:
    """What a run did to its database."""

    states: list[str] = field(default_factory=list)
    """What it held after each commit, the first before any."""
    copies: list[Copy] = field(default_factory=list)
    right: Contents = field(default_factory=dict)
    """What it holds in the end."""


class Site:
    """A world of three feeds, half of whose items match, and which are told to a receiver."""

    def __init__(self, folder: Path, hook: Receiver) -> None:
        self._folder = folder
        self._hook = hook
        self._server = LoopbackServer(0)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "Site":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def world(self, database: Path) -> World:
        """This site, watched with another database."""
        folder = self._folder / f"config of {database.parent.name}"
        shutil.rmtree(folder, ignore_errors=True)
        world = World(folder, str(database), self._server)
        hook = f"channels:\n  desk:\n    webhook: {{url: {self._hook.url}}}\n"
        world.write("monitor.yaml", f"{MONITOR_YAML}revisit: []\n{hook}")
        world.write("watchlists/rafah.yaml", f"{WATCHLIST}alerts:\n  - {{channel: desk, when: match}}\n")
        world.write("lists/words.yaml", LISTS)
        world.feeds(*FEEDS)
        return world

    def grow(self, world: World, upto: int) -> None:
        """Let each feed offer all its items up to this one, and be due."""
        for feed in FEEDS:
            items = []
            for number in range(upto):
                path, title = f"/{feed}/{number}", "Fighters in Rafah" if number % 2 else "Olives"
                items.append(world.item(f"{title}, {feed} {number}", path, guid=f"{feed}-{number}"))
                world.page(path, f"{_TEXT}\nIt is number {number} of feed {feed}.")
            world.offer(*items, feed=feed)
        world.poll_again()


async def record(site: Site, folder: Path, *, rounds: int, items: int, copies: int, seed: int) -> Recording:
    """So many rounds with so many more items of each feed; about so many copies, at moments of chance."""
    database = folder / "recorded" / "monitor.db"
    database.parent.mkdir()
    Store.open(str(database)).close()
    world, found, chance = site.world(database), Recording(states=[state(database)]), random.Random(seed)
    expected = _COMMITS * rounds
    # Whoever closes last writes the log back: while this one is open, nobody does.
    with closing(sqlite3.connect(database)) as keeper, _each_commit(database) as commits:
        keeper.execute("SELECT count(*) FROM articles").fetchone()

        def committing(connection: sqlite3.Connection) -> None:
            if chance.random() < copies / expected and _log_of(database).stat().st_size:
                found.copies.append(_copy(database, folder / f"copy{len(found.copies)}", len(found.states) - 1))
            found.states.append(_state(connection))

        commits.append(committing)
        for number in range(1, rounds + 1):
            site.grow(world, number * items)
            await world.run(after=timedelta(minutes=20))
    found.right = contents(str(database))
    return found


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def state(database: Path) -> str:
    """A digest of all that a database holds."""
    with sqlite3.connect(database) as connection:
        found = _state(connection)
    connection.close()
    return found


def _state(connection: sqlite3.Connection) -> str:
    """Of the tables, as they are inside the transaction; those of the word index are written while it is committed."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search[_]*' ORDER BY name"
    digest = sha256()
    for (name,) in connection.execute(tables).fetchall():
        if name == "search":
            continue
        digest.update(name.encode())
        for row in connection.execute(f'SELECT * FROM "{name}"'):
            digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


@contextmanager
def _each_commit(database: Path) -> Iterator[list[Any]]:
    """What is called before each commit to a database."""
    called: list[Any] = []

    def commit(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection) and raw.execute("PRAGMA database_list").fetchone()[2] == str(database):
            for one in called:
                one(raw)

    event.listen(Engine, "commit", commit)
    try:
        yield called
    finally:
        event.remove(Engine, "commit", commit)


def _copy(database: Path, folder: Path, last: int) -> Copy:
    """By another process: who closes a file that SQLite has open in this one, takes its locks away."""
    folder.mkdir()
    files = [
        path for path in (database.with_name(database.name + end) for end in ("", "-wal", "-shm")) if path.exists()
    ]
    subprocess.run(["cp", *files, folder], check=True)
    index = (folder / f"{database.name}-shm").read_bytes()
    (page,) = struct.unpack_from(">I", _log_of(folder / database.name).read_bytes(), 8)
    # nBackfill of the index's header, by https://www.sqlite.org/walformat.html
    (written_back,) = struct.unpack_from("=I", index, 96)
    (folder / f"{database.name}-shm").unlink()
    since = _HEADER + written_back * (_FRAME_HEADER + page) if written_back else 0
    return Copy(folder=folder, last=last, since=since)

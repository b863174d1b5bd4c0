"""Databases as every earlier version left them, of both kinds: upgraded, they hold all that they held.

They are stored in databases/, as the migrations of their time made them, which must not change what they made then.
"""

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from monitor.model import FailureKind, Manner
from monitor.store import schema
from monitor.store.check import check
from monitor.store.dump import _program
from monitor.store.store import Store, revision, upgrade
from tests.sizes import FACTOR
from tests.store.everything import IDS, ROWS, fill, tables_of, typed
from tests.store.test_copying import told
from tests.store.test_migrate import HEAD, version

FOLDER = Path(__file__).parent / "databases"
EARLIER = schema.REVISIONS[:-1]

_ADDED: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Any]] = {
    ("feeds", "host"): lambda _: "",
    ("feeds", "window"): lambda _: 0,
    ("feeds", "moved_to"): lambda _: "",
    ("feeds", "moved_times"): lambda _: 0,
    ("feeds", "crashed_hash"): lambda _: "",
    ("feeds", "crashes"): lambda _: 0,
    ("feeds", "interruptions"): lambda _: 0,
    ("feeds", "unchanged_poll"): lambda _: 0,
    ("feeds", "failure"): lambda row: FailureKind.TEMPORARY if row["failures"] else None,
    ("polls", "times"): lambda _: 1,
    ("polls", "gap"): lambda _: False,
    ("daemon", "alive_at"): lambda row: row["started_at"],
    ("articles", "published_raw"): lambda _: "",
    ("articles", "modified_raw"): lambda _: "",
    ("members", "credit"): lambda _: "",
    ("reviews", "before"): lambda row: row["before"],
    ("reviews", "tags"): lambda _: (),
    ("reviews", "tags_before"): lambda _: (),
    ("reviews", "assignee"): lambda _: "",
    ("reviews", "assignee_before"): lambda _: "",
    ("reviews", "manner"): lambda _: Manner.HAND,
    ("reviews", "decision"): lambda row: row["decision"],
    ("reviews", "version"): lambda _: "",
    ("members", "marks"): lambda _: "{}",
    ("members", "sample"): lambda row: row["sample"],
}
"""What the upgrade puts into columns that were not there, out of what was; nothing into all others."""


def path_of(of: str, url: str) -> Path:
    return FOLDER / (f"{of}.sql.gz" if "://" in url else f"{of}.db.gz")


def load(of: str, url: str) -> None:
    """Puts the stored database of a revision where nothing is yet."""
    stored = gzip.decompress(path_of(of, url).read_bytes())
    if "://" not in url:
        Path(url).write_bytes(stored)
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(stored)


def store_away(of: str, url: str, folder: Path) -> None:
    """Makes the database of a revision by today's migrations, and stores it."""
    with version(of, folder), Store.open(url) as store, store.writing() as tx:
        fill(tx)
    if "://" in url:
        command = [_program("pg_dump"), "--inserts", "--no-owner", "--no-acl", f"--dbname={url}"]
        made = subprocess.run(command, check=True, capture_output=True).stdout
        # Lines that only psql understands.
        made = b"".join(line for line in made.splitlines(keepends=True) if not line.startswith(b"\\"))
    else:
        with sqlite3.connect(url) as file:
            file.execute("PRAGMA journal_mode=DELETE")
        file.close()
        made = Path(url).read_bytes()
    FOLDER.mkdir(exist_ok=True)
    path_of(of, url).write_bytes(gzip.compress(made, mtime=0))


@pytest.fixture(params=EARLIER)
def earlier(request: pytest.FixtureRequest, new_database: Callable[..., str], tmp_path: Path) -> tuple[str, str]:
    """A revision, and a database of it. One that is not stored yet is made, and the test fails."""
    url = new_database(empty=True)
    if not path_of(request.param, url).exists():
        store_away(request.param, url, tmp_path)
        pytest.fail(f"{path_of(request.param, url)} was missing. It was made: commit it")
    load(request.param, url)
    return request.param, url


def held(of: str, url: str, folder: Path) -> dict[str, list[str]]:
    """Table → its columns, in a database of an earlier revision; each table holds what it held."""
    with version(of, folder), Store.open(url, read_only=True) as store, store.reading() as tx:
        found = {}
        for name in tables_of(tx):
            table = typed(tx, name)
            found[name] = [column.name for column in table.columns]
            rows = [tuple(row[column] for column in found[name]) for row in ROWS[name]]
            assert sorted(map(tuple, tx.execute(select(table))), key=repr) == sorted(rows, key=repr)
        return found


def expected(columns: Mapping[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """What the tables must hold, if these were in them before."""
    # All that is stored is yet to be put into the index of words.
    made = [{"number": n, "article_id": one, "times": 1} for n, one in enumerate(sorted(IDS.values()), 1)]
    return {"unsearched": made} | {
        table.name: [
            {
                column.name: row[column.name] if column.name in columns[table.name] else _added(column, row)
                for column in table.columns
            }
            for row in (ROWS[table.name] if table.name in columns else ())
        ]
        for table in schema.metadata.sorted_tables
        if table.name in columns or table.name != "unsearched"
    }


def _added(column: Any, row: Mapping[str, Any]) -> Any:
    of = (column.table.name, column.name)
    return _ADDED[of](row) if of in _ADDED else None


def contents(url: str) -> dict[str, list[dict[str, Any]]]:
    with Store.open(url, read_only=True) as store, store.reading() as tx:
        return {table.name: [*_rows(tx, table)] for table in schema.metadata.sorted_tables}


def _rows(tx: Any, table: Any) -> Iterator[dict[str, Any]]:
    for row in tx.execute(select(table)).mappings():
        yield dict(row)


def same(found: Mapping[str, list[Any]], wanted: Mapping[str, list[Any]]) -> None:
    assert found.keys() == wanted.keys()
    for name, rows in wanted.items():
        assert sorted(found[name], key=repr) == sorted(rows, key=repr), name


def test_upgraded_it_holds_everything_that_it_held(earlier: tuple[str, str], tmp_path: Path) -> None:
    of, url = earlier
    columns = held(of, url, tmp_path)
    done = upgrade(url)
    assert (done.before, done.after) == (of, HEAD)
    same(contents(url), expected(columns))
    assert check(url, told) == ()


def test_everything_says_something_of_every_table_of_today(database_url: str) -> None:
    with Store.open(database_url) as store, store.writing() as tx:
        fill(tx)
        assert set(tables_of(tx)) <= ROWS.keys()
    assert min(len(rows) for rows in contents(database_url).values()) > 0


KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from monitor.store import migrate
from monitor.store.store import revision, upgrade

url, step = sys.argv[1], int(sys.argv[2])
before = revision(url)

def die_after(number):
    left = [number]
    def count(*_):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    if "://" in url:
        for moment in ("before_cursor_execute", "commit"):
            event.listen(Engine, moment, count)
    else:
        # All that SQLite runs: pragmas, BEGIN and COMMIT, and each row's statement of a VACUUM.
        event.listen(Engine, "connect", lambda connection, _: connection.set_trace_callback(count))

deaths = 0
while True:
    child = os.fork()
    if not child:
        die_after(step * deaths)
        upgrade(url)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        print(deaths)
        sys.exit(os.waitstatus_to_exitcode(status))
    assert revision(url)[0] in before
    deaths += 1
"""
"""Upgrades, killed before its first, its so manyth, … statement, until it is through."""


@pytest.mark.nightly
@pytest.mark.parametrize("earlier", EARLIER if FACTOR > 1 else (EARLIER[0], EARLIER[-1]), indirect=True)
def test_killed_before_any_of_its_statements_it_can_be_upgraded_again(earlier: tuple[str, str], tmp_path: Path) -> None:
    of, url = earlier
    columns = held(of, url, tmp_path)
    # From the first one every step is taken that there is.
    step = 1 if FACTOR > 1 else 17 if of == EARLIER[0] else 41
    command = [sys.executable, "-c", KILLED, url, str(step)]
    done = subprocess.run(command, env={"PYTHONPATH": "."}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0
    assert revision(url) == (HEAD, HEAD)
    same(contents(url), expected(columns))

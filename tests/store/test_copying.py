"""Moving to another database: every row of every table, the same in both, however often it is interrupted."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from monitor.errors import LockedError, StoreError
from monitor.model import Article, OutageKind
from monitor.store import articles, copying, derived, outages, rows, schema, search
from monitor.store.articles import ArticleQuery
from monitor.store.check import check
from monitor.store.copying import Copied, copy
from monitor.store.lock import daemon_lock
from monitor.store.store import Store, Transaction
from tests.builders import NOON, an_article
from tests.conftest import Cluster, _sqlite_maker
from tests.store.everything import IDS, ROWS, fill
from tests.store.test_faults import create

Make = Callable[..., str]

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_POSTGRES = pytest.mark.postgres
KINDS = [
    (SQLITE, SQLITE),
    pytest.param((SQLITE, POSTGRESQL), marks=_POSTGRES),
    pytest.param((POSTGRESQL, SQLITE), marks=_POSTGRES),
    pytest.param((POSTGRESQL, POSTGRESQL), marks=_POSTGRES),
]
"""Of the source and the target."""


def told(*_: object) -> None:
    pass


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Make]]:
    """Makes databases of a kind, as `new_database` does."""
    made: list[str] = []

    def postgresql(*, empty: bool = False) -> str:
        cluster: Cluster = request.getfixturevalue("postgres")
        made.append(cluster.create() if empty else cluster.create_ready())
        return cluster.url(made[-1])

    yield (
        lambda kind: (
            postgresql if kind == POSTGRESQL else _sqlite_maker(tmp_path, request.getfixturevalue("_ready_sqlite"))
        )
    )
    for name in made:
        request.getfixturevalue("postgres").drop(name)


@pytest.fixture(params=KINDS[1:3], ids=lambda kinds: " to ".join(kinds))
def crossed(request: pytest.FixtureRequest, make: Callable[[str], Make]) -> tuple[str, str]:
    """The same, of two kinds."""
    source, target = request.param
    return filled(make(source)()), make(target)(empty=True)


@pytest.fixture(params=KINDS, ids=lambda kinds: " to ".join(kinds))
def pair(request: pytest.FixtureRequest, make: Callable[[str], Make]) -> tuple[str, str]:
    """A database that holds everything, and one in which there is nothing."""
    source, target = request.param
    return filled(make(source)()), make(target)(empty=True)


@pytest.fixture
def target(tmp_path: Path) -> str:
    return str(tmp_path / "target" / "monitor.db")


@pytest.fixture
def source(database_url: str) -> str:
    return filled(database_url)


def filled(url: str) -> str:
    with Store.open(url) as store, store.writing() as tx:
        fill(tx)
    return url


def contents(url: str) -> dict[str, list[Any]]:
    """All rows of all tables that are copied, as the program reads them."""
    with Store.open(url, read_only=True) as store, store.reading() as tx:
        return {table.name: _sorted(tx, table) for table in derived.copied()}


def _sorted(tx: Transaction, table: Table) -> list[Any]:
    return sorted((tuple(row) for row in tx.execute(select(table))), key=repr)


def test_everything_is_copied(pair: tuple[str, str]) -> None:
    source, target = pair
    before = contents(source)
    done = copy(source, target, told)
    assert contents(target) == contents(source) == before
    assert done == Copied(rows={name: len(found) for name, found in before.items()}, before=0)
    assert min(done.rows.values()) > 0
    assert check(target, told) == ()


def test_there_and_back_again_everything_is_as_it_was(make: Callable[[str], Make], crossed: tuple[str, str]) -> None:
    source, between = crossed
    back = make(SQLITE)(empty=True)
    copy(source, between, told)
    copy(between, back, told)
    assert contents(back) == contents(source)


def test_new_rows_are_numbered_on(pair: tuple[str, str]) -> None:
    source, target = pair
    copy(source, target, told)
    with Store.open(target) as store, store.writing() as tx:
        outages.begin(tx, OutageKind.MONITOR, NOON)
        poll = {name: value for name, value in ROWS["polls"][0].items() if name != "id"}
        assert tx.execute(insert(schema.polls).returning(schema.polls.c.id), poll).scalar_one() == 6
        member = {**ROWS["members"][0], "article_id": ROWS["articles"][3]["id"]}
        del member["number"], member["sampled"]
        assert tx.execute(insert(schema.members).returning(schema.members.c.number), member).scalar_one() == 8


def test_an_empty_database_is_copied_and_its_rows_are_numbered_from_one(
    make: Callable[[str], Make], new_database: Make
) -> None:
    source, target = make(SQLITE)(), new_database(empty=True)
    assert sum(copy(source, target, told).rows.values()) == 0
    with Store.open(target) as store, store.writing() as tx:
        outages.begin(tx, OutageKind.MONITOR, NOON)
        assert tx.execute(select(schema.outages.c.id)).scalars().all() == [1]


def test_what_only_sqlite_can_hold_is_replaced_as_everywhere(crossed: tuple[str, str]) -> None:
    source, target = crossed
    if "://" in source:
        pytest.skip("PostgreSQL holds no such text")
    create(source, "UPDATE articles SET outlet = 'a' || char(0) || 'b'")
    copy(source, target, told)
    with Store.open(target) as store, store.reading() as tx:
        assert {one.outlet for one in articles.query(tx, ArticleQuery())} == {"a\N{REPLACEMENT CHARACTER}b"}


KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from monitor.store import copying

copying.BATCH = 2
source, target, step = sys.argv[1], sys.argv[2], int(sys.argv[3])

def die_after(number):
    left = [number]
    def count(*_):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)

deaths = 0
while True:
    child = os.fork()
    if not child:
        die_after(step * (deaths + 1))
        copying.copy(source, target, lambda *_: None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        print(deaths)
        sys.exit(os.waitstatus_to_exitcode(status))
    deaths += 1
"""
"""Copies until it is whole, killed after more and more statements and commits: somewhere in each of its parts."""


def test_killed_again_and_again_it_goes_on_and_nothing_is_lost_or_doubled(pair: tuple[str, str]) -> None:
    source, target = pair
    command = [sys.executable, "-c", KILLED, source, target, "23"]
    done = subprocess.run(command, env={"PYTHONPATH": "."}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 5
    assert contents(target) == contents(source)
    assert check(target, told) == ()


class StoppedError(Exception):
    pass


def copy_until(source: str, target: str, rows_: int, monkeypatch: pytest.MonkeyPatch, batch: int = 2) -> None:
    """Copies so many rows and is interrupted."""

    def stop(what: str, done: int, total: int) -> None:
        if done >= rows_:
            raise StoppedError

    with monkeypatch.context() as small:
        small.setattr(copying, "BATCH", batch)
        with pytest.raises(StoppedError):
            copy(source, target, stop)


def test_it_goes_on_where_it_was_and_says_how_much_was_there(
    crossed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = crossed
    copy_until(source, target, 20, monkeypatch)
    seen: list[tuple[str, int, int]] = []
    done = copy(source, target, lambda *said: seen.append(said))
    assert 20 <= done.before <= 21
    total = sum(done.rows.values())
    assert seen[0] == ("copying", done.before, total)
    assert ("copying", total, total) in seen
    assert seen[-1] == ("comparing", 0, 2 * total)
    with pytest.raises(Exception, match="copy_state"):
        create(target, "SELECT * FROM copy_state")
    assert contents(target) == contents(source)


def test_a_copy_that_is_not_whole_is_refused_by_everything_else(
    crossed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = crossed
    copy_until(source, target, 20, monkeypatch)
    for read_only in (True, False):
        with pytest.raises(StoreError, match=r"not whole yet: finish it with the same `monitor db copy`, or delete it"):
            Store.open(target, read_only=read_only)
    with pytest.raises(StoreError, match=r"not whole yet"):
        copy(target, source, told)


def test_what_was_written_to_between_two_runs_is_noticed_and_begun_anew(
    crossed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = crossed
    copy_until(source, target, 30, monkeypatch)
    create(source, "UPDATE articles SET title = 'عنوان آخر'")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"not the same as what was copied \(articles\): .*--restart begins anew"):
            copy(source, target, told)
    done = copy(source, target, told, restart=True)
    assert done.before == 0
    assert contents(target) == contents(source)


def test_rows_that_came_between_two_runs_and_fit_no_more_are_said(
    crossed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = crossed
    copy_until(source, target, 20, monkeypatch)
    with Store.open(source) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article(f"https://gazette.example/{number}") for number in range(40)])
    with pytest.raises(StoreError, match=r"cannot take what is copied \(.*(?i:foreign key).*\): --restart begins anew"):
        copy(source, target, told)
    copy(source, target, told, restart=True)
    assert contents(target) == contents(source)


@pytest.mark.parametrize("values", ["since = 'soon'", "since = 7", "visits = 1e15"])
def test_values_that_nobody_can_copy_are_said(crossed: tuple[str, str], values: str) -> None:
    source, target = crossed
    if "://" in source:
        pytest.skip("PostgreSQL holds no such values")
    create(source, f"UPDATE revisits SET {values}")
    with pytest.raises(StoreError, match=r"cannot take what is copied .* `monitor db check` tells what is damaged"):
        copy(source, target, told)


def test_half_a_copy_of_something_else_is_not_gone_on_with(
    make: Callable[[str], Make], crossed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = crossed
    copy_until(source, target, 30, monkeypatch)
    other = make(SQLITE)()
    with pytest.raises(StoreError, match=r"holds half a copy of .*: --restart throws that away"):
        copy(other, target, told)
    copy_until(source, target, 30, monkeypatch)
    assert sum(copy(other, target, told, restart=True).rows.values()) == 0
    assert contents(target) == contents(other)


def test_half_a_copy_by_another_version_is_not_gone_on_with(
    crossed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = crossed
    copy_until(source, target, 30, monkeypatch)
    create(target, "UPDATE copy_state SET last = replace(last, '0', '1')")
    for restart in (False, True):
        with pytest.raises(StoreError, match="by another version of the monitor: delete it"):
            copy(source, target, told, restart=restart)


def test_a_database_that_holds_something_is_not_copied_into(
    make: Callable[[str], Make], crossed: tuple[str, str]
) -> None:
    source, _ = crossed
    full = make(SQLITE)()
    with Store.open(full) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    with pytest.raises(StoreError, match=r"holds data already \(articles, addresses, texts\): name an empty database"):
        copy(source, full, told)
    with Store.open(full, read_only=True) as store, store.reading() as tx:
        assert [one.title for one in articles.query(tx, ArticleQuery())] == ["Headline 1"]


def test_a_database_with_empty_tables_is_copied_into(make: Callable[[str], Make], source: str) -> None:
    target = make(SQLITE)()
    copy(source, target, told)
    assert contents(target) == contents(source)


def test_a_database_is_not_copied_into_itself(source: str, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(source)
    for same in (source, source if "://" in source else str(tmp_path / "link.db")):
        with pytest.raises(StoreError, match="is the very database that is copied: name another one"):
            copy(source, same, told)


def test_beside_a_daemon_nothing_is_copied(crossed: tuple[str, str]) -> None:
    hold = "import sys\nfrom monitor.store.lock import daemon_lock\nwith daemon_lock(sys.argv[1]): print(flush=True); "
    hold += "input()"
    for url in crossed:
        command = [sys.executable, "-c", hold, url]
        with subprocess.Popen(
            command, env={"PYTHONPATH": "."}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(LockedError, match=f"already has a daemon: process {process.pid}"):
                copy(*crossed, told)
            process.communicate(b"\n")


def test_while_it_copies_no_daemon_starts_and_nobody_writes(crossed: tuple[str, str]) -> None:
    source, target = crossed
    refused = []

    def try_both(what: str, done: int, total: int) -> None:
        for url in crossed:
            with pytest.raises(LockedError), daemon_lock(url, patience=0):
                pass
        if done == total:
            with pytest.raises(StoreError) as error, Store.open(source, patience=timedelta(seconds=0.05)):
                pass
            refused.append(str(error.value))

    copy(source, target, try_both)
    assert ["is being written by" in said or "is locked by another program" in said for said in refused] == [True]


@pytest.mark.parametrize("revision", ["0009", "9999"])
def test_a_source_of_another_version_is_refused_and_not_upgraded(source: str, target: str, revision: str) -> None:
    create(source, f"UPDATE monitor_version SET version_num = '{revision}'")
    with pytest.raises(StoreError, match=r"of an older version|written by a newer monitor"):
        copy(source, target, told)
    assert not Path(target).parent.exists()


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path, target: str) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        copy(str(tmp_path / "none" / "monitor.db"), target, told)
    assert not (tmp_path / "none").exists()


def test_somebody_elses_database_is_not_copied_into(new_database: Make, make: Callable[[str], Make]) -> None:
    other = new_database(empty=True)
    create(other, "CREATE TABLE bookmarks (url text)")
    with pytest.raises(StoreError, match="it has other tables"):
        copy(make(SQLITE)(), other, told)


def test_large_rows_make_small_transactions(make: Callable[[str], Make], target: str) -> None:
    source = make(SQLITE)()
    with Store.open(source) as store, store.writing() as tx:
        articles.insert_new(tx, [large(number) for number in range(5)])
    seen: list[int] = []
    copy(source, target, lambda what, done, total: seen.append(done) if what == "copying" else None)
    assert seen == [0, 3, 5, 10, 15]


def large(number: int) -> Article:
    return an_article(f"https://x.example/{number}", title="ط" * 3_000_000)


def test_derived_tables_are_not_copied_but_made(source: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def make_shingles(tx: Transaction) -> None:
        tx.execute(insert(schema.shingles), [{"shingle": 1, "number": rows.number(tx, schema.articles)}])

    monkeypatch.setattr(derived, "NAMES", derived.NAMES | {"shingles"})
    monkeypatch.setattr(derived, "MAKERS", (make_shingles,))
    done = copy(source, target, told)
    assert "shingles" not in done.rows
    assert contents(target) == contents(source)
    with Store.open(target) as store, store.reading() as tx:
        assert [tuple(row) for row in tx.execute(select(schema.shingles))] == [(1, 5)]


def test_the_index_of_words_is_made_anew_by_the_daemon(crossed: tuple[str, str]) -> None:
    source, target = crossed
    copy(source, target, told)
    with Store.open(target) as store, store.reading() as tx:
        assert rows.is_empty(tx, schema.searched)
        assert [one.article.id for one in search.outdated(tx, 9)] == sorted(IDS.values())


def test_a_digest_tells_values_of_other_kinds_and_places_apart() -> None:
    values = [None, True, False, 1, 0, 1.0, "1", b"1", "", b"", NOON, NOON.isoformat()]
    digests = [rows.digest([(value,)]) for value in values] + [rows.digest([("a", "bc")]), rows.digest([("ab", "c")])]
    assert len({one.sum for one in digests}) == len(digests)
    both = rows.digest([("a",), ("b",)])
    assert both == rows.digest([("b",), ("a",)])
    assert both != rows.digest([("a",), ("b",), ("b",)])

"""Opening a database: what comes of every kind of wrong one, and that two never disturb each other."""

import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import exc, text
from sqlalchemy.exc import OperationalError

from monitor.errors import StoreError
from monitor.store import articles, connections, failures, polls, statements
from monitor.store.address import Server, parse
from monitor.store.articles import ArticleQuery
from monitor.store.lock import daemon_lock
from monitor.store.store import Store, Transaction, revision, upgrade
from monitor.store.versions import head
from tests.builders import NOON, a_feed, an_article

if TYPE_CHECKING:
    from tests.conftest import Cluster

SOON = timedelta(seconds=0.05)


@pytest.mark.parametrize(
    ("database", "shown"),
    [
        (
            "postgresql://ana:secret@db.example:5433/news?sslmode=require&password=x",
            "postgresql://ana:***@db.example:5433/news",
        ),
        ("postgres://ana@db/news", "postgresql://ana@db/news"),
        ("postgresql+psycopg://db/news", "postgresql://db/news"),
        ("sqlite:////var/lib/monitor.db", "/var/lib/monitor.db"),
        ("/var/lib/a b%.db", "/var/lib/a b%.db"),
    ],
)
def test_an_address_is_shown_without_its_secrets(database: str, shown: str) -> None:
    assert str(parse(database)) == shown
    assert "secret" not in repr(parse(database))


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("mysql://root:secret@x/y", "'mysql' are not supported"),
        ("://", "cannot be read"),
        ("postgresql://u:secret@h:port/x", "cannot be read"),
        ("", "needs a file"),
        (":memory:", "needs a file"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_an_address_that_is_none_says_what_is_expected_and_no_secret(database: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as raised:
        parse(database)
    assert "postgresql://user@host/database" in raised.value.hint
    assert "secret" not in str(raised.value)


def test_a_first_opening_makes_folder_file_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "a b%20?#" / "deep" / "monitor.db"
    with Store.open(str(path)) as store, store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
    assert path.exists()
    with Store.open(f"sqlite:///{tmp_path}/x.db") as store:
        assert str(store) == f"{tmp_path}/x.db"


def test_an_empty_database_gets_its_tables_by_itself(new_database: Callable[..., str]) -> None:
    url = new_database(empty=True)
    with Store.open(url) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    assert revision(url) == (head(), head())


def test_what_one_store_saved_another_reads(database_url: str) -> None:
    with Store.open(database_url) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    with Store.open(database_url, read_only=True) as store, store.reading() as tx:
        assert articles.get(tx, an_article().id) == an_article()


@pytest.mark.parametrize("ask", [lambda url: Store.open(url, read_only=True), revision])
def test_reading_before_there_is_a_database_says_how_to_begin(tmp_path: Path, ask: Callable[[str], object]) -> None:
    with pytest.raises(StoreError, match=r"no database yet at .*monitor.db: run `monitor run`"):
        ask(str(tmp_path / "monitor.db"))
    assert list(tmp_path.iterdir()) == []


def test_reading_an_empty_database_says_how_to_begin(new_database: Callable[..., str], tmp_path: Path) -> None:
    url = new_database(empty=True)
    if "://" not in url:
        Path(url).touch()
    assert revision(url) == ("", head())
    with pytest.raises(StoreError, match="no database yet"):
        Store.open(url, read_only=True)


def test_a_store_opened_to_read_only_cannot_write(database_url: str) -> None:
    with Store.open(database_url, read_only=True) as store, pytest.raises(RuntimeError), store.writing():
        pass


def test_a_snapshot_cannot_be_written_through(store: Store) -> None:
    with pytest.raises(StoreError, match=r"may not be written|can only be read"), store.reading() as tx:
        articles.insert_new(tx, [an_article()])


def test_a_snapshot_does_not_change_while_others_write(store: Store) -> None:
    with store.reading() as before:
        assert articles.query(before, ArticleQuery()) == ()
        with store.writing() as tx:
            articles.insert_new(tx, [an_article()])
        assert articles.query(before, ArticleQuery()) == ()
    with store.reading() as after:
        assert len(articles.query(after, ArticleQuery())) == 1


def test_what_raises_in_a_transaction_leaves_nothing_behind(store: Store) -> None:
    def fail(tx: Transaction) -> None:
        articles.insert_new(tx, [an_article()])
        raise KeyError

    with pytest.raises(KeyError), store.writing() as tx:
        fail(tx)
    with store.writing() as tx:
        assert articles.query(tx, ArticleQuery()) == ()


def test_a_bug_is_not_wrapped(store: Store) -> None:
    with pytest.raises(exc.IntegrityError), store.writing() as tx:
        articles.insert_new(tx, [an_article(), an_article()])


def test_threads_write_one_after_the_other(store: Store) -> None:
    def add(number: int) -> None:
        for step in range(10):
            with store.writing() as tx:
                articles.insert_new(tx, [an_article(f"https://x.example/{number}/{step}")])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as tx:
        assert len(articles.query(tx, ArticleQuery(limit=None))) == 60


def test_a_writer_that_waits_too_long_says_so(database_url: str) -> None:
    with (
        Store.open(database_url) as first,
        Store.open(database_url, patience=SOON) as second,
        first.writing(),
        pytest.raises(StoreError, match=r"being written by this process|is locked by another program") as raised,
        second.writing(),
    ):
        pass
    assert raised.value.temporary


def test_more_readers_than_connections_wait_and_then_say_so() -> None:
    with pytest.raises(StoreError, match="too many readers") as raised, failures.translated("x"):
        raise exc.TimeoutError
    assert raised.value.temporary


def test_statistics_are_refreshed(store: Store) -> None:
    store.optimise()
    with store.reading() as tx:
        assert articles.query(tx, ArticleQuery()) == ()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear Sir or Madam, " * 1000)
    with pytest.raises(StoreError, match=r"letter.txt is not a database \(file is not a database\): name another file"):
        Store.open(str(path))
    assert path.read_bytes().startswith(b"Dear Sir")


def test_somebody_elses_database_is_left_alone(new_database: Callable[..., str]) -> None:
    url = new_database(empty=True)
    create(url, "CREATE TABLE bookmarks (url text)")
    with pytest.raises(StoreError, match="it has other tables"):
        Store.open(url)
    with pytest.raises(StoreError, match="it has other tables"):
        upgrade(url)


def create(url: str, *statements: str) -> None:
    if "://" in url:
        with psycopg.connect(url, autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())
    else:
        with sqlite3.connect(url) as file:
            for statement in statements:
                file.execute(statement)
        file.close()


def test_a_newer_database_is_refused_and_untouched(database_url: str) -> None:
    create(database_url, "UPDATE monitor_version SET version_num = '9999'")
    for read_only in (True, False):
        with pytest.raises(StoreError, match=r"written by a newer monitor \(tables 9999, known 0001\)"):
            Store.open(database_url, read_only=read_only)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/data cannot be made \(Not a directory\)"):
        Store.open(str(tmp_path / "file" / "data" / "monitor.db"))


def test_a_path_that_is_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(str(tmp_path))


def test_a_full_disk_is_said_and_nothing_saved_is_lost(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "monitor.db")) as store:
        with store.writing() as tx:
            articles.insert_new(tx, [an_article()])
        with store.writing() as tx:
            pages = tx.execute(text("PRAGMA page_count")).scalar_one()
            tx.execute(text(f"PRAGMA max_page_count={pages}"))
        many = [an_article(f"https://x.example/{number}") for number in range(1000)]
        with pytest.raises(StoreError, match="the disk, or the quota, is full") as raised, store.writing() as tx:
            articles.insert_new(tx, many)
        assert raised.value.temporary
        with store.writing() as tx:
            tx.execute(text("PRAGMA max_page_count=1000000"))
        with store.writing() as tx:
            assert articles.query(tx, ArticleQuery(full=True)) == (an_article(),)
            articles.insert_new(tx, many)


def test_a_disk_that_takes_no_more_is_said_and_survived(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "monitor.db")) as store:
        with store.writing() as tx:
            articles.insert_new(tx, [an_article()])
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = max(file.stat().st_size for file in tmp_path.iterdir())
        many = [an_article(f"https://x.example/{number}") for number in range(1000)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            with pytest.raises(StoreError, match=r"full|could not be read or written"), store.writing() as tx:
                articles.insert_new(tx, many)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        with store.writing() as tx:
            articles.insert_new(tx, many)
            assert len(articles.query(tx, ArticleQuery(limit=None))) == 1001


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that this user may read but not write: root becomes somebody else meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="mm", dir="/tmp"))
    Store.open(str(folder / "monitor.db")).close()
    folder.chmod(0o555)
    user = os.geteuid()
    os.seteuid(user or 65534)
    yield folder
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_database_in_a_folder_one_may_not_write_says_so(foreign_folder: Path) -> None:
    path = str(foreign_folder / "monitor.db")
    with pytest.raises(StoreError, match=r"cannot be opened \(Permission denied\): check that this user may write"):
        Store.open(path)
    with pytest.raises(StoreError, match=r"may not be written .*write permission to the file and to its folder"):
        Store.open(path, read_only=True)


def test_a_lock_that_another_program_holds_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    with Store.open(str(path)) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
        tx.execute(text("PRAGMA busy_timeout=10"))
    with Store.open(str(path)) as store:
        with store.writing() as tx:
            tx.execute(text("PRAGMA busy_timeout=10"))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"is locked by another program \(database is locked\)"), store.writing():
            pass
        other.execute("ROLLBACK")
        other.close()
        with store.writing() as tx:
            assert len(articles.query(tx, ArticleQuery())) == 1


@pytest.mark.postgres
def test_a_database_that_the_server_does_not_have_is_named(postgres: "Cluster") -> None:
    with pytest.raises(StoreError, match=r'postgresql://monitor@/nowhere .*database "nowhere" does not exist'):
        Store.open(postgres.url("nowhere"))


def test_a_server_that_is_not_there_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as raised:
        Store.open(f"postgresql://ana:secret@/news?host={tmp_path}")
    assert raised.value.temporary
    assert "secret" not in str(raised.value)


ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@pytest.mark.postgres
def test_a_connection_that_the_server_ends_is_said_and_replaced(postgres: "Cluster") -> None:
    url = postgres.url(postgres.create_ready())
    ended = pytest.raises(StoreError, match=r"ended our connection|cannot be reached")
    with Store.open(url) as store:
        with ended as raised, store.writing() as tx:
            create(url, ENDED)
            articles.query(tx, ArticleQuery())
        assert raised.value.temporary
        with store.writing() as tx:
            assert articles.query(tx, ArticleQuery()) == ()


@pytest.mark.postgres
def test_a_daemon_whose_lock_the_server_has_ended_stops_without_a_fault(postgres: "Cluster") -> None:
    url = postgres.url(postgres.create_ready())
    with daemon_lock(url):
        create(url, ENDED)
    with daemon_lock(url):
        assert revision(url) == (head(), head())


def test_without_its_driver_postgresql_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r'pip install "media-monitor\[postgresql\]"'):
        Store.open("postgresql://db/news")


@pytest.mark.parametrize("given", ["-c search_path=x", ("-c a=b", "-c c=d")])
def test_a_users_own_connection_options_are_kept(given: object, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr(connections, "create_engine", lambda *_, **arguments: asked.update(arguments))
    place = parse("postgresql://db/news")
    assert isinstance(place, Server)
    server = replace(place, url=place.url.set(query={"options": given}))  # type: ignore[dict-item]
    connections.postgresql_engine(server, "monitor")
    wanted = given if isinstance(given, str) else " ".join(given)  # type: ignore[arg-type]
    assert asked["connect_args"]["options"].startswith(f"{wanted} -c timezone=UTC")  # type: ignore[index]


class SilentError(Exception):
    """A driver's error that says nothing."""


def test_an_error_without_words_is_named_by_its_kind() -> None:
    error = OperationalError("SELECT 1", {}, SilentError())
    with pytest.raises(StoreError, match=r"x cannot be reached \(SilentError\)"), failures.translated("x"):
        raise error


def test_an_unknown_failure_of_a_database_is_a_bug() -> None:
    error = exc.ProgrammingError("SELEKT 1", {}, sqlite3.OperationalError('near "SELEKT"'))
    with pytest.raises(exc.ProgrammingError), failures.translated("x"):
        raise error


def test_a_copied_database_is_a_database(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    shutil.copyfile(tmp_path / "a.db", tmp_path / "b.db")
    with Store.open(str(tmp_path / "b.db"), read_only=True) as store, store.reading() as tx:
        assert len(articles.query(tx, ArticleQuery())) == 1


def test_batches_hold_everything_once() -> None:
    assert [len(batch) for batch in statements.batches(range(1001))] == [500, 500, 1]
    assert list(statements.batches([])) == []

"""What a person is told when the database is wrong, foreign, full, out of reach or not theirs."""

import os
import resource
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import exc, text
from sqlalchemy.exc import OperationalError

from monitor.errors import StoreError
from monitor.store import articles, connections, failures
from monitor.store.address import Server, parse
from monitor.store.articles import ArticleQuery
from monitor.store.lock import daemon_lock
from monitor.store.schema import REVISIONS
from monitor.store.store import Store, revision, upgrade
from monitor.store.versions import head
from tests.builders import an_article

if TYPE_CHECKING:
    from tests.conftest import Cluster


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
        with pytest.raises(StoreError, match=rf"written by a newer monitor \(tables 9999, known {REVISIONS[-1]}\)"):
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
        assert (raised.value.temporary, raised.value.away) == (True, False)
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
    assert (raised.value.temporary, raised.value.away) == (True, True)
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
        assert (raised.value.temporary, raised.value.away) == (True, True)
        with store.writing() as tx:
            assert articles.query(tx, ArticleQuery()) == ()


@pytest.mark.postgres
def test_what_the_server_breaks_off_is_said_and_the_connection_stays(postgres: "Cluster") -> None:
    broken_off = pytest.raises(StoreError, match="has broken off what was asked")
    with Store.open(postgres.url(postgres.create_ready())) as store:
        with broken_off as raised, store.writing() as tx:
            tx.execute(text("SET LOCAL statement_timeout = 1"))
            tx.execute(text("SELECT pg_sleep(60)"))
        assert (raised.value.temporary, raised.value.away) == (True, False)
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

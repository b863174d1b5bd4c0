"""Opening a database, reading and writing it beside others."""

import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import exc

from monitor.errors import StoreError
from monitor.model import FeedId, Sighting
from monitor.store import articles, entries, failures, polls, statements
from monitor.store.address import parse
from monitor.store.articles import ArticleQuery
from monitor.store.store import Store, Transaction, revision
from monitor.store.versions import head
from tests.builders import NOON, a_feed, an_article, an_entry

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
        entries.save(tx, FeedId("of-no-feed"), [Sighting(entry=an_entry(), article_id=an_article().id)], NOON)


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


def test_a_copied_database_is_a_database(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    shutil.copyfile(tmp_path / "a.db", tmp_path / "b.db")
    with Store.open(str(tmp_path / "b.db"), read_only=True) as store, store.reading() as tx:
        assert len(articles.query(tx, ArticleQuery())) == 1


def test_batches_hold_everything_once() -> None:
    assert [len(batch) for batch in statements.batches(range(1001))] == [500, 500, 1]
    assert list(statements.batches([])) == []

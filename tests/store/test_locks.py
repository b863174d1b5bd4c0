"""Several processes on one database: who may write, who may be the daemon, and what remains when one is killed."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import LockedError, StoreError
from monitor.model import article_key
from monitor.store import articles, readings
from monitor.store.articles import ArticleQuery
from monitor.store.lock import daemon_lock, daemon_pid
from monitor.store.store import Store
from tests.builders import NOON, an_article
from tests.conftest import Cluster
from tests.store.test_readings import arrive

WORK = """
import sys
from monitor.store import articles, readings
from monitor.store.store import Store
from tests.builders import NOON, an_article
from tests.store.test_readings import a_read
url, name = sys.argv[1:]
"""
CLAIM = """
with Store.open(url) as store:
    print("ready", flush=True); sys.stdin.readline()
    while True:
        with store.writing() as tx:
            taken = readings.take(tx, NOON, 3)
        if not taken: break
        for reading in taken:
            with store.writing() as tx:
                readings.save(tx, a_read(reading.article), NOON, watchlists=())
            print(reading.article.id, reading.attempts)
"""
STUCK = """
with Store.open(url) as store:
    with store.writing() as tx:
        articles.insert_new(tx, [an_article("https://committed.example/")])
    with store.writing() as tx:
        articles.insert_new(tx, [an_article("https://torn.example/")])
        print("ready", flush=True); sys.stdin.readline()
"""
DAEMON = """
from monitor.store.lock import daemon_lock, daemon_pid
from tests.conftest import Cluster
with daemon_lock(url):
    print("ready", flush=True); sys.stdin.readline()
"""


def start(code: str, url: str, name: str = "") -> "subprocess.Popen[str]":
    """Starts a process and waits until it is where it should be."""
    command = [sys.executable, "-c", WORK + code, url, name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_three_processes_take_every_page_once_and_lose_none(database_url: str) -> None:
    many = [an_article(f"https://x.example/{number}") for number in range(150)]
    with Store.open(database_url) as store, store.writing() as tx:
        arrive(tx, *many)
    processes = [start(CLAIM, database_url, str(number)) for number in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [line for process in processes for line in process.communicate()[0].splitlines()]
    assert sorted(lines) == sorted(f"{article.id} 1" for article in many)


def test_a_writer_killed_in_a_transaction_leaves_what_it_had_committed(database_url: str) -> None:
    process = start(STUCK, database_url)
    with Store.open(database_url, read_only=True) as reader, reader.reading() as tx:
        seen = [article.id for article in articles.query(tx, ArticleQuery())]
    kill(process)
    with Store.open(database_url) as store, store.writing() as tx:
        left = [article.id for article in articles.query(tx, ArticleQuery())]
        assert readings.waiting(tx, NOON) == 0
    assert seen == left == [article_key("https://committed.example/")]


def test_a_writer_in_another_process_is_waited_for_and_then_named(database_url: str) -> None:
    with Store.open(database_url, patience=timedelta(seconds=0.1)) as store:
        process = start(STUCK, database_url)
        with pytest.raises(StoreError, match="another p") as raised, store.writing():
            pass
        assert raised.value.temporary
        kill(process)
        with store.writing() as tx:
            assert len(articles.query(tx, ArticleQuery())) == 1


def test_a_second_daemon_is_refused_with_the_process_of_the_first(database_url: str) -> None:
    refused = pytest.raises(LockedError, match=f"already has a daemon: process {os.getpid()}")
    with daemon_lock(database_url), refused as raised, daemon_lock(database_url):
        pass
    assert raised.value.pid == os.getpid()
    assert daemon_pid(database_url) is None


def test_a_daemon_in_another_process_is_named_and_its_death_frees_the_lock(database_url: str) -> None:
    process = start(DAEMON, database_url)
    with pytest.raises(LockedError, match=f"process {process.pid}") as raised, daemon_lock(database_url):
        pass
    assert raised.value.pid == daemon_pid(database_url) == process.pid
    kill(process)
    for _ in range(200):  # a server notices the death of its client a moment later
        try:
            with daemon_lock(database_url):
                return
        except LockedError:
            continue
    pytest.fail("the lock was never freed")


def test_a_locks_holder_that_cannot_be_told_is_another_process(tmp_path: Path) -> None:
    process = start(DAEMON, str(tmp_path / "monitor.db"))
    (tmp_path / "monitor.db.daemon").write_text("")
    with pytest.raises(LockedError, match="another process") as raised, daemon_lock(str(tmp_path / "monitor.db")):
        pass
    assert raised.value.pid is None
    assert daemon_pid(str(tmp_path / "monitor.db")) == 0
    kill(process)


def test_a_lock_in_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened"), daemon_lock(str(tmp_path / "file" / "monitor.db")):
        pass


def test_the_lock_of_a_server_that_is_not_there_says_so(tmp_path: Path) -> None:
    lock = daemon_lock(f"postgresql://ana@/news?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be reached"), lock:
        pass


def test_what_a_daemon_raises_is_not_the_locks(database_url: str) -> None:
    with pytest.raises(KeyError), daemon_lock(database_url):
        raise KeyError
    assert daemon_pid(database_url) is None


def test_who_is_the_daemon_can_be_asked_without_leaving_a_trace(tmp_path: Path) -> None:
    database = str(tmp_path / "monitor.db")
    assert daemon_pid(database) is None
    assert list(tmp_path.iterdir()) == []
    with daemon_lock(database):
        assert daemon_pid(database) == os.getpid()
    assert daemon_pid(database) is None


def test_a_lock_that_was_kept_need_not_be_taken_anew(database_url: str) -> None:
    with daemon_lock(database_url) as keep:
        assert [keep(), keep()] == [False, False]


def end_sessions(cluster: Cluster) -> None:
    """What a restart of the server, or its administrator, does to whoever holds a daemon's lock."""
    cluster.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'monitor daemon%'"
    )


@pytest.mark.postgres
def test_a_session_that_was_ended_is_noticed_and_its_lock_taken_anew(postgres: Cluster) -> None:
    url = postgres.url(postgres.create_ready())
    with daemon_lock(url) as keep:
        end_sessions(postgres)
        assert [keep(), keep()] == [True, False]
        assert daemon_pid(url) == os.getpid()
    assert daemon_pid(url) is None


@pytest.mark.postgres
def test_whoever_took_the_lock_of_an_ended_session_is_named(postgres: Cluster) -> None:
    url = postgres.url(postgres.create_ready())
    with daemon_lock(url) as keep:
        end_sessions(postgres)
        with daemon_lock(url):
            for _ in range(2):
                with pytest.raises(LockedError, match=f"process {os.getpid()}"):
                    keep()
        assert keep()


@pytest.mark.postgres
def test_a_server_that_is_gone_is_no_reason_to_end(postgres: Cluster) -> None:
    name = postgres.create_ready()
    with daemon_lock(postgres.url(name)) as keep:
        postgres.drop(name)
        for _ in range(2):
            with pytest.raises(StoreError):
                keep()

"""What the world can do to the monitor, end to end: one clear line, the right exit code, and nothing else suffers."""

import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from monitor import daemon
from monitor.cli import EXIT_FAILED, EXIT_STORE
from monitor.model import Shortfall
from monitor.pipeline import parsing, read, stage
from monitor.store import connections
from tests.campaigns.contents import integrity
from tests.daemon.conftest import EVERY_SECOND, LONG, Command, Done, site
from tests.pipeline.conftest import MONITOR_YAML, RSS, World
from tests.workers import jobs

T = TypeVar("T")

GOOD = '<item><title>Fighters held in Rafah</title><guid isPermaLink="false">1</guid></item>'
HTML = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Our new site</p></body></html>"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(10))
    + "]>"
    + RSS.format("<item><title>&a10;</title></item>").partition("?>")[2]
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(HTML, "HTML", id="html"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"  \n\n ", "empty", id="blank"),
        pytest.param(RSS.format(GOOD).encode()[:60], "", id="cut-off-before-its-first-entry"),
        pytest.param(RSS.format(GOOD).encode() + b" " * 50_000_000, "feed_size", id="50-MB"),
        pytest.param(LAUGHS.encode(), "entit", id="billion-laughs"),
        pytest.param(os.urandom(100_000), "", id="noise"),
        pytest.param(b"%PDF-1.7 \x00\x01", "", id="pdf"),
    ],
)
def test_a_feed_that_is_none_fails_alone_and_says_why(world: World, command: Command, body: bytes, said: str) -> None:
    world.feeds("gazette-en", "bad-en")
    world.offer(GOOD)
    world.answer("/bad-en.xml", body=body, headers={"Content-Type": "application/rss+xml"})
    done = command(world, "run", "--once")
    assert (done.code, done.is_clean()) == (EXIT_FAILED, True)
    (line,) = [line for line in done.out.splitlines() if line.startswith("failed    bad-en: ")]
    assert said in line
    assert len(line) < 300
    assert len(world.matches()) == 1


@pytest.mark.parametrize(
    ("body", "title"),
    [
        pytest.param(RSS.format(GOOD).partition("</channel>")[0].encode(), "Fighters held in Rafah", id="cut-off"),
        pytest.param(
            RSS.format(GOOD.replace("held", "tenus à")).replace("?>", ' encoding="utf-8"?>', 1).encode("latin-1"),
            "Fighters tenus à in Rafah",
            id="latin-1-that-calls-itself-utf-8",
        ),
        pytest.param(
            RSS.format(GOOD).replace("?>", ' encoding="punycode"?>', 1).encode(),
            "Fighters held in Rafah",
            id="an-encoding-that-is-none",
        ),
    ],
)
def test_a_feed_that_is_damaged_still_gives_what_is_in_it(
    world: World, command: Command, body: bytes, title: str
) -> None:
    world.answer("/gazette-en.xml", body=body, headers={"Content-Type": "application/rss+xml"})
    done = command(world, "run", "--once")
    assert (done.code, done.err) == (0, "")
    assert world.articles().keys() == {title}
    assert len(world.matches()) == 1


def deadly(body: bytes, content_type: str, url: str) -> object:
    """In place of the extractor, in the worker: dies or hangs as the page asks for."""
    if b"kill the parser" in body:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"hang the parser" in body:
        time.sleep(60)
    from monitor.workers.tasks import extract_page

    return extract_page(body, content_type, url)


@pytest.mark.parametrize(
    ("told", "why"), [("kill the parser", "crashed the worker .signal SIGSEGV"), ("hang the parser", "longer than 1 s")]
)
def test_a_page_that_kills_or_hangs_the_parser_keeps_its_feeds_text_and_its_match(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch, told: str, why: str
) -> None:
    monkeypatch.setattr(read, "extract_page", deadly)
    world.write("monitor.yaml", f"{MONITOR_YAML}workers:\n  timeout: 1s\n")
    world.offer(world.item("Fighters held in Rafah", "/hostile"), *(world.item(f"Fine {n}", f"/{n}") for n in range(4)))
    world.page("/hostile", f"{LONG}\n{told}")
    for number in range(4):
        world.page(f"/{number}", f"{LONG}\nFighters of Rafah, {number}.")
    done = command(world, "run", "--once", "-v", "--log-format", "text")
    assert (done.code, done.is_clean()) == (0, True)
    bad = world.articles()["Fighters held in Rafah"]
    assert (bad.shortfall, bad.text) == (Shortfall.PARSER_LIMIT, "")
    assert len(world.matches()) == 5
    (line,) = [line for line in done.err.splitlines() if "/hostile" in line]
    assert re.search(why, line)


def test_an_item_that_kills_the_parser_costs_itself_only(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "parse_feed", jobs.parse_feed_or_die)
    monkeypatch.setattr(parsing, "parse_pieces", jobs.parse_pieces_or_die)
    bad = '<item><title>kill the parser</title><guid isPermaLink="false">2</guid></item>'
    world.offer(GOOD, bad, GOOD.replace(">1<", ">3<"))
    done = command(world, "run", "--once", "-v", "--log-format", "text")
    assert (done.code, done.is_clean()) == (0, True)
    assert len(world.matches()) == 2
    assert "entry 1 skipped: unreadable" in done.err


def test_a_page_that_is_hostile_is_read_all_the_same(world: World, command: Command) -> None:
    world.write("monitor.yaml", f"{MONITOR_YAML}workers:\n  timeout: 5s\n")
    pages = {
        "/attributes": b"<html><body><p " + b'a="b" ' * 100_000 + b">Fighters of Rafah</p></body></html>",
        "/deep": b"<div>" * 100_000 + b"Fighters of Rafah",
        "/many": b"<html><body>" + b"<p>x" * 200_000 + b"<p>Fighters of Rafah</body></html>",
    }
    world.offer(*(world.item(f"Item {path}", path) for path in pages))
    for path, body in pages.items():
        world.answer(path, body=body, headers={"Content-Type": "text/html"})
    done = command(world, "run", "--once")
    assert (done.code, done.err) == (0, "")
    assert len(world.matches()) == len(pages)


def refused(done: Done, *words: str) -> None:
    """One clear line, and the exit code of the database."""
    assert (done.code, done.is_clean(), done.out) == (EXIT_STORE, True, "")
    (line,) = done.err.splitlines()
    assert line.startswith("monitor: ")
    assert all(word in line for word in words), line


@pytest.fixture
def filled(world: World, command: Command) -> Path:
    """The path of a database in which a match stands."""
    world.offer(GOOD)
    assert command(world, "run", "--once").code == 0
    return Path(world.environment["MONITOR_DATABASE_URL"])


def test_a_database_that_another_program_locks_is_said_to_be(
    world: World, command: Command, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._PRAGMAS, "busy_timeout", 100)
    with sqlite3.connect(filled, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(command(world, "run", "--once"), "is locked by another program", "try again")
        refused(command(world, "run"), "is locked by another program", "try again")
        assert "Fighters held" in command(world, "matches").out
        other.execute("ROLLBACK")
    other.close()
    assert command(world, "run", "--once").code == 0
    assert len(world.matches()) == 1


def test_a_daemon_outlives_a_lock_and_says_who_holds_it(
    world: World, command: Command, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._PRAGMAS, "busy_timeout", 100)
    monkeypatch.setattr(daemon, "TICK", timedelta(seconds=0.1))
    monkeypatch.setattr(stage, "REST", timedelta(seconds=0.1))
    world.write("monitor.yaml", EVERY_SECOND)
    other = sqlite3.connect(filled, isolation_level=None, check_same_thread=False)
    begun = world.asked("/gazette-en.xml")

    def released() -> bool:
        if world.asked("/gazette-en.xml") == begun + 1 and not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(0.5)
            other.execute("ROLLBACK")
            world.offer(GOOD, world.item("Olives of Rafah", "/olives"))
        return len(world.articles()) == 2

    world.poll_again()
    done = command(world, "run", until=released)
    other.close()
    assert (done.code, done.is_clean()) == (0, True)
    assert "page: " in done.err
    assert "is locked by another program" in done.err


def test_a_database_of_a_newer_version_is_left_alone(world: World, command: Command, filled: Path) -> None:
    with sqlite3.connect(filled) as file:
        file.execute("UPDATE monitor_version SET version_num = '9999'")
    file.close()
    for arguments in (["run", "--once"], ["run"], ["matches"]):
        refused(command(world, *arguments), "newer monitor", "9999")


def test_a_file_that_is_no_database_is_left_alone(world: World, command: Command) -> None:
    path = Path(world.environment["MONITOR_DATABASE_URL"])
    path.parent.mkdir()
    path.write_bytes(b"Dear Sir or Madam, " * 100)
    for arguments in (["run", "--once"], ["run"], ["matches"]):
        refused(command(world, *arguments), "is not a database", "name another file")
    assert path.read_bytes().startswith(b"Dear Sir")


def test_a_database_that_does_not_exist_yet_says_how_to_make_it(world: World, command: Command) -> None:
    refused(command(world, "matches"), "no database yet", "`monitor run`")


@pytest.fixture
def foreign_world() -> Iterator[World]:
    """A database in a folder that this user may read but not write: root becomes somebody else meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="mm", dir="/tmp"))
    with site(folder / "config", str(folder / "data" / "monitor.db")) as made:
        (folder / "data").mkdir()
        for path in (folder, folder / "data"):
            path.chmod(0o555)
        user = os.geteuid()
        os.seteuid(user or 65534)
        yield made
        os.seteuid(user)
        for path in (folder, folder / "data"):
            path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_without_permission_says_who_must_be_let_in(foreign_world: World, command: Command) -> None:
    for arguments in (["run", "--once"], ["run"]):
        refused(command(foreign_world, *arguments), "Permission denied", "check that this user may write")


def largest(folder: Path) -> int:
    return max(file.stat().st_size for file in folder.iterdir())


@pytest.fixture
def limit_files() -> Iterator[Callable[[int], None]]:
    """Sets how large a file may grow: what a full disk is to a writer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def many_items(world: World) -> list[str]:
    return [world.item(f"Fighters held in Rafah, report {n}", f"/{n}", text=os.urandom(500).hex()) for n in range(400)]


def test_a_disk_that_fills_up_during_a_pass_ends_it_and_nothing_stored_is_lost(
    world: World, command: Command, filled: Path, limit_files: Callable[[int], None]
) -> None:
    world.offer(GOOD, *many_items(world))
    world.poll_again()
    limit_files(largest(filled.parent) + 100_000)
    done = command(world, "run", "--once")
    assert (done.code, done.is_clean()) == (EXIT_STORE, True)
    assert "full" in done.err.splitlines()[-1]
    limit_files(resource.RLIM_INFINITY)
    assert [match.article.title for match in world.matches()] == ["Fighters held in Rafah"]
    assert integrity(filled) == "ok"
    command(world, "poll")
    assert len(world.articles()) == 401


def test_a_disk_that_is_full_at_the_start_is_said_to_be(
    world: World, command: Command, limit_files: Callable[[int], None]
) -> None:
    limit_files(20_000)
    refused(command(world, "run", "--once"), "full")
    limit_files(resource.RLIM_INFINITY)
    world.offer(GOOD)
    assert command(world, "run", "--once").code == 0


def test_a_daemon_outlives_a_full_disk_and_goes_on_when_there_is_room(
    world: World, command: Command, filled: Path, limit_files: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "REST", timedelta(seconds=0.2))
    world.write("monitor.yaml", EVERY_SECOND)
    world.offer(GOOD, *many_items(world))
    world.poll_again()
    limit_files(largest(filled.parent) + 100_000)
    tries = world.asked("/gazette-en.xml")

    def room_at_last() -> bool:
        if world.asked("/gazette-en.xml") >= tries + 2:
            limit_files(resource.RLIM_INFINITY)
        return len(world.articles()) == 401

    done = command(world, "run", until=room_at_last)
    assert (done.code, done.is_clean()) == (0, True)
    lines = [json.loads(line) for line in done.err.splitlines()]
    assert [line["message"] for line in lines if "full" in line["message"]] != [], done.err
    assert integrity(filled) == "ok"

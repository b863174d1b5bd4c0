"""Reloading, seen from outside: the real daemon, its files edited, and the commands that ask it."""

import json
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from monitor.cli import EXIT_FAILED, reload
from monitor.daemon import Watch
from monitor.errors import Problem, StoreError
from monitor.pipeline.reload import LOOK_AGAIN
from monitor.store import daemon as record
from monitor.store import reloads
from monitor.store.lock import daemon_lock
from monitor.store.store import Store
from tests.campaigns.processes import Running, eventually
from tests.daemon.conftest import EVERY_SECOND, Command
from tests.pipeline.conftest import World

Start = Callable[..., Running]
OLIVES = 'title: Olives\nquery: "olives"\n'
LISTS = """\
rafah:
  en: [Rafah]
fighters:
  en:
    - fighter*
  tr:
    - savaşçı
"""
WATCHLIST = """\
title: Fighters in Rafah
query: |
  @rafah
  AND @fighters
should_match:
  - Fighters in Rafah
  - Rafah's fighters
  - Last fighters of Rafah
"""


@pytest.fixture
def world_with_much(any_world: World) -> World:
    """Eight feeds, polled every second, and a watchlist with examples."""
    any_world.write("monitor.yaml", EVERY_SECOND)
    any_world.write("lists/words.yaml", LISTS)
    any_world.write("watchlists/rafah.yaml", WATCHLIST)
    any_world.feeds(*(f"feed-{number}" for number in range(8)))
    for number in range(8):
        any_world.offer(feed=f"feed-{number}")
    return any_world


@pytest.fixture
def running(world_with_much: World, start: Start) -> Running:
    """A daemon that has begun to poll them."""
    running = start(world_with_much, "run")
    assert eventually(lambda: running.said("0 entries offered"))
    return running


def said(running: Running) -> list[str]:
    """Its messages about the configuration."""
    lines = [json.loads(line) for line in running.errors.splitlines() if line.startswith("{")]
    return [line["message"] for line in lines if line["logger"] == "monitor.pipeline.reload"]


def in_force(world: World) -> str:
    found = world.reading(record.get)
    assert found is not None
    return found.configuration


def titles(world: World) -> set[str]:
    return {match.article.title for match in world.matches()}


def status(world: World, command: Command) -> dict[str, Any]:
    done = command(world, "status", "--format", "json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_an_edited_watchlist_takes_effect_within_two_seconds_and_matches_what_comes(
    world_with_much: World, running: Running, command: Command
) -> None:
    any_world = world_with_much
    before = in_force(any_world)
    any_world.write("watchlists/rafah.yaml", OLIVES)
    edited = time.monotonic()
    assert eventually(lambda: in_force(any_world) != before, 10)
    # Two seconds on a machine that does nothing else; tests share theirs.
    assert time.monotonic() - edited < 5
    any_world.offer(any_world.item("Olives ripen early"), any_world.item("Fighters in Rafah"), feed="feed-3")
    assert eventually(lambda: titles(any_world) == {"Olives ripen early"})
    (match,) = any_world.matches()
    (watchlist,) = status(any_world, command)["watchlists"]
    assert (watchlist["version"], watchlist["title"]) == (match.found.version, "Olives")


def test_feeds_come_and_go_while_it_runs(any_world: World, running: Running) -> None:
    any_world.offer(any_world.item("Fighters in Rafah"), feed="new-feed")
    any_world.feeds(*(f"feed-{number}" for number in range(7)), "new-feed")
    assert eventually(lambda: titles(any_world) == {"Fighters in Rafah"})
    asked = any_world.asked("/feed-7.xml")
    others = any_world.asked("/feed-6.xml")
    assert eventually(lambda: any_world.asked("/feed-6.xml") > others + 1)
    assert any_world.asked("/feed-7.xml") == asked


DAMAGES: dict[str, tuple[str, Callable[[str], str], str]] = {
    "broken": ("watchlists/rafah.yaml", lambda text: text.replace("@fighters", "@nobody"), "@nobody"),
    "truncated": ("feeds.yaml", lambda text: text[: len(text) * 3 // 4], "feeds.yaml"),
    "cut off": ("lists/words.yaml", lambda text: text[:-3], "lists/words.yaml: looks cut off"),
    "emptied": ("monitor.yaml", lambda _: "", "monitor.yaml: looks cut off"),
    "half-written": (
        "watchlists/rafah.yaml",
        lambda text: "# 2\n" + text.partition("\nshould")[0],
        "rafah.yaml: looks half-written",
    ),
    "shrunken": ("feeds.yaml", lambda text: text[: text.index("      feed-1:")], "7 of 8 feeds would be gone"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_does_not_come_into_force_and_the_daemon_says_so_once(
    world_with_much: World, running: Running, command: Command, damage: str
) -> None:
    name, change, expected = DAMAGES[damage]
    path = world_with_much.folder / name
    whole, before = path.read_text(encoding="utf-8"), in_force(world_with_much)
    path.write_text(change(whole), encoding="utf-8")
    assert eventually(lambda: running.said("is refused; still in force"))
    time.sleep(0.6)
    *problems, summary = said(running)
    assert any(expected in problem for problem in problems)
    assert summary.startswith("the changed configuration is refused; still in force: configuration ")
    found = status(world_with_much, command)
    assert [str(Problem(**problem)) for problem in found["refused"]["problems"]] == problems
    assert found["configuration"]["hash"] == before
    path.write_text(whole, encoding="utf-8")
    assert eventually(lambda: running.said("the files are the same"))
    assert status(world_with_much, command)["refused"] is None


def test_reload_says_what_is_in_force_or_why_it_is_refused(
    world_with_much: World, running: Running, command: Command
) -> None:
    world = world_with_much
    same = command(world, "reload")
    assert (same.code, same.err) == (0, "")
    assert same.out.endswith("with 8 feeds, 2 lists, 1 watchlists\nnothing has changed\n")
    world.feeds("feed-7")
    held = command(world, "reload")
    assert held.code == EXIT_FAILED
    assert "7 of 8 feeds would be gone" in held.err
    assert held.out.startswith("still in force: configuration ")
    assert "refused       the files as they are since " in command(world, "status").out
    forced = command(world, "reload", "--force")
    assert (forced.code, forced.err) == (0, "")
    assert "feeds removed: feed-0, feed-1, feed-2, feed-3, feed-4 and 2 more" in forced.out
    assert "feeds         1: " in command(world, "status").out


def test_a_signal_makes_it_look_and_say_what_it_found(any_world: World, running: Running) -> None:
    running.send(signal.SIGHUP)
    assert eventually(lambda: running.said("the files are the same"))
    assert not running.is_over()


def test_after_a_restart_the_last_good_configuration_runs_until_what_shrinks_is_forced(
    world_with_much: World, start: Start, running: Running, command: Command
) -> None:
    world = world_with_much
    running.send(signal.SIGTERM)
    assert running.wait(15) == 0
    world.feeds("feed-7")
    again = start(world, "run")
    assert eventually(lambda: again.said("watching 8 feeds"))
    assert "7 of 8 feeds would be gone" in again.errors
    assert "the configuration would shrink what is watched; running the last good one" in again.errors
    assert "7 of 8 feeds would be gone" in command(world, "status").out
    assert command(world, "reload", "--force").code == 0
    again.send(signal.SIGTERM)
    assert again.wait(15) == 0
    assert status(world, command)["running"] is False
    third = start(world, "run")
    assert eventually(lambda: third.said("watching 1 feeds"))


def test_a_pass_can_be_made_with_what_shrinks_if_it_is_meant(world: World, command: Command) -> None:
    feeds = [f"feed-{number}" for number in range(8)]
    world.feeds(*feeds)
    for feed in feeds:
        world.offer(feed=feed)
    assert "8 polled" in command(world, "run", "--once").out
    world.feeds("feed-7")
    held = command(world, "poll")
    assert "7 of 8 feeds would be gone" in held.err
    assert "8 polled" in held.out
    assert "7 of 8 feeds" in command(world, "status").out
    forced = command(world, "run", "--once", "--force")
    assert (forced.code, forced.err) == (0, "")
    assert "1 polled" in command(world, "poll").out


def test_without_a_daemon_a_reload_says_so(any_world: World, command: Command) -> None:
    done = command(any_world, "reload")
    assert done.code == EXIT_FAILED
    assert done.out.startswith("No daemon works on this database; ")


def test_a_daemon_that_does_not_answer_is_not_waited_for_endlessly(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "PATIENCE", 0.2)
    database = world.environment["MONITOR_DATABASE_URL"]
    with daemon_lock(database):
        done = command(world, "reload")
    assert done.code == EXIT_FAILED
    assert "does not answer" in done.err
    with Store.open(database) as store, store.reading() as tx:
        assert list(reloads.waiting(tx).values()) == [False]
    # What was asked of a daemon that is dead is not carried out by its successor.
    world.offer()
    assert command(world, "run", "--once").code == 0
    assert world.reading(reloads.waiting) == {}


async def test_a_look_that_fails_is_said_once_until_one_succeeds(caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        error: StoreError | None = StoreError("the disk is full")

        async def look(self) -> bool:
            if self.error:
                raise self.error
            return False

    looking = Failing()
    watch = Watch(looking)  # type: ignore[arg-type]
    for error in (looking.error, looking.error, None, looking.error, StoreError("the disk is gone")):
        looking.error = error
        await watch.tick()
    said = [record.getMessage() for record in caplog.records]
    assert said == ["reload: the disk is full", "reload: the disk is full", "reload: the disk is gone"]


async def test_files_that_have_changed_are_looked_at_again_soon() -> None:
    class Changed:
        looks = 0

        async def look(self) -> bool:
            self.looks += 1
            return self.looks < 3

    looking = Changed()
    began = time.monotonic()
    await Watch(looking).tick()  # type: ignore[arg-type]
    assert looking.looks == 3
    assert time.monotonic() - began >= 2 * LOOK_AGAIN.total_seconds()

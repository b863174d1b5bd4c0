"""`monitor rematch --apply` in a process of its own: killed, on a full disk, and beside a daemon that writes."""

import re
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.cli import EXIT_LOCKED, EXIT_STORE, execute
from monitor.model import WatchlistId
from monitor.pipeline import rematch
from monitor.pipeline.rematch import Scope, nothing_yet
from monitor.rules.rematching import Totals
from monitor.store import articles, configurations, rematches
from monitor.store.rematches import Rematch
from monitor.store.store import Store
from tests.builders import NOON, an_article
from tests.campaigns.processes import Running, eventually
from tests.daemon.conftest import EVERY_SECOND, Command
from tests.pipeline.conftest import World

Start = Callable[..., Running]
SMALL = (
    sys.executable,
    "-c",
    "from monitor.pipeline import rematch; rematch.BATCH = 5; from monitor.cli import main; main()",
)
"""The command, with batches of five articles: there are many moments to kill it at."""
EDITED = "title: Fighters in Rafah\nquery: '@rafah NOT title:(@fighters OR مقاتلون)'\n"
TITLES = ("Rafah: fighters", "مقاتلون في رفح", "News of Rafah", "أخبار رفح", "Football")
NUMBER = 400


@pytest.fixture
def past(any_world: World) -> World:
    return with_past(any_world)


def with_past(world: World) -> World:
    """A world with stored articles."""
    made = [
        an_article(f"https://gazette.example/{number}", title=f"{TITLES[number % 5]} {number}", summary="", text="")
        for number in range(NUMBER)
    ]
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        articles.insert_new(tx, made)
    return world


RAFAH = WatchlistId("rafah")
RIGHT = {RAFAH: Totals(gained=NUMBER // 5 * 2, lost=NUMBER // 5 * 2)}


_asked: dict[tuple[Path, str], Rematch] = {}
"""Compiled once: whoever waits for a moment of a command must look more often than it ends."""


def last(world: World) -> Rematch | None:
    """The rematch that goes on, or was the last, by the rules of the files."""
    rules = world.folder, (world.folder / "watchlists/rafah.yaml").read_text(encoding="utf-8")
    if rules not in _asked:
        _asked[rules] = nothing_yet(Scope(config=world.config()), NOON)
    asked = _asked[rules]
    return world.reading(rematches.last, asked.versions, asked.outlets)


def progress(world: World) -> int:
    """Articles that it has done."""
    found = last(world)
    return found.articles if found else 0


def is_done(world: World) -> bool:
    found = last(world)
    assert found is not None
    return (found.articles, found.totals, found.finished_at is not None) == (NUMBER, RIGHT, True)


def held(world: World) -> list[str]:
    return sorted(match.article.title for match in world.matches())


def titles(*kinds: int) -> list[str]:
    return sorted(f"{TITLES[number % 5]} {number}" for number in range(NUMBER) if number % 5 in kinds)


def matched_before(world: World, command: Command) -> None:
    """As if a daemon had matched them before the edit."""
    assert command(world, "rematch", "--apply").code == 0
    assert held(world) == titles(0, 1)
    world.write("watchlists/rafah.yaml", EDITED)


def test_killed_again_and_again_it_does_everything_once(past: World, start: Start, command: Command) -> None:
    matched_before(past, command)
    kills, done = 0, 0
    while True:
        running = start(past, "rematch", "--apply", program=SMALL)
        wanted = done
        assert eventually(lambda: running.is_over() or progress(past) > wanted)  # noqa: B023 - called here only
        if running.is_over():
            break
        running.send(signal.SIGKILL)
        running.wait()
        kills, done = kills + 1, progress(past)
        assert done % 5 == 0
        if is_done(past):
            # Killed between its last batch and its last word.
            break
    assert kills >= 3
    if running.wait() == 0:
        assert "Goes on where the rematch of" in running.errors
        assert "160 gained, 160 lost, 0 kept" in running.output
    assert is_done(past)
    assert held(past) == titles(2, 3)
    assert len(past.matches(lost=True)) == len(titles(0, 1, 2, 3))


def test_ctrl_c_says_what_is_done_and_the_same_command_goes_on(past: World, start: Start, command: Command) -> None:
    matched_before(past, command)
    running = start(past, "rematch", "--apply", program=SMALL)
    assert eventually(lambda: progress(past) > 50)
    running.send(signal.SIGINT)
    assert running.wait() == 130, running.errors
    assert "Traceback" not in running.errors
    assert "are done and stored" in running.errors
    assert 0 < progress(past) < NUMBER
    assert command(past, "rematch", "--apply").is_clean()
    assert is_done(past)


def test_a_full_disk_ends_it_and_what_was_stored_stays(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = with_past(world)
    matched_before(past, command)
    monkeypatch.setattr(rematch, "BATCH", 5)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = Path(past.environment["MONITOR_DATABASE_URL"]).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        said = command(past, "rematch", "--apply")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert said.is_clean()
    assert said.code == EXIT_STORE
    assert re.search(r"full|could not be read or written|had trouble", said.err)
    done = progress(past)
    assert 0 < done < NUMBER
    assert f"Stopped: {done} articles are done and stored" in said.err
    again = command(past, "rematch", "--apply")
    assert (again.code, f"{done} articles are done" in again.err) == (0, True)
    assert is_done(past)
    assert held(past) == titles(2, 3)


def test_a_daemon_goes_on_writing_beside_it(past: World, start: Start, command: Command) -> None:
    matched_before(past, command)
    past.write("monitor.yaml", EVERY_SECOND)
    past.offer(past.item("Rafah, first news", guid="1"))
    daemon = start(past, "run")
    assert eventually(lambda: "Rafah, first news" in held(past))
    running = start(past, "rematch", "--apply", program=SMALL)
    assert eventually(lambda: progress(past) > 0 or running.is_over())
    past.offer(past.item("Rafah, second news", guid="2"))
    assert eventually(lambda: "Rafah, second news" in held(past))
    assert running.wait() == 0, running.errors
    assert newest(past).totals[RAFAH].gained == RIGHT[RAFAH].gained
    assert held(past) == sorted([*titles(2, 3), "Rafah, first news", "Rafah, second news"])
    assert not [line for line in daemon.errors.splitlines() if '"ERROR"' in line]


def newest(world: World) -> Rematch:
    found = last(world)
    assert found is not None
    return found


def test_a_daemon_with_other_rules_is_told_to_reload_first(
    past: World, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    past.write("monitor.yaml", EVERY_SECOND)
    past.offer()
    other = Path(shutil.copytree(past.folder, past.folder.with_name("other")))
    (other / "watchlists/rafah.yaml").write_text(EDITED, encoding="utf-8")
    start(past, "run")
    assert eventually(lambda: past.reading(configurations.newest) == past.config().hash)
    where = ["--config", str(other), "--database", past.environment["MONITOR_DATABASE_URL"]]
    assert execute(["rematch", "--apply", *where]) == EXIT_LOCKED
    said = capsys.readouterr()
    assert "it would match back what they change: run `monitor reload`" in said.err
    assert (said.out, past.matches()) == ("", ())
    assert execute(["rematch", *where]) == 0
    assert "160 gained" in capsys.readouterr().out
